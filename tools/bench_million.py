"""`make bench`: a million mentions in the embedded index; tables, searches, rankings, cold and warm.

Rows are put into the index directly: real annotations of the bench's texts, copied over people, products,
kinds and 26 weeks. Prints percentiles and never fails on them: machines are shared and noisy.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import numpy as np

from tools.bench import write_reviews
from voc import ids
from voc.clock import calendar
from voc.config import Settings
from voc.runtime import INDEX_FOLDER, open_runtime
from voc.store.columns import Columns
from voc.store.embedded import EmbeddedStore
from voc.store.masks import select
from voc.types import Document, IndexRows, Query

_BATCH = 5_000
_ZONE = ZoneInfo("Asia/Shanghai")
_SEEDS = 5_000  # documents annotated for real
_WEEKS = 26
_LAST = date(2026, 11, 22)
_PRODUCTS = ("星河 X1", "星河 X1 Pro", "星河 S2", "星河 S2 Pro", "星河 Fold")
_SOURCES = (
    ("shop", "review"),
    ("mall", "review"),
    ("community", "post"),
    ("helpdesk", "ticket"),
    ("survey", "survey"),
)
_REGIONS = ("北京", "上海", "广东", "浙江", "四川", "湖北", "山东", "江苏")
_WORDS = (
    "电池",
    "发热 充电",
    "屏幕",
    "拍照",
    "物流 快",
    "系统 更新",
    "信号",
    '"太慢了"',
    "售后 退货",
    "价格",
)
_CLIENTS = 20
# One key stands for twenty readers.
_NO_LIMITS = {"VOC_KEY_REQUESTS_PER_S": "100000", "VOC_KEY_BURST": "1000000", "VOC_KEY_RUNNING": "1000"}
_ASKED = 200


def main() -> None:
    """Fill, ask, print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--mentions", type=int, default=1_000_000)
    asked.add_argument("--warm-seconds", type=float, default=30.0)
    asked.add_argument("--home", type=Path, help="keep the filled home here and use it again")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder) / "home"
        if not (home / INDEX_FOLDER).is_dir():
            print(json.dumps(fill(home, options.mentions, Path(folder))), flush=True)
        for line in (*tables(home), *served(home, Path(folder), options.warm_seconds)):
            print(line, flush=True)


# ---------------------------------------------------------------- filling


def fill(home: Path, mentions: int, folder: Path) -> dict[str, float]:
    """A home whose index holds about `mentions` mentions."""
    began = time.process_time()
    seeds = list(_annotated(folder / "seeds.csv", folder / "seeds"))
    env = Settings(home=home, taxonomy="phone", workspace="default")
    open_runtime(env).make_workspace()
    store = EmbeddedStore.open(home / INDEX_FOLDER, writer=True)
    held = documents = 0
    for batch in _batches(seeds, mentions):
        store.apply(batch)
        store.commit()
        documents += len(batch)
        held += sum(len(rows.mentions) for rows in batch)
    store.mark_rebuilt()
    store.close()
    size = sum(path.stat().st_size for path in (home / INDEX_FOLDER).rglob("*") if path.is_file())
    return {
        "documents": documents,
        "mentions": held,
        "index (MB)": round(size / 1e6),
        "CPU (s)": round(time.process_time() - began, 1),
    }


def _annotated(path: Path, home: Path) -> Iterator[IndexRows]:
    """Real annotations of the bench's reviews, as the pipeline makes them."""
    write_reviews(path, _SEEDS)
    env = {**os.environ, "VOC_HOME": str(home), "VOC_TAXONOMY": "phone"}
    command = [sys.executable, "-m", "voc", "ingest", str(path), "--source", "bench", "--wait"]
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
    store = EmbeddedStore.open(home / INDEX_FOLDER, writer=False)
    after = None
    try:
        for hit in store.documents(Query("default"), limit=_SEEDS, after=after):
            document = hit.document
            found = tuple(store.mentions_of("default", document.id))
            yield IndexRows("default", document.id, 1, document, found)
    finally:
        store.close()


