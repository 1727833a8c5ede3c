"""A city's petitions of which every free text of every route names who petitions, and with whom.

What the masking matrix is proven on (DOMAIN 2.7): one matter goes through the train, one through
review and re-review, one is shared by two counties, and letters, files and drafts name them too.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import httpx

from shared.auth.actor import Role
from shared.clocks.days import legal_day
from tests.integration.petitions import reporting
from tests.integration.petitions.conftest import (
    Case,
    Place,
    Ride,
    add_member,
    escalation_of,
    found_group,
)
from tests.integration.petitions.leaks import (
    FACTS,
    LATE,
    NAMES,
    NUMBERS,
    PERSON,
    SAID,
    SIGNER,
    TOLD,
    WHERE,
)
from tests.integration.petitions.test_competence import asked
from tests.integration.petitions.test_imports import csv_of, loaded, row
from tests.integration.petitions.test_letters import a_letter, done, loaded as batch_of
from tests.integration.petitions.test_orders import issued
from tests.support.services import Caller, eventually


@dataclass
class World:
    """What the story leaves: its petitions, and every answer the service gave meanwhile."""

    place: Place
    answers: list[httpx.Response] = field(default_factory=list)
    cases: dict[str, Case] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.colleague = self.place.person(Role.OFFICER, self.place.county)
        self.reviewer = self.place.person(Role.LEGAL_REVIEWER, self.place.city)
        self.province = self.place.person(Role.PETITION_CLERK, f"{self.place.city[:2]}0000")

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Keep every answer of the service, whoever asks."""
        hooks = self.place.service.http.event_hooks["response"]

        async def keep(answer: httpx.Response) -> None:
            await answer.aread()
            self.answers.append(answer)

        self.place.service.http.event_hooks = {"response": [*hooks, keep]}
        yield
        self.place.service.http.event_hooks = {"response": hooks}

    def body(self, **changes: Any) -> dict[str, Any]:
        people = {"petitioner": PERSON, "form": "joint", "co_petitioners": [SIGNER]}
        texts = {"title": TOLD, "body": f"{TOLD},{FACTS}", "place": WHERE, "object_name": WHERE}
        return self.place.body(**people, **texts, **changes)

    async def case(self, name: str, **changes: Any) -> Case:
        answer = await self.place.city_clerk.post("/petitions", self.body(**changes))
        assert answer.status_code == 201, answer.text
        return self.kept(name, answer.json())

    def kept(self, name: str, receipt: dict[str, Any]) -> Case:
        case = Case(self.place, UUID(receipt["id"]), receipt["number"], receipt)
        self.cases[name], self.codes[name] = case, receipt["follow_code"]
        return case

    async def again(self, case: Case, who: Caller, step: str, body: Any) -> httpx.Response:
        """A step with the version the petition has now."""
        case.version = (await case.read(self.place.city_clerk))["version"]
        answer = await case.try_(who, step, body)
        assert answer.status_code in {200, 201, 204}, answer.text
        if "ETag" in answer.headers:
            case.version = int(answer.headers["ETag"].strip('"'))
        return answer


async def told(place: Place) -> World:
    """The whole story, in business time of some weeks."""
    world = World(place)
    async with world.listening():
        await place.time.next_monday()
        await place.time.pass_by(days=1, hours=9)
        group = await _group(world)
        await _shared(world)
        await _reviewed(world)
        await _ridden(world, group)
        await _beside(world)
        await _letters(world)
        await _file(world)
        await _joined(world)
    return world


async def _group(world: World) -> dict[str, Any]:
    place = world.place
    group = await found_group(place)
    for member, county in ((place.leader, place.county), (place.other_leader, place.neighbour)):
        await add_member(place, group, member, county)
    await add_member(place, group, place.head, place.county)
    path = f"/working-groups/{group['id']}"
    version = (await place.city_clerk.get(path)).json()["version"]
    left = await place.city_clerk.post(
        f"{path}/members/{place.head.id}/leave", {"reason": NUMBERS}, version=version
    )
    assert left.status_code == 200, left.text
    return group


