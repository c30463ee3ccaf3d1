"""Whether a text is the shop's own default praise, which nobody wrote (此用户没有填写评价。系统默认好评)."""

from __future__ import annotations

import re

from voc.text.signature import content

_WHO = (
    r"(?:[此该本]|这位|这个|购买的?)?(?:匿名)?(?:用户|买家|顾客|客户|会员|消费者|评价方|评论方|对方|收货人"
    r"|购买者|乘客|住客|食客|您|亲)"
)
_WHEN = (
    r"(?:在?(?:规定|指定|有效|评价|限定)?的?(?:时间|期限|时限|时效|期)[之以]?内"
    r"|在?[\d一二三五七十]{1,3}[天日]之?内?|超时|逾期|到期|超过\d{1,3}[天日])"
)
_NOT = r"(?:还|尚|暂|并|仍|一直)?(?:暂时)?(?:没有?|未|未能|未曾|暂无|尚无)"
_HOW = r"(?:及时|主动|按时|按期|即时|给?予?|对?此?本?(?:次|单|商品|订单|服务)?)?"
_DO = r"(?:填写|填|写下?|发表|做出|作出|进行|提交|留下|给出|撰写|添加|参与|输入|发布|完成)?(?:了)?"
_WHAT = (
    r"(?:任何|具体|其他)?(?:文字|有效|商品|购物|使用|详细|图文)?的?"
    r"(?:评价|评论|点评|评语|反馈|心得|留言|内容|评分|打分)(?:的?(?:内容|信息|文字|描述))?"
)
_GIVEN = r"(?:给予|给出|作出|做出|视为|生成|确认|为|了)?"
_SYSTEM = rf"(?:系统|平台|商城|本站|网站|店铺)?(?:已经?|将|会)?(?:自动|代为|主动)?{_GIVEN}"
_PRAISE = (
    rf"{_SYSTEM}(?:默认|自动){_GIVEN}(?:您|其|该商品|商家)?的?(?:五星|5星|满分|全5?五?星)?"
    r"(?:好评|评价|评论|评分|五星|5星|满分)"
)
_NOTHING = rf"(?:{_WHEN})?{_NOT}(?:{_WHEN})?{_HOW}{_DO}"
_DEFAULT = re.compile(
    rf"(?:(?:{_WHO})?{_WHEN}?(?:{_WHO})?{_NOTHING}(?:{_WHAT})?{_PRAISE}"
    rf"|(?:{_WHEN}(?:{_WHO})?|{_WHO}){_NOTHING}{_WHAT}|{_NOT}{_HOW}(?:填写|发表|提交|作出|做出){_WHAT}"
    rf"|{_PRAISE}|系统好评)(?:谢谢|感谢)?"
)
_LONGEST = 40  # letters and digits of a default text


def is_default(clean: str) -> bool:
    """True when the whole text is such a line, whatever marks stand in it."""
    if len(clean) > 2 * _LONGEST or not ("评" in clean or "默认" in clean):
        return False
    kept = content(clean)
    return 0 < len(kept) <= _LONGEST and _DEFAULT.fullmatch(kept) is not None
