"""The embedded index behind the API: none yet, another process writes, it is made again."""

from __future__ import annotations

from pathlib import Path

import pytest
from api_desk import Desk, installation, rows_of

from voc.api.reading import REFRESH_S, Index
from voc.runtime import INDEX_FOLDER, Runtime
from voc.store.embedded import EmbeddedStore
from voc.types import Record


class Hand:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def _ids(desk: Desk) -> list[str]:
    answer = desk.client.get("/v1/documents")
    assert answer.status_code == 200, answer.text
    return [one["native_id"] for one in answer.json()["items"]]


def test_a_reader_follows_the_writer(tmp_path: Path) -> None:
    with installation(tmp_path / "home", runtime=Runtime) as desk:
        hand = Hand()
        desk.client.app.state.index = Index(desk.runtime, monotonic=hand)
        desk.client.key = desk.key("read")
        assert _ids(desk) == []
        writer = EmbeddedStore.open(tmp_path / "home" / INDEX_FOLDER, writer=True)
        writer.mark_rebuilt()
        writer.apply([rows_of("1", "续航太差", version=1)])
        writer.commit()
        assert _ids(desk) == []  # looked less than 200 ms ago
        hand.at += REFRESH_S
        assert _ids(desk) == ["1"]
        writer.apply([rows_of("2", "屏幕好", version=2, days_ago=0.5)])
        writer.commit()
        hand.at += REFRESH_S
        assert _ids(desk) == ["2", "1"]
        writer.close()
        desk.client.app.state.index.close()


def test_no_figure_comes_from_half_an_index(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.say("1", "好")
    store = type(desk.runtime.store)
    monkeypatch.setattr(store, "needs_rebuild", property(lambda self: "a rebuild was begun"))
    assert desk.client.get("/v1/documents").status_code == 200  # nothing was acknowledged: empty is right
    monkeypatch.setattr(type(desk.runtime.ledger), "as_of", lambda self, workspace: 7)
    desk.client.app.state.index._as_of = {}
    for path in ("/v1/documents", "/v1/pain-points", "/v1/exports"):
        answer = desk.client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "VOC-E401")
        assert answer.headers["retry-after"] == "1"
    ready = desk.client.get("/readyz")
    assert (ready.status_code, ready.json()["parts"]["index"]) == (503, "VOC-E401")


def test_as_of_is_never_newer_than_what_is_seen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setattr(type(desk.runtime.ledger), "as_of", lambda self, w: order.append(f"as_of {w}") or 1)
    monkeypatch.setattr(type(desk.runtime.store), "refresh", lambda self: order.append("refresh"))
    hand = Hand()
    index = Index(desk.runtime, monotonic=hand)
    index.at("default")
    index.at("default")
    index.at("other")
    hand.at += REFRESH_S
    index.at("other")
    assert order == ["as_of default", "refresh", "as_of other", "refresh", "as_of other", "refresh"]


def test_records_pushed_are_pending_until_a_worker_comes(desk: Desk) -> None:
    desk.runtime.ledger.append("default", "s", "review", [Record(text="好", native_id="1")])
    assert desk.client.get("/readyz").json()["parts"]["worker"] == "working"
    assert _ids(desk) == []
