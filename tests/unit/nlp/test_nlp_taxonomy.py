"""Packs are valid and carry the labels of the public data; a bad file says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from voc.errors import ConfigError
from voc.nlp.taxonomy import Taxonomy

_GOOD = """
name: own
version: 3
labels: {味: food.taste}
nodes:
- id: food
  name: 吃的
  department: 厨房
  aliases: [菜, 饭]
  children:
  - {id: food.taste, name: 味道, implied: [好吃], examples: [太咸了]}
- {id: place, name: 地方}
"""


def _file(folder: Path, text: str) -> Path:
    path = folder / "own.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_file_becomes_a_tree(tmp_path: Path) -> None:
    tree = Taxonomy.load(_file(tmp_path, _GOOD))
    assert (tree.name, tree.version, tree.ref) == ("own", 3, "own@3")
    assert tree.path("food.taste") == ("food", "food.taste")
    assert tree.names("food.taste") == ("吃的", "味道")
    assert tree.leaves() == ("food.taste", "place")
    assert tree.children("food") == ("food.taste",)
    assert tree.at_level(1) == ("food", "place")
    assert tree.within("food.taste", "food") and not tree.within("place", "food")
    assert tree.nodes["food"].department == "厨房"
    assert tree.nodes["food.taste"].level == 2
    assert tree.labels["味"] == "food.taste"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("version: 3", "version: x"), "version"),
        (("name: own", "nome: own"), "nome"),
        (("id: place", "id: food"), "twice"),
        (("id: place", "id: 'Pl ace'"), "Pl ace"),
        (("{味: food.taste}", "{味: nowhere}"), "nowhere"),
        (("name: 地方", "name: ''"), "no name"),
        (("aliases: [菜, 饭]", "aliases: 菜"), "aliases"),
        (("department: 厨房", "colour: red"), "colour"),
        (("nodes:", "nodes: []\nlabels_:"), "labels_"),
        (("examples: [太咸了]", "children: [{id: a, name: b, children: [{id: c, name: d}]}]"), "deeper"),
        (("name: own", "name: [own"), "cannot be read"),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    with pytest.raises(ConfigError) as error:
        Taxonomy.load(_file(tmp_path, _GOOD.replace(*change, 1)))
    assert error.value.code == "VOC-E203"
    assert says in error.value.line()


def test_an_unknown_name_lists_the_packs() -> None:
    with pytest.raises(ConfigError) as error:
        Taxonomy.load("phones")
    assert error.value.code == "VOC-E203"
    assert "restaurant" in error.value.line()


def test_the_packs_are_there() -> None:
    assert Taxonomy.packs() == ("car", "cosmetics", "food_beverage", "general", "phone", "restaurant")


@pytest.mark.parametrize("name", Taxonomy.packs())
def test_a_pack_is_whole(name: str) -> None:
    tree = Taxonomy.load(name)
    assert tree.name == name and tree.version >= 1
    assert all(node.level <= 3 for node in tree.nodes.values())
    for node in tree.nodes.values():
        assert not set(node.aliases) & set(node.implied), node.id
        assert "" not in (*node.aliases, *node.implied, *node.examples)


def test_car_and_cosmetics_labels_are_names_in_the_path() -> None:
    car = ["动力", "价格", "内饰", "配置", "安全性", "外观", "操控", "油耗", "空间", "舒适性"]
    cosmetics = [
        "整体",
        "使用体验",
        "功效",
        "价格",
        "物流",
        "气味",
        "包装",
        "真伪",
        "服务",
        "其他",
        "成分",
        "尺寸",
        "新鲜度",
    ]
    for pack, labels in (("car", car), ("cosmetics", cosmetics)):
        tree = Taxonomy.load(pack)
        assert set(tree.labels) == set(labels)
        for label in labels:
            assert label in tree.names(tree.labels[label])


def test_food_labels_are_paths() -> None:
    tree = Taxonomy.load("food_beverage")
    assert tree.names(tree.labels["食品饮料-味道#甜味"]) == ("食品饮料", "味道", "甜味")
    for label, node in tree.labels.items():
        group, rest = label.split("-", 1)
        assert tree.names(node) == (group, *rest.split("#"))


def test_restaurant_labels_are_ids() -> None:
    tree = Taxonomy.load("restaurant")
    assert len(tree.labels) == 18
    for label, node in tree.labels.items():
        assert node == label.replace("_", ".", 1)
        assert node in tree.nodes


def test_general_names_what_any_product_has() -> None:
    names = {node.name for node in Taxonomy.load("general").nodes.values()}
    assert {"质量", "性能", "价格", "外观", "包装", "物流", "客服", "售后", "安装", "说明", "软件"} <= names
    assert {"会员权益", "渠道", "品牌体验"} <= names
