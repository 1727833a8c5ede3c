"""Who answers for a cell: hand-over, deputies, grid officers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.grid.domain.partition import BadGrid, Named
from services.regions.grid.domain.tenure import (
    AcknowledgedAlready,
    ActsElsewhere,
    Away,
    IsAway,
    NotInForce,
    NotYours,
)
from services.regions.grid.models.people import (
    GridAbsence,
    GridAssignment,
    GridHandover,
    GridOfficer,
)
from services.regions.grid.models.territory import GridCell
from services.regions.grid.queries import cells as queries, plans, practice
from services.regions.grid.queries.cells import CellFile
from services.regions.grid.use_cases.matters import open_matters
from services.regions.grid.use_cases.record import note
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.ids import uuid7

INSTANT = timedelta(microseconds=1)


async def hand_over(
    session: AsyncSession,
    actor: Actor,
    cell_id: UUID,
    *,
    to: Named,
    at: datetime | None,
    reason: str,
    expected_version: int,
    now: datetime,
) -> GridCell:
    """Another leads from `at` (now) on: one row ends the one before and begins the next.

    What is open is listed for the new lead to acknowledge; who answers has changed all the same.
    """
    cell = await _lock(session, actor, cell_id, "grid.assign", expected_version)
    at = now if at is None else at
    file = await queries.file(session, cell)
    tenure = file.tenure.hand_over(to, at=at, now=now)
    away = await queries.absences_of(session, to.account_id, since=at, until=at + INSTANT)
    if any(each.account_id == to.account_id for each in away):
        raise IsAway(name=to.name)
    for row in await queries.absence_rows(session, cell_id):
        row.ends_at = queries.away_of(row).cut(at).until
    session.add(
        GridAssignment(
            id=uuid7(),
            cell_id=cell_id,
            account_id=to.account_id,
            name=to.name,
            begins_at=at,
            visible_to=cell.visible_to,
        )
    )
    before = tenure.last_lead(at)
    findings = await practice.open_findings(session, [cell_id])
    matters = await open_matters(session, [cell], findings, now=now)
    session.add(
        GridHandover(
            id=uuid7(),
            cell_id=cell_id,
            to_cell_id=cell_id,
            from_id=before.account_id,
            from_name=before.name,
            to_id=to.account_id,
            to_name=to.name,
            at=at,
            reason=reason,
            open_matters=matters[cell_id],
            changed_at=now,
            visible_to=cell.visible_to,
        )
    )
    content = {"from": before.name, "to": to.name, "at": at.isoformat()}
    await note(session, actor, cell, "hand_over", now=now, content=content, reason=reason)
    return cell


async def acknowledge(
    session: AsyncSession,
    actor: Actor,
    handover_id: UUID,
    *,
    remark: str,
    expected_version: int,
    now: datetime,
) -> GridHandover:
    """The new lead has taken over what was open."""
    row = await queries.lock_handover(session, handover_id)
    cell = await queries.cell(session, row.to_cell_id)
    require(actor, "grid.take_over", division=cell.division)
    row.require_version(expected_version)
    if row.to_id != actor.id:
        raise NotYours(name=row.to_name)
    if row.acknowledged_at is not None:
        raise AcknowledgedAlready
    row.acknowledged_at, row.note = now, remark
    await note(session, actor, row, "acknowledge", now=now, reason=remark)
    return row


async def leave(
    session: AsyncSession,
    actor: Actor,
    cell_id: UUID,
    *,
    since: datetime | None,
    until: datetime | None,
    deputy: Named,
    reason: str,
    expected_version: int,
    now: datetime,
) -> GridCell:
    """The lead is away and the deputy answers: as who keeps the grid, or the lead, says.

    IsAway if the deputy is away then; ActsElsewhere if the lead stands in for somebody then.
    """
    cell = await _lock(session, actor, cell_id, "grid.leave", expected_version)
    file = await queries.file(session, cell)
    since = now if since is None else since
    lead = file.tenure.lead_at(since)
    _require_keeper(actor, cell, lead)
    ends = [each for each in (until, cell.valid_to) if each is not None]
    away = Away(since, min(ends, default=None), deputy)
    file.tenure.leave(away, now=now)
    beside = await queries.absences_of(
        session, deputy.account_id, since=away.since, until=away.until
    )
    if any(each.account_id == deputy.account_id for each in beside):
        raise IsAway(name=deputy.name)
    own = await queries.absences_of(session, lead.account_id, since=away.since, until=away.until)
    if any(each.deputy_id == lead.account_id for each in own):
        raise ActsElsewhere(name=lead.name)
    session.add(
        GridAbsence(
            id=uuid7(),
            cell_id=cell_id,
            account_id=lead.account_id,
            name=lead.name,
            deputy_id=deputy.account_id,
            deputy_name=deputy.name,
            begins_at=away.since,
            ends_at=away.until,
            reason=reason,
            visible_to=cell.visible_to,
        )
    )
    content = {
        "lead": lead.name,
        "deputy": deputy.name,
        "since": away.since.isoformat(),
        "until": away.until.isoformat() if away.until else None,
    }
    await note(session, actor, cell, "leave", now=now, content=content, reason=reason)
    return cell


async def come_back(
    session: AsyncSession,
    actor: Actor,
    cell_id: UUID,
    absence_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> GridCell:
    """The lead answers again from now on, before the time that was named."""
    cell = await _lock(session, actor, cell_id, "grid.leave", expected_version)
    row = await queries.lock_absence(session, cell_id, absence_id)
    file = await queries.file(session, cell)
    _require_keeper(actor, cell, Named(row.account_id, row.name))
    away = queries.away_of(row)
    file.tenure.come_back(away, now=now)
    row.ends_at = away.cut(now).until
    await note(session, actor, cell, "come_back", now=now, content={"lead": row.name})
    return cell


async def set_officers(
    session: AsyncSession,
    actor: Actor,
    cell_id: UUID,
    *,
    officers: Sequence[Named],
    reason: str,
    expected_version: int,
    now: datetime,
) -> GridCell:
    """The grid officers of the cell from now on: who is not named leaves, who is new begins."""
    cell = await _lock(session, actor, cell_id, "grid.assign", expected_version)
    file = await queries.file(session, cell)
    if cell.valid_to is not None and cell.valid_to <= now:
        raise NotInForce
    wanted = {each.account_id: each for each in officers}
    if len(wanted) < len(officers):
        raise BadGrid(reason="an officer is named twice", pointer="/officers")
    begins = max(now, cell.valid_from)
    kept = file.officers_at(begins)
    for each in kept:
        if each.account_id not in wanted:
            each.valid_to = begins
    await session.flush()
    held = {each.account_id for each in kept}
    session.add_all(
        GridOfficer(
            id=uuid7(),
            cell_id=cell_id,
            account_id=each.account_id,
            name=each.name,
            valid_from=begins,
            valid_to=cell.valid_to,
            visible_to=cell.visible_to,
        )
        for each in officers
        if each.account_id not in held
    )
    content = {"officers": [each.name for each in officers]}
    await note(session, actor, cell, "set_officers", now=now, content=content, reason=reason)
    return cell


def actions(actor: Actor, file: CellFile, *, now: datetime) -> list[str]:
    """What this caller may do with the cell now."""
    cell, tenure = file.cell, file.tenure
    if cell.valid_to is not None and cell.valid_to <= now:
        return []
    found = []
    if may(actor, "grid.assign", division=cell.division):
        found += ["hand_over", "set_officers"]
    begun = max(now, cell.valid_from)
    lead = tenure.lead_at(begun)
    if _keeps(actor, cell, lead) and may(actor, "grid.leave", division=cell.division):
        found.append("leave")
        if any(each.until is None or each.until > now for each in tenure.away):
            found.append("come_back")
    if tenure.in_force(now) and visits_for(actor, file, at=now):
        found.append("visit")
    return found


def visits_for(actor: Actor, file: CellFile, *, at: datetime) -> bool:
    """Whether the caller goes round in the cell: its lead, the deputy or one of its officers."""
    answers = file.tenure.answers_at(at)
    people = {answers.person.account_id, *(each.account_id for each in file.officers_at(at))}
    if answers.acting_for is not None:
        people.add(answers.acting_for.account_id)
    return may(actor, "grid.visit", division=file.cell.division) and actor.id in people


def _keeps(actor: Actor, cell: GridCell, lead: Named) -> bool:
    return actor.id == lead.account_id or may(actor, "grid.assign", division=cell.division)


def _require_keeper(actor: Actor, cell: GridCell, lead: Named) -> None:
    """A lead says so of himself, who keeps the grid of anybody."""
    if not _keeps(actor, cell, lead):
        require(actor, "grid.assign", division=cell.division)


async def _lock(
    session: AsyncSession, actor: Actor, cell_id: UUID, right: str, expected_version: int
) -> GridCell:
    """The cell, locked; nobody redraws the county meanwhile."""
    seen = await queries.cell(session, cell_id)
    require(actor, right, division=seen.division)
    await plans.hold_county(session, seen.division)
    cell = await queries.lock_cell(session, cell_id)
    cell.require_version(expected_version)
    return cell
