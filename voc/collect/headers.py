"""Which column header or JSON key means which field of a Record: Chinese and English names, as data."""

from __future__ import annotations

import re
import unicodedata

# Field → names, best first. A name with the same meaning in another script or spelling is folded by
# `normalise`, so one spelling is enough; names are split at white space. `followup` makes a record of its
# own with `reply_to`.
_NAMES: dict[str, str] = {
    "text": """
        text 评论内容 评价内容 评价正文 评论正文 反馈内容 初评 初评内容 初次评价 首评 首次评价
        工单内容 问题描述 问题内容 投诉内容 投诉描述 故障描述 诉求内容 用户诉求 客户诉求 来电内容
        咨询内容 留言内容 留言 帖子内容 帖子正文 正文 正文内容 微博内容 笔记内容 笔记正文 弹幕内容
        回答内容 评价详情 评论详情 反馈详情 问题详情 详细描述 用户评论 用户评价 用户反馈 客户评价
        客户反馈 客户评论 买家评论 买家评价 买家留言 顾客评价 顾客评论 商品评价 商品评论 消费者评价
        消费者反馈 用户原声 原声 客户原声 原文 原始内容 文本 文本内容 评论文本 内容 评论 评价 反馈
        点评 点评内容 短评 意见 意见内容 意见反馈 建议 建议内容 意见与建议 意见建议 开放题 主观题
        主观评价 评语 说说 描述 反馈描述 回访内容 评价文字 原因说明 打分原因 评分原因 优点 缺点 不足
        content body comment comments review review_text review_content review_body comment_text
        comment_content feedback feedback_text message description verbatim raw_text sentence post
        post_content ticket_content
        """,
    "followup": """
        追评 追评内容 追加评论 追加评价 追加内容 追加评论内容 追加评价内容 追评文本 二次评价
        买家追评 用户追评 followup append_comment after_comment
        """,
    "followup_at": "追评时间 追评日期 追加时间 追加评论时间 追加评价时间 followup_at append_time",
    "transcript": """
        对话内容 对话记录 聊天记录 聊天内容 会话内容 会话记录 通话内容 通话记录 通话文本 沟通记录
        transcript dialogue dialog conversation
        """,
    "turns": "turns",
    "native_id": """
        native_id 评论ID 评价ID 评论编号 评价编号 工单号 工单编号 工单ID 反馈ID 反馈编号 投诉编号
        投诉单号 帖子ID 帖子编号 微博ID 笔记ID 会话ID 对话ID 答卷编号 答卷ID 问卷编号 记录ID
        记录编号 数据ID 消息ID 唯一标识 ID 编号 review_id comment_id ticket_id ticket_no
        ticket_number post_id feedback_id record_id message_id mid uuid source_id
        """,
    "title": """
        title 标题 评论标题 评价标题 帖子标题 工单标题 笔记标题 主题 反馈标题 投诉标题 subject
        headline summary review_title
        """,
    "created_at": """
        created_at 评论时间 评价时间 反馈时间 初评时间 评论日期 评价日期 发表时间 发布时间 发帖时间
        发布日期 发表日期 提交时间 提交日期 答题时间 填写时间 工单创建时间 创建时间 建单时间
        受理时间 来电时间 投诉时间 投诉日期 反馈日期 留言时间 点评时间 咨询时间 进线时间 开始时间
        创建日期 时间 日期 time date datetime timestamp ts created create_time created_time
        creation_time created_date posted_at publish_time published_at pub_time review_time
        review_date comment_time submit_time submitted_at date_created
        """,
    "created_at_precision": "created_at_precision",
    "updated_at": """
        updated_at 更新时间 修改时间 最后更新时间 最近更新时间 更新日期 处理时间 关闭时间 完结时间
        update_time updated modified_at modified last_modified last_updated
        """,
    "author": "author user customer reviewer",
    "author.id": """
        author_id 用户ID 用户编号 用户账号 会员ID 会员号 会员编号 客户ID 客户编号 客户号 买家ID
        买家账号 作者ID 顾客ID 账号 账户 UID openid user_id customer_id member_id buyer_id
        reviewer_id
        """,
    "author.name": """
        author_name 昵称 用户昵称 用户名 用户名称 用户 买家昵称 买家 客户姓名 客户名称 客户 会员昵称
        会员名 会员 作者 作者昵称 发布者 发帖人 评论人 评论者 评价人 评价者 博主 顾客 消费者 姓名
        反馈人 联系人 投诉人 nickname nick username screen_name customer_name reviewer_name name
        """,
    "author.role": """
        author_role 用户角色 角色 身份 用户身份 作者身份 作者类型 用户类型 发言人角色 role user_role
        """,
    "author.contact": """
        author_contact 联系方式 联系电话 手机 手机号 手机号码 电话 电话号码 邮箱 电子邮箱 来电号码
        contact phone mobile email tel
        """,
    "brand": "brand 品牌 品牌名 品牌名称 厂商 brand_name manufacturer",
    "product": """
        product 商品名称 商品名 商品 产品名称 产品名 产品 型号 产品型号 商品型号 机型 设备型号
        手机型号 车型 车系 款型 宝贝名称 宝贝标题 宝贝 商品标题 product_name product_title item
        item_name model device device_model goods goods_name
        """,
    "version": """
        version 版本 版本号 软件版本 系统版本 固件版本 APP版本 应用版本 产品版本 app_version
        software_version firmware os_version product_version
        """,
    "rating": """
        rating 评分 星级 评价星级 评分星级 商品评分 总体评分 综合评分 总评分 打分 星数 评论星级
        满意度 满意度评分 用户评分 客户评分 得分 分数 评价分数 star stars score star_rating overall
        rate review_rating
        """,
    "nps": "nps NPS评分 NPS分数 推荐分 推荐度 推荐意愿 净推荐值 nps_score likelihood",
    "likes": """
        likes 点赞数 点赞 赞 赞数 获赞数 有用数 有用 点赞量 赞同数 like like_count likes_count
        upvotes thumbs_up useful useful_count helpful helpful_count votes
        """,
    "url": """
        url 链接 网址 原文链接 评论链接 评价链接 帖子链接 页面链接 地址链接 link href permalink
        source_url review_url post_url
        """,
    "thread_id": """
        thread_id 主题ID 话题ID 主帖ID 主楼ID 楼主帖ID 串ID thread topic_id conversation_id
        """,
    "reply_to": """
        reply_to 回复ID 回复对象 回复对象ID 被回复ID 父评论ID 上级评论ID 回复的评论ID parent_id
        parent in_reply_to reply_id
        """,
    "status": """
        status 处理状态 工单状态 状态 处理进度 当前状态 跟进状态 受理状态 订单状态 ticket_status
        state order_status
        """,
    "stage": """
        stage 阶段 旅程阶段 用户阶段 客户阶段 生命周期 生命周期阶段 用户旅程 客户旅程 旅程
        journey_stage lifecycle lifecycle_stage
        """,
    "touchpoint": """
        touchpoint 触点 渠道 来源渠道 反馈渠道 投诉渠道 受理渠道 评论渠道 平台 来源平台 来源
        数据来源 评价来源 评论来源 购买渠道 channel platform
        """,
    "region": """
        region 地区 地域 区域 省份 城市 所在地 所在地区 所在城市 省市 IP属地 属地 归属地 大区
        province city location area
        """,
    "store": """
        store 门店 门店名称 店铺 店铺名称 店铺名 店名 分店 网点 餐厅 商户 商户名称 商家名称 商家
        经销商 4S店 shop shop_name store_name branch outlet merchant
        """,
    "segment": """
        segment 客群 人群 用户分群 用户分层 客户分层 客户等级 会员等级 用户等级 用户标签 客户类型
        客户群 customer_segment tier member_level
        """,
    "value": """
        value 客户价值 用户价值 累计消费 消费金额 累计消费金额 年消费额 订单金额 ltv clv
        customer_value lifetime_value gmv
        """,
    "consent": "consent 授权 授权范围 同意用途 隐私授权 用户授权 consents",
    "attrs": "attrs attributes",
}
NAMES: dict[str, tuple[str, ...]] = {field: tuple(words.split()) for field, words in _NAMES.items()}

