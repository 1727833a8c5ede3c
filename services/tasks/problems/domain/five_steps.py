"""五步三清单: check, serve, supervise, punish, publish, and what each needs (DOMAIN 3.7)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.tasks.problems.domain.life import Category, ProblemState
from shared.errors import IllegalStep, RuleViolation


class Step(StrEnum):
    CHECK = "check"  # 一查
    SERVE = "serve"  # 二服
    SUPERVISE = "supervise"  # 三督
    PUNISH = "punish"  # 四罚
    PUBLISH = "publish"  # 五公开


NEEDS: Final[Mapping[Step, frozenset[Step]]] = {
    Step.CHECK: frozenset(),
    Step.SERVE: frozenset({Step.CHECK}),
    Step.SUPERVISE: frozenset({Step.CHECK}),
    Step.PUNISH: frozenset({Step.CHECK, Step.SERVE, Step.SUPERVISE}),
    Step.PUBLISH: frozenset({Step.PUNISH}),
}


class Manner(StrEnum):
    """How the enterprise was told."""

    IN_PERSON = "in_person"
    LETTER = "letter"
    ELECTRONIC = "electronic"


class DemandKind(StrEnum):
    """What help an enterprise asks for; `none` records that it asked for none."""

    TECHNOLOGY = "technology"
    POLICY = "policy"
    PERMIT = "permit"
    FUNDING = "funding"
    TRAINING = "training"
    OTHER = "other"
    NONE = "none"


class DemandState(StrEnum):
    STATED = "stated"
    SERVING = "serving"
    DONE = "done"
    DECLINED = "declined"


class DemandAction(StrEnum):
    SERVE = "serve"
    FINISH = "finish"
    DECLINE = "decline"


DEMANDS: Final[Mapping[DemandState, Mapping[DemandAction, DemandState]]] = {
    DemandState.STATED: {
        DemandAction.SERVE: DemandState.SERVING,
        DemandAction.DECLINE: DemandState.DECLINED,
    },
    DemandState.SERVING: {
        DemandAction.SERVE: DemandState.SERVING,
        DemandAction.FINISH: DemandState.DONE,
        DemandAction.DECLINE: DemandState.DECLINED,
    },
    DemandState.DONE: {},
    DemandState.DECLINED: {},
}


class Ground(StrEnum):
    """Why a problem is punished."""

    STILL_VIOLATING = "still_violating"  # 给足时间仍违法
    SUSPECTED_CRIME = "suspected_crime"
    FALSIFIED_DATA = "falsified_data"
    HIDDEN_OUTLET = "hidden_outlet"
    HAZARDOUS_WASTE = "hazardous_waste"
    EVASION = "evasion"


# Acts that are filed at once, whatever time was given, and on what that rests (DOMAIN 3.11).
AT_ONCE: Final[Mapping[Ground, str]] = {
    Ground.SUSPECTED_CRIME: "行政执法机关移送涉嫌犯罪案件的规定 art. 3, 5 [S04]",
    Ground.FALSIFIED_DATA: "2016 两高解释 art. 1 [S21]; 移送适用行政拘留 art. 6 [S12]",
    Ground.HIDDEN_OUTLET: "2016 两高解释 art. 1 [S21]; 移送适用行政拘留 art. 5 [S12]",
    Ground.HAZARDOUS_WASTE: "2016 两高解释 art. 1: three tonnes and more [S21]",
    Ground.EVASION: "移送适用行政拘留 art. 7: facilities not run normally [S12]",
}


class PunishmentState(StrEnum):
    """`offered` waits for a case."""

    OFFERED = "offered"
    TAKEN = "taken"


class PublicationKind(StrEnum):
    PENALTY = "penalty"  # 公开处罚
    BAD_CASE = "bad_case"  # 曝光反面典型
    CREDIT = "credit"  # 信用平台


class StepsMissing(RuleViolation):
    code = "five_steps_missing"
    zh = "五步三清单尚缺:{missing}"
    en = "Of the five steps these come first: {missing}"


class TimeNotOver(RuleViolation):
    code = "time_not_over"
    zh = "整改期限未满({due_at}),不得以逾期未改提请处罚。"
    en = "The time to put it right runs until {due_at}: it cannot be punished as not done yet."


class RectifiedInTime(RuleViolation):
    code = "rectified_in_time"
    zh = "已申请销号,不能以逾期未改提请处罚。"
    en = "Closing was asked for: it cannot be punished as not done."


class PunishedAlready(RuleViolation):
    code = "punished_already"
    zh = "该问题已提请处罚。"
    en = "Punishment was asked for already."


class NotOffered(RuleViolation):
    code = "punishment_not_offered"
    zh = "该问题没有待立案的处罚提请。"
    en = "Nothing was offered for punishment that still waits for a case."


class NothingFound(RuleViolation):
    code = "nothing_to_tell"
    zh = "该次检查没有登记问题,无清单可告知。"
    en = "The inspection found no problem that could be told."


class KindsUncovered(RuleViolation):
    code = "kinds_uncovered"
    zh = "责任清单未覆盖问题类别:{kinds}"
    en = "No office is named for problems of kind: {kinds}"


class CaseNotFiled(RuleViolation):
    code = "case_not_filed"
    zh = "处罚尚未立案,不能公开处罚或推送信用平台。"
    en = "A penalty is published once its case is recorded."


# Where closing was not yet asked for.
UNRECTIFIED: Final = frozenset(
    {
        ProblemState.FOUND,
        ProblemState.ASSIGNED,
        ProblemState.RECTIFYING,
        ProblemState.REOPENED,
    }
)


def check_step(step: Step, recorded: Collection[Step]) -> None:
    """What comes first is recorded."""
    if missing := [each for each in Step if each in NEEDS[step] and each not in recorded]:
        raise StepsMissing(missing=", ".join(missing))


def check_punish(
    ground: Ground,
    recorded: Collection[Step],
    *,
    state: ProblemState,
    due_at: datetime,
    now: datetime,
) -> None:
    """Steps one to three and the time given have passed, except for what is filed at once."""
    if ground in AT_ONCE:
        return
    check_step(Step.PUNISH, recorded)
    if state not in UNRECTIFIED:
        raise RectifiedInTime
    if now <= due_at:
        raise TimeNotOver(due_at=due_at.isoformat())


def check_kinds(found: Iterable[Category], named: Iterable[Category]) -> None:
    """The responsibility list names an office for every kind of problem that was found."""
    covered = set(named)
    if missing := sorted({each for each in found if each not in covered}):
        raise KindsUncovered(kinds=", ".join(missing))


def check_publication_kind(kind: PublicationKind, state: PunishmentState) -> None:
    if kind is not PublicationKind.BAD_CASE and state is not PunishmentState.TAKEN:
        raise CaseNotFiled


def demand_step(state: DemandState, action: DemandAction) -> DemandState:
    try:
        return DEMANDS[state][action]
    except KeyError:
        raise IllegalStep(state=state, action=action, allowed=[*DEMANDS[state]]) from None
