"""Cross review of case files (案卷评查): the life of a round and of a file in it.

Divisions have their closed case files read by officers of other divisions, blind both ways
(seed 003: exchange between regions; DOMAIN 4.1).
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import permutations
from typing import Final

from shared import divisions
from shared.clocks.term import LegalBasis, Term, Unit
from shared.errors import IllegalStep, InvalidInput, RuleViolation

SCHEME: Final = LegalBasis(
    "case-file-review-scheme", "", "案卷评查工作方案(各方约定)", "Scheme of the file review"
)
LEAST_PARTIES: Final = 2


class State(StrEnum):
    OPEN = "open"  # 征集案卷
    READING = "reading"  # 交叉评查
    RESULTS = "results"  # 反馈异议
    CLOSED = "closed"  # 通报
    CANCELLED = "cancelled"  # 取消


class Step(StrEnum):
    CONSENT = "consent"
    NAME_REVIEWERS = "name_reviewers"
    SUBMIT_FILE = "submit_file"
    WITHDRAW_FILE = "withdraw_file"
    ASSIGN = "assign"
    SCORE = "score"
    SUBSTITUTE = "substitute"
    THIRD_READING = "third_reading"
    MEET = "meet"
    PUBLISH = "publish"
    OBJECT = "object"
    REREAD = "reread"
    DECIDE = "decide"
    CLOSE = "close"
    REMEDY = "remedy"
    CANCEL = "cancel"


class FileState(StrEnum):
    SUBMITTED = "submitted"  # 已报送
    WITHDRAWN = "withdrawn"  # 已撤回
    READING = "reading"  # 评查中
    DISPUTED = "disputed"  # 评分不一致
    THIRD_READING = "third_reading"  # 第三人评查
    SETTLED = "settled"  # 已评定
    OBJECTED = "objected"  # 有异议
    REREADING = "rereading"  # 异议复评
    DECIDED = "decided"  # 异议已决定


class FileStep(StrEnum):
    WITHDRAW = "withdraw"
    ASSIGN = "assign"
    SETTLE = "settle"
    DISAGREE = "disagree"
    THIRD = "third"
    MEET = "meet"
    OBJECT = "object"
    REREAD = "reread"
    DECIDE = "decide"


class Purpose(StrEnum):
    """Why somebody reads a file."""

    FIRST = "first"  # 交叉评查
    THIRD = "third"  # 第三人
    REREAD = "reread"  # 异议复评


class ReadingState(StrEnum):
    GIVEN = "given"  # 待评
    SCORED = "scored"  # 已评
    DROPPED = "dropped"  # 已退出


TRANSITIONS: Final[Mapping[State, Mapping[Step, State]]] = {
    State.OPEN: {
        Step.CONSENT: State.OPEN,
        Step.NAME_REVIEWERS: State.OPEN,
        Step.SUBMIT_FILE: State.OPEN,
        Step.WITHDRAW_FILE: State.OPEN,
        Step.ASSIGN: State.READING,
        Step.CANCEL: State.CANCELLED,
    },
    State.READING: {
        Step.NAME_REVIEWERS: State.READING,
        Step.SCORE: State.READING,
        Step.SUBSTITUTE: State.READING,
        Step.THIRD_READING: State.READING,
        Step.MEET: State.READING,
        Step.PUBLISH: State.RESULTS,
        Step.CANCEL: State.CANCELLED,
    },
    State.RESULTS: {
        Step.NAME_REVIEWERS: State.RESULTS,
        Step.OBJECT: State.RESULTS,
        Step.REREAD: State.RESULTS,
        Step.SCORE: State.RESULTS,
        Step.SUBSTITUTE: State.RESULTS,
        Step.MEET: State.RESULTS,
        Step.DECIDE: State.RESULTS,
        Step.CLOSE: State.CLOSED,
    },
    State.CLOSED: {Step.REMEDY: State.CLOSED},
    State.CANCELLED: {},
}
FILE_TRANSITIONS: Final[Mapping[FileState, Mapping[FileStep, FileState]]] = {
    FileState.SUBMITTED: {
        FileStep.WITHDRAW: FileState.WITHDRAWN,
        FileStep.ASSIGN: FileState.READING,
    },
    FileState.WITHDRAWN: {},
    FileState.READING: {
        FileStep.SETTLE: FileState.SETTLED,
        FileStep.DISAGREE: FileState.DISPUTED,
    },
    FileState.DISPUTED: {
        FileStep.THIRD: FileState.THIRD_READING,
        FileStep.MEET: FileState.SETTLED,
    },
    FileState.THIRD_READING: {FileStep.SETTLE: FileState.SETTLED},
    # Once: what was decided on an objection stands.
    FileState.SETTLED: {FileStep.OBJECT: FileState.OBJECTED},
    FileState.OBJECTED: {
        FileStep.REREAD: FileState.REREADING,
        FileStep.MEET: FileState.DECIDED,
    },
    FileState.REREADING: {FileStep.DECIDE: FileState.DECIDED},
    FileState.DECIDED: {},
}
# A file that has its score for good, as far as nobody objects.
SCORED: Final = (FileState.SETTLED, FileState.DECIDED)
PURPOSE_OF: Final[Mapping[FileState, Purpose]] = {
    FileState.READING: Purpose.FIRST,
    FileState.THIRD_READING: Purpose.THIRD,
    FileState.REREADING: Purpose.REREAD,
}


class BadParties(InvalidInput):
    code = "bad_review_parties"
    zh = "参评单位有误:{reason}"
    en = "These cannot review one another: {reason}"


class NotRedacted(InvalidInput):
    """Names in a file would tell whose it is."""

    code = "not_redacted"
    zh = "须确认案卷副本已作匿名化处理。"
    en = "Confirm that the copy of the file is redacted."


class FileNotFitting(InvalidInput):
    code = "file_not_fitting"
    zh = "案卷不属于本轮评查范围(类型或结案日期)。"
    en = "The file is not among those of this round (kind or day of closing)."


class UnfitReviewer(InvalidInput):
    code = "unfit_reviewer"
    zh = "以下人员不能担任评查人:{reasons}"
    en = "These cannot be reviewers: {reasons}"


class NotConsented(RuleViolation):
    code = "not_consented"
    zh = "本单位尚未同意参加。"
    en = "The division has not consented to take part."


class EnoughFiles(RuleViolation):
    code = "enough_files"
    zh = "每单位报送 {files} 份,已满。"
    en = "Each division submits {files} files; these are all."


class PartiesIncomplete(RuleViolation):
    """Before the time to submit is over, everybody is waited for."""

    code = "parties_incomplete"
    zh = "报送期限未满,以下单位尚未备齐:{parties}"
    en = "The time to submit is not over and these are not complete: {parties}"


class TooFewParties(RuleViolation):
    code = "too_few_parties"
    zh = "备齐案卷和评查人的单位不足两个。"
    en = "Fewer than two divisions have files and reviewers ready."


class FilesUnsettled(RuleViolation):
    code = "files_unsettled"
    zh = "以下案卷尚未评定:{codes}"
    en = "These files have no final score: {codes}"


class ObjectionLate(RuleViolation):
    code = "objection_late"
    zh = "异议期已过。"
    en = "The time to object is over."


class ObjectionsOpen(RuleViolation):
    code = "objections_open"
    zh = "异议期未满,不能通报。"
    en = "The time to object is not over yet."


class NotReadYet(RuleViolation):
    code = "not_read_yet"
    zh = "复评人尚未评分。"
    en = "The other reader has not scored it yet."


class OwnCause(RuleViolation):
    """Who convenes and takes part does not judge its own files."""

    code = "own_cause"
    zh = "组织单位不得对本单位案卷作出评定。"
    en = "Who convenes does not judge files of its own."


class StillRunning(RuleViolation):
    """An auditor of a party would learn who reads its files."""

    code = "review_running"
    zh = "组织单位同时参评的,须在通报后方可查阅对照表。"
    en = "Where the convener takes part, the key is shown after the round is closed."


class AlreadyRemedied(RuleViolation):
    code = "already_remedied"
    zh = "该问题已整改。"
    en = "The fault was remedied already."


class NoSuchReviewer(InvalidInput):
    code = "no_such_reviewer"
    zh = "该人员不是本单位在评的评查人。"
    en = "This is no reviewer of the division."


def step(state: State, taken: Step) -> State:
    """Where `taken` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][taken]
    except KeyError:
        allowed = [each.value for each in TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=taken.value, allowed=allowed) from None


