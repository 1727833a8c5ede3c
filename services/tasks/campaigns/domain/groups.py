"""工作专班: leaders in charge, core staff, duties to persons, hard questions, watched figures."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.errors import InvalidInput, RuleViolation


class Watched(StrEnum):
    """What a group watches, in parts of a hundred (seed 000: each 100 %)."""

    CHECK_STEPS = "check_steps"  # 检查环节全覆盖
    REPORT_FORMAT = "report_format"  # 报告格式规范率
    RECTIFICATION = "rectification"  # 问题整改率


class GroupDissolved(RuleViolation):
    code = "group_dissolved"
    zh = "该专班已撤销。"
    en = "The group was dissolved."


class LeaderUnknown(InvalidInput):
    code = "leader_unknown"
    zh = "难题须提交专班的分管领导。"
    en = "A hard question is put to a leader of the group."


class DutyNotOfGroup(InvalidInput):
    code = "duty_not_of_group"
    zh = "责任人须为专班成员。"
    en = "A duty is given to a person of the group."


class DutyDay(InvalidInput):
    code = "duty_day"
    zh = "责任事项期限不得早于今天。"
    en = "A duty is due no earlier than today."


class AlreadyDone(RuleViolation):
    code = "already_done"
    zh = "该事项已办结。"
    en = "This is done already."


class MoreThanWhole(InvalidInput):
    code = "more_than_whole"
    zh = "完成数不得大于总数。"
    en = "Of a whole no more than all can be done."


@dataclass(frozen=True, slots=True)
class GroupLeader:
    """市、县分管领导 with his post."""

    name: str
    post: str
    division: str


@dataclass(frozen=True, slots=True)
class CoreStaff:
    """业务骨干; `drill_winner` 大练兵先进个人."""

    name: str
    division: str
    drill_winner: bool = False


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """`watched` has the share in parts of a hundred that each figure is to reach."""

    name: str
    leaders: tuple[GroupLeader, ...]
    core_staff: tuple[CoreStaff, ...]
    goals: tuple[str, ...]
    watched: dict[Watched, int]


def require_leader(name: str, division: str, leaders: Collection[GroupLeader]) -> None:
    if not any((each.name, each.division) == (name, division) for each in leaders):
        raise LeaderUnknown(reason="leader", pointer="/put_to")


def require_duty(name: str, division: str, due_on: date, facts: GroupFacts, *, today: date) -> None:
    """A duty has a name: of a leader or of the core staff."""
    people = {(each.name, each.division) for each in facts.leaders}
    people |= {(each.name, each.division) for each in facts.core_staff}
    if (name, division) not in people:
        raise DutyNotOfGroup(reason="person", pointer="/person")
    if due_on < today:
        raise DutyDay(reason="day", pointer="/due_on")


def require_part(done: int, whole: int) -> None:
    if done > whole:
        raise MoreThanWhole(reason="done", pointer="/done")
