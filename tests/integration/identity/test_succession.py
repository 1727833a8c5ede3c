"""Grants follow a division that ends; its history comes down to who works for its successors."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.identity.tables import OPEN_WORK
from shared.auth.actor import Grant, Role
from shared.clock import machine_time
from shared.contracts.regions import Assignment, ChangeDocument, DivisionSucceeded
from shared.jobs import run_job
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import receive
from shared.succession.migration import moving
from shared.succession.rows import HANDLERS
from tests.integration.identity.conftest import Identity, Person

CLERK = Role.PETITION_CLERK
NOW = datetime(2026, 12, 1, 1, tzinfo=UTC)


class Standing:
    async def now(self, within: object = None) -> datetime:  # noqa: ARG002 -- the protocol's
        return NOW


async def succeed(
    identity: Identity, old: str, *successors: str, assign: dict[UUID, str] | None = None
) -> None:
    """The event arrives twice, and the job runs after each."""
    event = DivisionSucceeded(
        change_id=uuid4(),
        predecessors=[old],
        successors=[*successors],
        main=successors[0],
        assignments=[
            Assignment(kind="grant", id=grant, code=code) for grant, code in (assign or {}).items()
        ],
        effective_on=date(2026, 12, 1),
        document=ChangeDocument(title="批复", number="国函〔2026〕1号"),
    )
    envelope = Envelope(
        id=uuid4(),
        source="regions",
        type=event.topic,
        subject=event.key,
        time=NOW,
        data=event.model_dump(mode="json"),
    )
    for _ in range(2):
        await receive(identity.database, HANDLERS[event.topic], envelope, now=NOW)
        await run_job(identity.database, Standing(), moving(OPEN_WORK))


async def seen_as(identity: Identity, person: Person) -> tuple[set[Grant], tuple[str, ...]]:
    """What a service hears of the person now."""
    tokens = await identity.login(person)
    answer = await identity.exchange(tokens["access_token"], "petitions")
    claims: Any = await identity.claims(answer.json()["access_token"], "petitions")
    return {*claims.grants}, claims.reads


async def grants_of(identity: Identity, person: Person) -> list[Any]:
    return await identity.sql(
        "SELECT * FROM role_grant WHERE holder_id = $1 ORDER BY given_at, id", person.id
    )


async def test_a_clerk_works_for_the_successor_from_that_instant(identity: Identity) -> None:
    clerk = await identity.a_person((CLERK, "500112"), division="500112")
    before = machine_time()

    await succeed(identity, "500112", "500157")

    old, new = await grants_of(identity, clerk)
    assert before <= old["withdrawn_at"] == new["valid_from"]
    assert (new["scope"], new["valid_to"], new["visible_to"]) == (
        "500157",
        None,
        ["50", "5001", "500157"],
    )
    assert "国函〔2026〕1号" in new["reason"]
    # The successor's work, and what its predecessor left.
    assert await seen_as(identity, clerk) == (
        {Grant(CLERK, "500157"), Grant(CLERK, "500112")},
        (),
    )
    [account] = await identity.sql("SELECT * FROM account WHERE id = $1", clerk.id)
    assert (account["division"], account["visible_to"]) == ("500157", ["50", "5001", "500157"])
    traced = await identity.sql(
        "SELECT action FROM audit WHERE object_id = ANY ($1) ORDER BY action",
        [str(old["id"]), str(new["id"])],
    )
    assert [row["action"] for row in traced] == [
        "grant.give",  # long before
        "grant.give",
        "grant.withdraw",
        "succession.move",
    ]


async def test_a_session_goes_on_over_the_change(identity: Identity) -> None:
    clerk = await identity.a_person((CLERK, "510112"), division="510112")
    tokens = await identity.login(clerk)

    await succeed(identity, "510112", "510157")

    answer = await identity.exchange(tokens["access_token"], "petitions")
    claims = await identity.claims(answer.json()["access_token"], "petitions")
    assert Grant(CLERK, "510157") in claims.grants


async def test_grants_that_begin_later_or_have_ended(identity: Identity) -> None:
    person = await identity.a_person((CLERK, "330402"), division="330402")
    begins, ends = machine_time() + timedelta(days=9), machine_time() + timedelta(days=99)
    await identity.grant(person.id, Role.OFFICER, "330402", since=begins, until=ends)
    long_ago = machine_time() - timedelta(days=9)
    await identity.grant(
        person.id, Role.AUDITOR, "330402", since=long_ago, until=long_ago + timedelta(days=1)
    )

    await succeed(identity, "330402", "330491")

    rows = await grants_of(identity, person)
    later = [row for row in rows if row["scope"] == "330491" and row["role"] == "officer"]
    assert [(row["valid_from"], row["valid_to"]) for row in later] == [(begins, ends)]
    assert [row["withdrawn_at"] for row in rows if row["role"] == "auditor"] == [None]


async def test_after_a_split_each_works_where_assigned_and_all_read_the_history(
    identity: Identity,
) -> None:
    stays = await identity.a_person((CLERK, "330411"), division="330411")
    leaves = await identity.a_person((CLERK, "330411"), division="330411")
    stranger = await identity.a_person((CLERK, "330421"), division="330421")
    [grant] = await grants_of(identity, leaves)

    await succeed(identity, "330411", "330492", "330493", assign={UUID(str(grant["id"])): "330493"})

    assert await seen_as(identity, stays) == (
        {Grant(CLERK, "330492"), Grant(CLERK, "330411")},
        (),
    )
    # The history is seen; what is to be done about it is the main successor's.
    assert await seen_as(identity, leaves) == ({Grant(CLERK, "330493")}, ("330411",))
    assert await seen_as(identity, stranger) == ({Grant(CLERK, "330421")}, ())


async def test_who_stands_above_needs_nothing(identity: Identity) -> None:
    city = await identity.a_person((CLERK, "330200"), division="330200")
    await succeed(identity, "330225", "330294")

    assert await seen_as(identity, city) == ({Grant(CLERK, "3302")}, ())
    assert len(await grants_of(identity, city)) == 1
