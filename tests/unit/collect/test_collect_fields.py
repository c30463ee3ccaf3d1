"""Headers, keys and values to records."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.collect.fields import Plan, record_from, records_from
from voc.collect.headers import FIELDS, NAMES, field_of, normalise
from voc.collect.rows import Reading
from voc.errors import SkipRecord
from voc.types import Author, Record, Turn

ZONE = ZoneInfo("Asia/Shanghai")
HOW = Reading(ZONE)


def read(**keys: Any) -> Record:
    return record_from(keys, zone=ZONE, exported_at=None)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("评论内容", "text"),
        ("評論內容", "text"),
        ("评价内容（必填）", "text"),
        ("问题描述", "text"),
        ("Review Text", "text"),
        ("追评", "followup"),
        ("评分(1-5)", "rating"),
        ("星级", "rating"),
        ("评论时间", "created_at"),
        ("日期", "created_at"),
        ("Created At", "created_at"),
        ("昵称", "author.name"),
        ("暱稱", "author.name"),
        ("用户ID", "author.id"),
        ("商品名称", "product"),
        ("型号", "product"),
        ("工单号", "native_id"),
        ("处理状态", "status"),
        ("订单状态", "status"),
        ("渠道", "touchpoint"),
        ("IP属地：", "region"),
        ("门店", "store"),
        ("点赞数", "likes"),
        ("链接", "url"),
        ("ＩＤ", "native_id"),
    ],
)
def test_headers_are_recognised(header: str, field: str) -> None:
    found = field_of(header)
    assert found is not None
    assert found[0] == field


def test_unknown_headers_are_not() -> None:
    assert field_of("备注") is None
    assert field_of("") is None


def test_no_name_means_two_fields() -> None:
    seen: dict[str, str] = {}
    for field, names in NAMES.items():
        for name in names:
            assert seen.setdefault(normalise(name), field) == field, name


def test_every_field_of_a_record_can_come_in() -> None:
    assert set(Record.__slots__) <= FIELDS


def test_a_whole_json_record() -> None:
    record = read(
        native_id=7,
        text="续航不行",
        title=" 标题 ",
        created_at="2026-11-01T12:00:00+08:00",
        updated_at=1793507405,
        author={"id": "u1", "name": "小明", "role": "客户", "contact": "13800138000"},
        brand="星河",
        product="X1",
        version=2.3,
        rating="4.5",
        nps=9,
        likes="1.2万",
        url="https://a.example/1",
        thread_id="t",
        reply_to="r",
        status="已关闭",
        stage="留存",
        touchpoint="APP",
        region="浙江",
        store="一店",
        segment="会员",
        value="¥1,234.5",
        consent="research,contact",
        turns=[{"role": "客服", "text": "您好", "at": "2026-11-01 12:00"}, "好"],
        attrs={"a": 1},
        备注="x",
        deep={"b": [1, None]},
    )
    assert record == Record(
        text="续航不行",
        native_id="7",
        title="标题",
        created_at=datetime(2026, 11, 1, 4, tzinfo=UTC),
        updated_at=datetime(2026, 11, 1, 4, 30, 5, tzinfo=UTC),
        author=Author("u1", "小明", "customer", "13800138000"),
        brand="星河",
        product="X1",
        version="2.3",
        rating=4.5,
        nps=9,
        likes=12000,
        url="https://a.example/1",
        thread_id="t",
        reply_to="r",
        status="已关闭",
        stage="retention",
        touchpoint="APP",
        region="浙江",
        store="一店",
        segment="会员",
        value=1234.5,
        consent=("research", "contact"),
        turns=(Turn("您好", "staff", datetime(2026, 11, 1, 4, tzinfo=UTC)), Turn("好")),
        attrs={"a": 1, "备注": "x", "deep": {"b": [1, None]}},
    )


@pytest.mark.parametrize(
    ("value", "stars"),
    [
        (5, 5.0),
        ("4.5", 4.5),
        ("5星", 5.0),
        ("五星", 5.0),
        ("★★★★☆", 4.0),
        ("4/5", 4.0),
        ("3分", 3.0),
        ("非常满意", 5.0),
        ("差评", 1.0),
        (1.0, 1.0),
    ],
)
def test_ratings(value: object, stars: float) -> None:
    assert read(text="a", rating=value).rating == stars


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rating", "abc"),
        ("rating", 0),
        ("rating", 6),
        ("rating", True),
        ("rating", []),
        ("rating", float("inf")),
        ("nps", 11),
        ("nps", 3.5),
        ("nps", "x"),
        ("likes", -1),
        ("likes", "很多"),
        ("value", "贵"),
        ("stage", "别的"),
        ("turns", "x"),
        ("turns", [3]),
        ("attrs", "x"),
        ("product", {}),
        ("product", "x" * 1001),
        ("text", {}),
        ("title", ["x"]),
        ("consent", 3),
        ("author", {"id": []}),
        ("native_id", True),
    ],
)
def test_values_not_understood_refuse_the_record(field: str, value: object) -> None:
    with pytest.raises(SkipRecord) as caught:
        read(**({"text": "很差"} | {field: value}))
    assert caught.value.code == "VOC-E305"
    assert field.split("_")[0] in caught.value.what
    assert "很差" not in caught.value.line()


@pytest.mark.parametrize(
    "obj", [{}, {"text": ""}, {"text": " \n"}, {"text": None}, {"rating": 5}, {"turns": []}, {"text": "NULL"}]
)
def test_no_text(obj: dict[str, Any]) -> None:
    with pytest.raises(SkipRecord) as caught:
        record_from(obj, zone=ZONE, exported_at=None)
    assert caught.value.code == "VOC-E301"


def test_too_long_is_refused_never_cut() -> None:
    assert len(read(text="长" * 100_000).text) == 100_000
    for obj in (
        {"text": "长" * 100_001},
        {"text": "长" * 99_999, "title": "标题"},
        {"text": "a", "追评": "长" * 100_001},
    ):
        with pytest.raises(SkipRecord) as caught:
            record_from(obj, zone=ZONE, exported_at=None)
        assert caught.value.code == "VOC-E302"


@pytest.mark.parametrize("obj", [None, [], "text", 5])
def test_not_an_object(obj: Any) -> None:
    with pytest.raises(SkipRecord) as caught:
        record_from(obj, zone=ZONE, exported_at=None)
    assert caught.value.code == "VOC-E300"


def test_unreadable_time_keeps_the_record() -> None:
    found = records_from({"text": "好", "created_at": "2026-02-30"}, HOW)
    assert found.record is not None
    assert (found.record.created_at, found.record.created_at_precision) == (None, "received")
    assert found.warnings == ("created_at",)
    assert read(text="好").created_at_precision == "received"


def test_author_as_text_and_nickname_as_id() -> None:
    assert read(text="a", author="小明").author == Author("小明", "小明")
    assert read(text="a", 昵称="小明", 用户ID="9", 角色="商家").author == Author("9", "小明", "staff")
    assert read(text="a", 昵称="小明", 手机号="1").author == Author("小明", "小明", "unknown", "1")


def test_nesting_is_limited() -> None:
    deep: Any = 1
    for _ in range(40):
        deep = [deep]
    with pytest.raises(SkipRecord):
        read(text="a", x=deep)


def test_nothing_a_database_refuses() -> None:
    record = read(text="好\x00的\ud800", product="X\x001")
    assert record.text == "好的\ufffd"
    assert record.product == "X1"


def test_only_web_addresses_are_links() -> None:
    assert read(text="a", url="javascript:alert(1)").url is None
    assert read(text="a", url="javascript:alert(1)").attrs == {"url": "javascript:alert(1)"}
    assert read(text="a", url="//a.example").url == "https://a.example"


def test_best_column_wins_and_open_questions_are_joined() -> None:
    plan = Plan(["评价", "评论内容", "优点", "缺点", "星级", "评分", "备注"], {})
    record = plan.read(["好评", "不错", "屏幕好", "电池差", "4", "5", "y"], HOW).record
    assert record is not None
    assert record.text == "不错\n屏幕好\n电池差"
    assert record.rating == 5.0
    assert record.attrs == {"评价": "好评", "星级": "4", "备注": "y"}
    fallback = plan.read(["好用", "", "", "", "", "", ""], HOW).record
    assert fallback is not None
    assert fallback.text == "好用"


def test_followup_is_a_record_of_its_own() -> None:
    found = records_from(
        {"评论ID": "r1", "初评": "好", "追评": "坏了", "追评时间": "2026-11-05", "评分": 5, "商品": "X1"}, HOW
    )
    assert found.record is not None
    assert found.followup is not None
    assert found.followup.native_id == "r1#followup"
    assert found.followup.reply_to == "r1"
    assert found.followup.rating is None
    assert found.followup.product == "X1"
    assert found.followup.created_at_precision == "day"
    assert read(初评="好", 追评="坏了").attrs == {"followup": "坏了"}


def test_transcripts_become_turns() -> None:
    record = read(对话内容="客户：手机烫\n而且掉电\n客服: 您好\n客户 12:30：好的")
    assert [(turn.role, turn.text) for turn in record.turns] == [
        ("customer", "手机烫\n而且掉电"),
        ("staff", "您好"),
        ("customer", "好的"),
    ]
    assert read(对话内容="只是一段话").text == "只是一段话"


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(FIELDS | {"评分", "x"})), _json, max_size=8))
def test_any_object_gives_a_record_or_a_reason(obj: dict[str, Any]) -> None:
    try:
        record = record_from(obj, zone=ZONE, exported_at=None)
    except SkipRecord as error:
        assert error.code in ("VOC-E301", "VOC-E302", "VOC-E305")
        return
    assert record.text or record.turns
    assert record.rating is None or 1 <= record.rating <= 5
    assert (record.created_at is None) == (record.created_at_precision == "received")
