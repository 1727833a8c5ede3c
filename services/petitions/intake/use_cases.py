"""Registering petitions, taking steps with them, and reading who complained."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake import queries
from services.petitions.intake.domain import petition as life, profiles
from services.petitions.intake.domain.petition import NewPetition, State, Step
from services.petitions.intake.domain.profiles import ClockKind
from services.petitions.intake.models import Petition, PetitionStep
from services.petitions.vault import use_cases as vault
from services.petitions.vault.domain import (
    IDENTITY,
    Field,
    Identity,
    Reader,
    Shown,
    masked,
    readable,
    redact,
    shown,
)
from services.petitions.vault.queries import show_to as show_entry_to
from services.petitions.vault.use_cases import VaultKeys
from shared import divisions, reference
from shared.audit.trace import record
from shared.auth.actor import Actor, Role
from shared.auth.policy import may, require
from shared.clock_rows.rows import Ladder, start_clock
from shared.clocks.days import legal_day
from shared.clocks.term import Term
from shared.contracts.petitions import PetitionChanged, PetitionRegistered
from shared.errors import InvalidInput, NotFound
from shared.ids import uuid7
from shared.messaging.outbox import announce
from shared.rule_settings import rule_settings

KIND: Final = "petition"
# Characters the columns hold; a text may grow by being redacted.
TITLE_LENGTH: Final = 200
ANSWERS: Final = frozenset({Step.ACCEPT_OBJECTION, Step.REJECT_OBJECTION})
# What hands the petition to another unit.
MOVES: Final = frozenset({Step.TRANSFER, Step.ASSIGN, Step.ACCEPT_OBJECTION})
# What a call-back does to a petition; nobody does it otherwise.
BY_CALL: Final = frozenset({Step.SETTLE, Step.REOPEN})


class UnknownDivision(InvalidInput):
    code = "unknown_division"
    zh = "行政区划代码不存在:{codes}"
    en = "There is no division {codes}."


async def register(
    session: AsyncSession,
    actor: Actor,
    new: NewPetition,
    identity: Identity | None,
    *,
    keys: VaultKeys,
    now: datetime,
) -> tuple[Petition, dict[str, date | None]]:
    """Register a petition at receipt (art. 22) and start its clocks; identity to the vault."""
    require(actor, "petition.register", division=new.office)
    await _check(session, new, now=now)
    concerned = [new.office, *new.divisions]
    day = legal_day(now)
    serial = await queries.next_number(session, KIND, new.office, day.year)
    sealed = None
    if identity is not None:
        sealed = await vault.seal(session, identity, keys=keys, seen_by=concerned, now=now)
    profile = profiles.profile_for(new.divisions[0], new.channel, legal_day(new.received_at))
    shares = life.shares_of(new.divisions, new.division_shares)
    petition = Petition(
        **asdict(new, dict_factory=_columns) | {"place": _place(new.place, identity)},
        number=f"{new.office}-{day.year}-{serial:06d}",
        profile=profile.code,
        holder=new.office,
        shares={division: str(share) for division, share in shares.items()},
        redacted_title=redact(new.title, identity)[:TITLE_LENGTH],
        redacted_body=redact(new.body, identity),
        anonymous=identity is None,
        petitioner_id=sealed.entry_id if sealed else None,
        petitioner_tokens=sealed.tokens if sealed else [],
        petitioner_masked=_masked(identity),
        registered_at=now,
        visible_to=divisions.visibility(concerned),
    )
    await queries.insert(session, "petition", _row(petition))
    await queries.keep_parts(session, petition)
    petition.version = 1
    await _write(session, petition, actor, None, reason=None, facts={}, now=now)
    due = {}
    for kind, term in (
        (ClockKind.ROUTING, profiles.ROUTING),
        (ClockKind.NOTICE, profiles.NOTICE),
        (ClockKind.ACCEPTANCE, profile.accept),
    ):
        due[kind.value] = await begin(session, petition, kind, term, at=new.received_at)
    await announce(
        session,
        PetitionRegistered(
            petition_id=petition.id,
            number=petition.number,
            divisions=petition.divisions,
            office=petition.office,
        ),
        now=now,
    )
    return petition, due


def _place(place: str, identity: Identity | None) -> str:
    """Where the pollution is, for every reader: an address may stay, whose it is may not."""
    return redact(place, replace(identity, address=None) if identity else None)[:TITLE_LENGTH]


def _columns(facts: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in facts
        if name != "division_shares"
    }


def _row(petition: Petition) -> dict[str, Any]:
    """The petition as a row: no generated column, the version a new row has."""
    facts = petition.model_dump(exclude={"holder_city"})
    return {**facts, "version": 1}


def _masked(identity: Identity | None) -> dict[str, Any]:
    """What masked readers get, made once, so that showing it never opens the vault."""
    if identity is None:
        return {}
    fields = (Field.NAME, Field.PHONE, Field.ID_NUMBER, Field.ADDRESS)
    return {field.value: masked(field, identity) for field in fields}


async def _check(session: AsyncSession, new: NewPetition, *, now: datetime) -> None:
    if new.received_at > now:
        raise life.ReceivedInFuture(reason="future", pointer="/received_at")
    await check_divisions(session, [new.office, *new.divisions], now=now)


async def check_divisions(session: AsyncSession, codes: Sequence[str], *, now: datetime) -> None:
    """UnknownDivision unless every code is a division valid today."""
    known = await reference.division_names(session, codes, on_day=legal_day(now))
    if missing := sorted(set(codes) - set(known)):
        raise UnknownDivision(reason="division", pointer="/divisions", codes=", ".join(missing))


async def begin(
    session: AsyncSession, petition: Petition, kind: ClockKind, term: Term, *, at: datetime
) -> date | None:
    """Start one of the petition's clocks at the instant of its event; return the last day."""
    settings = await rule_settings(session, division=petition.holder, on_day=legal_day(at))
    due = await start_clock(
        session,
        subject_kind=KIND,
        subject_id=petition.id,
        kind=kind,
        term=term,
        ladder=Ladder(
            timedelta(hours=settings["clocks.warn_before_hours"]),
            timedelta(hours=settings["clocks.raise_after_hours"]),
        ),
        started_at=at,
        seen_by=seen_by(petition),
    )
    return due.due_on


