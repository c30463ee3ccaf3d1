"""What fault tests share: many reviews, programs in the background, their children, full lists compared."""

from __future__ import annotations

import csv
import json
import os
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx
from voc_program import Program

SOAK = int(os.environ.get("VOC_TEST_SOAK", "0"))
"""How much longer than in the suite; 0 there (`make soak`)."""


def reviews(path: Path, count: int, *, edited: bool = False, first: int = 0) -> dict[str, str]:
    """A CSV file; native id → text. `edited`: every fourth has other words."""
    texts = {
        f"r{i}": f"第{i}台手机电池用了{i % 30 + 2}天就坏了，屏幕倒是清晰"
        + ("，追加一句" if edited and i % 4 == 0 else "")
        for i in range(first, first + count)
    }
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["评价ID", "评论内容", "时间", "用户ID"])
        out.writerows((native, text, "2026-11-01", f"u{native}") for native, text in texts.items())
    return texts


@contextmanager
def running(
    voc: Program, *args: str, stdin: int | IO[bytes] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """`voc ARGS` as the leader of a process group, as a shell starts it; killed at the end if need be."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("VOC_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "voc", *args],
        env={**clean, "VOC_HOME": str(voc.home), **voc.env},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=60)


def until(process: subprocess.Popen[bytes], true: Callable[[], Any], *, within_s: float = 120) -> Any:
    """What `true` gives once it gives something; looked at while the process lives."""
    for _ in range(int(within_s / 0.02)):
        found = true()
        if found:
            return found
        try:
            process.wait(timeout=0.02)
        except subprocess.TimeoutExpired:
            continue
        found = true()
        assert found, (process.returncode, process.stderr.read()[-2000:] if process.stderr else b"")
        return found
    raise AssertionError("it never happened")


def told(process: subprocess.Popen[bytes], address: str, worker: str) -> dict[str, Any]:
    """The answer of /readyz once it says this of the worker; /healthz is well all the time."""

    def look() -> dict[str, Any] | None:
        assert httpx.get(f"{address}/healthz").status_code == 200
        answer = httpx.get(f"{address}/readyz")
        body: dict[str, Any] = answer.json()
        assert answer.status_code == 200, body  # the API can answer all the time
        return body if body["parts"]["worker"] == worker else None

    found: dict[str, Any] = until(process, look)
    return found


def descendants(pid: int) -> list[int]:
    """Processes below this one."""
    found = []
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                found += [int(child), *descendants(int(child))]
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def ends(pid: int, *, within_s: float) -> bool:
    """Whether the process is gone in time."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], within_s)[0])
    finally:
        os.close(handle)


@dataclass(frozen=True)
class Shown:
    """What the listing says of a document."""

    revision: int
    text: str


def shown(voc: Program, source: str = "shop") -> dict[str, Shown]:
    """Native id → what is searchable of it; each id once."""
    lines = voc.ok("export", "documents", "--source", source, "--format", "jsonl").splitlines()
    rows = [json.loads(line) for line in lines]
    natives = [row["native_id"] for row in rows]
    assert len(natives) == len(set(natives)), "counted twice"
    return {row["native_id"]: Shown(row["revision"], row["text"]) for row in rows}


def listed(voc: Program, source: str = "shop") -> dict[str, str]:
    """Native id → text of all that is searchable; each id once."""
    return {native: one.text for native, one in shown(voc, source).items()}


def proven(voc: Program, texts: dict[str, str]) -> None:
    """The books balance, index equals ledger row by row, and what is there is what was sent."""
    doctor = voc.json("doctor")
    assert doctor["ok"], doctor["problems"]
    [row] = doctor["sources"]
    assert (row["accepted"], row["indexed"], row["pending"], row["dead"]) == (len(texts), len(texts), 0, 0)
    assert listed(voc) == texts
