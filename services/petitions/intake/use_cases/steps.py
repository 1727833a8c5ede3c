"""Taking steps with a petition: state, history, trace and event are one act."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake import domain as life, queries
from services.petitions.intake.domain import State, Step
from services.petitions.intake.models import Petition, PetitionStep
from services.petitions.profiles.domain import PROCEDURES, ClockKind, Facts
from services.petitions.vault import use_cases as vault
from services.petitions.vault.queries import show_to as show_entries_to
from services.petitions.vault.use_cases import VaultKeys
from shared import divisions, reference
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.clock_rows.rows import Ladder, drop_clocks, start_clock
from shared.clocks.days import legal_day
from shared.clocks.term import Term
from shared.contracts.petitions import PetitionChanged
from shared.db.session import beyond_scope
from shared.errors import InvalidInput
from shared.ids import uuid7
from shared.messaging.outbox import announce
from shared.rule_settings import rule_settings

KIND: Final = "petition"
ANSWERS: Final = frozenset({Step.ACCEPT_OBJECTION, Step.REJECT_OBJECTION})
# What the organ does that has the petition in its hands, be it the unit or one that reviews it.
OF_WHO_IS_IN_CHARGE: Final = frozenset({Step.SERVE, Step.GIVE_REVIEW, Step.GIVE_RE_REVIEW})
# What hands the petition to another unit.
MOVES: Final = frozenset(
    {Step.TRANSFER, Step.ASSIGN, Step.ACCEPT_OBJECTION, Step.SETTLE_COMPETENCE}
)
# What a call-back does, and what is done at a question of competence or with a supervisor: no
# routes of their own.
BY_ANOTHER_ROUTE: Final = frozenset(
    {
        Step.SETTLE,
        Step.REOPEN,
        Step.ANSWER_COMPETENCE,
        Step.MEET_COMPETENCE,
        Step.SETTLE_COMPETENCE,
        Step.CALL_SUPERVISOR,
        Step.NOTE_SUPERVISOR,
    }
)


class UnknownDivision(InvalidInput):
    code = "unknown_division"
    zh = "行政区划代码不存在:{codes}"
    en = "There is no division {codes}."


async def check_divisions(session: AsyncSession, codes: Sequence[str], *, now: datetime) -> None:
    """UnknownDivision unless every code is a division valid today."""
    known = await reference.division_names(session, codes, on_day=legal_day(now))
    if missing := sorted(set(codes) - set(known)):
        raise UnknownDivision(reason="division", pointer="/divisions", codes=", ".join(missing))


async def term_of(session: AsyncSession, petition: Petition, term: Term, *, at: datetime) -> Term:
    """The term as the petition's unit counts it.

    The petition law does not say that a last day rolls off a rest day (T10, [DD]).
    """
    settings = await rule_settings(session, division=petition.holder, on_day=legal_day(at))
    return term if settings["clocks.roll_natural_deadline"] else replace(term, rolls=False)


async def begin(
    session: AsyncSession, petition: Petition, kind: ClockKind, term: Term, *, at: datetime
) -> date | None:
    """Start one of the petition's clocks at the instant of its event; return the last day."""
    settings = await rule_settings(session, division=petition.holder, on_day=legal_day(at))
    term = await term_of(session, petition, term, at=at)
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


def facts_of(petition: Petition) -> Facts:
    """What of the petition decides on its profile."""
    return Facts(
        division=petition.county,
        channel=petition.channel,
        track=petition.track,
        received_on=legal_day(petition.received_at),
        momentary=petition.momentary,
    )


def told_of(petition: Petition) -> list[str]:
    """Where the matter lies, as far as it is told there.

    An accusation is kept from the places it is about (art. 30, 46(5)).
    """
    return petition.divisions if PROCEDURES[petition.track].routed else []


def seen_by(petition: Petition) -> list[str]:
    """Whom the petition concerns: who registered it, who has it, and where the matter lies."""
    return [petition.office, petition.holder, *told_of(petition), *petition.concerned]


