"""Every SELECT on draws and what they drew. What the caller may not see is absent by policy."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.draws.domain.life import ATTEMPTS, STANDING, FollowUp, Outcome, State
from services.tasks.draws.models.draws import (
    Draw,
    DrawFollowUp,
    DrawFollowUpSample,
    DrawnObject,
    DrawnOfficer,
    DrawNonce,
    DrawSnapshot,
    DrawStep,
)
from services.tasks.enterprises.domain.visits import Mode
from shared.db.session import driver
from shared.errors import NotFound

LOADS: Final = """
SELECT o.officer_id, count(*) AS checks
  FROM drawn_officer o JOIN drawn_object d ON d.id = o.drawn_object_id
  JOIN draw w ON w.id = d.draw_id
 WHERE o.officer_id = ANY ($1) AND o.year = $2 AND w.state = 'staffed' GROUP BY 1
"""
# A draw that was never staffed is not opened: its days end its secrecy all the same.
STILL_AWAITED: Final = """
SELECT 1 FROM drawn_object o JOIN draw d ON d.id = o.draw_id
 WHERE d.id <> $1 AND d.revealed_at <= $2 AND o.object_code = ANY ($3::text[])
   AND o.state = 'drawn' AND d.closes_on >= $4 LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawn object as whoever makes tasks of it needs it; `id` is the origin."""

    id: UUID
    enterprise_id: UUID
    object_name: str
    object_code: str
    division: str
    mode: Mode
    day: date
    officer_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    division: str | None = None
    period: str | None = None
    state: State | None = None


def _draw(found: Draw | None) -> Draw:
    if found is None:
        raise NotFound(what="draw")
    return found


async def draw(session: AsyncSession, draw_id: UUID) -> Draw:
    statement = select(Draw).where(Draw.id == draw_id)
    return _draw((await session.exec(statement)).one_or_none())


async def lock_draw(session: AsyncSession, draw_id: UUID) -> Draw:
    """The draw, locked until the transaction ends. For every step."""
    statement = (
        select(Draw)
        .where(Draw.id == draw_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return _draw((await session.exec(statement)).one_or_none())


async def draws(
    session: AsyncSession, wanted: Wanted, *, after: UUID | None, limit: int
) -> Sequence[Draw]:
    """Draws, newest first, with those that came to nothing."""
    statement = select(Draw).order_by(col(Draw.id).desc())
    if wanted.division is not None:
        statement = statement.where(Draw.division == wanted.division)
    if wanted.period is not None:
        statement = statement.where(Draw.period == wanted.period)
    if wanted.state is not None:
        statement = statement.where(Draw.state == wanted.state)
    if after is not None:
        statement = statement.where(col(Draw.id) < after)
    return (await session.exec(statement.limit(limit))).all()


async def standing(session: AsyncSession, plan_id: UUID, period: str) -> Draw | None:
    """The draw of a plan in a period that stands, locked."""
    statement = (
        select(Draw)
        .where(Draw.plan_id == plan_id, Draw.period == period, col(Draw.state).in_(STANDING))
        .with_for_update()
    )
    return (await session.exec(statement)).one_or_none()


async def attempts(
    session: AsyncSession, rows: Iterable[Draw]
) -> Mapping[tuple[UUID, str], Mapping[State, int]]:
    """How many draws of the same plan and period came to nothing, by how."""
    statement = (
        select(Draw.plan_id, Draw.period, Draw.state, func.count())
        .where(
            col(Draw.plan_id).in_({each.plan_id for each in rows}), col(Draw.state).in_(ATTEMPTS)
        )
        .group_by(col(Draw.plan_id), col(Draw.period), col(Draw.state))
    )
    found: dict[tuple[UUID, str], dict[State, int]] = defaultdict(dict)
    for plan_id, period, state, count in (await session.exec(statement)).all():
        found[plan_id, period][State(state)] = count
    return found


async def redraws(session: AsyncSession, ids: Iterable[UUID]) -> Mapping[UUID, UUID]:
    """Of draws that were redrawn, the draw that took their place."""
    statement = select(Draw).where(col(Draw.redraw_of_id).in_([*ids]))
    return {
        each.redraw_of_id: each.id
        for each in (await session.exec(statement)).all()
        if each.redraw_of_id is not None
    }


async def steps(session: AsyncSession, draw_id: UUID) -> Sequence[DrawStep]:
    """What became of a draw, oldest first."""
    statement = select(DrawStep).where(DrawStep.draw_id == draw_id)
    return (await session.exec(statement.order_by(col(DrawStep.id)))).all()


async def overdue(session: AsyncSession, now: datetime, *, limit: int) -> Sequence[Draw]:
    """Locked draws whose next step was not taken in time."""
    statement = (
        select(Draw)
        .where(col(Draw.state).in_([State.COMMITTED, State.FROZEN]), col(Draw.lapses_at) <= now)
        .order_by(col(Draw.lapses_at), col(Draw.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(statement)).all()


async def over(session: AsyncSession, day: date, *, limit: int) -> Sequence[Draw]:
    """Locked draws the days of whose checks are over, and whose list is secret still."""
    statement = (
        select(Draw)
        .where(
            col(Draw.opened_at).is_(None),
            col(Draw.result_hash).is_not(None),
            col(Draw.closes_on) < day,
        )
        .order_by(col(Draw.closes_on), col(Draw.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(statement)).all()


async def nonce(session: AsyncSession, draw_id: UUID) -> bytes:
    """The nonce; to be asked beyond scope, by a step that reveals it or a file that tells it."""
    statement = select(DrawNonce.nonce).where(DrawNonce.draw_id == draw_id)
    return (await session.exec(statement)).one()


async def snapshot(session: AsyncSession, draw_id: UUID) -> DrawSnapshot:
    statement = select(DrawSnapshot).where(DrawSnapshot.draw_id == draw_id)
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="draw")
    return found


async def loads(
    session: AsyncSession, officer_ids: Iterable[UUID], *, year: int
) -> Mapping[UUID, int]:
    """How many drawn checks officers have in a year, wherever; to be asked beyond scope."""
    rows = await (await driver(session)).fetch(LOADS, [*officer_ids], year)
    return {row["officer_id"]: row["checks"] for row in rows}


def _drawn(found: DrawnObject | None) -> DrawnObject:
    if found is None:
        raise NotFound(what="drawn object")
    return found


async def drawn_object(session: AsyncSession, drawn_object_id: UUID) -> DrawnObject:
    statement = select(DrawnObject).where(DrawnObject.id == drawn_object_id)
    return _drawn((await session.exec(statement)).one_or_none())


async def lock_drawn(session: AsyncSession, drawn_object_id: UUID) -> DrawnObject:
    """The drawn object, locked until the transaction ends. For every act."""
    statement = (
        select(DrawnObject)
        .where(DrawnObject.id == drawn_object_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return _drawn((await session.exec(statement)).one_or_none())


async def drawn_objects(
    session: AsyncSession,
    *,
    draw_id: UUID | None,
    mine: UUID | None,
    open_problems: bool,
    after: tuple[UUID, int] | None,
    limit: int,
) -> Sequence[DrawnObject]:
    """Drawn objects the caller may know of, draw by draw in the order drawn."""
    order = col(DrawnObject.draw_id), col(DrawnObject.number)
    statement = select(DrawnObject)
    if draw_id is not None:
        statement = statement.where(DrawnObject.draw_id == draw_id)
    if mine is not None:
        of_mine = select(DrawnOfficer.drawn_object_id).where(DrawnOfficer.account_id == mine)
        statement = statement.where(col(DrawnObject.id).in_(of_mine))
    if open_problems:
        statement = statement.where(col(DrawnObject.open_problems) > 0)
    if after is not None:
        statement = statement.where(tuple_(*order) > after)
    return (await session.exec(statement.order_by(*order).limit(limit))).all()


async def all_of(session: AsyncSession, draw_id: UUID) -> Sequence[DrawnObject]:
    """Everything a draw drew that the caller may know of."""
    statement = select(DrawnObject).where(DrawnObject.draw_id == draw_id)
    return (await session.exec(statement.order_by(col(DrawnObject.number)))).all()


async def officers(
    session: AsyncSession, drawn_ids: Iterable[UUID]
) -> Mapping[UUID, Sequence[DrawnOfficer]]:
    """Who goes to which drawn object."""
    statement = (
        select(DrawnOfficer)
        .where(col(DrawnOfficer.drawn_object_id).in_([*drawn_ids]))
        .order_by(col(DrawnOfficer.id))
    )
    found: dict[UUID, list[DrawnOfficer]] = defaultdict(list)
    for each in (await session.exec(statement)).all():
        found[each.drawn_object_id].append(each)
    return found


async def drawn(session: AsyncSession, draw_id: UUID, *, on_day: date) -> list[Drawn]:
    """What a draw wants checked by the day, that the caller may know of, with its officers.

    Not before its day: a task is seen by more people than a sealed list.
    """
    statement = (
        select(DrawnObject)
        .join(Draw, col(Draw.id) == col(DrawnObject.draw_id))
        .where(
            DrawnObject.draw_id == draw_id,
            Draw.state == State.STAFFED,
            col(DrawnObject.day) <= on_day,
            DrawnObject.state == Outcome.DRAWN,
        )
        .order_by(col(DrawnObject.number))
    )
    rows = (await session.exec(statement)).all()
    going = await officers(session, [each.id for each in rows])
    return [
        Drawn(
            each.id,
            each.enterprise_id,
            each.object_name,
            each.object_code,
            each.division,
            each.mode,
            each.day,
            tuple(officer.officer_id for officer in going[each.id]),
        )
        for each in rows
    ]


async def untold(session: AsyncSession, day: date, *, limit: int) -> Sequence[DrawnObject]:
    """Locked objects whose day has come and whose officers do not know."""
    statement = (
        select(DrawnObject)
        .join(Draw, col(Draw.id) == col(DrawnObject.draw_id))
        .where(
            col(DrawnObject.told_at).is_(None),
            col(DrawnObject.day) <= day,
            Draw.state == State.STAFFED,
        )
        .order_by(col(DrawnObject.day), col(DrawnObject.id))
        .limit(limit)
        .with_for_update(skip_locked=True, of=DrawnObject)
    )
    return (await session.exec(statement)).all()


async def checked_any(session: AsyncSession, draw_id: UUID) -> bool:
    """Whether anything of a draw was checked; to be asked beyond scope."""
    statement = select(func.count()).where(
        col(DrawnObject.draw_id) == draw_id, col(DrawnObject.state) == Outcome.CHECKED
    )
    return bool((await session.exec(statement)).one())


async def unchecked_any(session: AsyncSession, draw_id: UUID) -> bool:
    """Whether something of a draw is still to be checked; to be asked beyond scope."""
    statement = select(func.count()).where(
        col(DrawnObject.draw_id) == draw_id, col(DrawnObject.state) == Outcome.DRAWN
    )
    return bool((await session.exec(statement)).one())


async def still_awaited(
    session: AsyncSession, draw: Draw, codes: Sequence[str], *, today: date
) -> bool:
    """Whether a draw before this one drew some of the objects and still awaits their checks.

    To be asked beyond scope.
    """
    rows = await (await driver(session)).fetch(STILL_AWAITED, draw.id, draw.frozen_at, codes, today)
    return bool(rows)


async def follow_up_sample(
    session: AsyncSession, draw_id: UUID, kind: FollowUp
) -> DrawFollowUpSample | None:
    statement = select(DrawFollowUpSample).where(
        DrawFollowUpSample.draw_id == draw_id, DrawFollowUpSample.kind == kind
    )
    return (await session.exec(statement)).one_or_none()


async def follow_up_samples(session: AsyncSession, draw_id: UUID) -> Sequence[DrawFollowUpSample]:
    statement = select(DrawFollowUpSample).where(DrawFollowUpSample.draw_id == draw_id)
    return (await session.exec(statement.order_by(col(DrawFollowUpSample.at)))).all()


async def follow_ups(
    session: AsyncSession, *, draw_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[DrawFollowUp]:
    """Look-backs and call-backs, oldest first."""
    statement = select(DrawFollowUp).order_by(col(DrawFollowUp.id))
    if draw_id is not None:
        statement = statement.where(DrawFollowUp.draw_id == draw_id)
    if after is not None:
        statement = statement.where(col(DrawFollowUp.id) > after)
    return (await session.exec(statement.limit(limit))).all()


async def follow_up(session: AsyncSession, follow_up_id: UUID) -> DrawFollowUp:
    statement = select(DrawFollowUp).where(DrawFollowUp.id == follow_up_id)
    return _follow_up((await session.exec(statement)).one_or_none())


async def lock_follow_up(session: AsyncSession, follow_up_id: UUID) -> DrawFollowUp:
    """The look-back or call-back, locked until the transaction ends."""
    statement = (
        select(DrawFollowUp)
        .where(DrawFollowUp.id == follow_up_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return _follow_up((await session.exec(statement)).one_or_none())


def _follow_up(found: DrawFollowUp | None) -> DrawFollowUp:
    if found is None:
        raise NotFound(what="draw follow-up")
    return found
