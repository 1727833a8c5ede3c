"""General words of complaints: what cannot be part of a name, what names a place, what is wrong.

No enterprise, no place and no sentence of anybody's; a word is here because complaints in general
have it.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from shared.enterprise_names import alternatives


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Any of the words, the longest first where one begins another."""
    return re.compile(alternatives(words))


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


# Words a name does not reach across to the left: people, verbs, time, direction.
STOPS: Final = _listed(
    """
反映 投诉 举报 来电 来信 信访 市民 居民 村民 群众 住户 业主 网友 本人 我们
我家 我村 我是 他们 她们 你们 咱们 自家 有人 有个 有家 一家 一个 几家 多家
这家 那家 这个 那个 该 某 旁边 附近 隔壁 对面 楼下 楼上 门口 门前 后面 前面
里面 周边 周围 上游 下游 边上 旁 称 叫做 名叫 叫 位于 坐落 地处 来自 怀疑
肯定 就是 还是 都是 可能 认为 发现 看到 闻到 听到 关于 要求 请求 希望 建议
督促 查处 每天 天天 长期 经常 一直 总是 多次 连续 再次 已经 至今 最近 近期
今天 昨天 昨晚 今晚 昨夜 白天 晚上 夜间 夜里 深夜 半夜 三更 凌晨 通宵 早上
上午 中午 下午 傍晚 后半夜 大半夜 节假日 周末 无证 非法 违法 私自 擅自 露天
小型 大型 的 了 着 是 在 从 往 由 被 把 让 使 就 又 也 还 与 跟 及 以及
但 我 你 他 她 它 们 这 那 住 没有 未经 多年 几年 常年 全天 整天 整夜 时常
严重 直接 大量 尽快 立即 利用 通过 违规 偷偷 继续 仍然 仍在 正在 每晚 每日
每到 一到 有时 时候 楼盘 具体 后院 东头 西头 南头 北头 村头 村口 村东
村西 村南 村北 东侧 西侧 南侧 北侧 东边 西边 南边 北边 东面 西面 南面 北面 之间 中间 另外
"""
)
# Characters that are such words, and that names have too (向阳, 华为, 建国).
MAYBE_STOPS: Final = _listed(
    """
向 到 过 对 给 都 并 且 或 因 为 做 开 建 有 去 来 进 入 出 搞 打 用
说 请 此 其 两 将 经 未 不 没 无 黑 和 多 几 常 排 冲
"""
)
# What is also a thing or an act, so that it names nobody without 厂 or 公司 behind it.
THINGS: Final = _listed(
    """
泡沫 混凝土 水泥 沥青 砂石 石料 石灰 设备 装备 机械 污水 垃圾 油漆 油墨 涂料
轮胎 农药 化肥 肥料 玻璃 钢管 金属 木材 板材 门窗 汽车 船舶 电器 电缆 电池
饲料 蔬菜 果蔬 食品 饮料 面粉 生物 氧化 再生 资源 回收 废品 废旧 危废
固废 填埋 焚烧 运输 施工 修理 维修 搅拌 拌合 喷漆 喷涂 喷塑 屠宰 发电 锅炉
批发 开发 火锅 烤肉 小吃 养殖 养猪 养鸡 养鸭 养牛 生猪 水产 燃气 石油 煤炭
医院 市场 广场 污水处理 注塑 翻砂 电力 能源 物业 装饰 电镀 餐饮 烧烤
加油 洗车 自来水 塑料 橡胶 陶瓷 砖 皮革 海鲜 环卫 中转 洗涤 水洗
码头 快递 建筑 房地产 地产 商场 超市 制砂 洗砂 采石 碎石
洗煤 钢铁 木器 箱包 纸箱 纸板 肉类 串串 饭店 酒店 宾馆
酒吧 健身 预制 不锈钢
"""
)
# What a named place ends with.
PLACES: Final = _listed(
    """
小区 花园 家园 嘉园 苑 公馆 大厦 商城 新城 公寓 新村 社区 自然村 行政村 村
屯 庄 镇 乡 街道 大道 公路
路 街 巷 弄 胡同 河 江 湖 溪 渠 沟 塘 水库 海滩 湾 港 岛 山 公园 广场 幼儿园
小学 中学 大学 学校 医院 大桥 桥 工业园区 工业园 工业区 工业集中区 开发区 产业园
园区
"""
)
# Words that end like a place and name none.
NO_PLACES: Final = _listed(
    """
道路 马路 公路边 河道 河流 河水 河边 江边 路边 路面 街边 全村 本村 我村 村里
村子 村民 同村 邻村 小区里 山上 上山 下山 水沟 水塘 鱼塘 池塘 河沟 水渠 河里 江里
湖里 入河 进河 到河 过路 走路 一路 思路 线路 电路 管路 大街 上街 出海 大江 大河
整条街 小河 小溪 两岸 海鲜
"""
)

