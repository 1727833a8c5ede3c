"""Review (复查) and re-review (复核) of an answer (信访工作条例 art. 35, 36; DOMAIN 2.2 P8-P12)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.petitions.intake.domain import Step
from services.petitions.profiles import domain as profiles
from services.petitions.profiles.domain import PROCEDURES, ClockKind, Track
from shared.clocks.calendar import WorkCalendar
from shared.clocks.days import SHANGHAI, legal_day
from shared.clocks.deadline import deadline
from shared.clocks.ledger import Ledger
from shared.clocks.term import Term
from shared.errors import InvalidInput, RuleViolation


class ReviewKind(StrEnum):
    REVIEW = "review"  # 复查, art. 35
    RE_REVIEW = "re_review"  # 复核, art. 36


class Result(StrEnum):
    """What the organ above says of the answer before it."""

    UPHELD = "upheld"  # 维持
    CHANGED = "changed"  # 变更


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance: the steps by which it is asked for and decided, its terms, its numbers."""

    kind: ReviewKind
    ask: Step
    give: Step
    request: ClockKind
    request_term: Term
    opinion: ClockKind
    opinion_term: Term
    # Between organ, year and serial of the number: FC 复查, FH 复核.
    mark: str


INSTANCES: Final[Mapping[ReviewKind, Instance]] = {
    ReviewKind.REVIEW: Instance(
        kind=ReviewKind.REVIEW,
        ask=Step.ASK_REVIEW,
        give=Step.GIVE_REVIEW,
        request=ClockKind.REVIEW_REQUEST,
        request_term=profiles.REVIEW_REQUEST,
        opinion=ClockKind.REVIEW,
        opinion_term=profiles.REVIEW,
        mark="FC",
    ),
    ReviewKind.RE_REVIEW: Instance(
        kind=ReviewKind.RE_REVIEW,
        ask=Step.ASK_RE_REVIEW,
        give=Step.GIVE_RE_REVIEW,
        request=ClockKind.RE_REVIEW_REQUEST,
        request_term=profiles.RE_REVIEW_REQUEST,
        opinion=ClockKind.RE_REVIEW,
        opinion_term=profiles.RE_REVIEW,
        mark="FH",
    ),
}


class NoReviewOnThisTrack(RuleViolation):
    """Art. 31(6) alone leads to an opinion under art. 32-34, and only that is reviewed."""

    code = "no_review_on_this_track"
    zh = "该件不属于信访处理意见程序,不适用复查;不服行政处理的,可以申请行政复议或者提起诉讼。"
    en = (
        "Only a handling opinion is reviewed; against this answer there are administrative"
        " reconsideration and the courts."
    )


class ReviewTooLate(RuleViolation):
    """Art. 35, 36: thirty days from receipt of the answer."""

    code = "review_too_late"
    zh = "已超过申请期限,最后一日为 {last_day}(《信访工作条例》第{article}条)。"
    en = "The time to ask ran out on {last_day} (Regulations on Petition Work, art. {article})."


class NoOrganAbove(RuleViolation):
    code = "no_organ_above"
    zh = "作出答复的机关的上一级机关不在本系统内,请向其直接提出。"
    en = "The organ above is not in this system; the petitioner has to ask there."


class AlreadyReviewed(RuleViolation):
    code = "already_reviewed"
    zh = "该答复已经复查({number}),不服的应申请复核。"
    en = "This answer was reviewed ({number}); what may follow is a re-review."


class AlreadyServed(RuleViolation):
    code = "already_served"
    zh = "答复已于 {day} 送达。"
    en = "The answer was served on {day} already."


class TookPart(RuleViolation):
    """Nobody reviews what he handled, answered or reviewed himself."""

    code = "took_part"
    zh = "曾办理、答复或者复查过该件的人员,不得作出本次意见。"
    en = "Who handled, answered or reviewed the matter does not decide on it again."


class HearingOpen(RuleViolation):
    code = "hearing_open"
    zh = "听证尚未结束,不能作出复核意见。"
    en = "The hearing has not ended; no opinion can be given yet."


class DayOutOfOrder(InvalidInput):
    """Something is said to have happened before what it follows, or has not happened yet."""

    code = "day_out_of_order"
    zh = "时间须在 {after} 之后且不晚于现在。"
    en = "This happened after {after} and not later than now."


def require_between(instant: datetime, *, after: datetime, now: datetime, pointer: str) -> None:
    """DayOutOfOrder unless the legal day lies between both, the instant not in the future."""
    if instant > now or legal_day(instant) < legal_day(after):
        raise DayOutOfOrder(reason="order", pointer=pointer, after=legal_day(after))


def start_of(day: date) -> datetime:
    """The first instant of a legal day: a term counts from the day after."""
    return datetime.combine(day, time.min, SHANGHAI)


def counts_from(given_at: datetime, served_on: date | None) -> datetime:
    """Since when the time to ask runs: receipt of the answer, or the answer while none is known."""
    return start_of(served_on) if served_on is not None else given_at


def require_in_time(
    received_at: datetime, *, since: datetime, term: Term, calendar: WorkCalendar
) -> None:
    """ReviewTooLate unless the request was received within the thirty days (P8, P10)."""
    due = deadline(Ledger(since), term, calendar)
    if not due.in_time(received_at):
        raise ReviewTooLate(last_day=due.due_on, article=term.basis.article)


def require_reviewable(track: Track) -> None:
    if not PROCEDURES[track].reviewed:
        raise NoReviewOnThisTrack


def require_uninvolved(actor_id: UUID, hands: Collection[UUID | None]) -> None:
    """`hands` are those who handled, answered or reviewed the matter."""
    if actor_id in hands:
        raise TookPart
