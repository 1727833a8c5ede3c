"""Cooperation agreements: each party for itself, silence is no consent, time moves what binds."""

import asyncio
from typing import Any

import pytest

from services.regions.agreements.domain.consent import fingerprint
from services.regions.agreements.jobs import JOBS
from shared.auth.actor import Role
from tests.integration.regions.conftest import Person, Regions, desk, head
from tests.integration.regions.cooperation import (
    CHENGDU,
    CHONGQING,
    DEYANG,
    FIVE,
    MEISHAN,
    SICHUAN,
    YAAN,
    act,
    agreement,
    on,
    party,
    read,
    refused,
    revision,
)


async def a_draft(regions: Regions, *parties: str, **changes: Any) -> str:
    made = await regions.done(head(parties[0]), "/agreements", agreement(*parties, **changes))
    assert (made["state"], made["text_version"]) == ("draft", 0)
    return f"/agreements/{made['id']}"


async def on_table(regions: Regions, *parties: str, **changes: Any) -> str:
    path = await a_draft(regions, *parties, **changes)
    await act(regions, head(parties[0]), path, "negotiate", {})
    return path


async def sign(regions: Regions, path: str, *parties: str) -> dict[str, Any]:
    signed: dict[str, Any] = {}
    for each in parties:
        seen = await read(regions, head(each), path)
        body = {"division": each, "text_hash": seen["text_hash"]}
        signed = await act(regions, head(each), path, "sign", body)
    return signed


async def in_force(regions: Regions, *parties: str, **changes: Any) -> str:
    path = await on_table(regions, *parties, **changes)
    await sign(regions, path, *parties)
    await on(regions, "2026-03-02", *JOBS)
    assert (await read(regions, head(parties[0]), path))["state"] == "in_force"
    return path


def words(seen: dict[str, Any]) -> dict[str, str]:
    return {each["division"]: each["answer"] for each in seen["parties"]}


async def test_five_cities_sign_one_after_the_other_and_the_last_signature_binds(
    regions: Regions,
) -> None:
    path = await on_table(regions, *FIVE)

    before = await sign(regions, path, *FIVE[:-1])
    assert (before["state"], before["missing"]) == ("negotiating", [FIVE[-1]])
    signed = await sign(regions, path, FIVE[-1])

    assert (signed["state"], signed["bound_by"], signed["missing"]) == ("signed", "consent", [])
    assert set(words(signed).values()) == {"agreed"}
    assert {each["answered_hash"] for each in signed["parties"]} == {signed["text_hash"]}
    steps = [each["action"] for each in signed["steps"]]
    assert steps == ["negotiate", *["sign"] * 5, "conclude"]
    await on(regions, "2026-03-02", *JOBS)
    assert (await read(regions, head(YAAN), path))["state"] == "in_force"


async def test_silence_is_no_consent_whatever_time_passes(regions: Regions) -> None:
    path = await on_table(regions, CHONGQING, CHENGDU)
    await sign(regions, path, CHONGQING)

    await on(regions, "2027-03-02", *JOBS)

    seen = await read(regions, head(CHENGDU), path)
    assert (seen["state"], seen["missing"]) == ("negotiating", [CHENGDU])


async def test_a_text_can_be_recomputed_and_another_text_clears_all_signatures(
    regions: Regions,
) -> None:
    path = await on_table(regions, *FIVE)
    signed = await sign(regions, path, CHENGDU, DEYANG)
    text = await read(regions, head(YAAN), f"{path}/texts/1")
    assert fingerprint(text["content"]) == text["text_hash"] == signed["text_hash"]

    body = revision(YAAN, agreement(*FIVE), border_strip_km=10)
    changed = await act(regions, head(YAAN), path, "revise", body)

    assert (changed["text_version"], changed["missing"]) == (2, sorted(FIVE))
    assert set(words(changed).values()) == {"pending"}
    assert [each["proposed_by"] for each in changed["texts"]] == [CHENGDU, YAAN]
    old = {"division": MEISHAN, "text_hash": signed["text_hash"]}
    assert await refused(regions, head(MEISHAN), path, "sign", old) == (409, "other_text")
    again = await sign(regions, path, *FIVE)
    assert (again["state"], again["text_version"]) == ("signed", 2)


async def test_the_same_text_sent_again_clears_nothing(regions: Regions) -> None:
    path = await on_table(regions, CHENGDU, DEYANG)
    await sign(regions, path, DEYANG)

    same = revision(CHENGDU, agreement(CHENGDU, DEYANG))
    seen = await act(regions, head(CHENGDU), path, "revise", same)

    assert (seen["text_version"], words(seen)[DEYANG]) == (1, "agreed")


