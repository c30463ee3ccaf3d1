"""A process that has imported `voc` and forks one child a command: a run costs its work, not its imports.

A child has arguments, environment, standard streams and an exit of its own, and ends like any program. What
it shares with the other children is what was imported and the seed of `hash`; a test about either asks for
`Program.run`, which starts a process like a user does.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

_LIMIT_S = 240


class Nursery:
    """One such process; `run` is called from one thread."""

    def __init__(self) -> None:
        mine, its = socket.socketpair()
        with its:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(its.fileno())],
                env={name: value for name, value in os.environ.items() if not name.startswith("VOC_")},
                pass_fds=[its.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        self._link = mine.makefile("rwb")
        mine.close()

    def run(self, args: tuple[str, ...], *, env: dict[str, str], out: str, err: str) -> int:
        """`voc ARGS` with exactly this environment, output to two files; as `Popen.returncode` says it."""
        job = {"args": args, "env": env, "out": out, "err": err, "cwd": str(Path.cwd())}
        self._link.write(json.dumps(job).encode() + b"\n")
        self._link.flush()
        return int(self._link.readline())

    def close(self) -> None:
        """End it; no child runs then."""
        self._link.close()
        self._process.wait()


def _become(job: dict[str, Any]) -> None:
    signal.alarm(_LIMIT_S)  # a child that hangs dies by SIGALRM
    for number, path in ((1, job["out"]), (2, job["err"])):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(job["env"])
    os.chdir(job["cwd"])
    sys.argv = ["voc", *job["args"]]


def _serve(link: socket.socket) -> bool:
    """Fork a child for every job until the link is closed; True in a child."""
    with link, link.makefile("rwb") as jobs:
        for line in jobs:
            pid = os.fork()
            if not pid:
                _become(json.loads(line))
                return True
            _, status = os.waitpid(pid, 0)
            jobs.write(f"{os.waitstatus_to_exitcode(status)}\n".encode())
            jobs.flush()
    return False


if __name__ == "__main__":
    sys.path[0] = str(Path.cwd())  # the `voc` that `python -m voc` would take
    from voc.cli import VERBS
    from voc.cli import main as run

    signal.signal(signal.SIGINT, signal.default_int_handler)
    for module, _ in VERBS.values():
        importlib.import_module(f"voc.cli.{module}")
    importlib.import_module("voc.reader")  # which a verb imports only when it is to read
    # A child that collects what was imported copies its pages: at its end alone 0.4 s, now under 0.1 s.
    gc.collect()
    gc.freeze()
    if _serve(socket.socket(fileno=int(sys.argv[1]))):
        run()
