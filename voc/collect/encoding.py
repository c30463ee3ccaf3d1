"""Which encoding a text file is in, and its lines, decoded strictly one by one in flat memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from voc.collect.rows import RAW_KEPT
from voc.errors import SkipRecord, UsageError

SAMPLE = 256 * 1024
"""Bytes that decide the encoding: the first non-ASCII stretch of the file."""
_CHUNK = 256 * 1024
_JUDGED = 64 * 1024  # enough to tell GB18030 from Big5, 25 ms
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_CODECS = {
    "utf-8": "utf8 utf-8 utf-8-sig utf_8",
    "gb18030": "gbk gb2312 gb18030 cp936",
    "big5hkscs": "big5 big5-hkscs big5hkscs",
    "cp950": "cp950",
    "utf-16-le": "utf-16 utf16 utf-16-le",
    "utf-16-be": "utf-16-be",
}
_ALIASES = {name: codec for codec, names in _CODECS.items() for name in names.split()}
# The commonest characters of Chinese prose and feedback, simplified and traditional: bytes read in the wrong
# one of GB18030 and Big5 give rare characters instead.
_FREQUENT = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
    "用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实"
    "日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政"
    "美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员"
    "解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件"
    "计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象"
    "完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运买差慢质包"
    "装味服务客贵便宜喜欢物流快递屏续航手机充电热卡顿店吃菜评价商退货换钱价格满意推荐慢坏漏声音拍照系统更新"
    "這個們來為國說時會對過發後裡經麼學現當沒動還進樣開從實軍無與長機關點業將兩間問並應戰頭體見產話給門東聲"
    "員論處義幾認條氣題爾別變總電數報結場計許統區隊決術領確傳師觀讓識帶導爭運買質裝務價貴寵歡遞續熱頓評換錢"
    "滿壞漏統新覺這，。！？、；：“”（）《》…～"
)

Line = tuple[int, str | None, bytes, SkipRecord | None]
"""(number from 1, text with its line end or None, bytes, error or None)."""


@dataclass(frozen=True, slots=True)
class Source:
    """Bytes that can be opened from the start again: a file or an entry of an archive.

    `name` is how people know it; `prefix` stands before every place in it ("" or `a.zip/b.csv `).
    """

    name: str
    open: Callable[[], BinaryIO]
    prefix: str = ""


def detect(source: Source, *, stated: str | None = None) -> str:
    """The codec of a text source: utf-8, gb18030, big5hkscs, utf-16-le or utf-16-be.

    Raises:
        UsageError: `stated` is none of these (VOC-E102).
        SkipRecord: it is no text, or in no encoding that is known here (VOC-E307).
    """
    if stated is not None:
        known = _ALIASES.get(stated.strip().lower())
        if known is None:
            raise UsageError(
                "unknown encoding", code="VOC-E102", value=stated, cure="utf-8, gb18030, big5 or utf-16"
            )
        if known != "utf-16-le":
            return known
    sample = _sample(source)
    for mark, codec in _BOMS:
        if sample.startswith(mark):
            return codec
    if stated is not None:
        return "utf-16-le"
    wide = _utf16(sample)
    if wide is not None:
        return wide
    if _is_utf8(sample):
        return "utf-8"
    controls = sum(sample.count(bytes([c])) for c in (*range(1, 9), *range(14, 27), *range(28, 32)))
    if controls * 20 > len(sample):
        raise _unreadable(source, "it is not a text file")
    if _mostly_utf8(sample):
        return "utf-8"
    scores = {codec: _likeness(sample[:_JUDGED], codec) for codec in ("gb18030", "big5hkscs")}
    best = max(scores, key=lambda codec: scores[codec])
    if scores[best] < -0.5:
        raise _unreadable(source, "its encoding is none of UTF-8, GB18030, Big5, UTF-16")
    return best


def read_lines(source: Source, codec: str, *, max_bytes: int) -> Iterator[Line]:
    """Every line of the source; one that does not decode (VOC-E307) or is too long (VOC-E303) is an error."""
    with source.open() as stream:
        raw_lines = _wide_lines(stream, codec, max_bytes) if "16" in codec else _lines(stream, max_bytes)
        mark = next((mark for mark, name in _BOMS if name == codec), b"")
        for number, (raw, cut) in enumerate(raw_lines, start=1):
            if number == 1 and mark and raw.startswith(mark):
                raw = raw[len(mark) :]
            if cut:
                error = SkipRecord(f"line is longer than {max_bytes:,} bytes", code="VOC-E303")
                yield number, None, raw[:RAW_KEPT], error
                continue
            try:
                text = raw.decode(codec)
            except UnicodeDecodeError:
                error = SkipRecord(f"line is not valid {codec}", code="VOC-E307")
                yield number, None, raw[:RAW_KEPT], error
                continue
            yield number, text, raw, None


def _sample(source: Source) -> bytes:
    """The first `SAMPLE` bytes from the start, or from the first line that is not ASCII."""
    with source.open() as stream:
        head = stream.read(SAMPLE)
        chunk = head
        while chunk.isascii() and b"\x00" not in chunk:
            chunk = stream.read(_CHUNK)
            if not chunk:
                return head
        return chunk if len(chunk) >= SAMPLE // 2 else chunk + stream.read(SAMPLE - len(chunk))


def _utf16(sample: bytes) -> str | None:
    """UTF-16 without a mark: its line ends, commas and digits have a zero byte on one side."""
    zeros = sample.count(b"\x00")
    if zeros * 50 < len(sample) or len(sample) < 4:
        return None
    low = sum(1 for i in range(1, min(len(sample), 20_000), 2) if sample[i] == 0)
    high = sum(1 for i in range(0, min(len(sample), 20_000), 2) if sample[i] == 0)
    codec = "utf-16-le" if low > high * 4 else "utf-16-be" if high > low * 4 else None
    if codec is None:
        return None
    text = sample[: min(len(sample), _JUDGED) // 2 * 2].decode(codec, "replace")
    likely = sum(1 for c in text if "\x1f" < c < "\x7f" or c in "\r\n\t" or c in _FREQUENT)
    return codec if likely * 2 > len(text) else None


def _is_utf8(sample: bytes) -> bool:
    """Valid as a whole; the last character may be cut."""
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and error.start >= len(sample) - 3
    return True


def _mostly_utf8(sample: bytes) -> bool:
    good = bad = 0
    lines = sample.split(b"\n")
    if len(lines) > 2:  # the first and last may be cut in the middle of a character
        lines = lines[:-1]
    elif len(lines) == 1:
        return _likeness(sample, "utf-8") > -0.05
    for line in lines:
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            good += 1
        except UnicodeDecodeError:
            bad += 1
    return good >= bad


def _likeness(sample: bytes, codec: str) -> float:
    """Share of frequent characters among the non-ASCII ones, less three for each that does not decode."""
    text = sample.decode(codec, "replace")
    others = [c for c in text if c > "\x7f"]
    if not others:
        return 0.0
    lost = sum(1 for c in others if c == "\ufffd" or "\ue000" <= c <= "\uf8ff")
    return (sum(1 for c in others if c in _FREQUENT) - 3 * lost) / len(others)


def _lines(stream: BinaryIO, max_bytes: int) -> Iterator[tuple[bytes, bool]]:
    first = stream.readline(max_bytes + 1)
    if b"\r" in first[:-2] and first.count(b"\r") > 1:  # old Macintosh line ends
        yield from _macintosh(first, stream, max_bytes)
        return
    raw = first
    while raw:
        if len(raw) > max_bytes and raw[-1] != 10:
            yield raw, True
            while raw and raw[-1] != 10:
                raw = stream.readline(_CHUNK)
        else:
            yield raw, False
        raw = stream.readline(max_bytes + 1)


def _macintosh(first: bytes, stream: BinaryIO, max_bytes: int) -> Iterator[tuple[bytes, bool]]:
    begun, chunk, torn = bytearray(), first, False
    while chunk:
        if torn and chunk.startswith(b"\n"):  # the other half of a line end
            chunk = chunk[1:]
        torn = chunk.endswith(b"\r")
        *whole, rest = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for raw in whole:
            begun += raw
            yield bytes(begun) + b"\n", len(begun) > max_bytes
            begun.clear()
        if len(begun) <= max_bytes:
            begun += rest
        chunk = stream.read(_CHUNK)
    if begun:
        yield bytes(begun), len(begun) > max_bytes


def _wide_lines(stream: BinaryIO, codec: str, max_bytes: int) -> Iterator[tuple[bytes, bool]]:
    end = "\n".encode(codec)
    buffer, start, search, skipping = b"", 0, 0, False
    while True:
        at = buffer.find(end, search)
        if at >= 0 and (at - start) % 2:
            search = at + 1
            continue
        if at >= 0:
            raw = buffer[start : at + 2]
            if not skipping:
                yield raw, len(raw) > max_bytes
            start = search = at + 2
            skipping = False
            continue
        buffer, start = buffer[start:], 0
        if skipping or len(buffer) > max_bytes:
            if not skipping:
                yield buffer, True
            buffer, skipping = buffer[len(buffer) // 2 * 2 :], True
        search = max(0, len(buffer) // 2 * 2 - 2)
        chunk = stream.read(_CHUNK)
        if not chunk:
            break
        buffer += chunk
    if buffer and not skipping:
        yield buffer, len(buffer) > max_bytes


def _unreadable(source: Source, why: str) -> SkipRecord:
    return SkipRecord(
        f"{source.name} cannot be read: {why}",
        code="VOC-E307",
        cure="save it as UTF-8, or name the encoding in a mapping file",
    )