async def test_a_draft_is_its_drafters_alone(regions: Regions) -> None:
    path = await a_draft(regions, CHENGDU, DEYANG)

    for who in (head(DEYANG), head(SICHUAN), head(CHONGQING), desk("510104")):
        assert (await regions.get(who, path)).status_code == 404
    assert (await regions.get(desk(CHENGDU), path)).status_code == 200

    await act(regions, head(CHENGDU), path, "negotiate", {})
    for who, status in (
        (head(DEYANG), 200),
        (head(SICHUAN), 200),
        (head(CHONGQING), 404),
        (head(MEISHAN), 404),
        (head("510104"), 404),
    ):
        assert (await regions.get(who, path)).status_code == status
        assert (await regions.get(who, f"{path}/texts/1")).status_code == status
    seen = await read(regions, head(DEYANG), path)
    assert [each["action"] for each in seen["steps"]] == ["negotiate"]
    listed = (await regions.get(head(MEISHAN), "/agreements", limit=200)).json()["items"]
    assert path.rpartition("/")[2] not in {each["id"] for each in listed}


async def test_each_party_signs_for_itself_by_its_own_head(regions: Regions) -> None:
    path = await on_table(regions, CHENGDU, DEYANG)
    seen = await read(regions, head(DEYANG), path)
    signature = {"division": DEYANG, "text_hash": seen["text_hash"]}

    for who, status in (
        (head(CHENGDU), 403),
        (head(SICHUAN), 403),
        (desk(DEYANG), 403),
        (head(MEISHAN), 404),
        (Person(Role.OFFICER, DEYANG), 403),
    ):
        answer = await regions.post(who, f"{path}/sign", signature, version=seen["version"])
        assert answer.status_code == status, answer.text
    mine = {"division": SICHUAN, "text_hash": seen["text_hash"]}
    assert await refused(regions, head(SICHUAN), path, "sign", mine) == (422, "not_a_party")
    leader = Person(Role.COUNTY_LEADER_IN_CHARGE, DEYANG)
    assert words(await act(regions, leader, path, "sign", signature))[DEYANG] == "agreed"


async def test_a_refusal_has_a_reason_and_a_party_may_think_again(regions: Regions) -> None:
    path = await on_table(regions, CHENGDU, DEYANG)
    seen = await read(regions, head(DEYANG), path)
    no = {"division": DEYANG, "text_hash": seen["text_hash"]}

    assert (await refused(regions, head(DEYANG), path, "decline", no))[0] == 422
    declined = await act(regions, head(DEYANG), path, "decline", {**no, "reason": "范围过宽"})
    assert words(declined)[DEYANG] == "declined"
    assert declined["parties"][1]["answer_reason"] == "范围过宽"
    assert (await sign(regions, path, DEYANG, CHENGDU))["state"] == "signed"


async def test_a_stale_reader_is_told_and_a_change_names_its_version(regions: Regions) -> None:
    path = await on_table(regions, CHENGDU, DEYANG)
    seen = await read(regions, head(DEYANG), path)
    body = {"division": DEYANG, "text_hash": seen["text_hash"]}
    await sign(regions, path, CHENGDU)

    stale = await regions.post(head(DEYANG), f"{path}/sign", body, version=seen["version"])
    assert stale.status_code == 412
    assert (await regions.post(head(DEYANG), f"{path}/sign", body)).status_code == 428


async def test_a_signature_sent_twice_is_one_signature(regions: Regions) -> None:
    path = await on_table(regions, CHENGDU, DEYANG)
    seen = await read(regions, head(DEYANG), path)
    body, key = {"division": DEYANG, "text_hash": seen["text_hash"]}, "agreement-retry-1"

    who = head(DEYANG)
    answers = [
        await regions.post(who, f"{path}/sign", body, version=seen["version"], key=key)
        for _ in range(2)
    ]

    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    seen = await read(regions, head(DEYANG), path)
    assert [each["action"] for each in seen["steps"]] == ["negotiate", "sign"]


async def test_of_two_parties_signing_at_once_one_reads_again(regions: Regions) -> None:
    path = await on_table(regions, CHENGDU, DEYANG)
    seen = await read(regions, head(DEYANG), path)

    answers = await asyncio.gather(
        *(
            regions.post(
                head(each),
                f"{path}/sign",
                {"division": each, "text_hash": seen["text_hash"]},
                version=seen["version"],
            )
            for each in (CHENGDU, DEYANG)
        )
    )

    assert sorted(each.status_code for each in answers) == [200, 412]
    assert (await read(regions, head(DEYANG), path))["state"] == "negotiating"


