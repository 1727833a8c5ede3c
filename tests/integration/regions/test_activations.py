"""One calls, both come: emergency activation between two cities' counties."""

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final

from services.regions.activations.jobs import JOBS
from shared.auth.actor import Role
from shared.clock_rows.sweep import SWEEP_JOB
from shared.jobs import run_job
from tests.integration.regions.conftest import Person, Regions, head

XINDU, GUANGHAN, PENGZHOU = "510114", "510681", "510182"
CHENGDU, SICHUAN = "510100", "510000"
CALLER, CALLED, OTHER = head(XINDU), head(GUANGHAN), head(PENGZHOU)
TIERS: Final = [
    {
        "code": "clue",
        "trigger": "cross_border_clue",
        "acknowledge_hours": 2,
        "box_hours": 24,
        "measures": [
            {"code": "send", "strictness": 2, "text": "两名执法人员到场", "division": XINDU},
            {"code": "send", "strictness": 4, "text": "四名执法人员到场", "division": GUANGHAN},
        ],
    },
    {
        "code": "orange",
        "trigger": "pollution_alert",
        "alert_level": "orange",
        "acknowledge_hours": 4,
        "box_hours": 72,
        "measures": [
            {"code": "limit", "strictness": 30, "text": "涉气企业限产30%", "division": XINDU},
            {"code": "limit", "strictness": 20, "text": "涉气企业限产20%", "division": GUANGHAN},
        ],
    },
    {
        "code": "red",
        "trigger": "pollution_alert",
        "alert_level": "red",
        "acknowledge_hours": 1,
        "box_hours": 48,
        "measures": [
            {"code": "limit", "strictness": 50, "text": "涉气企业限产50%", "division": GUANGHAN},
        ],
    },
]
CLUE: Final = {
    "caller": XINDU,
    "called": [GUANGHAN],
    "trigger": "cross_border_clue",
    "tier": "clue",
    "matter": {
        "title": "界河水色异常",
        "division": GUANGHAN,
        "media": ["water"],
        "place": "青白江界河断面",
        "facts": "夜间水体发黑",
    },
}


async def proposed(regions: Regions, **changes: Any) -> dict[str, Any]:
    body = {
        "title": "新都—广汉应急联动预案",
        "proposer": XINDU,
        "parties": [XINDU, GUANGHAN],
        "tiers": TIERS,
    }
    return await regions.done(CALLER, "/emergency-protocols", {**body, **changes})


async def agreed(regions: Regions) -> dict[str, Any]:
    protocol = await proposed(regions)
    return await regions.done(
        CALLED,
        f"/emergency-protocols/{protocol['id']}/answer",
        {"division": GUANGHAN, "agrees": True},
        version=protocol["version"],
    )


async def called(regions: Regions, **changes: Any) -> dict[str, Any]:
    protocol = await agreed(regions)
    return await regions.done(CALLER, "/activations", calling(protocol, **changes))


def calling(protocol: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**CLUE, "protocol_id": protocol["id"], **changes}


async def act(
    regions: Regions, who: Person, item: dict[str, Any], step: str, body: dict[str, Any]
) -> dict[str, Any]:
    return await regions.done(
        who, f"/activations/{item['id']}/{step}", body, version=item["version"]
    )


async def refused(
    regions: Regions, who: Person, item: dict[str, Any], step: str, body: dict[str, Any]
) -> tuple[int, str]:
    answer = await regions.post(
        who, f"/activations/{item['id']}/{step}", body, version=item["version"]
    )
    return answer.status_code, answer.json()["code"]


