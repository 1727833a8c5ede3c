"""Joint meetings (联席会议) and consultations (定期会商): who calls them, what they leave open."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final, Self

from services.regions.agreements.domain.life import DEFAULT
from shared.clocks.days import add_months
from shared.clocks.term import Term, Unit
from shared.errors import IllegalStep, InvalidInput, ReasonMissing, RuleViolation


class Kind(StrEnum):
    JOINT_MEETING = "joint_meeting"  # 联席会议, once a year at least
    CONSULTATION = "consultation"  # 定期会商, monthly


class GuestKind(StrEnum):
    """Who is asked to come beside the parties."""

    POLICE = "police"  # 公安
    PROCURATORATE = "procuratorate"  # 检察院
    COURT = "court"  # 法院
    LAWYER = "lawyer"  # 律师
    EXPERT = "expert"  # 专家
    OTHER = "other"


class State(StrEnum):
    CONVENED = "convened"  # 已召集
    MINUTED = "minuted"  # 已形成纪要
    CONFIRMED = "confirmed"  # 纪要经到会各方确认
    CANCELLED = "cancelled"  # 取消


class Action(StrEnum):
    CHANGE = "change"
    CANCEL = "cancel"
    RECORD = "record"
    AMEND = "amend"
    CONFIRM = "confirm"
    OBJECT = "object"
    CONCLUDE = "conclude"  # the last confirmation


class Confirmation(StrEnum):
    """What a party that attended said to the minutes; nothing is no consent."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    OBJECTED = "objected"


class ItemState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


TRANSITIONS: Final[Mapping[State, Mapping[Action, State]]] = {
    State.CONVENED: {
        Action.CHANGE: State.CONVENED,
        Action.CANCEL: State.CANCELLED,
        Action.RECORD: State.MINUTED,
    },
    State.MINUTED: {
        Action.AMEND: State.MINUTED,
        Action.CONFIRM: State.MINUTED,
        Action.OBJECT: State.MINUTED,
        Action.CONCLUDE: State.CONFIRMED,
    },
    State.CONFIRMED: {},
    State.CANCELLED: {},
}
# What the last confirmation does, never a person.
BY_ITSELF: Final = frozenset({Action.CONCLUDE})


class BadMeeting(InvalidInput):
    code = "bad_meeting"
    zh = "会议安排有误:{reason}"
    en = "The meeting does not hold together: {reason}"


class NotTheHost(InvalidInput):
    """Whose term it is calls the meeting."""

    code = "not_the_host"
    zh = "该日轮值方为 {host},应由其召集。"
    en = "On this day it is {host}'s turn to call the meeting."


class OtherMinutes(RuleViolation):
    code = "other_minutes"
    zh = "纪要已变更,应对现行纪要(哈希 {current})确认。"
    en = "The minutes have changed; the ones on the table have the hash {current}."


class DidNotAttend(RuleViolation):
    code = "did_not_attend"
    zh = "{division} 未到会,不确认纪要。"
    en = "{division} did not attend and confirms no minutes."


class NothingToMeetUnder(RuleViolation):
    """A meeting is called under what binds those it calls."""

    code = "not_in_effect"
    zh = "所依据的协议、方案或联动组未生效。"
    en = "The agreement, plan or group it is called under is not in effect."


class ItemClosed(RuleViolation):
    code = "item_not_open"
    zh = "该事项已办结或已取消。"
    en = "The matter is done or dropped already."


