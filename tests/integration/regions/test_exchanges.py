"""Staff exchanges, trainings and honours on a real database, each side with its own login."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import pytest

from services.regions.exchanges.jobs import JOBS
from tests.integration.regions.conftest import Person, Regions, head
from tests.integration.regions.cooperation import on
from tests.integration.regions.test_officers import Officer, an_officer, ask, booking, verdict

XINDU, GUANGHAN, CHENGDU, SICHUAN, JINTANG = "510114", "510681", "510100", "510000", "510121"
STRANGER: Final = head("511400")
ARRIVED, LEFT = "regions.guest.arrived.v1", "regions.guest.left.v1"
FIRST, LAST = date(2026, 3, 16), date(2026, 3, 20)


@pytest.fixture(autouse=True)
async def _today(regions: Regions) -> None:
    await at(regions, "2026-03-12")


async def at(regions: Regions, day: str) -> None:
    await regions.set_clock(datetime.fromisoformat(f"{day}T09:00:00+08:00"))


async def pass_to(regions: Regions, day: str) -> None:
    """The day comes, with the jobs of its morning."""
    await on(regions, day, *JOBS)
    await at(regions, day)


def guest(officer: Officer, **changes: Any) -> dict[str, Any]:
    return {
        "officer_id": officer.id,
        "from_on": FIRST.isoformat(),
        "to_on": LAST.isoformat(),
        "purpose": "joint_case",
        "duties": "参与跨区域案件办理",
        **changes,
    }


def proposal(*guests: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "kind": "mutual",
        "title": "新都—广汉互派",
        "proposer": XINDU,
        "partner": GUANGHAN,
        "cost_bearer": "派出方承担",
        "from_on": FIRST.isoformat(),
        "to_on": LAST.isoformat(),
        "guests": list(guests),
        **changes,
    }


async def act(
    regions: Regions, who: Person, path: str, step: str, body: dict[str, Any]
) -> dict[str, Any]:
    """The step by somebody who has read the newest version."""
    read = (await regions.get(who, path)).json()
    return await regions.done(who, f"{path}/{step}", body, version=read["version"])


async def barred(
    regions: Regions, who: Person, path: str, step: str, body: dict[str, Any]
) -> tuple[int, str]:
    read = (await regions.get(head(XINDU), path)).json()
    answer = await regions.post(who, f"{path}/{step}", body, version=read["version"])
    return answer.status_code, answer.json()["code"]


def word(division: str, *, agrees: bool = True, **changes: Any) -> dict[str, Any]:
    return {"division": division, "agrees": agrees, "commander": "李队长", **changes}


async def agreed(regions: Regions, ours: Officer, theirs: Officer) -> str:
    made = await regions.done(head(XINDU), "/staff-exchanges", proposal(guest(ours)))
    path = f"/staff-exchanges/{made['id']}"
    named = {"division": GUANGHAN, "guests": [guest(theirs)]}
    await act(regions, head(GUANGHAN), path, "name", named)
    await act(regions, head(XINDU), path, "answer", word(XINDU))
    seen = await act(regions, head(GUANGHAN), path, "answer", word(GUANGHAN))
    assert seen["state"] == "agreed"
    return path


async def both(regions: Regions) -> tuple[Officer, Officer]:
    return await an_officer(regions, XINDU), await an_officer(regions, GUANGHAN)


async def days(regions: Regions, division: str, **query: Any) -> dict[str, Any]:
    answer = await regions.get(
        head(division), "/staff-exchanges/balance", division=division, **query
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_each_side_names_its_own_and_agrees_for_itself_and_silence_is_no_consent(
    regions: Regions,
) -> None:
    ours, theirs = await both(regions)
    # Nobody proposes for another, nor names another's people.
    refused = await regions.post(head(GUANGHAN), "/staff-exchanges", proposal(guest(ours)))
    assert refused.status_code == 403
    refused = await regions.post(head(XINDU), "/staff-exchanges", proposal(guest(theirs)))
    assert (refused.status_code, refused.json()["code"]) == (422, "not_of_sender")

    made = await regions.done(head(XINDU), "/staff-exchanges", proposal(guest(ours)))
    path = f"/staff-exchanges/{made['id']}"
    assert made["state"] == "proposed"
    assert {each["agrees"] for each in made["parties"]} == {None}
    assert (await regions.get(STRANGER, path)).status_code == 404
    listed = (await regions.get(STRANGER, "/staff-exchanges")).json()["items"]
    assert made["id"] not in {each["id"] for each in listed}

    assert await barred(regions, head(XINDU), path, "answer", word(XINDU)) == (409, "nobody_sent")
    assert (await barred(regions, head(XINDU), path, "answer", word(GUANGHAN)))[0] == 403
    assert (await barred(regions, ours.login, path, "answer", word(XINDU)))[0] == 403
    named = {"division": GUANGHAN, "guests": [guest(theirs)]}
    stale = await regions.post(head(GUANGHAN), f"{path}/name", named, version=0)
    assert stale.status_code == 412
    await act(regions, head(GUANGHAN), path, "name", named)
    silent = word(XINDU, commander=None)
    assert (await barred(regions, head(XINDU), path, "answer", silent))[1] == "commander_missing"
    seen = await act(regions, head(XINDU), path, "answer", word(XINDU))
    assert seen["state"] == "proposed"
    # Others are named: who had agreed has not agreed to that.
    seen = await act(regions, head(GUANGHAN), path, "name", named)
    assert {each["agrees"] for each in seen["parties"]} == {None}
    no = word(GUANGHAN, agrees=False)
    assert (await barred(regions, head(GUANGHAN), path, "answer", no))[1] == "reason_missing"
    no["reason"] = "人手不足"
    seen = await act(regions, head(GUANGHAN), path, "answer", no)
    assert (seen["state"], seen["actions"]) == ("declined", [])
    assert {each["stay"] for each in seen["guests"]} == {"dropped"}
    # Whom it held can be sent elsewhere.
    during = {"starts_at": "2026-03-17T09:00:00+08:00", "ends_at": "2026-03-17T18:00:00+08:00"}
    assert verdict(await ask(regions, head(XINDU), XINDU, **during), ours) == []


async def test_who_is_away_is_held_and_nobody_is_held_twice(regions: Regions) -> None:
    ours, theirs = await both(regions)
    path = await agreed(regions, ours, theirs)
    during = {"starts_at": "2026-03-17T09:00:00+08:00", "ends_at": "2026-03-17T18:00:00+08:00"}
    assert verdict(await ask(regions, head(XINDU), XINDU, **during), ours) == ["booked"]
    twice = await regions.post(head(XINDU), "/officers/bookings", booking(uuid4(), ours, **during))
    assert (twice.status_code, twice.json()["code"]) == (409, "officer_not_eligible")
    again = proposal(guest(ours, from_on="2026-03-20", to_on="2026-03-20"))
    refused = await regions.post(head(XINDU), "/staff-exchanges", again)
    assert refused.json()["code"] == "officer_not_eligible"
    assert "booked" in refused.json()["detail"]
    # Two exchanges that want one officer at once: one gets him.
    free = await an_officer(regions, XINDU)
    answers = await asyncio.gather(
        *(regions.post(head(XINDU), "/staff-exchanges", proposal(guest(free))) for _ in range(2))
    )
    assert sorted(each.status_code for each in answers) == [201, 409]
    # Who has no certificate for the days does not go.
    without = await an_officer(regions, XINDU, valid_to="2026-03-17")
    refused = await regions.post(head(XINDU), "/staff-exchanges", proposal(guest(without)))
    assert "certificate_expired" in refused.json()["detail"]

    seen = await act(
        regions, head(GUANGHAN), path, "call-off", {"division": GUANGHAN, "reason": "应急任务"}
    )
    assert seen["state"] == "called_off"
    assert verdict(await ask(regions, head(XINDU), XINDU, **during), ours) == []


async def test_guests_come_on_the_day_and_go_after_the_last_with_one_word_each(
    regions: Regions,
) -> None:
    ours, theirs = await both(regions)
    path = await agreed(regions, ours, theirs)
    await pass_to(regions, "2026-03-15")
    seen = (await regions.get(head(XINDU), path)).json()
    assert seen["state"] == "agreed"
    # Two workers at once, and one late.
    await asyncio.gather(*(pass_to(regions, "2026-03-16") for _ in range(2)))
    await pass_to(regions, "2026-03-16")
    seen = (await regions.get(head(XINDU), path)).json()
    assert (seen["state"], {each["stay"] for each in seen["guests"]}) == ("running", {"present"})
    ids = {each["home"]: each["id"] for each in seen["guests"]}
    [told] = await regions.events(ARRIVED, ids[XINDU])
    assert (told["home"], told["host"], told["account_id"]) == (XINDU, GUANGHAN, str(ours.login.id))
    assert datetime.fromisoformat(told["ends_at"]) == datetime.fromisoformat(
        "2026-03-21T00:00:00+08:00"
    )
    assert await regions.events(LEFT, ids[XINDU]) == []
    off = {"division": XINDU, "reason": "晚了"}
    assert await barred(regions, head(XINDU), path, "call-off", off) == (409, "illegal_step")

    # Longer by consent of the other side only.
    longer = {"division": XINDU, "to_on": "2026-03-25", "reason": "案件未办结"}
    await act(regions, head(XINDU), path, "ask-extension", longer)
    own = {"division": XINDU, "agrees": True}
    assert (await barred(regions, head(XINDU), path, "answer-extension", own))[0] == 409
    theirs_too = await an_officer(regions, GUANGHAN)
    yes = {"division": GUANGHAN, "agrees": True}
    seen = await act(regions, head(GUANGHAN), path, "answer-extension", yes)
    assert (seen["to_on"], seen["extensions"]) == ("2026-03-25", 1)
    assert [each["ends_at"] for each in await regions.events(ARRIVED, ids[XINDU])][1].startswith(
        "2026-03-2"
    )
    then = {"starts_at": "2026-03-24T09:00:00+08:00", "ends_at": "2026-03-24T18:00:00+08:00"}
    asked = await ask(regions, head(GUANGHAN), GUANGHAN, **then)
    assert (verdict(asked, theirs), verdict(asked, theirs_too)) == (["booked"], [])

    # One comes home early; the other stays to the end.
    await pass_to(regions, "2026-03-18")
    home = {"division": XINDU, "guest_ids": [], "reason": "本地应急"}
    assert (await barred(regions, head(GUANGHAN), path, "recall", home))[0] == 403
    seen = await act(regions, head(XINDU), path, "recall", home)
    assert seen["state"] == "running"
    gone = {each["home"]: (each["stay"], each["last_on"]) for each in seen["guests"]}
    assert gone == {XINDU: ("recalled", "2026-03-18"), GUANGHAN: ("present", None)}
    [left] = await regions.events(LEFT, ids[XINDU])
    assert left["reason"] == "本地应急"
    assert (await barred(regions, head(XINDU), path, "recall", home))[1] == "nobody_to_recall"
    await pass_to(regions, "2026-03-26")
    seen = (await regions.get(head(XINDU), path)).json()
    assert seen["state"] == "ended"
    sides = {each["division"]: each for each in seen["reciprocity"]}
    assert sides[XINDU]["given"] == sides[GUANGHAN]["received"]
    assert sides[XINDU]["given"] == {"person_times": 1, "calendar_days": 3, "working_days": 3}
    assert sides[GUANGHAN]["given"] == {"person_times": 1, "calendar_days": 10, "working_days": 8}
    assert len(await regions.events(LEFT, ids[GUANGHAN])) == 1
    given, received = [await days(regions, each) for each in (XINDU, GUANGHAN)]
    assert given["given"] == received["received"]
    assert given["received"] == received["given"]


async def test_the_guest_reports_and_the_host_remarks(regions: Regions) -> None:
    ours, theirs = await both(regions)
    path = await agreed(regions, ours, theirs)
    await pass_to(regions, "2026-03-16")
    seen = (await regions.get(head(XINDU), path)).json()
    ids = {each["home"]: each["id"] for each in seen["guests"]}
    mine = {"guest_id": ids[XINDU], "report": "共办理案件两件"}
    assert (await barred(regions, ours.login, path, "report", mine))[1] == "stay_not_over"
    await pass_to(regions, "2026-03-21")
    assert (await barred(regions, theirs.login, path, "report", mine))[0] == 403
    await act(regions, ours.login, path, "report", mine)
    assert (await barred(regions, ours.login, path, "report", mine))[1] == "said_already"
    his = {"guest_id": ids[GUANGHAN], "report": "参加稽查一次"}
    await act(regions, head(GUANGHAN), path, "report", his)
    praise = {"guest_id": ids[XINDU], "remark": "工作扎实"}
    assert (await barred(regions, head(XINDU), path, "remark", praise))[0] == 403
    await act(regions, head(GUANGHAN), path, "remark", praise)
    seen = await act(
        regions, head(XINDU), path, "remark", {"guest_id": ids[GUANGHAN], "remark": "配合良好"}
    )
    assert seen["state"] == "reported"
    foreign = await regions.get(STRANGER, "/staff-exchanges/balance", division=XINDU)
    assert foreign.status_code == 403


async def test_what_nobody_agreed_to_by_its_first_day_is_off_and_holds_nobody(
    regions: Regions,
) -> None:
    ours = await an_officer(regions, XINDU)
    made = await regions.done(head(XINDU), "/staff-exchanges", proposal(guest(ours)))
    path = f"/staff-exchanges/{made['id']}"
    await pass_to(regions, "2026-03-16")
    assert (await regions.get(head(XINDU), path)).json()["state"] == "proposed"
    await at(regions, "2026-03-17")
    late = {"division": XINDU, "guests": [guest(ours)]}
    assert (await barred(regions, head(XINDU), path, "name", late))[1] == "days_passed"
    await pass_to(regions, "2026-03-17")
    seen = (await regions.get(head(XINDU), path)).json()
    assert (seen["state"], seen["guests"][0]["stay"]) == ("called_off", "dropped")
    during = {"starts_at": "2026-03-18T09:00:00+08:00", "ends_at": "2026-03-18T18:00:00+08:00"}
    assert verdict(await ask(regions, head(XINDU), XINDU, **during), ours) == []


async def test_who_leaves_the_service_is_a_guest_no_more(regions: Regions) -> None:
    ours, theirs = await both(regions)
    path = await agreed(regions, ours, theirs)
    await pass_to(regions, "2026-03-16")
    person = (await regions.get(head(XINDU), f"/officers/{ours.id}")).json()
    await regions.done(
        head(XINDU),
        f"/officers/{ours.id}/deactivate",
        {"reason": "调离"},
        version=person["version"],
    )
    await pass_to(regions, "2026-03-17")
    seen = (await regions.get(head(XINDU), path)).json()
    [guest_of] = [each for each in seen["guests"] if each["home"] == XINDU]
    assert (guest_of["stay"], guest_of["last_on"]) == ("left", "2026-03-16")
    assert len(await regions.events(LEFT, guest_of["id"])) == 1
    # Nobody looked for a month: it is over all the same, and the last day is the last day.
    await pass_to(regions, "2026-04-20")
    seen = (await regions.get(head(XINDU), path)).json()
    assert seen["state"] == "ended"
    assert [each["last_on"] for each in seen["guests"] if each["home"] == GUANGHAN] == [
        LAST.isoformat()
    ]


async def test_the_ministry_calls_by_its_document_and_honours_are_confirmed_from_above(
    regions: Regions,
) -> None:
    people = [await an_officer(regions, JINTANG) for _ in range(2)]
    called = proposal(
        *map(guest, people),
        kind="secondment",
        proposer=JINTANG,
        partner=None,
        host_body="生态环境部",
        document="环办执法函〔2026〕12号",
    )
    del called["partner"]
    made = await regions.done(head(JINTANG), "/staff-exchanges", called)
    path = f"/staff-exchanges/{made['id']}"
    seen = await act(regions, head(JINTANG), path, "answer", word(JINTANG, commander=None))
    assert seen["state"] == "agreed"

    def honour(officer: Officer, **changes: Any) -> dict[str, Any]:
        return {
            "division": JINTANG,
            "officer_id": officer.id,
            "issuer_level": "ministry",
            "issuer": "生态环境部",
            "document": "环办执法函〔2026〕30号",
            "awarded_on": "2026-03-12",
            "merit": "统筹执法表现突出",
            "reference": "staff_exchange",
            "reference_id": made["id"],
            **changes,
        }

    early = await regions.post(head(JINTANG), "/honours", honour(people[0]))
    assert early.json()["code"] == "honour_without_service"
    other = honour(people[0], reference="rota_round", reference_id=str(uuid4()))
    assert (await regions.post(head(JINTANG), "/honours", other)).status_code == 422
    await pass_to(regions, "2026-03-16")
    await pass_to(regions, "2026-03-21")
    seen = (await regions.get(head(JINTANG), path)).json()
    assert seen["state"] == "ended"
    assert await regions.events(ARRIVED, seen["guests"][0]["id"]) == []
    for each in seen["guests"]:
        told = {"guest_id": each["id"], "report": "参加部级统筹强化监督"}
        seen = await act(regions, head(JINTANG), path, "report", told)
    assert seen["state"] == "reported"
    found = await days(regions, JINTANG, since="2026-03-01", until="2026-03-31")
    assert found["given"] == {"person_times": 2, "calendar_days": 10, "working_days": 10}
    assert [each["other"] for each in found["lines"]] == ["生态环境部"]

    assert (await regions.post(head(CHENGDU), "/honours", honour(people[0]))).status_code == 403
    row = await regions.done(head(JINTANG), "/honours", honour(people[0]))
    again = await regions.post(head(JINTANG), "/honours", honour(people[0]))
    assert again.status_code == 409
    one = f"/honours/{row['id']}"
    assert (await regions.get(STRANGER, one)).status_code == 404
    own = await regions.post(head(JINTANG), f"{one}/confirm", {}, version=row["version"])
    assert own.status_code == 403
    counted = await regions.get(head(CHENGDU), "/honours/counts", division=CHENGDU, year=2026)
    assert counted.json()["honours"] == 0
    row = await act(regions, head(CHENGDU), one, "confirm", {})
    counted = await regions.get(head(CHENGDU), "/honours/counts", division=CHENGDU, year=2026)
    assert counted.json()["lines"] == [
        {"division": JINTANG, "issuer_level": "ministry", "honours": 1, "people": 1}
    ]
    row = await act(regions, head(JINTANG), one, "revoke", {"reason": "登记有误"})
    assert (row["state"], row["actions"]) == ("revoked", [])
    counted = await regions.get(head(CHENGDU), "/honours/counts", division=CHENGDU, year=2026)
    assert counted.json()["honours"] == 0


async def test_a_training_has_places_hours_and_a_word_of_those_who_came(regions: Regions) -> None:
    ours, theirs = await both(regions)
    body = {
        "convener": XINDU,
        "kind": "case_talk",
        "topic": "我的案件我来讲",
        "venue": "新都区",
        "starts_at": "2026-03-13T09:00:00+08:00",
        "ends_at": "2026-03-13T11:30:00+08:00",
        "places": 3,
        "invited": [GUANGHAN],
        "materials": [{"name": "讲稿", "sha256": "a" * 64}],
    }
    assert (await regions.post(head(GUANGHAN), "/trainings", body)).status_code == 403
    made = await regions.done(head(XINDU), "/trainings", body)
    path = f"/trainings/{made['id']}"
    assert (await regions.get(STRANGER, path)).status_code == 404
    theirs_only = {"division": XINDU, "people": 1, "officer_ids": [theirs.id]}
    assert (await barred(regions, head(XINDU), path, "register", theirs_only))[1] == "not_of_sender"
    mine = {"division": XINDU, "people": 2, "officer_ids": [ours.id]}
    await act(regions, head(XINDU), path, "register", mine)
    two = {"division": GUANGHAN, "people": 2, "officer_ids": [theirs.id]}
    assert await barred(regions, head(GUANGHAN), path, "register", two) == (409, "places_full")
    seen = await act(regions, head(GUANGHAN), path, "register", {**two, "people": 1})
    assert seen["places_left"] == 0
    came: dict[str, Any] = {
        "attendance": [
            {"division": XINDU, "people": 1, "officer_ids": [ours.id]},
            {"division": GUANGHAN, "people": 1, "officer_ids": []},
        ]
    }
    assert (await barred(regions, head(XINDU), path, "hold", came))[1] == "not_begun_yet"
    await at(regions, "2026-03-13")
    cancel = {"reason": "改期"}
    assert (await barred(regions, head(GUANGHAN), path, "cancel", cancel))[0] == 403
    late = {"division": GUANGHAN, "reason": "临时有事"}
    assert (await barred(regions, head(GUANGHAN), path, "decline", late))[1] == "training_begun"
    seen = await act(regions, head(XINDU), path, "hold", came)
    assert {each["division"]: each["hours"] for each in seen["parties"]} == {
        XINDU: "2.5",
        GUANGHAN: "2.5",
    }
    said = {"division": GUANGHAN, "score": 5, "evaluation": "案例很有帮助"}
    await act(regions, head(GUANGHAN), path, "evaluate", said)
    await act(regions, head(XINDU), path, "close", {})
    hours = await regions.get(head(GUANGHAN), "/trainings/hours", division=GUANGHAN)
    assert hours.json()["hours"] == "2.5"
    day = timedelta(days=1)
    none = await regions.get(
        head(GUANGHAN),
        "/trainings/hours",
        division=GUANGHAN,
        until=(date(2026, 3, 13) - day).isoformat(),
    )
    assert none.json()["lines"] == []
