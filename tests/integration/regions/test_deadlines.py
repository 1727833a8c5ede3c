"""Calendar, law, and the calculation of deadlines."""

from typing import Any

import pytest

from shared.auth.actor import Role
from tests.integration.regions.conftest import YUYAO, Person, Regions

CLERK = Person(Role.PETITION_CLERK, YUYAO)
ARTICLE_34 = {"law_code": "regulations-on-petition-work", "article": "34"}
PAUSE = {
    "since": "2026-03-10T09:00:00+08:00",
    "until": "2026-03-20T09:00:00+08:00",
    "reason": "听证",
    "authority": "机关负责人",
}
EXTENSION = {
    "amount": 30,
    "at": "2026-04-01T09:00:00+08:00",
    "reason": "情况复杂",
    "requested_by": "承办人",
    "approved_by": "机关负责人",
}


def term(**changes: Any) -> dict[str, Any]:
    return {
        "started_at": "2026-03-02T10:30:00+08:00",
        "amount": 60,
        "unit": "natural_days",
        "basis": ARTICLE_34,
        **changes,
    }


async def compute(regions: Regions, body: dict[str, Any]) -> dict[str, Any]:
    answer = await regions.post(CLERK, "/deadlines:compute", body)
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


async def test_sixty_days_roll_off_labour_day_and_say_why(regions: Regions) -> None:
    due = await compute(regions, term())

    assert (due["due_on"], due["provisional"]) == ("2026-05-06", False)
    assert due["due_at"] == "2026-05-07T00:00:00+08:00"
    assert due["calendar_versions"] == {"2026": 1}
    assert due["explanation"][0]["zh"].startswith("依据《信访工作条例》第34条")
    assert [each["kind"] for each in due["explanation"]] == ["basis", "start", "roll", "due"]


@pytest.mark.parametrize(
    ("body", "due_on"),
    [
        (term(rolls=False), "2026-05-01"),
        (term(unit="working_days", amount=5, started_at="2026-02-12T09:00:00+08:00"), "2026-02-26"),
        (term(unit="working_days", amount=1, started_at="2026-05-08T09:00:00+08:00"), "2026-05-09"),
        (term(unit="hours", amount=4), "2026-03-02"),
        (term(unit="months", amount=2), "2026-05-06"),
        (term(pauses=[PAUSE]), "2026-05-11"),
        (term(extension={"each": 30, "basis": ARTICLE_34}, extensions=[EXTENSION]), "2026-06-01"),
    ],
)
async def test_each_kind_of_term(regions: Regions, body: dict[str, Any], due_on: str) -> None:
    assert (await compute(regions, body))["due_on"] == due_on


async def test_days_without_a_unit_are_what_their_law_means(regions: Regions) -> None:
    penalty = {"law_code": "administrative-penalty-law", "article": "61"}
    body = term(unit=None, amount=7, basis=penalty, started_at="2026-04-30T09:00:00+08:00")

    due = await compute(regions, body)

    assert (due["unit"], due["due_on"]) == ("working_days", "2026-05-13")


async def test_a_year_without_a_notice_makes_the_deadline_provisional(regions: Regions) -> None:
    due = await compute(regions, term(started_at="2026-12-20T09:00:00+08:00"))

    assert due["provisional"]
    assert due["calendar_versions"] == {"2027": 0}


async def test_an_open_pause_leaves_the_day_unknown(regions: Regions) -> None:
    due = await compute(regions, term(pauses=[{**PAUSE, "until": None}]))

    assert due["suspended"]
    assert due["due_on"] is None


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (term(extensions=[EXTENSION]), 409, "extension_not_allowed"),
        (
            term(
                extension={"each": 30, "basis": ARTICLE_34},
                extensions=[{**EXTENSION, "amount": 31}],
            ),
            409,
            "extension_exceeds_cap",
        ),
        (
            term(
                extension={"each": 30, "basis": ARTICLE_34},
                extensions=[{**EXTENSION, "approved_by": "承办人"}],
            ),
            409,
            "self_approval",
        ),
        (term(pauses=[PAUSE, PAUSE]), 409, "already_paused"),
        (term(pauses=[{**PAUSE, "until": PAUSE["since"]}]), 422, "empty_pause"),
        (term(pauses=[{**PAUSE, "since": "2026-07-01T09:00:00+08:00"}]), 422, "empty_pause"),
        (term(amount=0), 422, "invalid_input"),
        (term(amount=10**20), 422, "invalid_input"),
        (term(started_at="2026-03-02T10:30:00"), 422, "invalid_input"),
        (term(started_at="0001-01-01T00:00:00+14:00"), 422, "invalid_input"),
        (term(unknown=1), 422, "invalid_input"),
    ],
)
async def test_what_breaks_a_rule_is_named(
    regions: Regions, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await regions.post(CLERK, "/deadlines:compute", body)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_a_calculation_needs_no_key(regions: Regions) -> None:
    headers = {"Authorization": f"Bearer {CLERK.token()}"}
    answer = await regions.http.post("/api/v1/deadlines:compute", json=term(), headers=headers)

    assert answer.status_code == 200


async def test_the_calendar_of_2026_shows_its_make_up_days(regions: Regions) -> None:
    answer = await regions.get(CLERK, "/calendars/2026")

    made_up = sorted(day for each in answer.json()["make_up"] for day in each["days"])
    assert answer.headers["ETag"] == '"1"'
    assert made_up == [
        "2026-01-04",
        "2026-02-14",
        "2026-02-28",
        "2026-05-09",
        "2026-09-20",
        "2026-10-10",
    ]


async def test_every_year_from_2004_on_is_listed(regions: Regions) -> None:
    first = (await regions.get(CLERK, "/calendars", limit=20)).json()
    second = (await regions.get(CLERK, "/calendars", limit=20, cursor=first["next"])).json()

    assert [each["year"] for each in first["items"] + second["items"]] == list(range(2004, 2027))


@pytest.mark.parametrize(
    ("day", "laws"),
    [
        ("2026-08-14", {"environmental-protection-law"}),
        ("2026-08-15", {"ecological-environment-code"}),
    ],
)
async def test_one_law_ends_the_day_before_the_other_begins(
    regions: Regions, day: str, laws: set[str]
) -> None:
    items = (await regions.get(CLERK, "/legal-bases", on=day, limit=200)).json()["items"]

    environmental = {"environmental-protection-law", "ecological-environment-code"}
    assert {each["law_code"] for each in items} & environmental == laws
