"""Asking the petitioner to complete what was said (补正), and what that stops."""

from typing import Final

from services.petitions.profiles.domain import ClockKind
from services.petitions.profiles.domain.statute import REGULATIONS
from shared.clocks.term import LegalBasis, Term
from shared.errors import RuleViolation

# A rule of our own: no article sets a time for the petitioner's answer.
BASIS: Final = LegalBasis(
    "ask-back-rule", "", "补正规则(系统设定)", "Rule on supplements (a setting)"
)
WAITING: Final = "等待信访人补正"
NO_ANSWER: Final = "信访人逾期未补正,恢复计时"
# What a profile gives time for; all other clocks are the statute's.
OF_PROFILE: Final = frozenset({ClockKind.ACCEPTANCE, ClockKind.BEGINNING, ClockKind.CLOSING})


class NobodyToAsk(RuleViolation):
    code = "nobody_to_ask"
    zh = "匿名信访件无法要求补正。"
    en = "An anonymous petitioner cannot be asked."


class AlreadyAsked(RuleViolation):
    code = "already_asked_back"
    zh = "已要求信访人补正,尚在等待。"
    en = "The petitioner has been asked and the answer is awaited."


class NotAsked(RuleViolation):
    code = "not_asked_back"
    zh = "未要求信访人补正。"
    en = "The petitioner was not asked for anything."


def stops_for_petitioner(kind: str, term: Term, *, pausable: bool) -> bool:
    """Whether the clock does not count the time spent waiting for the petitioner.

    信访工作条例 knows no such pause: P2, P3, P5 and the sixty days of art. 34 run on, also where a
    profile repeats them. Only what a place set itself may wait, if its profile says so.
    """
    return pausable and kind in OF_PROFILE and term.basis.law_code != REGULATIONS