def step(state: State, action: Action) -> State:
    """Where `action` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        allowed = [each.value for each in TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=action.value, allowed=allowed) from None


@dataclass(frozen=True, slots=True)
class Minutes:
    """The minutes on the table and what each party that attended said to them."""

    state: State
    text_hash: str
    words: Mapping[str, Confirmation]

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """Parties that have not confirmed, by silence or objection. They are named, not guessed."""
        return tuple(
            sorted(code for code, said in self.words.items() if said is not Confirmation.CONFIRMED)
        )

    def confirm(self, division: str, *, text_hash: str) -> Self:
        """A party stands by the minutes; with the last one they are confirmed."""
        said = self._said(Action.CONFIRM, division, Confirmation.CONFIRMED, text_hash)
        if said.unconfirmed:
            return said
        return replace(said, state=step(said.state, Action.CONCLUDE))

    def object(self, division: str, *, text_hash: str, reason: str | None) -> Self:
        """A party does not, and says why; ReasonMissing if it does not say."""
        if reason is None:
            raise ReasonMissing(reason="object", pointer="/reason")
        return self._said(Action.OBJECT, division, Confirmation.OBJECTED, text_hash)

    def amend(self, text_hash: str) -> Self:
        """Other minutes: whoever confirmed the ones before has confirmed nothing."""
        state = step(self.state, Action.AMEND)
        if text_hash == self.text_hash:
            return replace(self, state=state)
        words = dict.fromkeys(self.words, Confirmation.PENDING)
        return replace(self, state=state, text_hash=text_hash, words=words)

    def _said(self, action: Action, division: str, said: Confirmation, text_hash: str) -> Self:
        state = step(self.state, action)
        if division not in self.words:
            raise DidNotAttend(division=division)
        if text_hash != self.text_hash:
            raise OtherMinutes(current=self.text_hash)
        return replace(self, state=state, words={**self.words, division: said})


def require_item_open(state: ItemState) -> None:
    if state is not ItemState.OPEN:
        raise ItemClosed


@dataclass(frozen=True, slots=True)
class Attendance:
    """Whether a division invited came, and with whom."""

    division: str
    attended: bool
    attendees: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenMatter:
    """A matter a meeting leaves open: who sees to it and until when."""

    text: str
    responsible: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Record:
    """The minutes (纪要): what was said and decided, who was there, what was left open."""

    held_on: date
    text: str
    decisions: tuple[str, ...]
    attendance: tuple[Attendance, ...]
    matters: tuple[OpenMatter, ...]

    @property
    def present(self) -> tuple[str, ...]:
        return tuple(each.division for each in self.attendance if each.attended)


def plain(record: Record) -> dict[str, Any]:
    """The minutes as JSON has them: what is hashed, and kept."""
    found: dict[str, Any] = json.loads(json.dumps(asdict(record), default=str))
    return found


def require_record(record: Record, *, host: str, invited: Sequence[str], today: date) -> None:
    """BadMeeting unless the minutes say of each invited whether it came, the host among them."""
    if sorted(each.division for each in record.attendance) != sorted(invited):
        raise BadMeeting(reason="attendance is noted of each invited", pointer="/attendance")
    if len({host, *record.present}) < 2 or host not in record.present:  # noqa: PLR2004 -- joint
        raise BadMeeting(reason="the host met nobody", pointer="/attendance")
    if record.held_on > today:
        raise BadMeeting(reason="the day is yet to come", pointer="/held_on")
    for place, matter in enumerate(record.matters):
        if matter.responsible not in invited:
            raise BadMeeting(
                reason="who was not invited takes nothing on", pointer=f"/items/{place}"
            )
        if matter.due_on <= record.held_on:
            raise BadMeeting(reason="it is due before it began", pointer=f"/items/{place}/due_on")


def require_parties(host: str, parties: Sequence[str]) -> None:
    """BadMeeting unless the host is invited and another one at least, each once."""
    if len(set(parties)) < len(parties):
        raise BadMeeting(reason="a division is invited twice", pointer="/divisions")
    if host not in parties or len(parties) < 2:  # noqa: PLR2004 -- joint means two
        raise BadMeeting(reason="a joint meeting has two divisions at least", pointer="/divisions")


def next_due(last: date | None, since: date, *, months: int) -> date:
    """Until when the next meeting is owed: so many months after the last, or after the start."""
    return add_months(since if last is None else last, months)


def item_term(opened_on: date, due_on: date) -> Term:
    """The time a matter was given, as the meeting set it: it does not roll."""
    return Term((due_on - opened_on).days, Unit.NATURAL_DAYS, DEFAULT, rolls=False, evidence="DD")
