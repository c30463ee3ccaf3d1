"""The identity key rotated and destroyed by command: killed, beside a service, with nothing old left."""

from __future__ import annotations

import base64
import json
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from fault_desk import reviews, running, until
from voc_program import Program

from voc import ids

_COUNT = 30


@pytest.fixture
def voc(tmp_path: Path) -> Program:
    """A home with thirty people, one of whom wrote twice."""
    voc = Program(tmp_path / "home", {"VOC_LANGUAGE_PROCESSES": "0", "VOC_MIN_PEOPLE": "1"})
    reviews(tmp_path / "shop.csv", _COUNT)
    with (tmp_path / "shop.csv").open("a", encoding="utf-8") as file:
        file.write("again,又用了一个月屏幕坏了,2026-11-02,ur0\n")
    voc.ok("ingest", str(tmp_path / "shop.csv"), "--wait")
    return voc


def _documents(voc: Program) -> dict[str, dict[str, Any]]:
    rows = map(json.loads, voc.ok("export", "documents", "--format", "jsonl").splitlines())
    return {row["native_id"]: row for row in rows}


def _people(voc: Program) -> Counter[str]:
    return Counter(row["person"] for row in _documents(voc).values())


def _figures(voc: Program) -> tuple[int, list[tuple[str, int]]]:
    answer = voc.json("painpoints", "--limit", "100")
    return answer["people_total"], [(item["id"], item["people"]) for item in answer["items"]]


def _old(voc: Program) -> tuple[bytes, set[bytes]]:
    """The key file and every pseudonym made with it, each without what all ids have in common."""
    key = (voc.home / "id.key").read_bytes().strip()
    names = [f"ur{n}" for n in range(_COUNT)]
    made = (ids.author_key(base64.b64decode(key), "default", "shop", name) for name in names)
    return key, {one[2:].encode() for one in made}


def _left(voc: Program, wanted: set[bytes]) -> list[str]:
    files = [path for path in voc.home.rglob("*") if path.is_file()]
    return [path.name for path in files if any(one in path.read_bytes() for one in wanted)]


def test_rotated_by_one_command(voc: Program) -> None:
    key, old = _old(voc)
    people, figures = sorted(_people(voc).values()), _figures(voc)
    assert _left(voc, {key}) == ["id.key"]
    assert "ledger.sqlite" in _left(voc, old)
    done = voc.json("keys", "rotate-identity")
    assert (done["authors"], done["documents"], done["links"], done["lost"]) == (_COUNT, _COUNT + 1, 0, 0)
    assert sorted(_people(voc).values()) == people and _figures(voc) == figures
    assert _left(voc, {key, *old}) == []
    assert not (voc.home / "id.key.next").exists()
    assert voc.json("doctor")["ok"]
    assert {row["author_key"][2:].encode() for row in _documents(voc).values()}.isdisjoint(old)


def test_destroyed_by_one_command(voc: Program, tmp_path: Path) -> None:
    key, old = _old(voc)
    refused = voc.tried("keys", "destroy-identity")
    assert (refused.returncode, b"--yes" in refused.stderr) == (2, True)
    assert _old(voc) == (key, old)
    done = voc.tried("keys", "destroy-identity", "--yes")
    assert done.returncode == 0, done.stderr
    assert f"{_COUNT} pseudonyms destroyed" in done.stdout.decode()
    assert b"backups" in done.stderr
    assert set(_people(voc).values()) == {1} and len(_people(voc)) == _COUNT + 1
    assert all(row["author_key"] is None for row in _documents(voc).values())
    assert _left(voc, {key, *old}) == []
    # The same file again adds nobody; new words of the same people connect with nothing from before.
    voc.ok("ingest", str(tmp_path / "shop.csv"), "--wait")
    assert len(_people(voc)) == _COUNT + 1
    lines = ("评价ID,评论内容,用户ID", "n1,屏幕碎了,ur0", "n2,很好用,ur0")
    (tmp_path / "more.csv").write_text("\n".join(lines), "utf-8")
    voc.ok("ingest", str(tmp_path / "more.csv"), "--source", "shop", "--wait")
    known = [row["person"] for row in _documents(voc).values() if row["author_key"]]
    assert len(known) == 2 and len(set(known)) == 1 and len(_people(voc)) == _COUNT + 2
    assert voc.json("doctor")["ok"]


