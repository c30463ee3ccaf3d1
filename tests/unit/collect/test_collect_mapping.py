"""Mapping files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from voc.collect.headers import normalise
from voc.collect.mapping import load_mapping, mapping_from
from voc.errors import UsageError

WHOLE = """
columns:
  客户吐槽: text
  打分: rating
  买家编号: author.id
ignore: [内部备注]
defaults: { brand: 星河 }
exported_at: 2026-11-22 09:00
encoding: gb18030
delimiter: tab
header_row: 3
sheets: [评价]
"""


def test_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(WHOLE, encoding="utf-8")
    found = load_mapping(path)
    assert found.columns == {"客户吐槽": "text", "打分": "rating", "买家编号": "author.id", "内部备注": ""}
    assert found.defaults == {"brand": "星河"}
    assert found.exported_at == datetime(2026, 11, 22, 1, tzinfo=UTC)
    assert (found.encoding, found.delimiter, found.header_row, found.sheets) == (
        "gb18030",
        "\t",
        3,
        ("评价",),
    )


@pytest.mark.parametrize(
    "given",
    [
        {"吐槽": "text", "打分": "rating"},
        {"columns": {"吐槽": "text", "打分": "rating"}},
        {"columns": {"text": "吐槽", "rating": ["打分"]}},
        {"columns": {"吐槽": "content", "打分": "stars"}},
    ],
)
def test_either_direction_and_short_form(given: dict[str, Any]) -> None:
    assert mapping_from(given).columns == {normalise("吐槽"): "text", normalise("打分"): "rating"}


@pytest.mark.parametrize(
    "given",
    [
        None,
        [],
        {},
        "text",
        {"columns": []},
        {"columns": {"a": "nonsense"}},
        {"columns": {}, "typo": 1},
        {"columns": {}, "header_row": "x"},
        {"columns": {}, "header_row": True},
        {"delimiter": "ab"},
        {"exported_at": "someday"},
        {"defaults": {"text": "x"}},
        {"defaults": 3},
        {"sheets": 3.5},
        {"encoding": 5},
    ],
)
def test_not_understood(given: Any) -> None:
    with pytest.raises(UsageError) as caught:
        mapping_from(given)
    assert caught.value.code == "VOC-E110"
    assert caught.value.cure


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_mapping(tmp_path / "none.yaml")
    assert caught.value.code == "VOC-E108"
    for name, data in (("a.yaml", b"a: [1"), ("a.json", b"{"), ("b.yaml", b"\xff\xfe\x00")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(UsageError) as caught:
            load_mapping(tmp_path / name)
        assert caught.value.code == "VOC-E110"
