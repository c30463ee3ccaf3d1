"""Shop reviews of a made-up phone brand: what is complained about, when, is decided here."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from tools.samples.writer import (
    FIRST,
    WEEKS,
    Writer,
    fill,
    last_moment,
    load,
    read_shop_time,
    shop_time,
    spread,
)

UPDATE_WEEK = 7  # version 2.3 comes on the Monday of the eighth week
FIX_WEEK = 4  # from here on the WiFi complaint fades
CITIES = ("北京", "上海", "广东", "浙江", "江苏", "四川", "湖北", "河南", "山东", "福建", "陕西", "辽宁")
CHANNELS = ("天猫旗舰店", "京东自营", "抖音商城", "拼多多", "线下门店")

REVIEW_COLUMNS = (
    "评论ID",
    "用户昵称",
    "用户角色",
    "品牌",
    "商品名称",
    "版本号",
    "评分",
    "评论内容",
    "评论时间",
    "追评内容",
    "追评时间",
    "点赞数",
    "地区",
    "购买渠道",
    "回复ID",
    "written",
)


def phone_reviews(rng: random.Random, count: int) -> list[dict[str, str]]:
    """Shop reviews of a made-up brand; the last columns say that they were written."""
    writer = Writer(rng, load("phone_reviews.yaml"))
    rows = [phone_review(writer, week=index * WEEKS // count) for index in range(count)]
    for week, sentence in zip((8, 10, 11), writer.pool["safety"]["worse"], strict=True):
        rows.append(
            review_row(writer, writer.moment(week), sentence, rating=1, product="星河 X1", version="2.3")
        )
    campaign = writer.pool["campaign"]["good"][0]
    for _ in range(24):
        moment = FIRST + timedelta(weeks=10, days=2, hours=rng.randrange(9, 23), minutes=rng.randrange(60))
        rows.append(review_row(writer, moment, campaign, rating=5, product="星河 X1", version="2.3"))
    for _ in range(60):
        moment = writer.moment(rng.randrange(WEEKS))
        rows.append(review_row(writer, moment, "此用户没有填写评价。", rating=5))
    for sentence in writer.pool["personal"]["bad"] * 2:
        text = fill(sentence, rng, {})
        rows.append(review_row(writer, writer.moment(rng.randrange(WEEKS)), text, rating=2))
    answered = rng.sample([row for row in rows if row["评分"] in "12"], 45)
    for row in answered:
        moment = read_shop_time(row["评论时间"]) + timedelta(hours=rng.randrange(2, 60))
        reply = review_row(writer, min(moment, last_moment()), writer.say("reply", "plain"), rating=0)
        rows.append(
            reply
            | {
                "用户昵称": "星河官方旗舰店",
                "用户角色": "商家",
                "评分": "",
                "点赞数": "0",
                "商品名称": row["商品名称"],
                "回复ID": row["评论ID"],
            }
        )
    return sorted(rows, key=lambda row: (read_shop_time(row["评论时间"]), row["评论ID"]))


def phone_review(writer: Writer, *, week: int) -> dict[str, str]:
    """One review: a mood, one to three sentences about different things."""
    rng = writer.rng
    moment = writer.moment(week)
    version = version_at(moment, rng)
    bad = complaint_weights(week, version)
    good = {
        aspect: 1.0
        for aspect, tones in writer.pool.items()
        if tones.get("good") and aspect not in ("campaign", "followup")
    }
    unhappy = 0.36 + (0.06 * max(0, week - UPDATE_WEEK + 1) / 2 if version == "2.3" else 0)
    mood = rng.choices(("good", "mixed", "bad", "plain", "wish"), weights=(0.40, 0.14, unhappy, 0.06, 0.10))[
        0
    ]
    said: list[str] = []
    if mood in ("good", "mixed", "wish"):
        for aspect in spread(rng, good, 1 if mood == "mixed" else rng.choice((1, 2, 2, 3))):
            said.append(writer.say(aspect, "good", version=version))
    harm = 0
    if mood in ("bad", "mixed"):
        for aspect in spread(rng, bad, 1 if mood == "mixed" else rng.choice((1, 1, 2, 2))):
            worse = mood == "bad" and rng.random() < 0.2 and bool(writer.pool[aspect].get("worse"))
            harm = max(harm, 2 if worse else 1)
            said.append(writer.say(aspect, "worse" if worse else "bad", version=version))
        if mood == "mixed":
            said[-1] = rng.choice(("就是", "不过", "可惜", "但是")) + said[-1]
        elif rng.random() < 0.15:
            said.append(writer.say("overall", "bad"))
    if mood == "plain":
        said = [
            writer.say(
                rng.choice(
                    ("overall", "question", "battery", "charge", "camera", "size", "price", "logistics")
                ),
                "plain",
            )
        ]
    if mood == "wish":
        said = [*said[:1], writer.say("wish", "wish")]
    rating = {
        "good": rng.choice((5, 5, 5, 4)),
        "mixed": rng.choice((4, 3, 3)),
        "bad": 1 if harm == 2 else rng.choice((1, 2, 2, 3)),
        "plain": rng.choice((3, 4, 5)),
        "wish": rng.choice((4, 5)),
    }[mood]
    row = review_row(writer, moment, writer.join(said), rating=rating, version=version)
    if rng.random() < 0.06:
        later = moment + timedelta(days=rng.randrange(10, 40))
        if later < last_moment():
            row["追评内容"] = writer.say("followup", "bad" if mood == "bad" else rng.choice(("good", "bad")))
            row["追评时间"] = shop_time(later, rng)
    return row


def review_row(
    writer: Writer, moment: datetime, text: str, *, rating: int, product: str = "", version: str = ""
) -> dict[str, str]:
    """One row of the shop's export."""
    rng = writer.rng
    return {
        "评论ID": f"PJ{writer.number():06d}",
        "用户昵称": writer.author(),
        "用户角色": "客户",
        "品牌": "星河",
        "商品名称": product or rng.choices(("星河 X1", "星河 X1 Pro", "星河 S2"), weights=(6, 3, 2))[0],
        "版本号": version or version_at(moment, rng),
        "评分": str(rating),
        "评论内容": text,
        "评论时间": shop_time(moment, rng),
        "追评内容": "",
        "追评时间": "",
        "点赞数": str(int(rng.expovariate(0.25))),
        "地区": rng.choice(CITIES),
        "购买渠道": rng.choice(CHANNELS),
        "回复ID": "",
        "written": "true",
    }


