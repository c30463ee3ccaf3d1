"""Traditional to simplified characters, one for one, with what must stay: names, and 著 where it is no 着.

Words are left alone (滑鼠 stays 滑鼠); so is Japanese.
"""

from __future__ import annotations

import re
from functools import cache

from opencc import OpenCC

from voc.text.language import japanese

_PASSES = 4  # a few characters (薴) take two steps
# Names whose owners write a character that is otherwise simplified.
_NAMES = ("昇腾", "昇思", "毕昇", "乾崑", "林峯")
# Taiwan writes 著 for 着; these words have 著 everywhere. Before and after it, simplified.
_KEPT_BEFORE = "显名原编土论专卓昭拙巨遗译合较撰所"
_KEPT_AFTER = "名作称书述者录文有"
_PARTICLE = re.compile(f"(?<![{_KEPT_BEFORE}])著(?![{_KEPT_AFTER}])")
_ALSO = "凖衹祇"  # opencc has no answer for these
_MORE = str.maketrans(_ALSO, "准只只")


def simplified(text: str) -> str:
    """The text in simplified characters, of the same length. Simplifying again changes nothing.

    >>> simplified("看著螢幕發呆，老闆說乾隆很著名"), simplified("昇騰晶片")
    ('看着萤幕发呆，老板说乾隆很著名', '昇腾晶片')
    """
    if not convertible().search(text) or japanese(text):
        return text
    for _ in range(_PASSES):
        new = _converted(text)
        if new == text:
            break
        text = new
    return _PARTICLE.sub("着", text.translate(_MORE))


def script_of(text: str) -> str:
    """`hant` where one in ten Chinese characters or more is traditional, else `hans`; "" without any.

    >>> script_of("電池不行"), script_of("电池不行"), script_of("battery")
    ('hant', 'hans', '')
    """
    han = len(_HAN.findall(text))
    if not han or japanese(text):
        return ""
    return "hant" if len(traditional_one().findall(text)) * 10 >= han else "hans"


_HAN = re.compile(r"[\u3400-\u9fff]")


@cache
def convertible() -> re.Pattern[str]:
    """A character for which `simplified` may change a text; one without any is simplified."""
    return re.compile("[著瞭藉" + _ALSO + "".join(sorted(traditional())) + "]")


@cache
def traditional_one() -> re.Pattern[str]:
    """One character that simplifies to another one."""
    return re.compile("[" + "".join(sorted(traditional())) + "]")


@cache
def traditional() -> frozenset[str]:
    """Characters that simplify to another one, found by asking opencc about each."""
    every = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    changed = _converter().convert("\n".join(every)).split("\n")
    return frozenset(old for old, new in zip(every, changed, strict=True) if old != new)


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _converted(text: str) -> str:
    """By phrase where every character keeps its place, else one by one; names as their owners write them."""
    new: str = _converter().convert(text)
    if len(new) != len(text):
        new = "".join(_one(char) for char in text)
    for name, pattern in _names():
        new = pattern.sub(lambda found, name=name: _named(text, found, name), new)  # type: ignore[misc]
    return new


@cache
def _names() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile("".join(_one(char) for char in name))) for name in _NAMES)


def _named(text: str, found: re.Match[str], name: str) -> str:
    written = text[found.start() : found.end()]
    kept = all(char == own or _one(char) == own for char, own in zip(written, name, strict=True))
    return name if kept else found.group()


@cache
def _one(char: str) -> str:
    new: str = _converter().convert(char)
    return new if len(new) == 1 else char
