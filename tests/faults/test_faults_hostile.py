"""Hostile input through the real program: one line with a place and a cure, good rows kept, no traceback."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hostile_files import CSV, LIMITS, Case, cases, crowd, open_document, workbook, zipped
from voc_program import Program

_LINE = re.compile(r"error (VOC-E\d{3}): (.+), ([^,]+.*)")


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> tuple[Program, dict[str, int], list[str]]:
    """All cases in one folder, read by one run: (the program, rows kept by file, lines on standard error)."""
    folder = tmp_path_factory.mktemp("hostile")
    program = Program(folder / "home", {**LIMITS, "VOC_LANGUAGE_PROCESSES": "0"})
    (folder / "in").mkdir()
    for case in cases():
        (folder / "in" / case.name).write_bytes(case.content)
    done = program.tried("ingest", str(folder / "in"), "--json")
    said = done.stderr.decode()
    assert done.returncode == 1, said
    assert "Traceback" not in said and "panicked" not in said
    kept = {file["file"]: file["created"] for file in json.loads(done.stdout)["files"]}
    return program, kept, said.splitlines()


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_hostile_file_is_named_and_its_good_rows_stay(
    case: Case, ingested: tuple[Program, dict[str, int], list[str]]
) -> None:
    _, kept, said = ingested
    assert kept.get(case.name, 0) == case.kept
    mine = [line for line in said if f": {case.name}" in line and not line.startswith("note: ")]
    matches = [_LINE.fullmatch(line) for line in mine]
    assert all(matches), mine
    assert tuple(match[1] for match in matches if match) == case.codes


def test_the_books_balance_after_all_of_them(ingested: tuple[Program, dict[str, int], list[str]]) -> None:
    program, kept, _ = ingested
    found = program.json("doctor")
    assert found["ok"], found["problems"]
    rows = Counter({source["source"]: source["accepted"] - source["dead"] for source in found["sources"]})
    by_source: Counter[str] = Counter()
    for name, count in kept.items():
        by_source[Path(name).stem] += count
    assert +rows == +by_source
    program.ok("work", "--until-empty")
    after = program.json("doctor")
    assert after["ok"], after["problems"]
    # Nothing that was read may break a later stage.
    refused = {source["source"]: source["dead"] for source in found["sources"]}
    assert {source["source"]: source["dead"] for source in after["sources"]} == refused
    assert sum(source["indexed"] for source in after["sources"]) == sum(kept.values())


@pytest.mark.parametrize("what", ["fifo", "device", "loop", "long", "folder", "type", "mapping", "closed"])
def test_what_is_no_file_is_wrong_use(what: str, tmp_path: Path) -> None:
    path, more = tmp_path / "a.csv", [str(tmp_path / "a.csv")]
    if what == "fifo":
        os.mkfifo(path)
    elif what == "device":
        path.symlink_to("/dev/zero")
    elif what == "loop":
        path.symlink_to(path)
    elif what == "long":
        more = ["a" * 5000 + ".csv"]
    elif what == "folder":
        path.mkdir()
    elif what == "type":
        more = [str(tmp_path / "a.doc")]
        Path(more[0]).write_bytes(CSV)
    elif what == "mapping":
        path.write_bytes(CSV)
        os.mkfifo(tmp_path / "m.yaml")
        more += ["--mapping", str(tmp_path / "m.yaml")]
    elif what == "closed":
        path.write_bytes(CSV)
        path.chmod(0)
        if os.access(path, os.R_OK):
            pytest.skip("this user may read everything")
    done = Program(tmp_path / "home").tried("ingest", *more)
    said = done.stderr.decode()
    assert done.returncode == 2, said
    assert re.fullmatch(r"error VOC-E10[89]: .+, .+\n", said), said


def test_names_that_no_terminal_should_see(tmp_path: Path) -> None:
    program = Program(tmp_path / "home")
    for name in (b"\xff\xfe.csv", b"a\n\x1b[2J.csv"):
        path = tmp_path / os.fsdecode(name)
        path.write_bytes(b"text,b\n,1\ngood,2\n")
        done = program.tried("ingest", str(path), "--json")
        assert done.returncode == 1, done.stderr
        assert json.loads(done.stdout)["files"][0]["created"] == 1
        assert done.stderr.startswith(b"error VOC-E301: ") and done.stderr.count(b"\n") == 1
        assert b"\x1b" not in done.stderr + done.stdout
        assert program.tried("ingest", str(path)).stdout.count(b"\n") == 1


def test_annotate_answers_every_line(tmp_path: Path) -> None:
    lines = [
        b'{"text": "\\ud800' + "好".encode() + b'\\u0000"}',
        b'{"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"text": NaN}',
        b'{"text": 1e999}',
        b'{"text": "a", "rating": %s}' % (b"9" * 400),
        b'{"text": "' + b"a" * 70_000 + b'"}',
        b"\xff\xfe\x00",
        b'{"id": "\\udc00", "text": "' + "好".encode() + b'", "text": "b"}',
        b"[]",
        b"",
        b'{"text": "last"}',
    ]
    done = Program(tmp_path / "home", LIMITS).run("annotate", "-", input=b"\n".join(lines))
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(lines) - 1
    assert answers[-1]["text"] == "last"
    assert all(("error" in answer) ^ ("text" in answer) for answer in answers)
    assert all("error" in answers[n] for n in (1, 2, 5, 6, 8))


def test_a_formula_stays_text_in_an_export(tmp_path: Path) -> None:
    program = Program(tmp_path / "home", {"VOC_LANGUAGE_PROCESSES": "0"})
    formulas = ["=cmd|'/C calc'!A0", '=HYPERLINK("http://x.example")', "+1+cmd", "-2", "@SUM(A1)", "\t=1"]
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["评论内容", "商品"], *([words, words] for words in formulas)])
    program.ok("ingest", str(path), "--wait")
    for what in ("documents", "mentions"):
        table = program.ok("export", what, "--format", "csv").lstrip("\ufeff")
        for row in csv.reader(table.splitlines()):
            for cell in row:
                assert not cell.startswith(("=", "+", "@", "\t", "\r"))
                assert not cell.startswith("-") or re.fullmatch(r"-[\d.]+", cell)


_MEASURED = """
import json, os, resource, sys
import voc.cli.ingest
from voc.cli import main

