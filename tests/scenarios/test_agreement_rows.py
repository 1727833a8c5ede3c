"""Acceptance row 3-09: Chongqing and Chengdu agree, plan a year and see it through.

They lie in two provinces, so that nobody in the system stands above both: only each one's own
signature binds. A stack of its own, for the year of the plan passes.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Final

import pytest

from ops.demo.people import SHANGHAI, Json
from tests.integration.regions.cooperation import (
    AGREEMENT_2023,
    CHENGDU,
    CHONGQING,
    ITEMS,
    PLAN_2023,
    agreement,
)
from tests.support.letters import absent
from tests.support.offices import Offices, chief, officer, offices

BEGINS: Final = "2026-03-01"
STRANGERS: Final = (chief("510600"), chief("500115"), chief("330200"))
# 渝北 became part of 两江新区; then as now 长寿 and 合川.
VISITED: Final = ["500157", "500115", "500117"]


@pytest.fixture(scope="module")
def year() -> Iterator[Offices]:
    with offices() as opened:
        yield opened


def on(year: Offices, day: str) -> None:
    year.move(datetime.combine(date.fromisoformat(day), time(9), SHANGHAI))


def test_row_3_09_an_agreement_of_two_and_the_plan_of_its_year(year: Offices) -> None:
    frame = in_force(year)
    path = planned(year, frame)
    seen_through(year, path)


def in_force(year: Offices) -> str:
    """Signed by both, each for itself; in force from its first day. Its path."""
    text = agreement(CHONGQING, CHENGDU) | AGREEMENT_2023 | {"valid_from": BEGINS}
    year.refused(chief(CHENGDU), "/agreements", text)
    made = year.person(chief(CHONGQING)).post("/agreements", text)
    path = f"/agreements/{made['id']}"
    absent(year, path, chief(CHENGDU), *STRANGERS)
    table = year.act(path, "negotiate", by=chief(CHONGQING), not_by=chief(CHENGDU))
    assert table["superior"] is None
    word = {"text_hash": table["text_hash"]}
    mine, theirs = ({"division": each, **word} for each in (CHONGQING, CHENGDU))
    silent = year.act(path, "sign", mine, by=chief(CHONGQING), not_by=chief(CHENGDU))
    assert (silent["state"], silent["missing"]) == ("negotiating", [CHENGDU])
    asks = {"division": CHONGQING, "reason": "迟迟未签"}
    year.barred(chief(CHONGQING), "no_common_superior", f"{path}/ask-decision", asks, on=silent)
    signed = year.act(path, "sign", theirs, by=chief(CHENGDU), not_by=officer(CHENGDU))
    assert (signed["state"], signed["bound_by"]) == ("signed", "consent")
    absent(year, path, *STRANGERS)

    on(year, "2026-03-02")
    year.wait(
        "the agreement in force",
        lambda: year.person(chief(CHENGDU)).get(path)["state"] == "in_force",
    )
    return path


def planned(year: Offices, frame: str) -> str:
    """The plan of the year under the agreement, with Chongqing's word. Its path."""
    study, check, review = ITEMS
    text = {
        **PLAN_2023,
        "title": "重庆市 成都市2026年联动执法实施方案",
        "agreement_id": frame.removeprefix("/agreements/"),
        "year": 2026,
        "valid_from": BEGINS,
        "valid_to": "2026-12-31",
        "items": [study | {"places": VISITED}, check, review],
    }
    year.refused(chief(CHONGQING), "/plans", text)
    path = f"/plans/{year.person(chief(CHENGDU)).post('/plans', text)['id']}"
    sent = year.act(path, "countersign", by=chief(CHENGDU), not_by=chief(CHONGQING))
    year.barred(chief(CHENGDU), "consent_missing", f"{path}/issue", {}, on=sent)
    agrees = {"division": CHONGQING, "agrees": True, "text_hash": sent["text_hash"]}
    year.act(path, "answer", agrees, by=chief(CHONGQING), not_by=officer(CHONGQING))
    issued = year.act(path, "issue", by=chief(CHENGDU), not_by=chief(CHONGQING))
    assert [each["due_on"] for each in issued["items"]] == [
        "2026-05-31",
        "2026-07-31",
        "2026-11-30",
    ]
    absent(year, path, *STRANGERS)
    year.wait(
        "the plan under way",
        lambda: year.person(chief(CHONGQING)).get(path)["state"] == "running",
    )
    return path


def seen_through(year: Offices, path: str) -> None:
    """May, July and November, each done by who is responsible, with what there is to show."""
    study, check, review = (
        f"items/{each['id']}/progress" for each in year.person(chief(CHENGDU)).get(path)["items"]
    )
    on(year, "2026-05-21")
    said = done("考察报告一份:赴两江新区、长寿、合川,看涂装、化工企业和入河排口", "2026-05-20")
    year.act(path, study, said, by=officer(CHENGDU), not_by=officer(CHONGQING))

    on(year, "2026-08-03")
    late: Json = year.person(chief(CHONGQING)).get(path)
    assert (late["figures"]["done"], late["figures"]["overdue"]) == (1, 1)
    early = {"summary": "年终总结"}
    year.barred(chief(CHENGDU), "matters_open", f"{path}/close", early, on=late)
    said = done("联合检查记录12份:群众投诉、边界涉气企业、危险废物", "2026-07-28")
    year.act(path, check, said, by=officer(CHONGQING), not_by=officer(CHENGDU))

    on(year, "2026-11-12")
    said = done("案卷互评表20份,技术交流纪要一份", "2026-11-11")
    kept = year.act(path, review, said, by=chief(CHENGDU), not_by=chief(CHONGQING))
    assert (kept["figures"]["done"], kept["figures"]["completed_percent"]) == (3, 100.0)
    assert [each["done_on"] for each in kept["items"]] == ["2026-05-20", "2026-07-28", "2026-11-11"]
    assert all("份" in each["outcome"] for each in kept["items"])
    closed = year.act(path, "close", early, by=chief(CHENGDU), not_by=chief(CHONGQING))
    assert closed["state"] == "closed"
    absent(year, path, *STRANGERS)


def done(told: str, day: str) -> Json:
    return {"outcome": "done", "told": told, "done_on": day}
