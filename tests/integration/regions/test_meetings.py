"""Joint meetings: called by whose turn it is, minutes nobody confirms by silence, open matters."""

from typing import Any
from uuid import uuid4

import pytest

from services.regions.agreements.jobs import JOBS as AGREEMENT_JOBS
from shared.auth.actor import Role
from shared.clock_rows.sweep import SWEEP_JOB
from tests.integration.regions.conftest import Person, Regions, desk, head
from tests.integration.regions.cooperation import (
    CHENGDU,
    CHONGQING,
    DEYANG,
    FIVE,
    MEISHAN,
    SCHEME_2023_2025,
    SICHUAN,
    YAAN,
    act,
    agreement,
    on,
    read,
    refused,
)


async def in_force(regions: Regions, *parties: str, **changes: Any) -> str:
    """The identifier of an agreement that binds these."""
    made = await regions.done(head(parties[0]), "/agreements", agreement(*parties, **changes))
    path = f"/agreements/{made['id']}"
    await act(regions, head(parties[0]), path, "negotiate", {})
    for each in parties:
        text_hash = (await read(regions, head(each), path))["text_hash"]
        await act(regions, head(each), path, "sign", {"division": each, "text_hash": text_hash})
    await on(regions, "2026-03-02", *AGREEMENT_JOBS)
    return str(made["id"])


def a_call(agreement_id: str, host: str, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "joint_meeting",
        "agreement_id": agreement_id,
        "host": host,
        "title": "联席会议",
        "starts_at": "2026-03-01T09:00:00+08:00",
        "ends_at": "2026-03-01T11:00:00+08:00",
        "place": "成都",
        "agenda": ["通报情况"],
        "guests": [
            {"kind": "police", "organisation": "公安局"},
            {"kind": "procuratorate", "organisation": "检察院", "person": "检察官"},
            {"kind": "lawyer", "organisation": "律师事务所"},
        ],
        **changes,
    }


