"""Objects of enforcement over HTTP: search, registering, amending, ending, grades."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, status as http

from services.tasks.enterprises.domain.grades import Grade
from services.tasks.enterprises.domain.positive_lists import Category
from services.tasks.enterprises.domain.registry import Act, KeyFlag, ObjectKind, Status
from services.tasks.enterprises.endpoints.asked import Asked, AskedDep
from services.tasks.enterprises.models.registry import Enterprise, EnterpriseGrade
from services.tasks.enterprises.queries import registry as queries
from services.tasks.enterprises.queries.registry import Wanted
from services.tasks.enterprises.schemas.grades import GradeIn, GradeOut, OverrideIn
from services.tasks.enterprises.schemas.registry import (
    ChangeOut,
    CloseIn,
    EnterpriseAmendIn,
    EnterpriseIn,
    EnterpriseOut,
    Industry,
    MergeIn,
    ReasonIn,
    RelatedOut,
    SearchText,
    SiteOut,
    site,
)
from services.tasks.enterprises.use_cases import endings, grading, registry
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope
from shared.http.access import policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import MAX_LIMIT, Page, PageDep
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/enterprises", tags=["enterprises"], route_class=Route)
READ = [policy("enterprise.read")]
MANAGE = [policy("enterprise.manage")]
DECIDE = [policy("enterprise.decide")]


async def _wanted(
    now: Now,
    name: Annotated[SearchText | None, Query(description="part of a name, in any spelling")] = None,
    code: Annotated[SearchText | None, Query(description="credit, own or permit number")] = None,
    division: Division | None = None,
    industry: Annotated[Industry | None, Query(description="with all below it")] = None,
    flag: KeyFlag | None = None,
    grade: Grade | None = None,
    category: Annotated[Category | None, Query(description="on a positive list today")] = None,
    kind: ObjectKind | None = None,
    status: Status | None = None,
    due_by: Annotated[date | None, Query(description="owed a contact by this day")] = None,
) -> Wanted:
    return Wanted(
        on_day=legal_day(now),
        name=name,
        code=code,
        division=division,
        industry=industry,
        flag=flag,
        grade=grade,
        category=category,
        kind=kind,
        status=status,
        due_by=due_by,
    )


@router.get("", dependencies=READ)
async def list_enterprises(
    asked: AskedDep, page: PageDep, wanted: Annotated[Wanted, Depends(_wanted)]
) -> Page[EnterpriseOut]:
    """Objects by what is known of them; with `due_by` the most urgent first.

    Doubles are left out unless their status is asked for.
    """
    if wanted.due_by is not None:
        after = (date.fromisoformat(page.after[0]), UUID(page.after[1])) if page.after else None
        found = await queries.due(asked.session, wanted, after=after, limit=page.limit + 1)
        rows = page.cut(found, key=lambda row: (str(row.contact_due_on), str(row.id)))
    else:
        last = UUID(page.after[0]) if page.after else None
        found = await queries.search(asked.session, wanted, after=last, limit=page.limit + 1)
        rows = page.cut(found, key=lambda row: (str(row.id),))
    return Page(items=await asked.answers(rows), next=page.next)


@router.post("", status_code=http.HTTP_201_CREATED, dependencies=MANAGE)
async def register_enterprise(body: EnterpriseIn, asked: AskedDep) -> EnterpriseOut:
    """Put an object on the register; without a credit code it gets one of our own."""
    row = await registry.register(
        asked.session,
        asked.actor,
        body.facts(),
        parent_id=body.parent_id,
        another_site=body.another_site,
        since=body.since,
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/enterprises/{row.id}"
    return await asked.answer(row)


@router.get("/{enterprise_id}", dependencies=READ)
async def read_enterprise(enterprise_id: UUID, asked: AskedDep) -> EnterpriseOut:
    """One object as it is today."""
    return await asked.answer(await queries.enterprise(asked.session, enterprise_id))


@router.get("/{enterprise_id}/as-of", dependencies=READ)
async def read_enterprise_as_of(enterprise_id: UUID, session: SessionDep, day: date) -> ChangeOut:
    """What was true of the object on a day: name, division, permit, flags."""
    row = await queries.enterprise(session, enterprise_id)
    return ChangeOut.of(await queries.as_of(session, row.id, day))


@router.get("/{enterprise_id}/changes", dependencies=READ)
async def list_changes(enterprise_id: UUID, session: SessionDep, page: PageDep) -> Page[ChangeOut]:
    """Everything the object was, from which day, and who said so; oldest first."""
    row = await queries.enterprise(session, enterprise_id)
    last = UUID(page.after[0]) if page.after else None
    found = await queries.changes(session, row.id, after=last, limit=page.limit + 1)
    rows = page.cut(found, key=lambda each: (str(each.id),))
    return Page(items=[ChangeOut.of(each) for each in rows], next=page.next)


@router.get("/{enterprise_id}/related", dependencies=READ)
async def read_related(enterprise_id: UUID, session: SessionDep) -> RelatedOut:
    """Sites of the same legal person wherever they are, parent and subsidiaries, neighbours.

    Of a site elsewhere only what its credit code makes public: name, division, status.
    """
    row = await queries.enterprise(session, enterprise_id)
    parent = (await queries.names(session, [row.parent_id])) if row.parent_id else {}
    return RelatedOut(
        sites=await _sites(session, row),
        parent=next((site(each) for each in parent.values()), None),
        subsidiaries=[site(each) for each in await queries.below(session, row.id, limit=MAX_LIMIT)],
        same_address=[
            site(each) for each in await queries.at_the_address(session, row, limit=MAX_LIMIT)
        ],
    )


async def _sites(session: SessionDep, row: Enterprise) -> list[SiteOut]:
    if row.credit_code is None:
        return []
    seen = {each.id for each in await queries.sites(session, row.credit_code)}
    async with beyond_scope(session):
        whole = await queries.sites(session, row.credit_code)
    return [site(each, seen=each.id in seen) for each in whole]


@router.post("/{enterprise_id}/amend", dependencies=MANAGE)
async def amend_enterprise(
    enterprise_id: UUID, body: EnterpriseAmendIn, asked: AskedDep, expected_version: ExpectedVersion
) -> EnterpriseOut:
    """Rename, move, license or flag the object from a day on."""
    row = await registry.amend(
        asked.session,
        asked.actor,
        enterprise_id,
        body.facts(),
        parent_id=body.parent_id,
        effective_on=body.effective_on,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{enterprise_id}/suspend", dependencies=MANAGE)
async def suspend_enterprise(
    enterprise_id: UUID, body: ReasonIn, asked: AskedDep, expected_version: ExpectedVersion
) -> EnterpriseOut:
    """Production stops for a while."""
    return await _pause(enterprise_id, Act.SUSPEND, body, asked, expected_version)


@router.post("/{enterprise_id}/resume", dependencies=MANAGE)
async def resume_enterprise(
    enterprise_id: UUID, body: ReasonIn, asked: AskedDep, expected_version: ExpectedVersion
) -> EnterpriseOut:
    """Production begins again."""
    return await _pause(enterprise_id, Act.RESUME, body, asked, expected_version)


async def _pause(
    enterprise_id: UUID, act: Act, body: ReasonIn, asked: Asked, expected_version: int
) -> EnterpriseOut:
    row = await registry.pause(
        asked.session,
        asked.actor,
        enterprise_id,
        act,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{enterprise_id}/close", dependencies=DECIDE)
async def close_enterprise(
    enterprise_id: UUID, body: CloseIn, asked: AskedDep, expected_version: ExpectedVersion
) -> EnterpriseOut:
    """Close the object, with its successor after a restructuring; planned visits are called off."""
    row = await endings.close(
        asked.session,
        asked.actor,
        enterprise_id,
        body.closing(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{enterprise_id}/reopen", dependencies=DECIDE)
async def reopen_enterprise(
    enterprise_id: UUID, body: ReasonIn, asked: AskedDep, expected_version: ExpectedVersion
) -> EnterpriseOut:
    """A closed object works again."""
    row = await endings.reopen(
        asked.session,
        asked.actor,
        enterprise_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{enterprise_id}/merge", dependencies=DECIDE)
async def merge_enterprise(
    enterprise_id: UUID, body: MergeIn, asked: AskedDep, expected_version: ExpectedVersion
) -> EnterpriseOut:
    """The object is a double of another; its visits and listings are that one's from now on."""
    row = await endings.merge(
        asked.session,
        asked.actor,
        enterprise_id,
        into_id=body.into_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{enterprise_id}/grade", dependencies=[policy("enterprise.grade")])
async def grade_enterprise(
    enterprise_id: UUID, body: GradeIn, asked: AskedDep, expected_version: ExpectedVersion
) -> EnterpriseOut:
    """Score the elements; the grade follows from weights and thresholds in force."""
    row = await grading.grade(
        asked.session,
        asked.actor,
        enterprise_id,
        body.scored(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{enterprise_id}/override-grade", dependencies=[policy("enterprise.override_grade")])
async def override_grade(
    enterprise_id: UUID, body: OverrideIn, asked: AskedDep, expected_version: ExpectedVersion
) -> EnterpriseOut:
    """Set the grade by hand until a day, for a reason."""
    row = await grading.override(
        asked.session,
        asked.actor,
        enterprise_id,
        to=body.grade,
        until=body.until,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.get("/{enterprise_id}/grades", dependencies=READ)
async def list_grades(enterprise_id: UUID, session: SessionDep, page: PageDep) -> Page[GradeOut]:
    """Every grade with its reasons, newest first."""
    row = await queries.enterprise(session, enterprise_id)
    last = UUID(page.after[0]) if page.after else None
    found = await queries.grades(session, row.id, after=last, limit=page.limit + 1)
    rows: list[EnterpriseGrade] = page.cut(found, key=lambda each: (str(each.id),))
    return Page(items=[GradeOut.model_validate(each) for each in rows], next=page.next)
