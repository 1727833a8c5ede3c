"""Guests of a staff exchange: an officer's right at the host, as long as the stay."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from services.identity.grants.handlers import HANDLERS
from services.identity.grants.jobs import end_stays
from services.identity.grants.use_cases.guests import of_exchange
from services.identity.tables import OPEN_WORK
from shared.auth.actor import Grant, Role
from shared.clock import machine_time
from shared.contracts.regions import GuestArrived, GuestGrant, GuestLeft
from shared.db.session import SYSTEM
from shared.jobs import Job, run_job
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import receive
from shared.succession.migration import moving
from tests.integration.identity.conftest import Identity, Person, fresh_key
from tests.integration.identity.test_succession import seen_as, succeed

HOME, HOST = "510114", "510681"
AT_HOST: Final = Grant(Role.OFFICER, HOST)
# Business time of a demo stack may be months away from the machine's.
MORNING: Final = datetime.fromisoformat("2026-03-16T09:00:00+08:00")
STAY: Final = timedelta(days=5)


class At:
    def __init__(self, instant: datetime) -> None:
        self._instant = instant

    async def now(self, within: object = None) -> datetime:  # noqa: ARG002 -- the protocol's
        return self._instant


def arrival(person_id: UUID, **changes: Any) -> GuestArrived:
    fields: dict[str, Any] = {
        "guest_id": uuid4(),
        "exchange_id": uuid4(),
        "title": "新都—广汉互派",
        "account_id": person_id,
        "home": HOME,
        "host": HOST,
        "ends_at": MORNING + STAY,
    }
    return GuestArrived(**{**fields, **changes})


def departure(event: GuestArrived) -> GuestLeft:
    return GuestLeft(
        guest_id=event.guest_id,
        exchange_id=event.exchange_id,
        home=event.home,
        host=event.host,
        left_at=MORNING,
        reason="recalled",
    )


async def hear(identity: Identity, event: GuestArrived | GuestLeft) -> None:
    """The event arrives twice."""
    envelope = Envelope(
        id=uuid4(),
        source="regions",
        type=event.topic,
        subject=event.key,
        time=MORNING,
        data=event.model_dump(mode="json"),
    )
    for _ in range(2):
        await receive(identity.database, HANDLERS[event.topic], envelope, now=MORNING)


async def shown(identity: Identity, exchange_id: UUID) -> Sequence[GuestGrant]:
    async with identity.database.transaction(SYSTEM) as session:
        return (await of_exchange(session, exchange_id, now=machine_time())).grants


async def an_officer(identity: Identity) -> Person:
    return await identity.a_person((Role.OFFICER, HOME), division=HOME)


async def holds(identity: Identity, person: Person) -> bool:
    grants, _ = await seen_as(identity, person)
    assert Grant(Role.OFFICER, HOME) in grants
    return AT_HOST in grants


async def test_a_guest_is_an_officer_of_the_host_until_the_word_of_the_end(
    identity: Identity,
) -> None:
    person = await an_officer(identity)
    event = arrival(person.id)
    assert not await holds(identity, person)
    await hear(identity, event)
    assert await holds(identity, person)
    [grant] = await shown(identity, event.exchange_id)
    assert grant.state == "in_force"
    # It ends by itself, were no word ever to come.
    assert abs(grant.valid_to - machine_time() - STAY) < timedelta(minutes=1)
    await hear(identity, event.model_copy(update={"ends_at": MORNING + 2 * STAY}))
    [longer] = await shown(identity, event.exchange_id)
    assert longer.grant_id == grant.grant_id
    assert abs(longer.valid_to - grant.valid_to - STAY) < timedelta(minutes=1)
    await hear(identity, departure(event))
    assert not await holds(identity, person)
    # What ended is not revived, whatever is heard late.
    await hear(identity, event.model_copy(update={"ends_at": MORNING + 3 * STAY}))
    assert not await holds(identity, person)
    assert [each.state for each in await shown(identity, event.exchange_id)] == ["over"]


async def test_the_right_ends_with_the_stay_though_the_word_is_late(identity: Identity) -> None:
    person = await an_officer(identity)
    await hear(identity, arrival(person.id))
    job = Job("grants.end_stays", end_stays)
    await run_job(identity.database, At(MORNING + STAY - timedelta(seconds=1)), job)
    assert await holds(identity, person)
    await run_job(identity.database, At(MORNING + STAY), job)
    assert not await holds(identity, person)
    over = arrival(person.id, ends_at=MORNING)
    await hear(identity, over)
    assert not await holds(identity, person)
    [grant] = await shown(identity, over.exchange_id)
    assert (grant.state, grant.reason) == ("refused", "refused: stay_over")


@pytest.mark.parametrize(
    ("role", "division", "reason"),
    [
        (Role.AUDIT_ADMINISTRATOR, HOME, "roles_separated"),
        (Role.OFFICER, "330281", "account_of_others"),
        (None, HOME, "account_unknown"),
    ],
)
async def test_what_may_not_be_given_is_refused_and_said(
    identity: Identity, role: Role | None, division: str, reason: str
) -> None:
    known = await identity.a_person((role, division), division=division) if role else None
    event = arrival(known.id if known else uuid4())
    await hear(identity, event)
    [grant] = await shown(identity, event.exchange_id)
    assert (grant.state, grant.reason) == ("refused", f"refused: {reason}")
    if known is not None:
        assert AT_HOST not in (await seen_as(identity, known))[0]


async def test_the_host_s_administrator_sees_and_withdraws_and_nobody_prolongs_by_hand(
    identity: Identity,
) -> None:
    person = await an_officer(identity)
    event = arrival(person.id)
    await hear(identity, event)
    admin, other, above = [
        await identity.enter(
            await identity.a_person((Role.SECURITY_ADMINISTRATOR, code), division=code)
        )
        for code in (HOST, "330281", "510000")
    ]

    async def guests(headers: dict[str, str]) -> list[dict[str, Any]]:
        answer = await identity.http.get("/api/v1/grants/guests", headers=headers)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return [each for each in items if each["exchange_id"] == str(event.exchange_id)]

    assert await guests(other) == []
    mine = await identity.http.get("/api/v1/grants/guests", headers=await identity.enter(person))
    assert mine.status_code == 403
    [grant] = await guests(admin)
    assert (grant["holder_id"], grant["actions"]) == (str(person.id), ["withdraw"])
    by_hand = {
        "account_id": str(person.id),
        "role": "officer",
        "division": HOST,
        "valid_from": machine_time().isoformat(),
        "reason": "再留一个月",
    }
    answer = await identity.http.post(
        "/api/v1/grants", json=by_hand, headers={**above, **fresh_key()}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "guest_by_exchange")
    answer = await identity.http.post(
        f"/api/v1/grants/{grant['id']}/withdraw",
        json={"reason": "违反本局保密规定"},
        headers={**admin, **fresh_key(), "If-Match": f'"{grant["version"]}"'},
    )
    assert answer.status_code == 200, answer.text
    assert not await holds(identity, person)
    await hear(identity, event.model_copy(update={"ends_at": MORNING + 2 * STAY}))
    assert not await holds(identity, person)
    [found] = await shown(identity, event.exchange_id)
    assert (found.state, found.reason) == ("withdrawn", "违反本局保密规定")
    inside = await identity.http.post(
        "/internal/guest-grants", json={"exchange_id": str(event.exchange_id)}, headers=admin
    )
    assert inside.status_code == 401


async def test_a_guest_of_a_host_that_ends_goes_on_at_its_successor_and_ends_there(
    identity: Identity,
) -> None:
    person = await an_officer(identity)
    event = arrival(person.id, host="510683")
    await hear(identity, event)
    await succeed(identity, "510683", "510604")
    await run_job(identity.database, At(MORNING), moving(OPEN_WORK))
    grants, _ = await seen_as(identity, person)
    assert Grant(Role.OFFICER, "510604") in grants
    await hear(identity, departure(event))
    grants, _ = await seen_as(identity, person)
    assert {each.scope for each in grants} == {HOME}
