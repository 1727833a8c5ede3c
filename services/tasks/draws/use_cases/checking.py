"""What came of a drawn check: the result, problems on a dynamic list, decision, publication."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.draws.domain import checks
from services.tasks.draws.domain.checks import CheckDay, NoSuchProblem, NotOfTheCheck
from services.tasks.draws.domain.life import (
    AlreadyChecked,
    AlreadyPublished,
    Decision,
    NotChecked,
    Outcome,
    State,
    TooEarly,
)
from services.tasks.draws.models.draws import Draw, DrawnObject, DrawnOfficer
from services.tasks.draws.queries import draws as queries, library
from services.tasks.draws.use_cases.record import note_drawn, opened_to
from services.tasks.draws.use_cases.rules import PUBLISH_DAYS
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clock_rows.rows import Ladder, start_clock, stop_clock
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope
from shared.errors import IllegalStep
from shared.rule_settings import rule_settings

SUBJECT: Final = "drawn_object"
CLOCK: Final = "draw_publication"
LADDER: Final = Ladder(timedelta(days=2), timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Result:
    """What a check came to: what was found, and how many cases came of it."""

    checked_on: date
    text: str
    problems: Sequence[str]
    cases: int


def actions(actor: Actor, drawn: DrawnObject, team: Sequence[DrawnOfficer]) -> list[str]:
    """What this caller may do with the drawn object now."""
    found = []
    superior = drawn.sent_up_to
    if superior and not team and may(actor, "draw.assign", division=superior):
        found.append("assign")
    if drawn.state is Outcome.DRAWN:
        goes = actor.id in {each.account_id for each in team}
        if goes or may(actor, "draw.publish", division=drawn.division):
            found.append("report")
        return found
    if may(actor, "draw.publish", division=drawn.division):
        found += ["decide"] if drawn.decision is None else []
        found += ["publish"] if drawn.decision and drawn.published_at is None else []
    if drawn.open_problems and may(actor, "draw.report", division=drawn.division):
        found.append("resolve")
    return found


async def report(
    session: AsyncSession,
    actor: Actor,
    drawn_object_id: UUID,
    result: Result,
    *,
    expected_version: int,
    now: datetime,
) -> DrawnObject:
    """The result of the check; from now on this object is no secret. By its officers, or a head."""
    drawn, draw = await _lock(session, actor, drawn_object_id, "draw.report", expected_version)
    team = {each.account_id for each in await _team(session, drawn)}
    if actor.id not in team and not may(actor, "draw.publish", division=draw.division):
        raise NotOfTheCheck(action="draw.report")
    await checked(session, actor, drawn, draw, result, now=now)
    return drawn


async def checked(
    session: AsyncSession,
    actor: Actor,
    drawn: DrawnObject,
    draw: Draw,
    result: Result,
    *,
    now: datetime,
) -> None:
    """Record the result on a locked drawn object, however it was told."""
    if draw.state is not State.STAFFED:
        raise IllegalStep(state=draw.state, action="report", allowed=[])
    if drawn.state is Outcome.CHECKED:
        raise AlreadyChecked
    today = legal_day(now)
    if drawn.day > today:
        raise TooEarly(day=drawn.day.isoformat())
    if not drawn.day <= result.checked_on <= today:
        raise CheckDay(reason="day", pointer="/checked_on")
    drawn.state, drawn.checked_on, drawn.result = Outcome.CHECKED, result.checked_on, result.text
    drawn.problems = [
        {"text": each, "found_on": result.checked_on.isoformat(), "resolved_on": None}
        for each in result.problems
    ]
    drawn.open_problems, drawn.cases = len(drawn.problems), result.cases
    drawn.visible_to = opened_to(draw, drawn)
    await note_drawn(session, actor, drawn, "report", division=draw.division, now=now)


async def resolve(
    session: AsyncSession,
    actor: Actor,
    drawn_object_id: UUID,
    *,
    problem: int,
    note: str,
    expected_version: int,
    now: datetime,
) -> DrawnObject:
    """A problem was put right: it leaves the dynamic list and stays in the record."""
    drawn, draw = await _lock(session, actor, drawn_object_id, "draw.report", expected_version)
    standing = 0 <= problem < len(drawn.problems)
    if not standing or drawn.problems[problem]["resolved_on"] is not None:
        raise NoSuchProblem(reason="problem", pointer="/problem")
    done = {"resolved_on": legal_day(now).isoformat(), "note": note}
    drawn.problems = [
        each | done if at == problem else each for at, each in enumerate(drawn.problems)
    ]
    drawn.open_problems -= 1
    await note_drawn(session, actor, drawn, "resolve", division=draw.division, reason=note, now=now)
    return drawn


async def decide(
    session: AsyncSession,
    actor: Actor,
    drawn_object_id: UUID,
    *,
    decision: Decision,
    decided_at: datetime,
    expected_version: int,
    now: datetime,
) -> DrawnObject:
    """What was decided on the check; the time to publish it runs from the decision."""
    drawn, draw = await _lock(session, actor, drawn_object_id, "draw.publish", expected_version)
    if drawn.checked_on is None:
        raise NotChecked
    if drawn.decision is not None:
        raise IllegalStep(state="decided", action="decide", allowed=["publish"])
    if not drawn.checked_on <= legal_day(decided_at) or decided_at > now:
        raise CheckDay(reason="day", pointer="/decided_at")
    figures = await rule_settings(session, division=draw.division, on_day=legal_day(decided_at))
    drawn.decision, drawn.decided_at = decision, decided_at
    await start_clock(
        session,
        subject_kind=SUBJECT,
        subject_id=drawn.id,
        kind=CLOCK,
        term=checks.publication_term(figures[PUBLISH_DAYS][decision]),
        ladder=LADDER,
        started_at=decided_at,
        seen_by=[draw.division, drawn.division],
    )
    await note_drawn(session, actor, drawn, "decide", division=draw.division, now=now)
    return drawn


async def publish(
    session: AsyncSession,
    actor: Actor,
    drawn_object_id: UUID,
    *,
    place: str,
    expected_version: int,
    now: datetime,
) -> DrawnObject:
    """The result is public: the text as data, and where it was published."""
    drawn, draw = await _lock(session, actor, drawn_object_id, "draw.publish", expected_version)
    if drawn.published_at is not None:
        raise AlreadyPublished
    if drawn.decision is None:
        raise IllegalStep(state=drawn.state, action="publish", allowed=["decide"])
    plan = await library.plan(session, draw.plan_id)
    drawn.published_at = now
    drawn.publication = await _text(session, draw, drawn, plan.item_ids) | {"place": place}
    await stop_clock(session, subject_id=drawn.id, kind=CLOCK, at=now)
    await note_drawn(session, actor, drawn, "publish", division=draw.division, now=now)
    return drawn


async def _text(
    session: AsyncSession, draw: Draw, drawn: DrawnObject, item_ids: Sequence[UUID]
) -> dict[str, Any]:
    items = [await library.item(session, each) for each in item_ids]
    return {
        "title": draw.title,
        "period": draw.period,
        "object_name": drawn.object_name,
        "object_code": drawn.object_code,
        "items": [each.name for each in items],
        "mode": drawn.mode,
        "checked_on": drawn.checked_on.isoformat() if drawn.checked_on else None,
        "certificates": [each.certificate_number for each in await _team(session, drawn)],
        "result": drawn.result,
        "decision": drawn.decision,
        "decided_on": legal_day(drawn.decided_at).isoformat() if drawn.decided_at else None,
    }


async def _lock(
    session: AsyncSession, actor: Actor, drawn_object_id: UUID, right: str, version: int
) -> tuple[DrawnObject, Draw]:
    known = await queries.drawn_object(session, drawn_object_id)
    # Whoever sees what was drawn may be of elsewhere (交叉), where the draw itself is unknown.
    # Locked first, as a redraw and the end of secrecy do: nothing of it is checked meanwhile.
    async with beyond_scope(session):
        draw = await queries.lock_draw(session, known.draw_id)
    drawn = await queries.lock_drawn(session, drawn_object_id)
    sent = [each.division for each in await _team(session, drawn)]
    require(actor, right, division=draw.division, participants=[drawn.division, *sent])
    drawn.require_version(version)
    return drawn, draw


async def _team(session: AsyncSession, drawn: DrawnObject) -> Sequence[DrawnOfficer]:
    return (await queries.officers(session, [drawn.id])).get(drawn.id, ())
