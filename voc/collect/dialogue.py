"""Dialogues: `turns` of a JSON record, or one cell of 客户：… 客服：… lines, as Turn values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from voc.collect.dates import parse_when
from voc.collect.headers import ROLES
from voc.collect.rows import Reading
from voc.collect.values import clean, is_empty, refuse, role, text
from voc.types import Turn

_ROLE_KEYS = ("role", "sender", "speaker", "from", "角色", "发言人", "发送人")
_TEXT_KEYS = ("text", "content", "message", "utterance", "内容", "文本")
_TIME_KEYS = ("at", "time", "created_at", "timestamp", "时间")
_SPEAKER = re.compile(r"^\s*[\[【(（]?(?P<who>[^\s:：\[\]【】()（）]{1,12})[\]】)）]?\s*(?P<at>[\d/.\- :]{5,20})?\s*[:：]\s*(?P<said>.*)\Z")  # fmt: skip  # noqa: E501


def turns_from(value: Any, how: Reading) -> tuple[Turn, ...]:
    """Turns of a list of objects (`role`, `at`, `text`) or of strings (no role).

    Raises:
        SkipRecord: VOC-E305, it is no list of these.
    """
    if not isinstance(value, list | tuple):
        raise refuse("turns", "is not a list")
    found = []
    for item in value:
        if isinstance(item, str):
            turn = Turn(clean(item))
        elif isinstance(item, Mapping):
            turn = _turn(item, how)
        else:
            raise refuse("turns", "hold something that is neither an object nor text")
        if not is_empty(turn.text):
            found.append(turn)
    return tuple(found)


def transcript(value: str, how: Reading) -> tuple[Turn, ...]:
    """Turns of a cell whose lines begin with a known speaker; () when none does.

    A line without a speaker belongs to the turn before it.
    """
    found: list[tuple[str, str | None, list[str]]] = []
    for line in value.replace("\r", "\n").split("\n"):
        begins = _SPEAKER.match(line)
        if begins and begins["who"].lower() in ROLES:
            found.append((ROLES[begins["who"].lower()], begins["at"], [begins["said"]]))
        elif found:
            found[-1][2].append(line)
        elif line.strip():
            return ()
    turns = (
        Turn("\n".join(lines).strip(), who, parse_when(at, zone=how.zone, exported_at=how.exported_at)[0])
        for who, at, lines in found
    )
    return tuple(turn for turn in turns if turn.text)


def _turn(item: Mapping[str, Any], how: Reading) -> Turn:
    said = _first(item, _TEXT_KEYS)
    who = _first(item, _ROLE_KEYS)
    at, _ = parse_when(_first(item, _TIME_KEYS), zone=how.zone, exported_at=how.exported_at)
    return Turn("" if said is None else text(said, "turns"), "unknown" if who is None else role(who), at)


def _first(item: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    for key in keys:
        if not is_empty(item.get(key)):
            return item[key]
    return None
