"""Environmental supervisors (环保监督员) who take part in a petition (seed 002, row 2-23).

A supervisor is a neighbour or an employee, bound by no office: he is told where to come, when, and
what it is about in a word, never who complained nor what was written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shared import divisions
from shared.clocks.days import legal_day
from shared.enterprise_names import plain
from shared.errors import InvalidInput, RuleViolation


class SupervisorElsewhere(InvalidInput):
    code = "supervisor_elsewhere"
    zh = "该环保监督员不属于信访事项所在地。"
    en = "The supervisor is not of the place of the matter."


class SupervisorNotInOffice(InvalidInput):
    code = "supervisor_not_in_office"
    zh = "该环保监督员当日不在聘期内。"
    en = "The supervisor is not in office on that day."


class SupervisorOfObject(RuleViolation):
    """Nothing a firm learns reveals a complaint about it."""

    code = "supervisor_of_object"
    zh = "不得邀请被反映企业自己的环保监督员参与。"
    en = "A supervisor of the firm complained about is not asked to come."


class KeptFromPlace(RuleViolation):
    """An accusation is kept from those it is about (信访工作条例 art. 30, 46(5))."""

    code = "kept_from_place"
    zh = "检举控告类事项不邀请环保监督员参与。"
    en = "Nobody of the place takes part in an accusation."


class VisitOver(InvalidInput):
    code = "visit_over"
    zh = "参与时间应晚于当前时间。"
    en = "A supervisor is asked to come at a time still ahead."


class NotBefore(RuleViolation):
    code = "not_before_visit"
    zh = "参与时间未到,不能登记是否到场。"
    en = "Whether somebody came is noted after the time to come."


class AlreadyNoted(RuleViolation):
    code = "already_noted"
    zh = "是否到场已登记。"
    en = "It is noted already whether the supervisor came."


class RemarkMissing(InvalidInput):
    code = "remark_missing"
    zh = "未到场的应说明原因。"
    en = "Say why the supervisor did not come."


class AlreadyCalled(RuleViolation):
    code = "already_called"
    zh = "已邀请该环保监督员,尚未登记是否到场。"
    en = "The supervisor has been asked already, and nobody noted yet whether he came."


@dataclass(frozen=True, slots=True)
class Supervisor:
    """What `regions` says of a supervisor; `credit_code` is that of a firm's own."""

    division: str
    object_name: str
    credit_code: str | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Object:
    """What a petition complains about, as far as it says."""

    name: str | None
    code: str | None


def require_fit(
    supervisor: Supervisor,
    complained: Object,
    *,
    places: Sequence[str],
    visit_at: datetime,
    now: datetime,
) -> None:
    """Whether the supervisor may be asked: of the place, in office then, not of the firm itself."""
    if visit_at <= now:
        raise VisitOver(reason="visit_at", pointer="/visit_at")
    if not any(divisions.covers(divisions.scope(each), supervisor.division) for each in places):
        raise SupervisorElsewhere(reason=supervisor.division, pointer="/supervisor_id")
    day = legal_day(visit_at)
    last = supervisor.valid_to
    if day < supervisor.valid_from or (last is not None and day > last):
        raise SupervisorNotInOffice(reason=day.isoformat(), pointer="/supervisor_id")
    same_code = supervisor.credit_code is not None and supervisor.credit_code == complained.code
    same_name = plain(complained.name) != "" and plain(supervisor.object_name) == plain(
        complained.name
    )
    if same_code or (supervisor.credit_code is not None and same_name):
        raise SupervisorOfObject


def require_notable(visit_at: datetime, *, noted: bool, now: datetime) -> None:
    if noted:
        raise AlreadyNoted
    if now < visit_at:
        raise NotBefore


def require_remark(remark: str | None, *, came: bool) -> None:
    if not came and remark is None:
        raise RemarkMissing(reason="absent", pointer="/remark")
