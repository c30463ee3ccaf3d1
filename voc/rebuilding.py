"""Making the index again when somebody asks: an order in the ledger, done by who holds the writer lease."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from voc import pipeline
from voc.errors import CODES, FatalError, RetryableError, VocError
from voc.ledger.types import Job, JobError
from voc.runtime import Runtime
from voc.store.base import Store

KIND = "rebuild"
EVERY = "*"  # an order is no workspace's own
_NEARLY = 0.99  # the last batch is not committed while it is told


class Orders:
    """What is ordered of this process, which holds the lease; looked for every `poll_s` seconds at most."""

    def __init__(self, opened: Runtime, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._opened, self._monotonic = opened, monotonic
        self._looked: float | None = None
        self._waiting = False

    def waiting(self) -> bool:
        """Whether there is an order: a worker ends its run then and obeys."""
        now = self._monotonic()
        if self._looked is None or now - self._looked >= self._opened.settings.poll_s:
            self._looked = now
            self._waiting = bool(self._open())
        return self._waiting

    def obey(self, store: Store, *, on_progress: Callable[[int, int], object]) -> None:
        """Do what is ordered; nothing where the index is damaged, which the store says from then on.

        Args:
            on_progress: documents done, and of how many; what it raises cuts the work off, and the order
                stays.
        """
        orders = self._open()
        self._looked = None
        if not orders or store.verify():
            return
        names = sorted({name for order in orders for name in order.detail["workspaces"]})
        ledger = self._opened.ledger
        total = sum(row.indexed for name in names for row in ledger.balance(name))

        def tell(documents: int) -> None:
            share = min(_NEARLY, documents / total) if total else None
            self._mark(orders, state="running", counts={"documents": documents, "of": total}, progress=share)
            on_progress(documents, total)

        tell(0)
        try:
            documents = pipeline.rebuild(ledger, store, workspaces=names, on_progress=tell)
            store.mark_rebuilt()
        except VocError:
            raise  # it is tried again: the order stays
        except Exception:
            self._mark(orders, state="failed", errors=[JobError("index", "VOC-E503", CODES["VOC-E503"])])
            raise
        self._mark(orders, state="done", counts={"documents": documents, "of": documents}, progress=1.0)

    def _open(self) -> list[Job]:
        return self._opened.ledger.open_jobs(EVERY, KIND)

    def _mark(self, orders: Sequence[Job], **what: object) -> None:
        for order in orders:
            self._opened.ledger.update_job(EVERY, order.id, **what)  # type: ignore[arg-type]


def rebuilt(
    opened: Runtime,
    names: Sequence[str],
    *,
    note: Callable[[str], None],
    on_progress: Callable[[int, int | None], None],
    sleep: Callable[[float], object] = time.sleep,
) -> int:
    """Have these workspaces' index made again, by the worker that runs or, where none does, by this process.

    Args:
        note: told once that another process is waited for.
        on_progress: documents done, and of how many.

    Returns:
        How many documents the index holds.

    Raises:
        FatalError: VOC-E503, it failed; the worker's log names the place.
    """
    order = opened.ledger.create_job(EVERY, KIND, {"workspaces": list(names)})
    waits = False
    while True:
        mine = _as_worker(opened, note=note, on_progress=on_progress)
        found = opened.ledger.job(EVERY, order.id)
        assert found is not None, "jobs are never removed"
        if found.state == "done":
            return found.counts["documents"]
        if found.state == "failed":
            raise FatalError("the worker could not make the index again", code=found.errors[0].code)
        if mine:
            continue  # damage was found: a writer that opens makes a new index
        if not waits:
            waits = True
            note("a worker runs and makes the index again; waiting for it")
        on_progress(found.counts.get("documents", 0), found.counts.get("of"))
        sleep(opened.settings.poll_s)


def _as_worker(
    opened: Runtime, *, note: Callable[[str], None], on_progress: Callable[[int, int], object]
) -> bool:
    """Obey ourselves; False where another process holds the lease."""
    try:
        store = opened.writer(note=note)
    except RetryableError as error:
        if error.code == "VOC-E402":
            return False
        raise
    try:
        Orders(opened).obey(store, on_progress=on_progress)
    finally:
        store.close()
    return True
