"""A shop's export as shops make them: `python -m tools.shop_export FILE [--rows 100000]`.

GB18030 CSV with a title above Chinese headers, masked names, stars in words, dates counting from the export,
追评, the system's default praise, copied praise, telephone numbers (made up) in the text, a few broken rows.
The sentences are those of the openly licensed phone posts and of the reviews written for the sample data.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from voc import resources

EXPORTED_AT = datetime(2026, 11, 25, 9, 0)
_TITLE = ["星河官方旗舰店 评价导出", "", "", "", "", "", "", ""]
_HEADER = ["评价编号", "商品名称", "评分", "评价内容", "评价时间", "买家昵称", "追评", "省份"]
_PRODUCTS = ("星河 X1 5G手机 12+256", "星河 X1 Pro 曲面屏", "星河 S2 学生机", "星河 Buds 耳机")
_STARS = ("5星", "5星", "5星", "4星", "3星", "2星", "1星", "1星")
_REGIONS = ("广东", "浙江", "江苏", "四川", "河南", "山东", "湖北", "北京")
_DEFAULT = "此用户没有填写评价。"
_COPIED = "宝贝收到了，非常满意，卖家服务态度特别好，物流很快，包装也很仔细，下次还会再来，推荐大家购买。"
_END = re.compile(r"[。！？!?\n]")
_WEEKS = 26


def main() -> None:
    """Write the file."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("file", type=Path)
    asked.add_argument("--rows", type=int, default=100_000)
    asked.add_argument("--seed", type=int, default=7)
    options = asked.parse_args()
    write_export(options.file, rows=options.rows, seed=options.seed)


def write_export(path: Path, *, rows: int, seed: int) -> None:
    """The same file for the same seed."""
    rng = random.Random(seed)
    sentences = sorted(_sentences())
    with path.open("w", encoding="gb18030", newline="", errors="replace") as file:
        out = csv.writer(file)
        out.writerow(_TITLE)
        out.writerow(_HEADER)
        for number in range(1, rows + 1):
            out.writerow(_row(number, sentences, rng))


def _row(number: int, sentences: list[str], rng: random.Random) -> list[str]:
    roll = rng.random()
    if roll < 0.0005:
        return [f"R{number:07d}", "一行坏的"]  # too few columns
    text = "".join(rng.choice(sentences) + rng.choice("。，！") for _ in range(rng.choice((1, 2, 2, 3, 4))))
    if roll < 0.001:
        text = ""
    elif roll < 0.06:
        text = _DEFAULT
    elif roll < 0.07:
        text = _COPIED
    elif roll < 0.075:
        text += f"打我电话1380013{rng.randrange(10_000):04d}"
    followup = rng.choice(sentences) if rng.random() < 0.03 else ""
    return [
        f"R{number:07d}",
        rng.choice(_PRODUCTS),
        rng.choice(_STARS),
        text,
        _said_at(rng),
        _name(rng),
        followup,
        rng.choice(_REGIONS),
    ]


def _said_at(rng: random.Random) -> str:
    """As the shop's page shows it: the newest ones count from the export."""
    ago = timedelta(minutes=rng.randrange(_WEEKS * 7 * 1440))
    at = EXPORTED_AT - ago
    if ago < timedelta(days=1):
        return f"{max(1, ago.seconds // 3600)}小时前"
    if ago < timedelta(days=7):
        return f"{ago.days}天前"
    if ago < timedelta(days=120):
        return at.strftime("%m-%d %H:%M")
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def _name(rng: random.Random) -> str:
    """Mostly masked: nobody's identity."""
    if rng.random() < 0.7:
        return f"{rng.choice('jtqwxyzl')}***{rng.choice('n0123456789')}"
    return "匿名用户" if rng.random() < 0.3 else f"用户{rng.randrange(40_000):05d}"


def _sentences() -> Iterator[str]:
    folder = resources.folder("samples")
    for line in (folder / "phone_posts.jsonl").read_text("utf-8").splitlines():
        yield from _parts(json.loads(line)["text"])
    with (folder / "phone_reviews.csv").open(encoding="gb18030", newline="") as file:
        for row in csv.DictReader(file):
            yield from _parts(next((row[name] for name in row if "内容" in str(name)), ""))


def _parts(text: str) -> Iterator[str]:
    for part in _END.split(text):
        part = part.strip(" ，,、")
        if 4 <= len(part) <= 60:
            yield part


if __name__ == "__main__":
    main()
