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


def test_a_product_has_the_catalogues_name_and_keeps_its_title() -> None:
    titles = ["星河 X1 5G手机 12+256", "星河 X1", "诺基亚 3310"]
    tasks = [Task(Record(text="电池不行", product=title), "phone") for title in titles]
    answers, _ = Reader("fast").read(tasks)
    bodies = [orjson.loads(zlib.decompress(answer.body)) for answer in answers]
    assert [body["f"].get("product") for body in bodies] == ["星河 X1", "星河 X1", "诺基亚 3310"]
    assert [body["f"].get("brand") for body in bodies] == ["星河", "星河", None]
    assert [body.get("attrs") for body in bodies] == [{"product_written": titles[0]}, None, None]
