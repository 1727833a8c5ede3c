"""Officers: who keeps their files, who may read what, who can be sent, who is held."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.auth.actor import Role
from shared.contracts.origins import Origin, OriginKind
from shared.contracts.regions import Eligibility, EligibilityQuery
from shared.contracts.tasks import TaskCompleted, TaskWithdrawn
from tests.integration.regions.conftest import (
    CIXI,
    JIAXING,
    NINGBO,
    YUYAO,
    Person,
    Regions,
    desk,
    head,
)

NIGHT = {"starts_at": "2026-03-10T22:00:00+08:00", "ends_at": "2026-03-11T02:00:00+08:00"}
FACTORY = "慈溪市星河电镀有限公司"
CODE = "91330282MA2AXXXX1K"
CERTIFICATE = {"valid_from": "2024-01-01", "valid_to": "2028-12-31"}


@dataclass(frozen=True, slots=True)
class Officer:
    id: str
    name: str
    login: Person


async def an_officer(regions: Regions, division: str, **certificate: Any) -> Officer:
    """An officer of a new bureau, with a certificate unless it is None."""
    bureau = await regions.done(
        head(division),
        "/bureaus",
        {"division": division, "kind": "enforcement_corps", "name": f"执法队 {uuid4().hex}"},
    )
    login = Person(Role.OFFICER, division)
    name = f"执法人员 {uuid4().hex[:6]}"
    held = {"number": uuid4().hex[:12], **CERTIFICATE, **certificate}
    made = await regions.done(
        head(division),
        "/officers",
        {
            "bureau_id": bureau["id"],
            "name": name,
            "account_id": str(login.id),
            "certificate": None if certificate.get("number", "") is None else held,
        },
    )
    return Officer(made["id"], name, login)


async def ask(regions: Regions, who: Person, *divisions: str, **changes: Any) -> Eligibility:
    """The answer to the contract's own question."""
    query = EligibilityQuery(divisions=list(divisions), **{**NIGHT, **changes})
    answer = await regions.post(who, "/officers/eligible", query.model_dump(mode="json"))
    assert answer.status_code == 200, answer.text
    return Eligibility.model_validate(answer.json())


def verdict(answer: Eligibility, officer: Officer) -> list[str]:
    """Why the officer cannot go; an empty list if nothing stands against it."""
    if any(str(each.officer_id) == officer.id for each in answer.eligible):
        return []
    [found] = [each for each in answer.excluded if str(each.officer_id) == officer.id]
    return found.reasons


def booking(task_id: UUID, *officers: Officer, **changes: Any) -> dict[str, Any]:
    return {
        "task_id": str(task_id),
        "officer_ids": [each.id for each in officers],
        **NIGHT,
        **changes,
    }


async def test_both_sides_of_a_border_are_answered_for_and_certificates_shown(
    regions: Regions,
) -> None:
    ours, theirs = await an_officer(regions, YUYAO), await an_officer(regions, CIXI)

    answer = await ask(regions, head(YUYAO), YUYAO, CIXI)

    assert verdict(answer, ours) == verdict(answer, theirs) == []
    [told] = [each for each in answer.eligible if str(each.officer_id) == theirs.id]
    assert (told.account_id, told.division) == (theirs.login.id, CIXI)
    assert told.certificate_valid_to.isoformat() == "2028-12-31"


async def test_who_asks_for_others_only_is_refused(regions: Regions) -> None:
    body = {"divisions": [CIXI], **NIGHT}

    assert (await regions.post(head(YUYAO), "/officers/eligible", body)).status_code == 403
    unknown = {**body, "divisions": [CIXI, "330299"]}
    assert (await regions.post(head(CIXI), "/officers/eligible", unknown)).status_code == 422
    clerk = Person(Role.PETITION_CLERK, CIXI)
    assert (await regions.post(clerk, "/officers/eligible", body)).status_code == 403
    assert (await regions.post(desk(NINGBO), "/officers/eligible", body)).status_code == 200


