"""Lines of furniture from templates: the notation of the lists beside this file."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
_NAMES = (
    *(
        "小鹿乱撞",
        "阿北",
        "橙子",
        "老王说车",
        "豆豆妈",
        "行者无疆",
        "风吹麦浪",
        "数码控",
        "user0088",
        "匿名用户",
    ),
    *("momo", "吃货小分队", "南方有鱼", "zhang***3", "jd_u***q", "木子", "车友8821", "夜航船", "Lily2020"),
    *("管理员", "小编", "编辑部", "某某"),
)
# Made-up names of shops and channels are put together from these.
_FIRST = (
    "小鹿 阿北 城市 橙子 老王 豆豆 每日 优品 云上 胖胖 福满 大眼 青禾 一米 悠然 海边 巷口 甜甜 九号 山野 "
    "团团 知味"
)
_SECOND = (
    "好物 测评 食光 数码 说车 妈咪 省钱 生活 家居 优选 严选 麻辣拌 烘焙 母婴 驾校 旅行 花店 便利 水果 装修"
)
_THINGS = (
    "手机壳 面膜 口红 蜜瓜 苹果 车厘子 羽绒服 连衣裙 运动鞋 毛巾 雨伞 纸巾 茶叶 大米 牛肉 酸奶 "
    "奶粉 纸尿裤 沙发 床垫 台灯 电饭煲 空气炸锅 耳机 充电宝 平板 手表 净水器 洗衣液 洗发水 拉杆箱 "
    "书包 绘本 瑜伽课 钢琴课 火锅 烤鱼 炸鸡 奶茶 蛋糕 海鲜 月饼 粽子 行车记录仪 脚垫 机油 玻璃水 "
    "眼镜 项链 护肤品 防晒霜 牙刷 保温杯 猫粮 狗粮 鲜花 土鸡蛋"
)
_PLACES = (
    "北京 上海 广东 浙江 江苏 四川 成都 武汉 西安 杭州 苏州 青岛 长沙 昆明 厦门 大理 三亚 东城 滨江 南湖"
)
_LISTS = {word: tuple(names.split()) for word, names in (("thing", _THINGS), ("place", _PLACES))}


@cache
def templates(*names: str) -> tuple[str, ...]:
    """Lines of every `<name>.txt` without their comments."""
    lines = [line for name in names for line in (_HERE / f"{name}.txt").read_text("utf-8").splitlines()]
    return tuple(line for line in lines if line and not line.startswith("#"))


def line(template: str, rng: random.Random) -> str:
    """One line made from a template, blanks tidied."""
    said, _ = _sequence(template, 0, rng, inside=False)
    return re.sub(" {2,}", " ", said).strip(" ")


def _sequence(template: str, at: int, rng: random.Random, *, inside: bool) -> tuple[str, int]:
    parts: list[str] = []
    while at < len(template):
        char = template[at]
        if char == "{":
            said, at = _slot(template, at + 1, rng)
            parts.append(said)
        elif inside and char in "|}":
            break
        else:
            parts.append(char)
            at += 1
    return "".join(parts), at


def _slot(template: str, at: int, rng: random.Random) -> tuple[str, int]:
    choices = []
    while True:
        said, at = _sequence(template, at, rng, inside=True)
        choices.append(said)
        at += 1
        if template[at - 1] == "}":
            break
    return _named(rng.choice(choices), rng), at


def _named(word: str, rng: random.Random) -> str:
    if word.startswith("*"):
        words = word[1:].split(" ")
        gap = rng.choice((" ", " ", " ", " | ", "|", "  ", " · ", " - "))
        return gap.join(rng.sample(words, min(len(words), rng.randint(3, 8))))
    match word:
        case "n":
            if rng.random() < 0.15:
                return rng.choice(("一", "两", "三", "五", "十", "二十", "五十", "一百", "三百", "一千"))
            return str(rng.choice((rng.randint(0, 9), rng.randint(10, 99), rng.randint(100, 9999), 12345678)))
        case "date":
            year, month, day = rng.randint(2009, 2025), rng.randint(1, 12), rng.randint(1, 28)
            form = rng.choice(("{}-{:02}-{:02}", "{}-{}-{}", "{}年{}月{}日", "{}/{}/{}", "{}.{:02}.{:02}"))
            return rng.choice((form.format(year, month, day), f"{month:02}-{day:02}", f"{day}小时前", "昨天"))
        case "time":
            return rng.choice((f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}", "21:13:02"))
        case "title":
            return line(rng.choice(templates("titles")), rng)
        case "name":
            return rng.choice(_NAMES)
        case "shop":
            return rng.choice(_FIRST.split()) + rng.choice(_SECOND.split())
        case "thing" | "place":
            return rng.choice(_LISTS[word])
        case _:
            return word
