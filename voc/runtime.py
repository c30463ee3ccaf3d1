"""What a verb or the API works with: settings, keys, ledger and store of one home, opened in one place."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from voc.config import Settings
from voc.db.engine import migrate, open_engine
from voc.errors import ConfigError, RetryableError, UsageError, VocError
from voc.identity_key import change, keys_of
from voc.language import LanguagePool
from voc.ledger import Ledger
from voc.ledger.keys_at_rest import Keys, load_or_make
from voc.ledger.types import Rekeyed, Workspace
from voc.ops.home import unusable
from voc.pipeline import Progress, Worker, rebuild
from voc.store.base import Store
from voc.store.embedded import EmbeddedStore

INDEX_FOLDER = "index"
DEFAULT_WORKSPACE = "default"


@dataclass(frozen=True, slots=True)
class Runtime:
    """One opened installation."""

    settings: Settings
    keys: Keys
    ledger: Ledger

    def workspace(self, name: str | None = None) -> Workspace:
        """A workspace, by default the settings'.

        Raises:
            UsageError: VOC-E104, nobody made it.
        """
        name = name or self.settings.workspace
        found = self.ledger.workspace(name)
        if found is None:
            cure = f"voc init --workspace {name}"
            raise UsageError("no such workspace", code="VOC-E104", value=name, cure=cure)
        return found

    def make_workspace(self, name: str | None = None) -> Workspace:
        """The workspace, made with the settings' taxonomy and time zone where there is none."""
        return self.ledger.ensure_workspace(
            name or self.settings.workspace, timezone=self.settings.timezone, taxonomy=self.settings.taxonomy
        )

    def reader(self) -> Store:
        """The store, for reading; never takes the writer lease."""
        self._only_embedded()
        return EmbeddedStore.open(self.settings.home / INDEX_FOLDER, writer=False)

    def writer(self, *, note: Callable[[str], None], check: Callable[[int], None] | None = None) -> Store:
        """The store, for the one process that may change it; rebuilds it first where it does not fit.

        Args:
            check: called between two batches of a rebuild; what it raises cuts the rebuild off.

        Raises:
            RetryableError: another process holds the lease (VOC-E402), or the disk fails (VOC-E401).
        """
        self._only_embedded()
        store = EmbeddedStore.open(self.settings.home / INDEX_FOLDER, writer=True)
        try:
            if store.needs_rebuild:
                names = [workspace.name for workspace in self.ledger.workspaces()]
                if any(self.ledger.as_of(name) for name in names):  # else the home is new: nothing to say
                    note(f"index is rebuilt from the ledger: {store.needs_rebuild}")
                rebuild(self.ledger, store, workspaces=names, on_progress=check)
                store.mark_rebuilt()
        except BaseException:
            store.close()
            raise
        return store

    def pool(self) -> LanguagePool:
        """Language processes for every workspace's taxonomy."""
        packs = sorted({workspace.taxonomy for workspace in self.ledger.workspaces()})
        return LanguagePool(
            processes=self.settings.language_processes, profile=self.settings.profile, taxonomies=packs
        )

    def worker(self, store: Store, pool: LanguagePool) -> Worker:
        """A worker named after this process."""
        return Worker(
            self.ledger,
            store,
            pool,
            name=f"{socket.gethostname()}:{os.getpid()}",
            batch=self.settings.batch_documents,
            lease_s=self.settings.lease_s,
            max_attempts=self.settings.max_attempts,
        )

    def give_back(self, worker: Worker) -> None:
        """What a worker that failed had claimed is free at once, where the ledger can be written."""
        with suppress(VocError):  # the same fault: the leases run out
            self.ledger.release(worker.name)

    def take_over(self, worker: Worker) -> None:
        """Free all claims: only the holder of the writer lease claims, so they are of dead workers.

        Its own are those that a full disk took no note of being given back. Where the ledger cannot be
        written (the same fault again) leases run out.
        """
        with suppress(VocError):
            self.ledger.release(worker.name)
            self.ledger.take_over()

    def change_identity_key(
        self,
        *,
        destroy: bool,
        new_key: Path | None,
        actor: str,
        on_progress: Callable[[int, int], None] = lambda *_: None,
    ) -> Rekeyed:
        """Rotate the identity key, or destroy it (`identity_key.change`); the index has to be made again."""
        return change(
            self.ledger,
            self.settings,
            index=self.settings.home / INDEX_FOLDER,
            destroy=destroy,
            new_key=new_key,
            actor=actor,
            on_progress=on_progress,
        )

    def pending(self, workspace: str | None = None) -> int:
        """Documents that are not searchable yet."""
        names = [workspace] if workspace else [w.name for w in self.ledger.workspaces()]
        return sum(row.pending for name in names for row in self.ledger.balance(name))

    def work_until_empty(
        self,
        *,
        note: Callable[[str], None],
        on_progress: Callable[[Progress], None] | None = None,
        stop: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], object] = time.sleep,
        pool: LanguagePool | None = None,
    ) -> Progress | None:
        """Do the work, or wait for the process that does; None when another one did it.

        Args:
            pool: language processes that were started before; closed at the end in any case.
        """
        pool = pool or self.pool()
        try:
            return self._work(pool, note=note, on_progress=on_progress, stop=stop, sleep=sleep)
        finally:
            pool.close()

    def follow(
        self, *, note: Callable[[str], None], stop: Callable[[], bool], sleep: Callable[[float], object]
    ) -> None:
        """Until the index holds what the ledger says: another process makes it so, or this one."""
        while not stop():
            self.work_until_empty(note=note, stop=stop, sleep=sleep)
            store = self.reader()
            try:
                if store.needs_rebuild is None:
                    return
            finally:
                store.close()
            sleep(self.settings.poll_s)

    def _work(
        self,
        pool: LanguagePool,
        *,
        note: Callable[[str], None],
        on_progress: Callable[[Progress], None] | None,
        stop: Callable[[], bool],
        sleep: Callable[[float], object],
    ) -> Progress | None:
        while True:
            try:
                store = self.writer(note=note)
            except RetryableError as error:
                if error.code != "VOC-E402":
                    raise
                if stop() or self.pending() == 0:
                    return None
                sleep(self.settings.poll_s)
                continue
            try:
                loaded = pool.warm() if self.pending() else 0.0
                worker = self.worker(store, pool)
                worker.progress.spend("model load", loaded)
                self.take_over(worker)
                try:
                    worker.run(on_progress=on_progress, stop=stop)
                    # A claim that could not be freed comes back when its lease is over.
                    while self.pending() and not stop():
                        sleep(self.settings.poll_s)
                        worker.run(on_progress=on_progress, stop=stop)
                except BaseException:
                    self.give_back(worker)
                    raise
                return worker.progress
            finally:
                store.close()

    def _only_embedded(self) -> None:
        if self.settings.store_url:
            raise ConfigError(
                "Elasticsearch is not supported by this release",
                value="store_url",
                cure="unset VOC_STORE_URL to use the embedded index",
            )


def open_runtime(settings: Settings) -> Runtime:
    """Open (and on first use make) the home.

    Raises:
        ConfigError: the home cannot be used (VOC-E206), a key is not valid, the schema is newer.
        FatalError: the disk is full (VOC-E500).
    """
    home = settings.home
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise unusable(home, error) from error
    try:
        load_or_make(home, settings)  # before there is a ledger that would need them
        url = settings.database_url.get_secret_value() if settings.database_url else sqlite_url(home)
        engine = open_engine(url)
        migrate(engine)
    except OSError as error:
        raise unusable(home, error) from error
    look_up = partial(keys_of, settings, engine, index=home / INDEX_FOLDER)
    keys = look_up()
    runtime = Runtime(settings, keys, Ledger(engine, keys=keys, keys_again=look_up))
    if settings.workspace == DEFAULT_WORKSPACE:
        # Made on first use; any other by `voc init`, so that a misspelt name is no new, empty workspace.
        runtime.make_workspace()
    return runtime


def sqlite_url(home: Path) -> str:
    """The ledger's default place."""
    return f"sqlite:///{(home / 'ledger.sqlite').absolute()}"
