"""One value of a row or record → the type its field has, or a SkipRecord that says which field and why."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from voc.collect.headers import ROLES, STAGES
from voc.errors import SkipRecord

WORD_CHARS = 1000
"""Longest value of a facet such as `product`, and of an id."""
_SMALLEST, _LARGEST = -(1 << 63), (1 << 64) - 1  # whole numbers of 64 bits; a larger one becomes a fraction
_EMPTY = frozenset({"null", "nan", "none", "n/a", "#n/a", "\\n", "undefined", "nil"})
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?\Z")
_STARS = {"一": 1.0, "二": 2.0, "两": 2.0, "三": 3.0, "四": 4.0, "五": 5.0}
_LIKERT = {
    "非常满意": 5.0, "很满意": 5.0, "满意": 4.0, "一般": 3.0,
    "不满意": 2.0, "非常不满意": 1.0, "很不满意": 1.0,
    "好评": 5.0, "中评": 3.0, "差评": 1.0,
}  # fmt: skip
_SCALES = {"万": 1e4, "w": 1e4, "k": 1e3, "千": 1e3, "亿": 1e8}
_RATING_TAIL = re.compile(r"\s*(?:/\s*5(?:\.0)?|星|分|颗星|stars?|点)\s*(?:好评|评价)?\Z", re.IGNORECASE)


def refuse(field: str, why: str) -> SkipRecord:
    """VOC-E305 for a field; `why` never holds the value, which may be a customer's words."""
    return SkipRecord(f"{field} {why}", code="VOC-E305")


def is_empty(value: Any) -> bool:
    """Nothing was said: None, white space, or what programs write for it (NULL, nan)."""
    if isinstance(value, str):
        if len(value) > 12:
            return value.isspace()
        return not value or value.isspace() or value.strip().lower() in _EMPTY
    return value is None or (isinstance(value, float) and math.isnan(value))


def clean(value: str) -> str:
    """Without NULs and lone surrogates, which no database and no encoder takes."""
    if value.isascii():
        return value.replace("\x00", "") if "\x00" in value else value
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value.replace("\x00", "") if "\x00" in value else value


def text(value: Any, field: str) -> str:
    """Customer's words, as written."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return plain_number(value)
    raise refuse(field, "is not text")


def word(value: Any, field: str) -> str:
    """A facet or an id: one line, at most `WORD_CHARS`."""
    found = clean(value).strip() if type(value) is str else text(value, field).strip()
    if len(found) > WORD_CHARS:
        raise refuse(field, f"is longer than {WORD_CHARS:,} characters")
    return found


def plain_number(value: int | float) -> str:
    """123.0, as workbooks hold ids, → 123."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    return str(value)


def _float(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:  # JSON's whole numbers have no end
        return math.inf


def number(value: Any, field: str) -> float:
    """A figure: 4.5, "1,234", "1.2万", "¥99"."""
    if isinstance(value, bool):
        raise refuse(field, "is not a number")
    if isinstance(value, int | float):
        found = _float(value)
    elif isinstance(value, str):
        bare = value.strip().lstrip("¥￥$").rstrip("元+").replace(",", "").replace("，", "").strip()
        scale = _SCALES.get(bare[-1:].lower(), 1.0)
        bare = bare[:-1].strip() if scale != 1.0 else bare
        if not _NUMBER.match(bare):
            raise refuse(field, "is not a number")
        found = float(bare) * scale
    else:
        raise refuse(field, "is not a number")
    if not math.isfinite(found):
        raise refuse(field, "is not a finite number")
    return found


def rating(value: Any) -> float:
    """1 to 5: 4.5, "4.5", "5星", "五星", "★★★★☆", "4/5", 非常满意, 好评."""
    found: float | None = None
    if isinstance(value, str):
        bare = value.strip()
        if bare and set(bare) <= {"★", "☆", "⭐", "\ufe0f"}:
            found = float(bare.count("★") + bare.count("⭐"))
        else:
            bare = _RATING_TAIL.sub("", bare)
            found = _LIKERT.get(bare, _STARS.get(bare))
            if found is None and _NUMBER.match(bare):
                found = float(bare)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = _float(value)
    if found is None or not 1.0 <= found <= 5.0:
        raise refuse("rating", "is not a number from 1 to 5")
    return found


def nps(value: Any) -> int:
    """A whole number from 0 to 10."""
    found = number(value.rstrip("分 ") if isinstance(value, str) else value, "nps")
    if not (found.is_integer() and 0 <= found <= 10):
        raise refuse("nps", "is not a whole number from 0 to 10")
    return int(found)


def likes(value: Any) -> int:
    """A count."""
    found = number(value, "likes")
    if not 0 <= found < 1e12:
        raise refuse("likes", "is not a count")
    return round(found)


def role(value: Any) -> str:
    """customer, staff, official, kol, koc; a word nobody knows is `unknown`."""
    return ROLES.get(word(value, "role").lower(), "unknown")


def stage(value: Any) -> str:
    """One of the five journey stages, English or Chinese."""
    found = STAGES.get(word(value, "stage").lower().removesuffix("阶段").removesuffix("期"))
    if found is None:
        raise refuse("stage", "is not acquisition, activation, retention, revenue or referral")
    return found


def url(value: Any) -> str | None:
    """A web address; anything else (a program could be hidden in it) is None."""
    found = word_of_address(value)
    if found.startswith("//"):
        found = "https:" + found
    return found if found.lower().startswith(("http://", "https://")) else None


def word_of_address(value: Any) -> str:
    """Addresses may be longer than other facets."""
    found = text(value, "url").strip()
    if len(found) > 4 * WORD_CHARS:
        raise refuse("url", f"is longer than {4 * WORD_CHARS:,} characters")
    return found


def consent(value: Any) -> tuple[str, ...]:
    """Purposes, as a list or joined by commas."""
    if isinstance(value, str):
        return tuple(part for part in re.split(r"[,，;；、|\s]+", clean(value)) if part)
    if isinstance(value, list | tuple):
        return tuple(word(part, "consent") for part in value)
    raise refuse("consent", "is not a list of purposes")


def attribute(value: Any, depth: int) -> Any:
    """Anything JSON can hold, no deeper than `depth`; times as ISO 8601."""
    if isinstance(value, str):
        return clean(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if _SMALLEST <= value <= _LARGEST else attribute(_float(value), depth)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if depth <= 0:
        raise refuse("attrs", "are nested too deeply")
    if isinstance(value, Mapping):
        return {clean(str(key)): attribute(inner, depth - 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [attribute(inner, depth - 1) for inner in value]
    return str(value)
