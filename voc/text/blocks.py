"""Cuts a text into pieces and describes each by its words and its shape: what `chrome` judges by.

A piece is a sentence or what stands between blanks, bars and line ends: a menu's entry, a link, a button.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import add
from typing import NamedTuple

from voc.text.pii.words import any_of

# Phrases no sentence holds, and those with gaps by what they begin with.
_GLUED_WORDS = """
展开全文 收起全文 查看全文 阅读全文 阅读原文 发表评论 写评论 点击查看 查看全部 查看原图 上一篇 下一篇 版权所有
责任编辑
相关阅读 相关推荐 相关文章 猜你喜欢 为你推荐 推荐阅读 延伸阅读 转载请注明 未经授权 未经许可 免责声明 特别声明
本文来自 只看该作者 返回顶部 回到顶部 ©
"""
_FORMS = {
    "登": "登录后(?:才能)?(?:评论|回复|发表|查看)",
    "分": "分享到[：:]",
    "回点赞评举收有阅浏": r"(?:回复|点赞|赞|评论|举报|收藏|有用|阅读|浏览) ?\(\d+\)",
    "Cc": "[Cc]opyright",
    "A": "All [Rr]ights",
    "京沪粤浙苏": "[京沪粤浙苏]ICP",
    "请关": "(?:请)?关注(?:微信)?公众号",
    "复": "复制(?:这段|本条|此)(?:话|信息|内容)",
    "点戳": "(?:点击|戳)(?:下方)?(?:链接|蓝字)",
    "长": "长按(?:识别|扫描)",
}
_GLUED = f"{any_of(_GLUED_WORDS.split())}|(?=[{''.join(_FORMS)}])(?:{'|'.join(_FORMS.values())})"
_GLUED_HEADS = "".join(word[0] for word in _GLUED_WORDS.split()) + "".join(_FORMS)
# What parts two pieces: a line end, blanks (not within Latin words), the end of a sentence, a mark of menus
# and lists, a bracket of links, a phrase no sentence holds.
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_LATIN = "A-Za-z\u00c0-\u024f"
_MARKS = "|·•›»«▪◆■○→"
_ENDS = "。！？!?；;…~～”’」』）"
_JOINT = re.compile(
    # Where one can be at all: nine places in ten are passed over here.
    rf"(?:(?=[ \n>【\[{_MARKS}{_GLUED_HEADS}])|(?<=[{_ENDS}]))(?:"
    r"(?P<line>[ \n]*\n[ \n]*)"
    # Blanks within Latin words, and beside a Latin word within Chinese, are in sentences too.
    rf"|(?P<space>(?<![{_MARKS}> ]) +(?!->|<-|(?<=[0-9{_LATIN}] )[0-9{_LATIN}]|(?<=[{_LATIN}] )[{_HAN}]"
    rf"|(?<=[{_HAN}，] )(?!Copyright|Powered|All |Terms|Privacy|ICP|IP|APP)[A-Za-z]))"
    rf"|(?<=[{_ENDS}])(?P<sentence>)(?<![^。！？!?；;…~～][”’」』）])(?![{_ENDS} \n]|$)"
    rf"|(?=[{_MARKS}]|(?<![A-Za-z\-])>(?![-_<=]))(?P<mark>)(?<![{_MARKS}> \n])"
    rf"|(?P<bracket>(?=[【\[]))(?<![ \n])|(?P<glued>)(?<![ \n])(?={_GLUED}))"
)
LINE, SPACE, SENTENCE, MARK, GLUED = range(5)
_KINDS = {"line": LINE, "space": SPACE, "sentence": SENTENCE, "mark": MARK, "bracket": MARK, "glued": GLUED}
_SHOWN = 64  # characters of a piece that are looked at
_SENTENCE = re.compile(r"[。！？!?；;…~～][”’」』）)】]*\Z")
_MASK = re.compile(r"<[A-Z]{2,9}>")
_NUMBERS = re.compile(r"\d+(?:[.,:]\d+)*")
_FIRST_PERSON = re.compile(r"我|俺|咱|本人|自己|家里|朋友|老公|老婆|孩子|妈")
_FELT = re.compile(
    r"很|太|非常|挺|特别|真|还是|有点|超级|不错|好吃|好看|好用|难|差|坏|烂|喜欢|满意|失望|便宜|划算|舒服|推荐大家|觉得|感觉|居然|竟然"
)
_PARTICLE = re.compile(r"[了着过吧呢吗啊呀嘛哈的得]")
_HEAD = re.compile(
    r"(?:相关|推荐|猜[你您]|为[你您]|热[门点帖榜议]|最新|更多|往期|延伸|扩展|编辑|精[彩选]|本[周月]|今日|阅读排行|点击排行|大家[都还]|看了又看|友情|同[类店级]|附近|"
    r"[你您]可能|其他人|浏览|最近|上一|下一|\d+小时)"
)
# What promotion is made of, whatever its words: something to win, something to do; and what customers tell.
_OFFER = re.compile(
    r"[券惠赠折]|红包|福利|包邮|返[现利]|立减|[送领]|免费|免单|抽奖|秒杀|特[价惠]|限[量时]|名额|批发|\d[元折]|礼|价"
)
_CALL = re.compile(
    r"[扫戳加搜][一我码微进群满购]|关注|点击|复制|领取|私[信聊我]|联系|报名|转发|收藏|下单|[抢速]|先到|手慢|勿扰|咨询|热线|欢迎|[认诚招]|http|<"
)
_TOLD = re.compile(r"[我没却被说让但啥差不就了]|结果|居然")
_PITCH = (("offer", _OFFER), ("call", _CALL), ("told", _TOLD))
_DIGIT = re.compile(r"\d")
# Shapes that are asked of every piece; the others stand in `possible`, length and comma apart.
ALWAYS = ("#alone", "#sentence", "#first person", "#felt", "#felt line", "#particle")
# Of each group of shapes a piece has at most one.
ANY = (
    ("#listed",),
    ("#menu",),
    ("#digits",),
    tuple(
        f"#pitch{offer}{call}{told}"
        for offer in ("", " offer")
        for call in ("", " call")
        for told in ("", " told")
    ),
)
LENGTHS = tuple(f"#length {bits}" for bits in range(8))  # the last is of all longer ones too
_MENU = 4  # pieces from which on a line of short ones is a menu
_SHORT = 7.0


class Piece(NamedTuple):
    """`text[start:end]`; `joint` is what parts it from the piece before."""

    start: int
    end: int
    joint: int


def pieces(text: str) -> list[Piece]:
    """The pieces of a text in order, blanks and line ends between them left out. Linear."""
    found = []
    start, joint = 0, LINE
    for match in _JOINT.finditer(text):
        if match.start() > start:
            found.append(Piece(start, match.start(), joint))
            joint = _KINDS[str(match.lastgroup)]
        elif match.end() > match.start():
            joint = min(joint, _KINDS[str(match.lastgroup)])
        start = match.end()
    if start < len(text):
        found.append(Piece(start, len(text), joint))
    return found


def described(text: str, cut: list[Piece]) -> Iterator[list[str]]:
    """For each piece its features: pairs and triples of characters, and names of shapes (`#…`)."""
    for piece, found in zip(cut, shapes(text, cut), strict=True):
        yield [*grams(text[piece.start : piece.end]), *found]


def shapes(text: str, cut: list[Piece]) -> Iterator[list[str]]:
    """For each piece the names of its shapes and of its line's."""
    first = 0
    listed = False
    while first < len(cut):
        last = first + 1
        while last < len(cut) and cut[last].joint != LINE:
            last += 1
        line = cut[first:last]
        whole = text[line[0].start : line[-1].end]
        found = _of_line(whole, line)
        if listed and not _title(whole):
            listed = False
        if listed:
            found.append("#listed")
        elif len(whole) <= 16 and _HEAD.match(whole.lstrip("【[·•> ")) and not _FELT.search(whole):
            listed = True
        for piece in line:
            yield _of_piece(text[piece.start : piece.end]) + found
        first = last