# What is wrong: words of one line are one thing to a complainant, whatever he calls it. A clerk
# reads the keys.
_ISSUES: Final[Mapping[str, str]] = {
    "异味": "恶臭 臭 异味 气味 刺鼻 怪味 难闻 酸味 糊味 油漆味 氨味 腥味 味道 废气 呛 熏 硫化氢",
    "油烟": "油烟 烟道 烧烤 炒菜 厨房 排烟管 餐饮",
    "烟尘": "黑烟 浓烟 冒烟 白烟 黄烟 烟囱 烟尘 烟雾 焚烧 燃烧 烧煤 烟灰",
    "扬尘": "扬尘 粉尘 灰尘 尘土 灰 尘 粉末 渣土",
    "废水": "废水 污水 排污 黑水 脏水 臭水 偷排 暗管 发黑 变黑 染色 水体 排水口 排口 渗坑 油污",
    "水体": "死鱼 鱼都死 鱼死 鱼塘 翻塘 泡沫 泡子 浮萍 水草 水面",
    "噪声": "噪声 噪音 吵 轰鸣 轰隆 声音 响 振动 震动 低频 喇叭 鸣笛 音响 嗡嗡 敲打 切割声",
    "垃圾固废": "垃圾 固废 废渣 废料 污泥 倾倒 乱倒 危废 填埋 掩埋 渗滤液 堆满",
    "辐射": "辐射 基站 高压线 变电站 电磁",
    "生态破坏": "毁林 砍伐 砍树 湿地 保护区 采砂 挖山 植被 水土流失 破坏生态",
    "养殖": "粪 猪 鸡 鸭 牛 羊 畜禽 养殖 苍蝇",
}
# How, when and to whom; the circumstances by which a matter is known again.
_CIRCUMSTANCES: Final[Mapping[str, str]] = {
    "夜间": "夜间 夜里 夜晚 晚上 每晚 深夜 半夜 凌晨 通宵 午夜 三更 后半夜 夜深 昼停夜",
    "扰眠": "睡 休息 扰民",
    "规避检查": "偷排 偷偷 暗管 躲 逃避 关门 检查",
    "露天堆放": "露天 覆盖 遮盖 不盖 苫盖 堆放 敞开 加盖 堆在",
    "未经治理": "直排 未经处理 未处理 治理设施 净化 处理设施 没有设备",
    "车辆": "车辆 大车 罐车 货车 卡车 渣土车 装卸 装车 进出",
    "门窗晾晒": "窗 晾 衣服",
    "身体不适": "头晕 恶心 咳 头痛 头疼 胸闷 呕吐 过敏 流泪",
    "农作物": "庄稼 菜 茶叶 果树 叶 田 地里 农作物",
    "老人小孩": "老人 小孩 孩子 学生",
    "施工": "工地 施工 浇筑 混凝土 打桩 电钻 装修 塔吊",
    "设备": "机器 设备 风机 空调 冷却塔 空压机 锅炉 冲床",
}
ISSUES: Final = {name: any_of(_listed(words)) for name, words in _ISSUES.items()}
CIRCUMSTANCES: Final = {name: any_of(_listed(words)) for name, words in _CIRCUMSTANCES.items()}
