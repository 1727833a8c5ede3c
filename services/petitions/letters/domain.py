"""Letters an inspection assigns (督察交办): a batch with its due days, and two looks back."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

import orjson

from services.petitions.intake.domain import IllegalStep
from shared.clocks.term import LegalBasis, Term, Unit
from shared.errors import InvalidInput, RuleViolation

# Bytes of a batch: a thousand letters of some two thousand characters.
LARGEST_BATCH: Final = 8 * 1024 * 1024


class Level(StrEnum):
    """Whose inspection it is."""

    CENTRAL = "central"  # 中央生态环境保护督察
    PROVINCIAL = "provincial"  # 省级生态环境保护督察


class State(StrEnum):
    OPEN = "open"  # 办理中
    ANSWERED = "answered"  # 已上报办理情况
    RETURNED = "returned"  # 退回重办
    CLOSED = "closed"  # 已办结


class Step(StrEnum):
    ANSWER = "answer"
    CLOSE = "close"
    RETURN = "return"
    REOPEN = "reopen"  # a look back found a relapse


class Pace(StrEnum):
    """How far the rectification is, as inspections publish it."""

    COMPLETED = "completed"  # 已办结
    ON_SCHEDULE = "on_schedule"  # 阶段性办结
    LONG_TERM = "long_term"  # 长期坚持


class Found(StrEnum):
    """What a look back (回头看) found."""

    SOLVED = "solved"
    PARTLY = "partly"
    RELAPSED = "relapsed"


TRANSITIONS: Final[Mapping[State, Mapping[Step, State]]] = {
    State.OPEN: {Step.ANSWER: State.ANSWERED},
    State.ANSWERED: {Step.CLOSE: State.CLOSED, Step.RETURN: State.RETURNED},
    State.RETURNED: {Step.ANSWER: State.ANSWERED},
    State.CLOSED: {Step.REOPEN: State.OPEN},
}
ROUNDS: Final = (1, 2)
# The setting that says when each round is due.
LOOK_BACK_DAYS: Final[Mapping[int, str]] = {
    1: "letters.first_look_back_days",
    2: "letters.second_look_back_days",
}


def step(state: State, taken: Step) -> State:
    """Where `taken` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][taken]
    except KeyError:
        raise IllegalStep(state, taken, list(TRANSITIONS[state])) from None


class LinkedAlready(RuleViolation):
    code = "letter_linked"
    zh = "该信访件已关联信访件登记。"
    en = "The letter is a petition already."


class NotClosed(RuleViolation):
    code = "letter_not_closed"
    zh = "信访件尚未办结,不能开展回头看。"
    en = "The letter is not closed: there is nothing to look back at."


class OwnAnswer(RuleViolation):
    """Who answered a letter does not look back at it."""

    code = "own_answer"
    zh = "办理人不得对自己办理的信访件开展回头看。"
    en = "Who answered a letter does not look back at it."


class WrongRound(RuleViolation):
    """Round one, then round two, each once between a close and a relapse."""

    code = "wrong_round"
    zh = "现在应开展第 {expected} 轮回头看。"
    en = "The round of looking back that is due is {expected}."


class RoundsDone(RuleViolation):
    code = "rounds_done"
    zh = "两轮回头看均已完成。"
    en = "Both rounds of looking back are done."


class BatchDiffers(RuleViolation):
    """The same batch was loaded before with other content."""

    code = "batch_differs"
    zh = "该批次已导入,内容不同。"
    en = "This batch was loaded already, with another content."


class DueBeforeReceipt(InvalidInput):
    code = "due_before_receipt"
    zh = "办理期限须晚于交办日期({day})。"
    en = "A letter is due after the day it was received on ({day})."


class ClosedOutOfTime(InvalidInput):
    code = "closed_out_of_time"
    zh = "办结日期不能早于交办日期或晚于今天。"
    en = "A letter is closed between the day it was received on and today."


def require_days(
    *, received_on: date, due_on: date, closed_on: date | None, today: date, pointer: str
) -> None:
    if due_on <= received_on:
        raise DueBeforeReceipt(reason="due", pointer=f"{pointer}/due_on", day=received_on)
    if closed_on is not None and not received_on <= closed_on <= today:
        raise ClosedOutOfTime(reason="closed", pointer=f"{pointer}/closed_on")


def require_look_back(
    *, state: State, round_: int, done: Sequence[int], answered_by: UUID | None, by: UUID
) -> None:
    """`done` are the rounds made since the letter was closed last."""
    if state is not State.CLOSED:
        raise NotClosed
    if answered_by == by:
        raise OwnAnswer
    if len(done) == len(ROUNDS):
        raise RoundsDone
    if round_ != ROUNDS[len(done)]:
        raise WrongRound(expected=ROUNDS[len(done)])


class ClockKind(StrEnum):
    LETTER_DUE = "letter_due"
    LOOK_BACK = "look_back"


ASSIGNMENT: Final = LegalBasis(
    "inspection-assignment",
    "",
    "督察组交办信访件清单",
    "List of letters assigned by the inspection",
)


def due_term(received_on: date, due_on: date) -> Term:
    """A term that ends on the day the inspecting body gave, rest day or not."""
    return Term((due_on - received_on).days, Unit.NATURAL_DAYS, ASSIGNMENT, rolls=False)


def look_back_term(days: int) -> Term:
    """When to look back once a letter is closed, in natural days."""
    return Term(days, Unit.NATURAL_DAYS, ASSIGNMENT, evidence="DD")


def fingerprint(content: Mapping[str, Any]) -> str:
    """By which a batch sent twice is known to be the same."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(frozen=True, slots=True)
class Standing:
    """One letter as its batch is counted by; `shares` sum to one."""

    state: State
    pace: Pace | None
    due_on: date
    closed_on: date | None
    shares: Mapping[str, str]
    looked_back: Mapping[int, Found]


def figures(letters: Iterable[Standing], *, today: date) -> dict[str, Any]:
    """A batch in numbers: a letter about two divisions counts by shares for each (S59)."""
    letters = list(letters)
    closed = [each for each in letters if each.state is State.CLOSED]
    parts: Counter[str] = Counter()
    exact: dict[str, Fraction] = {}
    for letter in letters:
        for division, share in letter.shares.items():
            parts[division] += 1
            exact[division] = exact.get(division, Fraction()) + Fraction(share)
    return {
        "total": len(letters),
        "by_state": _counted(each.state for each in letters),
        "by_pace": _counted(each.pace for each in letters if each.pace),
        "closed": len(closed),
        "closed_by_due": sum(
            each.closed_on is not None and each.closed_on <= each.due_on for each in closed
        ),
        "overdue": sum(each.due_on < today for each in letters if each.state is not State.CLOSED),
        "by_division": {
            division: {"letters": parts[division], "exact": str(exact[division])}
            for division in sorted(parts)
        },
        "look_back": {
            str(each): _counted(
                letter.looked_back[each] for letter in letters if each in letter.looked_back
            )
            for each in ROUNDS
        },
    }


def _counted(values: Iterable[StrEnum]) -> dict[str, int]:
    return {value.value: count for value, count in Counter(values).items()}
