"""More time and the lists over HTTP: what happens to a problem beside its rectification."""

from datetime import datetime, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.tasks.problems.domain.life import ListLevel
from services.tasks.problems.endpoints.asked import AskedDep
from services.tasks.problems.queries import figures
from services.tasks.problems.queries.figures import Period, Standing
from services.tasks.problems.schemas.files import Figures, ListLine
from services.tasks.problems.schemas.problems import (
    Day,
    EnlistIn,
    ExtensionDecisionIn,
    ExtensionIn,
    FilingIn,
    ProblemOut,
    ReceivedIn,
    SentIn,
)
from services.tasks.problems.use_cases import allowing, listing
from shared.clocks.days import SHANGHAI, end_of_day
from shared.http.access import policy
from shared.http.body import Division
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route

router = APIRouter(tags=["problems"], route_class=Route)


@router.get("/problems:listed", dependencies=[policy("problem.read")])
async def read_list(
    asked: AskedDep,
    page: PageDep,
    division: Annotated[Division, Query()],
    level: ListLevel | None = None,
    standing: Standing | None = None,
) -> Page[ListLine]:
    """The list of problems that a county, city or province keeps, each as it stands now."""
    after = (datetime.fromisoformat(page.after[0]), UUID(page.after[1])) if page.after else None
    found = await figures.on_list(
        asked.session, division, level=level, standing=standing, after=after, limit=page.limit + 1
    )
    rows = page.cut(found, key=lambda row: (row["entered_at"].isoformat(), str(row["id"])))
    return Page(items=[ListLine.of(row, asked.now) for row in rows], next=page.next)


@router.get("/problems:figures", dependencies=[policy("problem.read")])
async def read_figures(
    asked: AskedDep,
    division: Annotated[Division, Query()],
    found_from: Day | None = None,
    found_to: Day | None = None,
) -> Figures:
    """Found, closed, overdue, sent back, relapsed; of the closed traceable, proven and owned."""
    period = Period(
        datetime.combine(found_from, time.min, SHANGHAI) if found_from else None,
        end_of_day(found_to) if found_to else None,
    )
    counts, lines = await figures.figures(asked.session, division, period, now=asked.now)
    return Figures.of(division, counts, lines)


@router.post("/problems/{problem_id}/ask-extension", dependencies=[policy("problem.ask_extension")])
async def ask_extension(
    problem_id: UUID, body: ExtensionIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ProblemOut:
    """Ask for more time, before the time there is has run out."""
    problem = await allowing.ask_extension(
        asked.session,
        asked.actor,
        problem_id,
        due_on=body.due_on,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(problem)


@router.post(
    "/problems/{problem_id}/decide-extension", dependencies=[policy("problem.decide_extension")]
)
async def decide_extension(
    problem_id: UUID,
    body: ExtensionDecisionIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> ProblemOut:
    """Grant or refuse the time asked for; never who asked."""
    problem = await allowing.decide_extension(
        asked.session,
        asked.actor,
        problem_id,
        granted=body.granted,
        opinion=body.opinion,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(problem)


@router.post("/problems/{problem_id}/enlist", dependencies=[policy("problem.enlist")])
async def enlist_problem(
    problem_id: UUID, body: EnlistIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ProblemOut:
    """Put the problem on the list of a level; it is then accepted at the highest of its levels."""
    problem = await listing.enlist(
        asked.session,
        asked.actor,
        problem_id,
        level=body.level,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(problem)


@router.post("/problems/{problem_id}/send-to-list", dependencies=[policy("problem.enlist")])
async def send_problem_to_list(
    problem_id: UUID, body: SentIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ProblemOut:
    """Note that it was given to whoever keeps the list."""
    problem = await listing.send_to_list(
        asked.session,
        asked.actor,
        problem_id,
        level=body.level,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(problem)


@router.post("/problems/{problem_id}/receive-on-list", dependencies=[policy("problem.enlist")])
async def receive_problem_on_list(
    problem_id: UUID, body: ReceivedIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ProblemOut:
    """Note the number that the list gave it."""
    problem = await listing.receive_on_list(
        asked.session,
        asked.actor,
        problem_id,
        level=body.level,
        reference=body.reference,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(problem)


@router.post("/problems/{problem_id}/file-closing", dependencies=[policy("problem.file_closing")])
async def file_problem_closing(
    problem_id: UUID, body: FilingIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ProblemOut:
    """备案: the level that keeps the list files what was accepted, so that it can be closed."""
    problem = await listing.file_closing(
        asked.session,
        asked.actor,
        problem_id,
        level=body.level,
        filing_ref=body.filing_ref,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(problem)
