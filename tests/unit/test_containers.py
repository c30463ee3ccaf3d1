"""compose.yaml fits the Compose specification and names only what there is; the Dockerfile can be read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tools.image import instructions
from voc.cli import VERBS
from voc.config import Settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
OURS = [service for service in COMPOSE["services"].values() if service.get("image") == "voc:local"]


def test_compose_fits_its_schema() -> None:
    command = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"]
    found = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_compose_runs_api_worker_and_scheduler_beside_its_servers() -> None:
    assert {"api", "worker", "scheduler", "postgres", "elasticsearch"} <= set(COMPOSE["services"])
    for service in OURS:
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        for name in service["environment"]:
            assert name.removeprefix("VOC_").lower() in Settings.model_fields


def test_compose_publishes_on_loopback_only_and_holds_no_secret() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    said = (ROOT / "compose.yaml").read_text("utf-8")
    for line in said.splitlines():
        if "PASSWORD" in line or "_KEY:" in line:
            assert "${" in line


def test_commands_of_containers_are_verbs() -> None:
    [command] = [rest for word, rest in instructions(ROOT / "Dockerfile") if word == "CMD"]
    verbs = {service["command"][0] for service in OURS} | {yaml.safe_load(command)[0]}
    assert verbs <= set(VERBS)


def test_the_image_is_no_root_and_says_how_it_is() -> None:
    steps = instructions(ROOT / "Dockerfile")
    words = [word for word, _ in steps]
    assert words.count("FROM") == 2
    assert ("USER", "voc") in steps
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert any(word == "HEALTHCHECK" for word in words)
    assert any("--require-hashes" in rest for word, rest in steps if word == "RUN")
