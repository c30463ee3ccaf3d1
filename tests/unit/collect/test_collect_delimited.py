"""CSV and TSV: a bad row costs that row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voc.collect.rows import FileMapping, Row
from voc.config import load
from voc.errors import SkipRecord, UsageError

Read = Callable[..., list[Row]]
DIRTY = (
    "评论ID,评论内容,评分,时间\n"
    "1,续航很差,5,2026-11-01\n"
    '2,"多行\n内容",4星,昨天\n'
    "3,少列\n"
    "4,,5,\n"
    "5,坏评分,abc,2026/11/2\n"
    "6,很好,1,2026年11月1日 下午3点\n"
    ",,,\n"
    "7,多一列,1,2026-11-01,x\n"
    "8,末尾空列,1,2026-11-01,,\n"
)


def outcome(rows: list[Row]) -> list[tuple[str, str]]:
    return [
        (row.place, row.record.text if row.record else row.error.code if row.error else "") for row in rows
    ]


EXPECTED = [
    ("line 2", "续航很差"),
    ("line 3", "多行\n内容"),
    ("line 5", "VOC-E304"),
    ("line 6", "VOC-E301"),
    ("line 7", "VOC-E305"),
    ("line 8", "很好"),
    ("line 10", "VOC-E304"),
    ("line 11", "末尾空列"),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_bad_rows_and_good_ones_in_every_encoding(read: Read, encoding: str) -> None:
    rows = read("a.csv", DIRTY.encode(encoding))
    assert outcome(rows) == EXPECTED
    assert rows[1].warnings == ("created_at",)
    assert rows[2].raw == "3,少列\n".encode(
        "utf-16-le" if encoding == "utf-16" else encoding.removesuffix("-sig")
    )
    assert all(row.error is None or "坏评分" not in row.error.line() for row in rows)


def test_crlf_and_tabs_and_others(read: Read) -> None:
    assert outcome(read("a.csv", DIRTY.replace("\n", "\r\n").encode()))[0] == ("line 2", "续航很差")
    for delimiter, name in (("\t", "a.tsv"), (";", "a.csv"), ("|", "a.txt")):
        text = f"内容{delimiter}星级\n好用{delimiter}5\n"
        assert outcome(read(name, text.encode())) == [("line 2", "好用")]


def test_big5_with_traditional_headers(read: Read) -> None:
    text = "評論內容,評分,暱稱\n電池續航很差，一直發熱,2,小明\n手機很好用,5,小華\n"
    rows = read("a.csv", text.encode("big5"))
    assert outcome(rows) == [("line 2", "電池續航很差，一直發熱"), ("line 3", "手機很好用")]


def test_chinese_that_begins_late_is_still_gb18030(read: Read) -> None:
    head = "id,text\n" + "".join(f"{i},all plain ascii here\n" for i in range(15_000))
    rows = read("late.csv", (head + "x,续航很差\n").encode("gb18030"))
    assert rows[-1].record is not None
    assert rows[-1].record.text == "续航很差"


def test_one_undecodable_line_is_refused_the_rest_goes_on(read: Read) -> None:
    data = "内容,评分\n好用,5\n".encode() + b"\xff\xfe\x80bad,4\n" + "流畅,3\n".encode()
    assert outcome(read("a.csv", data)) == [("line 2", "好用"), ("line 3", "VOC-E307"), ("line 4", "流畅")]
    torn = "内容,评分\n".encode() + b'"\xe5\xa5\xbd\n\xff\n\xe5",5\n' + "流畅,3\n".encode()
    assert outcome(read("b.csv", torn))[-1] == ("line 5", "流畅")


def test_a_stray_quote_costs_its_own_line(read: Read) -> None:
    text = '内容,评分\n"没关引号,5\n第二行,4\n第三行,3\n'
    assert outcome(read("a.csv", text.encode())) == [
        ("line 2", "VOC-E304"),
        ("line 3", "第二行"),
        ("line 4", "第三行"),
    ]
    text = '内容,评分\n"没关引号,5\n第二行,4\n"又一个,3\n第四行,2\n'
    assert outcome(read("b.csv", text.encode())) == [
        ("line 2", "VOC-E304"),
        ("line 3", "第二行"),
        ("line 4", "VOC-E304"),
        ("line 5", "第四行"),
    ]
    text = '内容,评分\n5.5" 屏幕,5\n"很好"用,4\n'
    assert outcome(read("c.csv", text.encode())) == [("line 2", '5.5" 屏幕'), ("line 3", "很好用")]


def test_a_runaway_quote_in_a_large_file_stays_linear_and_flat(read: Read) -> None:
    lines = ['"开头没关,1'] + [f"第{i}行的评论内容,5" for i in range(30_000)]
    rows = read("a.csv", ("内容,评分\n" + "\n".join(lines)).encode())
    assert sum(row.record is not None for row in rows) == 30_000
    assert [row.error.code for row in rows if row.error] == ["VOC-E304"]


def test_nul_bytes_and_formulas_are_text(read: Read) -> None:
    rows = read("a.csv", "内容,评分\n好\x00用,5\n=SUM(A1),1\n".encode())
    assert outcome(rows) == [("line 2", "好用"), ("line 3", "=SUM(A1)")]


def test_titles_hints_repeated_headers_and_old_line_ends(read: Read) -> None:
    text = "导出时间 2026年11月,,\n\n内容,星级,备注\n好,5,\n内容,星级,备注\n坏,1,x\n"
    assert outcome(read("a.csv", text.encode())) == [("line 4", "好"), ("line 6", "坏")]
    assert outcome(read("b.csv", "sep=;\n内容;星级\n好;5\n".encode())) == [("line 3", "好")]
    assert outcome(read("c.csv", "内容,评分\r好,5\r坏,1\r".encode())) == [("line 2", "好"), ("line 3", "坏")]


def test_no_text_column_names_the_headers_and_the_cure(read: Read) -> None:
    with pytest.raises(UsageError) as caught:
        read("a.csv", "序号,备注,金额\n1,x,2\n".encode())
    assert caught.value.code == "VOC-E112"
    assert "序号" in caught.value.line()
    assert "--mapping" in caught.value.line()


def test_a_first_line_of_words_is_not_repeated(read: Read) -> None:
    with pytest.raises(UsageError) as caught:
        read("a.csv", "今天收到了手机，用起来真的不错\n屏幕好\n".encode())
    assert "手机" not in caught.value.line()
    with pytest.raises(UsageError) as caught:
        read("b.csv", "屏幕好\n电池差\n".encode())
    assert "屏幕" not in caught.value.line()


def test_header_only_is_no_rows_and_empty_is_an_error(read: Read) -> None:
    assert read("a.csv", "内容,评分\n".encode()) == []
    for data in (b"", b"\xef\xbb\xbf", b" \n\n"):
        with pytest.raises(SkipRecord) as caught:
            read("b.csv", data)
        assert caught.value.code == "VOC-E307"
    with pytest.raises(SkipRecord) as caught:
        read("c.csv", bytes(range(256)) * 20)
    assert caught.value.code == "VOC-E307"


def test_limits(read: Read) -> None:
    text = f"内容\n短\n{'长' * 300}\n{'x' * 5000}\n尾\n"
    rows = read("a.csv", text.encode(), limits=load(max_text_chars=200, max_line_bytes=2048))
    assert outcome(rows) == [
        ("line 2", "短"),
        ("line 3", "VOC-E302"),
        ("line 4", "VOC-E303"),
        ("line 5", "尾"),
    ]
    assert "200" in (rows[1].error.what if rows[1].error else "")


def test_mapping_overrides_headers(read: Read) -> None:
    mapping = FileMapping(
        columns={"吐槽": "text", "打几颗": "rating", "评分": ""}, defaults={"brand": "星河"}
    )
    rows = read("a.csv", "吐槽,打几颗,评分,other\n卡,2,9,z\n".encode(), mapping=mapping)
    assert rows[0].record is not None
    assert (rows[0].record.rating, rows[0].record.brand) == (2.0, "星河")
    assert rows[0].record.attrs == {"other": "z"}
    bare = FileMapping(columns={"1": "text", "2": "rating"}, header_row=0, delimiter=";", encoding="gbk")
    rows = read("b.csv", "很卡;1\n还行;3\n".encode("gbk"), mapping=bare)
    assert outcome(rows) == [("line 1", "很卡"), ("line 2", "还行")]


_cell = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.tuples(_cell, _cell), max_size=8))
def test_what_csv_writes_is_read_back(read: Read, cells: list[tuple[str, str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(["text", "note"])
    rows = [("文" + text.replace("\r", "\n"), note.replace("\r", "\n")) for text, note in cells]
    writer.writerows(rows)
    found = [row.record.text for row in read("round.csv", out.getvalue().encode()) if row.record]
    assert found == [text for text, _ in rows]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=200))
def test_any_bytes_behind_a_header_end_in_rows_or_reasons(read: Read, data: bytes) -> None:
    try:
        rows = read("any.csv", "内容,评分\n".encode() + data + b"\n" + "好用,5\n".encode())
    except SkipRecord as error:
        assert error.code == "VOC-E307"
        return
    assert all((row.record is None) != (row.error is None) for row in rows)
