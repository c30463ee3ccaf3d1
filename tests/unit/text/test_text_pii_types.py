"""Each type of personal data in each disguise, and its look-alikes; all identifiers are made up."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from voc.text.pii import find, mask
from voc.text.pii.checks import bank_card, identity_card, identity_card_15, vehicle
from voc.text.stage import TextStage
from voc.train.text_scores import personal, read

MASKED = {
    "landline": """
座机010-62345678转8012|座机<LANDLINE>
0592.6684611|<LANDLINE>
0592/6684611|<LANDLINE>
打0755－26001234分机302没人接|打<LANDLINE>没人接
〇一〇-六二三四五六七八|<LANDLINE>
⓪⑦⑤⑤-②⑥⓪⓪①②③④|<LANDLINE>
零二八-三七六零一七二零转八四九一|<LANDLINE>
家里电话62345678|家里电话<LANDLINE>
打400-820-8820转80123找他|打<LANDLINE>找他
""",
    "mobile": """
幺三八零零一三八零零零|<MOBILE>
一三八，零零一三，八零零零|<MOBILE>
138🔥001🔥380🔥01|<MOBILE>
l38OOl38OO5|<MOBILE>
电话138，0013，8001|电话<MOBILE>
电话131.826.326.81|电话<MOBILE>
131六三〇六1322|<MOBILE>
1,3,8,0,0,1,3,8,0,0,1|<MOBILE>
1⃣3⃣8⃣00138001|<MOBILE>
⑴⑶⑻00138001|<MOBILE>
+852 9123 4567|<MOBILE>
加一13800138001|加一<MOBILE>
联系电话13800000000|联系电话<MOBILE>
13800138001转8012|<MOBILE>
""",
    "id": """
11O1O5l94912310O2X|<ID>
110105一九四九1231002X|<ID>
①①⓪①⓪⑤①⑨④⑨①②③①⓪⓪②X|<ID>
110105🔥1949🔥1231🔥002X|<ID>
老身份证110105491231002|老身份证<ID>
身份证号110105194912310021|身份证号<ID>
""",
    "card": """
4l11 11II 1lll 1111|<CARD>
四一一一一一一一一一一一一一一一|<CARD>
4️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣|<CARD>
4111💳1111💳1111💳1111|<CARD>
卡号6222021234567890|卡号<CARD>
""",
    "plate": """
蒙 A 6 Z 0 L 7|<PLATE>
吉  A  26207|<PLATE>
渝A·J5453|<PLATE>
沪 C 3170挂|<PLATE>
京ＮＤ５６０６１|<PLATE>
豫afn0427|<PLATE>
京A🚗12345|<PLATE>
京A-12-345|<PLATE>
川A一二三四五|<PLATE>
京AOO39挂|<PLATE>
京🅰️12345|<PLATE>
车牌沪A·BC12D|车牌<PLATE>
京Al2O45|<PLATE>
粤A1234警|<PLATE>
""",
    "vin": """
1M8GDM9AXKP042788|<VIN>
1m8gdm9axkp042788|<VIN>
1M8G-DM9A-XKP0-42788|<VIN>
1 M 8 G D M 9 A X K P 0 4 2 7 8 8|<VIN>
1M8GDM9AXKPO42788|<VIN>
VIN1M8GDM9AXKP042788|VIN<VIN>
车架号LSVAA000000001234|车架号<VIN>
""",
    "email": """
123456艾特qq点com|<EMAIL>
zhang[at]qq[dot]com|<EMAIL>
zhang3 at gmail dot com|<EMAIL>
zhang_3#163.com|<EMAIL>
zhang＠163。com|<EMAIL>
zhang圈a126.com|<EMAIL>
z h a n g @ q q . c o m|<EMAIL>
amy点w264艾特corp点example点com|<EMAIL>
k 4 5 1 0 @ q q . c o m|<EMAIL>
邮箱123456@qq|邮箱<EMAIL>
zhang🐶3@qq🐶.com|<EMAIL>
""",
    "im": """
加我wxmei_0563|加我wx<IM>
➕Vwxid_ea1gib0f5cie|➕V<IM>
薇：xixi_319|薇：<IM>
加q ７７３７８５６|加q <IM>
抖音号换了，新的是 jiang0611|抖音号换了，新的是 <IM>
加v信zhang_3|加v信<IM>
加薇❤：zhangsan88|加薇❤：<IM>
➕V zhangsan88|➕V <IM>
vx：zhangsanfeng|vx：<IM>
扣扣12345678|扣扣<IM>
企鹅号是一二三四五六七八|企鹅号是<IM>
QQ：123 456 789|QQ：<IM>
wxid_abc123def456|<IM>
V我zhang_san8|V我<IM>
卫星：z-san_99|卫星：<IM>
meifeng5361是我的微信|<IM>是我的微信
QQ联系方便些 12345678|QQ联系方便些 <IM>
12345678（扣扣）|<IM>（扣扣）
""",
    "passport": """
