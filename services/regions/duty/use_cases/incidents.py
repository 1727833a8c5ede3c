"""The incident log: taking in, correcting, judging, merging, closing with an evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.assistance.queries import next_number
from services.regions.bureaus import queries as bureaus
from services.regions.divisions.use_cases import require_known
from services.regions.duty.domain import incidents as domain
from services.regions.duty.domain.incidents import (
    Evaluation,
    Grade,
    MergedIntoItself,
    OrderStep,
    Source,
    State,
    Step,
    Urgency,
)
from services.regions.duty.models.incidents import DispatchOrder, Incident, IncidentStep
from services.regions.duty.queries import incidents as queries, rosters
from services.regions.duty.queries.incidents import IncidentFile
from services.regions.duty.use_cases.drafting import require_desk
from services.regions.helpers.models.engaged import Expert
from services.regions.helpers.queries import engaged as helpers
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.ids import uuid7
from shared.rule_settings import rule_settings

LOG = "incident.log"
JUDGE = "incident.judge"
DISPATCH = "incident.dispatch"
CLOSE = "incident.close"
ANSWER = "dispatch_order.answer"
SERIES = "incident"
RIGHTS = {
    Step.CORRECT: LOG,
    Step.JUDGE: JUDGE,
    Step.DISPATCH: DISPATCH,
    Step.MERGE: JUDGE,
    Step.LINK: DISPATCH,
    Step.CLOSE: CLOSE,
}


@dataclass(frozen=True, slots=True)
class Received:
    """What was told to a desk, as it was told."""

    bureau_id: UUID
    source: Source
    source_note: str | None
    title: str
    place_division: str
    place: str
    point: tuple[float, float] | None
    media: tuple[str, ...]
    urgency: Urgency
    facts: str


async def receive(
    session: AsyncSession, actor: Actor, told: Received, *, now: datetime
) -> Incident:
    """统一信息收集: written down once, on the shift that is on duty, with the time to judge it."""
    bureau = await bureaus.bureau(session, told.bureau_id)
    require(actor, LOG, division=bureau.division)
    require_desk(bureau)
    today = legal_day(now)
    await require_known(session, [told.place_division], on_day=today, pointer="/place_division")
    figures = await rule_settings(session, division=bureau.division, on_day=today)
    shift = await rosters.shift_at(session, bureau.id, now)
    serial = await next_number(session, SERIES, bureau.division, today.year)
    longitude, latitude = told.point or (None, None)
    row = Incident(
        id=uuid7(),
        bureau_id=bureau.id,
        division=bureau.division,
        number=f"{bureau.division}-{today.year}-{serial:04d}",
        source=told.source,
        source_note=told.source_note,
        title=told.title,
        place_division=told.place_division,
        place=told.place,
        longitude=longitude,
        latitude=latitude,
        media=list(told.media),
        urgency=told.urgency,
        facts=told.facts,
        received_at=now,
        received_by=actor.id,
        received_name=actor.name,
        shift_id=None if shift is None else shift.shift.id,
        state=State.RECEIVED,
        judge_due_at=now + domain.term(figures["incident.judge_minutes"], told.urgency),
        changed_at=now,
        visible_to=divisions.visibility([bureau.division]),
    )
    session.add(row)
    await session.flush()
    content = {
        "source": told.source.value,
        "title": told.title,
        "place_division": told.place_division,
        "place": told.place,
        "media": list(told.media),
        "urgency": told.urgency.value,
    }
    await note(session, actor, row, "receive", told=told.facts, content=content, now=now)
    return row


async def correct(
    session: AsyncSession,
    actor: Actor,
    incident_id: UUID,
    *,
    correction: str,
    expected_version: int,
    now: datetime,
) -> Incident:
    """更正、续报: what was received stays as it is, the correction stands beside it."""
    file = await begin(session, actor, incident_id, Step.CORRECT, expected_version)
    row = file.incident
    row.state = domain.step(row.state, Step.CORRECT)
    await note(session, actor, row, Step.CORRECT, told=correction, now=now)
    return row


async def judge(
    session: AsyncSession,
    actor: Actor,
    incident_id: UUID,
    *,
    grade: Grade,
    assessment: str,
    measures: Sequence[str],
    experts: Sequence[UUID],
    expected_version: int,
    now: datetime,
) -> Incident:
    """统一问题研判: what it is, how grave, what to do, and which experts were heard.

    It may be judged anew as more becomes known; each judgement is kept.
    """
    file = await begin(session, actor, incident_id, Step.JUDGE, expected_version)
    row = file.incident
    heard = [await helpers.one(session, Expert, each) for each in experts]
    row.state = domain.step(row.state, Step.JUDGE)
    row.grade = grade
    row.judged_at = row.judged_at or now
    content = {
        "grade": grade.value,
        "measures": list(measures),
        "experts": [{"id": str(each.id), "name": each.name} for each in heard],
    }
    await note(session, actor, row, Step.JUDGE, told=assessment, content=content, now=now)
    return row


async def merge(
    session: AsyncSession,
    actor: Actor,
    incident_id: UUID,
    *,
    into: UUID,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Incident:
    """The same matter was told before: this one is kept and linked, the other goes on.

    Both are held: else two could be merged into each other at once, or one into what is closed.
    """
    await queries.hold_incidents(session, {incident_id, into})
    file = await begin(session, actor, incident_id, Step.MERGE, expected_version)
    row = file.incident
    other = await queries.incident(session, into)
    goes_on = other.state in queries.OPEN_STATES and other.bureau_id == row.bureau_id
    if other.id == row.id or not goes_on or file.duplicates:
        raise MergedIntoItself(reason="into", pointer="/into")
    row.state = domain.step(row.state, Step.MERGE)
    row.merged_into = other.id
    content = {"into": str(into)}
    await note(session, actor, row, Step.MERGE, told=reason, content=content, now=now)
    return row


async def close(
    session: AsyncSession,
    actor: Actor,
    incident_id: UUID,
    *,
    outcome: str,
    evaluations: Sequence[Evaluation],
    expected_version: int,
    now: datetime,
) -> Incident:
    """统一决策考核: what came of it, and how each order was carried out.

    OrdersOpen while one is neither reported on nor refused nor recalled.
    """
    file = await begin(session, actor, incident_id, Step.CLOSE, expected_version)
    row = file.incident
    domain.require_evaluations(
        {each.id: (each.number, each.state) for each in file.orders}, evaluations
    )
    for said in evaluations:
        order = file.order(said.order_id)
        order.state = domain.order_step(order.state, OrderStep.EVALUATE)
        order.timely = domain.timely(
            acknowledged_at=order.acknowledged_at,
            acknowledge_due_at=order.acknowledge_due_at,
            reported_at=order.reported_at,
            due_at=order.due_at,
            refused_at=order.refused_at,
        )
        order.result, order.remark = said.result, said.remark
    row.state = domain.step(row.state, Step.CLOSE)
    row.outcome, row.closed_at = outcome, now
    for said in evaluations:
        # An entry each: the word on an order is read by who carried it out, not by all.
        await note(
            session,
            actor,
            row,
            f"order_{OrderStep.EVALUATE.value}",
            told=said.remark,
            content={"result": said.result.value},
            order_id=said.order_id,
            division=file.order(said.order_id).division,
            now=now,
        )
    await note(session, actor, row, Step.CLOSE, told=outcome, now=now)
    return row


async def begin(
    session: AsyncSession,
    actor: Actor,
    incident_id: UUID,
    step: Step,
    expected_version: int,
) -> IncidentFile:
    """The incident locked, for a step of its centre."""
    file = await queries.lock_incident(session, incident_id)
    require(actor, RIGHTS[step], division=file.incident.division)
    file.incident.require_version(expected_version)
    domain.step(file.incident.state, step)
    return file


async def note(
    session: AsyncSession,
    actor: Actor,
    row: Incident,
    action: str,
    *,
    told: str | None = None,
    content: dict[str, Any] | None = None,
    order_id: UUID | None = None,
    division: str | None = None,
    now: datetime,
) -> None:
    """Every act is a new version, an unchangeable entry and a line in the trace.

    With `division`, about an order to it: no other division that was ordered reads it.
    """
    seen_by = row.visible_to
    if division is not None:
        seen_by = divisions.visibility([row.division, division])
    row.changed_at = now
    flag_modified(row, "changed_at")  # a version even if no time has passed
    session.add(
        IncidentStep(
            id=uuid7(),
            incident_id=row.id,
            action=action,
            state=row.state,
            order_id=order_id,
            division=division,
            actor_id=actor.id,
            actor_name=actor.name,
            told=told,
            content=content,
            at=now,
            visible_to=seen_by,
        )
    )
    await session.flush()
    await record(
        session,
        actor,
        f"incident.{action}",
        object_kind="incident",
        object_id=row.id,
        now=now,
        seen_by=seen_by,
        reason=told,
        after=row.model_dump(mode="json") | {"done": content},
    )


def actions(actor: Actor, file: IncidentFile) -> list[str]:
    """The legal next steps this caller may take with the incident."""
    row = file.incident
    return [
        each.value
        for each in domain.TRANSITIONS[row.state]
        if may(actor, RIGHTS[each], division=row.division)
        and not (each is Step.MERGE and file.duplicates)
    ]


def order_actions(actor: Actor, order: DispatchOrder, *, centre: str) -> list[str]:
    """The legal next steps this caller may take with an order of the centre's."""
    found = []
    for each in domain.ORDER_TRANSITIONS[order.state]:
        if each is OrderStep.EVALUATE:
            continue
        if each in domain.ANSWERS:
            allowed = may(actor, ANSWER, division=order.division)
        else:
            allowed = may(actor, DISPATCH, division=centre)
        if allowed:
            found.append(each.value)
    return found
