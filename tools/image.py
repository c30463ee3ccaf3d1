"""Runs the Dockerfile without an engine: `python -m tools.image`, as root on Linux.

Each stage gets this machine's files as a read-only layer with an empty one above (overlayfs in a mount
namespace of its own), an empty environment and no files of ours but what COPY brings. The instructions mean
what they mean there; an unknown one is an error. At the end the command runs as the image's user on a
read-only root, and the health check must pass. FROM is checked to be the interpreter that the lock file was
made for; the base image itself cannot be had without an engine.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_BASE = f"python:{sys.version_info.major}.{sys.version_info.minor}-slim"
_PORT = "8400"
_SEPARATE = "VOC_IMAGE_SEPARATE"


@dataclass
class Stage:
    """One FROM: a root folder and what was set so far."""

    root: Path
    env: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = "root"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def run(
        self, command: list[str], *, user: str = "root", quiet: bool = False
    ) -> subprocess.CompletedProcess[bytes]:
        """A command inside, with the stage's environment only."""
        said = subprocess.DEVNULL if quiet else None
        env = {**_network(), **self.env}
        return subprocess.run(self._inside(command, user), env=env, check=False, stdout=said, stderr=said)

    def start(self, command: list[str], *, user: str) -> subprocess.Popen[bytes]:
        """The same in the background."""
        return subprocess.Popen(self._inside(command, user), env=self.env)

    def _inside(self, command: list[str], user: str) -> list[str]:
        script = f"cd {shlex.quote(self.workdir)} && exec {shlex.join(command)}"
        return ["chroot", f"--userspec={user}:{user}", str(self.root), "/bin/sh", "-c", script]


def main() -> None:
    """Build, start, ask, stop."""
    if os.environ.get(_SEPARATE) != "1":
        # Mounts end with the process that made them.
        unshared = ["unshare", "--mount", "--propagation", "private", sys.executable, "-m", "tools.image"]
        sys.exit(subprocess.run(unshared, env={**os.environ, _SEPARATE: "1"}, check=False).returncode)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        _call("mount", "-t", "tmpfs", "-o", "size=6g", "voc-image", folder)
        try:
            _start(_built(place))
        finally:
            _call("umount", "--recursive", folder)


def _built(place: Path) -> Stage:
    stages: dict[str, Stage] = {}
    stage: Stage | None = None
    for number, (word, rest) in enumerate(instructions(ROOT / "Dockerfile")):
        print(f"== {word} {rest}", flush=True)
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            if base != _BASE:
                raise SystemExit(f"FROM {base}: this interpreter stands for {_BASE}")
            stage = stages[name or str(number)] = Stage(_layer(place / str(number)))
            stage.env["PATH"] = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
            continue
        if stage is None:
            raise SystemExit("the Dockerfile does not begin with FROM")
        _do(stage, word, rest, stages)
    assert stage is not None
    return stage


def _do(stage: Stage, word: str, rest: str, stages: dict[str, Stage]) -> None:
    if word == "ENV":
        for pair in shlex.split(rest):
            name, _, value = pair.partition("=")
            stage.env[name] = value.replace("$PATH", stage.env["PATH"])
    elif word == "WORKDIR":
        stage.workdir = rest
        _at(stage, rest).mkdir(parents=True, exist_ok=True)
    elif word == "COPY":
        _copy(stage, shlex.split(rest), stages)
    elif word == "RUN":
        if stage.run(["/bin/sh", "-ec", rest]).returncode:
            raise SystemExit(f"RUN failed: {rest}")
    elif word == "USER":
        stage.user = rest
    elif word == "HEALTHCHECK":
        stage.health = json.loads(rest.partition("CMD ")[2])
    elif word == "ENTRYPOINT":
        stage.entrypoint = json.loads(rest)
    elif word == "CMD":
        stage.command = json.loads(rest)
    elif word not in ("VOLUME", "EXPOSE"):
        raise SystemExit(f"unknown instruction {word}")


def _copy(stage: Stage, words: list[str], stages: dict[str, Stage]) -> None:
    root = ROOT
    if words[0].startswith("--from="):
        root = stages[words.pop(0).removeprefix("--from=")].root
    *sources, target = words
    into = target.endswith("/") or len(sources) > 1
    for source in sources:
        found = root / source.lstrip("/")
        goal = _at(stage, target) / (found.name if into and found.is_file() else "")
        if found.is_file():
            goal.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(found, goal)
        else:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(found, goal, symlinks=True, dirs_exist_ok=True, ignore=ignored)


def _start(stage: Stage) -> None:
    """The image's command as its user on a read-only root: healthy, with data only in the volume."""
    for path, mode in (("data", "0700"), ("tmp", "1777")):
        owner = f",uid={10001},gid={10001}" if path == "data" else ""
        _call("mount", "-t", "tmpfs", "-o", f"mode={mode}{owner}", "voc-image", str(stage.root / path))
    _call("mount", "-o", "remount,ro,bind", str(stage.root))
    if not stage.run(["touch", "/etc/written"], quiet=True).returncode:
        raise SystemExit("the root can be written to")
    demo = stage.run([*stage.entrypoint, "demo", "--no-serve", "--home", "/tmp/demo"], user=stage.user)
    if demo.returncode:
        raise SystemExit("the sample data did not go through")
    with stage.start([*stage.entrypoint, *stage.command], user=stage.user) as server:
        try:
            healthy = any(_healthy(stage) for _ in range(40))
        finally:
            server.terminate()
    if not healthy:
        raise SystemExit(f"nothing healthy on port {_PORT}")
    print("the image's steps work; its command is healthy as its user on a read-only root")


def _healthy(stage: Stage) -> bool:
    time.sleep(0.5)
    return stage.run(stage.health, user=stage.user, quiet=True).returncode == 0


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """(instruction, arguments), comments and line ends taken away."""
    text = re.sub(r"^\s*#.*\n", "", dockerfile.read_text("utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1].strip()) for line in lines if line.strip()]


def _layer(place: Path) -> Path:
    """A root with this machine's programs below and nothing of ours above."""
    upper, work, root = place / "upper", place / "work", place / "root"
    for folder in (upper, work, root):
        folder.mkdir(parents=True)
    options = f"lowerdir=/,upperdir={upper},workdir={work}"
    _call("mount", "-t", "overlay", "overlay", "-o", options, str(root))
    for folder in ("proc", "dev"):
        _call("mount", "--rbind", f"/{folder}", str(root / folder))
    for hidden in ("opt/voc", "src", "data"):
        if (root / hidden).exists():
            raise SystemExit(f"/{hidden} is there already")
    python = root / "usr/local/bin/python"
    python.unlink(missing_ok=True)
    # A link would look for its library beside itself.
    python.write_text(f'#!/bin/sh\nexec {Path(sys.executable).resolve()} "$@"\n')
    python.chmod(0o755)
    # Where the interpreter lies in somebody's home, the image's user must be able to get there.
    for folder in Path(sys.executable).resolve().parents:
        inside = root / folder.relative_to("/")
        inside.chmod(inside.stat().st_mode | 0o011)
    return root


def _at(stage: Stage, path: str) -> Path:
    return stage.root / (path if path.startswith("/") else f"{stage.workdir}/{path}").lstrip("/")


def _network() -> dict[str, str]:
    """What reaching the package index takes on this machine."""
    wanted = re.compile(r"PIP_|SSL_|.*CERT|.*_PROXY|.*_proxy")
    return {"PIP_QUIET": "1"} | {name: value for name, value in os.environ.items() if wanted.match(name)}


def _call(*command: str) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
