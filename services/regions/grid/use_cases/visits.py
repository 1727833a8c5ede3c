"""Going round: visits as grid officers and leads record them, and what they found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.assistance import queries as letters
from services.regions.assistance.models import AssistanceRequest, Handover
from services.regions.duty.queries import incidents
from services.regions.grid.domain import findings as rules, practice
from services.regions.grid.domain.findings import (
    FindingState,
    FindingStep,
    NoSuchOutcome,
    OutcomeKind,
)
from services.regions.grid.domain.partition import normal
from services.regions.grid.domain.practice import LATE_ENTRY_HOURS, NIGHT, BadVisit
from services.regions.grid.domain.tenure import NotInForce
from services.regions.grid.models.practice import GridFinding, GridObject, GridVisit
from services.regions.grid.models.territory import GridArea, GridCell
from services.regions.grid.queries import areas, cells, practice as queries
from services.regions.grid.queries.cells import CellFile
from services.regions.grid.use_cases.people import visits_for
from services.regions.grid.use_cases.record import note
from services.regions.notices import queries as notices
from services.regions.operations import queries as operations
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.errors import Forbidden, NotFound
from shared.ids import uuid7
from shared.rule_settings import rule_settings


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """Where, when, what: an object of the cell, or one of its areas as a whole."""

    at: datetime
    found: str
    object_id: UUID | None
    area: str | None
    findings: Sequence[str]


async def visit(
    session: AsyncSession, actor: Actor, cell_id: UUID, facts: VisitFacts, *, now: datetime
) -> tuple[GridVisit, list[GridFinding]]:
    """A visit by one of the cell's people; each finding goes to the county's command at once.

    NotInForce if the cell was not in force then; Forbidden for who is not of the cell.
    """
    cell = await cells.cell(session, cell_id)
    require(actor, "grid.visit", division=cell.division)
    settings = await rule_settings(session, division=cell.division, on_day=legal_day(facts.at))
    practice.require_visit(facts.at, now=now, hours=settings[LATE_ENTRY_HOURS])
    file = await cells.file(session, cell)
    if not file.tenure.in_force(facts.at):
        raise NotInForce
    if not visits_for(actor, file, at=facts.at):
        raise Forbidden(action="grid.visit")
    area, thing = await _where(session, file, facts)
    row = GridVisit(
        id=uuid7(),
        cell_id=cell_id,
        division=cell.division,
        level=cell.level,
        area_id=area.id,
        object_id=None if thing is None else thing.id,
        account_id=actor.id,
        name=actor.name,
        at=facts.at,
        at_night=practice.night_of(settings[NIGHT]).month_of(facts.at) is not None,
        found=facts.found,
        recorded_at=now,
        visible_to=cell.visible_to,
    )
    session.add(row)
    await session.flush()
    await record(
        session,
        actor,
        "grid_visit.record",
        object_kind="grid_visit",
        object_id=row.id,
        now=now,
        seen_by=row.visible_to,
        after=row.model_dump(mode="json"),
    )
    if not facts.findings:
        return row, []
    holder = await _holder(session, cell_id)
    return row, [
        await _report(session, actor, row, holder, text, now=now) for text in facts.findings
    ]


async def _where(
    session: AsyncSession, file: CellFile, facts: VisitFacts
) -> tuple[GridArea, GridObject | None]:
    """The area of the visit; BadVisit if it is not the cell's."""
    within = {each.id: each for each in file.areas}
    if facts.object_id is not None:
        try:
            thing = await areas.object_(session, facts.object_id)
        except NotFound:
            raise BadVisit(reason="no such object", pointer="/object_id") from None
        if thing.area_id not in within or (thing.ended_at or facts.at) < facts.at:
            raise BadVisit(reason="not an object of this cell", pointer="/object_id")
        return within[thing.area_id], thing
    code = normal(facts.area or "")
    for each in within.values():
        if each.code == code:
            return each, None
    raise BadVisit(reason="not an area of this cell", pointer="/area")


