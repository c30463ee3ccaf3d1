"""`voc serve` as it is run: API and worker, quotes literal over HTTP, no orphan however it ends."""

from __future__ import annotations

import csv
import os
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from voc_program import Program

TEXTS = (
    "电池一天要充三次，太不耐用了",
    "充电的时候冒烟，差点着火",
    "屏幕清晰，😀拍照也很好看",
    "系统卡顿，客服不理人",
)


@contextmanager
def _serving(voc: Program) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    process = voc.start("serve", "--port", "0")
    try:
        assert process.stderr is not None
        line = process.stderr.readline().decode()
        assert "voc listens on http://127.0.0.1:" in line, line
        yield process, line.split()[-1]
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=40)


def _children(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]


def _ends(pid: int, *, within_s: float) -> bool:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], within_s)[0])
    finally:
        os.close(handle)


@pytest.fixture
def voc(tmp_path: Path) -> Program:
    program = Program(tmp_path / "home", {"VOC_LANGUAGE_PROCESSES": "1", "VOC_TAXONOMY": "phone"})
    path = tmp_path / "shop.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = [
            (f"r{i}", TEXTS[i % 4] + "。" * (i % 3), f"u{i}", f"2026-11-{i % 20 + 1:02d}") for i in range(24)
        ]
        csv.writer(file).writerows([("评价ID", "评论内容", "用户ID", "时间"), *rows])
    program.ok("ingest", str(path), "--wait")
    return program


def _quotes(value: Any) -> Iterator[dict[str, Any]]:
    """Everything in an answer that quotes somebody."""
    if isinstance(value, dict):
        if "start" in value and ("quote" in value or "text" in value):
            yield value
        for item in value.values():
            yield from _quotes(item)
    elif isinstance(value, list):
        for item in value:
            yield from _quotes(item)


def test_every_quote_on_every_endpoint_is_literal(voc: Program) -> None:
    key = voc.json("keys", "create", "--name", "t", "--scopes", "read,export")["key"]
    with _serving(voc) as (_, address), httpx.Client(base_url=address, timeout=30) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        documents = {d["id"]: d["text"] for d in client.get("/v1/documents?limit=500").json()["items"]}
        assert len(documents) == 24
        ranked = client.get("/v1/pain-points").json()
        seen = 0
        for path in (
            "/v1/pain-points",
            "/v1/pain-points?level=1&sort=people",
            "/v1/mentions?limit=500",
            "/v1/mentions?q=电池",
            *(f"/v1/pain-points/aspect/{item['id']}" for item in ranked["items"]),
            *(f"/v1/documents/{one}" for one in list(documents)[:5]),
        ):
            answer = client.get(path)
            assert answer.status_code == 200, path
            body = answer.json()
            lists = [body[name] for name in ("items", "mentions") if isinstance(body.get(name), list)]
            rest = {name: value for name, value in body.items() if name not in ("items", "mentions")}
            owners = [rest, *(row for rows in lists for row in rows)]
            for owner in owners:
                for quote in _quotes(owner):
                    text = documents[quote.get("document_id") or owner.get("document_id") or owner["id"]]
                    said = quote.get("quote", quote.get("text"))
                    assert text[quote["start"] : quote["end"]] == said
                    if "start_utf16" in quote:
                        wide = text.encode("utf-16-le")
                        part = wide[2 * quote["start_utf16"] : 2 * quote["end_utf16"]]
                        assert part.decode("utf-16-le") == said
                    seen += 1
        assert seen > 50
        for item in ranked["items"]:
            behind = client.get(item["listing"]).json()["items"]
            assert len([m for m in behind if m["harm"] >= 1]) == item["mentions"]


def test_what_is_pushed_becomes_searchable(voc: Program) -> None:
    key = voc.json("keys", "create", "--name", "t", "--scopes", "read,ingest")["key"]
    with _serving(voc) as (_, address), httpx.Client(base_url=address, timeout=30) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        body = {
            "source": "push",
            "kind": "review",
            "records": [{"native_id": "p1", "text": "扬声器破音，想退货"}],
        }
        assert client.post("/v1/records", json=body).status_code == 202
        for _ in range(2000):  # bounded by tries, each a request
            if client.get("/v1/documents?source=push").json()["items"]:
                break
        [found] = client.get("/v1/documents?source=push").json()["items"]
        assert found["native_id"] == "p1"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_worker_is_left_behind(voc: Program, number: signal.Signals) -> None:
    with _serving(voc) as (process, address):
        workers: list[int] = []
        for _ in range(500):  # the worker is started beside the API; every try is a request
            assert httpx.get(f"{address}/healthz").status_code == 200
            workers = workers or _children(process.pid)
            if workers:
                break
        assert workers
        process.send_signal(number)
        assert process.wait(timeout=30) == (
            -9 if number == signal.SIGKILL else 130 if number == signal.SIGINT else 0
        )
        assert all(_ends(worker, within_s=30) for worker in workers)
    assert voc.json("doctor")["ok"]
