"""Files that nobody should send, made as they are needed: each with what `voc ingest` must make of it."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter

HEAD = "评价ID,评论内容,时间\n"
GOOD = "g1,很好用,2026-11-01\n"
CSV = (HEAD + GOOD).encode()
LIMITS = {
    "VOC_MAX_TEXT_CHARS": "1000",
    "VOC_MAX_LINE_BYTES": "65536",
    "VOC_MAX_WORKBOOK_BYTES": "2000000",
    "VOC_MAX_UNPACKED_BYTES": "1000000",
    "VOC_MAX_ARCHIVE_ENTRIES": "20",
}
_NOISE = random.Random(7).randbytes(20_000)
_WORDS = "很好用".encode()
_STRINGS = "sharedStrings.xml"
_NAMES = ("VOC-E301", "VOC-E109")


@dataclass(frozen=True)
class Case:
    """A file, how many of its rows are kept, and the code of each refusal in order (of rows or the file)."""

    name: str
    content: bytes
    kept: int = 0
    codes: tuple[str, ...] = ()


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries:
            packed.writestr(name, content)
    return out.getvalue()


def workbook(*cells: tuple[int, int, str], edit: tuple[str, bytes, bytes] | None = None) -> bytes:
    """A sheet with 内容 and one row; `edit` is (part, old, new)."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("a")
    for row, column, words in ((0, 0, "内容"), (1, 0, "很好用"), *cells):
        sheet.write_string(row, column, words)
    book.close()
    if edit is None:
        return out.getvalue()
    part, old, new = edit
    with zipfile.ZipFile(out) as packed:
        parts = [(name, packed.read(name)) for name in packed.namelist()]
    assert any(name.endswith(part) and old in content for name, content in parts)
    return zipped(
        *((name, content.replace(old, new) if name.endswith(part) else content) for name, content in parts)
    )


def open_document(*, rows: int, columns: int) -> bytes:
    """An ODS that repeats one cell."""
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    cell = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'
    content = (
        f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="a"><table:table-row>{cell.format("", "内容")}</table:table-row>'
        f'<table:table-row table:number-rows-repeated="{rows}">'
        + cell.format(f' table:number-columns-repeated="{columns}"', "很好用")
        + "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = f"<manifest:manifest {names.replace('office', 'manifest', 2)}/>"
    return zipped(
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content.encode()),
        ("META-INF/manifest.xml", manifest.encode()),
    )


def crowd(entries: int) -> bytes:
    """A ZIP64 whose directory names so many entries, one byte each."""
    local = b"PK\x03\x04" + bytes(26)
    entry = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, *[0] * 7, 1, *[0] * 6) + b"a"
    directory = entry * entries
    at = len(local) + len(directory)
    return (
        local
        + directory
        + struct.pack(
            "<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, entries, entries, len(directory), len(local)
        )
        + struct.pack("<IIQI", 0x07064B50, 0, at, 1)
        + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    )


def _symlink() -> zipfile.ZipInfo:
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = 0o120777 << 16
    return link


def _encrypted() -> bytes:
    plain = bytearray(zipped(("a.csv", CSV)))
    plain[plain.index(b"PK\x01\x02") + 8] |= 1
    return bytes(plain)


def _laughs() -> tuple[str, bytes, bytes]:
    doubling = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return "sharedStrings.xml", b"?>\n", f'?>\n<!DOCTYPE s [<!ENTITY l0 "lol">{doubling}]>'.encode()


def _lines(*objects: bytes) -> bytes:
    return b"\n".join([*objects, b'{"id": "g1", "text": "ok"}', b""])


def _rows(*rows: str) -> bytes:
    return (HEAD + "".join(f"{row}\n" for row in rows) + GOOD).encode()


