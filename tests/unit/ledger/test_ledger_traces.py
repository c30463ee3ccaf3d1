"""What was deleted is in no page of the SQLite file and in no frame of its log."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest
from ledger_desk import DATA_KEY, ID_KEY, Desk, Ticking, record
from sqlalchemy import Engine, event, select, text

from voc.db.engine import migrate, open_engine
from voc.db.tables import annotated, items, revisions
from voc.ledger import Ledger
from voc.ledger.keys_at_rest import Keys

RECORDS = 150
PIECE = 16  # bytes that nothing else has by chance
PIECES = 5  # searched of one value, its first and its last among them


def off(connection: sqlite3.Connection, _: object) -> None:
    """As most builds of SQLite have it."""
    connection.execute("PRAGMA secure_delete=OFF").close()


def opened(file: Path) -> Engine:
    engine = open_engine(f"sqlite:///{file}")
    event.listen(engine, "connect", off, insert=True)  # before ours: Debian's SQLite has it on by itself
    return engine


def filled(engine: Engine) -> Desk:
    """Records of any length, some revised, annotated, their ids in no order, so that pages split."""
    migrate(engine)
    ledger = Ledger(engine, keys=Keys(DATA_KEY, ID_KEY), clock=(clock := Ticking()))
    ledger.ensure_workspace("acme", timezone="Asia/Shanghai", taxonomy="phone")
    desk, chance = Desk(ledger, engine, clock), random.Random(7)
    for turn in range(2):
        names = [f"n{number:03}" for number in range(RECORDS)]
        chance.shuffle(names)
        for start in range(0, RECORDS // (1 + turn), 50):
            desk.run(
                *(
                    record(
                        f"native:{name}:{name * 3}", f"{name * chance.choice((3, 90, 1500))}{turn}", by=name
                    )
                    for name in names[start : start + 50]
                )
            )
    return desk


def traces(engine: Engine, natives: list[str]) -> set[bytes]:
    """Bytes of the raw rows, annotations and ids of these documents, every PIECE of them."""
    with engine.connect() as conn:
        mine = select(items.c.item).where(items.c.native_id.in_(natives))
        raw = conn.execute(select(revisions.c.payload).where(revisions.c.item.in_(mine))).scalars()
        said = conn.execute(select(annotated.c.body).where(annotated.c.item.in_(mine))).scalars()
        whole = [bytes(one) for one in (*raw, *said)]
    pieces = {
        one[at : at + PIECE]
        for one in whole
        for at in {len(one) * part // PIECES for part in range(PIECES)} | {len(one) - PIECE}
        if 0 <= at <= len(one) - PIECE
    }
    return pieces | {native.encode() for native in natives}


def found(engine: Engine, file: Path, wanted: set[bytes]) -> int:
    """How many are left after a checkpoint; the engine stays open, as in a service."""
    with engine.connect() as conn:
        conn.execution_options(isolation_level="AUTOCOMMIT")
        assert conn.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0] == 0
    log = file.with_name(file.name + "-wal")
    content = file.read_bytes() + (log.read_bytes() if log.exists() else b"")
    assert len(content) > 100_000
    return sum(piece in content for piece in wanted)


@pytest.mark.parametrize("some", [[7], list(range(0, RECORDS, 3)), list(range(RECORDS))], ids=len)
def test_nothing_of_the_deleted_is_left_in_the_file(tmp_path: Path, some: list[int]) -> None:
    file = tmp_path / "ledger.sqlite"
    engine = opened(file)
    desk = filled(engine)
    natives = [f"native:n{number:03}:{f'n{number:03}' * 3}" for number in some]
    wanted = traces(engine, natives)
    assert found(engine, file, wanted) > len(wanted) * 0.9  # a piece may lie across two pages
    for native in natives:
        assert desk.ledger.delete("acme", "tmall", native, "request")
    assert found(engine, file, wanted) == 0
    engine.dispose()


@pytest.mark.parametrize("setting", ["OFF", "FAST"])
def test_it_would_be_left_without_the_setting(tmp_path: Path, setting: str) -> None:
    """The search above finds what SQLite leaves when told to wipe nothing, or what costs nothing."""
    file = tmp_path / "ledger.sqlite"
    engine = opened(file)
    event.listen(engine, "connect", lambda raw, _: raw.execute(f"PRAGMA secure_delete={setting}").close())
    desk = filled(engine)
    natives = [f"native:n{number:03}:{f'n{number:03}' * 3}" for number in range(0, RECORDS, 3)]
    wanted = traces(engine, natives)
    for native in natives:
        assert desk.ledger.delete("acme", "tmall", native, "request")
    assert found(engine, file, wanted) > len(wanted) // 10
    engine.dispose()
