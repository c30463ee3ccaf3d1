"""The ledger as one object: taken in, worked on, sent, acknowledged. Each part has a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from datetime import datetime
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import Engine

from voc.clock import Clock, Onward, system_clock
from voc.errors import ConfigError
from voc.ledger import (
    access_keys,
    audit,
    balance,
    checks,
    deadletters,
    finishing,
    idempotency,
    inbox,
    jobs,
    outbox,
    rekeying,
    repair,
    sources,
    tombstones,
    verdicts,
    work,
    workspaces,
)
from voc.ledger.book import Book
from voc.ledger.checks import Finding
from voc.ledger.cipher import Cipher
from voc.ledger.idempotency import Once
from voc.ledger.inbox import Delivery
from voc.ledger.keys_at_rest import Keys
from voc.ledger.nearcopies import NearCopies
from voc.ledger.types import (
    AccessKey,
    AuditRow,
    Balance,
    Change,
    Claimed,
    DeadLetter,
    Done,
    Failed,
    Finished,
    Job,
    JobError,
    MadeKey,
    Pending,
    Receipt,
    Reject,
    Rekeyed,
    Source,
    Verdict,
    Workspace,
)
from voc.types import Record

T = TypeVar("T")


class Ledger:
    """Every method is one transaction, safe from several threads and processes.

    All may raise RetryableError (VOC-E400, database busy or away), FatalError (VOC-E500, disk full or
    damaged) and ConfigError (VOC-E206, file not writable); then nothing of the call was kept.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        keys: Keys,
        clock: Clock = system_clock,
        ticks: Callable[[], float] = monotonic,
        keys_again: Callable[[], Keys] | None = None,
    ) -> None:
        """The database must be migrated.

        Args:
            ticks: seconds of a clock that nobody sets.
            keys_again: looks the keys up anew, when another process has changed the identity key.

        Raises:
            ConfigError: VOC-E201, the keys are not those the ledger was written with.
        """
        self._engine, self._clock, self._keys_again = engine, clock, keys_again
        self._onward = Onward(clock, ticks=ticks)
        self._use(keys)
        with self._book.reading() as conn:  # a start must not wait for whoever writes
            proven = self._book.cipher.proven(conn)
        if not proven:
            with self._book.writing() as conn:
                self._book.cipher.remember(conn)
                self._book.cipher.proven(conn)

    def _use(self, keys: Keys) -> None:
        self._keys = keys
        self._book = Book(self._engine, Cipher(keys), keys.id_key, self._clock, self._onward)

    def _keyed(self, take_in: Callable[[Book], T]) -> T:
        """Done with the identity key that is in force; nothing of a first try with an older one is kept."""
        try:
            return take_in(self._book)
        except ConfigError as error:
            if error.code != "VOC-E201" or self._keys_again is None:
                raise
            keys = self._keys_again()
            if keys == self._keys:
                raise
            self._use(keys)
            return take_in(self._book)

    # ------------------------------------------------------------ workspaces and sources

    def ensure_workspace(self, name: str, *, timezone: str, taxonomy: str) -> Workspace:
        """The workspace, made when there is none, else as it is (UsageError VOC-E102: bad name)."""
        return workspaces.ensure(self._book, name, timezone=timezone, taxonomy=taxonomy)

    def workspace(self, name: str) -> Workspace | None:
        """The workspace, or None."""
        return workspaces.get(self._book, name)

    def workspaces(self) -> list[Workspace]:
        """All, by name."""
        return workspaces.all_of(self._book)

    def sources(self, workspace: str) -> list[Source]:
        """The workspace's sources, by name."""
        return sources.all_of(self._book, workspace)

    def cursor(self, workspace: str, source: str) -> str | None:
        """Where the source's next pull begins; None at the start."""
        return sources.cursor(self._book, workspace, source)

    # ------------------------------------------------------------ in

    def append(
        self,
        workspace: str,
        source: str,
        kind: str,
        records: Sequence[Record],
        *,
        rejects: Sequence[Reject] = (),
        cursor: str | None = None,
        occurrences: MutableMapping[int, int] | None = None,
    ) -> list[Receipt]:
        """Keep records, refused rows and the next cursor, all or nothing; on disk when it returns.

        Args:
            occurrences: counts equal records without a native id; pass the same dict for all batches of one
                file, so that the same file again makes the same ids. None: counted within this call.

        Returns:
            One receipt a record, in order.

        Raises:
            UsageError: VOC-E104, no such workspace.
        """
        delivery = Delivery(workspace, source, kind, records, rejects, cursor)
        return self._keyed(lambda book: inbox.append(book, delivery, occurrences=occurrences))

    def append_once(self, delivery: Delivery, once: Once) -> bytes:
        """Keep a delivery and its answer under an Idempotency-Key, in one transaction; the answer.

        Where the key has an answer already, or another process is just giving it one, that answer comes back:
        nothing is kept and `once.answer` is not called.

        Raises:
            UsageError: VOC-E104, no such workspace; VOC-E106, the key was used with another body.
        """
        return self._keyed(lambda book: inbox.append_once(book, delivery, once))

    # ------------------------------------------------------------ work

    def claim(self, worker: str, *, limit: int, lease_s: float) -> list[Claimed]:
        """Lend up to `limit` waiting revisions for `lease_s` seconds, oldest documents first.

        Workspaces get equal shares. Those whose lease is over are lent again; one that cannot be decrypted
        goes to dead letters.
        """
        return work.claim(self._book, worker, limit=limit, lease_s=lease_s)

    def sketch_key(self, workspace: str) -> bytes:
        """What the workspace's sketches are to be made with (`Done.sketch`)."""
        return self._book.cipher.sketch_key(workspace)

    def finish(self, worker: str, done: Sequence[Done], *, near: NearCopies | None = None) -> list[Finished]:
        """Keep annotations, settle copies, give versions, fill the outbox.

        Args:
            near: finds near copies, the same object at every call of a process; None: only equal ones.

        A claim that was lost (taken over, a newer revision came, deleted) is silently dropped.
        Other documents whose representative changed by this are in the answer with `other=True`.
        """
        del worker  # a claim is proven by its token
        return finishing.finish(self._book, done, near=near)

    def fail(self, worker: str, failures: Sequence[Failed], *, max_attempts: int) -> None:
        """Back to waiting, or after `max_attempts` claims to dead letters. Lost claims are dropped."""
        del worker
        work.fail(self._book, failures, max_attempts=max_attempts)

    def release(self, worker: str) -> int:
        """Give back, untried, all that this worker holds (a clean stop); how many."""
        return work.release(self._book, worker)

    def take_over(self) -> int:
        """Free every claim, each counted as a try: for whoever knows that nobody else works; how many."""
        return work.take_over(self._book)

    # ------------------------------------------------------------ out

    def outbox(self, *, limit: int, workspace: str | None = None) -> list[Pending]:
        """Up to `limit` documents whose newest version is not acknowledged, lowest version first."""
        return outbox.waiting(self._book, limit=limit, workspace=workspace)

    def ack(self, delivered: Sequence[tuple[str, int]]) -> None:
        """The index has these (document id, version) on disk; again, or an older version: a no-op."""
        outbox.ack(self._book, delivered)

    def changes(self, workspace: str, after: int, limit: int) -> list[Change]:
        """What was acknowledged after `after`, in order, each document once and in its newest state."""
        return outbox.changes(self._book, workspace, after=after, limit=limit)

    def as_of(self, workspace: str) -> int:
        """The newest acknowledgement of the workspace; 0 before the first."""
        return outbox.as_of(self._book, workspace)

    def all_rows(self, workspace: str) -> Iterator[Pending]:
        """Every current annotated document, in the order in which they first came."""
        return outbox.all_rows(self._book, workspace)

    # ------------------------------------------------------------ what people decide

    def judge(self, workspace: str, document_id: str, verdict: str, *, reason: str, actor: str) -> Verdict:
        """A person's verdict on a document's integrity; it stands above the label until it is taken back.

        Args:
            verdict: `release`, `quarantine`, or `none`: the label decides again.
            reason: in words, without personal data (kept encrypted, not in the audit row).

        Raises:
            UsageError: VOC-E104, no such document, or it is deleted; VOC-E102, another verdict.
        """
        return verdicts.judge(self._book, workspace, document_id, verdict, reason=reason, actor=actor)

    def verdicts(self, workspace: str, document_id: str) -> list[Verdict]:
        """What people decided about a document, newest first."""
        return verdicts.history(self._book, workspace, document_id)

    # ------------------------------------------------------------ deletion and dead letters

    def delete(self, workspace: str, source: str, native_id: str, reason: str) -> bool:
        """Forget a document; `reason` is `request`, `retention` or `source`. False: unknown or gone already.

        Raises:
            UsageError: VOC-E102, another reason.
        """
        return tombstones.delete(self._book, workspace, source, native_id, reason)

    def dead_letters(
        self, workspace: str, source: str | None = None, *, limit: int = 100, after: int = 0
    ) -> list[DeadLetter]:
        """Oldest first, those with an id above `after`."""
        return deadletters.listing(self._book, workspace, source, limit=limit, after=after)

    def dead_letter_raw(self, workspace: str, letter: int) -> bytes:
        """The bytes of a refused row (UsageError VOC-E104: none)."""
        return deadletters.raw(self._book, workspace, letter)

    def replay(
        self, workspace: str, letters: Sequence[int] | None = None, *, source: str | None = None
    ) -> int:
        """Put failed documents back to work, all or the dead letters named; refused rows stay. How many."""
        return deadletters.replay(self._book, workspace, letters, source=source)

    # ------------------------------------------------------------ care

    def balance(self, workspace: str) -> list[Balance]:
        """One row a source: accepted = indexed + pending + dead + deleted, unless the ledger is damaged."""
        return balance.balance(self._book, workspace)

    def check(self) -> list[str]:
        """Problems of the ledger itself, one line each, without anybody's words; [] is well."""
        return checks.check(self._book)

    def dead_documents(self, workspace: str) -> int:
        """How many documents failed in a stage and could be replayed (refused rows are not among them)."""
        return deadletters.documents(self._book, workspace)

    def findings(self) -> list[Finding]:
        """What `check` tells, each with its name, its count and whether `repair` puts it right."""
        return checks.findings(self._book)

    def repair(self) -> dict[str, int]:
        """Put right what needs nobody's words: what stands for documents, work, counters, balance; counts of
        what was changed. A settled balance is an audit row."""
        return repair.repair(self._book)

    # ------------------------------------------------------------ the identity key

    def uses_identity_key(self, id_key: bytes) -> bool:
        """Whether pseudonyms are made with this key."""
        return rekeying.in_force(self._engine, id_key)

    def rotate_identity(
        self, id_key: bytes, *, actor: str, on_progress: Callable[[int, int], None] = lambda *_: None
    ) -> Rekeyed:
        """Every pseudonym is made anew with another key, from the encrypted records; who is who stays.

        What is kept while it is made ready survives a kill, and the same call goes on from there; the change
        itself is one transaction. All rows concerned are sent to the index again.

        Args:
            on_progress: called with (sequence reached, last sequence).

        Raises:
            ConfigError: VOC-E201, the key in force is not ours.
        """
        done = rekeying.rotate(self._book, id_key, actor=actor, on_progress=on_progress)
        self._use(Keys(self._keys.data_key, id_key))
        return done

    def destroy_identity(self, id_key: bytes, *, actor: str) -> Rekeyed:
        """No pseudonym is left: every document becomes an unknown person of its own. `id_key` is for the ones
        that come after, which nobody can connect with what was there."""
        done = rekeying.destroy(self._book, id_key, actor=actor)
        self._use(Keys(self._keys.data_key, id_key))
        return done

    # ------------------------------------------------------------ access

    def create_key(
        self, *, name: str, workspace: str, scopes: Sequence[str], expires_at: datetime | None = None
    ) -> MadeKey:
        """A new access key; `workspace` `*` is every one."""
        return access_keys.create(
            self._book, name=name, workspace=workspace, scopes=scopes, expires_at=expires_at
        )

    def list_keys(self, workspace: str | None = None) -> list[AccessKey]:
        """Keys without their secrets, oldest first."""
        return access_keys.listing(self._book, workspace)

    def revoke_key(self, key_id: str, workspace: str | None = None) -> bool:
        """Make a key worthless; False when there is none."""
        return access_keys.revoke(self._book, key_id, workspace)

    def find_key(self, secret: str) -> AccessKey | None:
        """The valid key with this secret, else None."""
        return access_keys.find(self._book, secret)

    def idempotent(self, workspace: str, key: str, body_digest: str) -> bytes | None:
        """The answer kept under an Idempotency-Key, or None (UsageError VOC-E106: used with another body)."""
        return idempotency.known(self._book, workspace, key, body_digest)

    # ------------------------------------------------------------ jobs and audit

    def create_job(self, workspace: str, kind: str, detail: Mapping[str, Any]) -> Job:
        """A queued job."""
        return jobs.create(self._book, workspace, kind, detail)

    def update_job(
        self,
        workspace: str,
        job_id: str,
        *,
        state: str | None = None,
        counts: Mapping[str, int] | None = None,
        errors: Sequence[JobError] = (),
        progress: float | None = None,
    ) -> Job:
        """Set what is given; errors are added (UsageError VOC-E104: no such job)."""
        return jobs.update(
            self._book, workspace, job_id, state=state, counts=counts, errors=errors, progress=progress
        )

    def job(self, workspace: str, job_id: str) -> Job | None:
        """The job, or None."""
        return jobs.get(self._book, workspace, job_id)

    def jobs(self, workspace: str, *, limit: int = 100) -> list[Job]:
        """Newest first."""
        return jobs.listing(self._book, workspace, limit=limit)

    def open_jobs(self, workspace: str, kind: str) -> list[Job]:
        """Those of this kind that are queued or running, oldest first; `*` has what is no workspace's own."""
        return jobs.open_ones(self._book, workspace, kind)

    def audit(
        self, workspace: str, *, actor: str, action: str, target: str, detail: Mapping[str, Any] | None = None
    ) -> None:
        """Note who did what; `detail` without anybody's words."""
        audit.add(self._book, workspace, actor=actor, action=action, target=target, detail=detail or {})

    def audit_rows(self, workspace: str, *, limit: int = 100, before: int | None = None) -> list[AuditRow]:
        """Newest first, those with an id below `before`."""
        return audit.listing(self._book, workspace, limit=limit, before=before)
