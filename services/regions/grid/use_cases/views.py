"""What the grid is asked: who answered, what is due, what was done, what is covered."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.grid.domain import partition, practice
from services.regions.grid.domain.partition import BadAreas, Named
from services.regions.grid.domain.practice import NIGHT, Kept
from services.regions.grid.domain.tenure import Answerable, Tenure
from services.regions.grid.models.practice import GridFinding, GridObject, GridVisit
from services.regions.grid.models.territory import GridArea, GridCell, GridPlan
from services.regions.grid.queries import areas, cells, plans, practice as queries
from services.regions.grid.queries.practice import Owed
from services.regions.grid.use_cases.plans import least_officers
from shared import divisions
from shared.clocks.days import SHANGHAI, add_months, end_of_day
from shared.divisions import Level
from shared.rule_settings import rule_settings


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who answered for a cell at an instant."""

    cell: GridCell
    answerable: Answerable


@dataclass(frozen=True, slots=True)
class LeadLoad:
    """A person and how many cells he or she answers for."""

    person: Named
    cells: int
    acting: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """One county's grid at an instant."""

    division: str
    plan: GridPlan | None
    areas: int
    covered: int
    uncovered: tuple[str, ...]
    retired: tuple[str, ...]
    by_level: tuple[int, ...]
    short: tuple[GridCell, ...]
    leads: tuple[LeadLoad, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """What a cell did in a period; `night` is None where the check is not its level's."""

    cell: GridCell
    duties: Kept
    visits: int
    findings: int
    night: bool | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """A cell's ledger of a span: each visit, each finding, and the sums."""

    work: Work
    visits: Sequence[tuple[GridVisit, GridArea, GridObject | None]]
    findings: Sequence[GridFinding]


async def responsible(
    session: AsyncSession, code: str, *, at: datetime
) -> tuple[GridArea, list[Responsible]]:
    """责任追究: who answered for an area at an instant, on each level. Empty before any grid."""
    area = await areas.by_code(session, partition.normal(code))
    return area, await answered_for(session, area.id, at=at)


async def answered_for(session: AsyncSession, area_id: UUID, *, at: datetime) -> list[Responsible]:
    """Who answered for an area at an instant, on each level."""
    found = await cells.of_area(session, area_id, at)
    times = await cells.tenures(session, found)
    return [Responsible(each, times[each.id].answers_at(at)) for each in found]


async def worklist(session: AsyncSession, cell: GridCell, *, now: datetime) -> list[Owed]:
    """What the cell visits, the most urgent first."""
    found = await queries.owed(session, [cell], before=now, ended_after=now)
    return sorted(found, key=lambda each: (each.due_at, each.thing.id))


async def coverage(session: AsyncSession, division: str, *, at: datetime) -> Coverage:
    """What is covered in a county, by how many, and who answers for how much."""
    if divisions.level(division) is not Level.COUNTY:
        raise BadAreas(reason=f"{division} is no county", pointer="/division")
    known = await areas.all_of(session, division)
    atoms = {code: each for code, each in known.items() if each.is_atom and not each.retired_at}
    in_force = await plans.in_force(session, division, at)
    rows = await cells.of_plans(session, [each.id for each in in_force])
    held = await cells.area_ids(session, [each.id for each in rows if each.level == 1])
    covered = {area for found in held.values() for area in found}
    officers = await cells.officers(session, [each.id for each in rows], at=at)
    depth = {each.id: len(each.levels) for each in in_force}
    least = await least_officers(session, division, now=at)
    levels = Counter(each.level for each in rows)
    return Coverage(
        division=division,
        plan=in_force[0] if in_force else None,
        areas=len(atoms),
        covered=sum(each.id in covered for each in atoms.values()),
        uncovered=tuple(code for code, each in atoms.items() if each.id not in covered),
        retired=tuple(
            code for code, each in known.items() if each.id in covered and code not in atoms
        ),
        by_level=tuple(levels[level] for level in sorted(levels)),
        short=tuple(
            each
            for each in rows
            if each.level == depth[each.plan_id] and len(officers.get(each.id, ())) < least
        ),
        leads=_loads(await cells.tenures(session, rows), at),
    )


def _loads(tenures: dict[UUID, Tenure], at: datetime) -> tuple[LeadLoad, ...]:
    leads: Counter[Named] = Counter()
    acting: Counter[Named] = Counter()
    for tenure in tenures.values():
        answers = tenure.answers_at(at)
        if answers.acting_for is None:
            leads[answers.person] += 1
        else:
            acting[answers.person] += 1
    people = sorted(
        {*leads, *acting}, key=lambda each: (-leads[each] - acting[each], str(each.account_id))
    )
    return tuple(LeadLoad(each, leads[each], acting[each]) for each in people)


async def work(
    session: AsyncSession, rows: Sequence[GridCell], *, first: date, last: date, now: datetime
) -> list[Work]:
    """What the cells did from the first day to the last, both included.

    The night check is of the month the last day is in.
    """
    since = datetime.combine(first, time.min, SHANGHAI)
    until = end_of_day(last)
    ids = [each.id for each in rows]
    settled = await queries.duties(session, rows, since=since, until=until, now=now)
    visits = Counter(
        each.cell_id
        for each in await queries.visits_between(session, ids, since=since, until=until)
    )
    seen = await queries.findings_by_cell(session, ids, since=since, until=until)
    nights = await _nights(session, rows, month=last.replace(day=1))
    return [
        Work(
            each,
            practice.kept(settled[each.id]),
            visits[each.id],
            seen.get(each.id, 0),
            nights.get(each.id),
        )
        for each in rows
    ]


async def _nights(
    session: AsyncSession, rows: Sequence[GridCell], *, month: date
) -> dict[UUID, bool]:
    """Whether each cell of the level that owes it had its check at night in the month."""
    depths = await cells.depths(session, rows)
    found: dict[UUID, bool] = {}
    for division in {each.division for each in rows}:
        settings = await rule_settings(session, division=division, on_day=month)
        night = practice.night_of(settings[NIGHT])
        owing = [
            each.id
            for each in rows
            if each.division == division and each.level == night.level_of(depths[each.id])
        ]
        visits = await queries.visits_between(
            session,
            owing,
            since=datetime.combine(month, time(night.first_hour), SHANGHAI),
            until=datetime.combine(add_months(month, 1), time(night.last_hour), SHANGHAI),
        )
        done = {each.cell_id for each in visits if night.month_of(each.at) == month}
        found |= {each: each in done for each in owing}
    return found


async def ledger(
    session: AsyncSession, cell: GridCell, *, first: date, last: date, now: datetime
) -> Ledger:
    """日台账 of one day, 周报 of a week: what was done in the cell."""
    [sums] = await work(session, [cell], first=first, last=last, now=now)
    since = datetime.combine(first, time.min, SHANGHAI)
    until = end_of_day(last)
    visits = await queries.visits_between(session, [cell.id], since=since, until=until)
    places = await areas.by_id(session, {each.area_id for each in visits})
    things = await areas.objects_by_id(
        session, {each.object_id for each in visits if each.object_id is not None}
    )
    return Ledger(
        sums,
        [
            (each, places[each.area_id], things.get(each.object_id) if each.object_id else None)
            for each in visits
        ],
        await queries.findings_between(session, [cell.id], since=since, until=until),
    )


async def performance(
    session: AsyncSession, division: str, *, first: date, last: date, now: datetime
) -> list[Work]:
    """Duties done and missed of every cell of a division in a period."""
    rows = await queries.cells_between(
        session,
        division,
        since=datetime.combine(first, time.min, SHANGHAI),
        until=end_of_day(last),
    )
    return await work(session, rows, first=first, last=last, now=now)
