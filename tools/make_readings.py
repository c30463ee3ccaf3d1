"""Writes voc/text/readings.txt, the table by which pinyin in brackets is known, from the package pypinyin.

`python -m tools.make_readings` after `pip install pypinyin` (MIT); nothing else needs that package.
"""

from __future__ import annotations

import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

OUT = Path(__file__).resolve().parents[1] / "voc" / "text" / "readings.txt"
_HEAD = (
    "# Syllables without tone and the characters read so. Made by tools/make_readings.py from pypinyin,\n"
    "# Copyright (c) 2016 mozillazg, MIT licence.\n"
)
_HAN = range(0x4E00, 0xA000)


def main() -> None:
    """One line a syllable: `hui 会會…`; ü is written v, as in `nv`."""
    from pypinyin.pinyin_dict import pinyin_dict

    table: dict[str, list[str]] = defaultdict(list)
    for code in _HAN:
        syllables = {toneless(reading) for reading in pinyin_dict.get(code, "").split(",")} - {""}
        for syllable in syllables:
            table[syllable].append(chr(code))
    lines = [f"{syllable} {''.join(chars)}\n" for syllable, chars in sorted(table.items())]
    OUT.write_text(_HEAD + "".join(lines), encoding="utf-8")
    sys.stdout.write(f"{len(table)} syllables, {OUT.stat().st_size} bytes\n")


def toneless(reading: str) -> str:
    """`lǜ` → `lv`, `hé` → `he`."""
    apart = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(char for char in apart if "a" <= char <= "z")


if __name__ == "__main__":
    main()
