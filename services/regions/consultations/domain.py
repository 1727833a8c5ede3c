"""Consultation supervision (会诊监管, DOMAIN 4.6): concrete hard problems, diagnosed together.

A city or county calls others, departments, lawyers and experts to its problems. For each problem
there is a diagnosis, with the name of who dissents, and measures somebody answers for. What is
agreed between parties of an agreement is a meeting's matter (`meetings`); a consultation may be
held at one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared import divisions
from shared.clocks.days import add_months
from shared.clocks.term import LegalBasis, Term, Unit
from shared.errors import IllegalStep, InvalidInput, ReasonMissing, RuleViolation

AS_SET: Final = LegalBasis(
    "consultation", "", "会诊监管(会诊所定)", "Consultation (as it set the time)"
)


class InviteeKind(StrEnum):
    """Who is called. Only divisions have a login here; for the others the convener writes."""

    DIVISION = "division"  # 市、县(市、区)
    DEPARTMENT = "department"  # 相关部门
    POLICE = "police"  # 公安
    PROCURATORATE = "procuratorate"  # 检察院
    COURT = "court"  # 法院
    LAWYER = "lawyer"  # 律师
    EXPERT = "expert"  # 专家
    OTHER = "other"


class Answer(StrEnum):
    PENDING = "pending"
    COMES = "comes"  # 参加
    SENDS_OPINION = "sends_opinion"  # 书面意见
    DECLINED = "declined"  # 不参加


class State(StrEnum):
    CONVENED = "convened"  # 已召集
    HELD = "held"  # 已会诊,措施落实中
    CLOSED = "closed"  # 已办结
    CANCELLED = "cancelled"  # 取消


class Action(StrEnum):
    INVITE = "invite"
    ANSWER = "answer"
    HOLD = "hold"
    CANCEL = "cancel"
    DIAGNOSE = "diagnose"
    DISSENT = "dissent"
    ORDER_MEASURE = "order_measure"
    CLOSE = "close"
    LOOK_BACK = "look_back"


class MeasureState(StrEnum):
    ORDERED = "ordered"  # 已交办
    UNDER_WAY = "under_way"  # 落实中
    REPORTED = "reported"  # 已报完成,待确认
    DONE = "done"  # 已完成
    DROPPED = "dropped"  # 取消


class MeasureStep(StrEnum):
    CONFIRM = "confirm"
    PROGRESS = "progress"
    REPORT = "report"
    CLOSE = "close"
    SEND_BACK = "send_back"
    DROP = "drop"


TRANSITIONS: Final[Mapping[State, Mapping[Action, State]]] = {
    State.CONVENED: {
        Action.INVITE: State.CONVENED,
        Action.ANSWER: State.CONVENED,
        Action.HOLD: State.HELD,
        Action.CANCEL: State.CANCELLED,
    },
    State.HELD: {
        Action.DIAGNOSE: State.HELD,
        Action.DISSENT: State.HELD,
        Action.ORDER_MEASURE: State.HELD,
        Action.CLOSE: State.CLOSED,
    },
    State.CLOSED: {Action.LOOK_BACK: State.CLOSED},
    State.CANCELLED: {},
}
MEASURES: Final[Mapping[MeasureState, Mapping[MeasureStep, MeasureState]]] = {
    MeasureState.ORDERED: {
        MeasureStep.CONFIRM: MeasureState.UNDER_WAY,
        MeasureStep.DROP: MeasureState.DROPPED,
    },
    MeasureState.UNDER_WAY: {
        MeasureStep.PROGRESS: MeasureState.UNDER_WAY,
        MeasureStep.REPORT: MeasureState.REPORTED,
        MeasureStep.DROP: MeasureState.DROPPED,
    },
    MeasureState.REPORTED: {
        MeasureStep.CLOSE: MeasureState.DONE,
        MeasureStep.SEND_BACK: MeasureState.UNDER_WAY,
        MeasureStep.DROP: MeasureState.DROPPED,
    },
    MeasureState.DONE: {},
    MeasureState.DROPPED: {},
}
SETTLED: Final = frozenset({MeasureState.DONE, MeasureState.DROPPED})
# What who answers for a measure does; the rest is the convener's.
OF_THE_RESPONSIBLE: Final = frozenset(
    {MeasureStep.CONFIRM, MeasureStep.PROGRESS, MeasureStep.REPORT}
)


class BadConsultation(InvalidInput):
    code = "bad_consultation"
    zh = "会诊安排有误:{reason}"
    en = "The consultation does not hold together: {reason}"


class ExpertRecused(RuleViolation):
    """Who has an interest in a problem's object does not advise on it (行政处罚法 art. 43)."""

    code = "expert_recused"
    zh = "专家 {name} 与会诊对象有利害关系,应当回避。"
    en = "Expert {name} has an interest in an object of the consultation and recuses."


