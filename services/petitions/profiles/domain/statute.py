"""The clocks of 信访工作条例 (S01; DOMAIN 2.2), one row each: article, term, start and duty."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.petitions.profiles.domain.kinds import ClockKind
from shared.clocks.term import ExtensionRule, LegalBasis, Term, Unit

REGULATIONS: Final = "regulations-on-petition-work"


def statute(article: str) -> LegalBasis:
    """An article of 信访工作条例."""
    return LegalBasis(REGULATIONS, article, "信访工作条例", "Regulations on Petition Work")


def _days(amount: int, article: str, *, unit: Unit = Unit.NATURAL_DAYS, extension: int = 0) -> Term:
    basis = statute(article)
    rule = ExtensionRule(extension, basis) if extension else None
    return Term(amount, unit, basis, evidence="S01", extension=rule)


ROUTING: Final = _days(15, "22")  # P2
NOTICE: Final = _days(15, "23")  # P3, P4
OBJECTION: Final = _days(5, "23", unit=Unit.WORKING_DAYS)  # P5
CLOSING: Final = _days(60, "34", extension=30)  # P7
REVIEW_REQUEST: Final = _days(30, "35")  # P8
REVIEW: Final = _days(30, "35")  # P9
RE_REVIEW_REQUEST: Final = _days(30, "36")  # P10
RE_REVIEW: Final = _days(30, "36")  # P11; the time of a hearing is not counted


class Start(StrEnum):
    """The event on whose day a clock starts; that day itself is not counted."""

    RECEIPT = "receipt"
    TRANSFER = "transfer"  # the unit has the papers
    ACCEPTANCE = "acceptance"
    ANSWER_SERVED = "answer_served"  # the petitioner has the written answer
    REVIEW_ASKED = "review_asked"
    REVIEW_SERVED = "review_served"  # the petitioner has the answer on review
    RE_REVIEW_ASKED = "re_review_asked"
    RE_REVIEW_GIVEN = "re_review_given"


@dataclass(frozen=True, slots=True)
class StatutoryClock:
    """Who must do what by when. A row without a term is a rule without a number of days.

    `barring`: what may no longer be done, rather than what must be.
    """

    articles: tuple[str, ...]
    starts: Start
    term: Term | None
    kind: ClockKind | None
    duty_zh: str
    duty_en: str
    barring: bool = False


STATUTORY_CLOCKS: Final[Mapping[str, StatutoryClock]] = {
    "P1": StatutoryClock(
        ("22", "23"), Start.RECEIPT, None, None, "收到即登记", "register at receipt"
    ),
    "P2": StatutoryClock(
        ("22",),
        Start.RECEIPT,
        ROUTING,
        ClockKind.ROUTING,
        "信访工作机构转送、交办或者报告;交办的应当按期反馈办理结果",
        "transfer, assign or report; who is assigned it owes a closing report by a set day",
    ),
    "P3": StatutoryClock(
        ("23",),
        Start.RECEIPT,
        NOTICE,
        ClockKind.NOTICE,
        "书面告知信访人接收情况和处理途径;姓名(名称)、地址不清的除外",
        "tell the petitioner what was received and how it is handled, unless who or where is"
        " unclear",
    ),
    "P4": StatutoryClock(
        ("23",),
        Start.TRANSFER,
        NOTICE,
        ClockKind.NOTICE,
        "属于本机关职权范围的,告知信访人",
        "the competent organ tells the petitioner",
    ),
    "P5": StatutoryClock(
        ("23",),
        Start.TRANSFER,
        OBJECTION,
        ClockKind.OBJECTION,
        "不属于本机关职权范围的,详细说明理由提出异议,经转送机关核实同意后交还",
        "object with reasons; the papers go back once the sender agrees",
    ),
    "P6": StatutoryClock(
        ("24",),
        Start.RECEIPT,
        None,
        None,
        "涉及两个以上机关的,协商确定受理机关;有争议的由共同的上一级机关决定",
        "several organs agree who accepts; their common superior settles a dispute",
    ),
    "P7": StatutoryClock(
        ("34",),
        Start.ACCEPTANCE,
        CLOSING,
        ClockKind.CLOSING,
        "办结;情况复杂的,经本机关负责人批准可适当延长,并告知延长理由",
        "close; the organ's head may extend, and the petitioner is told why",
    ),
    "P8": StatutoryClock(
        ("35",),
        Start.ANSWER_SERVED,
        REVIEW_REQUEST,
        ClockKind.REVIEW_REQUEST,
        "信访人请求上一级机关复查",
        "the petitioner asks the next higher organ for review",
        barring=True,
    ),
    "P9": StatutoryClock(
        ("35",),
        Start.REVIEW_ASKED,
        REVIEW,
        ClockKind.REVIEW,
        "提出复查意见并书面答复",
        "give the opinion on review in writing",
    ),
    "P10": StatutoryClock(
        ("36",),
        Start.REVIEW_SERVED,
        RE_REVIEW_REQUEST,
        ClockKind.RE_REVIEW_REQUEST,
        "信访人请求复查机关的上一级机关复核",
        "the petitioner asks the organ above for re-review",
        barring=True,
    ),
    "P11": StatutoryClock(
        ("36",),
        Start.RE_REVIEW_ASKED,
        RE_REVIEW,
        ClockKind.RE_REVIEW,
        "提出复核意见;听证所需时间不计算在内",
        "give the opinion on re-review; the time of a hearing is not counted",
    ),
    "P12": StatutoryClock(
        ("36",),
        Start.RE_REVIEW_GIVEN,
        None,
        None,
        "以同一事实和理由再次信访的,不再受理",
        "the same facts and grounds are not accepted again",
        barring=True,
    ),
    "P13": StatutoryClock(
        ("19",),
        Start.ACCEPTANCE,
        None,
        None,
        "下级机关已经受理或者正在办理、在规定期限内的,上级机关不予受理",
        "what a lower organ has accepted and handles in time is not accepted above it",
        barring=True,
    ),
}