护照E12345678|护照<PASSPORT>
护照号g1234567o|护照号<PASSPORT>
我的护照丢了，EA 123 4567|我的护照丢了，<PASSPORT>
通行证C12345678|通行证<PASSPORT>
护照E-1234-5678|护照<PASSPORT>
护照 E一二三四五六七八|护照 <PASSPORT>
""",
    "order": """
订单号20261101123456789012|订单号<ORDER>
单号发我⏎77428839974002|单号发我⏎<ORDER>
中通 776467597593|中通 <ORDER>
票号 784-2345678901|票号 <ORDER>
运单SF1234567890123|运单<ORDER>
Y T 1 0 7 7 2 7 5 7 9 8 4 4 0|<ORDER>
流水号M2-0260-7863-866|流水号<ORDER>
订单3112694687和4072193599重复|订单<ORDER>和<ORDER>重复
帮我查一下⏎236967604408⏎到哪了|帮我查一下⏎<ORDER>⏎到哪了
""",
    "address": """
寄到深圳市南山区粤海街道科技路 12 号 3 栋 501|寄到深圳市<ADDRESS>
退到广东深圳南山区粤海路八号|退到广东深圳<ADDRESS>
我在从化区街口街道河滨北路128号|我在<ADDRESS>
家住幸福小区3栋2单元501|家住<ADDRESS>
地址:🏠鼓楼区·中央路·100号·5栋·301|地址:🏠<ADDRESS>
天河区石牌街道天河路４９０号１层１０３|<ADDRESS>
長沙市開福區湘雅路街道湘雅路36號2棟301|長沙市<ADDRESS>
龙泉镇大面村3组12号|<ADDRESS>
送到东城区和平里街道和平里北街21号院3号楼2单元1001室，谢谢|送到<ADDRESS>，谢谢
朝阳区建国路 8 8 号SOHO现代城B座1203|<ADDRESS>
丰台区 方庄 芳群园三区 十二号楼 1305|<ADDRESS>
成都郫都区红光镇广场路北二段 16 号附 3 号|成都<ADDRESS>
青岛市市北区敦化路119号1单元1102户|青岛市<ADDRESS>
家在榆中县定远镇猪咀岭村三社 45 号|家在<ADDRESS>
上城区望江街道近江家园六园 3-2-601|<ADDRESS>
良庆区 大沙田 街道 银海大道 710 - 2 号|<ADDRESS>
学府区坞城街道学府街42号🏠山大 家属院 8 号楼 二单元 五楼东户|<ADDRESS>
虹口区四川北\u200b路1318弄5号602室|<ADDRESS>
""",
    "name": """
客服王丽丽态度好|客服<NAME>态度好
我叫李雷，你好|我叫<NAME>，你好
收件人：张三丰，电话13800138001|收件人：<NAME>，电话<MOBILE>
店长陈建国说不退|店长<NAME>说不退
快递员刘强送得快|快递员<NAME>送得快
市民檀健平反映|市民<NAME>反映
房东纪岚同意转租|房东<NAME>同意转租
王师傅修得好，李经理也不错|<NAME>师傅修得好，<NAME>经理也不错
(13800138001 张伟)|(<MOBILE> <NAME>)
户名：陳麗華|户名：<NAME>
投保人 杜·小·月|投保人 <NAME>
联系人张 小 雨|联系人<NAME>
医生孙-德-海号都挂不上|医生<NAME>号都挂不上
姓名被印成郑(亚)楠|姓名被印成<NAME>
收件人 李·阿提姆|收件人 <NAME>
姓名阿依古丽没有间隔点|姓名<NAME>没有间隔点
法人代表：慕容雪|法人代表：<NAME>
投诉工号8012的何静|投诉工号8012的<NAME>
昨天黄俊晓把件放错了柜子|昨天<NAME>把件放错了柜子
投诉的事，黄俊晓收，不是我|投诉的事，<NAME>收，不是我
贺春燕说三天到账，龙海涛说七天|<NAME>说三天到账，<NAME>说七天
老张又把快递扔水表箱了|老<NAME>又把快递扔水表箱了
隔壁詹姐和蒋哥都在|隔壁<NAME>姐和<NAME>哥都在
本人姓阚名东升|本人姓<NAME>名<NAME>
客户：免贵姓岳|客户：免贵姓<NAME>
好的上官女士|好的<NAME>女士
我叫zhao丽华，打不出来|我叫<NAME>，打不出来
名单⏎1. 程浩然⏎2. 付晓蕾|名单⏎1. <NAME>⏎2. <NAME>
司机阿卜杜拉·买买提一路唱歌|司机<NAME>一路唱歌
房东史*建*业不退押金|房东<NAME>不退押金
面单露了，花木芝，13800138001|面单露了，<NAME>，<MOBILE>
收件人：杨 鹏|收件人：<NAME>
销售陈 晓 东说不退|销售<NAME>说不退
教练周婷动不动骂人|教练<NAME>动不动骂人
理赔员石艺涵让我补材料|理赔员<NAME>让我补材料
退款给赵天佑，支付宝13800138001|退款给<NAME>，支付宝<MOBILE>
欧·阳·思·远老师|<NAME>老师
谢谢，钮祜禄晴，1208房|谢谢，<NAME>，1208房
""",
    "ip": """
