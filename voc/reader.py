"""Reads records: text stage and language models of one process. Heavy to import; language processes do."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from voc.annotations import encode
from voc.errors import VocError
from voc.nlp.catalogue import Catalogue, Entry
from voc.nlp.engine import Engine
from voc.task import Annotated, Spent, Task
from voc.text.language import language_of
from voc.text.sketches import Alphabet
from voc.text.source import raw_text
from voc.text.stage import TextStage
from voc.types import Record

_SHORT = 64  # characters of a facet that is remembered
_FACETS = 4096  # of them
_ALPHABETS = 256  # workspaces, 64 KiB each
_WRITTEN = "product_written"
"""The attribute that keeps a product's title where the catalogue has another name for it."""


class Reader:
    """Text stage and engines of one process; engines are loaded once for each taxonomy."""

    def __init__(self, profile: str) -> None:
        self._profile = profile
        self._stage = TextStage()
        # Products and versions stand in thousands of records: each is masked once.
        self._known = lru_cache(_FACETS)(lambda value: self._stage.clean(value).text)
        self._alphabet = lru_cache(_ALPHABETS)(Alphabet)
        self._engines: dict[str, Engine] = {}
        self._products: dict[str, Callable[[str], Entry | None]] = {}
        self._competitors: dict[str, frozenset[str]] = {}

    def warm(self, taxonomies: Sequence[str]) -> None:
        """Load the models before the first batch."""
        for name in taxonomies:
            self._engine(name)

    def read(self, tasks: Sequence[Task]) -> tuple[list[Annotated], Spent]:
        """Annotate a batch. A record that breaks a stage becomes a failure, the others go on.

        Raises:
            ConfigError: VOC-E202, VOC-E203, a model or a taxonomy cannot be used: no record is at fault.
        """
        for taxonomy in dict.fromkeys(task.taxonomy for task in tasks):
            self._engine(taxonomy)
        try:
            return self._read(tasks)
        except VocError as error:
            if len(tasks) == 1:
                return [Annotated(failure=error.code, reason=error.what)], Spent(0, 0, 0)
        except Exception as error:  # recorded: becomes the reason of a dead letter, without the words
            if len(tasks) == 1:
                reason = f"{type(error).__name__} in the text or language stage"
                return [Annotated(failure="VOC-E306", reason=reason)], Spent(0, 0, 0)
        parts = [self.read([task]) for task in tasks]
        spent = Spent(
            sum(p[1].text_s for p in parts),
            sum(p[1].language_s for p in parts),
            sum(p[1].encode_s for p in parts),
        )
        return [p[0][0] for p in parts], spent

    def _read(self, tasks: Sequence[Task]) -> tuple[list[Annotated], Spent]:
        began = time.perf_counter()
        records = [self._named(task.record, task.taxonomy) for task in tasks]
        cleans = [self._stage.clean(raw_text(task.record)) for task in tasks]
        cleaned = time.perf_counter()
        analyses: list[Any] = [None] * len(tasks)
        for taxonomy in dict.fromkeys(task.taxonomy for task in tasks):
            rows = [i for i, task in enumerate(tasks) if task.taxonomy == taxonomy]
            found = self._engine(taxonomy).analyse(
                [cleans[i] for i in rows], [records[i].product for i in rows]
            )
            for i, analysis in zip(rows, found, strict=True):
                analyses[i] = analysis
        analysed = time.perf_counter()
        done = [
            Annotated(
                body=encode(
                    record,
                    clean,
                    analysis,
                    mask=self._mask,
                    competitors=self._competitors[task.taxonomy],
                    language=language_of(clean.clean),
                ),
                signature=clean.signature,
                content_chars=sum(map(str.isalnum, clean.clean)),
                sketch=self._alphabet(task.sketch_key).sketch(clean.clean) if task.sketch_key else b"",
                text_digest=hashlib.sha256(clean.text.encode()).hexdigest(),
                taxonomy=analysis.taxonomy,
            )
            for task, record, clean, analysis in zip(tasks, records, cleans, analyses, strict=True)
        ]
        encoded = time.perf_counter()
        return done, Spent(cleaned - began, analysed - cleaned, encoded - analysed)

    def _named(self, record: Record, taxonomy: str) -> Record:
        """The record with its product by the catalogue's name; what was written stays in `attrs`."""
        if record.product is None:
            return record
        entry = self._products[taxonomy](record.product)
        if entry is None or (entry.name == record.product and record.brand is not None):
            return record
        attrs = record.attrs
        if entry.name != record.product:
            attrs = {**attrs, _WRITTEN: record.product}
        return replace(record, product=entry.name, brand=record.brand or entry.brand, attrs=attrs)

    def _mask(self, value: str) -> str:
        # Short words without digits or @ cannot hold an identifier that the basic masker knows.
        if value.isalpha() and "@" not in value:
            return value
        return self._known(value) if len(value) <= _SHORT else self._stage.clean(value).text

    def _engine(self, taxonomy: str) -> Engine:
        engine = self._engines.get(taxonomy)
        if engine is None:
            catalogue = Catalogue.for_taxonomy(taxonomy)
            engine = Engine.load(profile=self._profile, taxonomy=taxonomy, catalogue=catalogue)
            self._engines[taxonomy] = engine
            self._products[taxonomy] = lru_cache(_FACETS)(catalogue.product)
            self._competitors[taxonomy] = catalogue.competitors if catalogue else frozenset()
        return engine
