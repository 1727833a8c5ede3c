"""What is counted, in words: the numerators and denominators of every figure (DOMAIN 2.9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Fact(StrEnum):
    """Items, each with the instant that puts it into a period."""

    RECEIVED = "received"
    CALLED_BACK = "called_back"
    ACCEPTANCE_DUE = "acceptance_due"
    CLOSING_DUE = "closing_due"
    CLOSED = "closed"
    CLOSED_OR_REFUSED = "closed_or_refused"
    PUSHED = "pushed"
    RESOLVED = "resolved"
    CHECKABLE = "checkable"
    CHECKED = "checked"


@dataclass(frozen=True, slots=True)
class Sentence:
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Words:
    """All items of a fact, and those of them that are marked."""

    zh: str
    en: str
    marked_zh: str
    marked_en: str

    def said(self, *, marked: bool) -> Sentence:
        if marked:
            return Sentence(f"{self.zh},{self.marked_zh}", f"{self.en}, {self.marked_en}")
        return Sentence(self.zh, self.en)


def _all(zh: str, en: str) -> Words:
    return Words(zh, en, zh, en)


WORDS: Final[Mapping[Fact, Words]] = {
    Fact.RECEIVED: Words(
        "期内收到的信访件",
        "items received in the period",
        "其中截至统计时点已确认的重复件,以及来源自称的重复件",
        "of them those confirmed as repeats by then, or called so by their source",
    ),
    Fact.CALLED_BACK: Words(
        "期内有有效回访(满意、基本满意、不满意)的信访件",
        "items with a valid call-back in the period (satisfied, basically satisfied, dissatisfied)",
        "其中期内最后一次有效回访为不满意的",
        "of them those whose last valid call-back in the period is dissatisfied",
    ),
    Fact.ACCEPTANCE_DUE: Words(
        "受理期限在期内并于统计时点前届满的信访件,含逾期未决定的",
        "items whose time to accept ran out in the period and by then, overdue open ones included",
        "其中按时受理或者按时决定不予受理的",
        "of them those accepted or refused in time",
    ),
    Fact.CLOSING_DUE: Words(
        "办理期限在期内并于统计时点前届满的信访件,含逾期未办结的",
        "items whose time to close ran out in the period and by then, overdue open ones included",
        "其中按时办结的",
        "of them those closed in time",
    ),
    Fact.CLOSED: Words(
        "期内办结的信访件(不含不受理件)",
        "items closed in the period, not refused",
        "其中有受理时间的",
        "of them those whose acceptance is on record",
    ),
    Fact.CLOSED_OR_REFUSED: _all(
        "期内办结或者不予受理的信访件", "items closed or refused in the period"
    ),
    Fact.PUSHED: _all(
        "期内经直通车推送的事项", "matters pushed by the through-train in the period"
    ),
    Fact.RESOLVED: _all(
        "期内解决的直通车事项", "matters of the through-train resolved in the period"
    ),
    Fact.CHECKABLE: Words(
        "期内办结的信访件,含办结后经抽查退回的",
        "items closed in the period, those a spot check opened again included",
        "其中截至统计时点经上级抽查的",
        "of them those a superior had spot-checked by then",
    ),
    Fact.CHECKED: Words(
        "期内的抽查",
        "spot checks made in the period",
        "其中结果为合格的",
        "of them those passed",
    ),
}


# What the as-of instant cannot bring back, since the register keeps only what holds now.
NOT_ROLLED_BACK: Final = (
    Sentence(
        "区划及其份额、污染类型、行业、对象、渠道、办理途径和近似标记:更正即覆盖,只保留现值。",
        "Divisions and shares, media, industry, object, channel, track and the mark of an"
        " approximate total: a correction replaces them.",
    ),
    Sentence(
        "经撤销的重复件关系:撤销即删除,对任何时点均不再计入。",
        "A link of repeats that was revoked: it is deleted, and counts at no instant any more.",
    ),
    Sentence(
        "期限届满日:统计时点之后的延期或中止已计入现值。",
        "The day a term runs out: extensions and pauses after the instant are in it.",
    ),
    Sentence(
        "可见范围:按查询人现在的权限统计。",
        "What may be seen: counted under the rights the reader has now.",
    ),
)
