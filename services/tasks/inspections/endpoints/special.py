"""Over HTTP: special checks, and turning a check from afar into a visit."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter

from services.tasks.dispatch.queries import task as task_of
from services.tasks.inspections import queries
from services.tasks.inspections.endpoints.asked import Asked, AskedDep
from services.tasks.inspections.models.special import SiteTurn, SpecialCheck
from services.tasks.inspections.schemas.special import (
    DecisionIn,
    ReferenceIn,
    SpecialCheckIn,
    SpecialCheckOut,
    TurnIn,
    TurnOut,
)
from services.tasks.inspections.use_cases import special, turns
from shared.http.access import policy
from shared.http.body import Division
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(tags=["inspections"], route_class=Route)
CHECKS = "/inspections/special-checks"
CHECK = "/inspections/special-checks/{special_check_id}"
TASK = "/tasks/{task_id}"


def _answer(asked: Asked, check: SpecialCheck) -> SpecialCheckOut:
    asked.response.headers["ETag"] = etag(check.version)
    return SpecialCheckOut.of(check, asked.actor)


@router.post(CHECKS, status_code=201, dependencies=[policy("special_check.manage")])
async def register_special_check(body: SpecialCheckIn, asked: AskedDep) -> SpecialCheckOut:
    """Enter an approved special check with its limits of number, scope, content and time."""
    check = await special.register(asked.session, asked.actor, body.value(), now=asked.now)
    asked.response.headers["Location"] = f"/api/v1{CHECKS}/{check.id}"
    return _answer(asked, check)


@router.get(CHECKS, dependencies=[policy("special_check.read")])
async def list_special_checks(
    asked: AskedDep, page: PageDep, division: Division | None = None
) -> Page[SpecialCheckOut]:
    """Special checks: those published anywhere, and others of one's own divisions."""
    after = UUID(page.after[0]) if page.after else None
    found = await queries.special_checks(
        asked.session, division=division, after=after, limit=page.limit + 1
    )
    cut = page.cut(found, key=lambda check: (str(check.id),))
    return Page(items=[SpecialCheckOut.of(each, asked.actor) for each in cut], next=page.next)


@router.get(CHECK, dependencies=[policy("special_check.read")])
async def read_special_check(special_check_id: UUID, asked: AskedDep) -> SpecialCheckOut:
    """One special check."""
    return _answer(asked, await queries.special_check(asked.session, special_check_id))


@router.post(f"{CHECK}/file", dependencies=[policy("special_check.manage")])
async def file_special_check(
    special_check_id: UUID, body: ReferenceIn, asked: AskedDep, expected_version: ExpectedVersion
) -> SpecialCheckOut:
    """备案, with its number."""
    check = await special.file(
        asked.session,
        asked.actor,
        special_check_id,
        reference=body.reference,
        expected_version=expected_version,
        now=asked.now,
    )
    return _answer(asked, check)


@router.post(f"{CHECK}/publish", dependencies=[policy("special_check.manage")])
async def publish_special_check(
    special_check_id: UUID, body: ReferenceIn, asked: AskedDep, expected_version: ExpectedVersion
) -> SpecialCheckOut:
    """公布, and where; inspections may rest on it from then on."""
    check = await special.publish(
        asked.session,
        asked.actor,
        special_check_id,
        reference=body.reference,
        expected_version=expected_version,
        now=asked.now,
    )
    return _answer(asked, check)


@router.post(f"{CHECK}/end", dependencies=[policy("special_check.manage")])
async def end_special_check(
    special_check_id: UUID, asked: AskedDep, expected_version: ExpectedVersion
) -> SpecialCheckOut:
    """Nothing more is inspected under it."""
    check = await special.end(
        asked.session,
        asked.actor,
        special_check_id,
        expected_version=expected_version,
        now=asked.now,
    )
    return _answer(asked, check)


@router.post(f"{TASK}/turn-on-site", dependencies=[policy("inspection.start")])
async def ask_to_turn_on_site(
    task_id: UUID, body: TurnIn, asked: AskedDep, expected_version: ExpectedVersion
) -> TurnOut:
    """A member of the team asks to visit what was to be checked from afar."""
    turn = await turns.ask(
        asked.session,
        asked.actor,
        task_id,
        ground=body.ground,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return TurnOut.model_validate(turn)


@router.post(f"{TASK}/decide-turn", dependencies=[policy("inspection.approve_turn")])
async def decide_turn(
    task_id: UUID, body: DecisionIn, asked: AskedDep, expected_version: ExpectedVersion
) -> TurnOut:
    """The head of the office in charge approves or refuses the visit."""
    turn = await turns.decide(
        asked.session,
        asked.actor,
        task_id,
        approved=body.approved,
        opinion=body.opinion,
        expected_version=expected_version,
        now=asked.now,
    )
    return TurnOut.model_validate(turn)


@router.get(
    f"{TASK}/site-turns", dependencies=[policy("inspection.read")], response_model=list[TurnOut]
)
async def read_site_turns(task_id: UUID, session: SessionDep) -> Sequence[SiteTurn]:
    """Requests to visit, oldest first."""
    return await queries.turns(session, (await task_of(session, task_id)).id)