async def _holder(session: AsyncSession, cell_id: UUID) -> GridCell:
    """The cell that has the matters of a cell: itself, or what succeeds it.

    Open findings move as soon as a plan is published, also one to come: later nobody moves them.
    A redraw at the same time waits, and then finds this one too.
    """
    cell = await cells.lock_cell(session, cell_id, shared=True)
    while cell.successor_id is not None:
        cell = await cells.lock_cell(session, cell.successor_id, shared=True)
    return cell


async def _report(
    session: AsyncSession,
    actor: Actor,
    visited: GridVisit,
    holder: GridCell,
    text: str,
    *,
    now: datetime,
) -> GridFinding:
    row = GridFinding(
        id=uuid7(),
        visit_id=visited.id,
        cell_id=holder.id,
        area_id=visited.area_id,
        object_id=visited.object_id,
        division=visited.division,
        text=text,
        state=FindingState.REPORTED,
        found_at=visited.at,
        reported_at=now,
        changed_at=now,
        visible_to=visited.visible_to,
    )
    session.add(row)
    await session.flush()
    await note(session, actor, row, "report", now=now)
    return row


async def hand_on(
    session: AsyncSession,
    actor: Actor,
    finding_id: UUID,
    *,
    kind: OutcomeKind,
    outcome_id: str,
    remark: str,
    expected_version: int,
    now: datetime,
) -> GridFinding:
    """The county's command gives the finding to who deals with it, by what was made of it.

    NoSuchOutcome if it should be a row of this service and is not within sight.
    """
    row = await _lock(session, actor, finding_id, expected_version)
    state = rules.step(row.state, FindingStep.HAND_ON)
    await _require_outcome(session, kind, outcome_id)
    row.state, row.outcome_kind, row.outcome_id, row.handed_on_at = state, kind, outcome_id, now
    content: dict[str, Any] = {"kind": kind.value, "id": outcome_id}
    await note(session, actor, row, FindingStep.HAND_ON, now=now, content=content, reason=remark)
    return row


async def answer(
    session: AsyncSession,
    actor: Actor,
    finding_id: UUID,
    *,
    text: str,
    expected_version: int,
    now: datetime,
) -> GridFinding:
    """What came of it, told to those who found it."""
    row = await _lock(session, actor, finding_id, expected_version)
    row.state = rules.step(row.state, FindingStep.ANSWER)
    row.answer, row.answered_at = text, now
    await note(session, actor, row, FindingStep.ANSWER, now=now, reason=text)
    return row


def finding_actions(actor: Actor, row: GridFinding) -> list[str]:
    """What this caller may do with the finding now."""
    if not may(actor, "grid.answer", division=row.division):
        return []
    return [each.value for each in rules.TRANSITIONS[row.state]]


async def _lock(
    session: AsyncSession, actor: Actor, finding_id: UUID, expected_version: int
) -> GridFinding:
    row = await queries.lock_finding(session, finding_id)
    require(actor, "grid.answer", division=row.division)
    row.require_version(expected_version)
    return row


async def _require_outcome(session: AsyncSession, kind: OutcomeKind, outcome_id: str) -> None:
    """What is another service's to know is kept as it was said."""
    if kind not in OWN_OUTCOMES:
        return
    try:
        key = UUID(outcome_id)
        match kind:
            case OutcomeKind.BORDER_NOTICE:
                await notices.notice(session, key)
            case OutcomeKind.HANDOVER:
                await letters.letter(session, Handover, key)
            case OutcomeKind.ASSISTANCE_REQUEST:
                await letters.letter(session, AssistanceRequest, key)
            case OutcomeKind.INCIDENT:
                await incidents.incident(session, key)
            case _:
                await operations.operation(session, key)
    except (ValueError, NotFound):
        raise NoSuchOutcome(
            reason="outcome", kind=kind.value, id=outcome_id, pointer="/outcome_id"
        ) from None


OWN_OUTCOMES = frozenset(
    {
        OutcomeKind.BORDER_NOTICE,
        OutcomeKind.HANDOVER,
        OutcomeKind.ASSISTANCE_REQUEST,
        OutcomeKind.OPERATION,
        OutcomeKind.INCIDENT,
    }
)
