"""What bars acceptance and refusal, what settles competence, and the third return."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.petitions.handling.use_cases.routing import deem_competent
from shared.auth.actor import Role
from shared.db.session import SYSTEM, Database
from tests.integration.petitions.conftest import ADDRESS, FUJIAN, NAME, PHONE, Case, Place
from tests.support.services import Caller, eventually

NOTICE = {"notice": "已告知"}
REASON = {"reason": "不属本地"}


def ground(name: str, **more: Any) -> dict[str, Any]:
    return {"ground": name, "notice": "不予受理并告知理由", **more}


def province_of(place: Place) -> str:
    return f"{place.city[:2]}0000"


async def code(case: Case, who: Caller, step: str, body: Any) -> tuple[int, str]:
    answer = await case.try_(who, step, body)
    content = answer.json()
    return answer.status_code, content.get("code", content.get("state"))


async def again(place: Place, first: Case, **changes: Any) -> Case:
    """The same person once more, confirmed as a repeat."""
    await place.time.pass_by(minutes=1)
    case = await place.register(**changes)
    body = {"root_id": str(first.id), "note": "同一事项"}
    answer = await place.city_clerk.post(f"{case.path}/confirm-repeat", body, version=1)
    assert answer.status_code in {200, 201}, answer.text
    case.version = (await case.read(place.city_clerk))["version"]
    return case


async def made_final(case: Case) -> None:
    await case.place.service.sql("UPDATE petition SET state = 'final' WHERE id = $1", case.id)


async def test_what_the_county_handles_in_time_the_city_does_not_accept(place: Place) -> None:
    first = await (await place.register()).accepted()
    repeat = await again(place, first)

    answer = await repeat.try_(place.city_clerk, "accept", NOTICE)

    assert (answer.status_code, answer.json()["code"]) == (409, "parallel_acceptance")
    assert first.number in answer.json()["detail"]
    assert await repeat.state() == "registered"
    await repeat.step(
        place.city_clerk, "refuse", ground("duplicate_running", same_as_id=str(first.id))
    )
    seen = await repeat.read(place.city_clerk)
    assert (seen["refusal_ground"], seen["same_as_id"]) == ("duplicate_running", str(first.id))


async def test_the_county_itself_may_take_the_repeat_to_what_it_handles(place: Place) -> None:
    first = await (await place.register()).accepted()
    repeat = await again(place, first)
    await repeat.transferred()

    await repeat.step(place.clerk, "accept", NOTICE)


async def test_what_the_county_let_run_out_the_city_may_accept(place: Place) -> None:
    first = await (await place.register()).in_progress()
    repeat = await again(place, first)
    clocks = (await first.read(place.clerk))["clocks"]
    due = next(each["due_at"] for each in clocks if each["kind"] == "closing")
    await place.time.move_to(max(place.time.now, datetime.fromisoformat(due)))

    await repeat.step(place.city_clerk, "accept", NOTICE)


async def test_a_final_matter_is_refused_as_final_and_nothing_else(place: Place) -> None:
    first = await (await place.register()).replied()
    await made_final(first)
    repeat = await again(place, first)
    await repeat.transferred()

    assert await code(repeat, place.clerk, "accept", NOTICE) == (409, "matter_is_final")
    assert await code(repeat, place.clerk, "refuse", ground("unclear")) == (409, "matter_is_final")
    assert await code(repeat, place.clerk, "refuse", ground("final")) == (422, "same_as_missing")
    await repeat.step(place.clerk, "refuse", ground("final", same_as_id=str(first.id)))

    assert await repeat.state() == "not_accepted"


async def test_a_final_matter_binds_the_unit_that_may_not_see_it(place: Place) -> None:
    first = await (await place.register()).replied()
    await made_final(first)
    repeat = await again(place, first, divisions=[place.neighbour])
    await repeat.step(place.city_clerk, "transfer", {"unit": place.neighbour})
    assert (await place.other_clerk.get(first.path)).status_code == 404

    assert await code(repeat, place.other_clerk, "accept", NOTICE) == (409, "matter_is_final")
    await repeat.step(place.other_clerk, "refuse", ground("final", same_as_id=str(first.id)))


async def test_a_duplicate_names_a_petition_the_caller_knows_and_that_is_handled(
    place: Place,
) -> None:
    case = await (await place.register()).transferred()
    waiting = await (await place.register()).transferred()
    elsewhere = await place.register(divisions=[place.neighbour])

    async def refused(same_as: object) -> tuple[int, str]:
        body = ground("duplicate_running", same_as_id=str(same_as))
        return await code(case, place.clerk, "refuse", body)

    assert await refused(uuid4()) == (404, "not_found")
    assert await refused(elsewhere.id) == (404, "not_found")
    assert await refused(case.id) == (422, "same_as_itself")
    assert await refused(waiting.id) == (409, "same_as_wrong_state")
    body = ground("unclear", same_as_id=str(waiting.id))
    assert await code(case, place.clerk, "refuse", body) == (422, "same_as_unasked")
    await waiting.step(place.clerk, "accept", NOTICE)
    assert await refused(waiting.id) == (200, "not_accepted")


async def test_an_accusation_is_kept_from_the_place_and_handed_to_discipline(place: Place) -> None:
    case = await place.register(track="accusation_transfer", purpose="accusation")
    assert (await place.clerk.get(case.path)).status_code == 404
    shown = (await case.read(place.city_clerk))["actions"]
    assert not {"transfer", "assign", "accept", "competence"} & set(shown)

    unit = {"unit": place.county}
    assert await code(case, place.city_clerk, "transfer", unit) == (409, "accusation_not_routed")
    assert await code(case, place.city_clerk, "accept", NOTICE) == (409, "track_not_accepted")
    assert await code(case, place.city_clerk, "refuse", ground("unclear")) == (
        409,
        "ground_not_of_track",
    )
    await case.step(place.city_clerk, "refuse", ground("transferred_discipline"))
    assert (await place.clerk.get(case.path)).status_code == 404
    told = await place.service.sql(
        "SELECT visible_to FROM petition_step WHERE petition_id = $1"
        " UNION ALL SELECT visible_to FROM clock WHERE subject_id = $1"
        " UNION ALL SELECT visible_to FROM outbox_event WHERE key = $2"
        " UNION ALL SELECT visible_to FROM audit WHERE object_id = $2",
        case.id,
        str(case.id),
    )
    assert all(place.county not in row["visible_to"] for row in told)


async def test_a_matter_for_the_court_is_told_so_and_closed(place: Place) -> None:
    case = await (await place.register(track="legal_path")).transferred()

    assert await code(case, place.clerk, "accept", NOTICE) == (409, "track_not_accepted")
    await case.step(place.clerk, "refuse", ground("legal_path"))

    assert (await case.read(place.clerk))["refusal_ground"] == "legal_path"


async def test_another_track_brings_another_time_to_accept(place: Place) -> None:
    city = f"33{place.city[2:4]}00"
    clerk = place.person(Role.PETITION_CLERK, city)
    body = place.body(office=city, divisions=[f"{city[:4]}81"])
    made = (await clerk.post("/petitions", body)).json()
    case = Case(place, made["id"], made["number"])
    before = made["due"]["acceptance"]

    await case.step(clerk, "reclassify", {"track": "petition_opinion", "reason": "请求处理意见"})

    assert (case.seen["track"], case.seen["profile"]) == ("petition_opinion", "cn.statute")
    assert case.seen["purpose"] == "claim"
    clocks = [each for each in case.seen["clocks"] if each["kind"] == "acceptance"]
    assert [each["state"] for each in clocks] == ["dropped", "running"]
    assert clocks[1]["due_on"] > before
    same = {"track": "petition_opinion", "reason": "同上"}
    assert await code(case, clerk, "reclassify", same) == (409, "already_classified")
    wrong = {"track": "suggestion_reply", "purpose": "claim", "reason": "建议"}
    assert await code(case, clerk, "reclassify", wrong) == (422, "purpose_not_of_track")
    await case.step(clerk, "accept", NOTICE)
    late = {"track": "statutory_duty", "reason": "迟了"}
    assert await code(case, clerk, "reclassify", late) == (409, "illegal_step")


async def test_a_petition_found_to_be_an_accusation_is_lost_to_the_place(place: Place) -> None:
    case = await place.register()
    assert (await place.clerk.get(case.path)).status_code == 200
    body = {"track": "accusation_transfer", "reason": "反映工作人员违纪"}

    await case.step(place.city_clerk, "reclassify", body)

    assert case.seen["purpose"] == "accusation"
    assert (await place.clerk.get(case.path)).status_code == 404


async def test_a_handling_opinion_has_all_its_parts_and_the_first_answer_s_day_stays(
    place: Place,
) -> None:
    case = await (await place.register(track="petition_opinion")).in_progress()
    opinion = {"outcome": "supported", "opinion": "予以支持", "legal_basis": "第三十二条"}
    whole = {**opinion, "request": f"{NAME}请求停产", "facts": f"查明{PHONE}反映属实"}

    for missing in ("request", "facts"):
        body = {name: text for name, text in whole.items() if name != missing}
        answer = await case.try_(place.officer, "reply", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "reply_incomplete")
    await case.step(place.officer, "reply", whole)
    first = case.seen["first_replied_at"]
    assert case.seen["reply_parts"]["facts"] == whole["facts"]
    assert (await case.read(place.head))["reply_parts"] is None

    await place.time.pass_by(hours=1)
    await case.call("dissatisfied", "no")
    await case.step(place.officer, "start")
    await case.step(place.officer, "reply", whole)
    assert case.seen["first_replied_at"] == first
    assert case.seen["replied_at"] > first


async def test_a_suggestion_is_answered_without_a_number_of_days(place: Place) -> None:
    case = await place.register(track="suggestion_reply", purpose="suggestion")
    await case.transferred()
    await case.step(place.clerk, "accept", NOTICE)
    assert "closing" not in await case.clocks()

    await case.step(place.officer, "start")
    await case.answer()


async def test_who_does_not_object_is_deemed_competent_once_and_still_has_to_tell(
    place: Place,
) -> None:
    case = await (await place.register()).transferred()
    clocks = {each["kind"]: each for each in case.seen["clocks"]}
    notice = clocks["notice"]["due_on"]
    await place.time.move_to(datetime.fromisoformat(clocks["objection"]["due_at"]))

    async def deemed() -> dict[str, Any] | None:
        seen = await case.read(place.clerk)
        return seen if seen["competence_settled"] else None

    seen = await eventually(deemed)

    assert seen["settled_by"] == "deemed"
    assert [line["step"] for line in seen["history"]].count("deem_competent") == 1
    running = [each for each in seen["clocks"] if each["kind"] == "notice"][-1]
    assert (running["state"], running["due_on"]) == ("running", notice)
    assert "object" not in seen["actions"]
    case.version = seen["version"]
    refusal = await code(case, place.clerk, "refuse", ground("not_competent"))
    assert refusal == (409, "deemed_competent")
    await case.step(place.clerk, "refuse", ground("unclear"))


async def test_of_four_workers_one_deems_each_unit_competent(place: Place) -> None:
    cases = [await (await place.register()).transferred() for _ in range(5)]
    clocks = {each["kind"]: each for each in cases[-1].seen["clocks"]}
    due = datetime.fromisoformat(clocks["objection"]["due_at"])
    database = Database(place.service.databases.url("petitions"), schema="petitions")

    async def worker() -> None:
        async with database.transaction(SYSTEM) as session:
            await deem_competent(session, due)

    await asyncio.gather(*(worker() for _ in range(4)))
    await worker()
    await database.close()

    for case in cases:
        seen = await case.read(place.clerk)
        assert [line["step"] for line in seen["history"]].count("deem_competent") == 1
        assert (await case.clocks())["objection"] == ["dropped"]


async def test_a_rejected_objection_keeps_the_first_start_of_the_notice(place: Place) -> None:
    case = await (await place.register()).transferred()
    started = next(each for each in reversed(case.seen["clocks"]) if each["kind"] == "notice")
    await place.time.pass_by(hours=25)
    await case.step(place.clerk, "object", REASON)
    await place.time.pass_by(hours=25)

    await case.step(place.city_clerk, "reject-objection", REASON)

    notice = [each for each in case.seen["clocks"] if each["kind"] == "notice"][-1]
    assert (notice["state"], notice["due_at"]) == ("running", started["due_at"])
    refusal = await code(case, place.clerk, "refuse", ground("not_competent"))
    assert refusal == (409, "deemed_competent")


async def returned(case: Case) -> Case:
    place = case.place
    await case.step(place.city_clerk, "transfer", {"unit": place.county})
    await case.step(place.clerk, "object", REASON)
    return await case.step(place.city_clerk, "accept-objection", REASON)


async def test_the_third_return_goes_to_the_superior_whom_nobody_contradicts(
    place: Place,
) -> None:
    province = province_of(place)
    above = place.person(Role.PETITION_CLERK, province)
    case = await place.register(divisions=[place.neighbour])
    for _ in range(2):
        await returned(case)
        assert (case.seen["holder"], case.seen["state"]) == (place.city, "registered")
    await returned(case)

    seen = await case.read(place.city_clerk)
    assert (seen["holder"], seen["route_count"], seen["actions"]) == (province, 3, [])
    body = {"unit": place.county}
    assert (await case.try_(place.city_clerk, "transfer", body)).status_code == 403
    await case.step(above, "transfer", body)
    assert (case.seen["settled_by"], case.seen["competence_settled"]) == ("designated", True)
    assert "objection" not in {
        each["kind"] for each in case.seen["clocks"] if each["state"] == "running"
    }
    for step, said in (("object", REASON), ("refuse", ground("not_competent"))):
        assert await code(case, place.clerk, step, said) == (409, "designated_by_superior")
    assert await case.state() == "transferred"
    [row] = await place.service.sql(
        "SELECT facts FROM petition_step WHERE petition_id = $1 AND step = 'accept_objection'"
        " ORDER BY id DESC LIMIT 1",
        case.id,
    )
    assert json.loads(row["facts"]) == {"returns": 3, "to": province}
    await case.step(place.clerk, "accept", NOTICE)


async def test_a_unit_that_gave_the_papers_back_owes_nothing_any_more(place: Place) -> None:
    case = await place.register(divisions=[place.neighbour])
    day = (place.time.now + timedelta(days=30)).date().isoformat()
    await case.step(place.city_clerk, "assign", {"unit": place.county, "report_due_on": day})
    await case.step(place.clerk, "object", REASON)
    await case.step(place.city_clerk, "accept-objection", REASON)

    clocks = await case.clocks()
    assert (clocks["notice"][-1], clocks["report"]) == ("dropped", ["dropped"])
    assert case.seen["report_due_on"] is None
    assert clocks["routing"] == ["met", "running"]


@pytest.mark.parametrize("text", [NAME, PHONE, ADDRESS])
async def test_what_is_said_of_the_extension_never_names_the_petitioner(
    place: Place, text: str
) -> None:
    case = await (await place.register()).in_progress()
    body = {"days": 5, "reason": f"{text}要求"}
    await case.step(place.officer, "request-extension", body)
    await case.step(place.head, "extend", {"notice": f"告知{text}", "consent": f"{text}同意"})

    kept = (await place.head.get(f"{case.path}/extensions")).text

    assert text not in kept


async def test_nobody_has_to_be_told_who_did_not_say_who_he_is(place: Place) -> None:
    case = await place.register(petitioner=None)
    assert "notice" not in case.seen["due"]

    await case.transferred()

    clocks = await case.clocks()
    assert "notice" not in clocks
    assert (clocks["routing"], clocks["objection"]) == (["met"], ["running"])


async def test_fujian_extends_with_the_consent_of_the_sender(place: Place) -> None:
    there = Place(place.service, place.time, FUJIAN[0])
    case = await there.register(channel="phone")
    assert case.seen["profile"] == "cn.fj.2018.phone"
    await case.transferred()
    await case.step(there.clerk, "accept", NOTICE)
    await case.step(there.officer, "start")
    assert (await case.clocks())["beginning"] == ["met"]
    await case.step(there.officer, "request-extension", {"days": 10, "reason": "复杂"})

    alone = {"notice": "延期"}
    assert await code(case, there.head, "extend", alone) == (422, "consent_missing")
    assert (await case.read(there.head))["extension_open"]
    await case.step(there.head, "extend", {**alone, "consent": "市局来函同意"})

    assert not case.seen["extension_open"]