async def test_the_common_superior_decides_when_a_party_asks(regions: Regions) -> None:
    path = await on_table(regions, *FIVE)
    await sign(regions, path, CHENGDU)
    no = {
        "division": DEYANG,
        "text_hash": (await read(regions, head(DEYANG), path))["text_hash"],
        "reason": "人手不足",
    }
    await act(regions, head(DEYANG), path, "decline", no)
    reason = {"reason": "流域治理需要"}

    assert await refused(regions, head(SICHUAN), path, "decide", reason) == (409, "no_deadlock")
    asked = {"division": CHENGDU, "reason": "协商未果"}
    assert "decide" not in (await read(regions, head(SICHUAN), path))["actions"]
    await act(regions, head(CHENGDU), path, "ask-decision", asked)
    for who in (head(CHENGDU), desk(SICHUAN)):
        assert (await refused(regions, who, path, "decide", reason))[0] == 403
    assert (await read(regions, head(SICHUAN), path))["actions"] == ["decide"]
    decided = await act(regions, head(SICHUAN), path, "decide", reason)

    assert (decided["state"], decided["bound_by"]) == ("signed", "common_superior")
    assert (decided["decided_by"], decided["decision_reason"]) == (SICHUAN, "流域治理需要")
    assert (words(decided)[CHENGDU], words(decided)[DEYANG]) == ("agreed", "declined")
    assert decided["missing"] == sorted({*FIVE} - {CHENGDU})


async def test_the_common_superior_decides_when_time_is_up(regions: Regions) -> None:
    path = await on_table(regions, CHENGDU, DEYANG)
    agreement_id = path.rpartition("/")[2]
    await regions.sql(
        "UPDATE agreement SET negotiate_until = '2026-03-01T00:00:00+08:00' WHERE id = $1",
        agreement_id,
    )

    decided = await act(regions, head(SICHUAN), path, "decide", {"reason": "期限已满"})

    assert decided["state"] == "signed"
    assert decided["missing"] == sorted([CHENGDU, DEYANG])


async def test_parties_of_two_provinces_have_nobody_above_them(regions: Regions) -> None:
    path = await on_table(regions, CHONGQING, CHENGDU)
    asked = {"division": CHENGDU, "reason": "协商未果"}

    expected = (409, "no_common_superior")
    assert await refused(regions, head(CHENGDU), path, "ask-decision", asked) == expected
    for who in (head(SICHUAN), head(CHONGQING)):
        assert await refused(regions, who, path, "decide", {"reason": "应当"}) == expected
    assert (await read(regions, head(CHENGDU), path))["superior"] is None


async def test_time_brings_it_into_force_near_its_end_and_to_it(regions: Regions) -> None:
    path = await on_table(regions, CHENGDU, DEYANG, valid_from="2026-03-10")
    await sign(regions, path, CHENGDU, DEYANG)
    states = []
    for day in ("2026-03-09", "2026-03-10", "2026-09-29", "2026-09-30", "2026-12-31", "2027-01-01"):
        await on(regions, day, *JOBS)
        states.append((await read(regions, head(CHENGDU), path))["state"])

    assert states == ["signed", "in_force", "in_force", "expiring", "expiring", "expired"]


async def test_a_service_that_slept_does_every_step_it_missed(regions: Regions) -> None:
    path = await on_table(regions, CHENGDU, DEYANG)
    await sign(regions, path, CHENGDU, DEYANG)

    await on(regions, "2028-01-01", *JOBS)

    seen = await read(regions, head(CHENGDU), path)
    assert seen["state"] == "expired"
    assert [each["action"] for each in seen["steps"]][-2:] == ["come_into_force", "expire"]


async def test_a_party_gives_notice_with_a_day_and_a_reason(regions: Regions) -> None:
    path = await in_force(regions, *FIVE)
    notice = {"division": DEYANG, "ends_on": "2026-03-20", "reason": "机构改革"}

    early = await refused(regions, head(DEYANG), path, "give-notice", notice)
    assert early == (422, "notice_too_short")
    given = await act(
        regions, head(DEYANG), path, "give-notice", {**notice, "ends_on": "2026-05-01"}
    )
    assert (given["state"], given["notice_by"]) == ("in_force", DEYANG)
    again = {"division": YAAN, "ends_on": "2026-06-01", "reason": "同上"}
    assert await refused(regions, head(YAAN), path, "give-notice", again) == (409, "notice_stands")
    theirs = {"division": YAAN, "reason": "不同意终止"}
    assert await refused(regions, head(YAAN), path, "withdraw-notice", theirs) == (409, "no_notice")
    await on(regions, "2026-04-30", *JOBS)
    assert (await read(regions, head(YAAN), path))["state"] == "in_force"
    await on(regions, "2026-05-01", *JOBS)
    ended = await read(regions, head(YAAN), path)
    assert (ended["state"], ended["steps"][-1]["reason"], ended["actions"]) == (
        "terminated",
        "机构改革",
        [],
    )


