"""Names of products and brands are found however they are written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.errors import ConfigError
from voc.nlp.catalogue import Catalogue
from voc.nlp.taxonomy import Taxonomy


@pytest.fixture(scope="module")
def phones() -> Catalogue:
    return Catalogue.for_taxonomy("phone")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("苹果15", "iPhone 15"),
        ("iphone15", "iPhone 15"),
        ("IPHONE 15 PRO MAX", "iPhone 15 Pro Max"),
        ("X1", "星河 X1"),
        ("星河X1Pro", "星河 X1 Pro"),
        ("xinghe", "星河"),
        ("红米", "小米"),
        ("Apple iPhone 11 (A2223) 128GB 黑色", "iPhone 11"),
    ],
)
def test_aliases_resolve(phones: Catalogue, written: str, name: str) -> None:
    assert phones.resolve(written) == name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("星河 X1 5G手机 12+256", "星河 X1"),
        ("星河X1 Pro 曲面屏 官方标配", "星河 X1 Pro"),
        ("星河 X1（黑色）", "星河 X1"),
        ("【官方】星河 S2 学生机 128G", "星河 S2"),
        ("苹果15", "iPhone 15"),
        ("小米13 Ultra 12G", "小米 13 Ultra"),
        ("星河 X1 Ultra", None),
        ("星河", None),
        ("星河 Buds 耳机", None),
        ("", None),
    ],
)
def test_a_shops_title_names_its_product_and_no_sibling(
    phones: Catalogue, title: str, name: str | None
) -> None:
    entry = phones.product(title)
    assert (entry.name if entry else None) == name


def test_what_is_not_known_is_none(phones: Catalogue) -> None:
    assert phones.resolve("诺基亚 3310") is None
    assert phones.resolve("") is None


def test_own_brand_is_no_competitor(phones: Catalogue) -> None:
    assert "iPhone 15" in phones.competitors and "苹果" in phones.competitors
    assert not {"星河", "星河 X1", "星河 S2"} & phones.competitors
    assert phones.brand_of("星河 X1 Pro") == "星河"


def test_longest_name_wins_and_latin_words_stay_whole(phones: Catalogue) -> None:
    text = "星河 X1 Pro比iPhone15ProMax轻，型号AX12不算"
    found = [(name, text[start:end]) for name, start, end in phones.find(text)]
    assert found == [("星河 X1 Pro", "星河 X1 Pro"), ("iPhone 15 Pro Max", "iPhone15ProMax")]


def test_a_pack_without_catalogue_is_empty() -> None:
    empty = Catalogue.for_taxonomy("restaurant")
    assert not empty.entries and empty.find("苹果15") == [] and empty.resolve("苹果15") is None


@given(st.text(alphabet="苹果iPhone 15X1星河Pro,，ıİ", max_size=30))
def test_places_are_inside(phones: Catalogue, text: str) -> None:
    for name, start, end in phones.find(text):
        assert 0 <= start < end <= len(text)
        assert name


@pytest.mark.parametrize("section", ["brands: 3", "brands: [{}]", "brands: [{name: a, products: [1]}]"])
def test_a_bad_section_is_refused(tmp_path: Path, section: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        f"name: own\nversion: 1\nnodes: [{{id: a, name: b}}]\ncatalogue: {{{section}}}\n", "utf-8"
    )
    with pytest.raises(ConfigError) as error:
        Catalogue.of(Taxonomy.load(path))
    assert error.value.code == "VOC-E203"
