"""Four steps close a problem, each by the right person; a rejection gains no time."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.auth.actor import Role
from tests.integration.tasks.conftest import JPEG, NINGBO, Cure, Person, Story, approval, eventually


async def a_problem(story: Story, **changes: Any) -> Cure:
    await story.accepted()
    return Cure(story, await story.found(await story.inspected(), **changes))


async def test_severity_decides_how_long_a_problem_may_last(story: Story) -> None:
    await story.accepted()
    inspection = await story.inspected()
    found_at = story.starts_at + timedelta(minutes=30)
    urgent = await story.found(inspection)
    assert datetime.fromisoformat(urgent["due_at"]) == found_at + timedelta(hours=24)
    general = await story.found(inspection, severity="general")
    assert general["due_on"] == (found_at + timedelta(days=7)).date().isoformat()
    due_on = (found_at + timedelta(days=45)).date().isoformat()
    major = await story.found(inspection, severity="major", due_on=due_on)
    assert major["due_on"] == due_on
    [deadline] = major["deadlines"]
    assert (deadline["kind"], deadline["state"]) == ("rectification", "running")
    assert deadline["basis"]["article"] == "重大问题"

    leader = story.cast.cixi_officers[0]
    for changes, status, code in (
        ({"severity": "major"}, 422, "due_date_needed"),
        ({"severity": "general", "due_on": due_on}, 422, "due_date_fixed"),
        ({"severity": "major", "due_on": "2020-01-01"}, 422, "due_date_too_early"),
        ({"found_at": (found_at - timedelta(days=1)).isoformat()}, 409, "found_outside_inspection"),
    ):
        answer = await leader.post("/problems", story.finding(inspection, **changes))
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_the_rectifier_neither_verifies_nor_accepts(story: Story) -> None:
    cast = story.cast
    cure = await a_problem(story)
    rectifier, other = cast.yuyao_officers[0], cast.cixi_officers[0]
    await cure.step(rectifier, "assign", {"unit": "某电镀厂", "person": "环保负责人"})
    await cure.step(cast.yuyao_head, "rectify", {"measures": "更换收集罩"})
    proof = (await story.evidence(rectifier, JPEG)).json()["id"]
    await cure.step(rectifier, "submit", {"proof": [proof]})

    for officers, code in (
        ((other, rectifier), "rectifier_verifies"),
        ((other,), "too_few_verifiers"),
        ((cast.cixi_officers[1], cast.yuyao_officers[1]), "verifier_absent"),
        ((other, cast.yuyao_officers[2]), "verifier_unknown"),
    ):
        answer = await cure.try_(other, "verify", cure.went(*officers))
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    await cure.step(other, "verify", cure.went(*cast.cixi_officers))
    answer = await cure.try_(cast.yuyao_head, "approve", approval())
    assert (answer.status_code, answer.json()["code"]) == (409, "rectifier_verifies")


async def test_proof_was_taken_after_the_finding(story: Story) -> None:
    cure = await (await a_problem(story)).rectifying()
    officer = story.cast.yuyao_officers[2]
    before = await story.evidence(officer, JPEG, taken_at=story.starts_at.isoformat())
    answer = await cure.try_(officer, "submit", {"proof": [before.json()["id"]]})
    assert (answer.status_code, answer.json()["code"]) == (409, "proof_missing")
    answer = await cure.try_(officer, "submit", {"proof": [cure.problem["id"]]})
    assert (answer.status_code, answer.json()["code"]) == (409, "proof_unknown")
    assert (await cure.try_(officer, "submit", {"proof": []})).status_code == 422


async def test_a_rejection_sends_back_and_the_clock_runs_on(story: Story) -> None:
    cast = story.cast
    cure = await (await a_problem(story)).submitted()
    assert [each["state"] for each in cure.problem["deadlines"]] == ["met"]
    await cure.step(cast.cixi_officers[0], "reject", {"reason": "仍有异味"})
    assert (cure.problem["state"], cure.problem["reject_count"]) == ("rectifying", 1)
    first, second = cure.problem["deadlines"]
    assert (second["state"], second["due_at"]) == ("running", first["due_at"])

    await cure.submitted_again()
    await cure.step(cast.cixi_officers[0], "verify", cure.went(*cast.cixi_officers))
    await cure.step(cast.yuyao_head, "approve", approval())
    await cure.step(cast.yuyao_head, "reject", {"reason": "材料不符"})
    assert (cure.problem["reject_count"], cure.problem["accepter_id"]) == (2, None)


async def test_a_listed_problem_is_accepted_published_and_filed_above(story: Story) -> None:
    cast = story.cast
    city_head = await story.stack.a_person("宁波负责人", (Role.DEPARTMENT_HEAD, NINGBO))
    cure = await (await a_problem(story, list_level="city")).submitted()
    await cure.step(cast.cixi_officers[0], "verify", cure.went(*cast.cixi_officers))
    below = await cure.try_(cast.yuyao_head, "approve", approval())
    assert below.status_code == 403, below.text
    await cure.step(city_head, "approve", approval())
    early = await cure.try_(cast.yuyao_head, "close")
    assert (early.status_code, early.json()["code"]) == (409, "publication_demanded")

    await cure.step(cast.yuyao_head, "publish", {"publication_ref": "公示〔2026〕1号"})
    nameless = await cure.try_(cast.yuyao_head, "close")
    assert (nameless.status_code, nameless.json()["code"]) == (409, "closing_incomplete")
    assert "external_list_ref" in nameless.json()["detail"]

    city = {"level": "city"}
    await cure.step(cast.yuyao_head, "send-to-list", city)
    again = await cure.try_(cast.yuyao_head, "send-to-list", city)
    assert (again.status_code, again.json()["code"]) == (409, "listing_out_of_step")
    number = {**city, "reference": "甬问题〔2026〕7号"}
    await cure.step(cast.yuyao_head, "receive-on-list", number)
    assert cure.problem["external_list_ref"] == number["reference"]
    unfiled = await cure.try_(cast.yuyao_head, "close")
    assert (unfiled.status_code, unfiled.json()["code"]) == (409, "closing_not_filed")
    filing = {**city, "filing_ref": "甬备〔2026〕3号"}
    assert (await cure.try_(cast.yuyao_head, "file-closing", filing)).status_code == 403
    await cure.step(city_head, "file-closing", filing)
    await cure.step(cast.yuyao_head, "close")

    params = {"division": NINGBO, "level": "city", "standing": "closed", "limit": 200}
    listed = (await city_head.get("/problems:listed", params=params)).json()["items"]
    [line] = [each for each in listed if each["problem_id"] == cure.problem["id"]]
    assert (line["list_state"], line["pace"], line["filing_ref"]) == (
        "filed",
        "completed",
        filing["filing_ref"],
    )


async def test_an_unlisted_problem_has_no_publication(story: Story) -> None:
    cast = story.cast
    cure = await (await a_problem(story)).submitted()
    await cure.step(cast.cixi_officers[0], "verify", cure.went(*cast.cixi_officers))
    await cure.step(cast.yuyao_head, "approve", approval())
    answer = await cure.try_(cast.yuyao_head, "publish", {"publication_ref": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_on_a_list")


STEPS = ("assign", "rectify", "submit", "verify", "approve", "close", "reject")


@pytest.mark.parametrize("name", STEPS)
async def test_the_wrong_person_is_told_no_or_nothing(story: Story, name: str) -> None:
    cast = story.cast
    cure = await a_problem(story)
    before: dict[str, list[tuple[str, Person]]] = {
        "assign": [],
        "rectify": [("assign", cast.yuyao_officers[2])],
    }
    bodies = {
        "assign": {"unit": "x", "person": "y"},
        "rectify": {"measures": "x"},
        "submit": {"proof": [cure.problem["id"]]},
        "verify": cure.went(*cast.cixi_officers),
        "approve": approval(),
        "reject": {"reason": "x"},
    }
    for earlier, who in before.get(name, []):
        await cure.step(who, earlier, bodies[earlier])
    if name not in before:
        await cure.rectifying() if name == "submit" else await cure.submitted()
    if name in ("approve", "close"):
        await cure.step(cast.cixi_officers[0], "verify", cure.went(*cast.cixi_officers))
    if name == "close":
        await cure.step(cast.yuyao_head, "approve", approval())

    # A clerk only reads, Cixi is a party but not the place, Beilun knows nothing of it.
    wrong = cast.yuyao_officers[2] if name in ("verify", "reject") else cast.cixi_head
    for who, status in ((cast.clerk, 403), (wrong, 403), (cast.beilun_officer, 404)):
        answer = await cure.try_(who, name, bodies.get(name))
        expected = 403 if status == 404 and name in ("approve", "close") else status
        assert answer.status_code == expected, (name, answer.text)
    shown = (await cast.clerk.get(cure.path)).json()
    assert (shown["state"], shown["actions"]) == (cure.problem["state"], [])


async def test_every_step_is_remembered_and_listed_by_due_time(story: Story) -> None:
    cast = story.cast
    cure = await (await a_problem(story)).closed()
    steps = (await cast.clerk.get(f"{cure.path}/steps")).json()
    assert [each["action"] for each in steps] == [
        "assign",
        "rectify",
        "submit",
        "verify",
        "approve",
        "close",
    ]
    assert {each["name"] for each in cure.problem["verifiers"]} == {"慈溪甲", "慈溪乙"}
    listed = await cast.clerk.get("/problems", params={"task_id": story.task["id"]})
    assert [each["state"] for each in listed.json()["items"]] == ["closed"]
    page = (await cast.clerk.get("/problems", params={"limit": 200})).json()["items"]
    dues = [(each["due_at"], each["id"]) for each in page]
    assert dues == sorted(dues)


async def test_an_overdue_problem_rings_once(story: Story) -> None:
    cure = await a_problem(story)
    count = "SELECT rung FROM clock_rung JOIN clock ON id = clock_id WHERE subject_id = $1"
    await story.stack.set_clock(story.starts_at + timedelta(days=3))

    async def rang() -> bool:
        rungs = await story.stack.sql(count, cure.problem["id"])
        return sorted(row["rung"] for row in rungs) == [1, 2, 3]

    await eventually(rang)