def version_at(moment: datetime, rng: random.Random) -> str:
    """The system version somebody runs then; two in ten are late."""
    week = (moment - FIRST).days // 7
    if rng.random() < 0.2:
        week -= 3
    return "2.3" if week >= UPDATE_WEEK else "2.2" if week >= 3 else "2.1"


def complaint_weights(week: int, version: str) -> dict[str, float]:
    """How often which complaint is written in a week: the stories that ranking and trend can show."""
    updated = version == "2.3"
    rise = max(0, week - UPDATE_WEEK + 1) / 2 + 1
    wifi = 9.0 if week < FIX_WEEK else max(0.4, 9.0 * 0.45 ** (week - FIX_WEEK + 1))
    return {
        "battery": 5,
        "battery_after_update": 14 * rise if updated else 0,
        "heat": 4,
        "heat_after_update": 8 * rise if updated else 0,
        "wifi": wifi,
        "charge": 2.5,
        "screen": 3,
        "touch": 2.5,
        "camera": 5,
        "performance": 4,
        "system": 4,
        "signal": 2,
        "look": 1.5,
        "size": 2,
        "speaker": 1.5,
        "unlock": 1.5,
        "quality": 3,
        "price": 3.5,
        "logistics": 4,
        "package": 1.5,
        "service": 3,
        "aftersales": 2.5,
    }
