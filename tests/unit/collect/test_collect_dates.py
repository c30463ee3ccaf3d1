"""Times as Chinese sources write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.collect.dates import UNKNOWN, parse_when

ZONE = ZoneInfo("Asia/Shanghai")
EXPORTED = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # a Sunday, 10:00 in Shanghai


@pytest.mark.parametrize(
    ("written", "local", "precision"),
    [
        ("2026-11-01T12:30:05+08:00", "2026-11-01 12:30:05", "second"),
        ("2026-11-01T04:30:05Z", "2026-11-01 12:30:05", "second"),
        ("2026-11-01 12:30:05", "2026-11-01 12:30:05", "second"),
        ("2026-11-01 12:30", "2026-11-01 12:30:00", "minute"),
        ("2026-11-01", "2026-11-01 00:00:00", "day"),
        ("2026/11/1", "2026-11-01 00:00:00", "day"),
        ("2026.11.1 9:05", "2026-11-01 09:05:00", "minute"),
        ("2026年11月1日 下午3点", "2026-11-01 15:00:00", "hour"),
        ("2026年11月1日下午3点半", "2026-11-01 15:30:00", "minute"),
        ("2026年11月1日（周日）15:30", "2026-11-01 15:30:00", "minute"),
        ("2026年11月1日 15时30分20秒", "2026-11-01 15:30:20", "second"),
        ("2026年11月1日 中午12点", "2026-11-01 12:00:00", "hour"),
        ("2026年11月1日 凌晨12点半", "2026-11-01 00:30:00", "minute"),
        ("2026年11月1日 晚上12点", "2026-11-02 00:00:00", "hour"),
        ("二〇二六年十一月二十三日 晚上八点一刻", "2026-11-23 20:15:00", "minute"),
        ("２０２６年１１月１日", "2026-11-01 00:00:00", "day"),
        ("26年11月1日", "2026-11-01 00:00:00", "day"),
        ("2026年11月", "2026-11-01 00:00:00", "month"),
        ("2026-11", "2026-11-01 00:00:00", "month"),
        ("2026年", "2026-01-01 00:00:00", "year"),
        ("发布于 2026-11-01 12:30", "2026-11-01 12:30:00", "minute"),
        ("20261101", "2026-11-01 00:00:00", "day"),
        ("20261101123005", "2026-11-01 12:30:05", "second"),
        ("1793507405", "2026-11-01 12:30:05", "second"),
        (1793507405, "2026-11-01 12:30:05", "second"),
        (1793507405000, "2026-11-01 12:30:05", "second"),
        ("1793507405000", "2026-11-01 12:30:05", "second"),
        (1793507405000000, "2026-11-01 12:30:05", "second"),
        (46327, "2026-11-01 00:00:00", "day"),
        (20261101, "2026-11-01 00:00:00", "day"),
        ("46327.5", "2026-11-01 12:00:00", "second"),
        ("13/1/2026", "2026-01-13 00:00:00", "day"),
        ("2026-11-1 3:05:09 PM", "2026-11-01 15:05:09", "second"),
        ("Sun Nov 01 15:00:00 +0800 2026", "2026-11-01 15:00:00", "second"),
        ("Sun, 01 Nov 2026 15:00:00 +0800", "2026-11-01 15:00:00", "second"),
        (datetime(2026, 11, 1, 12, 30), "2026-11-01 12:30:00", "second"),
        (datetime(2026, 11, 1), "2026-11-01 00:00:00", "day"),
    ],
)
def test_absolute_forms(written: object, local: str, precision: str) -> None:
    when, found = parse_when(written, zone=ZONE)
    assert when is not None
    assert when.tzinfo is UTC
    assert when.astimezone(ZONE).replace(tzinfo=None) == datetime.fromisoformat(local)
    assert found == precision


@pytest.mark.parametrize(
    ("written", "local", "precision"),
    [
        ("刚刚", "2026-11-22 10:00", "minute"),
        ("5分钟前", "2026-11-22 09:55", "minute"),
        ("半小时前", "2026-11-22 09:30", "hour"),
        ("两个半小时前", "2026-11-22 07:30", "hour"),
        ("3天前", "2026-11-19 10:00", "day"),
        ("三天前", "2026-11-19 10:00", "day"),
        ("2周前", "2026-11-08 10:00", "day"),
        ("1个月前", "2026-10-22 00:00", "month"),
        ("半年前", "2026-05-22 00:00", "month"),
        ("今天 08:15", "2026-11-22 08:15", "minute"),
        ("昨天 12:30", "2026-11-21 12:30", "minute"),
        ("昨晚11点", "2026-11-21 23:00", "hour"),
        ("前天", "2026-11-20 00:00", "day"),
        ("前天下午", "2026-11-20 00:00", "day"),
        ("上周五 15:00", "2026-11-13 15:00", "minute"),
        ("周五", "2026-11-20 00:00", "day"),
        ("上个月3号", "2026-10-03 00:00", "day"),
        ("去年11月1日", "2025-11-01 00:00", "day"),
        ("11-01", "2026-11-01 00:00", "day"),
        ("11月1日 8:30", "2026-11-01 08:30", "minute"),
        ("12月25日", "2025-12-25 00:00", "day"),  # not in the future of the export
        ("2月29日", "2024-02-29 00:00", "day"),
    ],
)
def test_relative_forms_need_the_export_time(written: str, local: str, precision: str) -> None:
    when, found = parse_when(written, zone=ZONE, exported_at=EXPORTED)
    assert when is not None
    assert when.astimezone(ZONE).replace(tzinfo=None) == datetime.fromisoformat(local)
    assert found == precision
    assert parse_when(written, zone=ZONE) == UNKNOWN


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "abc",
        "2026-02-30",
        "2026-13-01",
        "2026年2月30日",
        "2026-11-01 25:00",
        "12:30",
        "11/1/2026",
        "26/11/1",
        "0001-01-01",
        "-5",
        "1.5",
        "9" * 40,
        "2026-11-01 12:61",
        True,
        None,
        float("nan"),
        float("inf"),
        0,
        20_200_000,
        20_991_399,
        21_000_101,
        -1,
        10**30,
        [],
        {},
        "昨天" * 60,
    ],
)
def test_no_guess(written: object) -> None:
    assert parse_when(written, zone=ZONE, exported_at=EXPORTED) == UNKNOWN


@given(
    st.one_of(
        st.text(max_size=40),
        st.floats(),
        st.integers(),
        st.text("0123456789年月日天前周-/: 点半", max_size=20),
    )
)
def test_never_raises_and_is_utc(written: object) -> None:
    when, precision = parse_when(written, zone=ZONE, exported_at=EXPORTED)
    assert (when is None) == (precision == "received")
    if when is not None:
        assert when.utcoffset() == timedelta(0)
        assert 1969 <= when.year <= 2101


@given(st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1)))
def test_every_form_of_one_moment_agrees(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    expected = moment.replace(tzinfo=ZONE).astimezone(UTC)
    half = "上午" if moment.hour < 12 else "下午"
    hour = moment.hour % 12 if moment.hour != 12 else 12
    forms = [
        moment.isoformat(),
        moment.isoformat(" "),
        f"{moment:%Y/%m/%d %H:%M:%S}",
        f"{moment.year}年{moment.month}月{moment.day}日 {moment.hour}时{moment.minute}分{moment.second}秒",
        f"{moment.year}年{moment.month}月{moment.day}日 {half}{hour}:{moment.minute}:{moment.second}",
        f"{moment:%Y%m%d%H%M%S}",
        moment,
    ]
    for form in forms:
        assert parse_when(form, zone=ZONE)[0] == expected, form
    seconds = int(expected.timestamp())
    if seconds >= 10**9:  # before 2001, milliseconds have twelve digits, as 202611011230 has
        assert parse_when(seconds, zone=ZONE)[0] == expected
        assert parse_when(str(seconds * 1000), zone=ZONE)[0] == expected


@given(st.integers(0, 400), st.integers(0, 23), st.integers(0, 59))
def test_days_ago_and_month_day_point_to_the_same_day(days: int, hour: int, minute: int) -> None:
    local = (EXPORTED.astimezone(ZONE) - timedelta(days=days)).date()
    ago, precision = parse_when(f"{days}天前", zone=ZONE, exported_at=EXPORTED)
    assert precision == "day"
    assert ago is not None
    assert ago.astimezone(ZONE).date() == local
    if days < 360:
        named, _ = parse_when(
            f"{local.month}-{local.day} {hour:02d}:{minute:02d}", zone=ZONE, exported_at=EXPORTED
        )
        assert named is not None
        assert named <= EXPORTED + timedelta(days=1)
        assert (named.astimezone(ZONE).month, named.astimezone(ZONE).day) == (local.month, local.day)
