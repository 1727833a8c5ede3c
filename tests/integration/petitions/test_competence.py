"""Several bodies: they agree, their superior decides, or they meet (art. 24)."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.auth.actor import Role
from shared.clocks.days import legal_day
from tests.integration.petitions.conftest import CANARIES, NAME, PHONE, Case, Place, day_of
from tests.support.services import Caller

NOTICE = {"notice": "已受理"}


@dataclass
class Question:
    """A question of competence on its way; each act with the version read before."""

    case: Case
    seen: dict[str, Any]

    @property
    def path(self) -> str:
        return f"{self.case.path}/competence"

    async def try_(self, who: Caller, act: str, **body: Any) -> httpx.Response:
        said = {"reason": f"{NAME}所反映的地点在此"} if act != "meeting" else {}
        return await who.post(f"{self.path}/{act}", said | body, version=self.seen["version"])

    async def act(self, who: Caller, act: str, **body: Any) -> dict[str, Any]:
        answer = await self.try_(who, act, **body)
        assert answer.status_code == 200, answer.text
        self.seen = answer.json()
        assert answer.headers["etag"] == f'"{self.seen["version"]}"'
        return self.seen


async def asked(case: Case, who: Caller, *bodies: str, lead: str) -> Question:
    body = {"bodies": list(bodies), "lead": lead, "reason": f"两地都可能受理,{PHONE}"}
    answer = await who.post(f"{case.path}/competence", body, version=case.version)
    assert answer.status_code == 201, answer.text
    return Question(case, answer.json())


@pytest.fixture
async def question(place: Place) -> Question:
    """The city asks the county and its neighbour."""
    case = await place.register()
    return await asked(case, place.city_clerk, place.county, place.neighbour, lead=place.county)


async def test_when_all_agree_the_petition_goes_to_the_lead(
    place: Place, question: Question
) -> None:
    await question.act(place.clerk, "answer", lead=place.neighbour)
    assert question.seen["state"] == "open"
    await question.act(place.other_clerk, "answer", lead=place.neighbour)

    assert (question.seen["state"], question.seen["lead"]) == ("settled", place.neighbour)
    seen = await question.case.read(place.other_clerk)
    assert (seen["state"], seen["holder"]) == ("transferred", place.neighbour)
    assert (seen["settled_by"], seen["competence_open"]) == ("agreed", False)
    steps = [line["step"] for line in seen["history"]]
    assert steps[1:] == [
        "competence",
        "answer_competence",
        "answer_competence",
        "settle_competence",
    ]
    clocks = await question.case.clocks()
    assert (clocks["routing"], clocks["notice"]) == (["met"], ["met", "running"])
    assert "objection" not in clocks
    question.case.version = seen["version"]
    objection = await question.case.try_(place.other_clerk, "object", {"reason": "不"})
    assert (objection.status_code, objection.json()["code"]) == (409, "competence_agreed")
    await question.case.step(place.other_clerk, "accept", NOTICE)


async def test_two_answers_that_differ_are_decided_by_the_common_superior(
    place: Place, question: Question
) -> None:
    assert question.seen["decider"] == place.city
    await question.act(place.clerk, "answer", lead=place.neighbour)
    await question.act(place.other_clerk, "answer", lead=place.county)
    assert question.seen["state"] == "disputed"
    late = await question.try_(place.other_clerk, "answer", lead=place.county)
    assert (late.status_code, late.json()["code"]) == (409, "competence_not_at_this_point")
    assert (await question.try_(place.clerk, "decide", lead=place.county)).status_code == 403

    await question.act(place.city_head, "decide", lead=place.county)

    assert (question.seen["state"], question.seen["settled_by"]) == ("settled", "designated")
    seen = await question.case.read(place.clerk)
    assert (seen["holder"], seen["state"]) == (place.county, "transferred")
    # The neighbour had a part in the question only.
    assert (await place.other_clerk.get(question.case.path)).status_code == 404
    assert (await place.other_clerk.get(question.path)).status_code == 404


async def test_a_superior_need_not_wait_for_a_body_that_is_silent(
    place: Place, question: Question
) -> None:
    await question.act(place.clerk, "answer", lead=place.county)

    await question.act(place.city_clerk, "decide", lead=place.county)

    assert question.seen["state"] == "settled"


async def test_while_it_is_open_nobody_routes_accepts_or_refuses(
    place: Place, question: Question
) -> None:
    seen = await question.case.read(place.city_clerk)
    question.case.version = seen["version"]
    assert not {"transfer", "assign", "accept", "refuse", "competence"} & set(seen["actions"])
    asking = {"bodies": [place.county, place.third], "lead": place.third, "reason": "再"}
    for step, body in (
        ("transfer", {"unit": place.county}),
        ("assign", {"unit": place.county, "report_due_on": str(day_of(place.time.now, days=9))}),
        ("accept", NOTICE),
        ("refuse", {"ground": "unclear", "notice": "不详"}),
        ("reclassify", {"track": "petition_opinion", "reason": "分类"}),
        ("competence", asking),
    ):
        answer = await question.case.try_(place.city_clerk, step, body)
        assert (answer.status_code, answer.json()["code"]) == (409, "competence_open"), step
    assert await question.case.state() == "registered"


async def test_bodies_see_the_petition_without_its_petitioner(
    place: Place, question: Question
) -> None:
    await question.act(place.clerk, "answer", lead=place.neighbour)
    for path in (question.case.path, question.path):
        answer = await place.other_clerk.get(path)
        assert answer.status_code == 200
        assert not [each for each in CANARIES if each in answer.text]
    petitioner = (await question.case.read(place.other_clerk))["petitioner"]
    assert set(petitioner.values()) == {None}
    body = {"fields": ["name"], "reason": "看看"}
    revealed = await place.other_clerk.post(f"{question.case.path}/reveal", body)
    assert revealed.status_code == 403


async def test_bodies_of_two_provinces_settle_it_in_a_joint_meeting(place: Place) -> None:
    province = "36" if not place.city.startswith("36") else "34"
    far = f"{province}{place.city[2:4]}81"
    far_clerk = place.person(Role.PETITION_CLERK, far)
    case = await place.register()
    question = await asked(case, place.city_clerk, place.county, far, lead=far)
    assert question.seen["decider"] is None
    await question.act(place.clerk, "answer", lead=far)
    await question.act(far_clerk, "answer", lead=place.county)
    assert question.seen["state"] == "to_meet"
    assert (await question.try_(place.city_head, "decide", lead=far)).json()["code"] == (
        "no_common_superior"
    )
    today = legal_day(place.time.now)
    meeting = {"held_on": str(today), "minutes": f"与{NAME}有关,由外省办理", "lead": far}
    ahead = {**meeting, "held_on": str(day_of(place.time.now, days=1))}
    early = await question.try_(place.city_clerk, "meeting", **ahead)
    assert (early.status_code, early.json()["code"]) == (422, "met_in_future")
    assert (await question.try_(place.clerk, "meeting", **meeting)).status_code == 403

    await question.act(place.city_clerk, "meeting", **meeting)
    assert (question.seen["state"], question.seen["round"]) == ("met", 2)
    assert NAME not in question.seen["minutes"]
    await question.act(place.clerk, "answer", lead=far)
    assert question.seen["actions"] == []
    await question.act(far_clerk, "answer", lead=far)

    assert (question.seen["state"], question.seen["lead"]) == ("settled", far)
    assert (await case.read(far_clerk))["holder"] == far
    assert (await case.read(place.city_clerk))["settled_by"] == "agreed"


async def test_the_asking_unit_has_answered_and_answers_once(place: Place) -> None:
    case = await (await place.register()).transferred()
    question = await asked(case, place.clerk, place.county, place.neighbour, lead=place.neighbour)

    assert [each["body"] for each in question.seen["answers"]] == [place.county]
    assert (await case.clocks())["objection"] == ["dropped"]
    again = await question.try_(place.clerk, "answer", lead=place.county)
    assert (again.status_code, again.json()["code"]) == (409, "competence_answered")
    await question.act(place.other_clerk, "answer", lead=place.neighbour)
    assert question.seen["state"] == "settled"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"bodies": ["same", "same"]}, 422, "invalid_input"),
        ({"bodies": ["county"]}, 422, "invalid_input"),
        ({"lead": "third"}, 422, "lead_not_a_body"),
        ({"bodies": ["county", "990000"]}, 422, "unknown_division"),
    ],
)
async def test_a_question_names_two_bodies_and_one_of_them_leads(
    place: Place, changes: dict[str, Any], status: int, code: str
) -> None:
    case = await place.register()
    names = {"same": place.county, "county": place.county, "third": place.third}
    body: dict[str, Any] = {
        "bodies": [place.county, place.neighbour],
        "lead": place.county,
        "reason": "两地",
    }
    for key, value in changes.items():
        listed = isinstance(value, list)
        body[key] = [names.get(each, each) for each in value] if listed else names.get(value, value)

    answer = await case.try_(place.city_clerk, "competence", body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await place.city_clerk.get(f"{case.path}/competence")).status_code == 404


async def test_an_answer_needs_the_right_person_and_version_and_is_given_once(
    place: Place, question: Question
) -> None:
    path, body = f"{question.path}/answer", {"lead": place.county, "reason": "在此"}
    version = question.seen["version"]

    without = await place.clerk.post(path, body)
    stale = await place.clerk.post(path, body, version=version + 1)
    officer = await place.officer.post(path, body, version=version)
    stranger = await place.third_clerk.post(path, body, version=version)
    city = await place.city_clerk.post(path, body, version=version)
    key = uuid4().hex
    twice = [await place.clerk.post(path, body, version=version, key=key) for _ in range(2)]

    assert (without.status_code, stale.status_code) == (428, 412)
    assert (officer.status_code, stranger.status_code, city.status_code) == (403, 404, 403)
    assert [each.status_code for each in twice] == [200, 200]
    rows = await place.service.sql(
        "SELECT 1 FROM competence_answer WHERE question_id = $1", question.seen["id"]
    )
    assert len(rows) == 1
