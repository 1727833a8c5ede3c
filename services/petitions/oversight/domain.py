"""What superiors see to: orders (督办, 催办) and spot checks (抽查)."""

import hashlib
import hmac
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final
from uuid import UUID

from services.petitions.intake.domain import RUNNING, IllegalStep, State as PetitionState
from shared import divisions
from shared.clocks.term import LegalBasis, Term, Unit
from shared.errors import InvalidInput, RuleViolation

# How many petitions one sample is drawn from at most; a wider window is drawn in parts.
LARGEST_POPULATION: Final = 5_000


class OrderKind(StrEnum):
    SUPERVISE = "supervise"  # 督办
    URGE = "urge"  # 催办


# Between division, year and serial of an order's number: DB 督办, CB 催办.
MARKS: Final[Mapping[OrderKind, str]] = {OrderKind.SUPERVISE: "DB", OrderKind.URGE: "CB"}
# The setting with the working days each kind leaves for an answer.
DAYS: Final[Mapping[OrderKind, str]] = {
    OrderKind.SUPERVISE: "orders.supervise_days",
    OrderKind.URGE: "orders.urge_days",
}


class OrderState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class OrderStep(StrEnum):
    ANSWER = "answer"
    RETURN = "return"  # the answer is not accepted
    CLOSE = "close"
    WITHDRAW = "withdraw"


TRANSITIONS: Final[Mapping[OrderState, Mapping[OrderStep, OrderState]]] = {
    OrderState.OPEN: {
        OrderStep.ANSWER: OrderState.ANSWERED,
        OrderStep.WITHDRAW: OrderState.WITHDRAWN,
    },
    OrderState.ANSWERED: {
        OrderStep.CLOSE: OrderState.CLOSED,
        OrderStep.RETURN: OrderState.OPEN,
        OrderStep.WITHDRAW: OrderState.WITHDRAWN,
    },
    OrderState.CLOSED: {},
    OrderState.WITHDRAWN: {},
}
# What the right to a step is called: who issued an order also ends it.
RIGHTS: Final[Mapping[OrderStep, str]] = {
    OrderStep.ANSWER: "order.answer",
    OrderStep.RETURN: "order.close",
    OrderStep.CLOSE: "order.close",
    OrderStep.WITHDRAW: "order.close",
}
# No statute says how long: the figure is the office's own [DD].
ORDERS: Final = LegalBasis(
    "supervision-orders",
    "",
    "督办、催办办理期限(机关自定)",
    "Time to answer an order (the office's own)",
)


def answer_term(days: int) -> Term:
    """How long the unit has to answer, in working days; [DD] unless the order says otherwise."""
    return Term(days, Unit.WORKING_DAYS, ORDERS, evidence="DD")


def order_step(state: OrderState, taken: OrderStep) -> OrderState:
    """Where `taken` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][taken]
    except KeyError:
        raise IllegalStep(state, taken, list(TRANSITIONS[state])) from None


class NothingRuns(RuleViolation):
    """To urge is to ask for an act that is still due."""

    code = "nothing_runs"
    zh = "该件已无待办事项,不能催办。"
    en = "Nothing of this petition is still to be done; there is nothing to urge."


class OwnHands(RuleViolation):
    """Nobody checks his own work."""

    code = "own_hands"
    zh = "曾办理、答复该件的人员不得抽查该件。"
    en = "Who handled or answered the matter does not check it."


class PopulationTooLarge(InvalidInput):
    code = "population_too_large"
    zh = "该时段办结件超过 {largest} 件,请分段抽取。"
    en = "More than {largest} petitions were closed in these days; draw them in parts."


class DaysInDisorder(InvalidInput):
    code = "days_in_disorder"
    zh = "结束日期早于开始日期。"
    en = "The last day lies before the first."


def require_something_runs(kind: OrderKind, state: PetitionState) -> None:
    if kind is OrderKind.URGE and state not in RUNNING:
        raise NothingRuns


def overseer(held: Iterable[str], *, unit: str, office: str | None = None) -> str | None:
    """In whose name somebody with grants at these divisions oversees a unit.

    The nearest of its superiors, or else the office that registered the petition; never the unit
    itself.
    """
    above = [
        code
        for code in held
        if code != unit and (divisions.covers(divisions.scope(code), unit) or code == office)
    ]
    return max(above, key=lambda code: len(divisions.scope(code)), default=None)


class CheckResult(StrEnum):
    PASS = "pass"  # noqa: S105 -- no password
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample and what proves it: recompute it from the seed and the same population."""

    ids: Sequence[UUID]
    population_hash: str


def population_hash(population: Iterable[UUID]) -> str:
    """SHA-256 over the ids, sorted, one a line."""
    listed = "\n".join(sorted(str(each) for each in population))
    return hashlib.sha256(listed.encode()).hexdigest()


def draw(population: Sequence[UUID], *, share: Fraction, seed: bytes) -> Drawn:
    """The first `share` of the population, rounded up, sorted by HMAC-SHA-256(seed, id).

    Nobody chooses who is checked, and anybody with the seed can prove it.
    """
    wanted = math.ceil(len(population) * share)
    ranked = sorted(
        population, key=lambda each: hmac.digest(seed, str(each).encode(), hashlib.sha256)
    )
    return Drawn(ids=ranked[:wanted], population_hash=population_hash(population))


def require_window(first_day: date, last_day: date) -> None:
    if last_day < first_day:
        raise DaysInDisorder(reason="days", pointer="/last_day")
