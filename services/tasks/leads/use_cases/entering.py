"""A lead comes in: from a person, a platform, or a list of them with an answer for each."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.queries.registry import enterprise, next_number, site_of
from services.tasks.enterprises.use_cases.record import require_known
from services.tasks.leads.domain.grading import Confidence
from services.tasks.leads.domain.life import LeadAction
from services.tasks.leads.domain.sources import (
    Source,
    StationClass,
    check_source,
    is_confidential,
)
from services.tasks.leads.models.leads import Lead
from services.tasks.leads.queries import leads as queries, surveys
from services.tasks.leads.use_cases import clocks
from services.tasks.leads.use_cases.steps import keep
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.errors import AppError, InvalidInput, RuleViolation

SERIES: Final = "lead"


class OccursInFuture(InvalidInput):
    code = "lead_in_future"
    zh = "发现时间不得晚于当前时间。"
    en = "What a lead tells of has happened already."


class ReferenceTaken(RuleViolation):
    code = "lead_reference_taken"
    zh = "来源编号 {reference} 已用于内容不同的线索 {number}。"
    en = "The reference {reference} stands for another lead already: {number}."


class Entered(StrEnum):
    """What became of one report."""

    CREATED = "created"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Report:
    """What a source says; `reference` is its own name for it, a point longitude and latitude."""

    division: str
    place: str
    source: Source
    station_class: StationClass | None
    confidential: bool
    reference: str | None
    title: str
    media: Sequence[str]
    site: str
    longitude: float | None
    latitude: float | None
    facts: str
    object_name: str | None
    object_code: str | None
    enterprise_id: UUID | None
    at_night: bool
    confidence: Confidence
    occurred_at: datetime
    survey_request_id: UUID | None = None

    def content_hash(self) -> str:
        return hashlib.sha256(orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a report of a list, and why it was refused if it was."""

    entered: Entered
    lead: Lead | None = None
    error: AppError | None = None


async def enter(
    session: AsyncSession, actor: Actor, report: Report, *, now: datetime
) -> tuple[Lead, Entered]:
    """A new lead, or the one that this reporter's reference stands for already.

    ReferenceTaken if it says something else now.
    """
    require(actor, "lead.enter", division=report.division)
    check_source(report.source, report.station_class)
    if report.occurred_at > now:
        raise OccursInFuture(reason="occurred_at", pointer="/occurred_at")
    if report.reference is not None:
        await queries.claim_reference(session, actor.id, report.reference)
        known = await queries.by_reference(session, actor.id, report.source, report.reference)
        if known is not None:
            if known.content_hash != report.content_hash():
                raise ReferenceTaken(reference=report.reference, number=known.number)
            return known, Entered.KNOWN
    return await _receive(session, actor, report, now=now), Entered.CREATED


async def enter_all(
    session: AsyncSession, actor: Actor, reports: Iterable[Report], *, now: datetime
) -> list[Result]:
    """Each report by itself: what is refused leaves nothing and hinders no other."""
    results = []
    for report in reports:
        try:
            async with session.begin_nested():
                lead, entered = await enter(session, actor, report, now=now)
        except AppError as error:
            results.append(Result(Entered.REFUSED, error=error))
        else:
            results.append(Result(entered, lead))
    return results


async def _receive(session: AsyncSession, actor: Actor, report: Report, *, now: datetime) -> Lead:
    today = legal_day(now)
    for code, pointer in ((report.division, "/division"), (report.place, "/place")):
        await require_known(session, code, on_day=today, pointer=pointer)
    if report.survey_request_id is not None:
        await surveys.survey(session, report.survey_request_id)
    number = await next_number(session, SERIES, report.division, today.year)
    facts = asdict(report)
    facts["media"] = [*report.media]
    facts["confidential"] = is_confidential(report.source, marked=report.confidential)
    facts["enterprise_id"] = await _object(session, report)
    lead = Lead(
        **facts,
        number=f"XS-{report.division}-{today.year}-{number:05}",
        content_hash=report.content_hash(),
        reporter_id=actor.id,
        reporter_name=actor.name,
        received_by=report.division,
        received_at=now,
        parties=[report.division],
        due_at=now,
        work_due_at=now,
        visible_to=divisions.visibility([report.division]),
    )
    lead.due_at = lead.work_due_at = await clocks.start_checking(session, lead)
    await clocks.start_grading(session, lead, at=now)
    await keep(session, actor, lead, LeadAction.RECEIVE, now=now)
    return lead


async def _object(session: AsyncSession, report: Report) -> UUID | None:
    """The object on the register: as named, or where its code leads to one."""
    if report.enterprise_id is not None:
        return (await enterprise(session, report.enterprise_id)).id
    if report.object_code is not None:
        return await site_of(session, report.object_code, place=report.place)
    return None
