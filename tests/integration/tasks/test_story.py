"""A supervision becomes a night inspection across the border, and its problems are closed."""

from datetime import timedelta
from uuid import uuid4

from tests.integration.tasks.conftest import Cure, Stack, Story, eventually, supervision
from tests.support.postgres import CLOCK_STARTS


async def test_a_supervision_travels_to_the_last_closed_problem(stack: Stack, story: Story) -> None:
    cast = story.cast
    await story.accepted()
    assert story.task["state"] == "accepted"
    assert story.task["actions"] == ["ask_extension", "ask_recusal", "inspect", "return"]
    inspection = await story.inspected()
    assert inspection["at_night"]
    assert story.task["state"] == "in_progress"
    urgent = await story.found(inspection)
    general = await story.found(inspection, severity="general")
    await story.finish(inspection)

    for problem in (urgent, general):
        cure = await Cure(story, problem).closed()
        assert cure.problem["state"] == "closed"
        assert cure.problem["actions"] == []
        [deadline] = cure.problem["deadlines"]
        assert deadline["state"] == "met"
        assert deadline["explanation"]

    done = await story.step(cast.cixi_officers[1], "complete", {"summary": "两项问题均已整改"})
    assert done["state"] == "completed"
    [event] = await stack.sql("SELECT data FROM outbox_event WHERE key = $1", done["id"])
    assert '"problems_closed": 2' in event["data"]
    assert '"kind": "escalation"' in event["data"]
    audited = await stack.sql("SELECT action FROM audit WHERE object_id = $1", done["id"])
    assert sorted(row["action"] for row in audited) == [
        "task.accept",
        "task.complete",
        "task.dispatch",
        "task.inspect",
        "task.request",
    ]


async def test_an_event_makes_one_task_however_often_it_comes(stack: Stack) -> None:
    event, event_id = supervision(on=CLOCK_STARTS.date()), uuid4()
    assert await stack.tell(event, source="petitions", event_id=event_id) == 204
    assert await stack.tell(event, source="petitions", event_id=event_id) == 204
    assert await stack.tell(event, source="petitions") == 204
    rows = await stack.sql("SELECT state FROM task WHERE origin_id = $1", event.escalation_id)
    assert [row["state"] for row in rows] == ["requested"]


async def test_a_task_is_not_done_while_anything_of_it_is_open(story: Story) -> None:
    leader = story.cast.cixi_officers[0]
    await story.accepted()
    early = await leader.post(f"{story.path}/complete", {"summary": "x"}, version=story.version)
    assert (early.status_code, early.json()["code"]) == (409, "illegal_step")

    inspection = await story.inspected()
    await story.found(inspection)
    for expected in ("inspections_open", "problems_open"):
        answer = await leader.post(
            f"{story.path}/complete", {"summary": "x"}, version=story.version
        )
        assert (answer.status_code, answer.json()["code"]) == (409, expected)
        if expected == "inspections_open":
            await story.finish(inspection)


async def test_a_returned_task_waits_for_another_team(story: Story) -> None:
    cast = story.cast
    await story.accepted()
    await story.step(cast.yuyao_officers[0], "return", {"reason": "车辆故障"})
    assert (story.task["state"], story.task["team"]) == ("requested", None)
    again = await cast.cixi_officers[0].post(f"{story.path}/accept", version=story.version)
    assert (again.status_code, again.json()["code"]) == (403, "not_of_the_team")

    team = (cast.cixi_officers[0], cast.yuyao_officers[1])
    await story.step(cast.city_center, "dispatch", story.order(*team))
    assert len(story.task["team"]["members"]) == 2
    steps = (await cast.city_center.get(f"{story.path}/steps")).json()
    assert [each["action"] for each in steps] == ["dispatch", "accept", "return", "dispatch"]
    assert steps[2]["reason"] == "车辆故障"


async def test_an_accepted_task_is_withdrawn_by_who_sent_it(story: Story) -> None:
    await story.accepted()
    by_member = await story.cast.cixi_officers[0].post(
        f"{story.path}/withdraw", {"reason": "x"}, version=story.version
    )
    assert by_member.status_code == 403
    await story.step(story.cast.cixi_head, "withdraw", {"reason": "合并处理"})
    assert (story.task["state"], story.task["actions"]) == ("withdrawn", [])

    other = await Story(story.stack, story.cast, story.starts_at).requested()
    order = other.order(*story.cast.cixi_officers, story.cast.yuyao_officers[0])

    async def sent() -> bool:
        answer = await story.cast.cixi_center.post(
            f"{other.path}/dispatch", order, version=other.version
        )
        assert answer.status_code == 200 or answer.json()["code"] == "officers_barred"
        return answer.status_code == 200

    await eventually(sent)  # `regions` hears of it by event


async def test_business_time_decides_about_the_clock(stack: Stack, story: Story) -> None:
    await story.accepted()
    problem = await story.found(await story.inspected())
    await stack.set_clock(story.starts_at + timedelta(days=2))
    cure = await Cure(story, problem).submitted()
    assert [each["state"] for each in cure.problem["deadlines"]] == ["missed"]
