"""Every engine against the reference: the same rows and questions give the same answers in the same order."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_corpus import corpus, query, removed, rows

from voc.errors import UsageError
from voc.store.base import Position, Store
from voc.store.codec import digest_of, plain, row_digests
from voc.store.embedded import EmbeddedStore
from voc.store.masks import select
from voc.store.memory import MemoryStore
from voc.types import Query

SEEDS = st.integers(min_value=0, max_value=2**32)
SLOW = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large)


@dataclass
class Engine:
    """How a test opens a fresh store, and the same one again; `durable` False: nothing outlives it."""

    fresh: Callable[[], Store]
    again: Callable[[], Store]
    durable: bool


def _memory(_: Path) -> Engine:
    return Engine(MemoryStore, MemoryStore, durable=False)


def _embedded(folder: Path) -> Engine:
    place = folder

    def fresh() -> Store:
        nonlocal place
        place = folder / str(len(list(folder.iterdir())))
        store = again()
        store.mark_rebuilt()
        return store

    def again() -> Store:
        return EmbeddedStore.open(place, writer=True)

    return Engine(fresh, again, durable=True)


@pytest.fixture(params=[_memory, _embedded], ids=["memory", "embedded"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """One engine after the other."""
    made: Engine = request.param(tmp_path)
    return made


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    """An empty store, whole."""
    made = engine.fresh()
    yield made
    made.close()


def filled(
    store: Store, *, seed: int, size: int = 60, workspaces: tuple[str, ...] = ("w", "v")
) -> MemoryStore:
    """Put a corpus in, as objects and as values, in several commits, and its objects into the reference."""
    rng = random.Random(seed)
    reference = MemoryStore()
    made = [one for name in ("w", "v") for one in corpus(rng, workspace=name)]
    rng.shuffle(made)
    while made:
        count = rng.randint(1, 40)
        store.apply([plain(one) if rng.random() < 0.5 else one for one in made[:count]])
        reference.apply(made[:count])
        for one in (store, reference):
            one.commit()
        made = made[count:]
    return reference


def pages(store: Store, asked: Query, *, what: str, limit: int, upto: int | None = None) -> list[Position]:
    """The positions of a whole listing, page by page."""
    found: list[Position] = []
    while True:
        after = found[-1] if found else None
        page = getattr(store, what)(asked, limit=limit, after=after, upto=upto)
        found += [Position.of(hit) for hit in page]
        if len(page) < limit:
            return found


@settings(max_examples=15, deadline=None, suppress_health_check=SLOW)
@given(seed=SEEDS)
def test_same_answers_as_the_reference(engine: Engine, seed: int) -> None:
    store = engine.fresh()
    try:
        reference = filled(store, seed=seed)
        rng = random.Random(seed + 1)
        for _ in range(25):
            asked = query(rng)
            upto = rng.choice((None, None, 20))
            for what in ("documents", "mentions"):
                hits = getattr(store, what)(asked, limit=1000, upto=upto)
                assert hits == getattr(reference, what)(asked, limit=1000, upto=upto), asked
                positions = [Position.of(hit) for hit in hits]
                assert pages(store, asked, what=what, limit=rng.randint(1, 7), upto=upto) == positions
            assert store.count_documents(asked) == reference.count_documents(asked)
            assert store.count_mentions(asked) == reference.count_mentions(asked)
        for name in ("w", "v", "nobody"):
            assert sorted(store.scan(name)) == sorted(reference.scan(name))
            assert store.digest(name) == reference.digest(name)
            assert store.version(name) == reference.version(name)
    finally:
        store.close()


@settings(max_examples=10, deadline=None, suppress_health_check=SLOW)
@given(seed=SEEDS)
def test_columns_select_what_listings_list(engine: Engine, seed: int) -> None:
    store = engine.fresh()
    try:
        filled(store, seed=seed)
        columns = store.columns("w")
        assert columns is store.columns("w")
        rng = random.Random(seed + 1)
        for _ in range(25):
            asked = query(rng)
            documents = np.flatnonzero(select(columns, asked).documents).tolist()
            mentions = np.flatnonzero(select(columns, asked).mentions).tolist()
            listed = store.documents(asked, limit=1000)
            assert sorted(map(columns.document_id, documents)) == sorted(hit.document.id for hit in listed)
            said = store.mentions(asked, limit=1000)
            assert sorted(map(columns.mention_id, mentions)) == sorted(hit.mention.id for hit in said)
    finally:
        store.close()


def test_columns_say_what_the_rows_say(store: Store) -> None:
    filled(store, seed=11)
    columns = store.columns("w")
    documents, mentions = columns.documents, columns.mentions
    excluded = (None, "quarantined", "copies", "staff")
    place = 0
    assert documents.size == store.count_documents(Query("w")) > 0
    assert mentions.size == store.count_mentions(Query("w")) > 0
    for row in range(documents.size):
        document = store.document("w", columns.document_id(row))
        assert document is not None
        for name in (
            "source",
            "kind",
            "role",
            "product",
            "brand",
            "region",
            "person",
            "language",
            "sentiment",
        ):
            assert columns.decode(name, getattr(documents, name)[row]) == getattr(document, name)
        assert excluded[documents.excluded[row]] == document.excluded
        assert (documents.rating[row] == document.rating) or document.rating is None
        assert documents.seq[row] == document.seq
        said = store.mentions_of("w", document.id)
        assert columns.bounds[row] == place
        for mention in said:
            assert columns.mention_id(place) == mention.id
            assert mentions.document[place] == row
            assert mentions.harm[place] == mention.harm
            assert columns.decode("node", mentions.node[place]) == mention.aspect
            assert mentions.depth[place] == len(mention.aspect_path)
            if mention.aspect is not None:
                assert columns.node_names[mentions.node[place]] == mention.aspect
                assert columns.node_paths[mentions.path[place]] == mention.aspect_path
                assert columns.node_titles[mentions.path[place]] == mention.aspect_names
            assert columns.decode("product", mentions.product[place]) == mention.product
            place += 1


def test_the_highest_version_wins_and_a_removal_keeps_its_own(store: Store) -> None:
    rng = random.Random(5)
    old, new = (rows(rng, workspace="w", number=1, version=version) for version in (3, 7))
    store.apply([new])
    store.commit()
    for stale in (old, replace(old, version=7), removed("w", 1, 7)):
        store.apply([stale])
        store.commit()
        assert store.document("w", new.document_id) == new.document
        assert store.mentions_of("w", new.document_id) == list(new.mentions)
    store.apply([removed("w", 1, 9), replace(new, version=8)])
    store.commit()
    assert store.document("w", new.document_id) is None
    assert store.mentions_of("w", new.document_id) == []
    store.apply([replace(new, version=9)])
    store.commit()
    assert list(store.scan("w")) == []
    assert store.version("w") == 9
    store.apply([replace(new, version=10)])
    store.commit()
    assert store.document("w", new.document_id) == new.document


def test_the_same_rows_again_change_nothing(store: Store) -> None:
    rng = random.Random(6)
    made = corpus(rng, size=80)
    store.apply(made)
    store.commit()
    before = store.digest("w"), store.columns("w")
    store.apply(made)
    store.commit()
    store.apply(made[:10])
    store.commit()
    assert store.digest("w") == before[0]
    assert store.columns("w") is before[1]


def test_the_digest_is_that_of_the_rows(store: Store) -> None:
    rng = random.Random(7)
    made = [rows(rng, workspace="w", number=number, version=number + 1) for number in range(30)]
    store.apply(made)
    store.commit()
    assert store.digest("w") == digest_of(digest for one in made for digest in row_digests(one))


def test_clear_touches_one_workspace(store: Store) -> None:
    filled(store, seed=8)
    kept = store.digest("v")
    version = store.version("w")
    store.clear("w")
    rng = random.Random(9)
    one = rows(rng, workspace="w", number=1, version=1)
    store.apply([one])
    store.commit()
    store.mark_rebuilt()
    assert store.digest("v") == kept
    assert version > 1 == store.version("w")
    assert [hit.document for hit in store.documents(Query("w"), limit=10)] == [one.document]
    store.clear("w")
    store.commit()
    assert list(store.scan("w")) == []
    assert store.columns("w").documents.size == 0
    assert store.count_documents(Query("v")) > 0


def test_workspaces_never_mix(store: Store) -> None:
    filled(store, seed=10)
    for name in ("w", "v"):
        listed = store.documents(Query(name), limit=1000)
        assert {hit.document.workspace for hit in listed} == {name}
        asked = Query(name, q="电池")
        assert {hit.document.workspace for hit in store.documents(asked, limit=1000)} == {name}
        for hit in listed:
            other = "v" if name == "w" else "w"
            assert store.document(other, hit.document.id) is None
    assert store.documents(Query("nobody"), limit=5) == []


def test_nothing_shows_before_the_commit(store: Store) -> None:
    rng = random.Random(12)
    store.apply([rows(rng, workspace="w", number=1, version=1)])
    assert store.count_documents(Query("w")) == 0
    assert list(store.scan("w")) == []
    store.commit()
    assert store.count_documents(Query("w")) == 1


def test_pages_stay_stable_while_data_arrive(store: Store) -> None:
    rng = random.Random(13)
    store.apply([rows(rng, workspace="w", number=number, version=number + 1) for number in range(60)])
    store.commit()
    upto, version = store.version("w"), 100
    before = {hit.document.id for hit in store.documents(Query("w"), limit=100)}
    seen: list[str] = []
    after = None
    revised: set[str] = set()
    while True:
        page = store.documents(Query("w"), limit=7, after=after, upto=upto)
        seen += [hit.document.id for hit in page]
        if len(page) < 7:
            break
        after = Position.of(page[-1])
        for _ in range(5):
            version += 1
            one = rows(rng, workspace="w", number=rng.randrange(90), version=version)
            revised.add(one.document_id)
            store.apply([one])
        store.commit()
    assert len(seen) == len(set(seen))
    assert before - revised <= set(seen) <= before


def test_windows_of_days_are_from_and_before(store: Store) -> None:
    reference = filled(store, seed=17)
    days = [f"2026-01-{day:02d}" for day in range(1, 32)]
    counts = []
    for day, after in itertools.pairwise(days):
        for asked in (Query("w", since=day), Query("w", until=day), Query("w", since=day, until=after)):
            counts.append(store.count_mentions(asked))
            assert counts[-1] == reference.count_mentions(asked)
            assert store.count_documents(asked) == reference.count_documents(asked)
    assert len(set(counts)) > 10


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": ("letter",)},
        {"sentiment": ("mixed",)},
        {"harm": (2,)},
        {"level": 0},
        {"since": "2026-13-01"},
        {"until": "20260101"},
        {"rating_min": float("nan")},
    ],
)
def test_a_question_that_cannot_be_is_refused(store: Store, bad: dict[str, object]) -> None:
    asked = Query("w", **bad)  # type: ignore[arg-type]
    for ask in (store.count_documents, store.count_mentions, partial(select, store.columns("w"))):
        with pytest.raises(UsageError) as caught:
            ask(asked)
        assert caught.value.code == "VOC-E102"


def test_relevance_puts_words_before_parts_of_words(store: Store) -> None:
    rng = random.Random(14)
    texts = ["充电器太慢", "充电很慢，屏幕漂亮", "iPhone 15 Pro 很好", "iPhone15 不错", "慢"]
    texts += ["pho hon one", "很差，差价太大"]  # all pairs of phone and of 很差价, and neither
    for number, text in enumerate(texts):
        one = rows(rng, workspace="w", number=number, version=number + 1)
        assert one.document is not None
        store.apply([replace(one, document=replace(one.document, clean_text=text, text=text))])
    store.commit()

    def found(q: str) -> dict[str, int]:
        return {hit.document.text: hit.score for hit in store.documents(Query("w", q=q), limit=9)}

    assert found("充电") == {texts[0]: 2, texts[1]: 2}
    assert found("慢") == {texts[4]: 2, **{text: found("慢")[text] for text in texts[:2]}}
    assert found('"15 pro"') == {texts[2]: 1}
    assert found("iphone") == {texts[2]: 2, texts[3]: 1}
    assert found("phone") == {texts[2]: 1, texts[3]: 1}
    assert found('"很差价"') == {}
    assert found('"很差，"') == {texts[6]: 1}
    assert found("充電 屏幕") == {texts[1]: 4}
    assert found("没有的词") == {}
    assert set(found("  ")) == set(texts)


def test_what_was_committed_outlives_a_crash(engine: Engine) -> None:
    if not engine.durable:
        pytest.skip("this engine keeps nothing")
    store = engine.fresh()
    reference = filled(store, seed=15)
    rng = random.Random(16)
    store.apply([rows(rng, workspace="w", number=1, version=10_000)])
    store.close()  # without a commit
    store = engine.again()
    try:
        assert store.needs_rebuild is None
        for name in ("w", "v"):
            assert store.digest(name) == reference.digest(name)
            assert store.version(name) == reference.version(name)
        one = rows(rng, workspace="w", number=1, version=10_000)
        for each in (store, reference):
            each.apply([one, replace(one, version=3)])
            each.commit()
        assert store.digest("w") == reference.digest("w")
        for _ in range(20):
            asked = query(rng)
            assert store.documents(asked, limit=999) == reference.documents(asked, limit=999)
    finally:
        store.close()
