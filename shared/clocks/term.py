"""A time limit as its source writes it. The figures are data; only the counting is code."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.errors import InvalidInput

LONGEST: Final = 10_000
PENALTY_LAW: Final = "administrative-penalty-law"  # 行政处罚法
DETENTION_TRANSFER_RULES: Final = "detention-transfer-rules"  # 移送适用行政拘留环境违法案件暂行办法
WORKING_IN_PENALTY_LAW: Final = frozenset({2, 3, 5, 7})


class InvalidTerm(InvalidInput):
    code = "invalid_term"
    zh = "期限应在 1 至 {longest} 之间,实际为 {amount}。"
    en = "A term lies between 1 and {longest}, not {amount}."


class Unit(StrEnum):
    """What a term is counted in: 工作日, 自然日, 小时, 个月."""

    WORKING_DAYS = "working_days"
    NATURAL_DAYS = "natural_days"
    HOURS = "hours"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """The article a term stands on; a title left empty is shown as the law's code.

    A scheme or plan without numbered articles has none.
    """

    law_code: str
    article: str = ""
    title_zh: str = ""
    title_en: str = ""


@dataclass(frozen=True, slots=True)
class ExtensionRule:
    """How far a term may be extended: `times` times, each by at most `each` of the term's unit."""

    each: int
    basis: LegalBasis
    times: int = 1


@dataclass(frozen=True, slots=True)
class Term:
    """E.g. sixty natural days (art. 34), extendable once by up to thirty.

    `rolls`: a last day that is a rest day moves to the next working day (T4, T10); it means
    nothing for working days and hours. `evidence` is the tag of the source, e.g. S01, GK or DD.
    """

    amount: int
    unit: Unit
    basis: LegalBasis
    rolls: bool = True
    evidence: str = ""
    extension: ExtensionRule | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.amount <= LONGEST:
            raise InvalidTerm(reason="term out of range", amount=self.amount, longest=LONGEST)


def day_unit(law_code: str, days: int) -> Unit:
    """What a law means by so many 日 when it does not say: natural days (T2), with two exceptions.

    行政处罚法 art. 85 makes 2, 3, 5 and 7 days working days (T3); in transfers for administrative
    detention every term is in working days (T7).
    """
    working = law_code == DETENTION_TRANSFER_RULES or (
        law_code == PENALTY_LAW and days in WORKING_IN_PENALTY_LAW
    )
    return Unit.WORKING_DAYS if working else Unit.NATURAL_DAYS