def _batches(seeds: list[IndexRows], mentions: int) -> Iterator[list[IndexRows]]:
    rng = random.Random(20261125)
    made = number = 0
    batch: list[IndexRows] = []
    while made < mentions:
        number += 1
        rows = _copy(rng.choice(seeds), number, rng)
        made += len(rows.mentions)
        batch.append(rows)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    yield batch


def _copy(seed: IndexRows, number: int, rng: random.Random) -> IndexRows:
    """A seed as another person's document on another day about another product."""
    assert seed.document is not None
    source, kind = rng.choice(_SOURCES)
    native = f"n{number}"
    identity = ids.document_id("default", source, native)
    at = datetime(_LAST.year, _LAST.month, _LAST.day, tzinfo=UTC) - timedelta(
        minutes=rng.randrange(_WEEKS * 7 * 1440)
    )
    day, week, month = calendar(at, _ZONE)
    author = f"a_{int(rng.paretovariate(1.2) * 40_000) % 300_000:024x}"
    document: Document = replace(
        seed.document,
        id=identity,
        source=source,
        kind=kind,
        native_id=native,
        seq=number,
        created_at=at,
        received_at=at,
        day=day,
        week=week,
        month=month,
        author_key=author,
        person="p_" + author[2:],
        known_person=True,
        product=rng.choice(_PRODUCTS),
        region=rng.choice(_REGIONS),
        rating=float(rng.randint(1, 5)) if kind == "review" else None,
        duplicate_of=None,
        integrity="clean",
        integrity_flags=(),
    )
    said = []
    for mention in seed.mentions:
        opinion = ids.opinion_id(identity, 1, mention.clause.start, mention.clause.end, mention.ordinal)
        said.append(replace(mention, id=ids.mention_id(opinion), opinion_id=opinion, document_id=identity))
    return IndexRows("default", identity, 1, document, tuple(said))


# ---------------------------------------------------------------- in one process


def tables(home: Path) -> Iterator[str]:
    """Cross tables and searches, each question another one."""
    store = EmbeddedStore.open(home / INDEX_FOLDER, writer=False)
    try:
        began = time.perf_counter()
        columns = store.columns("default")
        yield f"columns loaded in {time.perf_counter() - began:.2f} s: {columns.mentions.size:,} mentions"
        asked = [query for query, _ in zip(_questions(random.Random(1)), range(60), strict=False)]
        yield _line("aspect × sentiment", [_timed(lambda q=q: _table(columns, q, _sentiment)) for q in asked])
        yield _line("week × aspect", [_timed(lambda q=q: _table(columns, q, _week)) for q in asked])
        with_words = [replace(q, q=_WORDS[i % len(_WORDS)]) for i, q in enumerate(asked)]

        def searched(query: Query) -> None:
            store.documents(query, limit=20)
            _table(columns, query, _sentiment)

        yield _line("text + filter + facets", [_timed(lambda q=q: searched(q)) for q in with_words])
    finally:
        store.close()


def _table(columns: Columns, query: Query, by: Callable[[Columns, np.ndarray], np.ndarray]) -> np.ndarray:
    """Mentions by node and another figure, of what the question selects."""
    chosen = np.flatnonzero(select(columns, query).mentions)
    other = by(columns, chosen)
    wide = int(other.max(initial=0)) + 1
    node = columns.mentions.node[chosen].astype(np.int64)
    return np.bincount((node + 1) * wide + other)


def _sentiment(columns: Columns, chosen: np.ndarray) -> np.ndarray:
    return columns.mentions.sentiment[chosen]


def _week(columns: Columns, chosen: np.ndarray) -> np.ndarray:
    weeks = (columns.documents.day.astype(np.int64) + 3) // 7
    return (weeks - weeks.min())[columns.mentions.document[chosen]]


def _questions(rng: random.Random) -> Iterator[Query]:
    """Different questions with a window, some with filters."""
    seen = set()
    while True:
        days = rng.choice((7, 14, 28, 56, 90, 120))
        until = _LAST + timedelta(days=1) - timedelta(days=rng.randrange(0, 60))
        query = Query(
            "default",
            since=(until - timedelta(days=days)).isoformat(),
            until=until.isoformat(),
            counted=True,
            product=tuple(rng.sample(_PRODUCTS, rng.choice((0, 0, 1, 2)))),
            kind=tuple(rng.sample(("review", "post", "ticket"), rng.choice((0, 0, 1)))),
            region=tuple(rng.sample(_REGIONS, rng.choice((0, 0, 0, 1)))),
        )
        if query not in seen:
            seen.add(query)
            yield query


