"""The one text of a record: title and body, or the customer's turns; of HTML what a reader saw."""

from __future__ import annotations

import html
import re

from voc.types import Record

CUSTOMER = "customer"
_BLOCKS = re.compile("br|p|div|li|tr|h[1-6]|article|section|header|footer|dd|dt|blockquote")
_ENDS = {
    "": re.compile("-->"),
    "script": re.compile(r"</script\s{0,9}>", re.IGNORECASE),
    "style": re.compile(r"</style\s{0,9}>", re.IGNORECASE),
}
# A tag of HTML by name, or with a name space (word processors); `<MOBILE>`, `<3`, `a < b > c` are words.
_TAG = re.compile(
    r"<!--|<!DOCTYPE[^<>]{0,200}>|<\?xml[^<>]{0,200}>"
    r"|<(/?)([a-z][a-z0-9]{0,7}:[a-z]{1,24}|a|abbr|article|aside|audio|b|big|blockquote|body|br|button|canvas|caption|center"
    r"|cite|code|col|dd|del|details|div|dl|dt|em|embed|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i"
    r"|iframe|img|input|ins|kbd|label|li|link|main|mark|meta|nav|nobr|noscript|object|ol|option|p|picture|pre|q|rp|rt|ruby|s"
    r"|script|section|select|small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|textarea|tfoot|th"
    r"|thead|title|tr|tt|u|ul|video|wbr)(\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)
_FLAGS = re.compile(r"[\sA-Za-z/\-]*\Z")  # attributes without a value
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
        rest = match[3]
        if match.start() < last or (rest and "=" not in rest and not _FLAGS.match(rest)):
            continue
        parts.append(text[last : match.start()])
        last = match.end()
        name = (match[2] or "").lower()
        if _BLOCKS.fullmatch(name) and (match[1] or name == "br"):
            parts.append("\n")
        if match[1] or name not in _ENDS or name in missing:
            continue
        end = _ENDS[name].search(text, last)
        if end:
            last = end.end()
        else:
            missing.add(name)
    return "".join([*parts, text[last:]])