def minutes(*present: str, absent: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    return {
        "held_on": "2026-03-01",
        "text": "会议通报了情况。",
        "decisions": ["七月联合检查"],
        "attendance": [
            *({"division": each, "attended": True, "attendees": ["甲"]} for each in present),
            *({"division": each, "attended": False} for each in absent),
        ],
        **changes,
    }


def matter(responsible: str, due_on: str = "2026-05-31", text: str = "交换名单") -> dict[str, str]:
    return {"text": text, "responsible": responsible, "due_on": due_on}


async def convened(regions: Regions, agreement_id: str, host: str, **changes: Any) -> str:
    made = await regions.done(head(host), "/meetings", a_call(agreement_id, host, **changes))
    return f"/meetings/{made['id']}"


async def held(regions: Regions, path: str, host: str, *others: str, **changes: Any) -> None:
    await act(regions, head(host), path, "record", minutes(host, *others, **changes))


async def close(
    regions: Regions, who: Person, item: dict[str, Any], **body: Any
) -> tuple[int, dict[str, Any]]:
    path = f"/meetings/{item['meeting_id']}/items/{item['id']}/close"
    told = {"done": True, "proof": "名单已交换", **body}
    answer = await regions.post(who, path, told, version=item["version"])
    return answer.status_code, answer.json()


async def test_a_meeting_from_the_call_to_confirmed_minutes(regions: Regions) -> None:
    parent = await in_force(regions, CHENGDU, DEYANG, YAAN)
    path = await convened(regions, parent, CHENGDU)
    seen = await read(regions, head(DEYANG), path)
    assert [each["division"] for each in seen["parties"]] == [CHENGDU, DEYANG, YAAN]
    assert seen["parties"][1]["liaison_person"] == f"{DEYANG}联络员"
    assert (seen["host"], seen["term"], seen["state"]) == (CHENGDU, 0, "convened")
    assert [each["kind"] for each in seen["guests"]] == ["police", "procuratorate", "lawyer"]

    await held(regions, path, CHENGDU, DEYANG, absent=(YAAN,), items=[matter(DEYANG)])
    noted = await read(regions, head(DEYANG), path)
    assert (noted["state"], noted["unconfirmed"]) == ("minuted", [DEYANG])
    assert noted["items"][0]["responsible"] == DEYANG
    yes = {"division": DEYANG, "minutes_hash": noted["minutes_hash"]}
    confirmed = await act(regions, desk(DEYANG), path, "confirm", yes)

    assert (confirmed["state"], confirmed["unconfirmed"]) == ("confirmed", [])
    assert [each["confirmation"] for each in confirmed["parties"]] == [
        "confirmed",
        "confirmed",
        "pending",
    ]
    steps = [each["action"] for each in confirmed["steps"]]
    assert steps == ["convene", "record", "confirm", "conclude"]


async def test_silence_confirms_no_minutes_and_is_shown(regions: Regions) -> None:
    parent = await in_force(regions, *FIVE)
    path = await convened(regions, parent, CHENGDU)
    await held(regions, path, *FIVE)

    seen = await read(regions, head(SICHUAN), path)

    assert (seen["state"], seen["unconfirmed"]) == ("minuted", sorted(FIVE[1:]))


async def test_other_minutes_are_confirmed_by_nobody_but_who_wrote_them(regions: Regions) -> None:
    parent = await in_force(regions, CHENGDU, DEYANG, YAAN)
    path = await convened(regions, parent, CHENGDU)
    await held(regions, path, CHENGDU, DEYANG, YAAN)
    first = (await read(regions, head(DEYANG), path))["minutes_hash"]
    yes = {"division": DEYANG, "minutes_hash": first}
    await act(regions, head(DEYANG), path, "confirm", yes)
    no = {"division": YAAN, "minutes_hash": first}
    assert (await refused(regions, head(YAAN), path, "object", no))[0] == 422
    objected = await act(regions, head(YAAN), path, "object", {**no, "reason": "漏记一项"})
    assert objected["unconfirmed"] == [YAAN]

    new = minutes(CHENGDU, DEYANG, YAAN, decisions=["七月联合检查", "十一月案卷评查"])
    amended = await act(regions, head(CHENGDU), path, "amend", new)

    assert (amended["unconfirmed"], amended["minutes_version"]) == ([DEYANG, YAAN], 2)
    assert await refused(regions, head(DEYANG), path, "confirm", yes) == (409, "other_minutes")


async def test_who_did_not_come_confirms_nothing_and_nobody_for_another(regions: Regions) -> None:
    parent = await in_force(regions, CHENGDU, DEYANG, YAAN)
    path = await convened(regions, parent, CHENGDU)
    await held(regions, path, CHENGDU, DEYANG, absent=(YAAN,))
    seen = await read(regions, head(YAAN), path)
    word = {"minutes_hash": seen["minutes_hash"]}

    absent = {**word, "division": YAAN}
    assert await refused(regions, head(YAAN), path, "confirm", absent) == (409, "did_not_attend")
    other = {**word, "division": DEYANG}
    for who, status in (
        (head(CHENGDU), 403),
        (head(SICHUAN), 403),
        (Person(Role.OFFICER, DEYANG), 403),
        (head(MEISHAN), 404),
    ):
        answer = await regions.post(who, f"{path}/confirm", other, version=seen["version"])
        assert answer.status_code == status
    stranger = {**word, "division": MEISHAN}
    answer = await regions.post(head(MEISHAN), f"{path}/confirm", stranger, version=2)
    assert answer.status_code == 404
    stale = await regions.post(head(DEYANG), f"{path}/confirm", other, version=0)
    assert stale.status_code == 412
    assert (await regions.post(head(DEYANG), f"{path}/confirm", other)).status_code == 428


async def test_the_turn_decides_who_calls_it(regions: Regions) -> None:
    parent = await in_force(regions, CHENGDU, DEYANG, YAAN)
    later = {"starts_at": "2026-10-01T09:00:00+08:00", "ends_at": "2026-10-01T11:00:00+08:00"}

    early = await regions.post(head(DEYANG), "/meetings", a_call(parent, DEYANG))
    assert (early.status_code, early.json()["code"]) == (422, "not_the_host")
    path = await convened(regions, parent, DEYANG, **later)
    assert (await read(regions, head(YAAN), path))["term"] == 1
    skip = {"division": YAAN, "term": 1, "member": DEYANG, "reason": "机构改革"}
    await act(regions, head(YAAN), f"/agreements/{parent}", "skip-turn", skip)
    again = await regions.post(head(DEYANG), "/meetings", a_call(parent, DEYANG, **later))
    assert (again.status_code, again.json()["code"]) == (422, "not_the_host")
    await convened(regions, parent, YAAN, **later)


async def test_open_matters_carry_over_until_they_are_done(regions: Regions) -> None:
    parent = await in_force(regions, CHENGDU, DEYANG, YAAN)
    first = await convened(regions, parent, CHENGDU)
    await held(
        regions,
        first,
        CHENGDU,
        DEYANG,
        YAAN,
        items=[matter(DEYANG), matter(YAAN, "2026-06-30", "共享断面数据")],
    )
    later = {"starts_at": "2026-10-01T09:00:00+08:00", "ends_at": "2026-10-01T11:00:00+08:00"}
    second = await convened(regions, parent, DEYANG, **later)
    assert [
        each["responsible"] for each in (await read(regions, head(YAAN), second))["carried"]
    ] == [
        DEYANG,
        YAAN,
    ]

    listed = await regions.get(head(DEYANG), "/meetings/open-items", agreement_id=parent)
    items = listed.json()["items"]
    assert [each["due_on"] for each in items] == ["2026-05-31", "2026-06-30"]
    status, done = await close(
        regions,
        Person(Role.OFFICER, DEYANG),
        items[0],
        attachments=[{"title": "名单", "sha256": "a" * 64, "size": 10}],
    )
    assert (status, done["state"], done["attachments"][0]["title"]) == (200, "done", "名单")

    carried = (await read(regions, head(YAAN), second))["carried"]
    assert [each["responsible"] for each in carried] == [YAAN]
    mine = await regions.get(head(DEYANG), "/meetings/open-items", division=YAAN, limit=200)
    assert items[1]["id"] in {each["id"] for each in mine.json()["items"]}


async def test_a_matter_is_closed_by_its_own_division_and_dropped_by_the_lead_of_now(
    regions: Regions,
) -> None:
    parent = await in_force(regions, CHENGDU, DEYANG, YAAN)
    first = await convened(regions, parent, CHENGDU)
    await held(regions, first, CHENGDU, DEYANG, YAAN, items=[matter(YAAN), matter(YAAN, text="二")])
    one, two = (await read(regions, head(YAAN), first))["items"]

    assert (await close(regions, head(CHENGDU), one))[0] == 403
    assert (await close(regions, head(MEISHAN), one))[0] == 404
    assert (await close(regions, head(YAAN), {**one, "version": 7}))[0] == 412
    status, done = await close(regions, head(YAAN), one)
    assert status == 200
    status, problem = await close(regions, head(YAAN), done)
    assert (status, problem["code"]) == (409, "item_not_open")
    later = {"starts_at": "2026-10-01T09:00:00+08:00", "ends_at": "2026-10-01T11:00:00+08:00"}
    await convened(regions, parent, DEYANG, **later)
    drop = {"done": False, "proof": "各方同意取消"}
    for who in (head(YAAN), head(CHENGDU)):
        assert (await close(regions, who, two, **drop))[0] == 403
    assert (await close(regions, head(DEYANG), two, **drop))[1]["state"] == "dropped"


async def test_a_matter_left_too_long_is_overdue_and_its_clock_says_so(regions: Regions) -> None:
    parent = await in_force(regions, CHENGDU, DEYANG)
    path = await convened(
        regions,
        parent,
        CHENGDU,
        starts_at="2026-02-01T09:00:00+08:00",
        ends_at="2026-02-01T10:00:00+08:00",
    )
    await held(
        regions, path, CHENGDU, DEYANG, held_on="2026-02-01", items=[matter(DEYANG, "2026-02-20")]
    )
    [item] = (await read(regions, head(DEYANG), path))["items"]
    assert item["overdue"]

    late = await regions.get(
        head(DEYANG), "/meetings/open-items", agreement_id=parent, overdue="true"
    )
    assert [each["id"] for each in late.json()["items"]] == [item["id"]]
    await on(regions, "2026-03-02", SWEEP_JOB)
    fired = await regions.events("regions.clock.fired.v1", item["id"])
    assert [each["rung"] for each in fired] == ["warn", "breach", "raise"]
    await close(regions, head(DEYANG), item)
    [clock] = await regions.sql(
        "SELECT state FROM clock WHERE subject_id = $1::text::uuid", item["id"]
    )
    assert clock["state"] == "missed"


async def test_an_agreement_says_when_the_next_meeting_is_owed_and_by_whom(
    regions: Regions,
) -> None:
    parent = await in_force(regions, CHENGDU, DEYANG, systems=[
        {"system": "joint_meeting"}, {"system": "consultation"}
    ])  # fmt: skip
    path = f"/agreements/{parent}/meeting-schedule"

    owed = await read(regions, head(DEYANG), path)
    assert owed["joint_meeting"] == {
        "last_held_on": None,
        "due_on": "2027-03-01",
        "overdue": False,
        "host": CHENGDU,
        "term": 0,
    }
    assert owed["consultation"]["due_on"] == "2026-04-01"
    meeting = await convened(regions, parent, CHENGDU, kind="consultation")
    await held(regions, meeting, CHENGDU, DEYANG, held_on="2026-03-02")
    owed = await read(regions, head(DEYANG), path)
    assert owed["consultation"]["last_held_on"] == "2026-03-02"
    assert owed["consultation"]["due_on"] == "2026-04-02"
    assert (await regions.get(head(MEISHAN), path)).status_code == 404


async def test_a_meeting_is_changed_or_cancelled_by_its_host(regions: Regions) -> None:
    parent = await in_force(regions, CHENGDU, DEYANG)
    path = await convened(regions, parent, CHENGDU)
    call = a_call(parent, CHENGDU)
    new = {name: call[name] for name in ("title", "starts_at", "ends_at", "agenda", "guests")}

    assert (await refused(regions, head(DEYANG), path, "change", {**new, "place": "德阳"}))[
        0
    ] == 403
    changed = await act(regions, head(CHENGDU), path, "change", {**new, "place": "德阳"})
    assert changed["place"] == "德阳"
    gone = await act(regions, head(CHENGDU), path, "cancel", {"reason": "改期"})
    assert (gone["state"], gone["actions"]) == ("cancelled", [])
    late = await refused(regions, head(CHENGDU), path, "record", minutes(CHENGDU, DEYANG))
    assert late == (409, "illegal_step")


async def test_a_plan_is_met_under_by_its_parties(regions: Regions) -> None:
    text = {
        **SCHEME_2023_2025,
        "parties": [CHENGDU, DEYANG],
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-31",
    }
    plan_id = (await regions.done(head(CHENGDU), "/plans", text))["id"]
    call = {**a_call(plan_id, DEYANG), "agreement_id": None, "plan_id": plan_id}
    assert (await regions.post(head(DEYANG), "/meetings", call)).status_code == 404
    plan = f"/plans/{plan_id}"
    sent = await act(regions, head(CHENGDU), plan, "countersign", {})
    early = await regions.post(head(DEYANG), "/meetings", call)
    assert (early.status_code, early.json()["code"]) == (409, "not_in_effect")
    yes = {"division": DEYANG, "agrees": True, "text_hash": sent["text_hash"]}
    await act(regions, head(DEYANG), plan, "answer", yes)
    await act(regions, head(CHENGDU), plan, "issue", {})

    made = await regions.done(head(DEYANG), "/meetings", call)

    assert (made["host"], made["term"], made["plan_id"]) == (DEYANG, None, plan_id)
    listed = await regions.get(head(CHENGDU), "/meetings", plan_id=plan_id)
    assert [each["id"] for each in listed.json()["items"]] == [made["id"]]


async def test_two_provinces_meet_and_others_know_nothing_of_it(regions: Regions) -> None:
    parent = await in_force(regions, CHONGQING, CHENGDU)
    path = await convened(regions, parent, CHONGQING)

    for who, status in (
        (head(CHENGDU), 200),
        (head(SICHUAN), 200),
        (head(DEYANG), 404),
        (head("510104"), 404),
    ):
        assert (await regions.get(who, path)).status_code == status
    listed = await regions.get(head(DEYANG), "/meetings", agreement_id=parent)
    assert listed.json()["items"] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"divisions": [CHENGDU]}, "bad_meeting"),
        ({"divisions": [CHENGDU, DEYANG, DEYANG]}, "bad_meeting"),
        ({"divisions": [CHENGDU, MEISHAN]}, "bad_meeting"),
        ({"divisions": [DEYANG, YAAN]}, "bad_meeting"),
        ({"ends_at": "2026-03-01T09:00:00+08:00"}, "bad_meeting"),
        ({"plan_id": str(uuid4())}, "invalid_input"),
        ({"agreement_id": None}, "invalid_input"),
        ({"kind": "party"}, "invalid_input"),
    ],
)
async def test_a_call_that_does_not_hold_together_is_refused(
    regions: Regions, changes: dict[str, Any], code: str
) -> None:
    parent = await in_force(regions, CHENGDU, DEYANG, YAAN)
    call = a_call(parent, CHENGDU) | changes

    answer = await regions.post(head(CHENGDU), "/meetings", call)

    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


