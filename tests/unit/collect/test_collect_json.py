"""JSON lines and arrays."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from voc.collect.files import read_file
from voc.collect.rows import Row
from voc.config import Settings, load

Read = Callable[..., list[Row]]


def outcome(rows: list[Row]) -> list[tuple[str, str]]:
    return [
        (row.place, row.record.text if row.record else row.error.code if row.error else "") for row in rows
    ]


def test_json_lines(read: Read) -> None:
    text = (
        '{"text":"好","id":1}\n\nnot json\n{"text":"\\ud800坏"}\n[1]\n{"内容":"x","评分":9}\n{"text":"末行"}'
    )
    assert outcome(read("a.jsonl", text.encode())) == [
        ("line 1", "好"),
        ("line 3", "VOC-E300"),
        ("line 4", "\ufffd坏"),
        ("line 5", "VOC-E300"),
        ("line 6", "VOC-E305"),
        ("line 7", "末行"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("indent", [None, 2])
def test_arrays(read: Read, encoding: str, indent: int | None) -> None:
    items = [{"text": f"评论{i}，还不错", "attrs": {"n": [i, {"a": "]}"}]}} for i in range(5)]
    for name, value in (("a.json", items), ("b.json", {"total": 5, "ok": {"x": 1}, "records": items})):
        rows = read(name, json.dumps(value, indent=indent, ensure_ascii=False).encode(encoding))
        assert outcome(rows) == [(f"item {i + 1}", f"评论{i}，还不错") for i in range(5)]


def test_one_object_on_one_line_or_several(read: Read) -> None:
    value = {"text": "好", "data": [1, 2], "a": {"b": 1}}
    assert outcome(read("a.json", json.dumps(value).encode())) == [("line 1", "好")]
    for other in (value, dict(reversed(value.items()))):
        assert outcome(read("b.json", json.dumps(other, indent=1).encode())) == [("item 1", "好")]
    # Longer than the part that is looked at first: what leads the list decides.
    long = {**value, "data": [{"n": n} for n in range(20_000)]}
    assert outcome(read("c.json", json.dumps(long, indent=1).encode())) == [("item 1", "好")]


def test_empty_array(read: Read) -> None:
    assert read("a.json", b"[]") == []
    assert read("b.json", b' {"records": [ ] }') == []


def test_a_broken_element_costs_itself(read: Read) -> None:
    data = b'[{"text":"a"}, {"text": b}, {"text":"c"}, 5, {"text":"d"}]'
    assert outcome(read("a.json", data)) == [
        ("item 1", "a"),
        ("item 2", "VOC-E300"),
        ("item 3", "c"),
        ("item 4", "VOC-E300"),
        ("item 5", "d"),
    ]


@pytest.mark.parametrize("tail", [b"", b",", b',{"text":"c"', b',{"text":"c', b',{"te'])
def test_a_cut_file_says_so_and_keeps_what_came_before(read: Read, tail: bytes) -> None:
    rows = read("a.json", b'[{"text":"a"},{"text":"b"}' + tail)
    assert outcome(rows)[:2] == [("item 1", "a"), ("item 2", "b")]
    assert [row.error.code for row in rows[2:] if row.error] == ["VOC-E300"]


def test_an_element_over_the_limit_is_refused(read: Read) -> None:
    data = json.dumps([{"text": "a"}, {"x": "y" * 300_000, "text": "b"}, {"text": "c"}]).encode()
    rows = read("a.json", data, limits=load(max_line_bytes=100_000))
    assert rows[0].record is not None
    assert rows[1].record is not None or rows[1].error is not None
    line = b'{"text":"a"}\n{"text":"' + b"x" * 5000 + b'"}\n{"text":"c"}\n'
    assert outcome(read("b.jsonl", line, limits=load(max_line_bytes=1024))) == [
        ("line 1", "a"),
        ("line 2", "VOC-E303"),
        ("line 3", "c"),
    ]


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv"])
def test_memory_stays_flat(tmp_path: Path, settings: Settings, name: str) -> None:
    path = tmp_path / name
    text = "续航很差，一天三充" * 8
    lines = (json.dumps({"id": str(i), "text": text}, ensure_ascii=False) for i in range(25_000))
    if name == "a.jsonl":
        path.write_text("\n".join(lines), encoding="utf-8")
    elif name == "a.json":
        path.write_text("[" + ",\n".join(lines) + "]", encoding="utf-8")
    else:
        path.write_text("id,text\n" + "".join(f"{i},{text}\n" for i in range(25_000)), encoding="utf-8")
    assert path.stat().st_size > 5_000_000
    tracemalloc.start()
    try:
        rows = read_file(path, mapping=None, zone=ZoneInfo("UTC"), exported_at=None, settings=settings)
        assert sum(row.record is not None for row in rows) == 25_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000


@effort(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.lists(
        st.dictionaries(st.text(max_size=5), st.text(max_size=8) | st.integers(), max_size=3), max_size=6
    )
)
def test_arrays_and_lines_agree(read: Read, items: list[dict[str, object]]) -> None:
    items = [item | {"text": f"第{i}条"} for i, item in enumerate(items)]
    lines = "\n".join(json.dumps(item) for item in items) or "\n{}"
    array = json.dumps(items, indent=1)
    found = [row.record for row in read("a.json", array.encode())]
    assert found == [row.record for row in read("a.jsonl", lines.encode())][: len(items)]
