"""Words that stand before or after a person's name: fields of a form, roles, titles."""

from __future__ import annotations

# Of a form, and what people say before their own name.
_FIELDS = """
姓名 名字 户名 户头 署名 签名 落款 联系人 收件人 收货人 寄件人 发件人 投保人 被保人 保险人 被保险人 受益人
借款人 贷款人 担保人 委托人 受托人 代理人 申请人 经办人 签收人 取件人 持卡人 开户人 收款人 付款人 汇款人
负责人 报修人 登记人 举报人 投诉人 诉求人 当事人 购买人 预订人 预定人 预约人 入住人 下单人 承租人 出租人
受访人 残疾人 反映人 送货人 证明人 介绍人 推荐人 收件 寄件 法人 法人代表 患者 病人 车主 户主 业主 房东
二房东 租客 甲方 乙方 本人 我叫 他叫 她叫 名叫 叫做 自称 乘客 旅客 代表
"""
# Whoever one meets: after these a word is more likely than a name.
_ROLES = """
销售 销售员 导购 导购员 店员 售票员 操作员 讲解员 店长 客服 专员 顾问 经理 主管 主任 组长 队长 书记员 医生
护士 大夫 药师 老师 班主任 班主任是 教练 导游 领队 司机 师傅 骑手 快递员 派件员 配送员 小哥 安装工 维修工
修理工 技师 技工 前台 管家 保安 保洁 门卫 中介 老板 老板娘 财务 会计 律师 法官 船务 地服 空乘 空姐 乘务
乘务员 船长 群众 市民 居民 村民 客户 顾客 用户 会员 学生 同学 孩子 主播 工程师 代办 地推 推销的 柜员 柜姐
保险员 收银 收银员 服务员 接待 接待员 工作人员 业务员 员工 同事 邻居 阿姨 大妈 大爷 警官 民警 家长 司乘 讲师
小姐姐 小哥哥 姑娘 小伙 小伙子 找 找到 找了 找过 叫 叫到 叫了 感谢 表扬 点名 投诉 举报 写的 写的是 填的
填的是
"""
_TITLES = """
先生 女士 小姐 老师 师傅 经理 阿姨 大姐 大哥 医生 大夫 主任 教练 律师 同学 警官 店长 主管 顾问 导游 队长
护士 教授 院长 校长 所长 科长 处长 局长 书记 会计 叔叔 大爷 奶奶 工程师
"""
FIELDS, ROLES, TITLES = (frozenset(words.split()) for words in (_FIELDS, _ROLES, _TITLES))
