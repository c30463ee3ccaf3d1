"""Search text: what the index holds of a document, how `q` is read, and how relevant a text is to it.

Both sides go through the text stage's repair and segmentation, so that 電池 finds 电池 in every engine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from voc.text import segment
from voc.text.repair import repair

TOKEN_SCORE = 2  # a word of the question that is a token of the text
LITERAL_SCORE = 1  # a word that only occurs inside other words, or a quoted phrase
_PARTS = re.compile(r'"([^"]*)"|“([^”]*)”|「([^」]*)」|([^\s"“「]+)')


@dataclass(frozen=True, slots=True)
class Terms:
    """A question in words: all of them must occur, `phrases` to the letter; lower case, repaired."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.phrases)


def document_tokens(clean: str) -> list[str]:
    """Distinct tokens of a clean text: words and pairs of neighbouring characters, lower case."""
    return segment.search_tokens(clean)


def parse(q: str | None) -> Terms:
    """Read `q`: quoted parts are phrases, the rest is cut into words; a part without any word is a phrase.

    >>> parse('充电很慢 "Type C"')
    Terms(words=('充电', '很慢'), phrases=('type c',))
    """
    words: dict[str, None] = {}
    phrases: dict[str, None] = {}
    for *quoted, loose in _PARTS.findall(q or ""):
        if loose:
            plain = _plain(loose)
            found = [word for word in _words(plain) if any(map(str.isalnum, word))]
            words.update(dict.fromkeys(found))
            if found:
                continue
            quoted.append(plain)
        phrase = _plain(max(quoted, key=len))
        if phrase:
            phrases[phrase] = None
    return Terms(tuple(words), tuple(phrases))


def relevance(terms: Terms, clean: str) -> int:
    """2 for each word that is a token of the text, 1 for each that only stands in it and for each phrase.

    0 when any of them is missing.

    >>> relevance(Terms(words=("续航",)), "续航差"), relevance(Terms(words=("续航",)), "电池")
    (2, 0)
    """
    text = clean.lower()
    if not all(phrase in text for phrase in terms.phrases):
        return 0
    score = LITERAL_SCORE * len(terms.phrases)
    tokens = set(document_tokens(clean)) if terms.words else set()
    for word in terms.words:
        if word in tokens:
            score += TOKEN_SCORE
        elif word in text:
            score += LITERAL_SCORE
        else:
            return 0
    return score


def _plain(part: str) -> str:
    return repair(part, blocks=False)[0].lower().strip()


def _words(plain: str) -> list[str]:
    return [word for word, _, _ in segment.plain().tokens(plain)]
