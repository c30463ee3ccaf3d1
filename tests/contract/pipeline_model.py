"""The whole pipeline as dictionaries: what a reader must find once all work is done, and as what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from voc.ledger.types import Balance
from voc.types import Author, Record

Name = tuple[str, str]  # source, native id
LONG_CHARS = 20  # letters and digits from which on equal words of two authors are copies
BEGINNING = 10  # long texts that begin alike are near copies of one another, others are not


@dataclass(frozen=True)
class Said:
    """What a record says; equal ones are the same revision."""

    text: str
    author: str | None = None
    rating: float | None = None
    updated_at: datetime | None = None

    def record(self, native_id: str) -> Record:
        """As it is sent."""
        who = Author(id=self.author)
        return Record(self.text, native_id, author=who, rating=self.rating, updated_at=self.updated_at)


@dataclass(frozen=True)
class Shown:
    """What a reader finds of a document."""

    text: str
    rating: float | None
    seq: int
    revision: int
    text_revision: int
    copy_of: Name | None
    verdict: str | None
    excluded: str | None


@dataclass
class Annotation:
    """What was made of a document last; `rank` decides who stands for a group of copies."""

    said: Said
    seq: int
    revision: int
    rank: int
    author: str | None  # None: unknown, or destroyed with the identity key


@dataclass
class Doc:
    """One document. `told` is the newest `updated_at` that its source has named."""

    said: Said
    seq: int
    told: datetime | None
    revision: int = 1
    revisions: int = 1
    state: str = "pending"  # then `indexed`, `dead` or `deleted`
    kept: set[Said] = field(default_factory=set)
    annotation: Annotation | None = None
    text_revision: int = 0
    reason: str | None = None
    deleted_at: datetime | None = None
    verdict: str | None = None
    author: str | None = None  # of the current revision


class Model:
    """All documents of a workspace."""

    def __init__(self) -> None:
        self.docs: dict[Name, Doc] = {}
        self.refused: set[Name] = set()  # source, content

    # ------------------------------------------------------------ in

    def decide(self, name: Name, said: Said) -> tuple[str, bool]:
        """(result, whether it is history only) of one record."""
        doc = self.docs.get(name)
        if doc is None:
            return "created", False
        if doc.state == "deleted":
            newest = doc.told or doc.deleted_at
            assert newest is not None
            newer = said.updated_at is not None and said.updated_at > newest
            return ("revised" if newer and doc.reason != "request" else "unchanged"), False
        if said == doc.said:
            return "unchanged", False
        if not (said.updated_at and doc.told and said.updated_at < doc.told):
            return "revised", False
        return ("unchanged", False) if said in doc.kept else ("revised", True)

    def append(self, name: Name, said: Said, *, seq: int) -> None:
        """It is in the ledger; `seq` is that of the document's current revision."""
        result, history = self.decide(name, said)
        if result == "unchanged":
            return
        if result == "created":
            self.docs[name] = Doc(said, seq, said.updated_at, kept={said}, author=said.author)
            return
        doc = self.docs[name]
        doc.kept.add(said)
        doc.revisions += 1
        if history:
            return
        doc.told = max((at for at in (doc.told, said.updated_at) if at is not None), default=None)
        doc.said, doc.seq, doc.revision, doc.state = said, seq, doc.revisions, "pending"
        doc.reason = doc.deleted_at = None
        doc.author = said.author

    def delete(self, name: Name, reason: str, now: datetime) -> bool:
        """Whether it was there."""
        doc = self.docs.get(name)
        if doc is None:
            return False
        if doc.state == "deleted":
            doc.reason = "request" if reason == "request" else doc.reason
            return False
        doc.state, doc.reason, doc.deleted_at = "deleted", reason, now
        doc.annotation, doc.kept, doc.verdict = None, set(), None
        return True

    def judge(self, name: Name, verdict: str) -> bool:
        """Whether there is such a document."""
        doc = self.docs.get(name)
        if doc is None or doc.state == "deleted":
            return False
        doc.verdict = None if verdict == "none" else verdict
        return True

    # ------------------------------------------------------------ work

    def finish(self, name: Name, seq: int) -> bool:
        """An annotation of a revision is kept, unless a newer one came or it was deleted."""
        doc = self.docs[name]
        if doc.state != "pending" or doc.seq != seq:
            return False
        old = doc.annotation
        if old is None or old.said.text != doc.said.text:
            doc.text_revision += 1
        made = Annotation(doc.said, seq, doc.revision, seq, doc.author)
        if old is not None and _group(name, made) is not None and _group(name, old) == _group(name, made):
            made.rank = old.rank
        doc.annotation = made
        doc.state = "indexed"
        return True

    def bury(self, name: Name, seq: int) -> None:
        """A revision was tried too often."""
        doc = self.docs[name]
        if doc.state == "pending" and doc.seq == seq:
            doc.state = "dead"

    def replay(self) -> int:
        """Dead ones are worked on again."""
        dead = [doc for doc in self.docs.values() if doc.state == "dead"]
        for doc in dead:
            doc.state = "pending"
        return len(dead)

    def forget_authors(self) -> None:
        """The identity key is destroyed."""
        for doc in self.docs.values():
            doc.author = None
            if doc.annotation is not None:
                doc.annotation.author = None

    # ------------------------------------------------------------ out

    def shown(self) -> dict[Name, Shown]:
        """All that a reader finds; a document whose new revision is dead stays as it was."""
        heads = self._heads()
        found = {}
        for name, doc in self.docs.items():
            if (made := doc.annotation) is None:
                continue
            head = heads.get(_group(name, made))
            copy_of = None if head == name else head
            excluded = "quarantined" if doc.verdict == "quarantine" else copy_of and "copies"
            found[name] = Shown(
                made.said.text,
                made.said.rating,
                made.seq,
                made.revision,
                doc.text_revision,
                copy_of,
                doc.verdict,
                excluded,
            )
        return found

    def people(self) -> list[list[Name]]:
        """The documents of each person: an author of a source, or nobody known with one document."""
        of: dict[object, list[Name]] = {}
        for name, doc in self.docs.items():
            if doc.annotation is not None:
                author = doc.annotation.author
                of.setdefault(name if author is None else (name[0], author, "author"), []).append(name)
        return partition(of.values())

    def balance(self, source: str) -> Balance:
        """The books of a source once all work is done."""
        states = Counter(doc.state for name, doc in self.docs.items() if name[0] == source)
        refused = sum(name[0] == source for name in self.refused)
        return Balance(
            source,
            accepted=states.total() + refused,
            indexed=states["indexed"],
            pending=states["pending"],
            dead=states["dead"] + refused,
            deleted=states["deleted"],
        )

    def _heads(self) -> dict[object, Name]:
        # Who came into the group first stands for it.
        heads: dict[object, tuple[int, Name]] = {}
        for name, doc in self.docs.items():
            if doc.annotation is not None and (group := _group(name, doc.annotation)) is not None:
                mine = (doc.annotation.rank, name)
                heads[group] = min(mine, heads.get(group, mine))
        return {group: name for group, (_, name) in heads.items()}


def partition(groups: Iterable[Iterable[Name]]) -> list[list[Name]]:
    """Groups, each in order, in order."""
    return sorted(sorted(group) for group in groups)


def _group(name: Name, made: Annotation) -> object:
    if len(made.said.text) >= LONG_CHARS:
        return made.said.text[:BEGINNING]
    return None if made.author is None else (made.said.text, name[0], made.author)