async def _shared(world: World) -> None:
    """One matter of two counties, handled by the first, as far as an answer that does not do."""
    place = world.place
    case = await world.case("shared", divisions=[place.county, place.neighbour])
    await case.step(place.city_clerk, "transfer", {"unit": place.county, **SAID})
    await case.step(place.clerk, "ask-back", {"question": TOLD})
    await case.step(place.clerk, "supplement", {"text": TOLD})
    await case.step(place.clerk, "mark-urgent", SAID)
    await case.step(place.clerk, "accept", {"notice": TOLD})
    await case.step(place.officer, "start", SAID)
    await _more_time(world, case)
    await _recused(world, case)
    await _ordered(world, case)
    mine = {"account_id": str(world.colleague.id), "account_name": "另一位"}
    await world.again(case, place.head, "hand-over", mine | SAID)
    await case.step(place.officer, "hand-over", SAID)
    await _answered(world, case, partial=True)
    call = {"result": "no_answer", "solved": "unknown", "note": TOLD}
    await case.step(place.city_clerk, "callbacks", call)
    await place.time.pass_by(minutes=1)
    await case.call("dissatisfied", "no", TOLD)


async def _more_time(world: World, case: Case) -> None:
    place = world.place
    for answer, body in (("refuse-extension", SAID), ("extend", {"notice": TOLD, "consent": TOLD})):
        await case.step(place.officer, "request-extension", {"days": 3, **SAID})
        await case.step(place.head, answer, body)


async def _recused(world: World, case: Case) -> None:
    other = world.place.person(Role.OFFICER, world.place.county)
    who = {"account_id": str(other.id), "account_name": "某人"}
    await world.again(case, world.place.head, "recusals", who | SAID)
    [recusal] = (await world.place.head.get(f"{case.path}/recusals")).json()
    await world.again(case, world.place.head, f"recusals/{recusal['id']}/lift", SAID)


async def _ordered(world: World, case: Case) -> None:
    place = world.place
    demand = {"kind": "supervise", "demand": TOLD}
    order = await issued(place.city_head, case, demand)
    await order.step(place.officer, "answer", {"answer": TOLD})
    await order.step(place.city_clerk, "return", SAID)
    await order.step(place.clerk, "answer", {"answer": TOLD})
    await order.step(place.city_clerk, "close", SAID)
    await (await issued(place.city_head, case, demand)).step(place.city_head, "withdraw", SAID)


async def _answered(world: World, case: Case, **more: Any) -> None:
    texts = {"opinion": TOLD, "legal_basis": TOLD, "request": TOLD, "facts": TOLD}
    await case.step(world.place.officer, "reply", {"outcome": "explained", **texts, **more})


async def _reviewed(world: World) -> None:
    """From a draft over a dispute of competence to the last word."""
    place = world.place
    draft = await place.city_clerk.post(
        "/petition-drafts", {"office": place.city, "content": world.body()}
    )
    path = f"/petition-drafts/{draft.json()['id']}"
    await place.city_clerk.post(f"{path}/change", {"content": world.body()}, version=1)
    made = await place.city_clerk.post(f"{path}/register", version=2)
    assert made.status_code == 201, made.text
    case = world.kept("reviewed", made.json())
    await place.city_clerk.post(  # and one that stays
        "/petition-drafts", {"office": place.city, "content": world.body()}
    )
    bodies = [place.county, place.neighbour]
    question = await asked(case, place.city_clerk, *bodies, lead=place.county)
    await question.act(place.clerk, "answer", lead=place.neighbour, **SAID)
    await question.act(place.other_clerk, "answer", lead=place.county, **SAID)
    await question.act(place.city_head, "decide", lead=place.county, **SAID)
    await world.again(case, place.clerk, "reclassify", {"track": "petition_opinion", **SAID})
    await case.step(place.clerk, "accept", {"notice": TOLD})
    await case.step(place.officer, "start", SAID)
    await _answered(world, case)
    served = {"served_on": legal_day(place.time.now).isoformat()}
    now = place.time.now.isoformat()
    opinion = {"result": "upheld", "opinion": TOLD, "legal_basis": TOLD}
    await case.step(place.clerk, "serve", served)
    await case.step(place.clerk, "ask-review", {"received_at": now, "grounds": TOLD})
    await case.step(world.reviewer, "give-review", opinion)
    await case.step(place.clerk, "ask-re-review", {"received_at": now, "grounds": TOLD})
    await case.step(world.province, "hearings", {"from": now})
    await case.step(world.province, "hearings/end", {"to": now, "published": True})
    await case.step(world.province, "give-re-review", opinion)


