"""The furniture of a web page: menus, buttons, counters and footers that stand where a text should."""

from __future__ import annotations

import re

_WORDS = (
    "首页 登录 注册 免费注册 退出 我的订单 购物车 客户服务 网站导航 网站地图 手机版 手机站 客户端 "
    "下载APP 下载App 打开APP 全部分类 商品分类 商家入驻 营销中心 友情链接 关于我们 联系我们 加入我们 "
    "招贤纳士 人才招聘 法律声明 免责声明 隐私政策 隐私保护 用户协议 服务条款 版权所有 违法和不良信息 "
    "举报电话 ICP备 ICP证 公网安备 营业执照 经营许可证 上一篇 下一篇 上一页 下一页 尾页 返回顶部 "
    "回到顶部 返回列表 相关推荐 相关文章 相关阅读 相关新闻 热门推荐 热门文章 猜你喜欢 大家都在看 "
    "最新评论 最新文章 发表评论 我要评论 写评论 查看更多 查看全部 加载更多 展开全文 点击展开 收起 "
    "全部评价 好评率 好评度 好评( 中评( 差评( 追评( 晒图( 有用( 回复( 评论( 收藏( 点赞( 举报 分享到 "
    "分享至 扫码下载 扫一扫 关注公众号 微信公众号 官方微博 设为首页 加入收藏 收藏本站 当前位置 "
    "您的位置 站内搜索 搜索 高级搜索 热门搜索 热搜 标签： 责任编辑 来源： 作者： 发布时间 阅读数 阅读( "
    "浏览次数 浏览量 播放量 弹幕 转载请注明 未经授权 未经许可 未经作者授权 会员中心 个人中心 帮助中心 "
    "在线客服 客服中心 服务热线 意见反馈 切换城市 热门城市 网点查询 安全中心 支付方式 配送方式 "
    "售后服务 请先登录 登录后 验证码 提交 重置 取消 确定 English 繁体 投稿 订阅 RSS Copyright All "
    "Rights Reserved 推荐排序 综合排序 销量 价格区间 筛选 排行榜 专题 频道 论坛 社区 博客 视频 图片 "
    "新闻 财经 体育 娱乐 科技 招聘信息 合作伙伴 广告服务 广告合作 商务合作"
)
_FURNITURE = tuple(dict.fromkeys(_WORDS.split()))
_PATTERN = re.compile("|".join(re.escape(word) for word in sorted(_FURNITURE, key=len, reverse=True)))
_PIECE = re.compile(r"[^\s|>»›/·•]+")
_FEWEST = 5  # different pieces of furniture; a customer may name two or three
_PIECE_LETTERS = 8
_LOOKED = 4000


def furniture(clean: str) -> tuple[float, list[tuple[int, int]]]:
    """Score 0 … 1 that a page stands here rather than somebody's text, and where its pieces are.

    It rises with the different words of furniture there are and with the share of short pieces set apart.
    """
    if len(_PIECE.findall(clean, 0, _LOOKED)) < _FEWEST:
        return 0.0, []  # furniture stands in pieces, a text in one
    if len([word for word in _FURNITURE if word in clean]) < _FEWEST:
        return 0.0, []
    spans = [found.span() for found in _PATTERN.finditer(clean)]
    different = len({clean[start:end] for start, end in spans})
    pieces = _PIECE.findall(clean)
    short = sum(len(piece) <= _PIECE_LETTERS for piece in pieces) / max(1, len(pieces))
    covered = sum(end - start for start, end in spans) / max(1, len(clean))
    score = min(1.0, different / 20) * 0.5 + min(1.0, covered / 0.3) * 0.3 + (short - 0.5) * 0.6
    return min(1.0, max(0.0, score)), spans
