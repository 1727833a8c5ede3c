"""Row 2-08 and the dispatching of teams, through the gateway, each bureau with its own login.

One task of a joint operation: sent, given back, sent anew, another team instead, more time, one of
the team stands aside; and sealed, so that nobody knows what it is about before the team sets out.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from ops.demo.people import Json
from tests.support.joint import Joint, at, drafted, officer_id, plan
from tests.support.letters import absent
from tests.support.offices import CITY_CHIEF, Offices, chief, officer

CIXI, YUYAO, BEILUN = "330282", "330281", "330206"
CENTRE: Final = "330200-command-center-1"
SECOND: Final = f"{CIXI}-officer-2"
THEIRS: Final = officer(YUYAO)
STRANGERS: Final = (chief(BEILUN), chief("510100"))
SECRET: Final = ("堆场", "交界工业区")


def started(office: Offices) -> tuple[Joint, Json]:
    """A joint operation of the two that holds a team, and the task that came from it."""
    body = plan(office, CIXI, CIXI, YUYAO)
    joint = drafted(office, chief(CIXI), body, not_by=officer(CIXI), strangers=STRANGERS)
    joint.act("countersign", not_by=chief(YUYAO))
    joint.act("answer", {"division": YUYAO, "agrees": True}, by=chief(YUYAO))
    joint.act("issue")
    joint.act("prepare", {"reason": "已完成"})
    [team] = joint.act("teams", {"name": "一组", "place": CIXI})["teams"]
    joint.send(team["id"], CIXI, officer(CIXI))
    joint.send(team["id"], YUYAO, THEIRS, by=chief(YUYAO))
    joint.act("start")
    return joint, joint.task()


def order(office: Offices, joint: Joint, *team: str, **more: Any) -> Json:
    ids = [officer_id(office, each) for each in team]
    first = joint.seen()["planned_from"]
    return {
        "officer_ids": ids,
        "leader_id": ids[0],
        "starts_at": at(first, 8).isoformat(),
        "ends_at": at(first, 18).isoformat(),
        **more,
    }


def test_a_team_is_sent_gives_back_is_replaced_and_opens_its_envelope(office: Offices) -> None:
    joint, task = started(office)
    path = f"/tasks/{task['id']}"
    head = office.person(chief(CIXI))
    team = order(office, joint, officer(CIXI), THEIRS)
    window = {name: team[name] for name in ("starts_at", "ends_at")}
    able = {each["officer_id"]: each for each in head.get(f"{path}/candidates", **window)}
    held = [able[each]["held_for_this"] for each in team["officer_ids"]]
    assert (held, able[officer_id(office, SECOND)]["held_for_this"]) == ([True, True], False)

    office.act(path, "dispatch", team, by=CENTRE, not_by=chief(YUYAO))
    given_back = {"code": "no_capacity", "reason": "车辆故障"}
    back = office.act(path, "return", given_back, by=officer(CIXI), not_by=SECOND)
    assert (back["state"], back["team"]) == ("requested", None)

    sealed_by_the_head(office, path)

    office.act(path, "dispatch", team, by=CENTRE, not_by=chief(BEILUN))
    other = order(office, joint, SECOND, THEIRS, reason="原人员另有任务")
    swapped = office.act(path, "reassign", other, by=CENTRE, not_by=chief(YUYAO))
    assert {each["officer_id"] for each in swapped["team"]["members"]} == {*other["officer_ids"]}
    office.refused(officer(CIXI), f"{path}/accept", {}, on=swapped)
    office.act(path, "accept", by=SECOND)

    due_on = datetime.fromisoformat(task["due_on"]).date()
    more = {"days": 5, "reason": "等待监测报告"}
    office.act(path, "ask-extension", more, by=THEIRS, not_by=officer(CIXI))
    granted = {"granted": True, "reason": "同意"}
    moved = office.act(path, "decide-extension", granted, by=chief(CIXI), not_by=chief(YUYAO))
    assert moved["due_on"] == (due_on + timedelta(days=5)).isoformat()

    stands_aside(office, path)
    opened(office, path, departs=datetime.fromisoformat(team["starts_at"]))

    steps = [each["action"] for each in head.get(f"{path}/steps")]
    assert steps == [
        "dispatch",
        "return",
        "seal",
        "dispatch",
        "reassign",
        "accept",
        "ask_extension",
        "decide_extension",
        "ask_recusal",
        "decide_recusal",
        "open",
    ]
    listed = office.person(CENTRE).get("/teams", division=CIXI, limit=200)["items"]
    assert len([each for each in listed if each["task_id"] == task["id"]]) == 4
    over = office.act(path, "withdraw", {"reason": "企业已停产"}, by=CENTRE, not_by=chief(YUYAO))
    assert (over["state"], over["remaining"]) == ("withdrawn", None)
    for login in STRANGERS:
        absent(office, path, login)


def sealed_by_the_head(office: Offices, path: str) -> None:
    """Its maker reads on; whoever else sees the task reads nothing of what it is about."""
    sealed = office.act(path, "seal", by=chief(CIXI), not_by=chief(YUYAO))
    assert all(word in str(sealed) for word in SECRET)
    for login in (CENTRE, chief(YUYAO), CITY_CHIEF, officer(CIXI)):
        person = office.person(login)
        [line] = [
            each
            for each in person.get("/tasks", limit=200, open=True)["items"]
            if each["id"] == sealed["id"]
        ]
        for said in (line, person.get(path), person.get(f"{path}/steps")):
            assert not any(word in str(said) for word in SECRET), login
        assert (line["sealed"], line["origin_id"]) == (True, None)


def stands_aside(office: Offices, path: str) -> None:
    """The leader says so; the head decides, and another of the same bureau goes instead."""
    wish = {
        "officer_id": officer_id(office, SECOND),
        "asked_on": "own_motion",
        "ground": "other_relation",
        "reason": "曾在当事人处任职",
    }
    office.act(path, "ask-recusal", wish, by=SECOND, not_by=THEIRS)
    [asked] = office.person(chief(CIXI)).get(f"{path}/recusals")
    ruling = {
        "recusal_id": asked["id"],
        "granted": True,
        "reason": "可能影响公正执法",
        "replacement_id": officer_id(office, officer(CIXI)),
    }
    decided = office.act(path, "decide-recusal", ruling, by=chief(CIXI), not_by=CENTRE)
    [leads] = [each for each in decided["team"]["members"] if each["is_leader"]]
    assert leads["officer_id"] == ruling["replacement_id"]
    assert wish["officer_id"] not in str(decided["team"])


def opened(office: Offices, path: str, *, departs: datetime) -> None:
    """Not before departure, and by nobody but who leads."""
    leader = officer(CIXI)
    seen = office.person(leader).get(path)
    office.barred(leader, "opened_too_early", f"{path}/open", {}, on=seen)
    if office.now < departs:
        office.move(departs - timedelta(minutes=30))
    told = office.act(path, "open", by=leader, not_by=THEIRS)
    assert (told["sealed"], told["place"]) == (False, CIXI)
    for login in (leader, THEIRS, CENTRE, chief(YUYAO)):
        assert all(word in str(office.person(login).get(path)) for word in SECRET)
