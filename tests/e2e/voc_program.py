"""Runs the real `voc` program in a home of its own, as a user would."""

from __future__ import annotations

import atexit
import functools
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voc_nursery import Nursery


@functools.cache
def _nursery() -> Nursery:
    made = Nursery()
    atexit.register(made.close)
    return made


@dataclass(frozen=True)
class Program:
    """One home. `env` is added to every run."""

    home: Path
    env: dict[str, str] = field(default_factory=dict)

    def _environment(self, **more: str) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("VOC_")}
        return {**clean, "VOC_HOME": str(self.home), **self.env, **more}

    def run(self, *args: str, input: bytes | None = None, **env: str) -> subprocess.CompletedProcess[bytes]:
        """`voc ARGS` from a cold start, whatever its exit code."""
        return subprocess.run(
            [sys.executable, "-m", "voc", *args],
            env=self._environment(**env),
            input=input,
            capture_output=True,
            timeout=240,
            check=False,
        )

    def start(self, *args: str) -> subprocess.Popen[bytes]:
        """`voc ARGS` in the background, output captured."""
        # A shell that runs the tests in the background has them ignore SIGINT, and children inherit that.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        return subprocess.Popen(
            [sys.executable, "-m", "voc", *args],
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def tried(self, *args: str, **env: str) -> subprocess.CompletedProcess[bytes]:
        """`voc ARGS` from a warm start (see `voc_nursery`), whatever its exit code; its input is empty."""
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            code = _nursery().run(args, env=self._environment(**env), out=str(out), err=str(err))
            return subprocess.CompletedProcess(args, code, out.read_bytes(), err.read_bytes())

    def ok(self, *args: str, **env: str) -> str:
        """Standard output of a run that must succeed; a warm start."""
        done = self.tried(*args, **env)
        assert done.returncode == 0, (args, done.returncode, done.stdout[-2000:], done.stderr[-2000:])
        return done.stdout.decode()

    def json(self, *args: str, **env: str) -> Any:
        """Parsed standard output of a run that must succeed; a warm start."""
        return json.loads(self.ok(*args, "--json", **env))
