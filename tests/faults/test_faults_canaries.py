"""No identifier leaves the encrypted records, whatever becomes of them and however a process ends."""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from canaries import canary, leaks, record
from sqlalchemy import create_engine, text
from voc_program import Program

from voc.canaries.forms import forms
from voc.config import load
from voc.ledger.types import Failed
from voc.runtime import open_runtime

_ROUTES = (
    *("documents", "mentions", "pain-points", "trends?interval=week", "sources", "imports", "workspaces"),
    *("keys", "taxonomies", "exports?what=documents", "exports?what=documents&format=csv"),
)


@contextmanager
def _serving(voc: Program, said: dict[str, bytes]) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    process = voc.start("serve", "--port", "0")
    try:
        assert process.stderr is not None
        yield process, process.stderr.readline().decode().split()[-1]
    finally:
        if process.poll() is None:
            process.terminate()
        out, err = process.communicate(timeout=40)
        said["serve"] = out + err


def _ingest(voc: Program, path: Path, said: dict[str, bytes], *more: str, **env: str) -> int:
    done = voc.tried("ingest", str(path), *more, **env)
    said[f"ingest {len(said)}"] = done.stdout + done.stderr
    return done.returncode


@pytest.fixture
def voc(tmp_path: Path) -> Program:
    (tmp_path / "tmp").mkdir()
    return Program(
        tmp_path / "home",
        {"VOC_LANGUAGE_PROCESSES": "0", "VOC_LOG_LEVEL": "debug", "TMPDIR": str(tmp_path / "tmp")},
    )


def test_every_fate_of_a_record(voc: Program, tmp_path: Path) -> None:
    kinds = (
        "good",
        "refused",
        "revised",
        "newer",
        "deleted",
        "dead",
        "pushed",
        "bad push",
        "upload",
        "names",
    )
    planted = {kind: canary(number) for number, kind in enumerate(kinds, start=11)}
    every = {words for found in planted.values() for words in found.all()}
    said: dict[str, bytes] = {}

    # A file whose name, entry names and headers hold some too.
    named = planted["names"]
    path = tmp_path / f"客户{named.mobile}_{named.identity}.jsonl"
    lines = [
        record("r1", planted["good"]),
        record("r2", planted["refused"], rating=99),
        record("r3", planted["revised"]),
        record("r4", planted["deleted"]),
        record("r5", planted["dead"]),
    ]
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    path.write_text(text + '\n{"text": "' + planted["refused"].mobile + "\n", "utf-8")
    assert _ingest(voc, path, said, "--wait") == 1
    (source,) = {row["source"] for row in voc.json("doctor")["sources"]}
    table = tmp_path / "表.csv"
    table.write_text(f"评论内容,电话{named.mobile}\n好,{named.card}\n,{named.mail}\nx,y,z\n", "utf-8")
    assert _ingest(voc, table, said) == 1

    opened = open_runtime(load(home=voc.home))
    workspace = opened.workspace().name
    assert opened.ledger.delete(workspace, source, "r4", "request")
    path.write_text(
        "\n".join(
            json.dumps(one)
            for one in (record("r3", planted["newer"]), record("r5", planted["dead"], region="x"))
        )
    )
    assert _ingest(voc, path, said) == 0
    claimed = [one for one in opened.ledger.claim("test", limit=100, lease_s=60) if one.native_id == "r5"]
    opened.ledger.fail("test", [Failed(claimed[0], "VOC-E306", "ValueError")], max_attempts=1)
    opened.ledger.release("test")
    key = opened.ledger.create_key(
        name="k", workspace=workspace, scopes=("read", "ingest", "export", "admin")
    ).secret

    with _serving(voc, said) as (_, address), httpx.Client(base_url=address, timeout=60) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        body = {
            "source": "push",
            "records": [record("p1", planted["pushed"]), record("p2", planted["bad push"], nps=11)],
        }
        pushed = client.post("/v1/records", json=body, headers={"Idempotency-Key": named.mobile})
        assert pushed.status_code == 202
        said["push"] = pushed.content
        line = json.dumps(record("u1", planted["upload"]), ensure_ascii=False).encode()
        files = {"file": (f"{named.mobile} {named.mail}.jsonl", line + b"\n{" + line)}
        job = client.post("/v1/imports", files=files)
        said["import"] = job.content
        wrong = client.post("/v1/records", content=b'{"records": [' + line)
        said["wrong"] = wrong.content
        while (shown := client.get(f"/v1/imports/{job.json()['id']}")).json()["state"] in (
            "queued",
            "running",
        ):
            pass
        assert shown.json()["counts"]["rejected"] == 1
        said["job"] = shown.content
        said["search"] = client.get("/v1/documents", params={"q": planted["good"].mobile}).content
        said["unknown"] = client.get("/v1/documents", params={planted["good"].mail: "1"}).content
        said["metrics"] = client.get("/metrics").content
    voc.ok("work", "--until-empty")
    with _serving(voc, said) as (_, address), httpx.Client(base_url=address, timeout=60) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        for route in _ROUTES:
            answer = client.get(f"/v1/{route}")
            assert answer.status_code == 200, route
            said[route] = answer.content
    assert said["documents"].count(b"<MOBILE>") > 10
    for verb in (("doctor",), ("search",), ("painpoints",), ("export", "documents"), ("rebuild",)):
        done = voc.tried(*verb)
        said[" ".join(verb)] = done.stdout + done.stderr
    assert leaks(every, folder=voc.home, said=said) == []
    assert leaks(every, folder=tmp_path / "tmp", said={}) == []


