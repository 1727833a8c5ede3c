"""What a drawn check comes to, and how long its publication may take."""

from typing import Final

from shared.clocks.term import LegalBasis, Term, Unit
from shared.errors import Forbidden, InvalidInput

# DOMAIN S15, full text; of Guangdong.
PUBLICITY: Final = LegalBasis(
    "guangdong-enforcement-publicity",
    "",
    "广东省行政执法公示办法",
    "Guangdong Measures for Publicity of Administrative Enforcement",
)


class CheckDay(InvalidInput):
    code = "check_day"
    zh = "日期不得早于抽取安排的检查日(决定不早于检查),也不得晚于今天。"
    en = "Not before the day of the check (a decision not before the check), and not in the future."


class NotOfTheCheck(Forbidden):
    code = "not_of_the_check"
    zh = "检查结果由该对象的检查人员或负责人登记({action})。"
    en = "The result is told by the officers of the check or a head ({action})."


class NoSuchProblem(InvalidInput):
    code = "no_such_problem"
    zh = "动态清单中没有该问题,或已整改。"
    en = "There is no such problem on the list, or it was put right."


def publication_term(working_days: int) -> Term:
    """7 working days for penalties, 20 for other results, from the decision."""
    return Term(working_days, Unit.WORKING_DAYS, PUBLICITY, evidence="S15")
