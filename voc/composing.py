"""Index rows of a document: what the models said of it, joined with what the ledger decided.

The same ledger gives the same rows, in every process and on every rebuild; no model runs. Rows are values as
the store keeps them (`codec.Plain`), named here and put in the order of the fields.
"""

from __future__ import annotations

from datetime import datetime
from operator import itemgetter
from typing import Protocol
from zoneinfo import ZoneInfo

from voc import ids
from voc.annotations import NUMBER_FACETS, OPINION, STRING_FACETS, decode
from voc.clock import calendar
from voc.store.codec import DOCUMENT_FIELDS, MENTION_FIELDS, Plain
from voc.store.when import from_micros, micros

_document = itemgetter(*DOCUMENT_FIELDS)
_mention = itemgetter(*MENTION_FIELDS)
_NO_FACETS = dict.fromkeys((*STRING_FACETS, *NUMBER_FACETS))


class TreeOfNodes(Protocol):
    """What composing needs of a taxonomy."""

    @property
    def ref(self) -> str: ...
    def path(self, node: str) -> tuple[str, ...]: ...
    def names(self, node: str) -> tuple[str, ...]: ...


class ItemFacts(Protocol):
    """What the ledger knows of a document besides its annotation (`ledger.ItemContext`)."""

    @property
    def source(self) -> str: ...
    @property
    def native_id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def revision(self) -> int: ...
    @property
    def text_revision(self) -> int: ...
    @property
    def seq(self) -> int: ...
    @property
    def received_at(self) -> datetime: ...
    @property
    def duplicate_of(self) -> str | None: ...
    @property
    def verdict(self) -> str | None: ...
    @property
    def author_key(self) -> str | None: ...
    @property
    def person(self) -> str: ...


def compose(
    workspace: str,
    *,
    document_id: str,
    version: int,
    body: bytes,
    facts: ItemFacts,
    taxonomy: TreeOfNodes,
    zone: ZoneInfo,
) -> Plain:
    """The index rows of one document.

    Args:
        body: its annotation (`annotations.encode`).
    """
    kept = decode(body)
    received = micros(facts.received_at)
    created = received if kept["at"] is None else kept["at"]
    day, week, month = calendar(from_micros(created), zone)
    label, score, confidence, mixed = kept["s"]
    integrity, integrity_score, flags = kept["ig"]
    if facts.duplicate_of is not None and integrity == "clean":
        integrity, flags = "copied", ["copied"]
    document = {
        **_NO_FACETS,
        **kept.get("f", {}),
        "id": document_id,
        "workspace": workspace,
        "source": facts.source,
        "native_id": facts.native_id,
        "kind": facts.kind,
        "revision": facts.revision,
        "text_revision": facts.text_revision,
        "seq": facts.seq,
        "text": kept["text"],
        "clean_text": kept["clean"],
        "created_at": created,
        "created_at_precision": kept["pr"],
        "received_at": received,
        "day": day,
        "week": week,
        "month": month,
        "author_key": facts.author_key,
        "person": facts.person,
        "known_person": facts.author_key is not None,
        "role": kept["role"],
        "language": kept.get("lang", "zh"),
        "integrity": integrity,
        "integrity_score": integrity_score,
        "integrity_flags": flags,
        "verdict": facts.verdict,
        "duplicate_of": facts.duplicate_of,
        "sentiment": label,
        "sentiment_score": score,
        "sentiment_confidence": confidence,
        "mixed": mixed,
        "emotion": kept.get("e"),
        "service_intent": kept.get("si"),
        "intents": kept["i"],
        "attrs": kept.get("attrs", {}),
    }
    model, taxonomy_ref = kept["m"].get("opinions", ""), taxonomy.ref
    mentions = []
    for ordinal, opinion in enumerate(kept["o"]):
        said = dict(zip(OPINION, opinion, strict=True))
        clause, node = said["clause"], said["aspect"]
        opinion_id = ids.opinion_id(document_id, facts.text_revision, clause[0], clause[1], ordinal)
        said["id"] = ids.mention_id(opinion_id)
        said["opinion_id"] = opinion_id
        said["document_id"] = document_id
        said["ordinal"] = ordinal
        said["aspect_path"] = taxonomy.path(node) if node else ()
        said["aspect_names"] = taxonomy.names(node) if node else ()
        said["model"] = model
        said["taxonomy"] = taxonomy_ref
        said["theme"] = None
        mentions.append(_mention(said))
    return Plain(workspace, version, document_id, _document(document), mentions)
