"""Many phrases as one regular expression: a trie, so that a text is read once, longest phrase first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_GROUP = 32  # first characters of a group; 24 to 48 take the same time, 8 twice as long


def compile_phrases(phrases: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds the longest of `phrases` at each place, leftmost first.

    Two to five times faster on clauses than the plain alternation of 700 to 1,600 phrases. No phrases:
    matches nothing.
    """
    root: dict[str, Any] = {}
    for phrase in phrases:
        node = root
        for char in phrase:
            node = node.setdefault(char, {})
        node[""] = {}
    root.pop("", None)
    if not root:
        return re.compile(r"(?!)")
    firsts = sorted(root)
    if len(firsts) <= _GROUP:
        return re.compile(_source(root))
    # An alternation tries its branches one after another: most characters begin no phrase and pass at the
    # first look, the others go to a group of branches (1.2 to 4 times faster over 700 to 1,600 phrases).
    groups = [firsts[i : i + _GROUP] for i in range(0, len(firsts), _GROUP)]
    branches = (f"{_ahead(group)}{_source({char: root[char] for char in group})}" for group in groups)
    return re.compile(f"{_ahead(firsts)}(?:{'|'.join(branches)})")


def _ahead(chars: list[str]) -> str:
    return f"(?=[{re.escape(''.join(chars))}])"


def _source(node: dict[str, Any]) -> str:
    ends = "" in node
    singles: list[str] = []
    longer: list[str] = []
    for char in sorted(key for key in node if key):
        rest = _source(node[char])
        if rest:
            longer.append(re.escape(char) + rest)
        else:
            singles.append(re.escape(char))
    if singles:
        longer.append(singles[0] if len(singles) == 1 else "[" + "".join(singles) + "]")
    if not longer:
        return ""
    body = longer[0] if len(longer) == 1 else "(?:" + "|".join(longer) + ")"
    if not ends:
        return body
    return f"(?:{body})?" if len(longer) == 1 else f"{body}?"
