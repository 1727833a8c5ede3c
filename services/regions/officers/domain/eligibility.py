"""Who can go: the rules by which an officer may be sent to a place at a time.

At least two certificated officers are present at an inspection (行政处罚法 art. 42); who has a
direct interest in the object recuses (art. 43; 信访工作条例 art. 28). Cross and night checks are
made by officers of another area than the object's (交叉执法).
"""

import unicodedata
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from shared import divisions
from shared.clocks.days import DAY, legal_day
from shared.errors import InvalidInput, RuleViolation


class Reason(StrEnum):
    """Why an officer cannot go."""

    INACTIVE = "inactive"  # 不在岗
    NO_CERTIFICATE = "no_certificate"  # 无执法证件
    CERTIFICATE_NOT_YET_VALID = "certificate_not_yet_valid"  # 执法证件尚未生效
    CERTIFICATE_EXPIRED = "certificate_expired"  # 执法证件在期间内失效
    ABSENT = "absent"  # 请假、培训等
    RECUSED = "recused"  # 与检查对象有利害关系
    BOOKED = "booked"  # 同一时间另有任务
    OWN_AREA = "own_area"  # 交叉检查须由其他区域人员承担
    SKILL_MISSING = "skill_missing"  # 缺少所需专长


class Proximity(StrEnum):
    """How near an officer's division lies to the place of the matter, nearest first."""

    SAME = "same"  # the place itself, or below it
    NEIGHBOURING = "neighbouring"  # 交界县
    SAME_CITY = "same_city"
    ELSEWHERE = "elsewhere"


class EmptyPeriod(InvalidInput):
    code = "empty_period"
    zh = "结束时间应晚于开始时间。"
    en = "A period ends after it begins."


class InterestWithoutObject(InvalidInput):
    code = "interest_without_object"
    zh = "申报利害关系应填写对象名称或统一社会信用代码。"
    en = "A declared interest names its object or the object's credit code."


class CertificateTaken(RuleViolation):
    code = "certificate_taken"
    zh = "该执法证号已属于其他人员。"
    en = "The certificate number belongs to another officer."


class CertificateOverlaps(RuleViolation):
    code = "certificate_overlaps"
    zh = "该有效期与已有证件的有效期重叠。"
    en = "The validity overlaps that of a certificate already recorded."


class AccountTaken(RuleViolation):
    code = "account_taken"
    zh = "该账号已对应其他执法人员。"
    en = "The account is that of another officer."


class InterestEnded(RuleViolation):
    code = "interest_ended"
    zh = "该利害关系已解除。"
    en = "The interest has ended already."


class AbsenceWithdrawn(RuleViolation):
    code = "absence_withdrawn"
    zh = "该缺勤登记已撤销。"
    en = "The absence was withdrawn already."


class AbsenceOver(RuleViolation):
    """What lies behind is a fact; it is not unsaid."""

    code = "absence_over"
    zh = "缺勤期间已过,不能撤销。"
    en = "The absence is over; it cannot be withdrawn."


class UnknownSkill(InvalidInput):
    code = "unknown_skill"
    zh = "不是现行专长代码:{codes}"
    en = "Not a skill in force: {codes}"


class PostTaken(RuleViolation):
    code = "post_held"
    zh = "该人员此期间已任此职务。"
    en = "The officer holds this post at that time already."


class PostEnded(RuleViolation):
    code = "post_ended"
    zh = "该职务已卸任。"
    en = "The officer holds the post no longer."


class AlreadyInactive(RuleViolation):
    code = "already_inactive"
    zh = "该人员已不在岗。"
    en = "The officer has left already."


class NotEligible(RuleViolation):
    """Names the officers that cannot be booked and why."""

    code = "officer_not_eligible"
    zh = "下列执法人员不能派出:{reasons}"
    en = "These officers cannot be sent: {reasons}"