def test_killed_while_it_reads(voc: Program, tmp_path: Path) -> None:
    planted = [canary(number) for number in range(40, 60)]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps(record(f"r{n}", one)) for n, one in enumerate(planted)), "utf-8")
    said: dict[str, bytes] = {}
    for point in ("ledger-commit", "finish-commit", "index-commit"):
        assert _ingest(voc, path, said, "--wait", VOC_FAULT=point, VOC_LEASE_S="1") == -signal.SIGKILL
        words = {words for one in planted for words in one.all()}
        assert leaks(words, folder=voc.home, said=said) == []
        assert leaks(words, folder=tmp_path / "tmp", said={}) == []


def test_killed_while_it_receives_an_upload(voc: Program, tmp_path: Path) -> None:
    one = canary(77)
    line = json.dumps(record("u1", one)).encode() + b"\n"
    key = voc.json("keys", "create", "--name", "k", "--scopes", "ingest")["key"]
    said: dict[str, bytes] = {}
    with _serving(voc, said) as (process, address):
        part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n'
        head = (
            f"POST /v1/imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 90000000\r\n\r\n"
        )
        to = urlsplit(address)
        with socket.create_connection((to.hostname or "", to.port or 0), timeout=30) as link:
            link.sendall(head.encode() + part + line * (4 * 1024 * 1024 // len(line)))
            uploads = voc.home / "uploads"
            while not (
                uploads.is_dir() and any(path.stat().st_size > 2_000_000 for path in uploads.iterdir())
            ):
                with selectors.DefaultSelector() as nothing:
                    nothing.select(0.01)
            process.kill()
            process.wait(timeout=30)
    (left,) = uploads.iterdir()
    assert left.stat().st_size > 2_000_000
    assert leaks(set(one.all()), folder=voc.home, said=said) == []
    with _serving(voc, said) as (_, address):
        assert httpx.get(f"{address}/healthz").status_code == 200  # it has started
        assert list(uploads.iterdir()) == []


def test_a_leak_would_be_found(tmp_path: Path) -> None:
    one = canary(5)
    for form in forms(one.mobile):
        (tmp_path / "x").write_bytes(b"before" + form + b"after")
        assert leaks({one.mobile}, folder=tmp_path, said={}) == [f"x: {one.mobile}"]
    assert leaks({one.mobile}, folder=tmp_path / "nothing", said={"log": one.mobile.encode()})


def test_the_command_tells_where_and_never_what(voc: Program, tmp_path: Path) -> None:
    one, two = canary(5), canary(6)
    listed = tmp_path / "canaries.txt"
    listed.write_text("\n".join(["", *one.all(), "", *two.all()]) + "\n", "utf-8")
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps(record(f"r{n}", c)) for n, c in enumerate((one, two))), "utf-8")
    voc.ok("ingest", str(path), "--wait")
    clean = voc.json("scan", str(listed))
    assert (clean["ok"], clean["found"], clean["unread"], clean["canaries"]) == (True, [], [], 14)
    assert clean["files"] > 10 and clean["bytes"] > 100_000
    assert b"none found" in voc.tried("scan", str(listed)).stdout
    # One in a log, one in the ledger outside the encrypted column, one in an export elsewhere.
    (voc.home / "worker.log").write_text(f"worker said 电话 {one.mobile[:3]}-{one.mobile[3:]}\n", "utf-8")
    with closing(sqlite3.connect(voc.home / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE sources SET cursor = ?", (f"page {two.mail}",))
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "all.csv").write_bytes(f"姓名\n{one.name}\n".encode("gb18030"))
    done = voc.tried("scan", str(listed), str(exports), "--json")
    assert done.returncode == 1
    said = json.loads(done.stdout)
    found = {(hit["place"], hit["line"], hit["form"]) for hit in said["found"]}
    lines = {words: line for line, words in enumerate(listed.read_text("utf-8").splitlines(), start=1)}
    assert found >= {
        ("worker.log", lines[one.mobile], "pulled apart"),
        ("ledger.sqlite: sources.cursor", lines[two.mail], "utf-8"),
        ("all.csv", lines[one.name], "gb18030"),
    }
    assert {line for _, line, _ in found} == {lines[one.mobile], lines[two.mail], lines[one.name]}
    shown = voc.tried("scan", str(listed), str(exports))
    assert f"sources.cursor: the canary of line {lines[two.mail]} (c*" in shown.stdout.decode()
    for output in (done.stdout, done.stderr, shown.stdout, shown.stderr):
        assert leaks({*one.all(), *two.all()}, folder=tmp_path / "tmp", said={"output": output}) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "VOC-E108"), (b"", "VOC-E108"), (b"\xff\xfe\x00", "VOC-E108"), (b"139\n", "VOC-E102")],
)
def test_canaries_that_are_none(voc: Program, tmp_path: Path, content: bytes | None, code: str) -> None:
    voc.ok("init")
    if content is not None:
        (tmp_path / "c.txt").write_bytes(content)
    refused = voc.tried("scan", str(tmp_path / "c.txt"))
    assert (refused.returncode, code in refused.stderr.decode()) == (2, True)


