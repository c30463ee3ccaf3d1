"""Writes requirements.lock: every package of the container with version and hashes, from pip's own resolver.

Run by `make lock` on the interpreter and platform of the image; hashes of all files of each version are kept.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
_EXTRAS = ("postgres",)
_HEAD = "# Written by `make lock`; the container installs exactly these.\n"


def main() -> None:
    """Resolve and write."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(d for e in _EXTRAS for d in project["optional-dependencies"][e])]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "install",
                "--dry-run",
                "--quiet",
                "--ignore-installed",
                "--report",
                str(report),
                *wanted,
            ],
            check=True,
        )
        found = json.loads(report.read_text("utf-8"))["install"]
    lines = []
    for item in sorted(found, key=lambda item: item["metadata"]["name"].lower()):
        hashes = item["download_info"]["archive_info"]["hashes"]
        meta = item["metadata"]
        lines.append(f"{meta['name'].lower()}=={meta['version']} --hash=sha256:{hashes['sha256']}\n")
    LOCK.write_text(_HEAD + "".join(lines), "utf-8")
    print(f"{len(lines)} packages")


if __name__ == "__main__":
    main()