async def _ridden(world: World, group: dict[str, Any]) -> None:
    """The shared matter is raised; another is kept, noticed, taken up and proven solved."""
    place = world.place
    case = await world.case("ridden")
    await _handled(world, case)
    await case.call("dissatisfied", "no", TOLD)
    rides = []
    for each in (world.cases["shared"], case):
        found = await eventually(partial(escalation_of, place, each.id))
        rides.append(Ride(place, each, found, group))
    raised, kept = rides
    triggered = place.time.now
    await place.time.next_monday()
    for ride in rides:
        await ride.reaches("pushed")
    for who in (place.officer, place.other_officer):
        await who.post(f"{raised.path}/progress", {"note": TOLD})
    await raised.step(place.leader, "raise", {"level": "county_government", **SAID})
    await kept.step(place.leader, "keep", SAID)
    late = await world.case("late")
    event = reporting.recorded(place, late.id, "dissatisfied", "no", triggered)
    await place.service.tell(event, source="petitions")
    await _stated_again(world)
    await place.time.first_of_month()
    await kept.reaches("noticed")
    await kept.step(place.city_head, "take-up", {"owner": TOLD, **SAID})
    await place.time.pass_by(hours=1)
    await case.step(place.officer, "start", SAID)
    await _answered(world, case)
    await place.time.pass_by(hours=1)
    await case.call("satisfied", "yes", TOLD)
    await kept.step(place.city_clerk, "resolve", {"proof": TOLD})
    await reporting.silence(place)


async def _handled(world: World, case: Case) -> None:
    place = world.place
    due = (legal_day(place.time.now) + timedelta(days=30)).isoformat()
    assigned = {"unit": place.county, "report_due_on": due}
    await case.step(place.city_clerk, "transfer", {"unit": place.county, **SAID})
    await case.step(place.clerk, "object", SAID)
    await case.step(place.city_clerk, "accept-objection", SAID)
    await case.step(place.city_clerk, "assign", assigned | SAID)
    await case.step(place.clerk, "accept", {"notice": TOLD})
    await case.step(place.officer, "start", SAID)
    await _answered(world, case)


async def _stated_again(world: World) -> None:
    [report] = await reporting.issued(world.place, 1)
    path = f"/reports/{report['id']}"
    await world.place.city_clerk.get(f"{path}/differences")
    again = await world.place.city_clerk.post(f"{path}/restatements", SAID)
    assert again.status_code == 201, again.text
    await world.place.leader.post(f"{path}/receipts")


async def _beside(world: World) -> None:
    """What is merged, repeated, checked, refused, called unclear or asked of two provinces."""
    place = world.place
    first = world.cases["ridden"]
    second = await world.case("second")
    await second.step(place.city_clerk, "merge", {"into_id": str(first.id), **SAID})
    await second.step(place.city_clerk, "unmerge", SAID)
    await second.step(place.city_clerk, "merge", {"into_id": str(first.id), **SAID})
    note = {"root_id": str(first.id), "note": TOLD}
    await world.again(second, place.city_clerk, "confirm-repeat", note)
    await world.again(second, place.city_clerk, "revoke-repeat", SAID)
    await world.again(second, place.city_clerk, "confirm-repeat", note)
    check = {"result": "pass", "findings": TOLD}
    await world.again(first, place.auditor, "spot-checks", check)
    today = legal_day(place.time.now).isoformat()
    sample = {"division": place.city, "first_day": "2026-01-01", "last_day": today}
    await place.auditor.post("/spot-check-samples", sample)
    refused = await world.case("refused")
    await refused.step(place.city_clerk, "refuse", {"ground": "unclear", "notice": TOLD})
    progressing = await world.case("in_progress")
    await progressing.transferred()
    await progressing.step(place.clerk, "object", SAID)
    await progressing.step(place.city_clerk, "reject-objection", SAID)
    await progressing.step(place.clerk, "accept", {"notice": TOLD})
    await progressing.step(place.officer, "start", SAID)
    await _met(world)
    reason = {"fields": ["name", "phone", "id_number", "address", "text"], **SAID}
    for who in (place.city_clerk, place.clerk, place.officer, place.auditor):
        revealed = await who.post(f"{progressing.path}/reveal", reason)
        assert revealed.status_code == 200, revealed.text


