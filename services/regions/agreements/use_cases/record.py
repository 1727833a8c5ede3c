"""What every act on an agreement shares: reading it whole, taking its rules' word, writing down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements import queries
from services.regions.agreements.domain import life
from services.regions.agreements.domain.consent import Answer, NotAParty, Word, common_superior
from services.regions.agreements.domain.life import Action, State, Talks
from services.regions.agreements.models import Agreement, AgreementParty, AgreementStep
from services.regions.agreements.queries import AgreementFile
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.ids import uuid7

KIND: Final = "agreement"
NEGOTIATION: Final = "negotiation"


@dataclass(frozen=True, slots=True)
class Held:
    """An agreement locked until the transaction ends, and how it stood before the act."""

    file: AgreementFile
    before: Mapping[str, Any] | None

    @property
    def agreement(self) -> Agreement:
        return self.file.agreement

    def party(self, division: str) -> AgreementParty:
        """NotAParty if the division is none."""
        found = self.file.party(division)
        if found is None:
            raise NotAParty(reason=division, division=division, pointer="/division")
        return found


async def lock(session: AsyncSession, agreement_id: UUID) -> Held:
    """The agreement with its parties, locked. For every change."""
    return await hold(session, await queries.lock_agreement(session, agreement_id))


async def hold(session: AsyncSession, agreement: Agreement) -> Held:
    """The same for a row that is locked already."""
    before = agreement.model_dump(mode="json")
    return Held(await queries.file(session, agreement), before)


def take(held: Held, talks: Talks) -> None:
    """Take over what the rules made of consent; the only place a party's word is changed."""
    held.agreement.state, held.agreement.bound_by = talks.state, talks.bound_by
    for party in held.file.parties:
        word = talks.consents.words[party.division]
        if word == Word(party.answer, party.answered_hash):
            continue
        party.answer, party.answered_hash = word.answer, word.text_hash
        if word.answer is Answer.PENDING:
            party.answered_at = party.answered_by = None
            party.answered_name = party.answer_reason = None


async def note(
    session: AsyncSession,
    actor: Actor,
    held: Held,
    action: str,
    *,
    division: str | None,
    reason: str | None,
    now: datetime,
) -> None:
    """Every act is a new version, a line of history and a line in the trace."""
    agreement = held.agreement
    agreement.changed_at = now
    flag_modified(agreement, "changed_at")  # a version even if no time has passed
    step = AgreementStep(
        id=uuid7(),
        agreement_id=agreement.id,
        action=action,
        state=agreement.state,
        division=division,
        text_version=agreement.text_version,
        actor_id=actor.id,
        actor_name=actor.name,
        reason=reason,
        at=now,
        visible_to=agreement.visible_to,
    )
    session.add(step)
    await session.flush()
    await record(
        session,
        actor,
        f"agreement.{action}",
        object_kind=KIND,
        object_id=agreement.id,
        now=now,
        seen_by=agreement.visible_to,
        reason=reason,
        before=held.before,
        after=agreement.model_dump(mode="json"),
    )


@dataclass(frozen=True, slots=True)
class _Caller:
    """What one caller may do with one agreement, rights and standing together."""

    actor: Actor
    file: AgreementFile
    now: datetime

    @property
    def _signing(self) -> list[str]:
        """The parties in whose name the caller can bind."""
        return [each for each in self.file.codes if self._holds("agreement.sign", each)]

    def _holds(self, right: str, division: str) -> bool:
        return may(self.actor, right, division=division)

    def drafts(self) -> bool:
        return self._holds("agreement.draft", self.file.agreement.drafter)

    def revises(self) -> bool:
        on_table = self.file.agreement.state is not State.DRAFT
        return self.drafts() or (on_table and self.renews())

    def renews(self) -> bool:
        return any(self._holds("agreement.draft", each) for each in self.file.codes)

    def signs(self) -> bool:
        return bool(self._signing)

    def asks(self) -> bool:
        return self.signs() and common_superior(self.file.codes) is not None

    def decides(self) -> bool:
        superior, talks = common_superior(self.file.codes), self.file.talks
        stuck = talks.asked or (talks.until is not None and self.now >= talks.until)
        return superior is not None and stuck and self._holds("agreement.decide", superior)

    def gives_notice(self) -> bool:
        return self.signs() and self.file.agreement.notice_by is None

    def withdraws_notice(self) -> bool:
        return self.file.agreement.notice_by in self._signing

    def joins_notice(self) -> bool:
        waiting = {each.division for each in self.file.parties if each.joined_end_at is None}
        return self.file.agreement.notice_by is not None and bool(waiting & {*self._signing})

    def skips_turns(self) -> bool:
        return self.signs() and bool(self.file.agreement.rotation_order)


_MAY: Final[Mapping[Action, Callable[[_Caller], bool]]] = {
    Action.REVISE: _Caller.revises,
    Action.NEGOTIATE: _Caller.drafts,
    Action.BREAK_OFF: _Caller.drafts,
    Action.SIGN: _Caller.signs,
    Action.DECLINE: _Caller.signs,
    Action.ASK_DECISION: _Caller.asks,
    Action.DECIDE: _Caller.decides,
    Action.GIVE_NOTICE: _Caller.gives_notice,
    Action.WITHDRAW_NOTICE: _Caller.withdraws_notice,
    Action.JOIN_NOTICE: _Caller.joins_notice,
    Action.SKIP_TURN: _Caller.skips_turns,
    Action.RENEW: _Caller.renews,
}


def actions(actor: Actor, file: AgreementFile, now: datetime) -> list[str]:
    """The legal next steps this caller may take now."""
    caller = _Caller(actor, file, now)
    legal = life.TRANSITIONS[file.agreement.state]
    return [each.value for each in legal if each in _MAY and _MAY[each](caller)]