async def test_an_absence_excludes_only_while_it_lasts(regions: Regions) -> None:
    officer = await an_officer(regions, YUYAO)
    leave = {
        "starts_at": "2026-03-11T00:00:00+08:00",
        "ends_at": "2026-03-12T00:00:00+08:00",
        "reason": "年休假",
    }
    await regions.done(head(YUYAO), f"/officers/{officer.id}/absences", leave, version=1)

    assert verdict(await ask(regions, head(YUYAO), YUYAO), officer) == ["absent"]
    early = await ask(regions, head(YUYAO), YUYAO, ends_at="2026-03-11T00:00:00+08:00")
    assert verdict(early, officer) == []


@pytest.mark.parametrize(
    ("declared", "asked", "reasons"),
    [
        ({"object_code": CODE}, {"object_code": CODE}, ["recused"]),
        ({"object_name": FACTORY}, {"object_name": " 慈溪市星河电镀 有限公司"}, ["recused"]),
        ({"object_name": FACTORY}, {"object_name": "慈溪市星河印染有限公司"}, []),
        ({"object_code": CODE}, {}, []),
    ],
)
async def test_a_declared_interest_is_respected(
    regions: Regions, declared: dict[str, str], asked: dict[str, str], reasons: list[str]
) -> None:
    officer = await an_officer(regions, YUYAO)
    body = {"relation": "配偶任职", **declared}
    await regions.done(officer.login, f"/officers/{officer.id}/interests", body, version=1)

    answer = await ask(regions, head(YUYAO), YUYAO, **asked)

    assert verdict(answer, officer) == reasons


async def test_a_certificate_must_cover_the_whole_time_and_can_be_renewed(
    regions: Regions,
) -> None:
    officer = await an_officer(regions, YUYAO, number="A-100", valid_to="2026-03-10")
    assert verdict(await ask(regions, head(YUYAO), YUYAO), officer) == ["certificate_expired"]

    renewed = {"number": "A-100", "valid_from": "2026-03-11", "valid_to": "2031-03-10"}
    file = await regions.done(
        head(YUYAO), f"/officers/{officer.id}/certificates", renewed, version=1
    )

    assert file["version"] == 2
    assert verdict(await ask(regions, head(YUYAO), YUYAO), officer) == []


async def test_a_certificate_has_one_holder_and_one_validity_at_a_time(regions: Regions) -> None:
    first = await an_officer(regions, YUYAO, number="B-200")
    other = await an_officer(regions, CIXI)
    path, body = f"/officers/{other.id}/certificates", {"number": "B-200", **CERTIFICATE}

    taken = {**body, "valid_from": "2029-01-01", "valid_to": "2030-01-01"}
    answer = await regions.post(head(CIXI), path, taken, version=1)
    assert (answer.status_code, answer.json()["code"]) == (409, "certificate_taken")
    answer = await regions.post(head(YUYAO), f"/officers/{first.id}/certificates", body, version=1)
    assert (answer.status_code, answer.json()["code"]) == (409, "certificate_overlaps")


async def test_without_a_certificate_nobody_goes_and_who_left_is_not_asked(
    regions: Regions,
) -> None:
    bare = await an_officer(regions, YUYAO, number=None)
    assert verdict(await ask(regions, head(YUYAO), YUYAO), bare) == ["no_certificate"]

    await regions.done(
        head(YUYAO), f"/officers/{bare.id}/deactivate", {"reason": "退休"}, version=1
    )

    answer = await ask(regions, head(YUYAO), YUYAO)
    assert bare.id not in {str(each.officer_id) for each in answer.excluded}


