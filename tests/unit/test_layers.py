"""Lower layers never import upper ones (DESIGN 2): every import of every module is looked at."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "voc"

BASE = {"types", "errors", "config", "ids", "clock", "resources", "faults", "ops", "registry", "signs"}
# What each part may import besides itself.
ALLOWED: dict[str, set[str]] = {
    **dict.fromkeys(BASE, BASE),
    "db": BASE,
    "ledger": BASE | {"db"},
    "collect": BASE | {"ledger"},
    "text": BASE,
    "nlp": BASE | {"text"},
    "train": BASE | {"text", "nlp"},
    "annotations": BASE,
    "composing": BASE | {"annotations", "store"},
    "task": BASE,
    "reader": BASE | {"text", "nlp", "annotations", "task"},
    "language": BASE | {"task", "reader"},
    "store": BASE | {"text"},
    "insight": BASE | {"store", "nlp", "text"},
    "flights": BASE | {"ledger", "language", "task"},
    "pipeline": BASE | {"ledger", "text", "nlp", "store", "composing", "language", "flights", "task"},
    "canaries": BASE | {"db", "store"},
    "identity_key": BASE | {"ledger", "store"},
    "runtime": BASE | {"db", "ledger", "store", "language", "pipeline", "identity_key"},
    "rebuilding": BASE | {"ledger", "store", "pipeline", "runtime"},
    "diagnosis": BASE | {"ledger", "store", "pipeline", "runtime"},
}
_ANY_BELOW = set(ALLOWED) | BASE
ALLOWED |= {
    "console": _ANY_BELOW,
    "api": _ANY_BELOW | {"console"},
    "cli": _ANY_BELOW | {"api", "console"},
    "__init__": _ANY_BELOW,
    "__main__": {"cli"},
}


def _part(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the layer"
            assert node.module is not None
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in found if name.startswith("voc.")}


MODULES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_layer_imports_only_lower_ones(path: Path) -> None:
    part = _part(path)
    assert part in ALLOWED, f"{part} has no place in the layers: give it one here and in the design"
    used = {name for name in _imports(path) if (ROOT / name).exists() or (ROOT / f"{name}.py").exists()}
    above = used - ALLOWED[part] - {part}
    assert not above, f"{path.relative_to(ROOT)} imports {sorted(above)}, which stand above {part}"


def test_the_rule_can_fail(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("from voc.api.app import create_app\nimport voc.ledger\n")
    assert _imports(bad) == {"api", "ledger"}
    assert not {"api", "ledger"} <= ALLOWED["text"]
