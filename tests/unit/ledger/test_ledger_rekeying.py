"""Another identity key: the same people under other names, or none at all; killed anywhere, never half."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from textwrap import dedent

import pytest
from ledger_desk import DATA_KEY, ID_KEY, LONG, Desk, done, record
from sqlalchemy import select, text

from voc import ids
from voc.db.tables import annotated, audit, meta, person_links, rekeyed, revisions
from voc.errors import ConfigError, UsageError
from voc.ledger import Ledger
from voc.ledger.keys_at_rest import Keys
from voc.types import Author, Record

NEXT = bytes(range(64, 96))
OTHER = bytes(range(96, 128))


def _rotate(desk: Desk, key: bytes = NEXT) -> None:
    desk.ledger.rotate_identity(key, actor="test")


def _people(desk: Desk) -> Counter[frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in desk.ledger.all_rows("acme"):
        found.setdefault(row.context.person, set()).add(row.context.native_id)
    return Counter(map(frozenset, found.values()))


def _filled(desk: Desk) -> None:
    desk.run(
        *(record(f"r{n}", ("慢", "快", f"{LONG}{n % 3}")[n % 3], by=f"u{n % 4}") for n in range(12)),
        record("nobody", "慢"),
        Record("屏幕", native_id="named", author=Author(name="张三丰")),
    )
    desk.run(record("r1", "后来好了", by="u2"))  # revised, and by somebody else


def _names_left(desk: Desk, old: set[str]) -> set[str]:
    with desk.engine.connect() as conn:
        kept = set(conn.execute(select(revisions.c.author_key)).scalars())
        kept |= set(conn.execute(select(annotated.c.author_key)).scalars())
        groups = " ".join(filter(None, conn.execute(select(annotated.c.copy_group)).scalars()))
    return {name for name in old if name in kept or name in groups}


def _old_names(desk: Desk) -> set[str]:
    with desk.engine.connect() as conn:
        return set(conn.execute(select(revisions.c.author_key)).scalars()) - {None}


def test_who_is_who_stays_under_other_names(desk: Desk) -> None:
    _filled(desk)
    people, copies, old = _people(desk), desk.copies(), _old_names(desk)
    rotated = desk.ledger.rotate_identity(NEXT, actor="test")
    assert (rotated.authors, rotated.documents, rotated.lost) == (5, 13, 0)
    assert (_people(desk), desk.copies()) == (people, copies)
    assert _names_left(desk, old) == set()
    sent = desk.deliver()
    assert len(sent) == len({row.version for row in sent}) == 13
    assert desk.balance().pending == 0
    desk.sound()
    assert _old_names(desk) >= {ids.author_key(NEXT, "acme", "tmall", f"u{n}") for n in range(4)}
    with desk.engine.connect() as conn:
        assert conn.execute(select(rekeyed)).all() == []
        assert set(conn.execute(select(meta.c.name)).scalars()) == {"data_key", "id_key"}
        (noted,) = conn.execute(select(audit)).all()
    assert (noted.action, noted.actor) == ("identity.rotate", "test")
    assert not any(name in noted.detail for name in old)
    # What comes after belongs to the same people.
    desk.run(record("r99", "又慢了", by="u0"))
    assert sum("r99" in group and "r0" in group for group in _people(desk)) == 1


def test_destroyed_every_document_is_a_person_of_its_own(desk: Desk) -> None:
    _filled(desk)
    old = _old_names(desk)
    destroyed = desk.ledger.destroy_identity(NEXT, actor="test")
    assert (destroyed.authors, destroyed.documents) == (5, 13)
    assert set(_people(desk).values()) == {1} and all(len(group) == 1 for group in _people(desk))
    assert _names_left(desk, old) == set() == _old_names(desk)
    # Copies that only their author made one are none; long ones are what they were.
    heads = {name: head for name, head in desk.copies().items() if head}
    assert heads and all(int(name[1:]) % 3 == 2 for name in heads)
    desk.deliver()
    desk.sound()
    # The same authors come again: known among themselves, connected with nothing.
    desk.run(record("n1", "新的", by="u0"), record("n2", "又一条", by="u0"))
    groups = [group for group in _people(desk) if len(group) > 1]
    assert groups == [frozenset({"n1", "n2"})]
    assert old.isdisjoint(_old_names(desk))
    # Working on an old record again does not bring its author back.
    with desk.engine.begin() as conn:
        conn.execute(text("UPDATE items SET state = 'dead' WHERE native_id = 'r0'"))
        conn.execute(
            text(
                "INSERT INTO dead_letters SELECT 1000000, workspace, source, item, NULL, 'VOC-E306', 'x',"
                " digest, 3, 0, NULL FROM items WHERE native_id = 'r0'"
            )
        )
    assert desk.ledger.replay("acme") == 1
    desk.annotate()
    assert frozenset({"r0"}) in _people(desk)


def test_a_claim_from_before_is_lost(desk: Desk) -> None:
    desk.take_in(record("1", by="u1"))
    (claimed,) = desk.claim()
    _rotate(desk)
    assert desk.ledger.finish("w1", [done(claimed)]) == []
    (again,) = desk.claim()
    assert (again.author_key, again.attempts) == (ids.author_key(NEXT, "acme", "tmall", "u1"), 1)
    desk.sound()


def test_links_of_persons_follow(desk: Desk) -> None:
    desk.run(record("1", by="u1"), record("2", by="u2"))
    one, two, gone = (ids.author_key(ID_KEY, "acme", "tmall", name) for name in ("u1", "u2", "u3"))
    with desk.engine.begin() as conn:
        for name in (one, two, gone):
            conn.execute(
                person_links.insert().values(workspace="acme", author_key=name, person="p_" + one[2:])
            )
    assert desk.ledger.rotate_identity(NEXT, actor="test").links == 1
    first, second = (ids.author_key(NEXT, "acme", "tmall", name) for name in ("u1", "u2"))
    with desk.engine.connect() as conn:
        links = {row.author_key: row.person for row in conn.execute(select(person_links))}
    assert links == {first: "p_" + first[2:], second: "p_" + first[2:]}
    assert _people(desk) == Counter([frozenset({"1", "2"})])
    desk.ledger.destroy_identity(OTHER, actor="test")
    with desk.engine.connect() as conn:
        assert conn.execute(select(person_links)).all() == []


def test_a_record_that_cannot_be_opened_loses_its_author_alone(desk: Desk) -> None:
    desk.run(record("1", by="u1"), record("2", by="u2"))
    with desk.engine.begin() as conn:
        conn.execute(
            text("UPDATE revisions SET payload = :x WHERE item = (SELECT min(item) FROM items)"), {"x": b"x"}
        )
    assert desk.ledger.rotate_identity(NEXT, actor="test").lost == 1
    assert [row.context.author_key is None for row in desk.ledger.all_rows("acme")] == [True, False]


def test_another_process_goes_on_with_the_new_key_or_takes_nothing_in(desk: Desk) -> None:
    def again() -> Keys:
        return keys

    keys = Keys(DATA_KEY, ID_KEY)
    beside = Ledger(desk.engine, keys=keys, clock=desk.clock, keys_again=again)
    alone = Ledger(desk.engine, keys=keys, clock=desk.clock)
    desk.run(record("1", by="u1"))
    _rotate(desk)
    for ledger in (beside, alone):  # the key is a setting, or its file has not been changed yet
        with pytest.raises(ConfigError) as caught:
            ledger.append("acme", "tmall", "review", [record("2", by="u1")])
        assert caught.value.code == "VOC-E201"
    assert desk.balance().accepted == 1
    keys = Keys(DATA_KEY, NEXT)
    counted: dict[int, int] = {}
    receipts = beside.append("acme", "tmall", "review", [record(None, by="u1")], occurrences=counted)
    assert receipts[0].result == "created" and set(counted.values()) == {1}
    desk.annotate()
    assert len(_people(desk)) == 1


def test_what_was_made_ready_for_another_key_is_dropped(desk: Desk) -> None:
    desk.run(record("1", by="u1"))
    with desk.engine.begin() as conn:
        conn.execute(meta.insert().values(name="id_key_next", value=b"of another"))
        old = ids.author_key(ID_KEY, "acme", "tmall", "u1")
        conn.execute(rekeyed.insert().values(old=old, new="a_wrong"))
    _rotate(desk)
    (row,) = desk.ledger.all_rows("acme")
    assert row.context.author_key == ids.author_key(NEXT, "acme", "tmall", "u1")


_ROTATED = """
    import sys
    from voc.db.engine import open_engine
    from voc.ledger import Ledger, rekeying
    from voc.ledger.keys_at_rest import Keys
    rekeying._PAGE = 3
    data, old, new = map(bytes.fromhex, sys.argv[2:5])
    ledger = Ledger(open_engine(sys.argv[1]), keys=Keys(data, old))
    getattr(ledger, sys.argv[5])(new, actor="test")