@dataclass(frozen=True, slots=True)
class Period:
    """From an instant up to, not including, another."""

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        if self.ends_at <= self.starts_at:
            raise EmptyPeriod(reason="period", pointer="/ends_at")

    def overlaps(self, other: "Period") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last legal day it touches."""
        return legal_day(self.starts_at), legal_day(self.ends_at - timedelta.resolution)


@dataclass(frozen=True, slots=True)
class Certificate:
    """执法证件: valid from the first day to the last, both included."""

    number: str
    valid_from: date
    valid_to: date

    def __post_init__(self) -> None:
        if self.valid_to < self.valid_from:
            raise EmptyPeriod(reason="certificate", pointer="/valid_to")

    def overlaps(self, other: "Certificate") -> bool:
        return self.valid_from <= other.valid_to and other.valid_from <= self.valid_to


@dataclass(frozen=True, slots=True)
class Interest:
    """A declared interest in an object, known by name, by credit code or by both."""

    object_name: str | None
    object_code: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """What decides about one officer. `bookings` are those of other tasks than the one asking."""

    active: bool
    certificates: tuple[Certificate, ...]
    absences: tuple[Period, ...]
    interests: tuple[Interest, ...]
    bookings: tuple[Period, ...]
    division: str = ""
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Need:
    """When somebody is to go, to which object as far as it is known, and who is wanted.

    `other_area_than` is the division of the object where the check is to be a cross check.
    """

    period: Period
    object_name: str | None = None
    object_code: str | None = None
    skills: frozenset[str] = frozenset()
    other_area_than: str | None = None


def reasons_against(candidate: Candidate, need: Need) -> tuple[Reason, ...]:
    """Every reason why the officer cannot go; none if the officer can."""
    found = [] if candidate.active else [Reason.INACTIVE]
    if lack := certificate_lack(candidate.certificates, need.period):
        found.append(lack)
    if any(need.period.overlaps(each) for each in candidate.absences):
        found.append(Reason.ABSENT)
    if any(_concerns(each, need) for each in candidate.interests):
        found.append(Reason.RECUSED)
    if any(need.period.overlaps(each) for each in candidate.bookings):
        found.append(Reason.BOOKED)
    if _is_of(need.other_area_than, candidate.division):
        found.append(Reason.OWN_AREA)
    if missing_skills(candidate, need):
        found.append(Reason.SKILL_MISSING)
    return tuple(found)


def missing_skills(candidate: Candidate, need: Need) -> tuple[str, ...]:
    """The skills that are wanted and the officer does not have, by code."""
    return tuple(sorted(need.skills - candidate.skills))


def proximity(division: str, *, place: str, neighbours: Container[str]) -> Proximity:
    """How near a division lies to the place; `neighbours` are the counties that border on it."""
    if _is_of(place, division):
        return Proximity.SAME
    if division in neighbours:
        return Proximity.NEIGHBOURING
    same_city = divisions.city_of(division) == divisions.city_of(place)
    return Proximity.SAME_CITY if same_city else Proximity.ELSEWHERE


def certificate_lack(certificates: Iterable[Certificate], period: Period) -> Reason | None:
    """What the certificates lack to cover every day of the period; renewals may follow on."""
    ordered = sorted(certificates, key=lambda each: each.valid_from)
    if not ordered:
        return Reason.NO_CERTIFICATE
    uncovered, last = period.days
    for each in ordered:
        if each.valid_from <= uncovered <= each.valid_to:
            if each.valid_to >= last:
                return None
            uncovered = each.valid_to + DAY
    later = any(each.valid_from > uncovered for each in ordered)
    return Reason.CERTIFICATE_NOT_YET_VALID if later else Reason.CERTIFICATE_EXPIRED


def current(certificates: Iterable[Certificate], day: date) -> Certificate | None:
    """The certificate of the day, else the one that comes next, else the last one."""
    ordered = sorted(certificates, key=lambda each: each.valid_to)
    return next(
        (each for each in ordered if each.valid_to >= day), ordered[-1] if ordered else None
    )


def _is_of(area: str | None, division: str) -> bool:
    """Whether the division is the area or lies below it."""
    return area is not None and divisions.covers(divisions.scope(area), division)


def _concerns(interest: Interest, need: Need) -> bool:
    same_code = interest.object_code is not None and interest.object_code == need.object_code
    names = interest.object_name, need.object_name
    return same_code or (None not in names and _plain(names[0]) == _plain(names[1]))


def _plain(name: str | None) -> str:
    """A name without what two clerks would write differently: width, case, spaces."""
    return "".join(unicodedata.normalize("NFKC", name or "").casefold().split())