def seen_by(petition: Petition) -> list[str]:
    """Whom the petition concerns: who registered it, who has it, and where the matter lies."""
    return [petition.office, petition.holder, *petition.divisions]


async def take(
    session: AsyncSession,
    petition: Petition,
    step: Step,
    *,
    actor: Actor,
    reason: str | None,
    keys: VaultKeys,
    now: datetime,
    facts: dict[str, Any] | None = None,
) -> None:
    """The only place a petition's state changes: step, history, trace and event are one act.

    History and trace are read by more than may know the petitioner, so they keep the reason
    redacted.
    """
    before = {"state": petition.state}
    petition.state = life.step(petition.state, step)
    if reason is not None:
        reason = await vault.without_petitioner(session, petition.petitioner_id, reason, keys=keys)
    await _show_to_holder(session, petition)
    await session.flush()
    if step in MOVES:
        await queries.keep_parts(session, petition)
    await _write(
        session, petition, actor, step, reason=reason, facts=facts or {}, now=now, before=before
    )
    await announce(
        session,
        PetitionChanged(
            petition_id=petition.id,
            number=petition.number,
            step=step,
            state=petition.state,
            divisions=petition.divisions,
            office=petition.office,
        ),
        now=now,
    )


async def _show_to_holder(session: AsyncSession, petition: Petition) -> None:
    """The unit that gets the petition sees all of it; one that lost it sees nothing."""
    visible_to = divisions.visibility(seen_by(petition))
    if visible_to == petition.visible_to:
        return
    petition.visible_to = visible_to
    await queries.show_to(session, petition)
    if petition.petitioner_id is not None:
        await show_entry_to(session, petition.petitioner_id, visible_to)


async def _write(
    session: AsyncSession,
    petition: Petition,
    actor: Actor,
    step: Step | None,
    *,
    reason: str | None,
    facts: dict[str, Any],
    now: datetime,
    before: dict[str, Any] | None = None,
) -> None:
    """The history line and the audit row of one act."""
    line = PetitionStep(
        id=uuid7(),
        petition_id=petition.id,
        step=step,
        state=petition.state,
        actor_id=actor.id,
        actor_name=actor.name,
        reason=reason,
        facts=facts,
        at=now,
        visible_to=petition.visible_to,
    )
    await queries.insert(session, "petition_step", line.model_dump())
    await record(
        session,
        actor,
        f"petition.{step or 'register'}",
        object_kind=KIND,
        object_id=petition.id,
        now=now,
        seen_by=seen_by(petition),
        reason=reason,
        before=before,
        after={"state": petition.state, "holder": petition.holder, **facts},
    )


def reader_of(actor: Actor, petition: Petition) -> Reader:
    """How the caller stands to the petition; the nearest relation counts."""
    clerk, officer = frozenset({Role.PETITION_CLERK}), frozenset({Role.OFFICER})
    if actor.is_of(clerk, petition.holder) or actor.holds_at(clerk, petition.office):
        return Reader.CLERK
    if actor.is_of(officer, petition.holder):
        return Reader.OFFICER
    if actor.holds_at(frozenset({Role.AUDITOR}), petition.holder):
        return Reader.AUDITOR
    return Reader.JOINT_UNIT if actor.holds(officer) else Reader.LEADERS


def actions(actor: Actor, petition: Petition) -> list[str]:
    """The steps this caller may take with the petition now."""
    return [
        step.value
        for step in life.TRANSITIONS[petition.state]
        if step not in BY_CALL and may(actor, f"petition.{step}", division=decider(petition, step))
    ]


def decider(petition: Petition, step: Step) -> str:
    """Whose step it is: the sender answers an objection, the unit that has it does the rest."""
    return petition.office if step in ANSWERS else petition.holder


async def reveal(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    fields: Sequence[Field],
    reason: str,
    keys: VaultKeys,
    now: datetime,
) -> dict[str, str | None]:
    """The asked fields of the petitioner as far as the matrix lets this reader; always recorded."""
    petition = await queries.petition(session, petition_id)
    require(actor, "petition.reveal", division=petition.holder)
    if petition.petitioner_id is None:
        raise NotFound(what="petitioner")
    concerned = seen_by(petition)
    identity = await vault.reveal(
        session,
        petition.petitioner_id,
        actor=actor,
        fields=fields,
        reason=reason,
        keys=keys,
        seen_by=concerned,
        now=now,
    )
    await record(
        session,
        actor,
        "petition.reveal",
        object_kind=KIND,
        object_id=petition.id,
        now=now,
        seen_by=concerned,
        reason=reason,
    )
    reader = reader_of(actor, petition)
    in_progress = petition.state is State.IN_PROGRESS
    told = {
        field.value: readable(field, reader, identity=identity, in_progress=in_progress)
        for field in fields
        if field in IDENTITY
    }
    if Field.TEXT in fields and shown(Field.TEXT, reader, in_progress=in_progress) is Shown.FULL:
        told[Field.TEXT.value] = petition.body
    return told
