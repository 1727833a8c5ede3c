"""Acceptance rows 3-10 to 3-12: five cities derive groups from their borders and keep their quotas.

Chengdu, Deyang, Ya'an, Meishan and Ziyang do not command one another: each speaks with its own
token, through the gateway.
"""

from typing import Final
from uuid import uuid4

import pytest

from ops.demo.people import Json
from tests.integration.regions.cooperation import SCHEME_2023_2025
from tests.support.offices import Offices, chief
from tests.unit.regions.test_group_proposals import FIXTURE, LEFT_OUT_BY_THE_FIXTURE

CHENGDU, DEYANG = "510100", "510600"
FIVE: Final = (CHENGDU, DEYANG, "511800", "511400", "512000")
XINDU, GUANGHAN = "510114", "510681"
CENTRE: Final = f"{CHENGDU}-command-center-1"


@pytest.fixture(scope="module")
def plan(office: Offices) -> str:
    """The five cities' scheme, with each one's consent; its id."""
    year = office.today.year
    days = {"year": year, "valid_from": f"{year}-01-01", "valid_to": f"{year}-12-31"}
    text = {**SCHEME_2023_2025, "lead": CHENGDU, "parties": list(FIVE), "items": [], **days}
    path = f"/plans/{office.person(chief(CHENGDU)).post('/plans', text)['id']}"
    sent = office.act(path, "countersign", by=chief(CHENGDU))
    for each in FIVE[1:]:
        agrees = {"division": each, "agrees": True, "text_hash": sent["text_hash"]}
        office.act(path, "answer", agrees, by=chief(each))
    office.act(path, "issue", by=chief(CHENGDU))
    return path.removeprefix("/plans/")


def active(office: Offices, plan: str, *members: str, **changes: str) -> str:
    """A group under the plan that every member confirmed; its path."""
    year = office.today.year
    body = {
        "drafter": CHENGDU,
        "code": uuid4().hex[:12],
        "name": "新都广汉联动组",
        "plan_id": plan,
        "members": [{"division": each} for each in members],
        "valid_from": f"{year}-01-01",
        "valid_to": f"{year}-12-31",
        **changes,
    }
    path = f"/groups/{office.person(CENTRE).post('/groups', body)['id']}"
    office.refused(chief(DEYANG), f"{path}/submit", {}, on={"version": 0})
    office.act(path, "submit", by=CENTRE)
    silent = office.person(CENTRE).get(path)
    office.barred(CENTRE, "confirmation_missing", f"{path}/activate", {}, on=silent)
    for each in members:
        other = next(code for code in members if code != each)
        agrees = {"division": each, "agrees": True}
        office.act(path, "confirm", agrees, by=chief(each), not_by=chief(other))
    office.act(path, "activate", by=CENTRE)
    return path


def test_row_3_10_eight_groups_from_the_borders_of_five_cities(office: Offices) -> None:
    """30 pairs, 25 counties, 7 city pairs; 21 counties in 8 groups leave exactly 15 pairs out."""
    centre = office.person(CENTRE)
    proposed = centre.post("/groups:propose", {"divisions": list(FIVE), "groups": 8})
    borders = proposed["borders"]
    assert (borders["pairs"], borders["counties"], borders["city_pairs"]) == (30, 25, 7)
    assert len(proposed["groups"]) == 8
    assert all(len(each["cities"]) >= 2 for each in proposed["groups"])

    grouping = [{"code": code, "members": list(codes)} for code, codes in FIXTURE.items()]
    checked = centre.post("/groups:check", {"divisions": list(FIVE), "groups": grouping})
    assert {(each["a"], each["b"]) for each in checked["left_out"]} == {
        (a, b) for a, b, _ in LEFT_OUT_BY_THE_FIXTURE
    }
    assert len(checked["in_none"]) == 4


def test_row_3_11_cities_act_in_summer_and_in_autumn_and_winter(office: Offices, plan: str) -> None:
    path = active(office, plan, *FIVE, form="comprehensive", name="成德雅眉资联动组")
    found: Json = office.person(chief("512000")).get(f"{path}/compliance")

    windows = [
        (each["period"][5:], each["starts_on"][5:], each["ends_on"][5:])
        for each in found["periods"]
    ]
    assert windows == [("summer", "05-01", "08-31"), ("autumn_winter", "10-01", "12-31")]
    assert [each["required"] for each in found["periods"]] == [1, 1]


def test_row_3_12_a_group_owes_two_operations_and_gets_their_drafts(
    office: Offices, plan: str
) -> None:
    path = active(office, plan, XINDU, GUANGHAN)
    lead, other = office.person(chief(XINDU)), office.person(chief(GUANGHAN))

    def with_drafts() -> Json | None:
        seen: Json = lead.get(f"{path}/compliance")
        return seen if seen["periods"][0]["drafted"] == 2 else None

    found = office.wait("two drafts", with_drafts)

    [period] = found["periods"]
    assert (period["required"], period["done"]) == (2, 0)
    drafts = [each["operation_id"] for each in found["slots"]]
    assert len(set(drafts)) == 2
    # A draft is the lead's alone, until it asks the others.
    assert lead.get(f"/operations/{drafts[0]}")["state"] == "draft"
    assert other.http.get(f"/api/v1/operations/{drafts[0]}").status_code == 404
    assert other.get(f"{path}/compliance")["periods"] == found["periods"]
    elsewhere = office.person(chief("330200"))
    assert elsewhere.http.get(f"/api/v1{path}").status_code == 404
