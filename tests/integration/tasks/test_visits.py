"""The visit ledger over HTTP: the cap across agencies, the last place, the quiet period."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.auth.actor import Role
from tests.integration.tasks.conftest import CIXI, YUYAO, Cast, Person, Stack, Story, eventually
from tests.integration.tasks.test_enterprises import act, code, registered, scored


@pytest.fixture
async def today(story: Story) -> date:
    return (story.starts_at - timedelta(hours=12)).date()


@pytest.fixture(scope="session")
async def other_agency(stack: Stack) -> Person:
    """Somebody who enters for the county's emergency management bureau."""
    return await stack.a_person("余姚应急", (Role.COMMAND_CENTER, YUYAO))


def visit(firm: dict[str, Any], day: date, **changes: Any) -> dict[str, Any]:
    agency = {"kind": "ecology_environment", "name": "余姚分局", "division": YUYAO}
    return {
        "code": firm["credit_code"],
        "agency": agency,
        "legal_kind": "routine",
        "mode": "on_site",
        "planned_on": day.isoformat(),
        **changes,
    }


def agency(name: str, kind: str = "emergency_management", division: str = YUYAO) -> dict[str, str]:
    return {"kind": kind, "name": name, "division": division}


async def planned(who: Person, body: dict[str, Any]) -> dict[str, Any]:
    answer = await who.post("/enterprise-visits", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def step(who: Person, item: dict[str, Any], name: str, body: Any = None) -> httpx.Response:
    return await who.post(f"/enterprise-visits/{item['id']}/{name}", body, version=item["version"])


async def ledger(who: Person, firm: dict[str, Any], **params: Any) -> dict[str, Any]:
    answer = await who.get(
        "/enterprise-visits:ledger", params={"code": firm["credit_code"]} | params
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_of_many_agencies_at_once_two_get_the_two_places(
    stack: Stack, cast: Cast, other_agency: Person, today: date
) -> None:
    """The sixteenth asks as the first: by two agencies, in the same instant, over a year."""
    firm = await registered(cast.yuyao_head)
    bodies = [
        visit(
            firm,
            today + timedelta(days=7 * n),
            reason="年度计划",
            agency=agency("应急管理局") if n % 2 else agency("余姚分局", "ecology_environment"),
        )
        for n in range(12)
        if (today + timedelta(days=7 * n)).year == today.year
    ]
    answers = await asyncio.gather(
        *(
            (other_agency if n % 2 else cast.yuyao_head).post("/enterprise-visits", body)
            for n, body in enumerate(bodies)
        )
    )
    made = [each for each in answers if each.status_code == 201]

    assert sorted(each.json()["slot"] for each in made) == [1, 2]
    assert {each.json()["code"] for each in answers if each.status_code != 201} == {"cap_reached"}
    state = await ledger(cast.cixi_officers[0], firm, year=today.year)
    assert (state["cap"], state["taken"], state["left"]) == (2, 2, 0)
    rows = await stack.sql(
        "SELECT slot FROM enterprise_visit WHERE enterprise_id = $1 AND slot IS NOT NULL",
        firm["id"],
    )
    assert sorted(row["slot"] for row in rows) == [1, 2]

    off = made[0].json()
    again = await step(cast.yuyao_head, off, "call-off", {"reason": "改为非现场"})
    assert (again.json()["state"], again.json()["slot"]) == ("called_off", None)
    assert (await step(cast.yuyao_head, off, "call-off", {"reason": "再次"})).status_code == 412
    assert (await ledger(other_agency, firm, year=today.year))["left"] == 1


async def test_the_quiet_period_asks_for_a_reason_and_shows_who_was_there(
    cast: Cast, other_agency: Person, today: date
) -> None:
    firm = await registered(cast.yuyao_head)
    await planned(other_agency, visit(firm, today, agency=agency("应急管理局")))
    soon = visit(firm, today + timedelta(days=5))

    silent = await cast.yuyao_officers[0].post("/enterprise-visits", soon)
    assert code(silent) == (409, "quiet_period")
    assert f"{today} 应急管理局" in silent.json()["detail"]
    state = await ledger(cast.cixi_officers[0], firm)
    assert state["quiet_until"] == (today + timedelta(days=89)).isoformat()
    assert state["visits"] == [
        {"day": today.isoformat(), "agency": "应急管理局", "mode": "on_site", "counts": True}
    ]
    said = await planned(cast.yuyao_officers[0], soon | {"reason": "核查整改"})
    assert (said["slot"], said["reason"]) == (2, "核查整改")


async def test_a_joint_visit_is_one_and_all_its_agencies_see_it(
    cast: Cast, other_agency: Person, today: date
) -> None:
    firm = await registered(cast.yuyao_head)
    joint = visit(firm, today, joint_with=[agency("应急管理局"), agency("住建局", "housing")])
    item = await planned(cast.yuyao_head, joint)
    outcome = {"made_on": today.isoformat(), "officers": 4, "act_code": f"XW-{uuid4().hex}"}

    made = await step(other_agency, item, "make", outcome)
    assert made.status_code == 200, made.text
    assert (made.json()["state"], made.json()["slot"]) == ("made", 1)
    assert len(made.json()["joint_with"]) == 2
    told_again = visit(firm, today, agency=agency("应急管理局"), **outcome)
    del told_again["planned_on"]
    twice = await other_agency.post("/enterprise-visits:report", told_again)
    assert code(twice) == (409, "already_reported")
    assert (await ledger(cast.yuyao_head, firm))["taken"] == 1
    seen = await cast.yuyao_head.get(f"/enterprise-visits/{item['id']}/steps")
    assert [each["action"] for each in seen.json()] == ["plan", "make"]


async def test_above_the_cap_a_complaint_goes_ahead_with_an_approver_and_stays_unknown(
    cast: Cast, other_agency: Person, today: date
) -> None:
    firm = await registered(cast.yuyao_head)
    for name in ("应急管理局", "消防救援大队"):
        body = visit(firm, today, agency=agency(name), reason="计划")
        await planned(other_agency, body)
    officer = cast.yuyao_officers[0]
    wanted = visit(firm, today, legal_kind="individual", ground="complaint")

    assert code(await officer.post("/enterprise-visits", wanted)) == (422, "reason_needed")
    item = await planned(officer, wanted | {"reason": "群众反映夜间异味"})
    assert (item["state"], item["slot"]) == ("awaiting_approval", None)
    own = await planned(cast.yuyao_head, wanted | {"reason": "群众反映夜间异味"})
    assert code(await step(cast.yuyao_head, own, "approve")) == (409, "own_approval")
    assert (await step(cast.cixi_head, item, "approve")).status_code == 404
    assert code(await step(officer, item, "approve")) == (403, "forbidden")
    approved = await step(cast.yuyao_head, item, "approve")
    assert (approved.json()["state"], approved.json()["actions"]) == (
        "planned",
        ["make", "call_off"],
    )
    # Who may plan learns that an agency comes, not that somebody complained.
    state = await ledger(cast.cixi_officers[0], firm)
    assert "complaint" not in str(state)
    assert "异味" not in str(state)
    assert (state["taken"], len(state["visits"])) == (2, 3)


async def test_a_fact_is_recorded_even_above_the_cap_and_shown_as_such(
    cast: Cast, other_agency: Person, today: date
) -> None:
    firm = await registered(cast.yuyao_head)
    told = visit(firm, today, agency=agency("应急管理局"))
    del told["planned_on"]
    told |= {"made_on": today.isoformat()}
    for slot in (1, 2):
        answer = await other_agency.post("/enterprise-visits:report", told)
        assert answer.json()["slot"] == slot
    assert code(await other_agency.post("/enterprise-visits:report", told)) == (
        422,
        "over_cap_unexplained",
    )
    above = await other_agency.post("/enterprise-visits:report", told | {"reason": "补登"})
    assert (above.json()["slot"], above.json()["over_cap"]) == (None, True)
    years = await cast.yuyao_head.get(
        "/enterprise-visits:statistics",
        params={"year": today.year, "division": YUYAO, "limit": 200},
    )
    [line] = [each for each in years.json()["items"] if each["enterprise_id"] == firm["id"]]
    assert (line["cap"], line["counted"], line["over_cap"], line["planned"]) == (2, 2, 1, 0)


async def test_a_county_of_elsewhere_comes_on_a_cross_check_and_sees_its_own_visit_only(
    cast: Cast, today: date
) -> None:
    firm = await registered(cast.yuyao_head)
    cixi = visit(firm, today, agency=agency("慈溪分局", "ecology_environment", CIXI))

    assert code(await cast.cixi_head.post("/enterprise-visits", cixi)) == (
        422,
        "outside_needs_cross",
    )
    cross = cixi | {"methods": ["cross"], "document": "宁波交叉检查方案"}
    assert (await cast.yuyao_head.post("/enterprise-visits", cross)).status_code == 403
    by_key = {**cross, "enterprise_id": firm["id"]}
    del by_key["code"]
    assert (await cast.cixi_head.post("/enterprise-visits", by_key)).status_code == 404
    item = await planned(cast.cixi_head, cross)

    assert (await cast.cixi_head.get(f"/enterprise-visits/{item['id']}")).status_code == 200
    assert (await cast.cixi_head.get(f"/enterprises/{firm['id']}")).status_code == 404
    assert (await cast.yuyao_head.get(f"/enterprise-visits/{item['id']}")).status_code == 200
    beilun = await cast.beilun_officer.get(f"/enterprise-visits/{item['id']}")
    assert beilun.status_code == 404


async def test_a_contact_from_afar_begins_the_next_interval_and_takes_no_place(
    cast: Cast, today: date
) -> None:
    firm = await registered(cast.yuyao_head)
    firm = await act(cast.yuyao_head, firm, "grade", scored())
    item = await planned(cast.yuyao_officers[0], visit(firm, today, mode="off_site"))
    assert item["slot"] is None
    made = await step(cast.yuyao_officers[0], item, "make", {"made_on": today.isoformat()})
    assert made.status_code == 200, made.text
    seen = (await cast.yuyao_head.get(f"/enterprises/{firm['id']}")).json()
    assert seen["last_contact_on"] == today.isoformat()
    state = await ledger(cast.yuyao_head, firm)
    assert (state["taken"], state["visits"][0]["mode"]) == (0, "off_site")


async def test_a_plan_that_comes_to_nothing_gives_its_place_back(
    stack: Stack, cast: Cast, today: date
) -> None:
    firm = await registered(cast.yuyao_head)
    item = await planned(cast.yuyao_head, visit(firm, today))
    assert item["lapses_on"] == (today + timedelta(days=30)).isoformat()
    # Instead of thirty days for all tests: the day has come for this one.
    await stack.sql("UPDATE enterprise_visit SET lapses_on = day WHERE id = $1", item["id"])

    async def lapsed() -> bool:
        seen = await cast.yuyao_head.get(f"/enterprise-visits/{item['id']}")
        return bool(seen.json()["state"] == "called_off")

    await eventually(lapsed)
    assert (await ledger(cast.yuyao_head, firm, year=today.year))["taken"] == 0
    steps = (await cast.yuyao_head.get(f"/enterprise-visits/{item['id']}/steps")).json()
    assert [(each["action"], each["actor_name"]) for each in steps][1:] == [("lapse", "system")]


async def test_merging_a_double_counts_its_visits_for_the_one_that_stays(
    cast: Cast, other_agency: Person, today: date
) -> None:
    kept, double = await registered(cast.yuyao_head), await registered(cast.yuyao_head)
    for firm in (kept, kept, double):
        await planned(other_agency, visit(firm, today, reason="计划", agency=agency("应急管理局")))
    wrong = await cast.yuyao_head.post(
        f"/enterprises/{double['id']}/merge",
        {"into_id": double["id"], "reason": "重复"},
        version=double["version"],
    )
    assert code(wrong) == (422, "same_object")

    merged = await act(
        cast.yuyao_head, double, "merge", {"into_id": kept["id"], "reason": "重复登记"}
    )
    assert (merged["status"], merged["merged_into_id"]) == ("merged", kept["id"])
    state = await ledger(cast.yuyao_head, kept)
    assert (state["taken"], state["over_cap"], len(state["visits"])) == (2, 1, 3)
    gone = await cast.yuyao_head.post("/enterprise-visits", visit(double, today))
    assert code(gone) == (409, "enterprise_not_standing")
    listed = await cast.yuyao_head.get("/enterprises", params={"code": double["credit_code"]})
    assert listed.json()["items"] == []


async def test_closing_calls_off_what_was_planned(cast: Cast, today: date) -> None:
    firm = await registered(cast.yuyao_head)
    item = await planned(cast.yuyao_head, visit(firm, today))
    await act(cast.yuyao_head, firm, "close", {"ground": "shut_down", "reason": "依法关停"})
    seen = (await cast.yuyao_head.get(f"/enterprise-visits/{item['id']}")).json()
    assert (seen["state"], seen["slot"]) == ("called_off", None)