async def take(
    session: AsyncSession,
    petition: Petition,
    step: Step,
    *,
    actor: Actor,
    reason: str | None,
    keys: VaultKeys | None,
    now: datetime,
    facts: dict[str, Any] | None = None,
) -> None:
    """The only place a petition's state changes: step, history, trace and event are one act.

    History and trace are read by more than may know the petitioner, so they keep the reason
    redacted; what time causes names nobody and has no keys.
    """
    if step in life.OF_THE_WHOLE:
        life.require_whole(petition.parent_id)
    before = {"state": petition.state}
    petition.state = life.step(petition.state, step)
    # A step that leaves every column as it was is a change all the same: the version grows.
    flag_modified(petition, "state")
    if reason is not None and keys is not None:
        reason = await vault.without_petitioner(session, petition.party_ids, reason, keys=keys)
    if step in life.VOIDING:
        petition.served_on = None
        await drop_clocks(session, subject_id=petition.id, at=now, kinds={ClockKind.REVIEW_REQUEST})
    seen_anew = await _show_to_holder(session, petition)
    await session.flush()
    if seen_anew or step in MOVES:
        await queries.keep_parts(session, petition)
    await write_line(
        session, petition, actor, step, reason=reason, facts=facts or {}, now=now, before=before
    )
    await announce(
        session,
        PetitionChanged(
            petition_id=petition.id,
            number=petition.number,
            step=step,
            state=petition.state,
            divisions=told_of(petition),
            office=petition.office,
        ),
        now=now,
    )


async def _show_to_holder(session: AsyncSession, petition: Petition) -> bool:
    """The unit that gets the petition sees all of it; one that lost it sees nothing."""
    visible_to = divisions.visibility(seen_by(petition))
    if visible_to == petition.visible_to:
        return False
    petition.visible_to = visible_to
    await queries.show_to(session, petition)
    if petition.party_ids:
        await show_entries_to(session, petition.party_ids, await seeing_matter(session, petition))
    return True


async def touch(session: AsyncSession, petition: Petition) -> None:
    """A new version for a reader of what hangs on the petition, its own columns being as before."""
    flag_modified(petition, "concerned")
    await session.flush()


async def seeing_matter(session: AsyncSession, petition: Petition) -> list[str]:
    """Who sees the petition or any part of its matter: they all have the same petitioners."""
    if petition.parent_id is None and len(petition.divisions) == 1:
        return petition.visible_to
    async with beyond_scope(session):
        others = await queries.others_of_matter(session, petition)
    return sorted({*petition.visible_to, *(scope for each in others for scope in each.visible_to)})


async def write_line(
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


def decider(petition: Petition, step: Step) -> str:
    """Whose step it is: the sender's to an objection, the reviewing organ's, or the unit's.

    No grant lies at the nation, so that nobody takes the step of an organ beyond this system.
    """
    if step in ANSWERS:
        return petition.office
    if step in OF_WHO_IS_IN_CHARGE:
        return life.in_charge(petition.state, petition.holder) or divisions.NATION
    return petition.holder


def actions(actor: Actor, petition: Petition) -> list[str]:
    """The steps this caller may take with the petition now, each by the route of its name."""
    barred = BY_ANOTHER_ROUTE | life.BY_RULE
    if petition.parent_id is not None:
        barred |= life.OF_THE_WHOLE
    return [
        step.value
        for step in life.TRANSITIONS[petition.state]
        if step not in barred
        and _is_open(petition, step, actor)
        and may(actor, f"petition.{step}", division=decider(petition, step))
    ]


def _is_open(petition: Petition, step: Step, actor: Actor) -> bool:
    """Whether what the petition says of itself leaves the step to this caller."""
    procedure, own = PROCEDURES[petition.track], petition.handler_id == actor.id
    asked = petition.extension_open
    said = {
        Step.TRANSFER: procedure.routed,
        Step.ASSIGN: procedure.routed,
        Step.COMPETENCE: procedure.routed,
        Step.OBJECT: not petition.competence_settled,
        Step.ACCEPT: procedure.accepted,
        # The first answer ended the time to close.
        Step.REQUEST_EXTENSION: own and not asked and petition.first_replied_at is None,
        Step.EXTEND: asked and not own,
        Step.REFUSE_EXTENSION: asked and not own,
        Step.REPLY: own,
        Step.ASK_BACK: not petition.anonymous,
        Step.SUPPLEMENT: petition.asked_back_at is not None,
        Step.MARK_URGENT: petition.urgency is not life.Urgency.MAJOR_URGENT,
        Step.FILE: petition.anonymous or petition.state is State.REVIEWED,
        Step.SERVE: petition.served_on is None or petition.state is State.REVIEWED,
        **{
            ask: procedure.reviewed and life.in_charge(state, petition.holder) is not None
            for ask, state in life.ASKING.items()
        },
    }
    barred = petition.competence_open and step in life.WHILE_COMPETENCE_IS_OPEN
    return not barred and said.get(step, True)