class ExpertNotEngaged(RuleViolation):
    code = "expert_not_engaged"
    zh = "专家 {name} 不在聘期内。"
    en = "Expert {name} is not engaged on that day."


class NotPresent(RuleViolation):
    """Who dissents was there, or sent an opinion."""

    code = "not_present"
    zh = "{name} 未参加会诊,也未提交书面意见。"
    en = "{name} was not there and sent no opinion."


class NotDiagnosed(RuleViolation):
    code = "not_diagnosed"
    zh = "第 {numbers} 个问题尚无会诊意见。"
    en = "There is no diagnosis of the problems {numbers}."


class MeasuresOpen(RuleViolation):
    code = "measures_open"
    zh = "尚有 {number} 项措施未完成,也未说明理由取消。"
    en = "{number} measures are neither done nor dropped."


class MeetingOver(RuleViolation):
    code = "meeting_not_open"
    zh = "该会议已取消,不能据此会诊。"
    en = "The meeting was cancelled; nothing is consulted at it."


@dataclass(frozen=True, slots=True)
class Invitee:
    """Whom one calls: a division, or by `organisation` and `person` who has no login here."""

    kind: InviteeKind
    division: str | None = None
    organisation: str | None = None
    person: str | None = None
    expert_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """会诊意见: the cause, what law and technique say, and what is recommended."""

    cause: str
    legal_view: str
    technical_view: str
    recommended: str


def require_convener(convener: str) -> None:
    """A city or a county calls (seed 002: 市、区联合会诊); a province assigns instead."""
    if divisions.level(convener) is divisions.Level.PROVINCE:
        raise BadConsultation(reason="a city or county convenes", pointer="/convener")


def require_invitees(convener: str, invitees: Sequence[Invitee]) -> None:
    """BadConsultation unless each is named as its kind asks, once, and is not the convener."""
    for place, each in enumerate(invitees):
        if fault := _fault_of(each):
            raise BadConsultation(reason=fault, pointer=f"/invitees/{place}")
        if each.division == convener or each in invitees[:place]:
            raise BadConsultation(
                reason="the convener, or somebody called twice", pointer=f"/invitees/{place}"
            )


def require_not_called(expert_ids: Iterable[UUID | None], called: Iterable[UUID | None]) -> None:
    """BadConsultation if an expert was called already. A division is asked anew instead."""
    if {each for each in expert_ids if each} & {*called}:
        raise BadConsultation(reason="an expert is called twice", pointer="/invitees")


def _fault_of(invitee: Invitee) -> str | None:
    by_name = invitee.organisation is not None or invitee.person is not None
    match invitee.kind:
        case InviteeKind.DIVISION:
            named = invitee.division is not None
            others = by_name or invitee.expert_id is not None
        case InviteeKind.EXPERT:
            named = invitee.expert_id is not None
            others = by_name or invitee.division is not None
        case _:
            named = by_name
            others = invitee.division is not None or invitee.expert_id is not None
    if not named or others:
        return "a division by its code, an expert by id, others by organisation and person"
    return None


