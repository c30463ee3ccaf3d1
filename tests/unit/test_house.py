"""House style that a machine can see: sizes, first lines, names, no private machine in the repository."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "voc").rglob("*.py"))
BANNED = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
_LONGEST = 500


def _tracked() -> list[Path]:
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_says_why_and_stays_readable(path: Path) -> None:
    source = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(source)), "the first line says why one would open the file"
    assert source.count("\n") <= _LONGEST, f"more than {_LONGEST} lines: split it by its nouns"
    assert path.stem not in BANNED


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_public_names_have_a_docstring(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    missing = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not missing


def test_no_test_sleeps() -> None:
    sleeper = re.compile(r"\btime\.sleep\(|\basyncio\.sleep\(")
    found = [
        p.name
        for p in (ROOT / "tests").rglob("*.py")
        if p.name != Path(__file__).name and sleeper.search(p.read_text("utf-8"))
    ]
    assert not found


def test_no_pickle_and_no_remote_code() -> None:
    risky = re.compile(
        r"\bimport pickle\b|\bpickle\.load|trust_remote_code=True|allow_pickle=True|joblib\.load|yaml\.load\("
    )
    found = [str(p.relative_to(ROOT)) for p in MODULES if risky.search(p.read_text("utf-8"))]
    assert not found


def test_nothing_of_this_machine_is_committed() -> None:
    private = re.compile(
        r"/work/(?:main|shared|\.)|/home/[a-z]+/|/root/|pypi\.org/simple|registry\.npmjs|index-url"
    )
    found = []
    for path in _tracked():
        if path.name == Path(__file__).name or path.stat().st_size > 2_000_000:
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        if private.search(text):
            found.append(str(path.relative_to(ROOT)))
    assert not found


def test_weights_stay_small() -> None:
    size = sum(p.stat().st_size for p in (ROOT / "models").rglob("*") if p.is_file())
    assert size <= 80 * 1024 * 1024
