"""Special working groups over HTTP."""

from uuid import UUID

from fastapi import APIRouter, status as http

from services.tasks.campaigns.endpoints.asked import Asked, AskedDep
from services.tasks.campaigns.models.groups import CampaignGroup
from services.tasks.campaigns.queries import campaigns, groups as queries
from services.tasks.campaigns.schemas.campaigns import ReasonIn
from services.tasks.campaigns.schemas.groups import (
    AnswerIn,
    DutyDoneIn,
    DutyIn,
    GroupAmendIn,
    GroupIn,
    GroupOut,
    QuestionIn,
    ReadingIn,
    ReadingOut,
)
from services.tasks.campaigns.use_cases import groups
from shared.http.access import policy
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/campaign-groups", tags=["campaigns"], route_class=Route)
READ = [policy("campaign.read")]
LEAD = [policy("campaign_group.lead")]
WORK = [policy("campaign_group.work")]


async def _shown(asked: Asked, row: CampaignGroup) -> GroupOut:
    session = asked.session
    return GroupOut.of(
        row,
        asked.actor,
        await campaigns.campaign(session, row.campaign_id),
        duties=await queries.duties(session, row.id),
        questions=await queries.questions(session, row.id),
        latest=await queries.latest_readings(session, row.id),
    )


async def _answer(asked: Asked, row: CampaignGroup) -> GroupOut:
    asked.shown(row)
    return await _shown(asked, row)


@router.get("", dependencies=READ)
async def list_campaign_groups(
    asked: AskedDep, page: PageDep, campaign_id: UUID | None = None
) -> Page[GroupOut]:
    """Groups in the order they were set up."""
    last = UUID(page.after[0]) if page.after else None
    found = await queries.groups(
        asked.session, campaign_id=campaign_id, after=last, limit=page.limit + 1
    )
    rows = page.cut(found, key=lambda row: (str(row.id),))
    return Page(items=[await _shown(asked, row) for row in rows], next=page.next)


@router.post("", status_code=http.HTTP_201_CREATED, dependencies=LEAD)
async def set_up_campaign_group(body: GroupIn, asked: AskedDep) -> GroupOut:
    """Set a group up with its leaders in charge, core staff, goals and figures."""
    row = await groups.set_up(
        asked.session, asked.actor, body.campaign_id, body.facts(), now=asked.now
    )
    asked.made(row, f"campaign-groups/{row.id}")
    return await _shown(asked, row)


@router.get("/{campaign_group_id}", dependencies=READ)
async def read_campaign_group(campaign_group_id: UUID, asked: AskedDep) -> GroupOut:
    """One group with its duties, questions and figures."""
    return await _answer(asked, await queries.group(asked.session, campaign_group_id))


@router.get("/{campaign_group_id}/figures", dependencies=READ)
async def list_group_figures(
    campaign_group_id: UUID, session: SessionDep, page: PageDep
) -> Page[ReadingOut]:
    """Every figure that was noted, oldest first."""
    row = await queries.group(session, campaign_group_id)
    last = UUID(page.after[0]) if page.after else None
    found = await queries.readings(session, row.id, after=last, limit=page.limit + 1)
    rows = page.cut(found, key=lambda each: (str(each.id),))
    return Page(items=[ReadingOut.model_validate(each) for each in rows], next=page.next)


@router.post("/{campaign_group_id}/amend", dependencies=LEAD)
async def amend_campaign_group(
    campaign_group_id: UUID, body: GroupAmendIn, asked: AskedDep, expected_version: ExpectedVersion
) -> GroupOut:
    """The group as it is to be, for a reason."""
    row = await groups.amend(
        asked.session,
        asked.actor,
        campaign_group_id,
        body.facts(),
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await _answer(asked, row)


@router.post("/{campaign_group_id}/dissolve", dependencies=LEAD)
async def dissolve_campaign_group(
    campaign_group_id: UUID, body: ReasonIn, asked: AskedDep, expected_version: ExpectedVersion
) -> GroupOut:
    """The group's work is over."""
    row = await groups.dissolve(
        asked.session,
        asked.actor,
        campaign_group_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await _answer(asked, row)


@router.post("/{campaign_group_id}/give-duty", dependencies=LEAD)
async def give_duty(
    campaign_group_id: UUID, body: DutyIn, asked: AskedDep, expected_version: ExpectedVersion
) -> GroupOut:
    """Give a duty to a named person of the group."""
    row = await groups.give_duty(
        asked.session,
        asked.actor,
        campaign_group_id,
        body.value(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await _answer(asked, row)


@router.post("/{campaign_group_id}/finish-duty", dependencies=WORK)
async def finish_duty(
    campaign_group_id: UUID, body: DutyDoneIn, asked: AskedDep, expected_version: ExpectedVersion
) -> GroupOut:
    """Say what was done about a duty; by the division its person is of, or one above."""
    row = await groups.finish_duty(
        asked.session,
        asked.actor,
        campaign_group_id,
        body.duty_id,
        note=body.note,
        expected_version=expected_version,
        now=asked.now,
    )
    return await _answer(asked, row)


@router.post("/{campaign_group_id}/put-question", dependencies=WORK)
async def put_question(
    campaign_group_id: UUID, body: QuestionIn, asked: AskedDep, expected_version: ExpectedVersion
) -> GroupOut:
    """Put a hard question to a leader of the group."""
    row = await groups.put_question(
        asked.session,
        asked.actor,
        campaign_group_id,
        body.value(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await _answer(asked, row)


@router.post("/{campaign_group_id}/answer-question", dependencies=[policy("campaign_group.answer")])
async def answer_question(
    campaign_group_id: UUID, body: AnswerIn, asked: AskedDep, expected_version: ExpectedVersion
) -> GroupOut:
    """The answer of the leader's own office."""
    row = await groups.answer_question(
        asked.session,
        asked.actor,
        campaign_group_id,
        body.question_id,
        answer=body.answer,
        expected_version=expected_version,
        now=asked.now,
    )
    return await _answer(asked, row)


@router.post("/{campaign_group_id}/note-figure", dependencies=WORK)
async def note_figure(
    campaign_group_id: UUID, body: ReadingIn, asked: AskedDep, expected_version: ExpectedVersion
) -> GroupOut:
    """Note how far a watched figure is today."""
    row = await groups.note_figure(
        asked.session,
        asked.actor,
        campaign_group_id,
        body.value(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await _answer(asked, row)
