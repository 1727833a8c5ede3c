"""Publishing a plan: its cells begin exactly where those before end, and nothing open is lost."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import col, or_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.grid.domain import partition
from services.regions.grid.domain.partition import CellDraft, Named, PlanStep
from services.regions.grid.domain.tenure import Away, BadInstant, Tenure, inherited
from services.regions.grid.models.people import (
    GridAbsence,
    GridAssignment,
    GridHandover,
    GridOfficer,
)
from services.regions.grid.models.territory import GridCell, GridCellArea, GridPlan
from services.regions.grid.queries import areas, cells, plans, practice
from services.regions.grid.use_cases.matters import open_matters
from services.regions.grid.use_cases.plans import drafts, ending, least_officers, lock
from services.regions.grid.use_cases.record import note
from shared.auth.actor import Actor
from shared.ids import uuid7


async def publish(
    session: AsyncSession,
    actor: Actor,
    plan_id: UUID,
    *,
    takes_over_at: datetime | None,
    successors: Mapping[UUID, str],
    short_reason: str | None,
    expected_version: int,
    now: datetime,
) -> GridPlan:
    """The draft becomes the county's grid, now or at an instant to come.

    The cells in force end at that instant; each has a successor that takes its open matters. A
    lead who is away then and is given a cell keeps the deputy.
    """
    plan = await lock(session, actor, plan_id, "grid.publish", expected_version)
    state = partition.step(plan.state, PlanStep.PUBLISH)
    county = plan.division
    await plans.hold_county(session, county)
    at = now if takes_over_at is None else takes_over_at
    drawn = drafts(plan)
    known = await areas.atoms_of(session, county)
    least = await least_officers(session, county, now=now)
    partition.check(drawn, known=known, levels=len(plan.levels), least=least).require(
        short_reason=short_reason
    )
    before = await plans.running(session, county)
    if at < now or any(each.valid_from is None or at <= each.valid_from for each in before):
        raise BadInstant(reason="it is past, or a plan begins then", pointer="/takes_over_at")
    old = await cells.of_plans(session, [each.id for each in before])
    named = partition.successors(
        [*(await ending(session, before)).values()], drawn, named=successors
    )
    times = await cells.tenures(session, old)
    away = await cells.away_by_person(session, [each.id for each in old])

    plan.state, plan.published_at, plan.published_name = state, now, actor.name
    plan.valid_from, plan.short_reason = at, short_reason
    await session.flush()
    await _close(session, before, old, following=plan, at=at)
    new = await _open(session, plan, drawn, areas={code: known[code].id for code in known}, at=at)
    await _inherit(session, away, new, drawn, at=at)
    for each in old:
        each.valid_to, each.successor_id = at, new[named[each.id]].id
    await session.flush()
    await _hand_on(session, old, new, times, drawn, plan=plan, at=at, now=now)
    await note(
        session,
        actor,
        plan,
        PlanStep.PUBLISH,
        now=now,
        content={"takes_over_at": at.isoformat(), "cells": len(drawn), "ended": len(old)},
        reason=short_reason,
    )
    return plan


async def _close(
    session: AsyncSession,
    before: Sequence[GridPlan],
    old: Sequence[GridCell],
    *,
    following: GridPlan,
    at: datetime,
) -> None:
    """What is in force ends: plans, areas, officers, absences. The cells follow their heirs."""
    for each in before:
        each.valid_to, each.next_id = at, following.id
    await session.flush()
    ids = [each.id for each in old]
    for table in (GridCellArea, GridOfficer):
        closing = update(table).where(col(table.cell_id).in_(ids), col(table.valid_to).is_(None))
        await session.exec(closing.values(valid_to=at))
    running = or_(col(GridAbsence.ends_at).is_(None), col(GridAbsence.ends_at) > at)
    cut = update(GridAbsence).where(col(GridAbsence.cell_id).in_(ids), running)
    await session.exec(cut.values(ends_at=func.greatest(GridAbsence.begins_at, at)))


async def _open(
    session: AsyncSession,
    plan: GridPlan,
    drawn: Sequence[CellDraft],
    *,
    areas: Mapping[str, UUID],
    at: datetime,
) -> dict[str, GridCell]:
    """The cells with their areas and people, by key."""
    found: dict[str, GridCell] = {}
    for each in sorted(drawn, key=lambda one: (one.level, one.key)):
        cell = GridCell(
            id=uuid7(),
            plan_id=plan.id,
            division=plan.division,
            level=each.level,
            key=each.key,
            name=each.name,
            parent_id=None if each.parent is None else found[each.parent].id,
            valid_from=at,
            changed_at=at,
            visible_to=plan.visible_to,
        )
        found[each.key] = cell
    # A level at a time: a cell refers to its parent.
    for level in range(1, len(plan.levels) + 1):
        session.add_all([each for each in found.values() if each.level == level])
        await session.flush()
    for each in drawn:
        _people(session, found[each.key], each, at=at)
        _areas(session, found[each.key], each, plan, areas)
    await session.flush()
    return found


def _people(session: AsyncSession, cell: GridCell, drawn: CellDraft, *, at: datetime) -> None:
    assert drawn.lead is not None  # noqa: S101 -- checked before
    session.add(
        GridAssignment(
            id=uuid7(),
            cell_id=cell.id,
            account_id=drawn.lead.account_id,
            name=drawn.lead.name,
            begins_at=at,
            visible_to=cell.visible_to,
        )
    )
    session.add_all(
        GridOfficer(
            id=uuid7(),
            cell_id=cell.id,
            account_id=each.account_id,
            name=each.name,
            valid_from=at,
            visible_to=cell.visible_to,
        )
        for each in drawn.officers
    )


def _areas(
    session: AsyncSession,
    cell: GridCell,
    drawn: CellDraft,
    plan: GridPlan,
    areas: Mapping[str, UUID],
) -> None:
    lowest = cell.level == len(plan.levels)
    session.add_all(
        GridCellArea(
            cell_id=cell.id,
            area_id=areas[code],
            plan_id=plan.id,
            level=cell.level,
            parent_id=cell.parent_id,
            lower_level=None if lowest else cell.level + 1,
            valid_from=cell.valid_from,
            visible_to=cell.visible_to,
        )
        for code in drawn.areas
    )


async def _inherit(
    session: AsyncSession,
    away: Mapping[UUID, Sequence[Away]],
    new: Mapping[str, GridCell],
    drawn: Sequence[CellDraft],
    *,
    at: datetime,
) -> None:
    """Who is away at the change is away in the new cell too, with the deputy."""
    for each in drawn:
        assert each.lead is not None  # noqa: S101 -- checked before
        cell = new[each.key]
        session.add_all(
            GridAbsence(
                id=uuid7(),
                cell_id=cell.id,
                account_id=each.lead.account_id,
                name=each.lead.name,
                deputy_id=one.deputy.account_id,
                deputy_name=one.deputy.name,
                begins_at=one.since,
                ends_at=one.until,
                reason="网格调整,离岗期间代理延续",
                visible_to=cell.visible_to,
            )
            for one in inherited(away.get(each.lead.account_id, ()), lead=each.lead, at=at)
        )
    await session.flush()


async def _hand_on(
    session: AsyncSession,
    old: Sequence[GridCell],
    new: Mapping[str, GridCell],
    times: Mapping[UUID, Tenure],
    drawn: Sequence[CellDraft],
    *,
    plan: GridPlan,
    at: datetime,
    now: datetime,
) -> None:
    """Open findings move to the successor, and its lead is told what there is to take over."""
    findings = await practice.open_findings(session, [each.id for each in old])
    open_ = await open_matters(session, old, findings, now=now)
    leads: dict[UUID, Named] = {
        new[each.key].id: each.lead for each in drawn if each.lead is not None
    }
    for cell in old:
        heir = cell.successor_id
        assert heir is not None  # noqa: S101 -- set before
        giver, taker = times[cell.id].last_lead(at), leads[heir]
        same = giver.account_id == taker.account_id
        if same and not open_[cell.id]:
            continue
        session.add(
            GridHandover(
                id=uuid7(),
                cell_id=cell.id,
                to_cell_id=heir,
                from_id=giver.account_id,
                from_name=giver.name,
                to_id=taker.account_id,
                to_name=taker.name,
                at=at,
                reason=plan.title,
                open_matters=open_[cell.id],
                # Nobody takes over from himself.
                acknowledged_at=now if same else None,
                note=plan.title if same else None,
                changed_at=now,
                visible_to=cell.visible_to,
            )
        )
    heirs = {each.id: each.successor_id for each in old}
    for one in findings:
        one.cell_id = heirs[one.cell_id] or one.cell_id
        one.changed_at = now
    await session.flush()