登录IP：58.67.189.179|登录IP：<IP>
192[.]168[.]2[.]19|<IP>
121点235点88点20|<IP>
114 . 75 . 214 . 225|<IP>
一一四.四八.八六.一八四|<IP>
网关10.0.0.1打不开|网关<IP>打不开
2001:db8:0:0:0:ff00:42:8329|<IP>
""",
}
STAYS = """
固件版本1.2.3.4，升1.2.3.5失败
Chrome 119.0.6045.199打不开
错误代码 E20210038，护照都拿出来了
提示 G00000417 之后就锁死
文件大小 18253611008 字节
计步累计12873465013步
奖金池19000000000
威信扫地，企鹅群岛画质渣
QQ音乐绿钻到期扣18
小米v我50
VX-3000吸尘器
微信支付不支持云闪付
中国卫星发射直播卡成PPT
热线4001-666-888
800-810-0581固话才能打
防伪码 3106 8890 1247 5531
订单20261101
工单创建2025-10-09 08:31:17
单号双号限行20261101
飞北京CA1234
浙A的车
云A 2000块
python@3.11和vue@3.4.21
look at this phone
看@客服
一三五限行，二四六不限
一二三四五六七八九十
二〇二五年十一月十一日
分辨率2560*1440
std::vector报错
12:30:45到的
路由器固件3.0.0.4.386升级后死机
hosts版本v2.3.4.5
安卓10.0.0.180系统更新
微信8.0.50更新后卡
QQ9.1.5太占内存
微信读书真好用
微信群200人都在骂
QQ群里发了500条
企鹅电竞直播卡
加V会员才能看
加微信支付立减
抖音号召力强
小红书种草的iPhone15ProMax
钉钉版本7.0.50
VX300型号的榨汁机
vivo X100 Pro
QQ糖100g一包
卫星锅2.4G
订单满399减50
订单金额1299.00元
订单20251111
单号查不到物流
快递3天到
工单两周没人理
流水线作业
货号 SF20240512A 的鞋
型号JD1234567890
批次号YT20250101
SN：R58M12ABCDE
IMEI 861234567890123
条码6901234567892
护照套买大了
护照办理费120元
身份证读卡器
车架号刻在玻璃上
V6发动机3.0T
京A牌照
沪牌拍卖91000元
粤B路况
川A出租
新A4L 2024款
渝菜馆
贵州茅台53度500ml
苏打水330ml*24
400-820-8820打不通
12315投诉
95598停电
110报警
电话10086
客服电话打了3次
座机按键失灵
打了20250101次
王者荣耀上不去
王府井百货人多
李子柒螺蛳粉
李子园牛奶
马卡龙色好看
黄焖鸡米饭18元
张飞牛肉干
周末去的
周边游
高德地图导航错
高铁晚点
安慕希酸奶
康师傅红烧牛肉面
田老师红烧肉
鲍师傅小贝
徐福记糖果
金龙鱼油
方太油烟机
汤臣倍健蛋白粉
白加黑感冒药
江南春天酒店
石家庄站
张家界玻璃桥
王府半岛酒店
华为Mate60
海尔兄弟
段子手
常温奶
包装盒破损
师傅手艺好
老师傅水平高
美容师傅
安装师傅迟到
客服小姐姐态度好
销售小哥人不错
老板娘热情
店长推荐款
经理室在3楼
班主任推荐的练习册
医生建议
护士站没人
导游词
司机师傅辛苦
阿姨打扫干净
业主群炸了
房东直租
乘客须知
患者福音
本人身高175
我叫了外卖
我叫车等了20分钟
代表作
联系人列表空白
收件人写错
姓名必填
户名不符
朝阳区三里屯
南京路步行街100米
五一路口堵车
三号楼电梯坏
2栋停水
5单元漏水
小区3号门
地铁2号线
京港澳高速16号出口
318国道5476公里
住1208房
8楼餐厅
12号桌上菜慢
B座电梯
浦东机场T2航站楼3号口
万达广场3楼海底捞
宜家一楼收银台
一号店购物
1号店的货
七匹狼
三只松鼠
百草味
六个核桃
五芳斋
九阳豆浆机
IP68防水
IP地址变了
192.168路由设置页
1.1.1版本
10.15.7系统
0.0.0.1的概率
ab12:cd34格式
12:30:45:00
第1.2.3.4节
邮箱注册不了
@所有人
艾特客服没用
python at home
3点com口
a点b点c
<MOBILE> <ORDER>
北京市朝阳区早晚高峰都堵
南京东路步行街3号店
坐地铁10号线到五一路
县医院5楼拍片，7楼交费
G4京港澳高速的服务区
西安市雁塔区的高新路
李宁的鞋，王老吉的茶，马应龙的膏
客服马上处理
师傅高高兴兴来的
师傅辛苦了
姓名栏最多4个字
会员黄金时段看不了
我叫不出那个颜色
收件人不在就放门口
联系人填错了
本人于昨天下单
本人和同事都不满意
业主和物业吵起来
发给同学和老师了
康师傅方便面
诸葛亮火锅
车主自己修的
老板常年不在
鲁迅先生的书
<NAME>，马上到，<MOBILE>
一进门的收银台可以点餐
会员白开
老板冷冰冰的
谢谢老同学给面子
"""
HARD = Path(__file__).resolve().parents[2] / "hard" / "text"
LINES = "".join(MASKED.values()).split("\n")
CASES = [line.replace("⏎", "\n").split("|") for line in LINES if line]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_masked(text: str, masked: str) -> None:
    assert mask(text)[0] == masked


@pytest.mark.parametrize("text", STAYS.strip().split("\n"))
def test_stays(text: str) -> None:
    assert mask(text) == (text, ())


def test_the_open_half_of_the_hard_set_keeps_its_floors() -> None:
    rows = personal(read(HARD, "pii", "open"), TextStage())
    floors = [row for row in rows if row["floor"] is not None]
    assert len(floors) == 13
    # One of the second round's numbers is torn over two sentences: those two halves stay.
    below = [row for row in floors if row["value"] < row["floor"] and row["metric"] != "recall vin"]
    assert not below


def test_checks() -> None:
    assert identity_card("11010519491231002X")
    assert not identity_card("110105194912310021")
    assert not identity_card("99010519491231002X")  # no such province
    assert identity_card_15("110105491231002")
    assert not identity_card_15("110105491331002")  # a thirteenth month
    assert not identity_card_15("119905491231002")  # no such prefecture
    assert bank_card("4111111111111111")
    assert not bank_card("4111111111111112")
    assert not bank_card("1" * 15 + "7")
    assert vehicle("1M8GDM9AXKP042788")
    assert vehicle("11111111111111111")
    assert not vehicle("1M8GDM9A1KP042788")
    assert not vehicle("1M8GDM9AXKPO42788")


PIECES = [
    "a",
    "1",
    "a ",
    "1 ",
    "a1",
    "1-",
    "1.",
    "1 . ",
    "1点",
    "a点",
    ".com",
    "@",
    "a@",
    "a at ",
    "艾特",
    "[at]",
    "京A",
    "京 A 1 ",
    "京A12",
    "l1O",
    "一",
    "一二",
    "一，二，",
    "138，",
    "0755-",
    "转1",
    "(0",
    "+86",
    "E1",
    "护照E1",
    "护照",
    "订单",
    "订单1 ",
    "订单12345678",
    "SF1",
    "S F ",
    "快递123456789012 ",
    "微信",
    "微信a",
    "加v",
    "v我a_",
    "wxid_",
    "QQ1",
    "QQ 1 ",
    "新的是a",
    "路",
    "区",
    "路1号",
    "区路1号",
    "镇村1组",
    "1号1栋",
    "号",
    "一号",
    "国际",
    "街道",
    "在区",
    "张",
    "张三",
    "收件人",
    "收件人张",
    "客服张三",
    "师傅",
    "王师傅",
    "张 三 ",
    "张·",
    "诸葛",
    ",诸葛亮,",
    "<MOBILE>",
    "<MOBILE>张三，",
    "张三，<MOBILE>",
    "13800138001张三",
    "13800138001 ",
    "1::",
    "a:",
    "::",
    "0x",
    "\u200b",
    "①",
    "1️⃣",
    "🔥",
    "1🔥",
]


@pytest.mark.parametrize("piece", PIECES)
def test_the_worst_of_each_pattern_is_linear(piece: str) -> None:
    def cost_s(size: int) -> float:
        text = (piece * size)[:size]
        began = time.process_time()
        find(text)
        return time.process_time() - began

    # Five times the text takes about 5 times as long, by quadratic code 25 times; the least of three counts.
    assert any(cost_s(40_000) < 14 * max(cost_s(8_000), 0.001) for _ in range(4))
