"""Which of several bodies accepts: they agree, a superior decides, or they meet (art. 24, P6)."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from shared import divisions
from shared.errors import InvalidInput, RuleViolation


class QuestionState(StrEnum):
    OPEN = "open"  # the bodies answer
    DISPUTED = "disputed"  # their common superior decides
    TO_MEET = "to_meet"  # no superior is common to them: a joint meeting
    MET = "met"  # each body confirms what was agreed in the meeting
    SETTLED = "settled"


class Act(StrEnum):
    ANSWER = "answer"
    DECIDE = "decide"
    MEET = "meeting"


ALLOWED: Final[Mapping[QuestionState, frozenset[Act]]] = {
    # A superior need not wait for a body that does not answer.
    QuestionState.OPEN: frozenset({Act.ANSWER, Act.DECIDE}),
    QuestionState.DISPUTED: frozenset({Act.DECIDE}),
    QuestionState.TO_MEET: frozenset({Act.MEET}),
    # Until all have confirmed, they may meet again.
    QuestionState.MET: frozenset({Act.ANSWER, Act.MEET}),
    QuestionState.SETTLED: frozenset(),
}


class NotAtThisPoint(RuleViolation):
    code = "competence_not_at_this_point"
    zh = "受理机关的确定处于 {state} 状态,不能执行:{act}。"
    en = "The question of competence is {state}; {act} is not due."


class TooFewBodies(InvalidInput):
    code = "bodies_too_few"
    zh = "管辖争议应当涉及两个以上机关。"
    en = "Competence is shared by two bodies at least."


class LeadNotABody(InvalidInput):
    code = "lead_not_a_body"
    zh = "受理机关 {lead} 应当是所涉机关之一。"
    en = "{lead} is none of the bodies concerned."


class AnsweredAlready(RuleViolation):
    code = "competence_answered"
    zh = "{body} 已经答复。"
    en = "{body} has answered."


class NoCommonSuperior(RuleViolation):
    """Bodies of different provinces: only the state is above both."""

    code = "no_common_superior"
    zh = "所涉机关没有共同的上一级机关,应当召开联席会议确定。"
    en = "No superior is common to the bodies; they hold a joint meeting."


class MetInFuture(InvalidInput):
    code = "met_in_future"
    zh = "联席会议日期 {day} 不能晚于今日。"
    en = "The meeting of {day} has not been held."


def decider_of(bodies: Sequence[str]) -> str | None:
    """The lowest organ above all bodies, none of them itself; None when only the state is."""
    scope = divisions.common_superior(bodies)
    if scope == divisions.NATION:
        return None
    common: str | None = divisions.division_of(scope)
    while common is not None and common in bodies:
        common = divisions.superior(common)
    return common


def require_bodies(bodies: Sequence[str], lead: str) -> None:
    if len(set(bodies)) < 2:  # noqa: PLR2004 -- "two or more", art. 24
        raise TooFewBodies(reason="bodies", pointer="/bodies")
    require_lead(bodies, lead)


def require_lead(bodies: Sequence[str], lead: str) -> None:
    if lead not in bodies:
        raise LeadNotABody(reason="lead", pointer="/lead", lead=lead)


def require_due(state: QuestionState, act: Act) -> None:
    if act not in ALLOWED[state]:
        raise NotAtThisPoint(state=state.value, act=act.value)


def after_answers(
    state: QuestionState, bodies: Sequence[str], answers: Mapping[str, str]
) -> tuple[QuestionState, str | None]:
    """Where the answers (body → lead) lead: settled on one lead, in dispute, or still open."""
    leads = set(answers.values())
    if len(leads) > 1:
        disputed = QuestionState.DISPUTED if decider_of(bodies) else QuestionState.TO_MEET
        return disputed, None
    if set(answers) == set(bodies):
        return QuestionState.SETTLED, leads.pop()
    return state, None