def test_a_home_that_is_not_there_is_not_made(voc: Program, tmp_path: Path) -> None:
    (tmp_path / "c.txt").write_text(canary(1).mobile)
    refused = voc.tried("scan", str(tmp_path / "c.txt"))
    assert (refused.returncode, b"VOC-E108" in refused.stderr) == (2, True)
    assert not voc.home.exists()


@pytest.mark.postgres
def test_the_tables_of_a_server(voc: Program, tmp_path: Path) -> None:
    one = canary(8)
    (tmp_path / "c.txt").write_text(one.mail)
    server = create_engine(os.environ["VOC_TEST_DATABASE_URL"], isolation_level="AUTOCOMMIT")
    schema = f"voc_test_{uuid4().hex[:12]}"
    url = f"{os.environ['VOC_TEST_DATABASE_URL']}?options=-csearch_path%3D{schema}"
    with server.connect() as conn:
        conn.execute(text(f"CREATE SCHEMA {schema}"))
    try:
        path = tmp_path / "a.jsonl"
        path.write_text(json.dumps(record("r1", one)), "utf-8")
        voc.ok("ingest", str(path), VOC_DATABASE_URL=url)
        assert voc.json("scan", str(tmp_path / "c.txt"), VOC_DATABASE_URL=url)["ok"]
        with server.connect() as conn:
            conn.execute(text(f"UPDATE {schema}.sources SET cursor = :it"), {"it": one.mail})
        found = voc.tried("scan", str(tmp_path / "c.txt"), "--json", VOC_DATABASE_URL=url)
        assert found.returncode == 1
        places = [hit["place"] for hit in json.loads(found.stdout)["found"]]
        assert places == ["database: sources.cursor"]
    finally:
        with server.connect() as conn:
            conn.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        server.dispose()