async def test_a_team_of_two_counties_is_held_until_its_task_is_done(regions: Regions) -> None:
    ours, theirs = await an_officer(regions, YUYAO), await an_officer(regions, CIXI)
    task, other = uuid4(), uuid4()

    held = await regions.done(head(YUYAO), "/officers/bookings", booking(task, ours, theirs))
    assert {each["officer_id"] for each in held["officers"]} == {ours.id, theirs.id}
    assert verdict(await ask(regions, head(CIXI), CIXI), theirs) == ["booked"]
    answer = await regions.post(head(CIXI), "/officers/bookings", booking(other, theirs))
    assert (answer.status_code, answer.json()["code"]) == (409, "officer_not_eligible")
    assert theirs.name in answer.json()["detail"]

    done = TaskCompleted(
        task_id=task,
        origin=Origin(kind=OriginKind.ESCALATION, id=uuid4()),
        divisions=[YUYAO, CIXI],
        inspections=1,
        problems_found=2,
        problems_closed=2,
        completed_at=datetime(2026, 3, 12, tzinfo=UTC),
        summary="已办结",
    )
    assert (await regions.tell(done)).status_code == 204
    await regions.done(head(CIXI), "/officers/bookings", booking(other, theirs))


async def test_a_withdrawn_task_frees_whom_it_held(regions: Regions) -> None:
    officer, task = await an_officer(regions, YUYAO), uuid4()
    await regions.done(head(YUYAO), "/officers/bookings", booking(task, officer))
    itself = await ask(regions, head(YUYAO), YUYAO, task_id=task)
    assert verdict(itself, officer) == []

    withdrawn = TaskWithdrawn(
        task_id=task,
        origin=Origin(kind=OriginKind.ESCALATION, id=uuid4()),
        divisions=[YUYAO],
        withdrawn_at=datetime(2026, 3, 9, tzinfo=UTC),
    )
    assert (await regions.tell(withdrawn)).status_code == 204

    assert verdict(await ask(regions, head(YUYAO), YUYAO), officer) == []


async def test_booking_again_changes_nothing_and_another_team_replaces_the_first(
    regions: Regions,
) -> None:
    one, two = await an_officer(regions, YUYAO), await an_officer(regions, YUYAO)
    task = uuid4()
    for _ in range(2):
        await regions.done(head(YUYAO), "/officers/bookings", booking(task, one))
    await regions.done(head(YUYAO), "/officers/bookings", booking(task, two))

    rows = await regions.sql(
        "SELECT officer_id, released_at IS NULL AS held FROM booking WHERE task_id = $1"
        " ORDER BY booked_at, id",
        task,
    )
    assert {(str(row["officer_id"]), row["held"]) for row in rows} == {
        (one.id, False),
        (two.id, True),
    }
    assert len(rows) == 2


async def test_of_two_bookings_at_once_one_wins(regions: Regions) -> None:
    officer = await an_officer(regions, YUYAO)

    answers = await asyncio.gather(
        *(
            regions.post(head(YUYAO), "/officers/bookings", booking(uuid4(), officer))
            for _ in range(4)
        )
    )

    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]


async def test_who_has_no_part_in_the_team_cannot_hold_it(regions: Regions) -> None:
    officer = await an_officer(regions, YUYAO)

    for who, status in (
        (head(CIXI), 403),
        (Person(Role.OFFICER, YUYAO), 403),
        (desk(NINGBO), 200),
    ):
        answer = await regions.post(who, "/officers/bookings", booking(uuid4(), officer))
        assert answer.status_code == status, answer.text


async def test_a_file_is_absent_for_strangers_and_interests_for_colleagues(
    regions: Regions,
) -> None:
    officer = await an_officer(regions, YUYAO)
    path = f"/officers/{officer.id}"
    body = {"object_name": FACTORY, "relation": "亲属"}
    await regions.done(officer.login, f"{path}/interests", body, version=1)

    assert (await regions.get(head(CIXI), path)).status_code == 404
    assert (await regions.get(head(JIAXING), path)).status_code == 404
    colleague = (await regions.get(Person(Role.OFFICER, YUYAO), path)).json()
    assert (colleague["interests"], colleague["actions"]) == (None, [])
    own = (await regions.get(officer.login, path)).json()
    assert own["interests"][0]["object_name"] == FACTORY
    assert own["actions"] == ["declare_interest"]
    assert (await regions.get(head(NINGBO), path)).json()["interests"] is not None


