"""Whether a text is somebody's own words. Here: the shop's default praise, which nobody wrote."""

from __future__ import annotations

import re

from voc.text.signature import content
from voc.types import Integrity

_DEFAULT = re.compile(
    r"(?:此|该)(?:用户|买家|顾客)(?:没有|未|暂未|暂时没有|还没有)(?:填写|写下?|发表|及时)?(?:任何)?(?:评价|评论|内容|文字评价)?(?:内容)?"
    r"|(?:系统)?默认好评|系统默认评价|评价方未及时做出评价系统默认好评|(?:此|该)(?:用户|买家)(?:未及时(?:主动)?评价|未作出评价).{0,12}"
    r"|买家没有填写评(?:价|论)(?:内容)?|用户未填写评价(?:内容)?|超时未评价系统默认好评|15天内买家未作出评价"
)
_LONGEST = 40  # letters and digits of a default text


def judge(clean: str) -> Integrity:
    """`default` for the system's own text, else `clean`."""
    if len(clean) <= 2 * _LONGEST and ("评" in clean or "默认" in clean):
        kept = content(clean)
        if len(kept) <= _LONGEST and _DEFAULT.fullmatch(kept):
            return Integrity("default", 1.0, ("default",))
    return Integrity()
