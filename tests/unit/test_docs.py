"""The documentation is complete and in step: settings, verbs, routes, error codes, links, READMEs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from voc.config import Settings
from voc.errors import CODES

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def _read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    row = re.search(rf"^\| `VOC_{name.upper()}` \|(.*)\|$", _read("docs/settings.md"), re.M)
    assert row, f"docs/settings.md lacks VOC_{name.upper()}; `python -m tools.docs` writes it"


def test_settings_page_is_in_step() -> None:
    from tools.docs import settings_page

    assert _read("docs/settings.md") == settings_page()


def test_no_setting_is_documented_that_does_not_exist() -> None:
    named = set(re.findall(r"^\| `VOC_([A-Z_]+)` \|", _read("docs/settings.md"), re.M))
    assert named == {name.upper() for name in Settings.model_fields}


def test_every_error_code_is_documented() -> None:
    documented = dict(re.findall(r"^\| (VOC-E\d{3}) \| (.*?) \|", _read("docs/errors.md"), re.M))
    assert set(documented) == set(CODES)
    for code, meaning in CODES.items():
        assert documented[code] == meaning


def test_every_verb_is_documented() -> None:
    import typer.main

    from voc.cli import program

    command = typer.main.get_command(program())
    page = _read("docs/cli.md")
    for name in command.commands:
        assert f"## `voc {name}" in page, f"docs/cli.md lacks voc {name}"


def test_every_verb_has_help_with_an_example() -> None:
    import typer.main

    from voc.cli import program

    def leaves(prefix: str, command: Any) -> list[tuple[str, Any]]:
        inside = getattr(command, "commands", None)
        if inside is None:
            return [(prefix, command)]
        return [leaf for name, sub in inside.items() for leaf in leaves(f"{prefix} {name}", sub)]

    for name, command in leaves("voc", typer.main.get_command(program())):
        assert "Example: " in (command.help or ""), f"{name} --help shows no example"


def test_every_route_is_documented() -> None:
    from voc.api.app import routes

    page = _read("docs/api.md")
    for method, path in routes():
        assert f"`{method} {path}`" in page, f"docs/api.md lacks {method} {path}"


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_readme_opens_with_what_counts(readme: str) -> None:
    text = _read(readme)
    assert "make demo" in text
    assert "make test" in text
    assert text.index("make demo") < 3500
    for target in re.findall(r"\]\((?!http)([^)#]+)", text):
        assert (ROOT / target).exists(), f"{readme} links to {target}"


def test_links_between_documents_hold() -> None:
    for page in DOCS.rglob("*.md"):
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
