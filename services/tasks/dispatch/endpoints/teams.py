"""Who is sent where, and who is free: the calendar of teams."""

from collections import defaultdict
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.tasks.dispatch import queries
from services.tasks.dispatch.models import TeamMember
from services.tasks.dispatch.queries import TeamFilter
from services.tasks.dispatch.schemas import BusyOut, OfficerBusyOut, SentTeamOut
from shared.errors import InvalidInput
from shared.http.access import ActorDep, policy
from shared.http.body import Division, Instant
from shared.http.pages import MAX_LIMIT, Page, PageDep
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/teams", tags=["tasks"], route_class=Route)
MOST_LINES: Final = 5 * MAX_LIMIT


class TooMuchAtOnce(InvalidInput):
    code = "too_much_at_once"
    zh = "该区划此期间派出人次超过 {most},请缩短期间。"
    en = "More than {most} lines in this time; ask for a shorter period."


async def _wanted(
    actor: ActorDep,
    starts_before: Instant | None = None,
    ends_after: Instant | None = None,
    officer_id: UUID | None = None,
    division: Division | None = None,
    standing: bool | None = None,  # noqa: FBT001 -- FastAPI calls by keyword
    mine: bool = False,  # noqa: FBT001, FBT002 -- same
) -> TeamFilter:
    return TeamFilter(
        starts_before=starts_before,
        ends_after=ends_after,
        account_id=actor.id if mine else None,
        officer_id=officer_id,
        division=division,
        standing=standing,
    )


@router.get("", dependencies=[policy("task.read")])
async def list_teams(
    session: SessionDep, page: PageDep, wanted: Annotated[TeamFilter, Depends(_wanted)]
) -> Page[SentTeamOut]:
    """Teams by when they set out, the dissolved too unless `standing` is asked for."""
    found = await queries.teams(session, wanted, after=_after(page.after), limit=page.limit + 1)
    teams = page.cut(found, key=lambda team: (team.starts_at.isoformat(), str(team.id)))
    tasks = await queries.tasks_by_id(session, [team.task_id for team in teams])
    members = await queries.members(session, [team.id for team in teams])
    # Of a task that went out of sight its earlier teams are gone too.
    lines = [
        SentTeamOut.of(team, tasks[team.task_id], members.get(team.id, ()))
        for team in teams
        if team.task_id in tasks
    ]
    return Page(items=lines, next=page.next)


@router.get("/free-busy", dependencies=[policy("task.dispatch")])
async def free_busy(
    session: SessionDep,
    starts_at: Annotated[Instant, Query()],
    ends_at: Annotated[Instant, Query()],
    division: Division,
) -> list[OfficerBusyOut]:
    """Which officers of a division and below are out with a team in this time, and when.

    Whom nothing is said of is free of tasks; absences and duties are known to `regions`, which is
    asked when a team is chosen.
    """
    wanted = TeamFilter(starts_before=ends_at, ends_after=starts_at, standing=True)
    members = await queries.busy(session, wanted, division=division, limit=MOST_LINES + 1)
    if len(members) > MOST_LINES:
        raise TooMuchAtOnce(reason="period", pointer="/ends_at", most=MOST_LINES)
    busy = defaultdict[UUID, list[BusyOut]](list)
    officers: dict[UUID, TeamMember] = {}
    for member, team in members:
        officers.setdefault(member.officer_id, member)
        busy[member.officer_id].append(
            BusyOut(team_id=team.id, starts_at=team.starts_at, ends_at=team.ends_at)
        )
    return [
        OfficerBusyOut(
            officer_id=each.officer_id,
            name=each.name,
            division=each.division,
            busy=busy[officer_id],
        )
        for officer_id, each in officers.items()
    ]


def _after(values: tuple[Any, ...] | None) -> tuple[datetime, UUID] | None:
    return None if values is None else (datetime.fromisoformat(values[0]), UUID(values[1]))
