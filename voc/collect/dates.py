"""When something was said: ISO, Unix, Excel and Chinese forms → (aware UTC time, how exact it is).

Relative forms (昨天 12:30, 3天前) and those without a year (11-01) need the source's export time; without
it, and for anything impossible, the answer is `UNKNOWN`: no guess.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

When = tuple[datetime | None, str]
UNKNOWN: When = (None, "received")

_FIRST_YEAR, _LAST_YEAR = 1970, 2100
_EXCEL_EPOCH = datetime(1899, 12, 30)
_EXCEL = (25_569.0, 73_415.0)  # 1970-01-01 … 2101-01-01
_NUMERAL = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}

_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?\Z"
)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?\Z")
_LEAD = re.compile(
    r"^(?:(?:发布|发表|编辑|评论|评价|追评|回复|更新|提交|创建|最后编辑|最近更新)[于在时间:]*\s*)+"
)
_TAIL = re.compile(
    r"\s*(?:发布|发表|评论|评价|编辑|已编辑|更新|左右|许|凌晨|清晨|早上|上午|中午|下午|傍晚|晚上)$"
)
_WEEKDAY = r"[(\[]?\s*(?:星期|周|礼拜)(?P<wd>[一二三四五六日天])\s*[)\]]?"
_TIME = (
    r"(?:[T ,，]*(?P<half>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|深夜|早|晚|am|pm)?\s*"
    r"(?P<h>\d{1,2})(?:\s*[:：]\s*(?P<m>\d{1,2})(?:\s*[:：]\s*(?P<s>\d{1,2})(?:[.,]\d{1,9})?)?"
    r"|\s*[点时](?:钟|整)?(?:(?P<m2>\d{1,2})分?(?:(?P<s2>\d{1,2})秒)?|(?P<bare>半|[一1]刻|[三3]刻))?)"
    r"\s*(?P<half2>am|pm)?)?"
)
_ZONE = r"\s*(?P<zone>z|utc|gmt|(?:utc|gmt)?[+-]\d{1,2}(?::?\d{2})?|cst|北京时间)?"
_DATE = re.compile(
    r"(?:(?P<y>\d{4}|\d{2}(?=年))\s*(?:[年\-/.]\s*(?P<mo>\d{1,2})|年)(?:\s*[月\-/.]\s*(?:(?P<d>\d{1,2})\s*[日号]?)?)?"
    r"|(?P<mo2>\d{1,2})\s*[月\-/]\s*(?P<d2>\d{1,2})\s*[日号]?)"
    rf"(?:\s*{_WEEKDAY})?{_TIME}{_ZONE}\Z",
    re.IGNORECASE,
)
_RELATIVE_YEAR = re.compile(r"(?P<word>今年|去年|前年)\s*(?P<rest>\d{1,2}\s*月.*)\Z")
_RELATIVE_DAY = re.compile(
    rf"(?P<word>今天|今日|今早|今晚|昨天|昨日|昨晚|前天|前日|大前天|today|yesterday){_TIME}\Z", re.IGNORECASE
)
_RELATIVE_WEEK = re.compile(
    rf"(?P<word>上上|上|这|本)?(?:个)?(?:周|星期|礼拜)(?P<wd>[一二三四五六日天]){_TIME}\Z"
)
_RELATIVE_MONTH = re.compile(rf"(?P<word>上个月|上月|本月|这个月)(?P<d>\d{{1,2}})[日号]{_TIME}\Z")
_AGO = re.compile(
    r"(?P<n>\d+(?:\.\d+)?|半)\s*个?(?P<more>半)?\s*"
    r"(?P<unit>秒钟?|分钟?|小时|钟头|天|日|周|星期|礼拜|月|年|seconds?|minutes?|mins?|hours?|days?|weeks?|months?|years?)"
    r"(?P<half>半)?\s*(?:以?前|之前|ago)\Z",
    re.IGNORECASE,
)
_NOW = re.compile(r"(?:刚刚|刚才|just now|现在)\Z", re.IGNORECASE)
_SLASHED = re.compile(
    rf"(?P<a>\d{{1,2}})[/.\-](?P<b>\d{{1,2}})[/.\-](?P<y>\d{{4}}){_TIME}{_ZONE}\Z", re.IGNORECASE
)
_WEIBO = re.compile(r"[a-z]{3} (?P<mon>[a-z]{3}) (?P<d>\d{1,2}) (?P<clock>\d{2}:\d{2}:\d{2}) (?P<zone>[+-]\d{4}) (?P<y>\d{4})\Z", re.IGNORECASE)  # fmt: skip  # noqa: E501
_COMPACT = re.compile(r"(?P<y>(?:19|20)\d{2})(?:(?P<mo>\d{2})(?:(?P<d>\d{2})(?:(?P<h>\d{2})(?P<m>\d{2})(?P<s>\d{2})?)?)?)?\Z")  # fmt: skip  # noqa: E501
_MONTHS = {m: i for i, m in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}  # fmt: skip  # noqa: E501
_DAYS_BACK = {"今天": 0, "今日": 0, "today": 0, "今早": 0, "今晚": 0, "昨天": 1, "昨日": 1, "yesterday": 1, "昨晚": 1, "前天": 2, "前日": 2, "大前天": 3}  # fmt: skip  # noqa: E501
_WEEKDAYS = {c: i for i, c in enumerate("一二三四五六")} | {"日": 6, "天": 6}
_UNITS = {
    "秒": (1.0, "second"), "s": (1.0, "second"), "分": (60.0, "minute"), "mi": (60.0, "minute"),
    "小": (3600.0, "hour"), "钟": (3600.0, "hour"), "h": (3600.0, "hour"), "天": (86_400.0, "day"),
    "日": (86_400.0, "day"), "d": (86_400.0, "day"), "周": (604_800.0, "day"), "星": (604_800.0, "day"),
    "礼": (604_800.0, "day"), "w": (604_800.0, "day"),
}  # fmt: skip


def parse_when(value: Any, *, zone: ZoneInfo, exported_at: datetime | None = None) -> When:
    """(time in UTC, precision `second minute hour day month year`), or `UNKNOWN` for what cannot be read.

    A time without a zone is the workspace's. `exported_at` is aware; relative forms are resolved against
    it in the workspace's zone. A day, month or year stands for its first moment. Never raises.
    """
    try:
        return _parse(value, zone, exported_at)
    except (ValueError, OverflowError, OSError):
        return UNKNOWN


def _parse(value: Any, zone: ZoneInfo, exported_at: datetime | None) -> When:
    if isinstance(value, str):
        return _parse_text(value, zone, exported_at)
    if isinstance(value, bool) or value is None:
        return UNKNOWN
    if isinstance(value, int | float):
        return _parse_number(float(value), zone)
    if isinstance(value, datetime):
        midnight = value.hour == value.minute == value.second == value.microsecond == 0
        return _aware(value, zone, "day" if midnight and value.tzinfo is None else "second")
    if isinstance(value, date):
        return _aware(datetime(value.year, value.month, value.day), zone, "day")
    return UNKNOWN


def _parse_text(value: str, zone: ZoneInfo, exported_at: datetime | None) -> When:
    text = value.strip()
    if _ISO.match(text):
        precision = "day" if len(text) == 10 else "second" if text[16:17] == ":" else "minute"
        return _aware(datetime.fromisoformat(text.replace(",", ".")), zone, precision)
    if not text or len(text) > 80:
        return UNKNOWN
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    if _NUMBER.match(text):
        compact = _COMPACT.match(text)
        if compact and len(text) != 10:
            return _fields(compact.groupdict(), zone)
        return _parse_number(float(text), zone)
    found = _DATE.match(text)
    if found is None:
        text = _arabic(_TAIL.sub("", _LEAD.sub("", text)))
        found = _DATE.match(text)
    if found:
        return _dated(found.groupdict(), zone, exported_at)
    for pattern, read in ((_SLASHED, _slashed), (_WEIBO, _weibo)):
        found = pattern.match(text)
        if found:
            return read(found.groupdict(), zone)
    if exported_at is not None:
        known = _relative(text, zone, exported_at.astimezone(zone))
        if known is not None:
            return known
    if "," in text and any(c.isascii() and c.isalpha() for c in text[:3]):
        return _aware(parsedate_to_datetime(text), zone, "second")
    return UNKNOWN


def _parse_number(number: float, zone: ZoneInfo) -> When:
    if not math.isfinite(number) or number <= 0:
        return UNKNOWN
    if _EXCEL[0] <= number < _EXCEL[1]:
        whole = number == math.floor(number)
        moment = _EXCEL_EPOCH + timedelta(seconds=round(number * 86_400))
        return _aware(moment, zone, "day" if whole else "second")
    for low, scale in ((1e8, 1.0), (1e11, 1e3), (1e14, 1e6), (1e17, 1e9)):
        if low <= number < low * 100:
            return _aware(datetime.fromtimestamp(number / scale, UTC), zone, "second")
    compact = _COMPACT.match(str(int(number))) if number >= 19_700_101 else None
    if compact and compact["d"]:  # a workbook's cell of 20261101
        return _fields(compact.groupdict(), zone)
    return UNKNOWN


def _aware(moment: datetime, zone: ZoneInfo, precision: str) -> When:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return UNKNOWN
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC), precision


def _dated(parts: dict[str, str | None], zone: ZoneInfo, exported_at: datetime | None) -> When:
    if parts["y"] is not None:
        return _fields(parts, zone)
    if exported_at is None:
        return UNKNOWN  # 11-01: which year is not known
    local = exported_at.astimezone(zone)
    filled = parts | {"mo": parts["mo2"], "d": parts["d2"]}
    for year in range(local.year, local.year - 9, -1):  # 8 years reach a 29 February
        try:
            known = _fields(filled | {"y": str(year)}, zone)
        except ValueError:
            continue
        if known[0] is not None and known[0] <= exported_at + timedelta(days=1):
            return known
    return UNKNOWN


def _fields(parts: dict[str, Any], zone: ZoneInfo) -> When:
    year = int(parts["y"])
    if year < 100:
        year += 2000
    if parts.get("d") is None:
        if parts.get("h") is not None:
            return UNKNOWN
        month = parts.get("mo")
        return _aware(datetime(year, int(month or 1), 1), zone, "month" if month else "year")
    day = datetime(year, int(parts["mo"]), int(parts["d"]))
    moment, precision = _at(day, parts)
    offset = _offset(parts.get("zone"))
    return _aware(moment.replace(tzinfo=offset) if offset and precision != "day" else moment, zone, precision)


def _at(day: datetime, parts: dict[str, Any]) -> tuple[datetime, str]:
    """The day with the clock time in `parts`, and how exact that is."""
    if parts.get("h") is None:
        return day, "day"
    hour = int(parts["h"])
    half = (parts.get("half") or parts.get("half2") or "").lower()
    if half in ("下午", "傍晚", "晚上", "晚", "pm", "夜里", "深夜") and 1 <= hour < 12:
        hour += 0 if half in ("夜里", "深夜") and hour < 6 else 12
    elif half == "中午" and 1 <= hour <= 2:
        hour += 12
    elif half in ("am", "凌晨") and hour == 12:
        hour = 0
    if (hour == 24 and half in ("", "晚上", "晚")) or (hour == 12 and half in ("晚上", "晚", "夜里", "深夜")):
        hour, day = 0, day + timedelta(days=1)
    bare = parts.get("bare")
    minute = parts.get("m") or parts.get("m2")
    if bare:
        minute = "30" if bare == "半" else "15" if bare[0] in "一1" else "45"
    second = parts.get("s") or parts.get("s2")
    precision = "second" if second else "minute" if minute else "hour"
    return day.replace(hour=hour, minute=int(minute or 0), second=int(second or 0)), precision


def _offset(word: str | None) -> timezone | None:
    if not word:
        return None
    word = word.lower()
    if word in ("cst", "北京时间"):
        return timezone(timedelta(hours=8))
    digits = word.removeprefix("utc").removeprefix("gmt")
    if digits in ("", "z"):
        return UTC
    sign = -1 if digits[0] == "-" else 1
    hours, _, minutes = digits[1:].partition(":")
    if len(hours) > 2:
        hours, minutes = hours[:-2], hours[-2:]
    return timezone(sign * timedelta(hours=int(hours), minutes=int(minutes or 0)))


def _slashed(parts: dict[str, Any], zone: ZoneInfo) -> When:
    first, second = int(parts["a"]), int(parts["b"])
    if first <= 12 and second <= 12 and first != second:
        return UNKNOWN  # 11/01/2026: month first or day first cannot be told
    month, day = (first, second) if first <= 12 else (second, first)
    return _fields(parts | {"mo": month, "d": day}, zone)


def _weibo(parts: dict[str, Any], zone: ZoneInfo) -> When:
    month = _MONTHS.get(parts["mon"].lower())
    if month is None:
        return UNKNOWN
    return _aware(
        datetime.fromisoformat(
            f"{parts['y']}-{month:02d}-{int(parts['d']):02d}T{parts['clock']}{parts['zone']}"
        ),
        zone,
        "second",
    )


def _relative(text: str, zone: ZoneInfo, now: datetime) -> When | None:
    if _NOW.match(text):
        return now.astimezone(UTC), "minute"
    found = _AGO.match(text)
    if found:
        return _ago(found, zone, now)
    midnight = datetime(now.year, now.month, now.day)
    found = _RELATIVE_DAY.match(text)
    if found:
        word = found["word"].lower()
        parts: dict[str, Any] = found.groupdict()
        if parts["half"] is None and word[-1] in "早晚":
            parts["half"] = word[-1]
        return _aware(*_zoned(_at(midnight - timedelta(days=_DAYS_BACK[word]), parts), zone))
    found = _RELATIVE_WEEK.match(text)
    if found:
        back = {"上上": 14, "上": 7}.get(found["word"] or "", 0)
        day = midnight - timedelta(days=now.weekday() + back - _WEEKDAYS[found["wd"]])
        if day > midnight and found["word"] is None:
            day -= timedelta(days=7)  # 周五, said on a Wednesday, is last week's
        return _aware(*_zoned(_at(day, found.groupdict()), zone))
    found = _RELATIVE_MONTH.match(text)
    if found:
        first = midnight.replace(day=1)
        if found["word"].startswith("上"):
            first = (first - timedelta(days=1)).replace(day=1)
        return _aware(*_zoned(_at(first.replace(day=int(found["d"])), found.groupdict()), zone))
    found = _RELATIVE_YEAR.match(text)
    if found:
        year = now.year - {"今年": 0, "去年": 1, "前年": 2}[found["word"]]
        rest = _DATE.match(f"{year}年{found['rest']}")
        return _fields(rest.groupdict(), zone) if rest else None
    return None


def _zoned(moment: tuple[datetime, str], zone: ZoneInfo) -> tuple[datetime, ZoneInfo, str]:
    return moment[0], zone, moment[1]


def _ago(found: re.Match[str], zone: ZoneInfo, now: datetime) -> When:
    amount = 0.5 if found["n"] == "半" else float(found["n"])
    amount += 0.5 if found["half"] or found["more"] else 0.0
    unit = found["unit"].lower()
    if unit[0] in "月年y" or unit.startswith("mo"):
        months = round(amount * (12 if unit[0] in "年y" else 1))
        total = now.year * 12 + now.month - 1 - months
        year, month = divmod(total, 12)
        precision = "year" if unit[0] in "年y" and amount >= 1 else "month"
        return _aware(datetime(year, month + 1, min(now.day, 28)), zone, precision)
    seconds, precision = _UNITS["mi" if unit.startswith("mi") else unit[0]]
    return _aware(now - timedelta(seconds=amount * seconds), zone, precision)


_CHINESE_NUMBER = re.compile(r"[零〇一二三四五六七八九两俩十廿百]+(?=\s*[年月日号点时分秒天小个星礼周刻钟])")
_YEAR_DIGITS = re.compile(r"[零〇一二三四五六七八九]{4}(?=年)")


def _arabic(text: str) -> str:
    """Chinese numerals before a unit of time as digits: 二〇二六年十一月三日 → 2026年11月3日."""
    text = _YEAR_DIGITS.sub(lambda m: "".join(str(_NUMERAL[c]) for c in m[0]), text)
    return _CHINESE_NUMBER.sub(lambda m: str(_number(m[0])), text)


def _number(word: str) -> int:
    total, digit = 0, 0
    for char in word.replace("廿", "二十"):
        if char == "十":
            total, digit = total + (digit or 1) * 10, 0
        elif char == "百":
            total, digit = total + (digit or 1) * 100, 0
        else:
            digit = digit * 10 + _NUMERAL[char]
    return total + digit
