"""The ledger as dictionaries: what every call must do, said once more without a database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ledger_desk import record

from voc.ledger.types import Balance, Claimed
from voc.types import Record

LEASE = timedelta(seconds=60)
LONG_CHARS = 20
BEGINNING = 10  # long texts that begin alike are near copies of one another, others are not


@dataclass(frozen=True)
class Content:
    """What a record says; equal ones are the same revision."""

    text: str
    author: str | None
    updated_at: datetime | None

    def record(self, native_id: str) -> Record:
        return record(native_id, self.text, by=self.author, updated_at=self.updated_at)

    def group(self, *, unknown: bool) -> str | None:
        if len(self.text) >= LONG_CHARS:
            return self.text[:BEGINNING]
        return None if self.author is None or unknown else f"{self.text}:{self.author}"


@dataclass
class Work:
    token: int = 0
    lease_until: datetime | None = None
    attempts: int = 0


@dataclass
class Annotation:
    content: Content
    revision: int
    text_revision: int
    rank: int
    unknown: bool  # the author's pseudonym was destroyed, or there never was one

    def group(self) -> str | None:
        return self.content.group(unknown=self.unknown)


@dataclass
class Doc:
    """One document; `order` is its place among all, `said` the newest updated_at the source has told."""

    native_id: str
    order: int
    content: Content
    seq: int
    said: datetime | None
    revision: int = 1
    revisions: int = 1
    state: str = "pending"
    kept: set[Content] = field(default_factory=set)
    work: Work | None = field(default_factory=Work)
    annotation: Annotation | None = None
    text_revision: int = 0
    version: int = 0  # 0: never sent
    waiting: bool = False
    gone: bool = False  # what was sent last is a removal
    reason: str | None = None
    deleted_at: datetime | None = None
    verdict: str | None = None
    unknown: bool = False  # the current revision's author


class Model:
    """All documents of one source."""

    def __init__(self) -> None:
        self.docs: dict[str, Doc] = {}
        self.refused: set[bytes] = set()

    # ------------------------------------------------------------ in

    def decide(self, native_id: str, content: Content) -> tuple[str, bool]:
        """(result, history) of one record."""
        doc = self.docs.get(native_id)
        if doc is None:
            return "created", False
        if doc.state == "deleted":
            newest = doc.said or doc.deleted_at
            assert newest is not None
            newer = content.updated_at is not None and content.updated_at > newest
            return ("revised" if newer and doc.reason != "request" else "unchanged"), False
        if content == doc.content:
            return "unchanged", False
        if not (content.updated_at and doc.said and content.updated_at < doc.said):
            return "revised", False
        return ("unchanged", False) if content in doc.kept else ("revised", True)

    def append(self, native_id: str, content: Content, *, seq: int) -> None:
        result, history = self.decide(native_id, content)
        if result == "unchanged":
            return
        if result == "created":
            doc = Doc(native_id, len(self.docs), content, seq, content.updated_at, kept={content})
            doc.unknown = content.author is None
            self.docs[native_id] = doc
            return
        doc = self.docs[native_id]
        doc.kept.add(content)
        doc.revisions += 1
        if history:
            return
        told = [at for at in (doc.said, content.updated_at) if at is not None]
        doc.content, doc.seq, doc.said = content, seq, max(told, default=None)
        doc.revision, doc.state, doc.work = doc.revisions, "pending", Work()
        doc.reason = doc.deleted_at = None
        doc.unknown = content.author is None

    # ------------------------------------------------------------ work

    def claimable(self, now: datetime, limit: int) -> list[str]:
        free = [
            doc
            for doc in sorted(self.docs.values(), key=lambda doc: doc.order)
            if doc.work is not None and (doc.work.lease_until is None or doc.work.lease_until <= now)
        ]
        return [doc.native_id for doc in free[:limit]]

    def claim(self, claimed: Iterable[Claimed], now: datetime) -> None:
        for one in claimed:
            work = self.docs[one.native_id].work
            assert work is not None
            work.token, work.lease_until, work.attempts = one.token, now + LEASE, work.attempts + 1
            assert one.attempts == work.attempts

    def held(self, claims: Iterable[Claimed]) -> list[Doc]:
        found = []
        for one in claims:
            doc = self.docs[one.native_id]
            if doc.work is not None and doc.work.token == one.token and doc.seq == one.seq:
                found.append(doc)
        return found

    def finish(self, claims: Sequence[Claimed]) -> list[Doc]:
        done = self.held(claims)
        before = self.duplicates()
        for doc in done:
            old = doc.annotation
            if old is None or old.content.text != doc.content.text:
                doc.text_revision += 1
            made = Annotation(doc.content, doc.revision, doc.text_revision, doc.seq, doc.unknown)
            if old is not None and made.group() is not None and old.group() == made.group():
                made.rank = old.rank
            doc.annotation = made
            doc.work, doc.waiting, doc.gone = None, True, False
        self._tell(before, apart=done)
        return done

    def fail(self, claims: Sequence[Claimed], *, max_attempts: int) -> None:
        for doc in self.held(claims):
            assert doc.work is not None
            if doc.work.attempts >= max_attempts:
                doc.work, doc.state = None, "dead"
            else:
                doc.work.token, doc.work.lease_until = 0, None

    def release(self) -> None:
        for doc in self.docs.values():
            if doc.work is not None and doc.work.token:
                doc.work.token, doc.work.lease_until = 0, None
                doc.work.attempts -= 1

    def replay(self) -> int:
        dead = [doc for doc in self.docs.values() if doc.state == "dead"]
        for doc in dead:
            doc.state, doc.work = "pending", Work()
        return len(dead)

    # ------------------------------------------------------------ out

    def ack(self, native_id: str, version: int) -> None:
        doc = self.docs[native_id]
        if not doc.waiting or doc.version != version:
            return
        doc.waiting = False
        if doc.state == "pending" and doc.work is None:
            doc.state = "indexed"

    def delete(self, native_id: str, reason: str, now: datetime) -> bool:
        doc = self.docs.get(native_id)
        if doc is None:
            return False
        if doc.state == "deleted":
            doc.reason = "request" if reason == "request" else doc.reason
            return False
        before = self.duplicates()
        if doc.text_revision:
            doc.waiting = doc.gone = True
        doc.state, doc.reason, doc.deleted_at = "deleted", reason, now
        doc.work = doc.annotation = doc.verdict = None
        doc.kept = set()
        self._tell(before, apart=[doc])
        return True

    def judge(self, native_id: str, verdict: str) -> bool:
        """Whether there is such a document."""
        doc = self.docs.get(native_id)
        if doc is None or doc.state == "deleted":
            return False
        changed = None if verdict == "none" else verdict
        if doc.annotation is not None and changed != doc.verdict:
            doc.waiting = True
            doc.state = "pending" if doc.state == "indexed" else doc.state
        doc.verdict = changed
        return True

    def change_key(self, *, destroy: bool) -> int:
        """How many documents are sent again: those with an author."""
        self.release()  # a claim holds the old pseudonym
        named = [d for d in self.docs.values() if d.annotation is not None and not d.annotation.unknown]
        for doc in named:
            doc.waiting = True
            doc.state = "pending" if doc.state == "indexed" else doc.state
        if destroy:
            for doc in self.docs.values():
                doc.unknown = True
                if doc.annotation is not None:
                    doc.annotation.unknown = True
        return len(named)

    def people(self) -> set[frozenset[str]]:
        """The documents of each known person."""
        found: dict[str, set[str]] = {}
        for doc in self.docs.values():
            if doc.annotation is not None and not doc.annotation.unknown:
                found.setdefault(str(doc.annotation.content.author), set()).add(doc.native_id)
        return set(map(frozenset, found.values()))

    # ------------------------------------------------------------ what must hold

    def duplicates(self) -> dict[str, str | None]:
        """native id → native id of the representative: the lowest rank of the group."""
        groups: dict[str, list[tuple[int, str]]] = {}
        for doc in self.docs.values():
            if doc.annotation is not None and (group := doc.annotation.group()):
                groups.setdefault(group, []).append((doc.annotation.rank, doc.native_id))
        found: dict[str, str | None] = {d.native_id: None for d in self.docs.values() if d.annotation}
        for members in groups.values():
            _, head = min(members)
            found.update({name: head for _, name in members if name != head})
        return found

    def _tell(self, before: dict[str, str | None], *, apart: Sequence[Doc]) -> None:
        now = self.duplicates()
        for name, head in now.items():
            doc = self.docs[name]
            if doc not in apart and name in before and before[name] != head:
                doc.waiting = True
                doc.state = "pending" if doc.state == "indexed" else doc.state

    def balance(self, source: str) -> Balance:
        states = Counter(doc.state for doc in self.docs.values())
        return Balance(
            source,
            accepted=len(self.docs) + len(self.refused),
            indexed=states["indexed"],
            pending=states["pending"],
            dead=states["dead"] + len(self.refused),
            deleted=states["deleted"],
        )
