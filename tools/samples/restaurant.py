"""Reviews of a made-up restaurant chain: waiting gets better, cleanliness gets worse."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from tools.samples.writer import WEEKS, Writer, fill, last_moment, load, read_shop_time, shop_time, spread

STORES = ("小满家·人民路店", "小满家·大学城店", "小满家·万象店", "小满家·滨江店")
FEEDBACK_COLUMNS = (
    "评价编号",
    "昵称",
    "用户身份",
    "门店名称",
    "星级",
    "点评内容",
    "点评时间",
    "有用数",
    "来源平台",
    "回复ID",
    "written",
)


def restaurant_feedback(rng: random.Random, count: int) -> list[dict[str, str]]:
    """Guests of a made-up chain: waiting gets better, cleanliness gets worse."""
    writer = Writer(rng, load("restaurant_reviews.yaml"))
    pool = writer.pool
    good = {aspect: 1.0 for aspect, tones in pool.items() if tones.get("good")} | {
        "taste": 4.0,
        "service": 2.0,
    }
    rows = []
    for index in range(count):
        week = index * WEEKS // count
        bad = {
            "taste": 5.0,
            "portion": 2.5,
            "look": 1,
            "wait": 8.0 if week < 5 else max(0.8, 8 * 0.6 ** (week - 4)),
            "service": 5,
            "clean": 1.5 + max(0, week - 6) * 1.8,
            "decoration": 1,
            "noise": 1.5,
            "space": 1.5,
            "price": 3,
            "discount": 1.5,
            "location": 1.5,
        }
        mood = rng.choices(("good", "mixed", "bad", "plain", "wish"), weights=(42, 15, 33, 4, 7))[0]
        said: list[str] = []
        if mood in ("good", "mixed", "wish"):
            said = [
                writer.say(a, "good")
                for a in spread(rng, good, 1 if mood == "mixed" else rng.choice((2, 2, 3)))
            ]
        worse = False
        if mood in ("bad", "mixed"):
            for aspect in spread(rng, bad, 1 if mood == "mixed" else rng.choice((1, 2, 2))):
                worse = mood == "bad" and rng.random() < 0.15 and bool(pool[aspect].get("worse"))
                said.append(writer.say(aspect, "worse" if worse else "bad"))
            if mood == "mixed":
                said[-1] = rng.choice(("就是", "不过", "可惜")) + said[-1]
        if mood == "plain":
            said = [writer.say(rng.choice(("taste", "price", "recommend", "question")), "plain")]
        if mood == "wish":
            said = [*said[:1], writer.say("wish", "wish")]
        stars = {"good": 5, "mixed": 3, "bad": 1 if worse else 2, "plain": 3, "wish": 4}[mood]
        rows.append(feedback_row(writer, writer.moment(week), writer.join(said), stars=stars))
    for week, sentence in zip((9, 11), pool["hygiene_safety"]["worse"], strict=True):
        rows.append(feedback_row(writer, writer.moment(week), sentence, stars=1))
    for sentence in pool["personal"]["bad"]:
        rows.append(
            feedback_row(writer, writer.moment(rng.randrange(WEEKS)), fill(sentence, rng, {}), stars=2)
        )
    for row in rng.sample([row for row in rows if row["星级"] in ("1星", "2星")], 20):
        moment = min(read_shop_time(row["点评时间"]) + timedelta(hours=rng.randrange(2, 50)), last_moment())
        reply = feedback_row(writer, moment, writer.say("reply", "plain"), stars=0)
        rows.append(
            reply
            | {
                "昵称": "小满家店长",
                "用户身份": "商家",
                "星级": "",
                "门店名称": row["门店名称"],
                "回复ID": row["评价编号"],
            }
        )
    return sorted(rows, key=lambda row: (read_shop_time(row["点评时间"]), row["评价编号"]))


def feedback_row(writer: Writer, moment: datetime, text: str, *, stars: int) -> dict[str, str]:
    """One row of the platform's export."""
    return {
        "评价编号": f"DP{writer.number():06d}",
        "昵称": writer.author(),
        "用户身份": "顾客",
        "门店名称": writer.rng.choice(STORES),
        "星级": f"{stars}星",
        "点评内容": text,
        "点评时间": shop_time(moment, writer.rng),
        "有用数": str(int(writer.rng.expovariate(0.5))),
        "来源平台": writer.rng.choice(("大众点评", "美团", "小程序")),
        "回复ID": "",
        "written": "true",
    }
