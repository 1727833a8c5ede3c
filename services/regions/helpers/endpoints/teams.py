"""Third-party help teams over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from services.regions.helpers.domain.engaged import HelpDuty
from services.regions.helpers.models.engaged import HelpTeam
from services.regions.helpers.queries import engaged as queries
from services.regions.helpers.queries.engaged import Wanted
from services.regions.helpers.schemas.engaged import EndIn, HelpTeamAmendIn, HelpTeamIn, HelpTeamOut
from services.regions.helpers.use_cases import engaging as use_cases
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/help-teams", tags=["help teams"], route_class=Route)


@router.get("", dependencies=[policy("help_team.read")])
async def list_help_teams(
    actor: ActorDep,
    session: SessionDep,
    page: PageDep,
    division: Division | None = None,
    duty: HelpDuty | None = None,
    serves: Annotated[Division | None, Query(description="whose area covers this")] = None,
    engaged_on: Annotated[date | None, Query(description="under contract on this day")] = None,
) -> Page[HelpTeamOut]:
    """Help teams the caller may know of; members masked except for the own division."""
    [after] = page.after or (None,)
    rows = await queries.teams(
        session,
        Wanted(division, engaged_on),
        duty=duty,
        serves=serves,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[HelpTeamOut.of(row, actor, listed=True) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("help_team.manage")])
async def engage_help_team(
    body: HelpTeamIn, actor: ActorDep, session: SessionDep, now: Now, response: Response
) -> HelpTeamOut:
    """Record a team under contract with a bureau."""
    team = await use_cases.engage_team(
        session, actor, bureau_id=body.bureau_id, facts=body.facts(), now=now
    )
    response.headers["Location"] = f"/api/v1/help-teams/{team.id}"
    return _answer(team, actor, response)


@router.get("/{help_team_id}", dependencies=[policy("help_team.read")])
async def read_help_team(
    help_team_id: UUID, actor: ActorDep, session: SessionDep, response: Response
) -> HelpTeamOut:
    """One team."""
    return _answer(await queries.one(session, HelpTeam, help_team_id), actor, response)


@router.post("/{help_team_id}/amend", dependencies=[policy("help_team.manage")])
async def amend_help_team(
    help_team_id: UUID,
    body: HelpTeamAmendIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> HelpTeamOut:
    """Change what is known of a team, its people, its area or its contract."""
    team = await use_cases.amend_team(
        session,
        actor,
        help_team_id,
        facts=body.facts(),
        reason=body.reason,
        expected_version=expected_version,
        now=now,
    )
    return _answer(team, actor, response)


@router.post("/{help_team_id}/end", dependencies=[policy("help_team.manage")])
async def end_help_team(
    help_team_id: UUID,
    body: EndIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> HelpTeamOut:
    """End the contract."""
    team = await use_cases.end(
        session,
        actor,
        HelpTeam,
        help_team_id,
        last_day=body.last_day,
        reason=body.reason,
        expected_version=expected_version,
        now=now,
    )
    return _answer(team, actor, response)


def _answer(team: HelpTeam, actor: ActorDep, response: Response) -> HelpTeamOut:
    response.headers["ETag"] = etag(team.version)
    return HelpTeamOut.of(team, actor)