FIELDS: frozenset[str] = frozenset(NAMES)
TEXT_FIELDS: tuple[str, ...] = ("text", "transcript", "turns", "followup")
"""A file needs a column of one of these."""
JOINED: frozenset[str] = frozenset(
    ["优点", "缺点", "不足", "建议", "建议内容", "意见", "意见与建议", "意见建议", "用户诉求"]
)
"""Text columns that are added to the best one on a line of their own (several open questions of a survey);
any other second text column goes to `attrs`."""

_NOISE = re.compile(r"[\s_\-.:：/*\"'“”‘’【】\[\]]+")
_NOTE = re.compile(r"[（(][^()（）]*[)）]\s*$")  # 评分(1-5), 评价内容（必填）


# Traditional forms of the characters above, and the same in simplified ones.
_TRADITIONAL = (
    "與專買產價優會傳體關內冊寫淨創區單賣廠廳發變臺號後員諮圍聲處備復寶對層屬師應開彈歸當錄態總願戶據"
    "數時暱機權來櫃標樓溝滿點狀現電碼種稱筆籤類級線細紹經結統維綜編網羣聯範薦獲慮裝見觀觸計訂認議記論"
    "設訪評識訴試話詢詳語說貝賬購費贊躍車轉軟達進郵鐵鋪鏈銷長門閉問間階隱頁顧題額饋驗説裏裡帳週"
)
_SIMPLIFIED = (
    "与专买产价优会传体关内册写净创区单卖厂厅发变台号后员咨围声处备复宝对层属师应开弹归当录态总愿户据"
    "数时昵机权来柜标楼沟满点状现电码种称笔签类级线细绍经结统维综编网群联范荐获虑装见观触计订认议记论"
    "设访评识诉试话询详语说贝账购费赞跃车转软达进邮铁铺链销长门闭问间阶隐页顾题额馈验说里里账周"
)
_SIMPLIFY = str.maketrans(_TRADITIONAL, _SIMPLIFIED)