async def test_a_notice_taken_back_ends_nothing(regions: Regions) -> None:
    path = await in_force(regions, CHENGDU, DEYANG)
    body = {"division": DEYANG, "ends_on": "2026-05-01", "reason": "机构改革"}
    await act(regions, head(DEYANG), path, "give-notice", body)
    back = await act(
        regions, head(DEYANG), path, "withdraw-notice", {"division": DEYANG, "reason": "改革推迟"}
    )

    assert (back["notice_by"], back["ends_on"]) == (None, None)
    await on(regions, "2026-06-01", *JOBS)
    assert (await read(regions, head(DEYANG), path))["state"] == "in_force"


async def test_all_parties_together_end_it_at_once(regions: Regions) -> None:
    path = await in_force(regions, CHENGDU, DEYANG, YAAN)
    body = {"division": DEYANG, "ends_on": "2026-05-01", "reason": "机构改革"}
    await act(regions, head(DEYANG), path, "give-notice", body)
    joined = await act(regions, head(YAAN), path, "join-notice", {"division": YAAN})
    assert joined["state"] == "in_force"

    twice = await refused(regions, head(YAAN), path, "join-notice", {"division": YAAN})
    assert twice == (409, "no_notice")
    ended = await act(regions, head(CHENGDU), path, "join-notice", {"division": CHENGDU})

    assert (ended["state"], ended["ends_on"]) == ("terminated", "2026-03-02")


async def test_a_renewal_is_linked_both_ways_once_it_is_on_the_table(regions: Regions) -> None:
    path = await in_force(regions, CHENGDU, DEYANG)
    dates = {"valid_from": "2026-06-01", "valid_to": "2027-12-31"}
    successor = await act(regions, head(DEYANG), path, "renew", {"division": DEYANG, **dates})
    assert (successor["state"], successor["predecessor_id"]) == ("draft", path.rpartition("/")[2])
    assert (await read(regions, head(CHENGDU), path))["successor_id"] is None

    next_path = f"/agreements/{successor['id']}"
    await act(regions, head(DEYANG), next_path, "negotiate", {})
    old = await read(regions, head(CHENGDU), path)
    assert (old["successor_id"], old["state"]) == (successor["id"], "in_force")
    rival = {"division": CHENGDU, **dates}
    assert (await refused(regions, head(CHENGDU), path, "renew", rival)) == (
        409,
        "renewal_under_way",
    )
    await sign(regions, next_path, CHENGDU, DEYANG)
    await on(regions, "2026-06-01", *JOBS)

    assert (await read(regions, head(CHENGDU), path))["state"] == "renewed"
    assert (await read(regions, head(CHENGDU), next_path))["state"] == "in_force"


async def test_a_renewal_given_up_leaves_the_way_free(regions: Regions) -> None:
    path = await in_force(regions, CHENGDU, DEYANG)
    dates = {"valid_from": "2027-01-01"}
    made = await act(regions, head(DEYANG), path, "renew", {"division": DEYANG, **dates})
    await act(regions, head(DEYANG), f"/agreements/{made['id']}", "negotiate", {})
    gone = await act(
        regions, head(DEYANG), f"/agreements/{made['id']}", "break-off", {"reason": "另行协商"}
    )

    assert gone["state"] == "terminated"
    again = await act(regions, head(CHENGDU), path, "renew", {"division": CHENGDU, **dates})
    assert again["state"] == "draft"


async def test_the_lead_rotates_and_another_party_approves_a_skip(regions: Regions) -> None:
    path = await in_force(regions, CHENGDU, DEYANG, YAAN)
    seen = await read(regions, head(YAAN), path)
    turns = seen["rotation"]["turns"]
    assert [each["lead"] for each in turns] == [CHENGDU, DEYANG, YAAN] * 2
    assert (turns[0]["starts_on"], turns[0]["ends_on"]) == ("2026-03-01", "2026-08-31")
    assert [each["current"] for each in turns] == [True, *[False] * 5]
    body = {"division": YAAN, "term": 1, "member": DEYANG, "reason": "机构改革"}

    own = {**body, "division": DEYANG}
    assert (await refused(regions, head(DEYANG), path, "skip-turn", own))[1] == "not_a_party"
    wrong = {**body, "term": 2}
    assert (await refused(regions, head(YAAN), path, "skip-turn", wrong))[1] == "not_its_turn"
    skipped = await act(regions, head(YAAN), path, "skip-turn", body)

    leads = [each["lead"] for each in skipped["rotation"]["turns"]]
    assert leads == [CHENGDU, YAAN, DEYANG, CHENGDU, DEYANG, YAAN]
    assert skipped["rotation"]["skips"][0]["approved_by"] == YAAN