@pytest.mark.parametrize(
    "verb", [["rotate-identity"], ["destroy-identity", "--yes"]], ids=["rotate", "destroy"]
)
@pytest.mark.parametrize("place", ["rekey-switching", "rekey-switched", "rekey-outdated"])
def test_killed_the_home_has_one_key_and_the_command_goes_on(
    voc: Program, tmp_path: Path, place: str, verb: list[str]
) -> None:
    key, old = _old(voc)
    people = sorted(_people(voc).values())
    assert voc.tried("keys", *verb, VOC_FAULT=place).returncode == -signal.SIGKILL
    # Whoever comes next finds a home that works, whichever key is in force.
    (tmp_path / "more.csv").write_text("评价ID,评论内容,用户ID\nnew,屏幕碎了,ur0\n", "utf-8")
    voc.ok("ingest", str(tmp_path / "more.csv"), "--source", "shop", "--wait")
    switched = place != "rekey-switching"
    assert ((voc.home / "id.key").read_bytes().strip() != key) is switched
    same = _documents(voc)["new"]["person"] == _documents(voc)["r0"]["person"]
    assert same is (not switched or verb[0] == "rotate-identity")
    voc.ok("keys", *verb)
    assert _left(voc, {key, *old}) == []
    found = sorted(_people(voc).values())
    assert found == ([*people[:-1], 3] if verb[0] == "rotate-identity" else [1] * (_COUNT + 2))
    assert voc.json("doctor")["ok"]


def test_a_service_beside_it_goes_on_under_the_new_key(voc: Program) -> None:
    secret = voc.json("keys", "create", "--name", "k", "--scopes", "read,ingest")["key"]
    people = sorted(_people(voc).values())
    key, old = _old(voc)
    with running(voc, "serve", "--port", "0") as process:
        assert process.stderr is not None
        address = process.stderr.readline().decode().split()[-1]
        head = {"Authorization": f"Bearer {secret}"}
        with httpx.Client(base_url=address, headers=head, timeout=60) as client:
            assert client.get("/v1/documents").status_code == 200
            voc.ok("keys", "rotate-identity")
            body = {
                "source": "shop",
                "records": [{"native_id": "new", "text": "屏幕碎了", "author": {"id": "ur0"}}],
            }
            pushed = client.post("/v1/records", json=body)
            assert pushed.status_code == 202, pushed.text

            def shown() -> list[str]:
                answer = client.get("/v1/documents", params={"limit": 500})
                if answer.status_code != 200:
                    assert answer.json()["code"] == "VOC-E401"  # never figures from two keys
                    return []
                rows = answer.json()["items"]
                return [row["person"] for row in rows] if len(rows) == _COUNT + 2 else []

            found = until(process, shown)
    assert sorted(Counter(found).values()) == [*people[:-1], 3]
    assert _left(voc, {key, *old}) == []


def test_a_key_that_is_a_setting(voc: Program, tmp_path: Path) -> None:
    given = tmp_path / "old"
    (voc.home / "id.key").rename(given)
    with_key = {"VOC_ID_KEY": given.read_text().strip()}
    people = sorted(_people_with(voc, with_key).values())
    refused = voc.tried("keys", "rotate-identity", **with_key)
    assert (refused.returncode, b"--new-key" in refused.stderr) == (2, True)
    fresh = tmp_path / "new"
    fresh.write_bytes(base64.b64encode(bytes(range(32))))
    done = voc.tried("keys", "rotate-identity", "--new-key", str(fresh), **with_key)
    assert (done.returncode, b"set VOC_ID_KEY" in done.stderr) == (0, True), done.stderr
    stale = voc.tried("doctor", **with_key)
    assert (stale.returncode, b"VOC-E201" in stale.stderr) == (2, True)
    assert sorted(_people_with(voc, {"VOC_ID_KEY": fresh.read_text()}).values()) == people
    assert list(voc.home.glob("id.key*")) == []


def _people_with(voc: Program, env: dict[str, str]) -> Counter[str]:
    return _people(Program(voc.home, {**voc.env, **env}))
