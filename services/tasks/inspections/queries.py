"""Every SELECT on inspections. What the caller may not see is absent by policy."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch.models import Team, TeamMember
from services.tasks.enterprises.domain.visits import LegalKind, Method, Mode
from services.tasks.inspections.domain.life import InspectionAction, InspectionState
from services.tasks.inspections.models.forms import (
    InspectionForm,
    InspectionFormSignature,
    InspectionFormVersion,
)
from services.tasks.inspections.models.inspections import (
    Inspection,
    InspectionAddition,
    InspectionOfficer,
    InspectionStep,
)
from services.tasks.inspections.models.recorders import (
    RecorderDevice,
    Recording,
    SupervisionNote,
)
from services.tasks.inspections.models.special import SiteTurn, SpecialCheck
from shared import divisions
from shared.db.session import driver
from shared.errors import NotFound

# Shown is counted of what was visited: from afar nobody is there to see a code.
FIGURES: Final = """
SELECT legal_kind, mode, at_night, on_rest_day, crossing, count(*) AS inspections,
       count(*) FILTER (WHERE mode = 'on_site') AS visits,
       count(*) FILTER (WHERE mode = 'on_site' AND code_shown_at IS NOT NULL) AS codes_shown
  FROM inspection
 WHERE state = 'finished'
   AND (started_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN $1 AND $2
   AND ($3::text IS NULL OR division LIKE $3 || '%')
 GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""
# Problems stand a floor above; that there is one is all that calling off asks.
FOUND_ANY: Final = "SELECT EXISTS (SELECT FROM problem WHERE inspection_id = $1)"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many inspections a task has, and how many of them still run.

    One that was called off is none: nobody inspected anything.
    """

    inspections: int
    open: int


@dataclass(frozen=True, slots=True)
class Wanted:
    task_id: UUID | None = None
    enterprise_id: UUID | None = None
    state: InspectionState | None = None
    division: str | None = None
    legal_kind: LegalKind | None = None
    mode: Mode | None = None
    method: Method | None = None
    at_night: bool | None = None
    on_rest_day: bool | None = None
    crossing: bool | None = None
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class FiguresLine:
    """Finished inspections of one kind, mode and time."""

    legal_kind: LegalKind
    mode: Mode
    at_night: bool
    on_rest_day: bool
    crossing: bool
    inspections: int
    visits: int
    codes_shown: int


@dataclass(frozen=True, slots=True)
class FrontLine:
    """An officer who was sent, and the recorder in their hands."""

    officer_id: UUID
    name: str
    division: str
    device: str | None


def _found(inspection: Inspection | None) -> Inspection:
    if inspection is None:
        raise NotFound(what="inspection")
    return inspection


async def inspection(session: AsyncSession, inspection_id: UUID) -> Inspection:
    statement = select(Inspection).where(Inspection.id == inspection_id)
    return _found((await session.exec(statement)).one_or_none())


async def lock_inspection(session: AsyncSession, inspection_id: UUID) -> Inspection:
    """The inspection, locked until the transaction ends. For every change."""
    statement = (
        select(Inspection)
        .where(Inspection.id == inspection_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return _found((await session.exec(statement)).one_or_none())


async def by_code(session: AsyncSession, code: str) -> Inspection:
    """The inspection of an administrative act's code."""
    statement = select(Inspection).where(Inspection.act_code == code)
    return _found((await session.exec(statement)).one_or_none())


def _conditions(wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    for column, value in (
        (Inspection.task_id, wanted.task_id),
        (Inspection.enterprise_id, wanted.enterprise_id),
        (Inspection.state, wanted.state),
        (Inspection.legal_kind, wanted.legal_kind),
        (Inspection.mode, wanted.mode),
        (Inspection.at_night, wanted.at_night),
        (Inspection.on_rest_day, wanted.on_rest_day),
        (Inspection.crossing, wanted.crossing),
    ):
        if value is not None:
            yield col(column) == value
    if wanted.division is not None:
        yield col(Inspection.division).startswith(divisions.scope(wanted.division))
    if wanted.method is not None:
        yield col(Inspection.methods).contains([wanted.method])
    if wanted.first is not None:
        yield col(Inspection.started_at) >= wanted.first
    if wanted.last is not None:
        yield col(Inspection.started_at) <= wanted.last


async def inspections(
    session: AsyncSession, wanted: Wanted, *, after: UUID | None, limit: int
) -> Sequence[Inspection]:
    """Inspections in the order they were entered."""
    statement = select(Inspection).where(*_conditions(wanted))
    if after is not None:
        statement = statement.where(col(Inspection.id) > after)
    return (await session.exec(statement.order_by(col(Inspection.id)).limit(limit))).all()


async def officers(
    session: AsyncSession, inspection_ids: Iterable[UUID]
) -> dict[UUID, Sequence[InspectionOfficer]]:
    """Who was present at each inspection."""
    present = defaultdict[UUID, list[InspectionOfficer]](list)
    statement = (
        select(InspectionOfficer)
        .where(col(InspectionOfficer.inspection_id).in_([*inspection_ids]))
        .order_by(col(InspectionOfficer.id))
    )
    for officer in (await session.exec(statement)).all():
        present[officer.inspection_id].append(officer)
    return dict(present)


async def steps(session: AsyncSession, inspection_id: UUID) -> Sequence[InspectionStep]:
    """What was done, oldest first."""
    statement = (
        select(InspectionStep)
        .where(InspectionStep.inspection_id == inspection_id)
        .order_by(col(InspectionStep.id))
    )
    return (await session.exec(statement)).all()


async def done(session: AsyncSession, inspection_id: UUID) -> set[InspectionAction]:
    """Every action that was taken at it. The caller holds its lock."""
    statement = select(InspectionStep.action).where(InspectionStep.inspection_id == inspection_id)
    taken = {*map(InspectionAction, (await session.exec(statement)).all())}
    found = await (await driver(session)).fetchval(FOUND_ANY, inspection_id)
    return taken | {InspectionAction.FIND} if found else taken


async def additions(session: AsyncSession, inspection_id: UUID) -> Sequence[InspectionAddition]:
    """What was added after the end, oldest first."""
    statement = select(InspectionAddition).where(InspectionAddition.inspection_id == inspection_id)
    return (await session.exec(statement.order_by(col(InspectionAddition.id)))).all()


async def tally(session: AsyncSession, task_id: UUID) -> Tally:
    under_way = func.count().filter(col(Inspection.state) == InspectionState.UNDER_WAY)
    statement = select(func.count(), under_way).where(
        Inspection.task_id == task_id, col(Inspection.state) != InspectionState.CALLED_OFF
    )
    total, unfinished = (await session.exec(statement)).one()
    return Tally(total, unfinished)


async def figures(
    session: AsyncSession, *, first: date, last: date, division: str | None
) -> list[FiguresLine]:
    """Finished inspections of a period by kind, mode, time and whose they were."""
    scope = divisions.scope(division) if division else None
    rows = await (await driver(session)).fetch(FIGURES, first, last, scope)
    return [FiguresLine(**row) for row in rows]


# Recorders.


async def recordings(session: AsyncSession, inspection_id: UUID) -> Sequence[Recording]:
    """From one switch to the next, oldest first."""
    statement = select(Recording).where(Recording.inspection_id == inspection_id)
    return (await session.exec(statement.order_by(col(Recording.from_at), col(Recording.id)))).all()


async def device(session: AsyncSession, device_id: UUID) -> RecorderDevice:
    statement = select(RecorderDevice).where(RecorderDevice.id == device_id)
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="recorder")
    return found


async def lock_device(session: AsyncSession, device_id: UUID) -> RecorderDevice:
    """The line of a recorder, locked until the transaction ends."""
    statement = (
        select(RecorderDevice)
        .where(RecorderDevice.id == device_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="recorder")
    return found


async def devices_in_hand(
    session: AsyncSession, *, serial: str | None = None, officer_id: UUID | None = None
) -> Sequence[RecorderDevice]:
    """Lines of a recorder or an officer that were not given back."""
    statement = select(RecorderDevice).where(col(RecorderDevice.returned_at).is_(None))
    if serial is not None:
        statement = statement.where(RecorderDevice.serial == serial)
    if officer_id is not None:
        statement = statement.where(RecorderDevice.officer_id == officer_id)
    return (await session.exec(statement)).all()


async def devices(
    session: AsyncSession, *, division: str | None, after: UUID | None, limit: int
) -> Sequence[RecorderDevice]:
    """Recorders in hand and given back, in the order they were assigned."""
    statement = select(RecorderDevice)
    if division is not None:
        statement = statement.where(
            col(RecorderDevice.division).startswith(divisions.scope(division))
        )
    if after is not None:
        statement = statement.where(col(RecorderDevice.id) > after)
    return (await session.exec(statement.order_by(col(RecorderDevice.id)).limit(limit))).all()


async def front_line(
    session: AsyncSession, division: str, *, first: datetime, last: datetime
) -> list[FrontLine]:
    """Officers of a division who were sent in a period, each once, with the recorder they have."""
    in_hand = col(RecorderDevice.returned_at).is_(None)
    statement = (
        select(TeamMember.officer_id, TeamMember.name, TeamMember.division, RecorderDevice.serial)
        .join(Team, col(Team.id) == col(TeamMember.team_id))
        .outerjoin(
            RecorderDevice, (col(RecorderDevice.officer_id) == TeamMember.officer_id) & in_hand
        )
        .where(
            col(TeamMember.division).startswith(divisions.scope(division)),
            col(Team.starts_at).between(first, last),
        )
        .distinct(col(TeamMember.officer_id))
        .order_by(col(TeamMember.officer_id), col(TeamMember.id).desc())
    )
    return [FrontLine(*row) for row in (await session.exec(statement)).all()]


async def supervision(session: AsyncSession, inspection_id: UUID) -> Sequence[SupervisionNote]:
    """What was seen from behind, oldest first."""
    statement = select(SupervisionNote).where(SupervisionNote.inspection_id == inspection_id)
    return (await session.exec(statement.order_by(col(SupervisionNote.id)))).all()


# What an inspection rests on.


async def turns(session: AsyncSession, task_id: UUID) -> Sequence[SiteTurn]:
    """Requests to visit what was to be checked from afar, oldest first."""
    statement = select(SiteTurn).where(SiteTurn.task_id == task_id)
    return (await session.exec(statement.order_by(col(SiteTurn.id)))).all()


async def standing_turn(session: AsyncSession, task_id: UUID) -> SiteTurn | None:
    """The request of the task that waits or was approved. The task is locked by the caller."""
    statement = select(SiteTurn).where(
        SiteTurn.task_id == task_id, col(SiteTurn.approved).is_not(False)
    )
    return (await session.exec(statement.execution_options(populate_existing=True))).one_or_none()


def _found_special(check: SpecialCheck | None) -> SpecialCheck:
    if check is None:
        raise NotFound(what="special check")
    return check


async def special_check(session: AsyncSession, special_check_id: UUID) -> SpecialCheck:
    statement = select(SpecialCheck).where(SpecialCheck.id == special_check_id)
    return _found_special((await session.exec(statement)).one_or_none())


async def lock_special_check(session: AsyncSession, special_check_id: UUID) -> SpecialCheck:
    """The document, locked until the transaction ends: of two inspections one is the last."""
    statement = (
        select(SpecialCheck)
        .where(SpecialCheck.id == special_check_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return _found_special((await session.exec(statement)).one_or_none())


async def special_checks(
    session: AsyncSession, *, division: str | None, after: UUID | None, limit: int
) -> Sequence[SpecialCheck]:
    """Special checks in the order they were registered."""
    statement = select(SpecialCheck)
    if division is not None:
        statement = statement.where(
            col(SpecialCheck.division).startswith(divisions.scope(division))
        )
    if after is not None:
        statement = statement.where(col(SpecialCheck.id) > after)
    return (await session.exec(statement.order_by(col(SpecialCheck.id)).limit(limit))).all()


async def begun_under(session: AsyncSession, special_check_id: UUID) -> int:
    """How many inspections rest on the document and were not called off."""
    statement = select(func.count()).where(
        col(Inspection.special_check_id) == special_check_id,
        col(Inspection.state) != InspectionState.CALLED_OFF,
    )
    return int((await session.exec(statement)).one())


# Forms.


async def form(session: AsyncSession, inspection_id: UUID, form_id: UUID) -> InspectionForm:
    statement = select(InspectionForm).where(
        InspectionForm.id == form_id, InspectionForm.inspection_id == inspection_id
    )
    found = (await session.exec(statement.execution_options(populate_existing=True))).one_or_none()
    if found is None:
        raise NotFound(what="inspection form")
    return found


async def forms(session: AsyncSession, inspection_id: UUID) -> Sequence[InspectionForm]:
    """Forms of a visit by their number."""
    statement = select(InspectionForm).where(InspectionForm.inspection_id == inspection_id)
    return (await session.exec(statement.order_by(col(InspectionForm.number)))).all()


async def versions(session: AsyncSession, form_id: UUID) -> Sequence[InspectionFormVersion]:
    """What a form said, the first version first."""
    statement = select(InspectionFormVersion).where(InspectionFormVersion.form_id == form_id)
    return (await session.exec(statement.order_by(col(InspectionFormVersion.revision)))).all()


async def signatures(session: AsyncSession, form_id: UUID) -> Sequence[InspectionFormSignature]:
    """Who answered which version, in the order they did."""
    statement = select(InspectionFormSignature).where(InspectionFormSignature.form_id == form_id)
    return (await session.exec(statement.order_by(col(InspectionFormSignature.id)))).all()