async def _met(world: World) -> None:
    place = world.place
    far = f"{'36' if not place.city.startswith('36') else '34'}{place.city[2:4]}81"
    far_clerk = place.person(Role.PETITION_CLERK, far)
    case = await world.case("met")
    question = await asked(case, place.city_clerk, place.county, far, lead=far)
    await question.act(place.clerk, "answer", lead=far, **SAID)
    await question.act(far_clerk, "answer", lead=place.county, **SAID)
    held = {"held_on": legal_day(place.time.now).isoformat(), "minutes": TOLD, "lead": far}
    await question.act(place.city_clerk, "meeting", **held)


async def _letters(world: World) -> None:
    """One linked as it is loaded, one later, one that becomes a petition of its own."""
    place = world.place
    first = str(world.cases["ridden"].id)
    letters = (
        a_letter(place, 1, content=TOLD, answer=TOLD, petition_id=first),
        a_letter(place, 2, content=NAMES, answer=NAMES),
        a_letter(place, 3, content=NUMBERS),
    )
    batch = await batch_of(place, *letters, note=NUMBERS)
    linked, later, alone = ({**batch, "letters": [each]} for each in batch["letters"])
    answer = {"text": TOLD, "pace": "completed"}
    await done(place.officer, linked, "answer", answer)
    await done(place.city_clerk, linked, "return", SAID)
    await done(place.officer, linked, "answer", answer)
    await done(place.city_clerk, linked, "close", SAID)
    look = {"round": 1, "found": "solved", "findings": TOLD}
    await done(place.city_clerk, linked, "look-backs", look)
    await done(place.city_clerk, later, "link", {"petition_id": first})
    described = {"title": NUMBERS, "place": NUMBERS, "media": ["air"], "object_name": NUMBERS}
    await done(place.city_clerk, alone, "register", described)


async def _joined(world: World) -> None:
    """Somebody who was named all along joins every petition."""
    for case in world.cases.values():
        seen = await case.read(world.place.city_clerk)
        clerk = (
            world.place.clerk if seen["holder"] == world.place.county else world.place.city_clerk
        )
        await world.again(case, clerk, "parties", {"added": [LATE]})


async def _file(world: World) -> None:
    """A ledger of what ended, and one of which every cell is wrong and names somebody."""
    place = world.place
    people = {
        "信访人姓名": PERSON["name"],
        "信访人电话": PERSON["phone"],
        "信访人身份证号": PERSON["id_number"],
        "信访人住址": PERSON["address"],
    }
    own = TOLD.partition(";")[0]  # a ledger has one person a row
    texts = {"标题": own, "内容": own, "地点": "淳于寒烟家旁", "企业名称": "淳于寒烟家旁"}
    good = row(place, "F-1", **people, **texts, 答复内容=own)
    await loaded(place, csv_of([good]), source=f"good{place.city}")
    wrong = {name: TOLD for name in row(place, "F-2") if name != "信访编号"}
    rows = [row(place, "F-2", **wrong, **people, **{TOLD: TOLD}), {"信访编号": TOLD}]
    await loaded(place, csv_of(rows), source=f"wrong{place.city}")
