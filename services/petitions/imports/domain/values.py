"""Reading single values of a row: a value, or the code of what is wrong with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from services.petitions.exports.domain.cells import as_meant
from services.petitions.exports.domain.columns import TRUTH, Column, code_of, plain, split
from services.petitions.imports.domain.problems import Code, Problem
from shared.clocks.days import SHANGHAI

E = TypeVar("E", bound=StrEnum)
FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2199
MOST_VALUES: Final = 8
MOST_HEADS: Final = 100_000
# Control characters except tab, line feed and carriage return; surrogates that are not text.
UNSAFE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
DAY: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]*(\d{1,2})[:时](\d{1,2})(?:分|:(\d{1,2})(?:\.\d+)?)?)?"
)
COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
OFFSET: Final = re.compile(r"(?:Z|[+-]\d\d:\d\d)$")
SHORT: Final = 200
LONG: Final = 20_000


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant; `whole_day` if only its date was given, then it is the day's first instant."""

    at: datetime
    whole_day: bool


@dataclass(slots=True)
class Cells:
    """A row's texts by column, and what was found wrong with them while they were read."""

    row: int
    texts: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, column: Column, code: Code) -> None:
        self.problems.append(Problem(self.row, column.value, code))

    def has(self, column: Column) -> bool:
        return bool(self.texts.get(column))

    def text(
        self, column: Column, *, most: int = SHORT, form: re.Pattern[str] | None = None
    ) -> str | None:
        """The text; None if it is absent or wrong."""
        text = as_meant(self.texts.get(column, ""))
        if not text:
            return None
        if len(text) > most:
            self.wrong(column, Code.TOO_LONG)
        elif UNSAFE.search(text):
            self.wrong(column, Code.UNSAFE_TEXT)
        elif form is not None and form.fullmatch(text) is None:
            self.wrong(column, Code.BAD_FORM)
        else:
            return text
        return None

    def code(self, column: Column, kind: type[E]) -> E | None:
        """The code a term means."""
        text = self.texts.get(column)
        if not text:
            return None
        found = code_of(column, text)
        if found is None:
            self.wrong(column, Code.UNKNOWN_VALUE)
            return None
        return kind(found.value)

    def codes(self, column: Column, kind: type[E]) -> list[E]:
        """Every code of a cell with several, each once."""
        parts = self.parts(column)
        found = [code_of(column, part) for part in parts]
        if None in found:
            self.wrong(column, Code.UNKNOWN_VALUE)
            return []
        return list(dict.fromkeys(kind(each.value) for each in found if each is not None))

    def parts(self, column: Column) -> list[str]:
        parts = split(self.texts.get(column, ""))
        if len(parts) > MOST_VALUES:
            self.wrong(column, Code.TOO_MANY_VALUES)
            return []
        return parts

    def truth(self, column: Column) -> bool:
        text = self.texts.get(column)
        if not text:
            return False
        value = TRUTH.get(plain(text))
        if value is None:
            self.wrong(column, Code.UNKNOWN_VALUE)
        return bool(value)

    def count(self, column: Column) -> int:
        """A whole number from 1 on; 1 if absent."""
        text = self.texts.get(column)
        if not text:
            return 1
        if re.fullmatch(r"[0-9]{1,6}", text) and 1 <= int(text) <= MOST_HEADS:
            return int(text)
        self.wrong(column, Code.BAD_NUMBER)
        return 1

    def moment(self, column: Column, *, now: datetime) -> Moment | None:
        """A date or instant that is not in the future; plain ones are of Asia/Shanghai."""
        text = self.texts.get(column)
        if not text:
            return None
        moment = moment_of(text)
        if moment is None:
            self.wrong(column, Code.BAD_TIME)
        elif not FIRST_YEAR <= moment.at.year <= LAST_YEAR:
            self.wrong(column, Code.IMPLAUSIBLE_TIME)
        elif moment.at > now:
            self.wrong(column, Code.IN_FUTURE)
        else:
            return moment
        return None


def moment_of(text: str) -> Moment | None:
    """RFC 3339, or a date with or without a time as ledgers write it."""
    text = text.strip()
    try:
        if OFFSET.search(text):
            return Moment(datetime.fromisoformat(text).astimezone(SHANGHAI), whole_day=False)
        match = DAY.fullmatch(text) or COMPACT.fullmatch(text)
        if match is None:
            return None
        numbers = [int(each or 0) for each in match.groups()]
        whole_day = len(numbers) < len("ymdhms") or match[4] is None
        return Moment(datetime(*numbers, tzinfo=SHANGHAI), whole_day)  # type: ignore[misc,arg-type]  # up to six numbers
    except (ValueError, OverflowError):
        return None
