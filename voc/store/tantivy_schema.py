"""What a tantivy document holds, and how a question in words becomes a tantivy query with our own score.

One tantivy document a voc document: `key` finds it, `ws` is its workspace, `change` its running number in
this index, `text` its tokens and literal grams, `blob` everything (`codec`). Filters are not in it: the
columns answer them exactly. Literal grams are the distinct characters of the text and its pairs of neighbours
marked by a first character so that they are no tokens; a gram that is a token already is not written twice.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import tantivy

from voc.store import codec
from voc.store.codec import Plain
from voc.store.tokens import LITERAL_SCORE, TOKEN_SCORE, Terms, document_tokens
from voc.text.segment import HAN

_GRAM = "\x01"
_CLEAN = codec.DOCUMENT_FIELDS.index("clean_text")
_NOT_HAN = re.compile(rf"[^{HAN}\s]+")
_SEPARATOR = "\x1f"
_LAYOUT = "1: key ws text(tokens, marked grams) change blob(version id document mentions)"
_MUST = tantivy.Occur.Must
_SHOULD = tantivy.Occur.Should


@cache
def schema() -> tantivy.Schema:
    """The fields."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("ws", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="basic")
    builder.add_unsigned_field("change", fast=True)
    builder.add_bytes_field("blob", stored=True)
    return builder.build()


@cache
def schema_hash() -> str:
    """Changes with the fields of tantivy, of Document and of Mention."""
    parts = (_LAYOUT, *codec.DOCUMENT_FIELDS, "", *codec.MENTION_FIELDS)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def key(workspace: str, document: str) -> str:
    """The term of `key`."""
    return f"{workspace}{_SEPARATOR}{document}"


def meta_workspace(workspace: str) -> str:
    """The `ws` and `key` under which a workspace's generation is kept; no workspace has such a name."""
    return f"{_SEPARATOR}{workspace}"


def tantivy_document(rows: Plain, *, change: int) -> tantivy.Document:
    """One voc document, or the marker of a removed one, which no question finds."""
    made = tantivy.Document()
    made.add_text("key", key(rows.workspace, rows.document_id))
    made.add_text("ws", rows.workspace)
    made.add_unsigned("change", change)
    made.add_bytes("blob", codec.encode(rows))
    if rows.document is not None:
        made.add_text("text", search_text(rows.document[_CLEAN]))
    return made


def meta_document(workspace: str, *, generation: int, change: int) -> tantivy.Document:
    """The generation of a workspace: how often it was cleared."""
    made = tantivy.Document()
    made.add_text("key", meta_workspace(workspace))
    made.add_text("ws", meta_workspace(workspace))
    made.add_unsigned("change", change)
    made.add_bytes("blob", str(generation).encode())
    return made


def search_text(clean: str) -> str:
    """What `text` holds, words apart by spaces."""
    tokens = document_tokens(clean)
    text = clean.lower()
    grams = set("".join(text.split()))
    for found in _NOT_HAN.finditer(text):  # two Han neighbours are a token
        start, end = found.span()
        run = text[max(0, start - 1) : end + 1].strip()
        grams.update(map(str.__add__, run, run[1:]))
    grams.difference_update(tokens)
    marked = f" {_GRAM}".join(["", *grams])
    return " ".join(tokens) + marked


@dataclass(frozen=True, slots=True)
class Question:
    """A tantivy query whose score is the relevance of a text that has all grams of all terms.

    A text may have a term's grams and not the term: those whose score is below `certain` must be read.
    """

    query: tantivy.Query
    certain: int


def question(terms: Terms, workspace: str) -> Question:
    """The query of some terms in one workspace."""
    parts = [(_MUST, _scored(_term("ws", workspace), 0))]
    for word in terms.words:
        token = _scored(_term("text", word), TOKEN_SCORE)
        literal = _scored(_literal(word), LITERAL_SCORE)
        parts.append((_MUST, tantivy.Query.disjunction_max_query([token, literal])))
    parts += [(_MUST, _scored(_literal(phrase), LITERAL_SCORE)) for phrase in terms.phrases]
    best = TOKEN_SCORE * len(terms.words) + LITERAL_SCORE * len(terms.phrases)
    if not all(map(_exact, terms.phrases)):
        certain = best + 1
    elif all(map(_exact, terms.words)):
        certain = 0
    else:
        certain = best
    return Question(tantivy.Query.boolean_query(parts), certain)


def blob_of(found: tantivy.Document) -> bytes:
    """The blob of a stored document."""
    blob = found.get_first("blob")
    assert isinstance(blob, bytes)
    return blob


def workspace_query(workspace: str, *, above: int) -> tantivy.Query:
    """Rows and markers of a workspace with a `change` above one."""
    changed = tantivy.Query.range_query(
        schema(), "change", tantivy.FieldType.Unsigned, lower_bound=above, include_lower=False
    )
    return tantivy.Query.boolean_query([(_MUST, _term("ws", workspace)), (_MUST, changed)])


def key_query(value: str) -> tantivy.Query:
    """The one document with a key."""
    return _term("key", value)


def _exact(term: str) -> bool:
    """Whether having a term's grams is having the term."""
    return _GRAM not in term and (len(term) == 1 or (len(term) == 2 and not _blank(term)))


def _literal(term: str) -> tantivy.Query:
    pairs = [pair for pair in map("".join, pairwise(term)) if not _blank(pair)]
    grams: Iterable[str] = dict.fromkeys(pairs or [char for char in term if not char.isspace()])
    # A pair is a token or a literal gram of a text, never both.
    either = [
        tantivy.Query.boolean_query([(_SHOULD, _term("text", gram)), (_SHOULD, _term("text", _GRAM + gram))])
        for gram in grams
    ]
    return tantivy.Query.boolean_query([(_MUST, query) for query in either])


def _blank(gram: str) -> bool:
    return any(map(str.isspace, gram))


def _term(field: str, value: str) -> tantivy.Query:
    return tantivy.Query.term_query(schema(), field, value, index_option="basic")


def _scored(query: tantivy.Query, score: int) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, float(score))
