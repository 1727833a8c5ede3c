"""How enterprises and places are called in Chinese, and what of a name tells one from another.

People write 宏达塑胶制品厂, 宏达塑料厂, 宏达厂 and mean one. The lists are general words of the
language (administrative seats, forms of organisation, trades), none of them anybody's name.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

# How organisations are called in general. Nothing here is a name: what is left of a name without
# these words is what tells it from others of its trade.
FORMS_OF_ORGANISATION: Final = (
    "有限责任公司", "股份有限公司", "有限公司", "分公司", "子公司", "总公司", "公司", "集团",
    "专业合作社", "合作社", "个体工商户", "经营部", "门市部", "项目部", "加工点", "加工坊", "作坊",
    "总厂", "分厂", "工厂", "厂区", "厂房", "车间", "生产线", "基地", "厂", "分店", "店铺", "店",
    "馆", "中心", "工地", "项目", "楼盘", "工业园", "园区", "总站", "站点", "站", "场地", "场",
    "坊", "行", "部", "院", "社", "铺", "摊", "库", "房", "业", "点", "小区",
)  # fmt: skip
# Words of one line are of one trade; those of GENERAL_TRADE say of none which it is.
TRADES: Final = tuple(
    tuple(line.split())
    for line in (
        "塑料 塑胶 橡胶 橡塑 塑业 注塑 泡沫 轮胎",
        "纸业 造纸 纸品 纸箱 纸板 包装 浆纸",
        "印刷 彩印 印务 印业",
        "印染 染整 漂染 染织 染业 纺织 针织 织造 化纤 服装 服饰 制衣 洗水 水洗 洗涤",
        "皮革 制革 皮业 鞋业 制鞋 鞋材 箱包",
        "化工 化学 精细 日化 农药 化肥 肥料 涂料 油漆 油墨 树脂 胶业 胶粘",
        "医药 制药 药业 生物 医院 诊所",
        "建材 水泥 混凝土 商砼 商混 搅拌 拌合 沥青 砂石 石材 石料 石灰 采石 碎石 制砂 洗砂 预制",
        "页岩 砖瓦 机砖 砖业 砖 陶瓷 瓷业 陶业 玻璃 耐火",
        "钢铁 钢业 钢构 钢管 不锈钢 铸造 铸件 翻砂 锻造 锻压 冶炼 冶金 铝业 铜业 金属 五金 轧钢",
        "电镀 表面处理 热处理 喷涂 喷漆 喷塑 氧化",
        "机械 机电 机床 设备 装备 模具 轴承 阀门 电子 电器 电气 电缆 电池 光电 光伏 半导体 线路板",
        "汽车 汽配 汽修 修理 维修 洗车 钣金 船舶 修造 造船",
        "木业 木材 板材 人造板 家具 家私 家居 橱柜 门业 门窗 木器",
        "养殖 养猪 猪场 生猪 养鸡 鸡场 养鸭 养牛 奶牛 水产 畜牧 牧业 禽业 饲料 屠宰 肉类 种猪",
        "食品 调味 豆制品 粮油 米业 面粉 酒业 酿酒 酿造 饮料 乳业 榨油 副食",
        "餐饮 餐厅 饭店 酒店 酒楼 宾馆 火锅 烧烤 烤肉 小吃 大排档 串串 饭庄 菜馆 面馆",
        "娱乐 歌舞厅 歌厅 酒吧 夜总会 健身 茶楼",
        "超市 商场 广场 市场 批发 蔬菜 果蔬 农贸 菜市",
        "物流 运输 仓储 货运 快递 码头 港务",
        "建筑 建工 施工 置业 房地产 地产 开发 物业 装饰",
        "矿业 矿山 煤业 煤矿 煤炭 洗煤 选矿",
        "焦化 石化 石油 炼油 燃气 加油 热电 热力 供热 锅炉 电力 电厂 发电 能源",
        "水务 自来水 污水处理 污水 水厂",
        "垃圾 填埋 焚烧 再生 资源 回收 废品 废旧 危废 固废 环卫 中转",
    )
)
GENERAL_TRADE: Final = (
    "环保", "环境", "科技", "技术", "新材料", "材料", "实业", "工业", "贸易", "商贸", "发展",
    "投资", "控股", "工程", "建设", "制品", "制造", "加工", "生产", "处理", "配件", "用品", "产品",
    "经营", "服务", "学校", "精密", "智能", "自动化", "国际", "物资", "农业", "生态", "农牧",
)  # fmt: skip
# A phase or lot of a building project: 二期, 三标段, 1号楼.
PHASE: Final = r"第?[一二三四五六七八九十0-9]+(?:期|标段|标|号楼|号|分部|工区)"
BRACKETED: Final = re.compile(r"[(\[【〔「《<][^)\]】〕」》>]*[)\]】〕」》>]")
MARKS: Final = re.compile(r"[^\w]+|_")
PROVINCES: Final = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南"
    "|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
# 某省, 某市, 某区, 某县, 某镇, 某街道, 某村 before a name, each at most once and in this order; a
# market, a housing estate or an industrial park is no division.
SEAT: Final = re.compile(
    rf"(?:(?:{PROVINCES})(?:省|市|自治区|壮族自治区|回族自治区|维吾尔自治区)?)?"
    r"(?:[^省市区县镇乡村]{2,4}市(?![场政]))?"
    r"(?:[^省市区县镇乡村]{1,4}(?:县|旗|市(?![场政])|(?<![小园社厂库矿业发中景])区)(?!域))?"
    r"(?:[^省市区县镇乡村]{1,4}(?:镇|乡|街道))?"
    r"(?:[^省市区县镇乡村]{1,4}村)?"
)
WORDS_OF_TRADE: Final = frozenset(word for trade in TRADES for word in trade)


def alternatives(words: Iterable[str]) -> str:
    """Words as a pattern, the longest first where one begins another."""
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))


_ENDING: Final = alternatives({*FORMS_OF_ORGANISATION, *GENERAL_TRADE, *WORDS_OF_TRADE})
# Possessive: what reads one way need not be tried in every other, whatever somebody sends.
_GENERAL: Final = rf"(?>{_ENDING}|{PHASE})++"
GENERAL: Final = re.compile(_GENERAL)
LINES: Final = {word: line for line, words in enumerate(TRADES) for word in words}
TRADE_WORD: Final = re.compile(alternatives(WORDS_OF_TRADE))
SHORTEST_CORE: Final = 2
CORE: Final = re.compile(rf"(.{{{SHORTEST_CORE},}}?){_GENERAL}$|.{{{SHORTEST_CORE},}}$")


def plain(name: str | None) -> str:
    """One spelling of width and case, no blanks and no marks."""
    return MARKS.sub("", unicodedata.normalize("NFKC", name or "").casefold())


def key_of(name: str | None) -> str | None:
    """What tells an enterprise or place from others of its trade; its plain name if nothing does.

    The name without its seat, its form of organisation and the words of its trade.
    """
    normal = unicodedata.normalize("NFKC", name or "")
    bare = plain(BRACKETED.sub("", normal)) or plain(normal)
    return core_of(bare) or bare or None


def core_of(name: str) -> str:
    """The telling part of a plain name; empty if its words are all general (造纸厂)."""
    seat = SEAT.match(name)
    bare = name[seat.end() :] if seat else name
    if GENERAL.fullmatch(bare):
        return ""
    core = CORE.match(bare)
    return "" if core is None else core[1] or core[0]


def trades_of(name: str) -> frozenset[int]:
    """Which trades, by their lines in TRADES, the words of a name speak of."""
    return frozenset(LINES[word] for word in TRADE_WORD.findall(name))
