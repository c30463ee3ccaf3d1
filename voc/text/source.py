"""The one text of a record: title and body, or the customer's turns; of HTML what a reader saw."""

from __future__ import annotations

import html
import re

from voc.types import Record

CUSTOMER = "customer"
_BLOCK = re.compile(r"(?i)<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^<>]{0,200}>")
_HIDDEN = re.compile(r"(?is)<(script|style)\b[^<>]{0,2000}>.{0,100000}?</\1\s*>|<!--.{0,100000}?-->")
# A tag of HTML by name: `<MOBILE>`, `<3`, `a < b > c` are somebody's words.
_TAG = re.compile(
    r"(?i)</?(?:a|abbr|b|big|blockquote|body|br|center|code|div|em|font|form|h[1-6]|head|hr|html|i|iframe|img|input"
    r"|label|li|link|meta|ol|p|pre|s|section|small|span|strike|strong|sub|sup|table|tbody|td|th|thead|title|tr|u|ul"
    r"|video)(?:\s[^<>]{0,2000})?/?>"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31});")


def raw_text(record: Record) -> str:
    """The text everything else reads, offsets included: title + newline + body; else the customer's turns."""
    body = record.text
    if not body.strip() and record.turns:
        body = "\n".join(turn.text for turn in record.turns if turn.role == CUSTOMER)
    text = f"{record.title}\n{body}" if record.title and record.title.strip() else body
    return visible(text)


def visible(text: str) -> str:
    """Of HTML the visible text, entities decoded; any other text as it is."""
    if "<" in text:
        text = _HIDDEN.sub("", text)
        text = _TAG.sub("", _BLOCK.sub("\n", text))
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match.group()), text)
    return text
