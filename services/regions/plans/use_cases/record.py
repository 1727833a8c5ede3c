"""What every act on a plan shares: reading it whole, taking its rules' word, writing down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain.consent import Answer, NotAParty, Word, common_superior
from services.regions.plans import queries
from services.regions.plans.domain import life
from services.regions.plans.domain.contents import ItemState
from services.regions.plans.domain.life import Action, Countersigning
from services.regions.plans.models import Plan, PlanParty, PlanStep
from services.regions.plans.queries import PlanFile
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.ids import uuid7

KIND: Final = "plan"
COUNTERSIGNING: Final = "countersigning"


@dataclass(frozen=True, slots=True)
class Held:
    """A plan locked until the transaction ends, and how it stood before the act."""

    file: PlanFile
    before: Mapping[str, Any] | None

    @property
    def plan(self) -> Plan:
        return self.file.plan

    def party(self, division: str) -> PlanParty:
        """NotAParty if the division is none."""
        for each in self.file.parties:
            if each.division == division:
                return each
        raise NotAParty(reason=division, division=division, pointer="/division")


async def lock(session: AsyncSession, plan_id: UUID) -> Held:
    """The plan with its parties and matters, locked. For every change."""
    return await hold(session, await queries.lock_plan(session, plan_id))


async def hold(session: AsyncSession, plan: Plan) -> Held:
    """The same for a row that is locked already."""
    before = plan.model_dump(mode="json")
    return Held(await queries.file(session, plan), before)


def take(held: Held, signing: Countersigning, actor: Actor, now: datetime) -> None:
    """Take over what the rules made of consent; the only place a party's word is changed.

    Who acts gave whatever word is new.
    """
    held.plan.state, held.plan.issued_by = signing.state, signing.issued_by
    for party in held.file.parties:
        word = signing.consents.words[party.division]
        if word == Word(party.answer, party.answered_hash):
            continue
        party.answer, party.answered_hash = word.answer, word.text_hash
        silent = word.answer is Answer.PENDING
        party.answered_at = None if silent else now
        party.answered_by = None if silent else actor.id
        party.answered_name = None if silent else actor.name
        party.answer_reason = None


async def note(
    session: AsyncSession,
    actor: Actor,
    held: Held,
    action: str,
    *,
    division: str | None,
    reason: str | None,
    now: datetime,
    item_id: UUID | None = None,
) -> None:
    """Every act is a new version, a line of history and a line in the trace."""
    plan = held.plan
    plan.changed_at = now
    flag_modified(plan, "changed_at")  # a version even if no time has passed
    step = PlanStep(
        id=uuid7(),
        plan_id=plan.id,
        item_id=item_id,
        action=action,
        state=plan.state,
        division=division,
        text_version=plan.text_version,
        actor_id=actor.id,
        actor_name=actor.name,
        reason=reason,
        at=now,
        visible_to=plan.visible_to,
    )
    session.add(step)
    await session.flush()
    await record(
        session,
        actor,
        f"plan.{action}",
        object_kind=KIND,
        object_id=plan.id,
        now=now,
        seen_by=plan.visible_to,
        reason=reason,
        before=held.before,
        after=plan.model_dump(mode="json"),
    )


@dataclass(frozen=True, slots=True)
class _Caller:
    """What one caller may do with one plan, rights and standing together."""

    actor: Actor
    file: PlanFile
    now: datetime

    def _holds(self, right: str, division: str) -> bool:
        return may(self.actor, right, division=division)

    def drafts(self) -> bool:
        return self._holds("plan.draft", self.file.plan.lead)

    def answers(self) -> bool:
        return any(self._holds("plan.answer", each) for each in self.file.codes)

    def asks(self) -> bool:
        return self.answers() and common_superior(self.file.codes) is not None

    def decides(self) -> bool:
        superior, signing = common_superior(self.file.codes), self.file.countersigning
        stuck = signing.asked or (signing.until is not None and self.now >= signing.until)
        return superior is not None and stuck and self._holds("plan.decide", superior)

    def issues(self) -> bool:
        agreed = not self.file.countersigning.consents.missing
        return agreed and self._holds("plan.issue", self.file.plan.lead)

    def progresses(self) -> bool:
        waiting = {each.responsible for each in self.file.items if each.state is ItemState.OPEN}
        told = any(self._holds("plan.progress", each) for each in waiting)
        return told or (bool(waiting) and self.drafts())

    def closes(self) -> bool:
        return self._holds("plan.issue", self.file.plan.lead) and not any(
            each.state is ItemState.OPEN for each in self.file.items
        )


_MAY: Final[Mapping[Action, Callable[[_Caller], bool]]] = {
    Action.REVISE: _Caller.drafts,
    Action.COUNTERSIGN: _Caller.drafts,
    Action.WITHDRAW: _Caller.drafts,
    Action.ANSWER: _Caller.answers,
    Action.ASK_DECISION: _Caller.asks,
    Action.DECIDE: _Caller.decides,
    Action.ISSUE: _Caller.issues,
    Action.PROGRESS: _Caller.progresses,
    Action.CLOSE: _Caller.closes,
}


def actions(actor: Actor, file: PlanFile, now: datetime) -> list[str]:
    """The legal next steps this caller may take now."""
    caller = _Caller(actor, file, now)
    legal = life.TRANSITIONS[file.plan.state]
    return [each.value for each in legal if each in _MAY and _MAY[each](caller)]
