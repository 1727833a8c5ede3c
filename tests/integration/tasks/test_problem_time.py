"""More time by somebody else's leave, and what runs out is told upwards."""

import asyncio
from datetime import date, datetime, timedelta

from shared.auth.actor import Role
from tests.integration.tasks.conftest import NINGBO, Cure, Story, approval, eventually


async def a_problem(story: Story, **changes: object) -> Cure:
    await story.accepted()
    return Cure(story, await story.found(await story.inspected(), **changes))


async def test_more_time_is_granted_by_another_while_there_is_some_and_twice_at_most(
    story: Story,
) -> None:
    cast = story.cast
    owner, head = cast.yuyao_officers[2], cast.yuyao_head
    first = (story.starts_at + timedelta(days=10)).date()
    cure = await a_problem(story, severity="major", due_on=first.isoformat())

    def more(days: int) -> dict[str, str]:
        return {"due_on": (first + timedelta(days=days)).isoformat(), "reason": "设备交货延迟"}

    assert (await cure.try_(cast.cixi_head, "ask-extension", more(5))).status_code == 403
    sooner = await cure.try_(owner, "ask-extension", more(0))
    assert (sooner.status_code, sooner.json()["code"]) == (422, "not_later")
    # Two at once: one asks, the other read something older.
    both = await asyncio.gather(*(cure.try_(head, "ask-extension", more(5)) for _ in range(2)))
    assert sorted(each.status_code for each in both) == [200, 412]
    cure.problem = (await head.get(cure.path)).json()
    twice = await cure.try_(owner, "ask-extension", more(6))
    assert (twice.status_code, twice.json()["code"]) == (409, "extension_pending")
    granted = {"granted": True, "opinion": "同意延期"}
    assert (await cure.try_(owner, "decide-extension", granted)).status_code == 403
    own = await cure.try_(head, "decide-extension", granted)
    assert (own.status_code, own.json()["code"]) == (409, "own_extension")
    city = await story.stack.a_person("宁波负责人", (Role.DEPARTMENT_HEAD, NINGBO))
    await cure.step(city, "decide-extension", granted)
    assert cure.problem["due_on"] == more(5)["due_on"]
    states = [(each["state"], each["due_on"]) for each in cure.problem["deadlines"]]
    assert states == [("dropped", first.isoformat()), ("running", more(5)["due_on"])]
    nothing = await cure.try_(city, "decide-extension", granted)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "no_extension_asked")

    await cure.step(owner, "ask-extension", more(9))
    await cure.step(head, "decide-extension", {"granted": False, "opinion": "理由不足"})
    assert cure.problem["due_on"] == more(5)["due_on"]
    await cure.step(owner, "ask-extension", more(8))
    await cure.step(head, "decide-extension", granted)
    third = await cure.try_(owner, "ask-extension", more(20))
    assert (third.status_code, third.json()["code"]) == (409, "extended_often")

    # A rejected request for closing keeps what was granted.
    await cure.submitted()
    assert cure.problem["state"] == "submitted"
    await cure.step(cast.cixi_officers[0], "reject", {"reason": "未完成"})
    assert cure.problem["due_on"] == more(8)["due_on"]
    kept = (await head.get(f"{cure.path}/file")).json()["extensions"]
    assert [each["state"] for each in kept] == ["granted", "refused", "granted"]
    assert kept[0]["decided_by_name"] == "宁波负责人"
    assert date.fromisoformat(kept[0]["due_on"]) == first + timedelta(days=5)


async def test_what_is_long_overdue_is_told_upwards_and_nothing_extends_it(story: Story) -> None:
    cast = story.cast
    cure = await a_problem(story)
    path = cure.path
    await story.stack.set_clock(story.starts_at + timedelta(days=3))

    async def told() -> bool:
        cure.problem = (await cast.city_center.get(path)).json()
        return bool(cure.problem["raised_to"] == NINGBO)

    await eventually(told)
    assert datetime.fromisoformat(cure.problem["raised_at"]) > datetime.fromisoformat(
        cure.problem["due_at"]
    )
    asked = {"raised_to": NINGBO, "limit": 200}
    found = (await cast.city_center.get("/problems", params=asked)).json()["items"]
    assert cure.problem["id"] in {each["id"] for each in found}
    late = {"due_on": (story.starts_at + timedelta(days=9)).date().isoformat(), "reason": "x"}
    answer = await cure.try_(cast.yuyao_officers[2], "ask-extension", late)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_late_to_extend")

    # 举一反三: the overdue one keeps another of the same object from being accepted.
    assert cure.problem["pace"] is None


async def test_acceptance_answers_every_standard(story: Story) -> None:
    cast = story.cast
    cure = await (await a_problem(story)).submitted()
    other = await story.found(
        (
            await cast.cixi_officers[0].get("/inspections", params={"task_id": story.task["id"]})
        ).json()["items"][0]
    )
    await cure.step(cast.cixi_officers[0], "verify", cure.went(*cast.cixi_officers))
    some = approval()
    some["standards"] = some["standards"][:-1]
    for body, code in (
        (some, "standards_missing"),
        (approval(measures_done="not_met"), "standards_unmet"),
        (approval(source_treated="not_needed"), "standards_unmet"),
        # A complaint is behind the task, whatever the accepter says.
        (approval(public_satisfied="not_needed"), "standards_unmet"),
    ):
        answer = await cure.try_(cast.yuyao_head, "approve", body)
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    await story.stack.set_clock(datetime.fromisoformat(other["due_at"]) + timedelta(hours=1))
    answer = await cure.try_(cast.yuyao_head, "approve", approval())
    assert (answer.status_code, answer.json()["code"]) == (409, "others_overdue")
    owner = cast.yuyao_officers[2]
    late = Cure(story, (await owner.get(f"/problems/{other['id']}")).json())
    await late.submitted()
    await cure.step(cast.yuyao_head, "approve", approval(violations_punished="not_needed"))
    [accepted] = (await cast.clerk.get(f"{cure.path}/file")).json()["acceptances"]
    assert accepted["accepter_name"] == "余姚负责人"
    assert len(accepted["standards"]) == len(approval()["standards"])
