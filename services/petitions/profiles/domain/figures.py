"""Which figures of practice may be set, and to what; their rows are dated (rule_setting)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.errors import InvalidInput, RuleViolation

Value = bool | int | str | list[str]


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number from `least` to `most`, counted in `unit`."""

    least: int
    most: int
    unit: str

    @property
    def said(self) -> str:
        return f"{self.least}-{self.most} {self.unit}"

    def allows(self, value: Value) -> bool:
        # True is an int to Python, not to whoever sets a figure.
        return type(value) is int and self.least <= value <= self.most


@dataclass(frozen=True, slots=True)
class Flag:
    @property
    def said(self) -> str:
        return "true | false"

    def allows(self, value: Value) -> bool:
        return isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class OneOf:
    words: tuple[str, ...]

    @property
    def said(self) -> str:
        return " | ".join(self.words)

    def allows(self, value: Value) -> bool:
        return isinstance(value, str) and value in self.words


@dataclass(frozen=True, slots=True)
class SomeOf:
    """At least one of the words, none twice."""

    words: tuple[str, ...]

    @property
    def said(self) -> str:
        return f"[{', '.join(self.words)}]"

    def allows(self, value: Value) -> bool:
        return (
            isinstance(value, list)
            and bool(value)
            and len(set(value)) == len(value)
            and set(value) <= set(self.words)
        )


@dataclass(frozen=True, slots=True)
class Written:
    """A text of a fixed form."""

    form: re.Pattern[str]
    said: str

    def allows(self, value: Value) -> bool:
        return isinstance(value, str) and self.form.fullmatch(value) is not None


@dataclass(frozen=True, slots=True)
class WordOrNumber:
    word: str
    number: Number

    @property
    def said(self) -> str:
        return f"{self.word} | {self.number.said}"

    def allows(self, value: Value) -> bool:
        return value == self.word or self.number.allows(value)


Kind = Flag | Number | OneOf | SomeOf | WordOrNumber | Written
# A weekday and a full hour.
WEEK_START: Final = re.compile(
    "(monday|tuesday|wednesday|thursday|friday|saturday|sunday) ([01][0-9]|2[0-3]):00"
)
KINDS: Final[Mapping[str, Kind]] = {
    "ask_back.days": Number(1, 60, "days"),
    "callbacks.due_days": Number(1, 90, "days"),
    "callbacks.tries": Number(1, 30, "days"),
    "clocks.raise_after_hours": Number(1, 720, "hours"),
    "clocks.roll_natural_deadline": Flag(),
    "clocks.warn_before_hours": Number(1, 720, "hours"),
    "cross_region.children": Flag(),
    "follow.free_tries": Number(1, 100, "guesses"),
    "follow.grace_minutes": Number(1, 120, "minutes"),
    "follow.longest_wait_minutes": Number(1, 1440, "minutes"),
    "handling.returns_before_superior": Number(1, 20, "returns"),
    "letters.first_look_back_days": Number(1, 730, "days"),
    "letters.second_look_back_days": Number(1, 730, "days"),
    "orders.supervise_days": Number(1, 60, "working days"),
    "orders.urge_days": Number(1, 60, "working days"),
    "petitions.collective_from": Number(2, 1000, "persons"),
    "repeats.basis": OneOf(("person", "object")),
    "repeats.place_metres": Number(1, 5000, "metres"),
    "repeats.window_days": Number(1, 3650, "days"),
    "spot_check.share_permille": Number(1, 1000, "per mille"),
    "statistics.dissatisfaction_denominator": OneOf(("valid_callback", "closed")),
    "through_train.city_days": Number(1, 365, "days"),
    "through_train.county_decision_days": Number(1, 60, "working days"),
    "through_train.county_handling_due": WordOrNumber("period_report", Number(1, 365, "days")),
    "through_train.period_report": OneOf(("monthly", "quarterly")),
    "through_train.receipt_hours": Number(1, 720, "hours"),
    "through_train.trigger_on": SomeOf(("dissatisfied", "unresolved", "repeat")),
    "through_train.wait_minutes": Number(0, 1440, "minutes"),
    "through_train.week_start": Written(WEEK_START, "monday 00:00 ... sunday 23:00"),
    "urgent.acknowledge_hours": Number(1, 72, "hours"),
}


class UnknownSetting(InvalidInput):
    code = "unknown_setting"
    zh = "没有名为 {name} 的设置项。"
    en = "There is no setting {name}."


class SettingOutOfRange(InvalidInput):
    code = "setting_out_of_range"
    zh = "{name} 的取值应为:{allowed}。"
    en = "{name} is one of: {allowed}."


class HoldsFromThePast(RuleViolation):
    """What was counted stays as it was counted."""

    code = "valid_from_past"
    zh = "生效日 {day} 已过,不得追溯。"
    en = "It cannot hold from {day}, which is past."


def require_allowed(name: str, value: Value) -> None:
    """UnknownSetting or SettingOutOfRange unless the figure may have this value."""
    kind = KINDS.get(name)
    if kind is None:
        raise UnknownSetting(reason="setting", pointer="/name", name=name)
    if not kind.allows(value):
        raise SettingOutOfRange(reason="value", pointer="/value", name=name, allowed=kind.said)


def require_ahead(valid_from: date, *, today: date) -> None:
    """A figure or a profile holds from today at the earliest."""
    if valid_from < today:
        raise HoldsFromThePast(day=valid_from)
