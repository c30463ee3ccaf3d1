"""Whether a source told us who wrote something: masked and shared names are nobody's identity."""

from __future__ import annotations

import re
import unicodedata

from voc.types import Author

# Default names that shops and apps give to everybody.
_NOBODY = re.compile(
    r"(?:匿名|未知|游客|访客|网友|路人|用户|买家|顾客|客户|默认|微信|支付宝|淘宝|京东|天猫|手机|抖音|美团|"
    r"已注销|此|该|的|名|会员|评论|者|先生|女士|小姐|nickname|anonymous|unknown|guest|user|null|none|nan|n/?a)+",
    re.IGNORECASE,
)
_MASKS = "*＊●█■"


def is_identity(author: Author) -> bool:
    """Whether two documents with this author are by the same person."""
    return identity(author) is not None


def identity(author: Author) -> str | None:
    """What tells this author from others at the source: the id, else an unmasked name, else None."""
    return _telling(author.id) or _telling(author.name)


def _telling(name: str | None) -> str | None:
    if not name:
        return None
    name = name.strip()
    if name.isascii() and name.isdigit():
        return name if name.strip("0") else None  # id 0: not logged in
    if any(mark in name for mark in _MASKS):
        return None
    plain = unicodedata.normalize("NFKC", name).strip().strip("-_—")
    return None if not plain or _NOBODY.fullmatch(plain) else name