def normalise(header: str) -> str:
    """Fold width, case, script (to simplified), white space, punctuation, a last remark in brackets."""
    folded = unicodedata.normalize("NFKC", header).strip().casefold().lstrip("\ufeff")
    bare = _NOTE.sub("", folded) or folded
    return _NOISE.sub("", bare).translate(_SIMPLIFY)


def _index() -> dict[str, tuple[str, int]]:
    index: dict[str, tuple[str, int]] = {}
    for field, names in NAMES.items():
        for rank, name in enumerate(names):
            index.setdefault(normalise(name), (field, rank))
    return index


_INDEX = _index()


def field_of(header: str) -> tuple[str, int] | None:
    """(field, rank of the name; 0 is best) of a header, or None for one that is not known."""
    return _INDEX.get(normalise(header))


_ROLES: dict[str, str] = {
    "customer": """
        customer client user buyer member 客户 用户 顾客 买家 会员 消费者 车主 访客 来电人 客人 食客
        投诉人 提问者
        """,
    "staff": """
        staff agent service seller helpdesk 客服 坐席 人工客服 员工 商家 卖家 店家 店长 店员 掌柜
        售后 售后客服 工程师 顾问 专员 机器人 智能客服 系统 bot 小二
        """,
    "official": "official 官方 品牌 品牌方 官方账号 官方号 商家回复 brand",
    "kol": "kol 达人 大v 博主 up主 主播 媒体",
    "koc": "koc 素人 体验官 种子用户 铁粉 核心用户",
    "unknown": "unknown 未知",
}
ROLES: dict[str, str] = {"": "unknown"} | {
    word: role for role, words in _ROLES.items() for word in words.split()
}
"""What sources call a speaker → role."""

_STAGES: dict[str, str] = {
    "acquisition": """
        acquisition awareness consideration 获取 获客 拉新 认知 了解 考虑 售前 购买前 种草
        """,
    "activation": "activation onboarding 激活 首次使用 首购 开箱 上手 注册 试用 体验 安装",
    "retention": "retention 留存 使用 日常使用 使用中 复购 售后 维系 活跃",
    "revenue": "revenue purchase 收入 变现 付费 购买 下单 成交 支付 交易 增购",
    "referral": "referral advocacy 推荐 传播 分享 自传播 口碑 转介绍",
}
STAGES: dict[str, str] = {word: stage for stage, words in _STAGES.items() for word in words.split()}
"""Journey stages as sources call them → stage."""