async def test_only_the_officer_or_the_bureau_declares(regions: Regions) -> None:
    officer = await an_officer(regions, YUYAO)
    path, body = f"/officers/{officer.id}/interests", {"object_code": CODE, "relation": "投资"}

    other = Person(Role.OFFICER, YUYAO)
    assert (await regions.post(other, path, body, version=1)).status_code == 403
    assert (await regions.post(head(CIXI), path, body, version=1)).status_code == 404
    answer = await regions.post(officer.login, path, {"relation": "投资"}, version=1)
    assert (answer.status_code, answer.json()["code"]) == (422, "interest_without_object")


async def test_a_change_needs_the_version_read_and_a_key(regions: Regions) -> None:
    officer = await an_officer(regions, YUYAO)
    path, body = f"/officers/{officer.id}/interests", {"object_code": CODE, "relation": "投资"}

    assert (await regions.post(head(YUYAO), path, body)).status_code == 428
    assert (await regions.post(head(YUYAO), path, body, version=7)).status_code == 412
    headers = {"Authorization": f"Bearer {head(YUYAO).token()}", "If-Match": '"1"'}
    keyless = await regions.http.post(f"/api/v1{path}", json=body, headers=headers)
    assert keyless.status_code == 400


async def test_the_same_key_gives_the_same_answer(regions: Regions) -> None:
    who, name = head(YUYAO), f"执法队 {uuid4().hex}"
    body = {"division": YUYAO, "kind": "enforcement_corps", "name": name}

    first = await regions.post(who, "/bureaus", body, key="bureau-0001")
    again = await regions.post(who, "/bureaus", body, key="bureau-0001")
    other = await regions.post(who, "/bureaus", {**body, "name": "x"}, key="bureau-0001")

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert other.status_code == 422


async def test_a_bureau_is_its_divisions_own_to_add_and_everyones_to_know(
    regions: Regions,
) -> None:
    body = {"division": YUYAO, "kind": "ecology_bureau", "name": "宁波市生态环境局余姚分局"}

    assert (await regions.post(head(CIXI), "/bureaus", body)).status_code == 403
    made = await regions.done(head(YUYAO), "/bureaus", body)
    twice = await regions.post(head(NINGBO), "/bureaus", body)
    assert (twice.status_code, twice.json()["code"]) == (409, "bureau_exists")
    assert (await regions.get(head(JIAXING), f"/bureaus/{made['id']}")).status_code == 200
    nowhere = await regions.post(head("330000"), "/bureaus", {**body, "division": "330299"})
    assert (nowhere.status_code, nowhere.json()["code"]) == (422, "unknown_division")


async def test_officers_are_listed_by_page_within_what_one_may_see(regions: Regions) -> None:
    ours = {(await an_officer(regions, YUYAO)).id for _ in range(3)}
    await an_officer(regions, CIXI)
    page = (await regions.get(head(YUYAO), "/officers", limit=1)).json()
    found = page["items"]
    while cursor := page["next"]:
        page = (await regions.get(head(YUYAO), "/officers", limit=1, cursor=cursor)).json()
        found += page["items"]

    assert {each["division"] for each in found} == {YUYAO}
    assert len({each["id"] for each in found}) == len(found)
    assert ours <= {each["id"] for each in found}
    city = (await regions.get(head(NINGBO), "/officers", limit=200, division=CIXI)).json()
    assert {each["division"] for each in city["items"]} == {CIXI}


async def test_every_act_leaves_a_trace(regions: Regions) -> None:
    officer = await an_officer(regions, YUYAO)

    rows = await regions.sql(
        "SELECT actor_name, action, after_hash FROM audit WHERE object_id = $1", officer.id
    )

    assert [(row["actor_name"], row["action"]) for row in rows] == [
        (f"{YUYAO} department_head", "officer.create")
    ]
    assert rows[0]["after_hash"]
