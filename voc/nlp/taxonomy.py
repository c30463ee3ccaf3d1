"""What customers may talk about: a versioned tree of nodes, read from a pack in `taxonomies/` or a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from voc import resources
from voc.errors import ConfigError
from voc.nlp import packfile

_LEVELS = 3
_ID = re.compile(r"[a-z0-9][a-z0-9_]*(\.[a-z0-9][a-z0-9_]*)*")
_NODE_KEYS = frozenset({"id", "name", "aliases", "implied", "examples", "department", "children"})
_PACK_KEYS = frozenset({"name", "version", "title", "labels", "nodes", "catalogue", "unlike"})


@dataclass(frozen=True, slots=True)
class Node:
    """One thing customers talk about.

    `aliases` name it (续航 待机); `implied` are words that speak of it without naming it (便宜: price);
    `examples` are whole clauses. `level` counts from 1.
    """

    id: str
    name: str
    level: int
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    implied: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    department: str | None = None


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """A pack: `nodes` in the order of the file, `labels` of public data sets → node id."""

    name: str
    version: int
    title: str
    nodes: Mapping[str, Node]
    labels: Mapping[str, str] = field(default_factory=dict)
    catalogue: Mapping[str, Any] = field(default_factory=dict)
    unlike: tuple[str, ...] = ()  # words that only look like a node's: 银行卡 is not 卡
    _paths: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _names: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def ref(self) -> str:
        """`phone@1`."""
        return f"{self.name}@{self.version}"

    @staticmethod
    def packs() -> tuple[str, ...]:
        """Names of the packs that come with the program, sorted."""
        return tuple(sorted(path.stem for path in resources.folder("taxonomies").glob("*.yaml")))

    @classmethod
    def load(cls, name_or_path: str | Path) -> Taxonomy:
        """A pack by its name, or a file of the same form.

        Raises:
            ConfigError: VOC-E203, no such pack or not a valid tree; the message says which node.
        """
        name = str(name_or_path)
        if name in cls.packs():
            return _pack(resources.folder("taxonomies") / f"{name}.yaml")
        path = Path(name)
        if path.suffix in {".yaml", ".yml"} and path.is_file():
            return _pack(path)
        raise _invalid("no such taxonomy", name, f"use one of {', '.join(cls.packs())} or a .yaml file")

    def path(self, node: str) -> tuple[str, ...]:
        """Ids from the root to `node`."""
        known = self._paths.get(node)  # walked once: every mention asks
        if known is not None:
            return known
        ids: list[str] = []
        at: str | None = node
        while at is not None:
            ids.append(at)
            at = self.nodes[at].parent
        path = self._paths[node] = tuple(reversed(ids))
        return path

    def names(self, node: str) -> tuple[str, ...]:
        """Names from the root to `node`."""
        known = self._names.get(node)
        if known is None:
            known = self._names[node] = tuple(self.nodes[i].name for i in self.path(node))
        return known

    def children(self, node: str) -> tuple[str, ...]:
        """Ids of the nodes right below."""
        return tuple(n.id for n in self.nodes.values() if n.parent == node)

    def leaves(self) -> tuple[str, ...]:
        """Ids of the nodes without children, in the file's order."""
        parents = {n.parent for n in self.nodes.values()}
        return tuple(i for i in self.nodes if i not in parents)

    def at_level(self, level: int) -> tuple[str, ...]:
        """Ids of the nodes of one depth, 1 = roots."""
        return tuple(n.id for n in self.nodes.values() if n.level == level)

    def within(self, node: str, ancestor: str) -> bool:
        """Whether `node` is `ancestor` or stands below it."""
        return ancestor in self.path(node)


@cache
def _pack(path: Path) -> Taxonomy:
    try:
        content = packfile.read(path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _invalid("taxonomy cannot be read", path.name, "see taxonomies/README.md") from error
    if not isinstance(content, dict):
        raise _invalid("taxonomy is not a mapping", path.name, "see taxonomies/README.md")
    _known(content, _PACK_KEYS, path.name)
    name, version = content.get("name"), content.get("version")
    if not isinstance(name, str) or not name:
        raise _invalid("taxonomy has no name", path.name, "add name:")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _invalid("taxonomy version is not a whole number from 1", path.name, "add version: 1")
    nodes: dict[str, Node] = {}
    for node in _walk(content.get("nodes"), parent=None, level=1, where=path.name):
        if node.id in nodes:
            raise _invalid("node id stands twice", node.id, "give each node an id of its own")
        nodes[node.id] = node
    labels = content.get("labels") or {}
    if not isinstance(labels, dict):
        raise _invalid("labels is not a mapping", path.name, "write label: node id")
    for label, target in labels.items():
        if target not in nodes:
            raise _invalid("label points to no node", f"{label}: {target}", "name a node id of this file")
    catalogue = content.get("catalogue") or {}
    if not isinstance(catalogue, dict):
        raise _invalid("catalogue is not a mapping", path.name, "see taxonomies/README.md")
    unlike = content.get("unlike") or []
    if not isinstance(unlike, list) or not all(isinstance(word, str) and word for word in unlike):
        raise _invalid("unlike is not a list of words", path.name, "write unlike: [word, word]")
    return Taxonomy(
        name=name,
        version=version,
        title=str(content.get("title") or name),
        nodes=MappingProxyType(nodes),
        labels=MappingProxyType({str(k): str(v) for k, v in labels.items()}),
        catalogue=MappingProxyType(catalogue),
        unlike=tuple(unlike),
    )


def _walk(items: Any, *, parent: str | None, level: int, where: str) -> Iterator[Node]:
    if not isinstance(items, list) or not items:
        raise _invalid("nodes is not a list, or empty", where, "see taxonomies/README.md")
    if level > _LEVELS:
        raise _invalid(f"tree deeper than {_LEVELS} levels", where, "put these nodes higher")
    for item in items:
        if not isinstance(item, dict):
            raise _invalid("node is not a mapping", f"{where}: {item}"[:80], "write id: and name:")
        node_id, name = item.get("id"), item.get("name")
        if not isinstance(node_id, str) or not _ID.fullmatch(node_id):
            raise _invalid(
                "node id not valid", f"{where}: {node_id}", "use small letters, digits, _ and dots"
            )
        if not isinstance(name, str) or not name.strip():
            raise _invalid("node has no name", node_id, "add name:")
        _known(item, _NODE_KEYS, node_id)
        department = item.get("department")
        yield Node(
            id=node_id,
            name=name,
            level=level,
            parent=parent,
            aliases=_words(item, "aliases", node_id),
            implied=_words(item, "implied", node_id),
            examples=_words(item, "examples", node_id),
            department=None if department is None else str(department),
        )
        if "children" in item:
            yield from _walk(item["children"], parent=node_id, level=level + 1, where=node_id)


def _words(item: Mapping[str, Any], key: str, node_id: str) -> tuple[str, ...]:
    words = item.get(key) or []
    if not isinstance(words, list) or not all(isinstance(w, str | int | float) for w in words):
        raise _invalid(f"{key} is not a list of words", node_id, "write [word, word]")
    return tuple(dict.fromkeys(str(w) for w in words))


def _known(item: Mapping[str, Any], keys: frozenset[str], where: str) -> None:
    unknown = sorted(str(k) for k in item if k not in keys)
    if unknown:
        raise _invalid("unknown key", f"{where}: {unknown[0]}", f"known: {', '.join(sorted(keys))}")


def _invalid(what: str, value: str, cure: str) -> ConfigError:
    return ConfigError(what, code="VOC-E203", value=value, cure=cure)