# ---------------------------------------------------------------- over HTTP


def served(home: Path, folder: Path, warm_s: float) -> Iterator[str]:
    """`/v1/pain-points`: 200 questions cold from one client, then 20 clients warm while files are read."""
    env = {**os.environ, "VOC_HOME": str(home), "VOC_TAXONOMY": "phone", **_NO_LIMITS}
    made = subprocess.run(
        [sys.executable, "-m", "voc", "keys", "create", "--name", "bench", "--scopes", "read", "--json"],
        env=env,
        check=True,
        capture_output=True,
    )
    key = json.loads(made.stdout)["key"]
    said = folder / "serve.log"
    with (
        said.open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "voc", "serve", "--port", "0"], env=env, stderr=log
        ) as server,
    ):
        while "listens on" not in said.read_text("utf-8"):
            time.sleep(0.05)
        address = said.read_text("utf-8").partition("listens on")[2].split()[0]
        ask = _Client(address, key)
        try:
            began = time.perf_counter()
            ask.get("/v1/pain-points?limit=20")
            yield f"first answer of a fresh process after {time.perf_counter() - began:.2f} s"
            paths = [
                _path(query) for query, _ in zip(_questions(random.Random(2)), range(_ASKED), strict=False)
            ]
            yield _line(
                f"pain-points, {_ASKED} questions cold, one client", [ask.timed(path) for path in paths]
            )
            yield from _warm(ask, paths, env, folder, warm_s)
        finally:
            server.terminate()


def _warm(ask: _Client, paths: list[str], env: dict[str, str], folder: Path, seconds: float) -> Iterator[str]:
    """Twenty clients over the same questions, each in its own order, while `voc ingest` reads a file."""
    path = folder / "more.csv"
    write_reviews(path, 20_000)
    ingest = subprocess.Popen(
        [sys.executable, "-m", "voc", "ingest", str(path), "--source", "more"],
        env=env,
        stdout=subprocess.DEVNULL,
    )
    until = time.perf_counter() + seconds
    spent: list[float] = []
    seen: set[int] = set()

    def client(number: int) -> None:
        rng = random.Random(number)
        while time.perf_counter() < until:
            spent.append(ask.timed(rng.choice(paths), seen))

    threads = [threading.Thread(target=client, args=(number,)) for number in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ingest.wait()
    rate = f"{len(spent) / seconds:.0f} answers a second, {len(seen)} states of the index seen"
    yield _line(f"pain-points, {_CLIENTS} clients warm while files are read ({rate})", spent)


class _Client:
    """Asks over HTTP; safe from several threads."""

    def __init__(self, address: str, key: str) -> None:
        self._address, self._key = address, key

    def get(self, path: str) -> dict[str, object]:
        """The JSON of an answer."""
        request = urllib.request.Request(
            self._address + path, headers={"Authorization": f"Bearer {self._key}"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            found: dict[str, object] = json.load(answer)
            return found

    def timed(self, path: str, seen: set[int] | None = None) -> float:
        """Seconds until an answer was read; its `as_of` goes to `seen`."""
        began = time.perf_counter()
        answer = self.get(path)
        spent = time.perf_counter() - began
        if seen is not None:
            seen.add(int(str(answer["as_of"])))
        return spent


def _path(query: Query) -> str:
    named = [("limit", "20"), ("since", query.since), ("until", query.until)]
    named += [(name, value) for name in ("product", "kind", "region") for value in getattr(query, name)]
    return "/v1/pain-points?" + urlencode(named)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _line(name: str, spent: list[float]) -> str:
    cuts = statistics.quantiles(spent, n=100)
    return (
        f"{name}: p50 {cuts[49] * 1000:.0f} ms, p95 {cuts[94] * 1000:.0f} ms, "
        f"worst {max(spent) * 1000:.0f} ms, n {len(spent)}"
    )


if __name__ == "__main__":
    main()
