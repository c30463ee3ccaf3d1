"""A person's verdict over HTTP and on the command line: figures follow it, the label stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from api_desk import Desk, installation
from voc_program import Program

from voc.pipeline import rebuild
from voc.runtime import Runtime
from voc.types import Author, Record

PRAISE = "此用户没有填写评价。"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Over the real pipeline; three people say that the battery is bad, one praises by default."""
    settings = {"language_processes": 0, "min_people": 1}
    with installation(tmp_path / "home", runtime=Runtime, **settings) as opened:
        said = [
            Record(f"质量太差了，用了{n}天就坏了", native_id=str(n), author=Author(id=f"u{n}"))
            for n in (3, 4, 5)
        ]
        said.append(Record(PRAISE, native_id="6", author=Author(id="u6")))
        opened.runtime.ledger.append("default", "tmall", "review", said)
        opened.client.key = opened.key("read", "write", "export")
        _work(opened)
        yield opened


def _work(desk: Desk) -> None:
    assert desk.runtime.work_until_empty(note=lambda _: None) is not None
    desk.client.app.state.index.close()  # looked at anew


def _documents(desk: Desk) -> dict[str, dict[str, Any]]:
    return {row["native_id"]: row for row in desk.client.get("/v1/documents").json()["items"]}


def _judge(desk: Desk, native_id: str, verdict: str, reason: str = "代写的") -> Any:
    identity = _documents(desk)[native_id]["id"]
    answer = desk.client.post(
        f"/v1/documents/{identity}/integrity", json={"verdict": verdict, "reason": reason}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def _figures(desk: Desk) -> tuple[int, dict[str, int], int, int]:
    pains = desk.client.get("/v1/pain-points").json()
    trends = desk.client.get("/v1/trends").json()
    quotes = {quote["native_id"] for item in pains["items"] for quote in item["evidence"]}
    return pains["people_total"], pains["excluded"], trends["people"], len(quotes)


def test_figures_follow_and_the_document_stays_findable(desk: Desk) -> None:
    people, excluded, seen, quotes = _figures(desk)
    assert (people, excluded["quarantined"], excluded["copies"], seen, quotes) == (3, 0, 1, 3, 3)
    _judge(desk, "3", "quarantine")
    _work(desk)
    people, excluded, seen, quotes = _figures(desk)
    assert (people, excluded["quarantined"], seen, quotes) == (2, 1, 2, 2)
    shown = _documents(desk)["3"]
    assert (shown["integrity"], shown["integrity_by"], shown["verdict"]) == ("clean", "person", "quarantine")
    assert (shown["quarantined"], shown["counted"], shown["excluded"]) == (True, False, "quarantined")
    found = desk.client.get("/v1/documents", params={"counted": "false", "q": "用了3天"}).json()["items"]
    assert [row["native_id"] for row in found] == ["3"]
    mentions = desk.client.get("/v1/mentions", params={"counted": "true"}).json()["items"]
    assert {row["native_id"] for row in mentions} == {"4", "5"}
    _judge(desk, "3", "none")
    _judge(desk, "6", "release")  # what the label left out counts
    _work(desk)
    people, excluded, seen, _ = _figures(desk)
    assert (people, excluded, seen) == (4, {"quarantined": 0, "copies": 0, "staff": 0}, 4)
    assert _documents(desk)["6"]["integrity"] == "default"


def test_it_survives_a_rebuild_and_new_words(desk: Desk) -> None:
    _judge(desk, "3", "quarantine")
    said = [Record("质量还是太差了", native_id="3", author=Author(id="u3"))]
    desk.runtime.ledger.append("default", "tmall", "review", said)
    _work(desk)
    store = desk.runtime.writer(note=lambda _: None)
    before = store.digest("default")
    rebuild(desk.runtime.ledger, store, workspaces=["default"])
    store.mark_rebuilt()
    assert store.digest("default") == before
    store.close()
    desk.client.app.state.index.close()
    shown = _documents(desk)["3"]
    assert (shown["text"], shown["excluded"]) == ("质量还是太差了", "quarantined")


def test_who_decided_what_and_why(desk: Desk) -> None:
    _judge(desk, "3", "quarantine", "他自己说的，电话13800138000")
    given = _judge(desk, "3", "release", "核实过了")
    assert (given["verdict"], given["reason"], given["in_force"]) == ("release", "核实过了", True)
    shown = desk.client.get(f"/v1/documents/{given['document_id']}").json()
    assert [(one["verdict"], one["reason"]) for one in shown["verdicts"]] == [
        ("release", "核实过了"),
        ("quarantine", "他自己说的，电话<MOBILE>"),
    ]
    assert shown["verdicts"][0]["by"].startswith("k_")
    rows = desk.runtime.ledger.audit_rows("default")
    assert [row.action for row in rows] == ["integrity.release", "integrity.quarantine"]
    assert rows[0].actor == given["by"] and "核实" not in str(rows)


@pytest.mark.parametrize(
    "body",
    [{}, {"verdict": "release"}, {"verdict": "pardon", "reason": "x"}, {"verdict": "none", "reason": " "}],
)
def test_a_verdict_has_a_reason(desk: Desk, body: dict[str, str]) -> None:
    identity = _documents(desk)["3"]["id"]
    answer = desk.client.post(f"/v1/documents/{identity}/integrity", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "VOC-E105")


def test_on_the_command_line(tmp_path: Path) -> None:
    voc = Program(tmp_path / "home", {"VOC_LANGUAGE_PROCESSES": "0"})
    path = tmp_path / "shop.csv"
    path.write_text("评价ID,评论内容\nr/1,质量太差了\nr2,很好用\n", "utf-8")
    voc.ok("ingest", str(path), "--wait")
    given = voc.json("integrity", "quarantine", "shop/r/1", "--reason", "电话13800138000 打来的")
    assert (given["verdict"], given["by"]) == ("quarantine", "voc integrity")
    voc.ok("work", "--until-empty")
    counted = voc.json("search", "--filter", "counted=true")["items"]
    assert [row["native_id"] for row in counted] == ["r2"]
    voc.ok("integrity", "release", given["document_id"], "--reason", "是真的")
    voc.ok("integrity", "reset", "shop/r/1", "--reason", "不管了")
    assert [
        (one["verdict"], one["reason"]) for one in voc.json("integrity", "show", "shop/r/1")["items"]
    ] == [("none", "不管了"), ("release", "是真的"), ("quarantine", "电话<MOBILE> 打来的")]
    assert "不管了" in voc.ok("integrity", "show", "shop/r/1")
    voc.ok("work", "--until-empty")
    assert len(voc.json("search", "--filter", "counted=true")["items"]) == 2
    assert voc.json("doctor")["ok"]
    for args in (("release", "shop/none"), ("release", "d_" + "0" * 24)):
        refused = voc.tried("integrity", *args, "--reason", "x")
        assert (refused.returncode, b"VOC-E104" in refused.stderr) == (2, True)
    refused = voc.tried("integrity", "release", "shop/r2", "--reason", "  ")
    assert (refused.returncode, b"VOC-E102" in refused.stderr) == (2, True)
