"""Keys and cipher: made once, 0600, proven at every start; raw text is nowhere readable on disk."""

from __future__ import annotations

import base64
import dataclasses
import stat
from pathlib import Path

import pytest
from ledger_desk import DATA_KEY, ID_KEY, Desk, done, record
from sqlalchemy import select

from voc.config import Settings, load
from voc.db.tables import revisions
from voc.errors import ConfigError, FatalError
from voc.ledger import Ledger
from voc.ledger.cipher import Cipher, place_of
from voc.ledger.idempotency import Once
from voc.ledger.inbox import Delivery
from voc.ledger.keys_at_rest import Keys, load_or_make
from voc.ledger.types import Reject
from voc.types import Author, Record


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(home=tmp_path / "home")


def test_made_once_and_closed_to_others(settings: Settings) -> None:
    keys = load_or_make(settings.home, settings)
    assert load_or_make(settings.home, settings) == keys
    assert len(keys.data_key) == len(keys.id_key) == 32
    assert keys.data_key != keys.id_key
    assert "data_key" not in repr(keys)
    for name in ("data.key", "id.key"):
        assert stat.S_IMODE((settings.home / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
    assert sorted(path.name for path in settings.home.iterdir()) == ["data.key", "id.key"]


def test_a_file_open_to_others_is_closed(settings: Settings) -> None:
    load_or_make(settings.home, settings)
    (settings.home / "data.key").chmod(0o644)
    load_or_make(settings.home, settings)
    assert stat.S_IMODE((settings.home / "data.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("words", ["", "not base64!", base64.b64encode(b"short").decode(), "ä" * 44])
def test_a_key_that_is_none(settings: Settings, words: str) -> None:
    load_or_make(settings.home, settings)
    (settings.home / "id.key").write_text(words, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_or_make(settings.home, settings)
    assert caught.value.code == "VOC-E201"
    assert not words or words not in caught.value.line()


def test_a_lost_key_is_not_made_again_beside_its_ledger(settings: Settings) -> None:
    load_or_make(settings.home, settings)
    (settings.home / "ledger.sqlite").touch()
    (settings.home / "data.key").unlink()
    with pytest.raises(ConfigError) as caught:
        load_or_make(settings.home, settings)
    assert caught.value.code == "VOC-E201"
    assert "VOC_DATA_KEY" in caught.value.cure
    assert not (settings.home / "data.key").exists()


def test_keys_from_settings_leave_no_file(tmp_path: Path) -> None:
    given = base64.b64encode(DATA_KEY).decode()
    settings = load(home=tmp_path / "home", data_key=given, id_key=given)
    assert load_or_make(settings.home, settings).data_key == DATA_KEY
    assert list(settings.home.iterdir()) == []


@pytest.mark.parametrize("which", ["data_key", "id_key"])
def test_other_keys_are_refused(desk: Desk, which: str) -> None:
    Ledger(desk.engine, keys=Keys(DATA_KEY, ID_KEY))
    with pytest.raises(ConfigError) as caught:
        Ledger(desk.engine, keys=dataclasses.replace(Keys(DATA_KEY, ID_KEY), **{which: b"x" * 32}))
    assert caught.value.code == "VOC-E201"
    assert which.replace("_", " ") in caught.value.what


def test_sealed_is_different_each_time_and_bound_to_its_place() -> None:
    cipher = Cipher(Keys(DATA_KEY, ID_KEY))
    one, two = (cipher.seal("原话".encode(), b"here") for _ in range(2))
    assert one != two
    assert cipher.open(one, b"here") == cipher.open(two, b"here") == "原话".encode()
    for sealed, place in ((one, b"there"), (one[:-1], b"here"), (b"\x02" + one[1:], b"here"), (b"", b"here")):
        with pytest.raises(FatalError) as caught:
            cipher.open(sealed, place)
        assert caught.value.code == "VOC-E502"
    assert place_of("a", "bc", "d", 1) != place_of("ab", "c", "d", 1)


def test_a_digest_needs_the_key() -> None:
    one, two = (Cipher(Keys(key, ID_KEY)).digest(b"13800138000") for key in (DATA_KEY, b"x" * 32))
    assert one != two
    assert one == Cipher(Keys(DATA_KEY, ID_KEY)).digest(b"13800138000")


def test_raw_text_is_nowhere_on_disk(desk: Desk) -> None:
    words = "我叫王小明电话13800138000"
    author = Author(id="wangxiaoming-9", name="王小明真名", contact="wang@example.com")
    desk.take_in(
        Record(text=words, native_id="1", author=author, attrs={"x": words}),
        rejects=[Reject("line 1", "VOC-E303", "not JSON", words.encode())],
    )
    desk.ledger.finish("w1", [done(one) for one in desk.claim()])
    desk.ledger.append_once(
        Delivery("acme", "shop", "review", []), Once("k", "d", 60, lambda _: words.encode())
    )
    secrets = [
        word.encode() for word in (words, "13800138000", author.id, author.name, author.contact) if word
    ]
    if desk.engine.dialect.name == "sqlite":
        folder = Path(str(desk.engine.url.database)).parent
        kept = [path.read_bytes() for path in folder.iterdir()]
        assert {path.name for path in folder.iterdir()} >= {"ledger.sqlite", "ledger.sqlite-wal"}
        for path in folder.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    else:
        with desk.engine.connect() as conn:
            kept = [bytes(raw) for raw in conn.execute(select(revisions.c.payload)).scalars()]
    assert kept
    assert [word for word in secrets for data in kept if word in data] == []


def test_a_row_moved_to_another_document_does_not_open(desk: Desk) -> None:
    one, two = desk.take_in(record("1", "甲"), record("2", "乙"))
    with desk.engine.begin() as conn:
        sealed = conn.execute(select(revisions.c.payload).where(revisions.c.seq == one.seq)).scalar_one()
        conn.execute(revisions.update().where(revisions.c.seq == two.seq).values(payload=sealed))
    assert [one.native_id for one in desk.claim()] == ["1"]
    assert desk.balance().dead == 1
