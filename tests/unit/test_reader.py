"""Reads records into annotations: what is remembered between records never skips the masking."""

from __future__ import annotations

import zlib

import orjson

from voc.reader import Reader
from voc.task import Task
from voc.types import Record


def test_a_facet_is_masked_every_time_it_is_met_short_or_long() -> None:
    number = "138" + "00138000"
    long = "询" * 70 + number
    tasks = [Task(Record(text="电池不行", product=number, version="x1", segment=long), "phone")] * 3
    answers, _ = Reader("fast").read(tasks)
    for answer in answers:
        facets = orjson.loads(zlib.decompress(answer.body))["f"]
        assert facets == {"product": "<MOBILE>", "version": "x1", "segment": "询" * 70 + "<MOBILE>"}
