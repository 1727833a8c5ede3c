"""Industries by GB/T 4754-2017: a section's letter and two to four digits of a division's."""

import re
from collections.abc import Mapping
from typing import Final

from shared.errors import InvalidInput

CODE: Final = re.compile(r"([A-T])([0-9]{2})[0-9]{0,2}")
# 门类 and the first and last of its 大类 (GB/T 4754-2017).
SECTIONS: Final[Mapping[str, tuple[int, int]]] = {
    "A": (1, 5),
    "B": (6, 12),
    "C": (13, 43),
    "D": (44, 46),
    "E": (47, 50),
    "F": (51, 52),
    "G": (53, 60),
    "H": (61, 62),
    "I": (63, 65),
    "J": (66, 69),
    "K": (70, 70),
    "L": (71, 72),
    "M": (73, 75),
    "N": (76, 79),
    "O": (80, 82),
    "P": (83, 83),
    "Q": (84, 85),
    "R": (86, 90),
    "S": (91, 96),
    "T": (97, 97),
}
# What the trades of the field are called (DOMAIN 6.2); a code without a name here is as good.
NAMES: Final[Mapping[str, str]] = {
    "B1019": "粘土及其他土砂石开采",
    "C13": "农副食品加工业",
    "C14": "食品制造业",
    "C17": "纺织业",
    "C19": "皮革、毛皮、羽毛及其制品和制鞋业",
    "C20": "木材加工和木、竹、藤、棕、草制品业",
    "C21": "家具制造业",
    "C22": "造纸和纸制品业",
    "C23": "印刷和记录媒介复制业",
    "C25": "石油、煤炭及其他燃料加工业",
    "C26": "化学原料和化学制品制造业",
    "C27": "医药制造业",
    "C29": "橡胶和塑料制品业",
    "C30": "非金属矿物制品业",
    "C31": "黑色金属冶炼和压延加工业",
    "C32": "有色金属冶炼和压延加工业",
    "C33": "金属制品业",
    "C36": "汽车制造业",
    "C37": "铁路、船舶、航空航天和其他运输设备制造业",
    "C39": "计算机、通信和其他电子设备制造业",
    "C1329": "其他饲料加工",
    "C1369": "其他水产品加工",
    "C2110": "木质家具制造",
    "C2319": "包装装潢及其他印刷",
    "C2511": "原油加工及石油制品制造",
    "C2613": "无机盐制造",
    "C3360": "金属表面处理及热处理加工",
    "C3391": "黑色金属铸造",
    "C3392": "有色金属铸造",
    "C3670": "汽车零部件及配件制造",
    "C3731": "金属船舶制造",
    "C4342": "船舶修理",
    "D44": "电力、热力生产和供应业",
    "D46": "水的生产和供应业",
    "D4417": "生物质能发电",
    "D4620": "污水处理及其再生利用",
    "F5162": "石油及制品批发",
    "F5265": "机动车燃油零售",
    "G5941": "油气仓储",
    "H6210": "正餐服务",
    "H6220": "快餐服务",
    "N77": "生态保护和环境治理业",
    "N7724": "危险废物治理",
    "O8111": "汽车修理与维护",
    "Q84": "卫生",
    "Q841": "医院",
    "Q8411": "综合医院",
    "Q8415": "专科医院",
}
SHORTEST: Final = len("C13")


class BadIndustry(InvalidInput):
    code = "bad_industry"
    zh = "不是 GB/T 4754-2017 的行业代码。"
    en = "Not an industry code of GB/T 4754-2017."


def require_industry(code: str, *, pointer: str = "/industry") -> None:
    """BadIndustry unless the letter is of the section its first two digits lie in."""
    match = CODE.fullmatch(code)
    if match is not None:
        first, last = SECTIONS[match[1]]
        if first <= int(match[2]) <= last:
            return
    raise BadIndustry(reason="industry", pointer=pointer)


def industry_name(code: str) -> str | None:
    """What the code is called, or else the nearest above it; None if neither is on our list."""
    above = (code[:length] for length in range(len(code), SHORTEST - 1, -1))
    return next((NAMES[each] for each in above if each in NAMES), None)