def possible(text: str, cut: list[Piece]) -> Iterator[tuple[str, ...]]:
    """Groups of the shapes that may be there, cheaply and never too few: of a group a piece has at most one.

    Left out are length and comma and what is there of every kind of piece (`ALWAYS`).
    """
    if "\n" in text:
        yield ("#listed",)
    if len(cut) >= _MENU:
        yield ("#menu",)
    if _DIGIT.search(text):
        yield ("#digits",)
    kinds = [""]
    for mark, sign in _PITCH:
        if sign.search(text):
            kinds += [f"{kind} {mark}" for kind in kinds]
    yield tuple(f"#pitch{kind}" for kind in kinds)


def _title(line: str) -> bool:
    return 3 <= len(line) <= 60 and not _SENTENCE.search(line)


def _of_line(line: str, cut: list[Piece]) -> list[str]:
    found = []
    if len(cut) == 1:
        found.append("#alone")
    elif len(cut) >= _MENU and len(line) / len(cut) <= _SHORT and not _SENTENCE.search(line):
        found.append("#menu")
    if _FELT.search(line) and (_PARTICLE.search(line) or _FIRST_PERSON.search(line)):
        found.append("#felt line")
    return found


def grams(words: str) -> set[str]:
    """Pairs and triples of characters of a piece, numbers as 0, with marks for its beginning and its end."""
    shown = words[:_SHOWN]
    if "<" in shown:
        shown = _MASK.sub("¤", shown)
    shown = f"^{_NUMBERS.sub('0', shown).lower()}$"
    pairs = [*map(add, shown, shown[1:])]
    return {*pairs, *map(add, pairs, shown[2:])}


def _pitch(words: str) -> str:
    """One shape of eight: whether it offers something, calls to do something, and tells something."""
    return " ".join(["#pitch", *(mark for mark, sign in _PITCH if sign.search(words))])


def _of_piece(words: str) -> list[str]:
    found = [LENGTHS[min(len(words).bit_length(), len(LENGTHS) - 1)]]
    if _SENTENCE.search(words):
        found.append("#sentence")
    if "，" in words:
        found.append("#comma")
    if _FIRST_PERSON.search(words):
        found.append("#first person")
    if _FELT.search(words):
        found.append("#felt")
    if _PARTICLE.search(words):
        found.append("#particle")
    found.append(_pitch(words))
    if sum(map(str.isdigit, words)) * 3 >= len(words):
        found.append("#digits")
    return found
