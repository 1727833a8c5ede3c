"""Who works in the demo realm: offices and roles in real divisions, nobody's name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from shared import divisions
from shared.auth.actor import Role

# The cities of the sample realm; the first is where the demo story takes place.
NINGBO: Final = "330200"
CITIES: Final = {
    NINGBO: "宁波市",
    "510100": "成都市",
    "510600": "德阳市",
    "330400": "嘉兴市",
}
# Above and beside them: who reviews what a city answered, loads an archive, or acts jointly.
BEYOND: Final = {
    "330000": "浙江省",
    "330900": "舟山市",
    "330902": "定海区",
    "330903": "普陀区",
    "330921": "岱山县",
    "330922": "嵊泗县",
    "510000": "四川省",
    "511400": "眉山市",
    "511800": "雅安市",
    "512000": "资阳市",
    "510121": "金堂县",
    "500000": "重庆市",
    "500115": "长寿区",
    "500117": "合川区",
    "500157": "两江新区",
}
COUNTIES: Final = {
    "330203": "海曙区",
    "330205": "江北区",
    "330206": "北仑区",
    "330211": "镇海区",
    "330212": "鄞州区",
    "330213": "奉化区",
    "330225": "象山县",
    "330226": "宁海县",
    "330281": "余姚市",
    "330282": "慈溪市",
    "510114": "新都区",
    "510681": "广汉市",
    "330482": "平湖市",
}
TITLES: Final = {
    Role.COUNTY_LEADER_IN_CHARGE: "政府分管领导",
    Role.DEPARTMENT_HEAD: "生态环境局主要领导",
    Role.COMMAND_CENTER: "指挥中心",
    Role.OFFICER: "执法人员",
    Role.LEGAL_REVIEWER: "法制审核人员",
    Role.GRID_OFFICER: "网格员",
    Role.GRID_LEAD: "网格长",
    Role.AUDITOR: "稽查人员",
    Role.DISCIPLINE_OFFICER: "驻局纪检监察组",
    Role.PETITION_CLERK: "信访工作人员",
    Role.PETITIONER: "信访人",
    Role.ENTERPRISE_CONTACT: "排污单位环保负责人",
    Role.ASSISTANCE_TEAM: "第三方帮扶队伍",
    Role.SYSTEM_ADMINISTRATOR: "系统管理员",
    Role.SECURITY_ADMINISTRATOR: "安全管理员",
    Role.AUDIT_ADMINISTRATOR: "审计管理员",
}
# Hashing a password takes a fifth of a second of a core, on purpose. So the counties of the demo
# story have everybody their work needs, and the others who takes a petition and who looks into it.
STORY_COUNTIES: Final = ("330206", "330211", "330212", "330281", "330282")
STORY_STAFF: Final = (
    (Role.PETITION_CLERK, 1),
    (Role.OFFICER, 3),
    (Role.DEPARTMENT_HEAD, 1),
    (Role.COUNTY_LEADER_IN_CHARGE, 1),
)
COUNTY_STAFF: Final = ((Role.PETITION_CLERK, 1), (Role.OFFICER, 1))
# Those whom joint enforcement needs: who decides, who commands, who goes.
JOINT_CITY: Final = ((Role.DEPARTMENT_HEAD, 1), (Role.COMMAND_CENTER, 1), (Role.OFFICER, 1))
JOINT_COUNTY: Final = ((Role.DEPARTMENT_HEAD, 1), (Role.OFFICER, 1))
BEYOND_STAFF: Final = {
    "330000": (
        (Role.PETITION_CLERK, 1),
        (Role.LEGAL_REVIEWER, 1),
        (Role.DEPARTMENT_HEAD, 1),
        (Role.COMMAND_CENTER, 1),
    ),
    "330900": (
        *JOINT_CITY,
        (Role.PETITION_CLERK, 1),
        (Role.LEGAL_REVIEWER, 1),
        (Role.AUDITOR, 1),
    ),
    "330902": (
        (Role.DEPARTMENT_HEAD, 1),
        (Role.OFFICER, 2),
        (Role.COMMAND_CENTER, 1),
        (Role.GRID_LEAD, 2),
        (Role.GRID_OFFICER, 2),
    ),
    "330903": JOINT_COUNTY,
    "330921": JOINT_COUNTY,
    "330922": JOINT_COUNTY,
    "510000": ((Role.DEPARTMENT_HEAD, 1), (Role.SYSTEM_ADMINISTRATOR, 2)),
    "511400": JOINT_CITY,
    "511800": JOINT_CITY,
    "512000": JOINT_CITY,
    "510121": JOINT_COUNTY,
    "500000": (*JOINT_CITY, (Role.LEGAL_REVIEWER, 1)),
    "500115": JOINT_COUNTY,
    "500117": JOINT_COUNTY,
    "500157": JOINT_COUNTY,
}
# Two counties of two cities that border on each other and act together.
BORDERING: Final = ("510114", "510681")
BORDERING_STAFF: Final = (
    (Role.PETITION_CLERK, 1),
    (Role.OFFICER, 2),
    (Role.DEPARTMENT_HEAD, 1),
    (Role.LEGAL_REVIEWER, 1),
)
# Of every role there is one in a city; in the city of the story, of these two.
STORY_PAIRS: Final = (Role.PETITION_CLERK, Role.OFFICER)
PLATFORMS: Final = (
    ("zhejiang-petition-platform", "浙江省信访平台(示例)", "330000"),
    ("sichuan-enforcement-platform", "四川省执法平台(示例)", "510000"),
)


@dataclass(frozen=True, slots=True)
class Post:
    """One login to be: a role in a division, the `ordinal`-th of its kind there."""

    role: Role
    division: str
    division_name: str
    ordinal: int

    @property
    def login(self) -> str:
        """E.g. `330282-officer-2`."""
        return f"{self.division}-{self.role.replace('_', '-')}-{self.ordinal}"

    @property
    def name(self) -> str:
        """E.g. 慈溪市执法人员2."""
        return f"{self.division_name}{TITLES[self.role]}{self.ordinal}"


def posts() -> Iterator[Post]:
    """Every login of the realm: each city all roles, each county those of the daily work.

    Last come the province above and a city beside, with those who deal with petitions there.
    """
    for city, name in CITIES.items():
        pairs = STORY_PAIRS if city == NINGBO else ()
        yield from _posts(city, name, [(role, 1 + (role in pairs)) for role in TITLES])
    for county, name in COUNTIES.items():
        yield from _posts(county, name, _county_staff(county))
    for division, name in BEYOND.items():
        yield from _posts(division, name, BEYOND_STAFF[division])


def _county_staff(county: str) -> tuple[tuple[Role, int], ...]:
    if county in STORY_COUNTIES:
        return STORY_STAFF
    return BORDERING_STAFF if county in BORDERING else COUNTY_STAFF


def _posts(division: str, name: str, staff: Iterable[tuple[Role, int]]) -> Iterator[Post]:
    for role, number in staff:
        for ordinal in range(1, number + 1):
            yield Post(role, division, name, ordinal)


def bureau_name(division: str) -> str:
    """The bureau of a division: a department in a province, a branch of the city's in a county."""
    names = CITIES | COUNTIES | BEYOND
    name = names[division]
    municipal = division[:2] in divisions.MUNICIPALITIES
    match divisions.level(division):
        case divisions.Level.PROVINCE:
            return f"{name}生态环境{'局' if municipal else '厅'}"
        case divisions.Level.CITY:
            return f"{name}生态环境局"
        case _ if municipal:
            return f"{names[division[:2] + '0000']}{name}生态环境局"
        case _:
            return f"{names[divisions.city_of(division)]}生态环境局{name[:-1]}分局"
