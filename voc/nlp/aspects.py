"""What an opinion is about: clause and target term in, node of the taxonomy out.

The mapper reads nothing else, so a changed taxonomy re-runs only this. It knows a node by its words
(aliases, implied words), by a head learned for the pack, and by likeness to the node's examples.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voc.nlp.features import Grams, grams
from voc.nlp.linear import Array, LinearHead
from voc.nlp.phrases import compile_phrases
from voc.nlp.taxonomy import Taxonomy
from voc.types import Label

Arrays = Mapping[str, npt.NDArray[np.generic]]

_BUCKETS = 1 << 16  # of the likeness to examples
_LIKE = 0.55  # cosine of n-grams from which a clause is like an example
_NAMED, _IMPLIED = 0.9, 0.7  # confidence of a word alone


@dataclass(frozen=True, slots=True)
class Term:
    """Words of a node in a text. `implied`: they speak of it without naming it."""

    node: str
    start: int
    end: int
    implied: bool


class Mapper:
    """Names the node; deterministic, `version` changes with the taxonomy's words and the learned head."""

    def __init__(self, taxonomy: Taxonomy, arrays: Arrays | None = None, *, learned: str = "words") -> None:
        """`arrays` of the opinions model and its name, when a head was learned for the pack."""
        self.taxonomy = taxonomy
        self.head: LinearHead | None = None
        self.thresholds: Array = np.zeros(0, np.float32)
        self.nodes: tuple[str, ...] = ()
        prefix = f"{taxonomy.name}_"
        if arrays is not None and f"{prefix}thresholds" in arrays:
            self.head = LinearHead.from_arrays(arrays, f"{prefix}aspects_")
            self.thresholds = arrays[f"{prefix}thresholds"].astype(np.float32)
            self.nodes = self.head.labels
        self._known = frozenset(n for n in self.nodes if n in taxonomy.nodes)
        self._terms: dict[str, tuple[str, bool]] = {}
        groups = {n.parent for n in taxonomy.nodes.values()}
        for node in taxonomy.nodes.values():
            plain = node.id in groups and not node.aliases  # its name may be a child's alias: 服务
            for word in () if plain else (node.name, *node.aliases):
                self._terms.setdefault(word.lower(), (node.id, False))
        for node in taxonomy.nodes.values():
            self._terms.setdefault(node.name.lower(), (node.id, False))
            for word in node.implied:
                self._terms.setdefault(word.lower(), (node.id, True))
        self._unlike = frozenset(word.lower() for word in taxonomy.unlike) - set(self._terms)
        self._pattern = compile_phrases({*self._terms, *self._unlike})
        self._examples = [(n.id, e) for n in taxonomy.nodes.values() for e in n.examples]
        self._like = grams([e for _, e in self._examples]).matrix(np.ones(_BUCKETS, np.float32)).T.tocsr()
        self.version = f"{learned}+{taxonomy.ref}:{self._digest()}"

    def label(self, clause: str, term: str) -> Label:
        """The node of one opinion; `node` None when nothing says what it is about.

        Args:
            clause: clean text of the clause.
            term: the target's words, else the words that imply it, else "".
        """
        named = self.by_term(term) if term else None
        if named is not None:
            return Label(named.node, _IMPLIED if named.implied else _NAMED)
        return self.labels([clause])[0]

    def labels(self, clauses: Sequence[str]) -> list[Label]:
        """What `label` says of each clause without a term; one call over many is far cheaper."""
        answers = [self._by_words(clause) for clause in clauses]
        silent = [i for i, label in enumerate(answers) if label is None]
        if silent:
            features = grams([clauses[i] for i in silent])
            for i, label in zip(silent, self._by_features(features), strict=True):
                answers[i] = label
        return [label for label in answers if label is not None]

    def _by_words(self, clause: str) -> Label | None:
        found = self.terms(clause)
        if not found:
            return None
        best = self.most_telling(found)
        return Label(best.node, _IMPLIED if best.implied else _NAMED)

    def _by_features(self, features: Grams) -> list[Label]:
        """By the learned head where it is sure, else by likeness to an example."""
        answers = self.by_example(features)
        if self.head is None:
            return answers
        odds = self.probabilities(features)
        for i, best in enumerate(odds.argmax(axis=1).tolist()):
            if odds[i, best] >= 0.5 and self.nodes[best] in self._known:
                answers[i] = Label(self.nodes[best], float(odds[i, best]))
        return answers

    def terms(self, clean: str) -> list[Term]:
        """Words of nodes in the text, in order, longest at each place; Latin words only whole."""
        folded = clean.lower()
        if len(folded) != len(clean):
            folded = clean
        found = []
        for match in self._pattern.finditer(folded):
            start, end = match.span()
            if match.group() in self._unlike or _cuts_latin(folded, start, end):
                continue
            node, implied = self._terms[match.group()]
            found.append(Term(node, start, end, implied))
        return found

    def speaks_of(self, clean: str, node: str) -> bool:
        """Whether a word of the node, or of one below it, stands in the text."""
        return any(self.taxonomy.within(term.node, node) for term in self.terms(clean))

    def by_term(self, term: str) -> Term | None:
        """The node that a term names: as a whole, else by the longest of its words."""
        known = self._terms.get(term.lower())
        if known is not None:
            return Term(known[0], 0, len(term), known[1])
        found = self.terms(term)
        return max(found, key=lambda t: (t.end - t.start, t.start)) if found else None

    def most_telling(self, found: Sequence[Term]) -> Term:
        """Of several terms the one to keep: a name before an implied word, deeper, longer, earlier."""
        return min(
            found,
            key=lambda t: (t.implied, -self.taxonomy.nodes[t.node].level, t.start - t.end, t.start),
        )

    def probabilities(self, features: Grams) -> Array:
        """(texts, nodes of the head); nodes that the taxonomy no longer has are 0."""
        if self.head is None:
            return np.zeros((len(features.starts) - 1, 0), np.float32)
        answer = self.head.probabilities(features)
        for k, node in enumerate(self.nodes):
            if node not in self._known:
                answer[:, k] = 0.0
        return answer

    def covered(self, node: str) -> int | None:
        """Which label of the head stands at or above `node`; None: the head does not know it."""
        for above in reversed(self.taxonomy.path(node)):
            if above in self._known:
                return self.nodes.index(above)
        return None

    def by_example(self, features: Grams) -> list[Label]:
        """For each text the node whose example it is most like, `node` None when like none."""
        rows = len(features.starts) - 1
        if not self._examples or not rows:
            return [Label(None, 0.0)] * rows
        likeness: npt.NDArray[np.float32] = (
            features.matrix(np.ones(_BUCKETS, np.float32)) @ self._like
        ).toarray()
        best = likeness.argmax(axis=1)
        top = likeness[np.arange(rows), best].tolist()
        nothing = Label(None, 0.0)
        return [
            Label(self._examples[at][0], like) if like >= _LIKE else nothing
            for at, like in zip(best.tolist(), top, strict=True)
        ]

    def _digest(self) -> str:
        words = "\n".join(f"{w}\t{n}\t{i}" for w, (n, i) in sorted(self._terms.items()))
        words += "\n".join(f"{n}\t{e}" for n, e in self._examples)
        words += "\n".join(sorted(self._unlike))
        return hashlib.sha256(words.encode()).hexdigest()[:8]


def _cuts_latin(text: str, start: int, end: int) -> bool:
    return (start > 0 and _latin(text[start - 1]) and _latin(text[start])) or (
        end < len(text) and _latin(text[end]) and _latin(text[end - 1])
    )


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
