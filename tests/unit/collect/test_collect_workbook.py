"""Workbooks and archives, their limits, and files that cannot be read at all."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from voc.collect.files import expand
from voc.collect.rows import FileMapping, Row
from voc.config import load
from voc.errors import SkipRecord, UsageError, VocError

Read = Callable[..., list[Row]]
Sheets = dict[str, list[list[Any]]]


def workbook(sheets: Sheets) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(r, c, value, moment)
                elif value is not None:
                    sheet.write(r, c, value)
    book.close()
    return out.getvalue()


def archive(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in entries.items():
            packed.writestr(name, data)
    return out.getvalue()


def outcome(rows: list[Row]) -> list[tuple[str, str]]:
    return [
        (row.place, row.record.text if row.record else row.error.code if row.error else "") for row in rows
    ]


SHEETS: Sheets = {
    "评价": [
        ["导出报表"],
        [None],
        ["评价内容", "评分", "时间", "ID"],
        ["好", 5, datetime(2026, 11, 1, 15, 30), 12345678901],
        ["坏", "abc", 46327, 2],
        [None, None],
        ["中", 3, 46327, 3],
    ],
    "空": [],
    "说明": [["hello", "world"]],
    "二月": [["内容"], ["慢"]],
}


def test_sheets_rows_and_cells(read: Read) -> None:
    rows = read("a.xlsx", workbook(SHEETS))
    assert outcome(rows) == [
        ("sheet 评价 row 4", "好"),
        ("sheet 评价 row 5", "VOC-E305"),
        ("sheet 评价 row 7", "中"),
        ("sheet 二月 row 2", "慢"),
    ]
    first, last = rows[0].record, rows[2].record
    assert first is not None
    assert last is not None
    assert (first.native_id, first.rating) == ("12345678901", 5.0)
    assert first.created_at == datetime(2026, 11, 1, 7, 30, tzinfo=UTC)
    assert last.created_at_precision == "day"


def test_only_the_sheets_of_the_mapping(read: Read) -> None:
    assert outcome(read("a.xlsx", workbook(SHEETS), mapping=FileMapping(sheets=("二月",)))) == [
        ("sheet 二月 row 2", "慢")
    ]
    with pytest.raises(SkipRecord):
        read("a.xlsx", workbook(SHEETS), mapping=FileMapping(sheets=("三月",)))


def test_a_workbook_without_text_column(read: Read) -> None:
    with pytest.raises(UsageError) as caught:
        read("a.xlsx", workbook({"a": [["序号", "备注"], [1, 2]]}))
    assert caught.value.code == "VOC-E112"
    assert "序号" in caught.value.line()


def test_damaged_disguised_and_large_workbooks(read: Read) -> None:
    whole = workbook(SHEETS)
    for name, data in {
        "cut.xlsx": whole[:3000],
        "fake.xlsx": b"hello world",
        "fake.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
        "page.xls": b"<html><table><tr><td>x</td></tr></table>",
    }.items():
        with pytest.raises(SkipRecord) as caught:
            read(name, data)
        assert caught.value.code == "VOC-E309", name
        assert caught.value.cure
    with pytest.raises(SkipRecord) as caught:
        read(
            "big.xlsx",
            workbook({"a": [["内容"], *[["好" * 50] for _ in range(3000)]]}),
            limits=load(max_workbook_bytes=50_000),
        )
    assert caught.value.code == "VOC-E309"
    assert outcome(read("text.xls", "内容\t评分\n好\t5\n".encode("gbk"))) == [("line 2", "好")]


def test_archives_are_read_in_order_and_bad_entries_cost_themselves(read: Read) -> None:
    data = archive(
        {
            "评价.csv": "内容,评分\n好,5\n坏,x\n".encode("gbk"),
            "sub/b.jsonl": '{"text":"好"}\n'.encode(),
            "c.xlsx": workbook(SHEETS),
            "d.pdf": b"x",
            "n.zip": archive({"x.csv": b"text\na\n"}),
            "empty.csv": b"",
            "__MACOSX/._a.csv": b"x",
            ".hidden.csv": b"x",
        }
    )
    assert outcome(read("a.zip", data)) == [
        ("a.zip/评价.csv line 2", "好"),
        ("a.zip/评价.csv line 3", "VOC-E305"),
        ("a.zip/sub/b.jsonl line 1", "好"),
        ("a.zip/c.xlsx sheet 评价 row 4", "好"),
        ("a.zip/c.xlsx sheet 评价 row 5", "VOC-E305"),
        ("a.zip/c.xlsx sheet 评价 row 7", "中"),
        ("a.zip/c.xlsx sheet 二月 row 2", "慢"),
        ("a.zip/d.pdf", "VOC-E109"),
        ("a.zip/n.zip", "VOC-E308"),
        ("a.zip/empty.csv", "VOC-E307"),
    ]


def test_names_in_gbk(read: Read) -> None:
    info = zipfile.ZipInfo("placeholder.csv")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(info, "内容\n好\n".encode())
    data = out.getvalue().replace(b"placeholder", "评价数据表x".encode("gbk"))
    assert read("a.zip", data)[0].place.startswith("a.zip/评价数据表")


@pytest.mark.parametrize(
    ("entries", "limits"),
    [
        ({"a.csv": b"0" * 10_000_000}, {}),
        ({f"{i}.csv": b"text\na\n" for i in range(5)}, {"max_archive_entries": 4}),
        ({f"{i}.csv": bytes(range(256)) * 40 for i in range(5)}, {"max_unpacked_bytes": 20_000}),
        ({}, {}),
    ],
)
def test_bombs_are_refused_before_any_row(
    read: Read, entries: dict[str, bytes], limits: dict[str, Any]
) -> None:
    with pytest.raises(SkipRecord) as caught:
        read("a.zip", archive(entries) if entries else archive({"__MACOSX/x": b""}), limits=load(**limits))
    assert caught.value.code == "VOC-E308"


def test_cut_and_corrupt_archives(read: Read) -> None:
    whole = archive({"a.csv": "内容\n".encode() + b"".join(f"第{i}条\n".encode() for i in range(4000))})
    for data in (whole[: len(whole) // 2], b"PK\x03\x04garbage", b"not a zip at all"):
        with pytest.raises(SkipRecord) as caught:
            read("a.zip", data)
        assert caught.value.code == "VOC-E308"
    broken = bytearray(whole)
    broken[len(whole) // 2] ^= 0xFF
    rows = read("b.zip", bytes(broken))
    assert rows[-1].error is not None
    assert rows[-1].error.code in ("VOC-E308", "VOC-E307")


def test_missing_folder_and_unknown_type(read: Read, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(IsADirectoryError):
        read("folder.csv", b"")
    with pytest.raises(UsageError) as caught:
        read("a.pdf", b"%PDF")
    assert caught.value.code == "VOC-E109"


def test_expand(tmp_path: Path) -> None:
    for name in ("b.csv", "a.jsonl", ".hidden.csv", "~$a.xlsx", "notes.md"):
        (tmp_path / name).write_text("x")
    assert [path.name for path in expand([tmp_path, tmp_path / "notes.md"])] == [
        "a.jsonl",
        "b.csv",
        "notes.md",
    ]
    (tmp_path / "none").mkdir()
    with pytest.raises(VocError) as caught:
        expand([tmp_path / "none"])
    assert caught.value.code == "VOC-E108"