class At:
    """A clock that stands."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    async def now(self, within: object = None) -> datetime:  # noqa: ARG002 -- the protocol's
        return self.instant


async def pass_time(regions: Regions, item: dict[str, Any], **by: float) -> None:
    """Let the jobs run as if so much time had passed since the call."""
    instant = datetime.fromisoformat(item["called_at"]) + timedelta(**by)
    for job in (*JOBS, SWEEP_JOB):
        await run_job(regions.database, At(instant), job)


async def test_silence_is_no_consent_and_nothing_is_called_before_all_agreed(
    regions: Regions,
) -> None:
    protocol = await proposed(regions)
    assert protocol["state"] == "proposed"
    assert [each["agrees"] for each in protocol["parties"]] == [True, None]

    early = await regions.post(CALLER, "/activations", calling(protocol))
    assert (early.status_code, early.json()["code"]) == (409, "protocol_not_agreed")

    stands = await regions.done(
        CALLED,
        f"/emergency-protocols/{protocol['id']}/answer",
        {"division": GUANGHAN, "agrees": True},
        version=protocol["version"],
    )
    assert stands["state"] == "agreed"
    assert "call" in stands["actions"]


async def test_who_declines_says_why_and_the_common_superior_decides(regions: Regions) -> None:
    protocol = await proposed(regions)
    path = f"/emergency-protocols/{protocol['id']}"
    body = {"division": GUANGHAN, "agrees": False}
    silent = await regions.post(CALLED, f"{path}/answer", body, version=protocol["version"])
    assert (silent.status_code, silent.json()["code"]) == (422, "reason_missing")

    protocol = await regions.done(
        CALLED, f"{path}/answer", {**body, "reason": "力量不足"}, version=protocol["version"]
    )
    assert protocol["state"] == "proposed"
    decision = {"reason": "全省统一要求"}
    city = await regions.post(
        head(CHENGDU), f"{path}/decide", decision, version=protocol["version"]
    )
    assert city.status_code == 403  # above one of the two only
    decided = await regions.done(
        head(SICHUAN), f"{path}/decide", decision, version=protocol["version"]
    )
    assert (decided["state"], decided["decision"]) == ("agreed", "全省统一要求")
    again = await regions.post(
        head(SICHUAN), f"{path}/decide", decision, version=decided["version"]
    )
    assert (again.status_code, again.json()["code"]) == (409, "illegal_step")


async def test_both_apply_the_stricter_of_their_measures(regions: Regions) -> None:
    item = await called(
        regions,
        trigger="pollution_alert",
        alert_level="orange",
        tier="orange",
        document="川气预警〔2026〕12号",
    )

    assert [(each["text"], each["division"]) for each in item["measures"]] == [
        ("涉气企业限产30%", XINDU)
    ]
    risen = await act(
        regions,
        CALLER,
        item,
        "change-tier",
        {"tier": "red", "alert_level": "red", "reason": "预警升级"},
    )
    assert [each["text"] for each in risen["measures"]] == ["涉气企业限产50%"]


async def test_one_calls_both_come_and_the_report_is_confirmed_before_it_is_filed(
    regions: Regions,
) -> None:
    item = await called(regions)
    assert item["state"] == "active"
    waiting = await regions.get(CALLED, "/activations", awaiting=GUANGHAN)
    assert item["id"] in {each["id"] for each in waiting.json()["items"]}

    wrong = await refused(regions, CALLER, item, "acknowledge", {"division": GUANGHAN})
    assert wrong[0] == 403
    item = await act(regions, CALLED, item, "acknowledge", {"division": GUANGHAN})
    item = await act(regions, CALLED, item, "arrive", {"division": GUANGHAN, "officers": 4})
    [reply] = item["replies"]
    assert (reply["state"], reply["officers"], reply["escalated_at"]) == ("arrived", 4, None)

    item = await act(regions, CALLER, item, "stand-down", {"reason": "源头已查明"})
    assert item["report_due_at"] is not None
    item = await act(regions, CALLER, item, "report", {"report": "查明偷排企业一家"})
    early = await refused(regions, CALLER, item, "close", {})
    assert early == (409, "answers_missing")

    item = await act(regions, CALLED, item, "confirm", {"division": GUANGHAN, "confirms": True})
    item = await act(regions, CALLER, item, "close", {})
    assert item["state"] == "closed"
    assert [each["action"] for each in item["steps"]] == [
        "call", "acknowledge", "arrive", "stand_down", "report", "confirm", "close"
    ]  # fmt: skip


async def test_silence_is_named_to_the_common_superior_once(regions: Regions) -> None:
    item = await called(regions)
    await pass_time(regions, item, hours=1, minutes=59)
    assert (await regions.get(CALLED, f"/activations/{item['id']}")).json()["steps"][-1][
        "action"
    ] == "call"

    await pass_time(regions, item, hours=2)
    await pass_time(regions, item, hours=3)
    seen = (await regions.get(head(SICHUAN), f"/activations/{item['id']}")).json()
    assert [each["action"] for each in seen["steps"]] == ["call", "escalate"]
    assert seen["replies"][0]["escalated_at"] is not None
    fired = await regions.sql(
        "SELECT r.rung FROM clock_rung r JOIN clock c ON c.id = r.clock_id"
        " JOIN activation_reply a ON a.id = c.subject_id WHERE a.activation_id = $1 ORDER BY 1",
        item["id"],
    )
    assert [each["rung"] for each in fired] == [1, 2, 3]


async def test_what_nobody_ends_ends_with_its_time_and_the_report_is_due_from_then(
    regions: Regions,
) -> None:
    item = await called(regions)
    await pass_time(regions, item, hours=24)

    ended = (await regions.get(CALLER, f"/activations/{item['id']}")).json()
    assert ended["state"] == "ended"
    assert ended["ended_at"] == item["ends_at"]
    assert ended["actions"] == ["report"]
    clocks = await regions.sql(
        "SELECT state FROM clock WHERE subject_id = $1 AND kind = 'activation_report'", item["id"]
    )
    assert [each["state"] for each in clocks] == ["running"]


async def test_more_time_is_given_once(regions: Regions) -> None:
    item = await called(regions)
    too_long = await refused(regions, CALLER, item, "extend", {"hours": 25, "reason": "未查清"})
    assert too_long == (409, "extension_refused")

    item = await act(regions, CALLER, item, "extend", {"hours": 24, "reason": "未查清"})
    again = await refused(regions, CALLER, item, "extend", {"hours": 1, "reason": "未查清"})
    assert again == (409, "extension_refused")


async def test_a_joint_operation_of_who_calls_and_who_comes_grows_out_of_it_once(
    regions: Regions,
) -> None:
    item = await called(regions)
    item = await act(regions, CALLED, item, "acknowledge", {"division": GUANGHAN})
    day = item["called_at"][:10]
    body = {"title": "界河联合排查", "planned_to": day, "due_on": day}
    item = await act(regions, CALLER, item, "join-up", body)

    operation = (await regions.get(CALLER, f"/operations/{item['operation_id']}")).json()
    assert (operation["form"], operation["state"]) == ("emergency", "draft")
    assert {each["division"] for each in operation["parties"]} == {XINDU, GUANGHAN}
    assert "join_up" not in item["actions"]
    again = await refused(regions, CALLER, item, "join-up", body)
    assert again == (409, "joined_up_already")


async def test_a_call_for_a_notice_that_is_not_there_calls_nobody(regions: Regions) -> None:
    protocol = await agreed(regions)
    answer = await regions.post(CALLER, "/activations", calling(protocol, notice_id=protocol["id"]))

    assert answer.status_code == 404


async def test_who_was_unable_may_come_after_all(regions: Regions) -> None:
    item = await called(regions)
    unable = {"division": GUANGHAN, "reason": "人员在外"}
    item = await act(regions, CALLED, item, "decline", unable)
    assert item["replies"][0]["state"] == "unable"

    item = await act(regions, CALLED, item, "acknowledge", {"division": GUANGHAN})
    assert item["replies"][0]["state"] == "acknowledged"


async def test_who_does_not_speak_to_the_report_is_spoken_for_by_the_superior_with_a_reason(
    regions: Regions,
) -> None:
    item = await called(regions)
    item = await act(regions, CALLER, item, "stand-down", {"reason": "误报"})
    item = await act(regions, CALLER, item, "report", {"report": "误报"})
    assert await refused(regions, head(SICHUAN), item, "close", {}) == (422, "reason_missing")

    item = await act(regions, head(SICHUAN), item, "close", {"reason": "逾期未表态"})
    assert item["state"] == "closed"


async def test_a_party_takes_its_word_back_and_what_is_active_goes_on(regions: Regions) -> None:
    protocol = await agreed(regions)
    path = f"/emergency-protocols/{protocol['id']}"
    item = await regions.done(CALLER, "/activations", calling(protocol))
    ended = await regions.done(
        CALLED,
        f"{path}/end",
        {"division": GUANGHAN, "reason": "换签新预案"},
        version=protocol["version"],
    )
    assert ended["state"] == "ended"

    late = await regions.post(CALLER, "/activations", calling(protocol))
    assert (late.status_code, late.json()["code"]) == (409, "protocol_not_agreed")
    item = await act(regions, CALLED, item, "acknowledge", {"division": GUANGHAN})
    assert item["state"] == "active"


async def test_of_two_answers_at_once_one_is_told_that_it_is_late(regions: Regions) -> None:
    item = await called(regions)
    path = f"/activations/{item['id']}/acknowledge"
    body = {"division": GUANGHAN}

    answers = await asyncio.gather(
        *(regions.post(CALLED, path, body, version=item["version"]) for _ in range(2))
    )

    assert sorted(each.status_code for each in answers) == [200, 412]


async def test_nobody_else_learns_of_it(regions: Regions) -> None:
    item = await called(regions)
    for who in (OTHER, Person(Role.COMMAND_CENTER, "330200")):
        assert (await regions.get(who, f"/activations/{item['id']}")).status_code == 404
        protocol = f"/emergency-protocols/{item['protocol_id']}"
        assert (await regions.get(who, protocol)).status_code == 404
        listed = (await regions.get(who, "/activations", limit=200)).json()["items"]
        assert item["id"] not in {each["id"] for each in listed}
        stranger = await regions.post(
            who, f"/activations/{item['id']}/acknowledge", {"division": GUANGHAN}, version=1
        )
        assert stranger.status_code == 404


async def test_a_change_names_what_it_changes(regions: Regions) -> None:
    item = await called(regions)
    path = f"/activations/{item['id']}/stand-down"
    unversioned = await regions.post(CALLER, path, {"reason": "误报"})
    stale = await regions.post(CALLER, path, {"reason": "误报"}, version=99)

    assert (unversioned.status_code, stale.status_code) == (428, 412)