"""


@pytest.mark.parametrize("verb", ["rotate_identity", "destroy_identity"])
@pytest.mark.parametrize("place", ["rekey-page:1", "rekey-page:2", "rekey-switching", "rekey-switched"])
def test_killed_it_is_the_old_key_or_the_new(desk: Desk, url: str, place: str, verb: str) -> None:
    if verb == "destroy_identity" and "page" in place:
        pytest.skip("nothing is made ready for it")
    _filled(desk)
    people, old = _people(desk), _old_names(desk)
    keys = [key.hex() for key in (DATA_KEY, ID_KEY, NEXT)]
    died = subprocess.run(
        [sys.executable, "-c", dedent(_ROTATED), url, *keys, verb],
        env={**os.environ, "VOC_FAULT": place, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert died.returncode == -9, died.stderr
    switched = place == "rekey-switched"
    assert desk.ledger.uses_identity_key(NEXT) is switched
    desk.sound()
    if not switched:
        assert (_people(desk), _old_names(desk)) == (people, old)
        with desk.engine.connect() as conn:
            ready = len(conn.execute(select(rekeyed)).all())
        assert ready == {"rekey-page:1": 3, "rekey-page:2": 4}.get(place, 5 if verb[0] == "r" else 0)
        getattr(desk.ledger, verb)(NEXT, actor="test")
    assert _names_left(desk, old) == set()
    if verb == "rotate_identity":
        assert _people(desk) == people
    else:
        assert all(len(group) == 1 for group in _people(desk))


def test_beside_everybody_else_at_work(desk: Desk) -> None:
    """Pushes, claims, verdicts and deletions while the key is rotated again and again."""
    known = [Keys(DATA_KEY, ID_KEY)]

    def beside() -> Ledger:
        return Ledger(desk.engine, keys=known[-1], clock=desk.clock, keys_again=lambda: known[-1])

    def push(number: int) -> None:
        ledger = beside()
        for batch in range(15):
            records = [record(f"{number}-{batch}-{n}", f"好{n}", by=f"u{n}") for n in range(8)]
            while True:
                try:
                    ledger.append("acme", f"s{number % 2}", "review", records)
                    break
                except ConfigError as error:  # switched, and the key's file not changed yet
                    assert error.code == "VOC-E201"

    def work(number: int) -> None:
        ledger = beside()
        while not pushed.is_set():
            claimed = ledger.claim(f"w{number}", limit=20, lease_s=60)
            ledger.finish(f"w{number}", [done(one) for one in claimed])
            sent = ledger.outbox(limit=50)
            ledger.ack([(row.document_id, row.version) for row in sent])
            for row in sent[:1]:
                with suppress(UsageError):  # the other one has just deleted it
                    ledger.judge("acme", row.document_id, "quarantine", reason="x", actor="k_1")
                ledger.delete("acme", row.context.source, row.context.native_id, "source")

    pushed = threading.Event()
    with ThreadPoolExecutor(4) as threads:
        pushes = [threads.submit(push, number) for number in range(2)]
        works = [threads.submit(work, number) for number in range(2)]
        try:
            while not all(one.done() for one in pushes) or len(known) < 3:
                key = os.urandom(32)
                desk.ledger.rotate_identity(key, actor="test")
                known.append(Keys(DATA_KEY, key))
        finally:
            pushed.set()
        for one in (*pushes, *works):
            one.result()
    names = {
        ids.author_key(known[-1].id_key, "acme", source, f"u{n}") for source in ("s0", "s1") for n in range(8)
    }
    assert _old_names(desk) == names
    desk.annotate()
    assert {row.context.author_key for row in desk.ledger.all_rows("acme")} <= names
    desk.sound()
