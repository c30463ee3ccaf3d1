"""The wheel works in an empty folder: models, taxonomies and samples travel inside it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MIB = 1024 * 1024


@pytest.mark.slow
def test_the_wheel_needs_nothing_beside_it(tmp_path: Path) -> None:
    built = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    subprocess.run(built, cwd=ROOT, check=True, capture_output=True)
    [wheel] = (tmp_path / "dist").glob("*.whl")
    assert wheel.stat().st_size <= 95 * MIB
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    clean = {k: v for k, v in os.environ.items() if not k.startswith("VOC_")}
    where = "import voc, voc.resources as r; print(voc.__file__); print(r.folder('models'))"
    # In front of the checkout's own installation: what is imported is the wheel's.
    env = {**clean, "PYTHONPATH": str(site), "VOC_LANGUAGE_PROCESSES": "0"}
    found = subprocess.run(
        [sys.executable, "-c", where], cwd=empty, env=env, check=True, capture_output=True, text=True
    )
    assert all(line.startswith(str(site)) for line in found.stdout.splitlines())
    done = subprocess.run(
        [sys.executable, "-m", "voc", "demo", "--no-serve"],
        cwd=empty,
        env=env,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-1000:]
    assert "critical" in done.stdout
