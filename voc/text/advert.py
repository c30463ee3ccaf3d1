"""What adverts have and customers' words have not: a contact, an offer, a call to act, a seller's voice."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from voc.text.pii.words import alternatives

_CUES: dict[str, str] = {
    "contact": (
        "微信 薇信 威信 微芯 v信 V信 VX vx 加V 加v 加微 加薇 +V +v QQ qq 扣扣 企鹅群 群号 进群 入群 "
        "拉你进群 加群 <MOBILE> <LANDLINE> <IM> <EMAIL> 电话 热线 来电 致电 拨打 私信 私聊 私我 私发 "
        "约看 请私 扫码 二维码 扫一扫 公众号 链接 官网 橱窗 我主页 主页 网址 http www. 企业微信 "
        "联系方式 联系我 联系客服 在线客服 顾问 经理 老师微信 评论区扣 详询 咨询 地址 门市 小程序 "
        "直播间 小黄车 左下角 店铺搜 搜一搜 旗舰店 专卖店 评论区 后台回复 留言 滴滴我 滴我 call 联系 "
        "当面 面谈 线下 营业厅 各大 飞机群 频道 私窗 主页有 简介 头像 同号 客服号 门店 到店"
    ),
    "offer": (
        "免费 优惠 立减 直降 特价 特惠 半价 折起 折扣 限时 限量 名额 赠送 即送 再送 还送 买一送 买两 "
        "买三送 送价值 大礼包 礼包 好礼 返现 返利 福利 红包 秒杀 体验价 体验课 体验 原价 市场价 低至 "
        "仅需 只需 只要 包邮 大促 清仓 活动价 抵用券 优惠券 神券 抵扣 补贴 满减 代金券 一元 0元 零元 "
        "9元 内部价 批发 代理 加盟 佣金 日赚 月入 日结 兼职 贷款 额度 放款 无抵押 利率 利息 年化 免息 "
        "分期 稳赚 保本 收益 内部 包过 无效退款 全额退 包退 包赔 不成功不收费 假一 货到付款 送货上门 "
        "免费上门 免费试 试听 首单 首付 试用 领取 抽奖 积分 伴手礼 抢购 价格透明 价格低 全网最低 "
        "量大从优 热销 爆款 现货 秒发 拍下 拼团 接龙 到手价 活动 福利价 早鸟 立省 免单 定金 首充 彩金 "
        "提现 秒到 返水 充值送 储值 会员卡 体验券 套餐 课程 训练营 专享 平替 直邮 保税 免税 正品 小票 "
        "月供 均价 学区 投资 回报 户型 涨粉 包月 排名 九成新 自提 可议 可小刀 包装盒 实惠 试吃 试听课 "
        "一折 打折 划算 省钱 赚 收入 价值 元起 起步价 只收 不收 全额"
    ),
    "call": (
        "立即 赶紧 赶快 抓紧 速来 从速 欲购 欢迎 加我 添加 长按 识别 点击 戳 关注 转发 集赞 报名 预约 "
        "预订 下单 锁定 先到先得 额满 报满 截止 过期不 过时不 售完 最后 即日起 即将 停售 涨价 恢复原价 "
        "错过 上车 有意者 有需要 需要的 感兴趣 想要的 想做的 想瘦 想了解 想去的 名额有限 名额不多 "
        "名额紧张 档期 库存 恭候 光临 马上 今天只 仅限 备注 回复 回T 退订 闭眼入 来问我 找我 看这里 "
        "快来 约起来 别再 还在 怎么办 速度 冲鸭 别犹豫 等你来 等你 带走 要的 拼手速 手慢 快冲 值得拥有 "
        "了解一下 了解更多 来吧 可以来 都可以 来找 不要错过 不容错过 别错过 随时 速联系 问我 咨询我 "
        "加入我们 加入"
    ),
    "seller": (
        "本店 本公司 我司 我们公司 我们机构 我们团队 本机构 我行 我家这款 自家 专业 专注 深耕 一对一 "
        "专属 团队 服务过 已帮助 已有 客户 学员 案例 官方 厂家 直销 源头 招商 诚招 招聘 诚信 口碑 权威 "
        "资质 持证 正规 质保 保障 全程 全国 全城 一站式 上门 打造 为您 尊敬的 广大 亲们 宝妈 姐妹们 "
        "家人们 老板们 宝宝们 街坊们 朋友圈 火热 盛大 隆重 值得信赖 无隐形 不推销 无副作用 纯植物 见效 "
        "疗程 秘方 祖传 名师 师资 团长 拿货 引流 回购 安利 真心推荐 带货 见证 均可 一应俱全 长期有效 "
        "最终解释权 我们家 我家 本人 我们的产品 产品 品牌 工厂 现招 急招 培训 老师 教练 医生 院长 专家 "
        "配方 成分 无添加 手工 现做 现包 新鲜 当天 全新 未拆 项目 平台 稳定 安全 靠谱 口碑好 老客户 "
        "新客户 粉丝 宝子 宝贝 亲 集美 同学们 朋友们 业主 老板 家长 优质 高端 一流 顶级 领先 首选 提供 "
        "承接 服务 支持 可办 代办 解决 帮你 帮助 教你 带你 让你"
    ),
    "customer": (
        "差评 垃圾 投诉 失望 退货 退款 后悔 不推荐 味道 服务员 排队 客服说 店家说 老板说 我说 她说 "
        "他说 我问 买了 收到 用了 去了 吃了 点了 等了 发现 感觉 觉得 快递 包装 发货 到货 坏了 不好 "
        "一般 不过 但是 结果 建议 希望 同事 我妈 我爸 老公 老婆 孩子 手机用 住了 入住 房间 前台 忽悠 "
        "骗 套路 上当 客户： 客服： @ 请问 为什么 我买的 我的 没有 还没 不知道 不想 太差 生气 难吃 "
        "难用 难受 打不开 没人接 结账 点的 我们点 去的 吃完 用完 看完 第一次 上次 去年 昨天 那天"
    ),
}
KINDS = tuple(_CUES)
"""Kinds of cues, in the order of `features`; the last speaks against an advert."""
_WORDS = {kind: tuple(dict.fromkeys(words.split())) for kind, words in _CUES.items()}
WORDS = tuple(word for words in _WORDS.values() for word in words)
"""Every cue once, in the order of their learned weights."""
# Three texts in four have no contact and no call at all.
_ANY = re.compile(alternatives([*_WORDS["contact"], *_WORDS["call"]]))
# No quote inside: a text of opening quotes alone took quadratic time.
_QUOTED = re.compile(r"[“「『\"][^“”「」『』\"]{8,}[”」』\"]")
FEATURES = (*KINDS, "weakest", "kinds", "all", "length")
_ROOM = 200.0
_FEWEST = 2


def cues(clean: str) -> dict[str, list[str]]:
    """Cues of each kind that stand outside longer quotations, once each.

    None where hardly any calls or gives a contact: nine texts in ten, which cost a third that way.
    """
    text = _QUOTED.sub("", clean) if "“" in clean or '"' in clean or "「" in clean else clean
    if _ANY.search(text) is None:
        return {kind: [] for kind in KINDS}
    found = {kind: [word for word in _WORDS[kind] if word in text] for kind in ("contact", "call")}
    if sum(map(len, found.values())) < _FEWEST:
        return {kind: [] for kind in KINDS}
    return {
        kind: found.get(kind) or [word for word in words if word in text] for kind, words in _WORDS.items()
    }


def features(
    found: Mapping[str, Sequence[str]], length: int, weights: Mapping[str, float]
) -> npt.NDArray[np.float64]:
    """(FEATURES,) the weights of each kind's cues, less in a longer text, and what follows from them.

    That is the second least of the kinds that speak for an advert, how many of these there are, their sum,
    and the length (ln). A cue weighs the more the seldomer clean texts have it.
    """
    scale = min(1.0, (_ROOM / max(_ROOM, length)) ** 0.5)
    sums = [scale * sum(weights[word] for word in found[kind]) for kind in KINDS]
    spoken = sums[:-1]
    kinds = sum(bool(found[kind]) for kind in KINDS[:-1])
    return np.array([*sums, sorted(spoken)[1], kinds, sum(spoken), np.log(max(1, length))])
