"""四不两直: a surprise plan is known to the people named, and to nobody else until it starts."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import uuid4

from shared.auth.actor import Actor, ActorKind, Grant, Role
from shared.db.session import Context
from shared.divisions import scope
from shared.http.access import context_of
from tests.integration.regions.conftest import (
    BEILUN,
    CIXI,
    NINGBO,
    YUYAO,
    Person,
    Regions,
    desk,
    head,
)
from tests.integration.regions.joint import DONE, STARTED, a_team, act, plan
from tests.integration.regions.test_officers import an_officer

ZHEJIANG: Final = "330000"
SECRET: Final = "突击检查"


async def drafted(regions: Regions, drafter: Person, *parties: str, **changes: Any) -> str:
    body = plan(drafter.division, *parties, kind="surprise", title=f"{SECRET}{uuid4().hex}")
    made = await regions.done(drafter, "/operations", body | changes)
    return str(made["id"])


async def knows(regions: Regions, who: Person, operation: str) -> bool:
    """Whether list and item say the same, and which."""
    item = (await regions.get(who, f"/operations/{operation}")).status_code
    listed = (await regions.get(who, "/operations", limit=200, kind="surprise")).json()["items"]
    in_list = operation in {each["id"] for each in listed}
    sub = [
        (await regions.get(who, f"/operations/{operation}/{each}")).status_code
        for each in ("findings", f"parties/{CIXI}")
    ]
    assert {item == 200, in_list, *(each == 200 for each in sub)} in ({True}, {False})
    return in_list


async def test_a_superiors_surprise_asks_nobody_and_is_seen_from_its_start(
    regions: Regions,
) -> None:
    drafter, named = desk(NINGBO), Person(Role.OFFICER, YUYAO)
    operation = await drafted(regions, drafter, CIXI, YUYAO, named=[str(named.id)])
    hidden: Sequence[Person] = (
        desk(NINGBO),
        Person(Role.COUNTY_LEADER_IN_CHARGE, NINGBO),
        head(CIXI),
        head(YUYAO),
        head(ZHEJIANG),
        Person(Role.AUDITOR, NINGBO),
        Person(Role.OFFICER, YUYAO),
        Person(Role.PLATFORM, ZHEJIANG),
    )

    async def seen_by_the_named_alone() -> None:
        for who in (drafter, head(NINGBO), named):
            assert await knows(regions, who, operation), who
        for who in hidden:
            assert not await knows(regions, who, operation), who

    await seen_by_the_named_alone()
    # Neither consent nor the place checked is asked.
    assert (await act(regions, head(NINGBO), operation, "issue", {}))["issued_by"] == "command"
    await seen_by_the_named_alone()
    await act(regions, head(NINGBO), operation, "prepare", DONE)
    # It goes to Cixi, and nobody of Cixi is told: the city is competent there too.
    team = await a_team(regions, operation, NINGBO, CIXI)
    two = [await an_officer(regions, YUYAO), await an_officer(regions, BEILUN)]
    for officer, division in zip(two, (YUYAO, NINGBO), strict=True):
        body = {"division": division, "team_id": team, "officer_ids": [officer.id]}
        await act(regions, head(NINGBO), operation, "send-officers", body)
    await seen_by_the_named_alone()
    for table in ("operation_step", "participation", "operation_team", "operation_officer"):
        for who in hidden:
            assert await rows(regions, who, table, operation) == 0, (table, who)
    assert await rows(regions, named, "operation_step", operation) > 0
    assert await traced(regions, hidden, operation) == set()
    assert await regions.events(STARTED, operation) == []

    await act(regions, head(NINGBO), operation, "start", {})

    for who in (*hidden, named):
        assert await knows(regions, who, operation), who
    assert not await knows(regions, head("330400"), operation)
    read = (await regions.get(head(CIXI), f"/operations/{operation}")).json()
    assert read["named"] == []
    assert "draft" in {each["action"] for each in read["steps"]}


async def rows(regions: Regions, who: Person, table: str, operation: str) -> int:
    """How many rows of the operation PostgreSQL itself shows somebody."""
    async with regions.database.transaction(seen_as(who)) as session:
        connection = await (await session.connection()).get_raw_connection()
        driver = connection.driver_connection
        assert driver is not None
        found: int = await driver.fetchval(
            f"SELECT count(*) FROM {table} WHERE operation_id = $1",  # noqa: S608 -- our names
            operation,
        )
    return found


def seen_as(who: Person) -> Context:
    """The database's view of a caller."""
    grants = (Grant(who.role, scope(who.division)),)
    return context_of(Actor(id=who.id, kind=ActorKind.ACCOUNT, name="x", grants=grants))


async def traced(regions: Regions, hidden: Sequence[Person], operation: str) -> set[Person]:
    """Who of these finds the operation in the trace or among the events."""
    found = set()
    for who in hidden:
        async with regions.database.transaction(seen_as(who)) as session:
            connection = await (await session.connection()).get_raw_connection()
            driver = connection.driver_connection
            assert driver is not None
            lines: int = await driver.fetchval(
                "SELECT (SELECT count(*) FROM audit WHERE object_kind = 'operation'"
                " AND object_id = $1) + (SELECT count(*) FROM outbox_event WHERE key = $1)",
                operation,
            )
        if lines:
            found.add(who)
    return found


async def test_between_equals_the_people_named_are_asked_and_nobody_else(
    regions: Regions,
) -> None:
    drafter, partner = head(YUYAO), head(CIXI)
    operation = await drafted(regions, drafter, YUYAO, CIXI, named=[str(partner.id)])
    await act(regions, drafter, operation, "countersign", {})

    assert await knows(regions, partner, operation)
    assert not await knows(regions, head(CIXI), operation)
    assert not await knows(regions, head(NINGBO), operation)
    silent = await regions.post(drafter, f"/operations/{operation}/issue", {}, version=2)
    assert (silent.status_code, silent.json()["code"]) == (409, "consent_missing")
    stranger = {"division": CIXI, "agrees": True}
    answer = await regions.post(head(CIXI), f"/operations/{operation}/answer", stranger, version=2)
    assert answer.status_code == 404
    await act(regions, partner, operation, "answer", {"division": CIXI, "agrees": True})
    await act(regions, drafter, operation, "issue", {})
    assert not await knows(regions, head(CIXI), operation)


async def test_further_people_are_let_in_before_the_start_only(regions: Regions) -> None:
    drafter, late = head(NINGBO), Person(Role.OFFICER, CIXI)
    operation = await drafted(regions, drafter, CIXI, YUYAO)
    assert not await knows(regions, late, operation)
    body = {"account_ids": [str(late.id)], "reason": "带队"}
    outside = await regions.post(head(CIXI), f"/operations/{operation}/admit", body, version=1)
    assert outside.status_code == 404

    await act(regions, drafter, operation, "admit", body)

    assert await knows(regions, late, operation)
    answer = await regions.post(late, f"/operations/{operation}/admit", body, version=2)
    assert answer.status_code == 403
    normal = (await regions.done(head(NINGBO), "/operations", plan(NINGBO, CIXI)))["id"]
    answer = await regions.post(head(NINGBO), f"/operations/{normal}/admit", body, version=1)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_secret")


async def test_only_a_surprise_names_people_and_it_counts_for_no_group_before(
    regions: Regions,
) -> None:
    for changes in (
        {"named": [str(uuid4())]},
        {"kind": "surprise", "group_id": str(uuid4())},
        {"kind": "surprise", "plan_id": str(uuid4())},
    ):
        answer = await regions.post(head(NINGBO), "/operations", plan(NINGBO, CIXI, **changes))
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_plan"), answer.text
