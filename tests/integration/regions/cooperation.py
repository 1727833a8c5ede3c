"""The bureaus of seed 003 and the texts they agree on, for tests of agreements, plans, meetings."""

from datetime import datetime
from typing import Any, Final

from shared.jobs import Job, run_job
from tests.integration.regions.conftest import Person, Regions

CHENGDU, DEYANG, YAAN, MEISHAN, ZIYANG = "510100", "510600", "511800", "511400", "512000"
CHONGQING, SICHUAN = "500000", "510000"
FIVE: Final = (CHENGDU, DEYANG, YAAN, MEISHAN, ZIYANG)
ORGANISATIONS: Final = {
    CHONGQING: "重庆市生态环境保护综合行政执法总队",
    CHENGDU: "成都市生态环境保护综合行政执法总队",
    DEYANG: "德阳市生态环境保护综合行政执法支队",
    YAAN: "雅安市生态环境保护综合行政执法支队",
    MEISHAN: "眉山市生态环境保护综合行政执法支队",
    ZIYANG: "资阳市生态环境保护综合行政执法支队",
}


class At:
    """A clock that stands still."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant

    async def now(self, within: object = None) -> datetime:  # noqa: ARG002 -- the protocol's
        return self._instant


async def on(regions: Regions, day: str, *jobs: Job) -> None:
    """The jobs as they run on the morning of a day."""
    for job in jobs:
        await run_job(regions.database, At(datetime.fromisoformat(f"{day}T08:00:00+08:00")), job)


def party(division: str, **changes: Any) -> dict[str, Any]:
    return {
        "division": division,
        "organisation": ORGANISATIONS.get(division, f"{division}生态环境局"),
        "signatory": f"{division}负责人",
        "signatory_post": "总队长",
        "liaison_unit": "综合科",
        "liaison_person": f"{division}联络员",
        "liaison_phone": "028-12345678",
        **changes,
    }


def agreement(*parties: str, **changes: Any) -> dict[str, Any]:
    """A cooperation agreement between the corps of these divisions, drafted by the first."""
    return {
        "drafter": parties[0],
        "title": "生态环境执法合作协议",
        "body": "各方就交界地区联动执法达成协议。",
        "parties": [party(each) for each in parties],
        "valid_from": "2026-03-01",
        "valid_to": "2026-12-31",
        "media": ["air", "water", "hazardous_waste"],
        "industries": ["26", "2614", "C"],
        "border_strip_km": 5,
        "forms": ["comprehensive", "daily", "emergency", "exchange"],
        "systems": [
            {"system": "joint_meeting", "terms": "每年至少一次"},
            {"system": "rotating_lead"},
            {"system": "clue_handover", "terms": "对方管辖案件随案移交材料"},
        ],
        "rotation": {"order": list(parties), "months": 6},
        "data_sharing": [{"what": "交界断面水质", "how_often": "每月", "by": "平台"}],
        "attachments": [{"title": "联络人名册", "sha256": "0" * 64, "size": 1024}],
        **changes,
    }


def revision(division: str, text: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The text as a party wants it."""
    kept = {name: value for name, value in text.items() if name != "drafter"}
    return {**kept, "division": division, **changes}


async def read(regions: Regions, who: Person, path: str) -> dict[str, Any]:
    answer = await regions.get(who, path)
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


async def act(
    regions: Regions, who: Person, path: str, step: str, body: dict[str, Any]
) -> dict[str, Any]:
    """The step by somebody who has read the newest version."""
    version = (await read(regions, who, path))["version"]
    return await regions.done(who, f"{path}/{step}", body, version=version)


async def refused(
    regions: Regions, who: Person, path: str, step: str, body: dict[str, Any]
) -> tuple[int, str]:
    """The step that is not taken: its status and the rule's code."""
    seen = await regions.get(who, path)
    version = seen.json().get("version", 0) if seen.status_code == 200 else 0
    answer = await regions.post(who, f"{path}/{step}", body, version=version)
    return answer.status_code, answer.json().get("code", "")


# The agreement of early March 2023 between the two corps, and the plan of that year under it; its
# articles and the days of the month are not in the seed.
AGREEMENT_2023: Final = {
    "title": "重庆市 成都市生态环境保护综合行政执法合作协议",
    "valid_from": "2023-03-01",
    "valid_to": None,
    "media": ["air", "water", "hazardous_waste"],
    "industries": [],
    "border_strip_km": None,
    "systems": [{"system": "joint_meeting"}, {"system": "joint_enforcement"}],
    "rotation": {"order": [CHONGQING, CHENGDU]},
    "data_sharing": [],
    "attachments": [],
}
ITEMS: Final[list[dict[str, Any]]] = [
    {
        "first_month": 5,
        "last_month": 5,
        "form": "exchange",
        "what": "赴渝北、长寿、合川考察学习涂装、化工企业和入河排口、污水处理厂监管",
        "media": ["air", "water"],
        "industries": ["26", "33"],
        "places": ["500112", "500115", "500117"],
        "responsible": CHENGDU,
    },
    {
        "first_month": 7,
        "last_month": 7,
        "form": "comprehensive",
        "focus": "waste",
        "what": "跨界联合检查:群众投诉、边界涉气企业、危险废物",
        "media": ["air", "hazardous_waste"],
        "responsible": CHONGQING,
    },
    {
        "first_month": 11,
        "last_month": 11,
        "form": "exchange",
        "what": "案卷交叉评查和技术交流",
        "responsible": CHENGDU,
    },
]
PLAN_2023: Final = {
    "lead": CHENGDU,
    "title": "重庆市 成都市2023年联动执法实施方案",
    "body": "赴渝考察学习、跨界联合检查、案卷交叉评查和技术交流。",
    "year": 2023,
    "valid_from": "2023-03-01",
    "valid_to": "2023-12-31",
    "parties": [CHONGQING, CHENGDU],
    "forms": ["exchange", "comprehensive"],
    "links": ["area", "time", "staff", "information"],
    "focuses": ["air", "water", "waste", "off_site"],
    "items": ITEMS,
}
SCHEME_2023_2025: Final = {
    "lead": CHENGDU,
    "title": "成德雅眉资污染防控攻坚联动执法三年行动方案(2023—2025年)",
    "body": "四种联动方式、四联、四重。",
    "valid_from": "2023-01-01",
    "valid_to": "2025-12-31",
    "parties": list(FIVE),
    "forms": ["comprehensive", "daily", "emergency", "exchange"],
    "links": ["area", "time", "staff", "information"],
    "focuses": ["air", "water", "waste", "off_site"],
}