def file_step(state: FileState, taken: FileStep) -> FileState:
    """Where `taken` leads a file from `state`; IllegalStep if it leads nowhere."""
    try:
        return FILE_TRANSITIONS[state][taken]
    except KeyError:
        allowed = [each.value for each in FILE_TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=taken.value, allowed=allowed) from None


def require_parties(convener: str, parties: Sequence[str]) -> None:
    """BadParties unless several stand beside one another and the convener above or among them.

    Of two of which one holds the other, the upper one would see whose files they are.
    """
    if len(set(parties)) < max(len(parties), LEAST_PARTIES):
        raise BadParties(reason="two different divisions at least", pointer="/parties")
    if any(divisions.covers(divisions.scope(a), b) for a, b in permutations(parties, 2)):
        raise BadParties(reason="one lies within another", pointer="/parties")
    scope = divisions.scope(convener)
    if convener not in parties and not all(divisions.covers(scope, each) for each in parties):
        raise BadParties(reason="the convener is neither above nor among them", pointer="/convener")


def working_days(days: int) -> Term:
    """A time limit of a round, as its rules set it."""
    return Term(days, Unit.WORKING_DAYS, SCHEME, evidence="DD")


def parties_taking_part(
    complete: Iterable[str], incomplete: Sequence[str], *, time_is_over: bool
) -> tuple[str, ...]:
    """Who takes part: all, or once the time to submit is over those that are complete."""
    if incomplete and not time_is_over:
        raise PartiesIncomplete(parties=", ".join(incomplete))
    taking_part = tuple(complete)
    if len(taking_part) < LEAST_PARTIES:
        raise TooFewParties
    return taking_part


def reading_step(state: ReadingState, to: ReadingState) -> ReadingState:
    """A reading is scored or given back once; IllegalStep after that."""
    if state is not ReadingState.GIVEN:
        raise IllegalStep(state=state.value, action=to.value, allowed=[])
    return to
