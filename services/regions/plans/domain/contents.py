"""What a joint plan says: its matters by month, its quotas and windows, and what came of it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.regions.agreements.domain import Focus, Form, Link, Season
from shared import divisions
from shared.clocks.days import DAY, MONTHS_IN_YEAR
from shared.errors import InvalidInput, RuleViolation


class ItemState(StrEnum):
    """Where a matter of the plan stands."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class Outcome(StrEnum):
    """What is told of a matter of the plan."""

    UNDER_WAY = "under_way"
    DONE = "done"
    DROPPED = "dropped"


class Period(StrEnum):
    """For what time a quota is counted."""

    PLAN_YEAR = "plan_year"


class BadPlan(InvalidInput):
    """A plan that could not be carried out."""

    code = "bad_plan"
    zh = "方案有误:{reason}"
    en = "The plan does not hold together: {reason}"


class NotOpen(RuleViolation):
    code = "item_not_open"
    zh = "该事项已办结或已取消。"
    en = "The matter is done or dropped already."


@dataclass(frozen=True, slots=True)
class Window:
    """Months in which the city level acts comprehensively, the first and the last included."""

    season: Season
    form: Form
    first_month: int
    last_month: int

    def days(self, year: int) -> tuple[date, date]:
        """Its first and its last day in a year."""
        return date(year, self.first_month, 1), last_day(year, self.last_month)


@dataclass(frozen=True, slots=True)
class Quota:
    """At least so many operations a group owes in each period, and when the windows are."""

    min_ops: int
    period: Period
    windows: tuple[Window, ...]


def last_day(year: int, month: int) -> date:
    """The last day of a month."""
    following = date(year + month // MONTHS_IN_YEAR, month % MONTHS_IN_YEAR + 1, 1)
    return following - DAY


@dataclass(frozen=True, slots=True)
class ItemFact:
    """A matter of the plan as its figures need it; `due_on` is the last day of its months."""

    state: ItemState
    responsible: str
    form: Form
    due_on: date


@dataclass(frozen=True, slots=True)
class Figures:
    """How far a plan is. Dropped matters are no part of what is to be completed."""

    total: int
    done: int
    dropped: int
    open: int
    overdue: int

    @property
    def completed_percent(self) -> float | None:
        """Of what was not dropped, to one place; None if nothing is left to complete."""
        owed = self.total - self.dropped
        return round(100 * self.done / owed, 1) if owed else None


def figures(items: Iterable[ItemFact], *, today: date) -> Figures:
    """The completion figures of these matters on a day."""
    rows = list(items)
    still_open = [each for each in rows if each.state is ItemState.OPEN]
    return Figures(
        total=len(rows),
        done=sum(each.state is ItemState.DONE for each in rows),
        dropped=sum(each.state is ItemState.DROPPED for each in rows),
        open=len(still_open),
        overdue=sum(each.due_on < today for each in still_open),
    )


@dataclass(frozen=True, slots=True)
class ItemTerms:
    """A matter of the plan: in which months of which year, what, where, and who answers for it."""

    year: int
    first_month: int
    last_month: int
    form: Form
    focus: Focus | None
    media: tuple[str, ...]
    industries: tuple[str, ...]
    what: str
    places: tuple[str, ...]
    responsible: str

    @property
    def due_on(self) -> date:
        """The last day of its months."""
        return last_day(self.year, self.last_month)


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """The whole text; without figures of its own those of the settings hold."""

    agreement_id: UUID | None
    parent_plan_id: UUID | None
    year: int | None
    title: str
    body: str
    valid_from: date
    valid_to: date
    parties: tuple[str, ...]
    forms: tuple[Form, ...]
    links: tuple[Link, ...]
    focuses: tuple[Focus, ...]
    min_ops: int | None
    quota_period: Period | None
    windows: tuple[Window, ...] | None
    items: tuple[ItemTerms, ...]


def plain(terms: PlanTerms, *, lead: str) -> dict[str, Any]:
    """The text as JSON has it: what is hashed, and kept."""
    text: dict[str, Any] = json.loads(json.dumps(asdict(terms), default=str))
    return {**text, "lead": lead}


def require_sound(terms: PlanTerms, *, lead: str) -> None:
    """BadPlan unless parties, days, windows and matters fit together."""
    parties, valid_from, valid_to = terms.parties, terms.valid_from, terms.valid_to
    if len(set(parties)) < len(parties):
        raise BadPlan(reason="a party is named twice", pointer="/parties")
    if len(parties) < 2:  # noqa: PLR2004 -- joint means two
        raise BadPlan(reason="a joint plan has two parties at least", pointer="/parties")
    if not any(divisions.covers(divisions.scope(lead), each) for each in parties):
        raise BadPlan(reason="the lead is no party and above none", pointer="/lead")
    if valid_to < valid_from:
        raise BadPlan(reason="the days are not in order", pointer="/valid_to")
    if terms.year is not None and not valid_from.year == valid_to.year == terms.year:
        raise BadPlan(reason="a yearly plan lies in its year", pointer="/year")
    _require_sound_months(terms)


def _require_sound_months(terms: PlanTerms) -> None:
    for place, window in enumerate(terms.windows or ()):
        if window.first_month > window.last_month:
            raise BadPlan(reason="the months are not in order", pointer=f"/windows/{place}")
    for place, item in enumerate(terms.items):
        _require_sound_item(item, terms, pointer=f"/items/{place}")


def _require_sound_item(item: ItemTerms, terms: PlanTerms, *, pointer: str) -> None:
    if item.responsible not in terms.parties:
        raise BadPlan(reason="only a party answers for a matter", pointer=pointer)
    if item.first_month > item.last_month:
        raise BadPlan(reason="the months are not in order", pointer=pointer)
    begins = date(item.year, item.first_month, 1)
    if item.due_on < terms.valid_from or begins > terms.valid_to:
        raise BadPlan(reason="the months lie outside the plan", pointer=pointer)


def require_within(
    terms: PlanTerms, outer: Iterable[str], days: tuple[date, date | None], *, pointer: str
) -> None:
    """BadPlan unless what is above binds every party, for all the days of the plan."""
    scopes = [divisions.scope(each) for each in outer]
    for party in terms.parties:
        if not any(divisions.covers(scope, party) for scope in scopes):
            raise BadPlan(reason=f"{party} is not bound by what is above", pointer=pointer)
    first, last = days
    if terms.valid_from < first or (last is not None and terms.valid_to > last):
        raise BadPlan(reason="it lasts longer than what is above", pointer=pointer)


def require_open(state: ItemState) -> None:
    if state is not ItemState.OPEN:
        raise NotOpen
