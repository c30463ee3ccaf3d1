"""The mapper names the node by words, by a learned head, by likeness to examples; deterministically."""

from __future__ import annotations

from pathlib import Path

import pytest

from voc.nlp.aspects import Mapper
from voc.nlp.taxonomy import Taxonomy
from voc.registry import Registry

_OWN = """
name: own
version: 1
nodes:
- {id: hinge, name: 铰链, aliases: [转轴], implied: [松松垮垮], examples: [合上的时候留了一条很宽的缝]}
- id: sale
  name: 服务
  children:
  - {id: sale.people, name: 店员, aliases: [服务, 柜员]}
"""


@pytest.fixture
def own(tmp_path: Path) -> Mapper:
    path = tmp_path / "own.yaml"
    path.write_text(_OWN, "utf-8")
    return Mapper(Taxonomy.load(path))


def test_the_term_decides_before_the_clause(own: Mapper) -> None:
    label = own.label("转轴松了店员也不管", "店员")
    assert label.node == "sale.people" and label.confidence == pytest.approx(0.9)


def test_a_word_of_the_clause_names_the_node(own: Mapper) -> None:
    assert own.label("转轴有点松", "").node == "hinge"
    implied = own.label("打开松松垮垮的", "")
    assert implied.node == "hinge" and implied.confidence < 0.9


def test_a_new_node_is_found_by_likeness_to_its_examples(own: Mapper) -> None:
    assert own.label("合上的时候有一条很宽的缝", "").node == "hinge"
    assert own.label("今天天气很好", "").node is None


def test_an_alias_of_a_child_beats_the_name_of_its_group(own: Mapper) -> None:
    assert own.label("服务很好", "服务").node == "sale.people"


def test_latin_words_are_whole() -> None:
    mapper = Mapper(Taxonomy.load("phone"))
    assert [t.node for t in mapper.terms("app闪退")] == ["system", "performance.smooth"]
    assert not mapper.terms("happy")


def test_longest_word_wins() -> None:
    mapper = Mapper(Taxonomy.load("phone"))
    text = "屏幕指纹解锁快"
    assert [(t.node, text[t.start : t.end]) for t in mapper.terms(text)][:2] == [
        ("screen", "屏幕"),
        ("system.unlock", "指纹解锁"),
    ]


def test_version_follows_the_words(own: Mapper, tmp_path: Path) -> None:
    again = tmp_path / "again.yaml"
    again.write_text(_OWN, "utf-8")
    assert Mapper(Taxonomy.load(again)).version == own.version
    changed = tmp_path / "changed.yaml"
    changed.write_text(_OWN.replace("转轴", "转轴, 合页"), "utf-8")
    assert Mapper(Taxonomy.load(changed)).version != own.version


def test_covered_is_the_label_at_or_above(own: Mapper) -> None:
    assert own.covered("hinge") is None  # no head was learned for this tree


def test_labels_of_many_clauses_are_those_of_each() -> None:
    taxonomy = Taxonomy.load("food_beverage")
    learned = Mapper(taxonomy, Registry().load("opinions"))
    clauses = ["味道很好", "喝了以后拉肚子", "今天去了公园", "包装破了", "一点都不值"]
    for mapper in (Mapper(taxonomy), learned):
        many = mapper.labels(clauses)
        for clause, label in zip(clauses, many, strict=True):
            one = mapper.label(clause, "")
            assert label.node == one.node
            assert abs(label.confidence - one.confidence) < 1e-5
        assert len({label.node for label in many}) > 1
        assert mapper.labels([]) == []