for path in sys.argv[1:]:
    gives, takes = os.pipe()
    if os.fork():
        os.close(takes)
        with open(gives) as told:
            print(told.read(), end="", file=sys.stderr)
        os.wait()
        continue
    sys.argv = ["voc", "ingest", path, "--json"]
    for number in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    code = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    used = resource.getrusage(resource.RUSAGE_SELF)
    with open("/proc/self/status") as status:  # ru_maxrss holds the parent's as well
        peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
    os.write(takes, json.dumps([code, used.ru_utime + used.ru_stime, int(peak) / 1024]).encode() + b"\\n")
    os._exit(0)
"""


def _costs(paths: list[Path], home: Path) -> list[tuple[int, float, float]]:
    """(exit code, seconds of CPU, MiB at most) of `voc ingest` of each file, what is imported included."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("VOC_")}
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, *map(str, paths)],
        env={**clean, "VOC_HOME": str(home)},
        capture_output=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]
    lines = [tuple(json.loads(line)) for line in done.stderr.splitlines()]
    assert len(lines) == len(paths), done.stderr[-500:]  # else one was killed
    return lines


BOMBS = {
    "ratio.zip": lambda: zipped(("a.csv", CSV + b"a" * 60_000_000)),
    "large.zip": lambda: zipped(*((f"{n}.csv", b"ab,\n" * 1_000_000) for n in range(3)), ("x.csv", bytes(9))),
    "crowd.zip": lambda: crowd(300_000),
    "crowd.xlsx": lambda: crowd(300_000),
    "strings.xlsx": lambda: workbook(
        (2, 0, "a" * 30_000), edit=("sharedStrings.xml", b"a" * 30_000, b"a" * 110_000_000)
    ),
    "corner.xlsx": lambda: workbook((1_048_575, 16_383, "x")),
    "tall.xlsx": lambda: workbook((1_048_575, 8, "x")),
    "repeated.ods": lambda: open_document(rows=1_000_000, columns=16_000),
    "deep.jsonl": lambda: b"[" * 15_000_000,
    "commas.csv": lambda: b"," * 15_000_000,
    "cell.csv": lambda: b"text\n" + b"a" * 10_000_000,
}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc for the peak of memory")
def test_a_bomb_costs_little_more_than_a_harmless_file(tmp_path: Path) -> None:
    harmless = tmp_path / "good.csv"
    harmless.write_bytes(CSV)
    for name, make in BOMBS.items():
        (tmp_path / name).write_bytes(make())
    first, second, *costs = _costs([harmless, harmless, *map(tmp_path.joinpath, BOMBS)], tmp_path / "home")
    code, seconds, mib = min(first, second)
    assert code == 0
    for name, (refused, its_seconds, its_mib) in zip(BOMBS, costs, strict=True):
        assert refused in (1, 2), name
        assert its_seconds - seconds <= 2.0, (name, its_seconds, seconds)
        # A line within its limit is no bomb: `csv` holds four bytes a character beside the line itself.
        most = 96 if name == "cell.csv" else 64
        assert its_mib - mib <= most, (name, its_mib, mib)