def cases() -> Sequence[Case]:
    """The table."""
    huge = b"9" * 400
    nested = zipped(("a.csv", CSV))
    return (
        # encodings
        Case("latin.csv", _rows() + "r2,crème brûlée,2026-11-01\n".encode("latin1"), 1, ("VOC-E307",)),
        Case("mixed.csv", CSV + "r2,电池差,2026-11-01\n".encode("gb18030"), 1, ("VOC-E307",)),
        Case("wide.csv", CSV.decode().encode("utf-16-le"), 1),
        Case("widebig.csv", CSV.decode().encode("utf-16-be"), 1),
        Case("wideodd.csv", CSV.decode().encode("utf-16") + b"\x41", 1, ("VOC-E307",)),
        Case("twobom.csv", b"\xef\xbb\xbf\xef\xbb\xbf" + CSV, 1),
        Case("midbom.csv", CSV + b"\xef\xbb\xbf" + "r2,慢,2026-11-01\n".encode(), 2),
        Case("cr.csv", CSV.replace(b"\n", b"\r"), 1),
        Case("crlong.csv", b"text\rgood\r" + b"a" * 400_000, 1, ("VOC-E303",)),
        Case("long.csv", b"text\n" + b"a" * 400_000 + b"\ngood\n", 1, ("VOC-E303",)),
        Case("widelong.csv", ("text\n" + "a" * 400_000 + "\ngood\n").encode("utf-16"), 1, ("VOC-E303",)),
        Case("longline.jsonl", _lines(b'{"text":"' + b"a" * 400_000 + b'"}'), 1, ("VOC-E303",)),
        # rows and cells
        Case("ragged.csv", _rows("r2,好,2026-11-01,more,more", "r3,好", "r4"), 1, ("VOC-E304",) * 3),
        Case("cell.csv", _rows("r2," + "好" * 20_000 + ",2026-11-01"), 1, ("VOC-E302",)),
        Case("nul.csv", _rows("r2,电\0池,2026-11-01"), 2),
        Case("commas.csv", b"," * 40_000 + b"\n" + CSV, 0, ("VOC-E112",)),
        Case("commarow.csv", CSV + b"," * 40_000 + b"\n", 1, ("VOC-E304",)),
        Case("quotes.csv", CSV + b'"' * 20_000 + b"\n", 1, ("VOC-E304",)),
        Case("open.csv", CSV + b'r2,"open,2026-11-01\n' + "r3,慢,2026-11-01\n".encode(), 2, ("VOC-E304",)),
        Case(
            "dates.csv",
            _rows(
                *(
                    f"d{n},好,{when}"
                    for n, when in enumerate(
                        ("2026-02-30", "2026-11-01 25:61", "0000-01-01", "9999-12-31", "9" * 40, "1e400")
                    )
                )
            ),
            7,
        ),
        # JSON
        Case("surrogate.jsonl", _lines(b'{"id": "\\ud800", "text": "\\udc00 bad", "x": {"\\ud83d": 1}}'), 2),
        Case("nulls.jsonl", _lines(b'{"id": "1\\u0000", "text": "a\\u0000b"}'), 2),
        Case("deep.jsonl", _lines(b'{"text":"a","x":' + b"[" * 30_000 + b"]" * 30_000), 1, ("VOC-E300",)),
        Case("deepobject.jsonl", _lines(b'{"a":' * 9_000 + b"1" + b"}" * 9_000), 1, ("VOC-E300",)),
        Case("deep40.jsonl", _lines(b'{"text":"a","x":' + b"[" * 40 + b"]" * 40 + b"}"), 1, ("VOC-E305",)),
        Case("deeplist.json", b"[" * 30_000 + b"]" * 30_000, 0, ("VOC-E300",)),
        Case(
            "numbers.jsonl",
            _lines(
                *(
                    b'{"text": "a\\ud800", "%s": %s}' % (name, value)
                    for name in (b"rating", b"likes", b"nps", b"value")
                    for value in (huge, b"1e999", b"-Infinity")
                )
            ),
            1,
            ("VOC-E305",) * 12,
        ),
        Case(
            "odd.jsonl",
            _lines(
                b'{"id": "n1", "text": "a\\ud800", "x": %s, "y": [NaN, -Infinity]}' % huge,
                b'{"id": "n2", "text": "a\\ud800", "created_at": %s}' % huge,
                b'{"id": "n3", "id": "n4", "text": "a", "text": "b"}',
                b'{"id": "n5", "text": "a", "rating": NaN}',
            ),
            5,
        ),
        Case("nan.jsonl", _lines(b'{"text": NaN}', b'{"x": ' + b"9" * 5000), 1, ("VOC-E301", "VOC-E300")),
        # no feedback at all
        Case("empty.csv", b"", 0, ("VOC-E307",)),
        Case("blank.csv", b" \n\r\n", 0, ("VOC-E307",)),
        Case("bom.csv", b"\xef\xbb\xbf", 0, ("VOC-E307",)),
        Case("header.csv", HEAD.encode()),
        Case("none.json", b"[]"),
        Case("pdf.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + _NOISE, 0, ("VOC-E307",)),
        Case("jpeg.csv", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + _NOISE, 0, ("VOC-E307",)),
        Case("noise.jsonl", _NOISE, 0, ("VOC-E307",)),
        Case("noise.xlsx", _NOISE, 0, ("VOC-E309",)),
        Case("noise2.xlsx", b"PK\x03\x04" + _NOISE, 0, ("VOC-E309",)),
        Case("word.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096), 0, ("VOC-E309",)),
        # archives
        Case("none.zip", b"PK\x05\x06" + bytes(18), 0, ("VOC-E308",)),
        Case("cut.zip", nested[:60], 0, ("VOC-E308",)),
        Case("slip.zip", zipped(("../../etc/a.csv", CSV), ("/abs/b.csv", HEAD.encode() + b"r2,ok,\n")), 2),
        Case("link.zip", zipped((_symlink(), b"/etc/passwd"), ("ok.csv", CSV)), 1, ("VOC-E112",)),
        Case("nested.zip", zipped(("in.zip", nested), ("ok.csv", CSV)), 1, ("VOC-E308",)),
        Case("hidden.zip", zipped(("in.csv", nested), ("ok.csv", CSV)), 1, ("VOC-E308",)),
        Case("ratio.zip", zipped(("a.csv", CSV + b"a" * 900_000)), 0, ("VOC-E308",)),
        Case("large.zip", zipped(("a.csv", CSV + b"ab,\n" * 400_000)), 0, ("VOC-E308",)),
        Case("many.zip", zipped(*((f"{n}.csv", CSV) for n in range(21))), 0, ("VOC-E308",)),
        Case("crowd.zip", crowd(2000), 0, ("VOC-E308",)),
        Case("crowd.xlsx", crowd(2000), 0, ("VOC-E308",)),
        Case("locked.zip", _encrypted(), 0, ("VOC-E308",)),
        Case("names.zip", zipped(("a\n\x1b[2J.csv", b"text,b\n,1\n"), ("b.exe", b"MZ")), 0, _NAMES),
        # workbooks
        Case("laughs.xlsx", workbook(edit=_laughs()), 1),
        Case("laugh.xlsx", workbook(edit=("sharedStrings.xml", _WORDS, b"&l9;")), 0, ("VOC-E309",)),
        Case("strings.xlsx", workbook(edit=(_STRINGS, _WORDS, _WORDS * 300_000)), 0, ("VOC-E309",)),
        Case("dimension.xlsx", workbook(edit=("sheet1.xml", b'"A1:A2"', b'"A1:XFD1048576"')), 1),
        Case("corner.xlsx", workbook((1_048_575, 16_383, "x")), 0, ("VOC-E309",)),
        Case("corner.zip", zipped(("a.xlsx", workbook((1_048_575, 16_383, "x")))), 0, ("VOC-E309",)),
        Case("repeated.ods", open_document(rows=1_000_000, columns=16_000), 0, ("VOC-E309",)),
        Case("repeated3.ods", open_document(rows=3, columns=2), 3),
    )  # fmt: skip