@pytest.mark.parametrize(
    "changes",
    [
        {"attendance": [{"division": CHENGDU, "attended": True}] * 2},
        {"attendance": minutes(DEYANG, absent=(CHENGDU,))["attendance"]},
        {"attendance": minutes(CHENGDU, absent=(DEYANG,))["attendance"]},
        {"held_on": "2026-03-03"},
        {"items": [matter(YAAN)]},
        {"items": [matter(DEYANG, "2026-03-01")]},
    ],
)
async def test_minutes_that_do_not_hold_together_are_refused(
    regions: Regions, changes: dict[str, Any]
) -> None:
    parent = await in_force(regions, CHENGDU, DEYANG)
    path = await convened(regions, parent, CHENGDU)
    body = minutes(CHENGDU, DEYANG) | changes

    assert await refused(regions, head(CHENGDU), path, "record", body) == (422, "bad_meeting")


async def test_nobody_meets_under_what_does_not_bind_or_is_not_theirs(regions: Regions) -> None:
    draft = (await regions.done(head(CHENGDU), "/agreements", agreement(CHENGDU, DEYANG)))["id"]
    answer = await regions.post(head(CHENGDU), "/meetings", a_call(draft, CHENGDU))
    assert (answer.status_code, answer.json()["code"]) == (409, "not_in_effect")
    for unknown in (draft, str(uuid4())):
        answer = await regions.post(head(DEYANG), "/meetings", a_call(unknown, DEYANG))
        assert answer.status_code == 404
    call = {**a_call(draft, DEYANG), "agreement_id": None, "joint_group_id": str(uuid4())}
    assert (await regions.post(head(DEYANG), "/meetings", call)).status_code == 404