async def test_a_yearly_agreement_hangs_beneath_a_frame_that_binds(regions: Regions) -> None:
    frame = (await in_force(regions, CHENGDU, DEYANG, YAAN)).rpartition("/")[2]

    counties = agreement("510182", "510682", parent_agreement_id=frame, drafter=CHENGDU)
    path = f"/agreements/{(await regions.done(head(CHENGDU), '/agreements', counties))['id']}"
    await act(regions, head(CHENGDU), path, "negotiate", {})
    assert (await read(regions, head(CHENGDU), path))["parent_agreement_id"] == frame
    # A county has no part in the frame of its city, and is not told of it.
    assert (await read(regions, head("510182"), path))["parent_agreement_id"] is None
    outside = agreement(CHENGDU, MEISHAN, parent_agreement_id=frame)
    answer = await regions.post(head(CHENGDU), "/agreements", outside)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_agreement")
    unknown = agreement(MEISHAN, "511400", parent_agreement_id=frame)
    unknown["parties"] = [party(MEISHAN), party(YAAN)]
    unknown["rotation"] = {"order": [MEISHAN, YAAN]}
    answer = await regions.post(head(MEISHAN), "/agreements", unknown)
    assert answer.status_code == 404


async def test_it_stands_on_the_law_in_force_when_it_was_written(regions: Regions) -> None:
    path = await on_table(regions, CHENGDU, DEYANG)

    [basis] = (await read(regions, head(CHENGDU), path))["legal_basis"]

    assert (basis["law_code"], basis["article"]) == ("environmental-protection-law", "20")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"parties": [party(CHENGDU), party(CHENGDU)]}, "bad_agreement"),
        ({"drafter": CHENGDU, "parties": [party(DEYANG), party(YAAN)]}, "bad_agreement"),
        ({"valid_to": "2026-02-01"}, "bad_agreement"),
        ({"rotation": {"order": [CHENGDU, YAAN]}}, "bad_rotation"),
        ({"rotation": {"order": []}}, "bad_rotation"),
        ({"rotation": {"order": [CHENGDU, CHENGDU]}}, "bad_rotation"),
        ({"systems": [{"system": "look_back"}, {"system": "look_back"}]}, "bad_agreement"),
        (
            {"parties": [party(CHENGDU), party(DEYANG), party("519900")]},
            "unknown_division",
        ),
        ({"industries": ["26 14"]}, "invalid_input"),
        ({"systems": [{"system": "friendship"}]}, "invalid_input"),
        ({"border_strip_km": 0}, "invalid_input"),
        ({"attachments": [{"title": "x", "sha256": "y", "size": 1}]}, "invalid_input"),
    ],
)
async def test_a_text_that_does_not_hold_together_is_refused(
    regions: Regions, changes: dict[str, Any], code: str
) -> None:
    answer = await regions.post(head(CHENGDU), "/agreements", agreement(CHENGDU, DEYANG) | changes)

    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


async def test_nobody_drafts_for_a_division_that_is_not_his(regions: Regions) -> None:
    for who in (head(DEYANG), head(SICHUAN), Person(Role.OFFICER, CHENGDU)):
        answer = await regions.post(who, "/agreements", agreement(CHENGDU, DEYANG))
        assert answer.status_code == 403


async def test_parties_change_in_a_draft_only(regions: Regions) -> None:
    path = await a_draft(regions, CHENGDU, DEYANG)
    three = agreement(CHENGDU, YAAN, MEISHAN)
    changed = await act(regions, head(CHENGDU), path, "revise", revision(CHENGDU, three))
    assert [each["division"] for each in changed["parties"]] == [CHENGDU, YAAN, MEISHAN]
    await act(regions, head(CHENGDU), path, "negotiate", {})

    two = revision(YAAN, agreement(CHENGDU, YAAN))

    assert await refused(regions, head(YAAN), path, "revise", two) == (422, "bad_agreement")
    assert (await regions.get(head(DEYANG), path)).status_code == 404
