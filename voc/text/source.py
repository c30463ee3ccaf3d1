"""The one text of a record: title and body, or the customer's turns; of HTML what a reader saw."""

from __future__ import annotations

import html
import re

from voc.types import Record

CUSTOMER = "customer"
_BLOCKS = frozenset(("br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6"))
_ENDS = {
    "": re.compile("-->"),
    "script": re.compile(r"</script\s{0,9}>", re.IGNORECASE),
    "style": re.compile(r"</style\s{0,9}>", re.IGNORECASE),
}
# A tag of HTML by name: `<MOBILE>`, `<3`, `a < b > c` are somebody's words.
_TAG = re.compile(
    r"<!--|<(/?)(a|abbr|b|big|blockquote|body|br|center|code|div|em|font|form|h[1-6]|head|hr|html|i|iframe|img"
    r"|input|label|li|link|meta|ol|p|pre|s|script|section|small|span|strike|strong|style|sub|sup|table|tbody|td|th"
    r"|thead|title|tr|u|ul|video)(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
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
    """Of HTML the visible text, entities decoded; any other text as it is. Linear in the length."""
    if "<" in text:
        text = _without_tags(text)
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match.group()), text)
    return text


def _without_tags(text: str) -> str:
    parts: list[str] = []
    last = 0
    missing: set[str] = set()  # ends looked for in vain are looked for once: the time stays linear
    for match in _TAG.finditer(text):
        if match.start() < last:
            continue
        parts.append(text[last : match.start()])
        last = match.end()
        name = (match[2] or "").lower()
        if name in _BLOCKS and (match[1] or name == "br"):
            parts.append("\n")
        if match[1] or name not in _ENDS or name in missing:
            continue
        end = _ENDS[name].search(text, last)
        if end:
            last = end.end()
        else:
            missing.add(name)
    return "".join([*parts, text[last:]])
