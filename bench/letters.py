"""Made-up complaints: what fills a table, and matters told several times with near misses."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

# Syllables of names; nobody's, and any two may meet.
SYLLABLES: Final = (
    "宏盛泰丰瑞达昌隆金银海天华兴祥和顺利永安康泽润恒源鼎立博远志诚信德仁义广裕荣福嘉美新晨星月"
)
# Ways to write a firm of a trade, and the trade's nuisances: kind, how one tells it, how another.
Nuisance = tuple[str, tuple[str, ...]]
TRADES: Final[Sequence[tuple[Sequence[str], Sequence[Nuisance]]]] = (
    (
        ("塑胶制品有限公司", "塑料厂", "塑业", "厂"),
        (
            (
                "air",
                (
                    "每晚排放刺鼻气味,熏得人不敢开窗",
                    "一到夜里就有烧塑料的味道,头晕",
                    "废气没有处理就排,孩子咳嗽",
                ),
            ),
            ("noise", ("的粉碎机整夜响", "后半夜机器轰鸣,老人睡不好", "噪声太大,门窗都在震")),
        ),
    ),
    (
        ("印染有限公司", "染整厂", "漂染", "厂"),
        (
            (
                "water",
                (
                    "往河里放红水,水面一层泡沫",
                    "夜里偷排染色废水,鱼都死了",
                    "的污水从雨水口出来,河都变色了",
                ),
            ),
            (
                "air",
                ("定型机冒白烟,一股蜡味", "的烟囱味道难闻,衣服不能晒", "废气飘到教室里,学生头疼"),
            ),
        ),
    ),
    (
        ("建材有限公司", "搅拌站", "商混站", "建材"),
        (
            (
                "air",
                ("料堆没有覆盖,车一过尘土飞扬", "灰太大,院子里一层灰", "粉尘飘过来,菜都不能吃"),
            ),
            ("noise", ("罐车通宵进出", "凌晨还在拌料,吵得睡不着", "夜间噪音扰民,请限制时间")),
        ),
    ),
    (
        ("畜牧养殖场", "养猪场", "生猪养殖专业合作社", "猪场"),
        (
            ("water", ("粪水直接流进水沟", "的粪污排到河里,水都发绿", "下雨就漫粪水,井水不能喝了")),
            ("air", ("臭得吃不下饭,苍蝇很多", "南风天一股猪粪味", "恶臭飘到村里,夏天更厉害")),
        ),
    ),
    (
        ("铸造有限公司", "翻砂厂", "铸件厂", "铸造"),
        (
            ("air", ("冒黑烟,天亮就停", "半夜开炉,烟囱黑烟滚滚", "车间没有除尘,铁灰落一地")),
            ("noise", ("的振动筛震得墙裂", "敲打声从晚上响到早上", "冲击声太大,无法午休")),
        ),
    ),
)
BEGINNINGS: Final = ("", "反映", "投诉", "我们这里的", "麻烦查一下,", "上次说过的", "来电人称")
ENDINGS: Final = ("。", ",请尽快处理。", ",希望有人来管。", ",投诉多次没有结果!", ",谢谢。")
TOWNS: Final = "青石 临港 东河 南庄 西屏 北关 长岭 双桥 竹溪 枫林 梅岭 柳湾 荷塘 松坪 桂源".split()  # noqa: SIM905
ESTATES: Final = "锦秀 绿洲 阳光 翠湖 书香 御景 兰亭 观澜 和园 枫丹".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Letter:
    """A complaint as an office would register it."""

    matter: str
    county: str
    media: Sequence[str]
    object_name: str | None
    text: str
    place: str


def read(rows: Sequence[Mapping[str, object]], media: Mapping[str, str]) -> list[Letter]:
    """Letters of a file: `matter`, `county`, `text`, `object` or `enterprise`, `media` or `issue`.

    `media` says which kind an `issue` is of.
    """
    return [
        Letter(
            matter=str(row["matter"]),
            county=str(row["county"]),
            media=list(row["media"]) if "media" in row else [media[str(row["issue"])]],  # type: ignore[call-overload]  # as the file has it
            object_name=str(found) if (found := row.get("object", row.get("enterprise"))) else None,
            text=str(row["text"]),
            place=str(row.get("place") or "未填写"),
        )
        for row in rows
    ]


def ordinary(chosen: random.Random, counties: Sequence[str]) -> Iterator[Letter]:
    """Without end: every one a matter of its own, all written in the same few ways."""
    for number in count():
        firm = _Firm.some(chosen, chosen.choice(counties))
        yield firm.letter(chosen, f"O{number}", chosen.randrange(2), named=chosen.random() < 0.7)


def held_out(chosen: random.Random, counties: Sequence[str], matters: int) -> Iterator[Letter]:
    """Matters told four times, each time otherwise, and two near misses of each.

    Two have the firm in the field, two only in the text, each written as chance has it. The misses
    are the first letter about a firm of one other character, and the firm's other nuisance.
    """
    for number in range(matters):
        firm, matter = _Firm.some(chosen, chosen.choice(counties)), f"H{number}"
        first = firm.letter(chosen, matter, 0, named=True)
        yield first
        yield firm.letter(chosen, matter, 0, named=False)
        yield firm.letter(chosen, matter, 0, named=True)
        yield firm.letter(chosen, matter, 0, named=False)
        other = replace(firm, core=firm.core[:-1] + chosen.choice(SYLLABLES))
        if other.core != firm.core:
            text = first.text.replace(firm.core, other.core)
            yield replace(first, matter=f"N{number}", text=text, object_name=None)
        yield firm.letter(chosen, f"M{number}", 1, named=True)


@dataclass(frozen=True, slots=True)
class _Firm:
    core: str
    trade: int
    county: str
    town: str
    estate: str

    @classmethod
    def some(cls, chosen: random.Random, county: str) -> "_Firm":
        return cls(
            core="".join(chosen.sample(SYLLABLES, chosen.choice((2, 3, 3)))),
            trade=chosen.randrange(len(TRADES)),
            county=county,
            town=chosen.choice(TOWNS),
            estate=chosen.choice(ESTATES),
        )

    def letter(self, chosen: random.Random, matter: str, nuisance: int, *, named: bool) -> Letter:
        """One more way to tell of it; `named` fills the field, the text has the name anyway."""
        forms, nuisances = TRADES[self.trade]
        medium, tellings = nuisances[nuisance]
        name = self.core + chosen.choice(forms)
        where = chosen.choice((f"{self.town}镇", f"{self.estate}小区旁边的", "隔壁的", ""))
        text = chosen.choice(BEGINNINGS) + where + name + chosen.choice(tellings)
        return Letter(
            matter=matter,
            county=self.county,
            media=[medium],
            object_name=name if named else None,
            text=text + chosen.choice(ENDINGS),
            place=f"{self.town}镇",
        )
