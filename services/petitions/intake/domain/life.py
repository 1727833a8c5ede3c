"""The steps of a petition's life and where each leads (信访工作条例; DOMAIN 2.3)."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared import divisions
from shared.errors import RuleViolation


class State(StrEnum):
    REGISTERED = "registered"
    TRANSFERRED = "transferred"
    ASSIGNED = "assigned"
    OBJECTED = "objected"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    IN_PROGRESS = "in_progress"
    REPLIED = "replied"
    REOPENED = "reopened"
    UNDER_REVIEW = "under_review"  # 复查
    REVIEWED = "reviewed"
    UNDER_RE_REVIEW = "under_re_review"  # 复核
    FINAL = "final"  # 复核终结, art. 36
    CLOSED = "closed"


class Step(StrEnum):
    """What an office does to a petition; each is one route and one line of its history."""

    TRANSFER = "transfer"
    ASSIGN = "assign"
    OBJECT = "object"
    ACCEPT_OBJECTION = "accept_objection"
    REJECT_OBJECTION = "reject_objection"
    ACCEPT = "accept"
    REFUSE = "refuse"
    START = "start"
    EXTEND = "extend"  # the organ's head grants it
    REPLY = "reply"
    SETTLE = "settle"  # a call-back found it solved
    REOPEN = "reopen"  # a call-back found it not solved, or the petitioner dissatisfied
    FILE = "file"  # closed without call-back: nobody can be called
    RECLASSIFY = "reclassify"  # another purpose or track, before anybody accepted
    DEEM_COMPETENT = "deem_competent"  # five working days without an objection (art. 23)
    ASK_BACK = "ask_back"  # the petitioner is asked to complete what was said
    SUPPLEMENT = "supplement"  # and did, or let the time run out
    MARK_URGENT = "mark_urgent"  # art. 25
    HAND_OVER = "hand_over"  # another officer handles it
    SERVE = "serve"  # the written answer reached the petitioner
    ASK_REVIEW = "ask_review"  # art. 35
    GIVE_REVIEW = "give_review"
    ASK_RE_REVIEW = "ask_re_review"  # art. 36
    GIVE_RE_REVIEW = "give_re_review"
    SEND_BACK = "send_back"  # a superior's spot check found it wanting
    REQUEST_EXTENSION = "request_extension"  # the handling officer asks for more time (art. 34)
    REFUSE_EXTENSION = "refuse_extension"
    COMPETENCE = "competence"  # several bodies may be competent: which accepts? (art. 24)
    ANSWER_COMPETENCE = "answer_competence"
    MEET_COMPETENCE = "meet_competence"  # a joint meeting, where no superior is common
    SETTLE_COMPETENCE = "settle_competence"  # they agree, or their common superior decides
    CALL_SUPERVISOR = "call_supervisor"  # 环保监督员 of the place is asked to come
    NOTE_SUPERVISOR = "note_supervisor"  # and came or did not
    CLOSE_PART = "close_part"  # the whole matter ended, and its part with it


class Settled(StrEnum):
    """Why a unit may no longer say that it is not competent."""

    DEEMED = "deemed"  # five working days went by without an objection (art. 23)
    INSISTED = "insisted"  # the sender did not agree with the objection (art. 23)
    DESIGNATED = "designated"  # a superior gave it the petition
    AGREED = "agreed"  # the bodies agreed, by themselves or in a joint meeting (art. 24)


def _staying(state: State, *steps: Step) -> dict[Step, State]:
    """Steps that tell of something and lead nowhere else."""
    return dict.fromkeys(steps, state)


def _with_unit(state: State) -> dict[Step, State]:
    return {
        Step.OBJECT: State.OBJECTED,
        Step.ACCEPT: State.ACCEPTED,
        Step.REFUSE: State.NOT_ACCEPTED,
        Step.SETTLE_COMPETENCE: State.TRANSFERRED,
        **_staying(state, *_OPEN, *_UNDECIDED, Step.DEEM_COMPETENT),
    }


# Before anybody accepted: what it is, and who is competent.
_UNDECIDED: Final = (
    Step.RECLASSIFY,
    Step.COMPETENCE,
    Step.ANSWER_COMPETENCE,
    Step.MEET_COMPETENCE,
)
_OPEN: Final = (Step.ASK_BACK, Step.SUPPLEMENT, Step.MARK_URGENT)
# A supervisor of the place looks into the matter with who handles it.
_SUPERVISED: Final = (Step.CALL_SUPERVISOR, Step.NOTE_SUPERVISOR)
_MORE_TIME: Final = (Step.REQUEST_EXTENSION, Step.EXTEND, Step.REFUSE_EXTENSION)
_LIFE: Final[Mapping[State, Mapping[Step, State]]] = {
    State.REGISTERED: {
        Step.TRANSFER: State.TRANSFERRED,
        Step.ASSIGN: State.ASSIGNED,
        Step.ACCEPT: State.ACCEPTED,
        Step.REFUSE: State.NOT_ACCEPTED,
        Step.SETTLE_COMPETENCE: State.TRANSFERRED,
        **_staying(State.REGISTERED, *_OPEN, *_UNDECIDED),
    },
    State.TRANSFERRED: _with_unit(State.TRANSFERRED),
    State.ASSIGNED: _with_unit(State.ASSIGNED),
    State.OBJECTED: {
        Step.ACCEPT_OBJECTION: State.REGISTERED,
        Step.REJECT_OBJECTION: State.TRANSFERRED,
        Step.MARK_URGENT: State.OBJECTED,
    },
    State.ACCEPTED: {
        Step.START: State.IN_PROGRESS,
        **_staying(State.ACCEPTED, *_OPEN, *_SUPERVISED),
    },
    State.IN_PROGRESS: {
        Step.REPLY: State.REPLIED,
        **_staying(State.IN_PROGRESS, *_MORE_TIME, Step.HAND_OVER, *_OPEN, *_SUPERVISED),
    },
    State.REPLIED: {
        Step.SETTLE: State.CLOSED,
        Step.REOPEN: State.REOPENED,
        Step.FILE: State.CLOSED,
        Step.SERVE: State.REPLIED,
        Step.NOTE_SUPERVISOR: State.REPLIED,
        Step.ASK_REVIEW: State.UNDER_REVIEW,
        Step.SEND_BACK: State.REOPENED,
    },
    State.REOPENED: {
        Step.START: State.IN_PROGRESS,
        **_staying(State.REOPENED, Step.MARK_URGENT, *_SUPERVISED),
    },
    State.UNDER_REVIEW: {Step.GIVE_REVIEW: State.REVIEWED},
    State.REVIEWED: {
        Step.SERVE: State.REVIEWED,
        Step.ASK_RE_REVIEW: State.UNDER_RE_REVIEW,
        Step.FILE: State.CLOSED,
    },
    State.UNDER_RE_REVIEW: {Step.GIVE_RE_REVIEW: State.FINAL},
    State.FINAL: {},
    # A good call-back does not take the thirty days of art. 35 away.
    State.CLOSED: {Step.ASK_REVIEW: State.UNDER_REVIEW, Step.SEND_BACK: State.REOPENED},
    State.NOT_ACCEPTED: {},
}
# What makes the answer given void: nobody asks for a review of it any more.
VOIDING: Final = frozenset({Step.REOPEN, Step.SEND_BACK})
# What only time, the matter's end or a superior's finding does, never a person by a route of this
# name.
BY_RULE: Final = frozenset({Step.DEEM_COMPETENT, Step.SEND_BACK, Step.CLOSE_PART})
# Taken with the coordinating item of a matter, never with the part one division handles (DOMAIN
# 2.10): who petitioned has one answer, one call-back and one review.
OF_THE_WHOLE: Final = frozenset(
    {
        Step.SETTLE,
        Step.REOPEN,
        Step.FILE,
        Step.SERVE,
        Step.ASK_REVIEW,
        Step.GIVE_REVIEW,
        Step.ASK_RE_REVIEW,
        Step.GIVE_RE_REVIEW,
    }
)
# Barred while it is asked which of several bodies is competent.
WHILE_COMPETENCE_IS_OPEN: Final = frozenset(
    {
        Step.TRANSFER,
        Step.ASSIGN,
        Step.OBJECT,
        Step.ACCEPT,
        Step.REFUSE,
        Step.RECLASSIFY,
        Step.COMPETENCE,
    }
)
# Accepted, and not ended: what a higher organ, or the same one again, does not accept (art. 19).
HANDLED: Final = frozenset(
    {
        State.ACCEPTED,
        State.IN_PROGRESS,
        State.REPLIED,
        State.REOPENED,
        State.UNDER_REVIEW,
        State.REVIEWED,
        State.UNDER_RE_REVIEW,
    }
)
RUNNING: Final = frozenset(
    {
        State.REGISTERED,
        State.TRANSFERRED,
        State.ASSIGNED,
        State.OBJECTED,
        State.ACCEPTED,
        State.IN_PROGRESS,
        State.REPLIED,
        State.REOPENED,
        State.UNDER_REVIEW,
        State.REVIEWED,
        State.UNDER_RE_REVIEW,
    }
)
# A part can be open in any of these when its matter ends.
TRANSITIONS: Final[Mapping[State, Mapping[Step, State]]] = {
    state: {**steps, Step.CLOSE_PART: State.CLOSED} if state in RUNNING else steps
    for state, steps in _LIFE.items()
}


class CompetenceOpen(RuleViolation):
    """Art. 24: first it is settled who accepts."""

    code = "competence_open"
    zh = "受理机关尚未确定(《信访工作条例》第二十四条),不能执行:{step}。"
    en = "It is still open which body accepts (art. 24); {step} has to wait."


# How many organs above the unit that answered have the petition in their hands (art. 35, 36).
ORGANS_ABOVE: Final[Mapping[State, int]] = {
    State.UNDER_REVIEW: 1,
    State.REVIEWED: 1,
    State.UNDER_RE_REVIEW: 2,
    State.FINAL: 2,
}


def in_charge(state: State, holder: str) -> str | None:
    """Whose turn it is: the unit's, or while it is reviewed that of the organ above.

    None where that organ is none of this system's.
    """
    organ: str | None = holder
    for _ in range(ORGANS_ABOVE.get(state, 0)):
        organ = organ and divisions.superior(organ)
    return organ


class IllegalStep(RuleViolation):
    code = "illegal_step"
    zh = "当前状态({state})不能执行:{step}。"
    en = "Cannot {step} what is {state}."

    def __init__(self, state: StrEnum, step: StrEnum, allowed: Sequence[str]) -> None:
        super().__init__(state=state.value, step=step.value, allowed=list(allowed))


def step(state: State, taken: Step) -> State:
    """Where `taken` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][taken]
    except KeyError:
        raise IllegalStep(state, taken, list(TRANSITIONS[state])) from None


class PartOfAMatter(RuleViolation):
    code = "part_of_a_matter"
    zh = "该件是跨区域信访事项的分办件,应对主办件办理此步骤。"
    en = "This is one division's part of a matter; the step is taken with its coordinating item."


def require_whole(parent_id: UUID | None) -> None:
    """PartOfAMatter for what only concerns a matter as a whole."""
    if parent_id is not None:
        raise PartOfAMatter


# Where a request for a review or a re-review leads.
ASKING: Final[Mapping[Step, State]] = {
    Step.ASK_REVIEW: State.UNDER_REVIEW,
    Step.ASK_RE_REVIEW: State.UNDER_RE_REVIEW,
}
