"""Drawing a county's grid: propose by the force there is, draft, amend, check, withdraw."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.grid.domain import partition, proposal
from services.regions.grid.domain.partition import (
    BadGrid,
    CellDraft,
    Check,
    Named,
    OldCell,
    PlanState,
    PlanStep,
)
from services.regions.grid.domain.practice import OFFICERS_PER_CELL
from services.regions.grid.domain.proposal import Force, Proposal
from services.regions.grid.models.territory import GridPlan
from services.regions.grid.queries import areas, cells, plans as queries
from services.regions.grid.use_cases.areas import require_county
from services.regions.grid.use_cases.record import note
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.ids import uuid7
from shared.rule_settings import rule_settings


@dataclass(frozen=True, slots=True)
class Drawing:
    """A plan as drawn: names of its levels from the highest down, and the cells."""

    title: str
    basis: str
    levels: tuple[str, ...]
    cells: tuple[CellDraft, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to divide, into how many cells (or as many as the officers can hold)."""

    division: str
    areas: tuple[str, ...]
    cells: int | None
    force: Force


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft before it is published: what bars it, who would follow whom."""

    check: Check
    followers: Mapping[UUID, str]
    old: Mapping[UUID, OldCell]


async def propose(
    session: AsyncSession, actor: Actor, wanted: Wanted, *, now: datetime
) -> tuple[Proposal, int]:
    """A balanced partition and how many officers a cell should have. Nothing is stored."""
    require(actor, "grid.draw", division=wanted.division)
    await require_county(session, wanted.division, now=now)
    known = await areas.atoms_of(session, wanted.division)
    if wanted.areas:
        whole = CellDraft("whole", "whole", 1, None, wanted.areas)
        [drawn] = partition.expand([whole], known=known, levels=1)
        chosen: Sequence[str] = drawn.areas
    else:
        chosen = sorted(known)
    proposal.require_known(chosen, wanted.force)
    least = await least_officers(session, wanted.division, now=now)
    number = wanted.cells
    if number is None:
        number = proposal.by_force(wanted.force.officers, per_cell=least, areas=len(chosen))
    return proposal.propose(chosen, number, wanted.force), least


async def draft(
    session: AsyncSession, actor: Actor, division: str, drawing: Drawing, *, now: datetime
) -> GridPlan:
    """A version of the county's grid, for people to look at and change."""
    require(actor, "grid.draw", division=division)
    await require_county(session, division, now=now)
    await queries.hold_county(session, division)
    row = GridPlan(
        id=uuid7(),
        division=division,
        number=await queries.next_number(session, division),
        title=drawing.title,
        basis=drawing.basis,
        levels=list(drawing.levels),
        cells=await _drawn(session, division, drawing),
        state=PlanState.DRAFT,
        drawn_at=now,
        drawn_by=actor.id,
        drawn_name=actor.name,
        changed_at=now,
        visible_to=divisions.visibility([division]),
    )
    session.add(row)
    await session.flush()
    await note(session, actor, row, "draft", now=now)
    return row


async def amend(
    session: AsyncSession,
    actor: Actor,
    plan_id: UUID,
    drawing: Drawing,
    *,
    expected_version: int,
    now: datetime,
) -> GridPlan:
    """The draft is from now on as drawn."""
    row = await lock(session, actor, plan_id, "grid.draw", expected_version)
    row.state = partition.step(row.state, PlanStep.AMEND)
    before = row.model_dump(mode="json")
    row.title, row.basis, row.levels = drawing.title, drawing.basis, list(drawing.levels)
    row.cells = await _drawn(session, row.division, drawing)
    await note(session, actor, row, PlanStep.AMEND, now=now, before=before)
    return row


async def withdraw(
    session: AsyncSession,
    actor: Actor,
    plan_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> GridPlan:
    """The draft will not be published."""
    row = await lock(session, actor, plan_id, "grid.draw", expected_version)
    row.state = partition.step(row.state, PlanStep.WITHDRAW)
    row.withdraw_reason = reason
    await note(session, actor, row, PlanStep.WITHDRAW, now=now, reason=reason)
    return row


async def checked(session: AsyncSession, row: GridPlan, *, now: datetime) -> Checked:
    """What would bar the plan from being published now, and what would move to which cell."""
    drawn = drafts(row)
    known = await areas.atoms_of(session, row.division)
    least = await least_officers(session, row.division, now=now)
    found = partition.check(drawn, known=known, levels=len(row.levels), least=least)
    old: dict[UUID, OldCell] = {}
    if row.state is PlanState.DRAFT:
        old = await ending(session, await queries.running(session, row.division))
    return Checked(found, partition.successors([*old.values()], drawn, named={}), old)


async def ending(session: AsyncSession, taken_over: Sequence[GridPlan]) -> dict[UUID, OldCell]:
    """The cells of plans another takes over from."""
    rows = await cells.of_plans(session, [each.id for each in taken_over])
    held = await cells.area_ids(session, [each.id for each in rows])
    named = await areas.by_id(session, {area for found in held.values() for area in found})
    return {
        each.id: OldCell(
            each.id, each.key, each.level, frozenset(named[area].code for area in held[each.id])
        )
        for each in rows
    }


async def lock(
    session: AsyncSession, actor: Actor, plan_id: UUID, right: str, expected_version: int
) -> GridPlan:
    """The plan, locked, for somebody who has the right in its county."""
    row = await queries.lock_plan(session, plan_id)
    require(actor, right, division=row.division)
    row.require_version(expected_version)
    return row


def drafts(row: GridPlan) -> tuple[CellDraft, ...]:
    """The cells of the plan as they were drawn."""
    return tuple(
        CellDraft(
            key=each["key"],
            name=each["name"],
            level=each["level"],
            parent=each["parent"],
            areas=tuple(each["areas"]),
            lead=_named(each["lead"]) if each["lead"] else None,
            officers=tuple(map(_named, each["officers"])),
        )
        for each in row.cells
    )


def actions(actor: Actor, row: GridPlan) -> list[str]:
    """What this caller may do with the plan now."""
    rights = {
        PlanStep.AMEND: "grid.draw",
        PlanStep.WITHDRAW: "grid.draw",
        PlanStep.PUBLISH: "grid.publish",
    }
    legal = partition.TRANSITIONS[row.state]
    return [each.value for each in legal if may(actor, rights[each], division=row.division)]


async def least_officers(session: AsyncSession, division: str, *, now: datetime) -> int:
    """Officers a lowest cell should have."""
    settings = await rule_settings(session, division=division, on_day=legal_day(now))
    return int(settings[OFFICERS_PER_CELL])


async def _drawn(session: AsyncSession, division: str, drawing: Drawing) -> list[dict[str, Any]]:
    known = await areas.atoms_of(session, division)
    if not known:
        raise BadGrid(reason=f"{division} has no list of areas yet", pointer="/division")
    levels = len(drawing.levels)
    return [_plain(each) for each in partition.expand(drawing.cells, known=known, levels=levels)]


def _plain(cell: CellDraft) -> dict[str, Any]:
    people = [cell.lead, *cell.officers]
    lead, *officers = [
        None if each is None else {"account_id": str(each.account_id), "name": each.name}
        for each in people
    ]
    return {**asdict(cell), "areas": list(cell.areas), "lead": lead, "officers": officers}


def _named(entry: Mapping[str, str]) -> Named:
    return Named(UUID(entry["account_id"]), entry["name"])
