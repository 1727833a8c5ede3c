"""Which of several bodies accepts a petition (art. 24, P6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling import queries
from services.petitions.handling.domain import competence as rules
from services.petitions.handling.domain.competence import Act, QuestionState
from services.petitions.handling.domain.routing import NotRouted
from services.petitions.handling.models import CompetenceAnswer, CompetenceQuestion
from services.petitions.handling.use_cases.begin import begin_step
from services.petitions.handling.use_cases.routing import settle, with_unit
from services.petitions.intake.domain import Settled, Step
from services.petitions.intake.models import Petition
from services.petitions.intake.queries import lock_petition
from services.petitions.intake.use_cases.steps import check_divisions, take
from services.petitions.profiles.domain import PROCEDURES, ClockKind
from services.petitions.vault.use_cases import VaultKeys, without_petitioner
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clock_rows.rows import drop_clocks
from shared.clocks.days import legal_day
from shared.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Turn:
    """Who acts on which question and when; petition and question are locked."""

    session: AsyncSession
    actor: Actor
    petition: Petition
    question: CompetenceQuestion
    keys: VaultKeys
    now: datetime

    async def redacted(self, text: str) -> str:
        entries = self.petition.party_ids
        return await without_petitioner(self.session, entries, text, keys=self.keys)

    async def tell(self, step: Step, reason: str, **facts: Any) -> None:  # noqa: ANN401 -- history facts are JSON
        await take(
            self.session,
            self.petition,
            step,
            actor=self.actor,
            reason=reason,
            keys=self.keys,
            now=self.now,
            facts=facts,
        )


async def ask(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    bodies: Sequence[str],
    lead: str,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> CompetenceQuestion:
    """Ask all bodies which of them accepts; until then nobody routes, accepts or refuses."""
    petition = await begin_step(session, actor, petition_id, version, Step.COMPETENCE)
    if not PROCEDURES[petition.track].routed:
        raise NotRouted
    await check_divisions(session, bodies, now=now)
    rules.require_bodies(bodies, lead)
    question = CompetenceQuestion(
        petition_id=petition.id,
        bodies=list(bodies),
        decider=rules.decider_of(bodies),
        proposed=lead,
        reason=await without_petitioner(session, petition.party_ids, reason, keys=keys),
        opened_by_name=actor.name,
        opened_at=now,
        visible_to=divisions.visibility([petition.office, petition.holder, *bodies]),
    )
    session.add(question)
    petition.competence_open = True
    petition.concerned = sorted({*petition.concerned, *bodies})
    turn = Turn(session, actor, petition, question, keys, now)
    await turn.tell(Step.COMPETENCE, reason, bodies=list(bodies), lead=lead)
    # The question takes the place of an objection.
    await drop_clocks(session, subject_id=petition.id, at=now, kinds={ClockKind.OBJECTION})
    if petition.holder in bodies:
        await _answer(turn, petition.holder, lead, reason)
    return question


async def begin_act(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    act: Act,
    *,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Turn:
    """Petition and question, locked, as the caller saw the question; the act has to be due."""
    petition = await lock_petition(session, petition_id)
    question = await queries.lock_question(session, petition_id)
    question.require_version(version)
    require_right(actor, petition, question, act)
    rules.require_due(question.state, act)
    return Turn(session, actor, petition, question, keys, now)


def require_right(actor: Actor, petition: Petition, question: CompetenceQuestion, act: Act) -> None:
    """A body's clerk answers, their superior decides, the office that registered calls them in."""
    match act:
        case Act.ANSWER:
            body_of(actor, question)
        case Act.DECIDE if question.decider is None:
            raise rules.NoCommonSuperior
        case Act.DECIDE:
            require(actor, "competence.decide", division=question.decider)
        case Act.MEET:
            require(actor, "competence.meet", division=petition.office)


def body_of(actor: Actor, question: CompetenceQuestion) -> str:
    """For which of the bodies the caller answers."""
    for body in question.bodies:
        if may(actor, "competence.answer", division=body):
            return body
    raise Forbidden(action="competence.answer")


async def answer(turn: Turn, *, lead: str, reason: str) -> CompetenceQuestion:
    """A body says whom it holds competent: all agree, or two differ and it is in dispute."""
    rules.require_lead(turn.question.bodies, lead)
    await _answer(turn, body_of(turn.actor, turn.question), lead, reason)
    return turn.question


async def _answer(turn: Turn, body: str, lead: str, reason: str) -> None:
    question = turn.question
    given = {
        each.body: each.lead
        for each in await queries.answers(turn.session, question)
        if each.round == question.round
    }
    if body in given:
        raise rules.AnsweredAlready(body=body)
    turn.session.add(
        CompetenceAnswer(
            question_id=question.id,
            round=question.round,
            body=body,
            lead=lead,
            reason=await turn.redacted(reason),
            answered_by=turn.actor.id,
            answered_by_name=turn.actor.name,
            at=turn.now,
            visible_to=question.visible_to,
        )
    )
    question.answered_at = turn.now
    await turn.tell(Step.ANSWER_COMPETENCE, reason, body=body, lead=lead)
    state, agreed = rules.after_answers(question.state, question.bodies, {**given, body: lead})
    question.state = question.state if agreed else state
    if agreed:
        await _settle(turn, agreed, Settled.AGREED, reason)
    await turn.session.flush()


async def decide(turn: Turn, *, lead: str, reason: str) -> CompetenceQuestion:
    """The common superior designates one of the bodies (art. 24)."""
    rules.require_lead(turn.question.bodies, lead)
    await _settle(turn, lead, Settled.DESIGNATED, reason)
    return turn.question


async def meet(turn: Turn, *, held_on: date, minutes: str, lead: str) -> CompetenceQuestion:
    """What a joint meeting agreed; it holds once every body has confirmed it."""
    rules.require_lead(turn.question.bodies, lead)
    if held_on > legal_day(turn.now):
        raise rules.MetInFuture(reason="held_on", pointer="/held_on", day=held_on)
    question = turn.question
    question.state = QuestionState.MET
    question.round += 1
    question.held_on, question.proposed = held_on, lead
    question.minutes = await turn.redacted(minutes)
    await turn.tell(Step.MEET_COMPETENCE, minutes, held_on=held_on.isoformat(), lead=lead)
    return question


async def _settle(turn: Turn, lead: str, by: Settled, reason: str) -> None:
    """The petition goes to the lead as a transfer that it cannot object to."""
    petition, question = turn.petition, turn.question
    question.state, question.lead = QuestionState.SETTLED, lead
    question.settled_by, question.settled_at = by, turn.now
    petition.holder = lead
    petition.competence_open = False
    petition.concerned = [each for each in petition.concerned if each not in question.bodies]
    settle(petition, by)
    await turn.tell(Step.SETTLE_COMPETENCE, reason, unit=lead, by=by.value)
    await with_unit(turn.session, petition, now=turn.now)


def actions(
    actor: Actor,
    petition: Petition,
    question: CompetenceQuestion,
    given: Sequence[CompetenceAnswer],
) -> list[str]:
    """What this caller may do to the question now."""
    answered = {each.body for each in given if each.round == question.round}
    allowed = {
        Act.ANSWER: any(
            may(actor, "competence.answer", division=body)
            for body in question.bodies
            if body not in answered
        ),
        Act.DECIDE: question.decider is not None
        and may(actor, "competence.decide", division=question.decider),
        Act.MEET: may(actor, "competence.meet", division=petition.office),
    }
    due = rules.ALLOWED[question.state]
    return [act.value for act in Act if act in due and allowed[act]]
