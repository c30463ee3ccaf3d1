"""Runs the real `voc` program in a home of its own, as a user would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Program:
    """One home. `env` is added to every run."""

    home: Path
    env: dict[str, str] = field(default_factory=dict)

    def run(self, *args: str, input: bytes | None = None, **env: str) -> subprocess.CompletedProcess[bytes]:
        """`voc ARGS`, whatever its exit code."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith("VOC_")}
        return subprocess.run(
            [sys.executable, "-m", "voc", *args],
            env={**clean, "VOC_HOME": str(self.home), **self.env, **env},
            input=input,
            capture_output=True,
            timeout=240,
            check=False,
        )

    def start(self, *args: str) -> subprocess.Popen[bytes]:
        """`voc ARGS` in the background, output captured."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith("VOC_")}
        return subprocess.Popen(
            [sys.executable, "-m", "voc", *args],
            env={**clean, "VOC_HOME": str(self.home), **self.env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def ok(self, *args: str, **env: str) -> str:
        """Standard output of a run that must succeed."""
        done = self.run(*args, **env)
        assert done.returncode == 0, (args, done.returncode, done.stdout[-2000:], done.stderr[-2000:])
        return done.stdout.decode()

    def json(self, *args: str, **env: str) -> Any:
        """Parsed standard output of a run that must succeed."""
        return json.loads(self.ok(*args, "--json", **env))