def require_no_interest(
    name: str,
    interests: Iterable[Mapping[str, str | None]],
    objects: Iterable[tuple[str | None, str | None]],
) -> None:
    """ExpertRecused if one of the interests is in an object (its name, its credit code)."""
    known = list(objects)
    names = {each for each, _ in known if each}
    codes = {each for _, each in known if each}
    for interest in interests:
        if interest.get("object_name") in names or interest.get("object_code") in codes:
            raise ExpertRecused(name=name)


def require_answer(answer: Answer, text: str | None) -> None:
    """An opinion has a text, a refusal a reason; silence is no answer."""
    if answer is Answer.PENDING:
        raise BadConsultation(reason="that is no answer", pointer="/answer")
    if answer is not Answer.COMES and text is None:
        raise ReasonMissing(reason=answer.value, pointer="/text")


def require_attendance(
    noted: Mapping[UUID, bool], expected: Iterable[UUID], *, opinions: int
) -> None:
    """BadConsultation unless attendance is noted of each who did not decline, and one advised."""
    if noted.keys() != {*expected}:
        raise BadConsultation(
            reason="attendance is noted of each invited who did not decline", pointer="/attendance"
        )
    if not any(noted.values()) and not opinions:
        raise BadConsultation(reason="nobody was consulted", pointer="/attendance")


def require_held_by(held_on: date, *, today: date) -> None:
    if held_on > today:
        raise BadConsultation(reason="the day is yet to come", pointer="/held_on")


def step(state: State, action: Action) -> State:
    """Where `action` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        allowed = [each.value for each in TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=action.value, allowed=allowed) from None


def measure_step(state: MeasureState, taken: MeasureStep) -> MeasureState:
    """How far a measure comes by `taken`; IllegalStep if it leads nowhere."""
    try:
        return MEASURES[state][taken]
    except KeyError:
        allowed = [each.value for each in MEASURES[state]]
        raise IllegalStep(state=state.value, action=taken.value, allowed=allowed) from None


def require_closable(diagnosed: Sequence[bool], measures: Iterable[MeasureState]) -> None:
    """NotDiagnosed or MeasuresOpen unless each problem has a diagnosis and each measure an end."""
    missing = [str(number) for number, each in enumerate(diagnosed, 1) if not each]
    if missing:
        raise NotDiagnosed(numbers=", ".join(missing))
    still_open = sum(each not in SETTLED for each in measures)
    if still_open:
        raise MeasuresOpen(number=still_open)


def measure_term(today: date, due_on: date | None, *, working_days: int) -> Term:
    """Until the day the consultation set; without one, so many working days."""
    if due_on is None:
        return Term(working_days, Unit.WORKING_DAYS, AS_SET, evidence="DD")
    if due_on <= today:
        raise BadConsultation(reason="it is due before it begins", pointer="/due_on")
    return Term((due_on - today).days, Unit.NATURAL_DAYS, AS_SET, rolls=False, evidence="DD")


def is_overdue(
    state: MeasureState, due_at: datetime, reported_at: datetime | None, *, now: datetime
) -> bool:
    """Late: its time was over when it was reported done, or is over and it is not yet."""
    if state is MeasureState.DROPPED:
        return False
    told = reported_at if state in (MeasureState.REPORTED, MeasureState.DONE) else None
    return (told or now) >= due_at


@dataclass(frozen=True, slots=True)
class Rhythm:
    """定期会诊: when the last regular one was held and until when the next is owed."""

    months: int
    last_held_on: date | None

    @property
    def due_on(self) -> date | None:
        """Nothing if there was none yet: then one is owed at once."""
        return None if self.last_held_on is None else add_months(self.last_held_on, self.months)

    def is_due(self, today: date) -> bool:
        return self.due_on is None or self.due_on <= today
