"""Convening, registering, holding, evaluating: training and joint help for several divisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain.consent import NotAParty
from services.regions.divisions.use_cases import require_known
from services.regions.exchanges.domain import trainings as domain
from services.regions.exchanges.domain.staff import NotOfSender
from services.regions.exchanges.domain.trainings import (
    BegunAlready,
    NobodyAttended,
    NotHeldYet,
    Registered,
    Step,
    TrainingKind,
    TrainingState,
)
from services.regions.exchanges.models import Training, TrainingParty, TrainingStep
from services.regions.exchanges.queries import staff, trainings as queries
from services.regions.exchanges.queries.trainings import TrainingFile
from services.regions.officers import queries as officers
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.ids import uuid7
from shared.rule_settings import rule_settings


@dataclass(frozen=True, slots=True)
class Invitation:
    """What is convened, for whom, and how many can come."""

    convener: str
    kind: TrainingKind
    topic: str
    venue: str
    starts_at: datetime
    ends_at: datetime
    places: int
    invited: Sequence[str]
    materials: Sequence[Mapping[str, Any]]
    exchange_id: UUID | None


@dataclass(frozen=True, slots=True)
class Came:
    """How many of a division came, and who of those registered by name."""

    division: str
    people: int
    officer_ids: Sequence[UUID]


async def convene(
    session: AsyncSession, actor: Actor, invitation: Invitation, *, now: datetime
) -> Training:
    """Invite other divisions; the convener's own people register as well."""
    require(actor, "training.convene", division=invitation.convener)
    today = legal_day(now)
    figures = await rule_settings(session, division=invitation.convener, on_day=today)
    domain.require_sound(
        convener=invitation.convener,
        invited=invitation.invited,
        starts_at=invitation.starts_at,
        ends_at=invitation.ends_at,
        longest_hours=figures["training.longest_hours"],
        now=now,
    )
    parties = [invitation.convener, *invitation.invited]
    await require_known(session, parties, on_day=today, pointer="/invited")
    if invitation.exchange_id is not None:
        await staff.exchange(session, invitation.exchange_id)
    row = Training(
        id=uuid7(),
        convener=invitation.convener,
        kind=invitation.kind,
        topic=invitation.topic,
        venue=invitation.venue,
        starts_at=invitation.starts_at,
        ends_at=invitation.ends_at,
        places=invitation.places,
        materials=[dict(each) for each in invitation.materials],
        exchange_id=invitation.exchange_id,
        state=TrainingState.CONVENED,
        convened_at=now,
        convened_by=actor.id,
        changed_at=now,
        visible_to=divisions.visibility(parties),
    )
    session.add(row)
    await session.flush()
    session.add_all(
        TrainingParty(training_id=row.id, division=each, visible_to=row.visible_to)
        for each in parties
    )
    await _note(session, actor, row, "convene", division=row.convener, reason=None, now=now)
    return row


async def register(
    session: AsyncSession,
    actor: Actor,
    training_id: UUID,
    *,
    division: str,
    people: int,
    officer_ids: Sequence[UUID],
    expected_version: int,
    now: datetime,
) -> Training:
    """A division says how many come, in place of what it said before; PlacesFull beyond."""
    file = await _begin(session, training_id, Step.REGISTER, expected_version)
    row = file.training
    require(actor, "training.register", division=division)
    _require_ahead(row, now)
    party = _party(file, division)
    await _require_own(session, division, officer_ids)
    people = max(people, len(set(officer_ids)))
    domain.require_places(row.places, taken=file.taken - (party.registered or 0), wanted=people)
    party.registered, party.officer_ids, party.reason = people, sorted(set(officer_ids)), None
    told = f"{people}"
    await _note(session, actor, row, Step.REGISTER, division=division, reason=told, now=now)
    return row


