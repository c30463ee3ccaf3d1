"""`make bench`: documents a second from file to search in a fresh home, the share of each stage, memory.

Texts are put together from the sentences of the sample data: distinct, about 60 characters. Prints figures
and never fails on them: machines are shared and noisy.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
_VOC = [sys.executable, "-m", "voc"]
_LENGTH = 60
_BLANK = re.compile(r"\{\w+\}")


def main() -> None:
    """Run and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--documents", type=int, default=20_000)
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), options.documents)
    if options.json:
        print(json.dumps(figures, ensure_ascii=False, indent=1))
        return
    for name, value in figures.items():
        if isinstance(value, dict):
            total = sum(value.values())
            parts = ", ".join(f"{stage} {s:.2f} s ({s / total:.0%})" for stage, s in value.items())
            print(f"{name}: {parts}")
        else:
            print(f"{name}: {value}")


def measure(folder: Path, documents: int) -> dict[str, object]:
    """Ingest `documents` reviews into a fresh home, then search for all of them."""
    path = folder / "bench.csv"
    write_reviews(path, documents)
    env = {**os.environ, "VOC_HOME": str(folder / "home"), "VOC_TAXONOMY": "phone"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    command = [*_VOC, "ingest", str(path), "--source", "bench", "--wait", "--json"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE) as process:
        memory = _Memory(process.pid)
        output, _ = process.communicate()
        peak = memory.stop()
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise SystemExit(f"voc ingest ended with {process.returncode}")
    seconds = json.loads(output)["seconds"]
    found = subprocess.run(
        [*_VOC, "search", "--count", "--json"], env=env, stdout=subprocess.PIPE, check=True
    )
    searchable = json.loads(found.stdout)["documents"]
    cpu = (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
    load = seconds.get("model load", 0.0)
    shares = {k: v for k, v in seconds.items() if k not in ("work", "model load")}
    return {
        "documents searchable": searchable,
        "wall, everything (s)": round(wall, 2),
        "model load (s)": round(load, 2),
        "documents a second, everything": round(searchable / wall),
        "documents a second, without start and model load": round(
            searchable / (seconds["collect"] + seconds["work"] - load)
        ),
        "CPU a document (ms)": round(cpu / searchable * 1000, 3),
        "peak memory, all processes (MB)": round(peak / 1e6),
        "seconds by stage (language stages summed over processes)": shares,
    }


def write_reviews(path: Path, documents: int) -> None:
    """A CSV of distinct reviews, seeded."""
    sentences = sorted(_sentences())
    rng = random.Random(20261124)
    seen: set[str] = set()
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["评价ID", "评论内容", "评分", "时间", "用户ID", "型号"])
        while len(seen) < documents:
            text = ""
            while len(text) < _LENGTH - 8:
                sentence = _BLANK.sub(lambda _: str(rng.randint(2, 60)), rng.choice(sentences))
                text += sentence.rstrip("。！，") + rng.choice("。，！")
            if text in seen:
                continue
            seen.add(text)
            day = f"2026-{rng.randint(9, 11):02d}-{rng.randint(1, 28):02d} {rng.randint(0, 23):02d}:30"
            product = rng.choice(["X1", "X1 Pro", "S2"])
            out.writerow(
                [f"b{len(seen)}", text, rng.randint(1, 5), day, f"u{rng.randint(1, documents)}", product]
            )


def _sentences() -> set[str]:
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, str) and 4 <= len(value) <= 40:
            found.add(value)
        elif isinstance(value, dict):
            for item in value.values():
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    for page in (ROOT / "tools" / "samples" / "texts").glob("*.yaml"):
        walk(yaml.safe_load(page.read_text("utf-8")))
    return found


class _Memory:
    """Samples the memory of a process and its children (proportional set size) until stopped."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """Peak in bytes."""
        self._done.set()
        self._thread.join()
        return self._peak

    def _watch(self) -> None:
        while not self._done.wait(0.25):
            self._peak = max(self._peak, sum(_pss(pid) for pid in _family(self._pid)))


def _family(pid: int) -> list[int]:
    found = [pid]
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return found
    for child in children:
        found += _family(int(child))
    return found


def _pss(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


if __name__ == "__main__":
    main()
