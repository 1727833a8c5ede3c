"""Special working groups: set up, changed, duties, hard questions, figures, dissolved."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.campaigns.domain import groups as domain
from services.tasks.campaigns.domain.groups import (
    AlreadyDone,
    CoreStaff,
    GroupDissolved,
    GroupFacts,
    GroupLeader,
    Watched,
)
from services.tasks.campaigns.models.campaigns import Campaign
from services.tasks.campaigns.models.groups import (
    CampaignGroup,
    GroupDuty,
    GroupQuestion,
    GroupReading,
)
from services.tasks.campaigns.queries import campaigns, groups as queries
from services.tasks.campaigns.use_cases.record import Act, Subject, keep, lock_open, taking_part
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day

LEAD: Final = "campaign_group.lead"
WORK: Final = "campaign_group.work"
ANSWER: Final = "campaign_group.answer"
STEPS: Final = {
    "amend": LEAD,
    "dissolve": LEAD,
    "give_duty": LEAD,
    "finish_duty": WORK,
    "put_question": WORK,
    "answer_question": ANSWER,
    "note_figure": WORK,
}


@dataclass(frozen=True, slots=True)
class Duty:
    person: str
    division: str
    duty: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Question:
    put_to: str
    division: str
    question: str


@dataclass(frozen=True, slots=True)
class Reading:
    figure: Watched
    done: int
    whole: int
    source: str


async def set_up(
    session: AsyncSession, actor: Actor, campaign_id: UUID, facts: GroupFacts, *, now: datetime
) -> CampaignGroup:
    """A group of the campaign, by its organiser."""
    campaign = await lock_open(session, actor, campaign_id, LEAD)
    group = CampaignGroup(campaign_id=campaign_id, changed_at=now, **_columns(facts))
    session.add(group)
    await session.flush()
    await _keep(session, actor, campaign, group, "set_up", now=now)
    return group


async def amend(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    facts: GroupFacts,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> CampaignGroup:
    """The group as it is to be, for a reason."""
    campaign, group = await _lock(session, actor, group_id, LEAD, expected_version)
    for name, value in _columns(facts).items():
        setattr(group, name, value)
    await _keep(session, actor, campaign, group, "amend", reason=reason, now=now)
    return group


async def dissolve(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> CampaignGroup:
    campaign, group = await _lock(session, actor, group_id, LEAD, expected_version)
    group.dissolved_on = legal_day(now)
    await _keep(session, actor, campaign, group, "dissolve", reason=reason, now=now)
    return group


async def give_duty(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    duty: Duty,
    *,
    expected_version: int,
    now: datetime,
) -> CampaignGroup:
    """A duty with the name of a person of the group and a day."""
    campaign, group = await _lock(session, actor, group_id, LEAD, expected_version)
    domain.require_duty(
        duty.person, duty.division, duty.due_on, facts_of(group), today=legal_day(now)
    )
    session.add(GroupDuty(group_id=group_id, given_at=now, **asdict(duty)))
    await _keep(session, actor, campaign, group, "give_duty", now=now)
    return group


async def finish_duty(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    duty_id: UUID,
    *,
    note: str,
    expected_version: int,
    now: datetime,
) -> CampaignGroup:
    """What was done about it, told by the division the person is of, or by one above."""
    campaign, group = await _lock(session, actor, group_id, WORK, expected_version)
    duty = await queries.lock_duty(session, group_id, duty_id)
    require(actor, WORK, division=duty.division)
    if duty.done_at is not None:
        raise AlreadyDone
    duty.done_at, duty.note = now, note
    await _keep(session, actor, campaign, group, "finish_duty", now=now)
    return group


async def put_question(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    question: Question,
    *,
    expected_version: int,
    now: datetime,
) -> CampaignGroup:
    """Put a hard question to a leader of the group."""
    campaign, group = await _lock(session, actor, group_id, WORK, expected_version)
    domain.require_leader(question.put_to, question.division, facts_of(group).leaders)
    row = GroupQuestion(group_id=group_id, asked_by=actor.name, asked_at=now, **asdict(question))
    session.add(row)
    await _keep(session, actor, campaign, group, "put_question", now=now)
    return group


async def answer_question(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    question_id: UUID,
    *,
    answer: str,
    expected_version: int,
    now: datetime,
) -> CampaignGroup:
    """The leader's answer, given by the leader's own division."""
    campaign, group = await _lock(session, actor, group_id, ANSWER, expected_version)
    question = await queries.lock_question(session, group_id, question_id)
    require(actor, ANSWER, division=question.division)
    if question.answered_at is not None:
        raise AlreadyDone
    question.answer, question.answered_by, question.answered_at = answer, actor.name, now
    await _keep(session, actor, campaign, group, "answer_question", now=now)
    return group


async def note_figure(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    reading: Reading,
    *,
    expected_version: int,
    now: datetime,
) -> CampaignGroup:
    """How far a figure is today, and where that is known from."""
    campaign, group = await _lock(session, actor, group_id, WORK, expected_version)
    domain.require_part(reading.done, reading.whole)
    row = GroupReading(
        group_id=group_id,
        on_day=legal_day(now),
        noted_by=actor.name,
        noted_at=now,
        **asdict(reading),
    )
    session.add(row)
    await _keep(session, actor, campaign, group, "note_figure", now=now)
    return group


def actions(actor: Actor, group: CampaignGroup, campaign: Campaign) -> list[str]:
    """What this caller may do with the group now."""
    if group.dissolved_on is not None:
        return []
    return [
        step
        for step, right in STEPS.items()
        if may(actor, right, division=campaign.division, participants=_who(campaign, right))
    ]


def facts_of(group: CampaignGroup) -> GroupFacts:
    """The row as the rules see it."""
    return GroupFacts(
        name=group.name,
        leaders=tuple(GroupLeader(**each) for each in group.leaders),
        core_staff=tuple(CoreStaff(**each) for each in group.core_staff),
        goals=tuple(group.goals),
        watched={Watched(figure): share for figure, share in group.watched.items()},
    )


def _who(campaign: Campaign, right: str) -> list[str]:
    """A group is led by the organiser; its people come from all that take part."""
    return [] if right == LEAD else taking_part(campaign)


def _columns(facts: GroupFacts) -> dict[str, Any]:
    return {
        "name": facts.name,
        "leaders": [asdict(each) for each in facts.leaders],
        "core_staff": [asdict(each) for each in facts.core_staff],
        "goals": [*facts.goals],
        "watched": {figure.value: share for figure, share in facts.watched.items()},
    }


async def _lock(
    session: AsyncSession, actor: Actor, group_id: UUID, right: str, expected_version: int
) -> tuple[Campaign, CampaignGroup]:
    known = await queries.group(session, group_id)
    whole = await campaigns.campaign(session, known.campaign_id)
    participants = _who(whole, right)
    campaign = await lock_open(session, actor, whole.id, right, participants=participants)
    group = await queries.lock_group(session, group_id)
    group.require_version(expected_version)
    if group.dissolved_on is not None:
        raise GroupDissolved
    return campaign, group


async def _keep(
    session: AsyncSession,
    actor: Actor,
    campaign: Campaign,
    group: CampaignGroup,
    action: str,
    *,
    reason: str | None = None,
    now: datetime,
) -> None:
    group.changed_at = now
    await session.flush()
    act = Act(Subject.GROUP, group.id, action, group.model_dump(mode="json"), reason=reason)
    await keep(session, actor, campaign, act, now=now)