async def decline(
    session: AsyncSession,
    actor: Actor,
    training_id: UUID,
    *,
    division: str,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Training:
    """A division sends nobody, and says why."""
    file = await _begin(session, training_id, Step.DECLINE, expected_version)
    row = file.training
    require(actor, "training.register", division=division)
    _require_ahead(row, now)
    party = _party(file, division)
    party.registered, party.officer_ids, party.reason = 0, [], reason
    await _note(session, actor, row, Step.DECLINE, division=division, reason=reason, now=now)
    return row


async def hold(
    session: AsyncSession,
    actor: Actor,
    training_id: UUID,
    *,
    attendance: Sequence[Came],
    expected_version: int,
    now: datetime,
) -> Training:
    """The convener records who came; whose division is not named sent nobody."""
    file = await _begin(session, training_id, Step.HOLD, expected_version)
    row = file.training
    require(actor, "training.convene", division=row.convener)
    if now < row.starts_at:
        raise NotHeldYet
    came = {each.division: each for each in attendance}
    if len(came) < len(attendance):
        raise domain.BadAttendance(reason="twice", division="", pointer="/attendance")
    for each in attendance:
        party = _party(file, each.division)
        registered = Registered(party.registered or 0, frozenset(map(str, party.officer_ids)))
        domain.require_attendance(
            each.division, registered, people=each.people, officers=map(str, each.officer_ids)
        )
    for party in file.parties:
        if party.registered is None:
            continue
        there = came.get(party.division)
        party.attended = there.people if there else 0
        party.attended_ids = sorted(set(there.officer_ids)) if there else []
        party.hours = domain.hours(row.starts_at, row.ends_at, people=party.attended)
    row.state = domain.step(row.state, Step.HOLD)
    told = f"{sum(each.people for each in attendance)}"
    await _note(session, actor, row, Step.HOLD, division=row.convener, reason=told, now=now)
    return row


async def evaluate(
    session: AsyncSession,
    actor: Actor,
    training_id: UUID,
    *,
    division: str,
    score: int,
    evaluation: str | None,
    expected_version: int,
    now: datetime,
) -> Training:
    """What a division that attended says of it, from 1 to 5; until it is closed it may say anew."""
    file = await _begin(session, training_id, Step.EVALUATE, expected_version)
    row = file.training
    require(actor, "training.register", division=division)
    party = _party(file, division)
    if not party.attended:
        raise NobodyAttended
    party.score, party.evaluation = score, evaluation
    told = f"{score}"
    await _note(session, actor, row, Step.EVALUATE, division=division, reason=told, now=now)
    return row


async def close(
    session: AsyncSession, actor: Actor, training_id: UUID, *, expected_version: int, now: datetime
) -> Training:
    file = await _begin(session, training_id, Step.CLOSE, expected_version)
    row = file.training
    require(actor, "training.convene", division=row.convener)
    row.state = domain.step(row.state, Step.CLOSE)
    await _note(session, actor, row, Step.CLOSE, division=row.convener, reason=None, now=now)
    return row


async def cancel(
    session: AsyncSession,
    actor: Actor,
    training_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Training:
    file = await _begin(session, training_id, Step.CANCEL, expected_version)
    row = file.training
    require(actor, "training.convene", division=row.convener)
    row.state = domain.step(row.state, Step.CANCEL)
    row.cancel_reason = reason
    await _note(session, actor, row, Step.CANCEL, division=row.convener, reason=reason, now=now)
    return row


def actions(actor: Actor, file: TrainingFile) -> list[str]:
    """The legal next steps this caller may take."""
    legal = domain.TRANSITIONS[file.training.state]
    convenes = may(actor, "training.convene", division=file.training.convener)
    comes = any(may(actor, "training.register", division=each) for each in file.codes)
    by_party = {Step.REGISTER, Step.DECLINE, Step.EVALUATE}
    return [each.value for each in legal if (comes if each in by_party else convenes)]


async def _begin(
    session: AsyncSession, training_id: UUID, step: Step, expected_version: int
) -> TrainingFile:
    """The training locked, for a step that its state allows."""
    file = await queries.lock_training(session, training_id)
    file.training.require_version(expected_version)
    domain.step(file.training.state, step)
    return file


def _require_ahead(row: Training, now: datetime) -> None:
    if row.starts_at <= now:
        raise BegunAlready


def _party(file: TrainingFile, division: str) -> TrainingParty:
    found = file.party(division)
    if found is None:
        raise NotAParty(reason=division, division=division, pointer="/division")
    return found


async def _require_own(session: AsyncSession, division: str, officer_ids: Sequence[UUID]) -> None:
    """Its own people, who have not left; others' do not exist for who registers."""
    people = await officers.officers_by_id(session, officer_ids)
    own = divisions.scope(division)
    fit = [
        each
        for each in people.values()
        if each.left_at is None and divisions.covers(own, each.division)
    ]
    if len(fit) < len(set(officer_ids)):
        raise NotOfSender(reason=division, division=division, pointer="/officer_ids")


async def _note(
    session: AsyncSession,
    actor: Actor,
    row: Training,
    action: str,
    *,
    division: str,
    reason: str | None,
    now: datetime,
) -> None:
    """Every act is a new version, a line of history and a line in the trace."""
    row.changed_at = now
    flag_modified(row, "changed_at")  # a version even if no time has passed
    session.add(
        TrainingStep(
            id=uuid7(),
            training_id=row.id,
            action=action,
            state=row.state,
            division=division,
            actor_id=actor.id,
            actor_name=actor.name,
            reason=reason,
            at=now,
            visible_to=row.visible_to,
        )
    )
    await session.flush()
    await record(
        session,
        actor,
        f"training.{action}",
        object_kind="training",
        object_id=row.id,
        now=now,
        seen_by=row.visible_to,
        reason=reason,
        after=row.model_dump(mode="json"),
    )
