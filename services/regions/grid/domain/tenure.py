"""Who answers for a cell: exactly one person at every instant from its beginning to its end.

A lead is kept by when it began; it ends where the next begins, or with the cell. So two leads, or
none, cannot be written down. While a lead is away the named deputy answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from services.regions.grid.domain.partition import Named
from shared.errors import InvalidInput, RuleViolation


class BadInstant(InvalidInput):
    code = "grid_instant"
    zh = "时间有误:{reason}"
    en = "The time does not fit: {reason}"


class NotInForce(RuleViolation):
    code = "grid_not_in_force"
    zh = "该网格此时未生效或已由新网格接替。"
    en = "The cell is not in force then: not yet, or no more."


class SamePerson(RuleViolation):
    code = "grid_same_person"
    zh = "{name} 已是该网格责任人。"
    en = "{name} is that already."


class AwayAlready(RuleViolation):
    code = "grid_away_already"
    zh = "该时段已登记离岗和代理人。"
    en = "An absence with a deputy is recorded for that time already."


class NotAway(RuleViolation):
    code = "grid_not_away"
    zh = "该离岗登记已结束。"
    en = "That absence is over."


class IsAway(RuleViolation):
    code = "grid_person_away"
    zh = "{name} 该时段已登记离岗,不能由其负责。"
    en = "{name} is away then and cannot answer for the cell."


class ActsElsewhere(RuleViolation):
    """Who stands in for another cannot leave before that cell has another deputy."""

    code = "grid_acts_elsewhere"
    zh = "{name} 该时段正代理其他网格,应先另行指定代理人。"
    en = "{name} stands in for another lead then; name another deputy there first."


class NotYours(RuleViolation):
    code = "grid_not_yours"
    zh = "该交接应由 {name} 确认。"
    en = "It is {name} who acknowledges this hand-over."


class AcknowledgedAlready(RuleViolation):
    code = "grid_acknowledged"
    zh = "该交接已确认。"
    en = "The hand-over is acknowledged already."


@dataclass(frozen=True, slots=True)
class Lead:
    """Leads from `since` until the next one begins."""

    since: datetime
    person: Named


@dataclass(frozen=True, slots=True)
class Away:
    """An absence, `since` included, `until` not; until further notice without one."""

    since: datetime
    until: datetime | None
    deputy: Named

    def covers(self, instant: datetime) -> bool:
        return self.since <= instant and (self.until is None or instant < self.until)

    def meets(self, other: "Away") -> bool:
        first = self.until is None or other.since < self.until
        return first and (other.until is None or self.since < other.until)

    def cut(self, at: datetime) -> "Away":
        """Over by `at`; one that would begin later never was."""
        if self.until is not None and self.until <= at:
            return self
        return replace(self, until=max(self.since, at))


@dataclass(frozen=True, slots=True)
class Answerable:
    """The one who answers; `acting_for` is the lead while a deputy does."""

    person: Named
    acting_for: Named | None = None


@dataclass(frozen=True, slots=True)
class Tenure:
    """A cell in time. `leads` is in order; the first begins with the cell."""

    since: datetime
    until: datetime | None
    leads: tuple[Lead, ...]
    away: tuple[Away, ...] = ()

    def in_force(self, instant: datetime) -> bool:
        return self.since <= instant and (self.until is None or instant < self.until)

    def lead_at(self, instant: datetime) -> Named:
        """NotInForce outside the cell's time."""
        if not self.in_force(instant):
            raise NotInForce
        return next(each.person for each in reversed(self.leads) if each.since <= instant)

    def answers_at(self, instant: datetime) -> Answerable:
        """The one who answered at the instant; NotInForce outside the cell's time."""
        lead = self.lead_at(instant)
        for each in self.away:
            if each.covers(instant):
                return Answerable(each.deputy, acting_for=lead)
        return Answerable(lead)

    def last_lead(self, before: datetime) -> Named:
        """Who leads until just before an instant."""
        return next(each.person for each in reversed(self.leads) if each.since < before)

    def hand_over(self, to: Named, *, at: datetime, now: datetime) -> Self:
        """Another leads from `at` on: what was recorded of absence was the lead's before."""
        _require_not_past(at, now)
        before = self.lead_at(at)
        if at <= self.leads[-1].since:
            raise BadInstant(reason="a lead begins then, or later, already", pointer="/at")
        if before.account_id == to.account_id:
            raise SamePerson(name=to.name)
        return replace(
            self,
            leads=(*self.leads, Lead(at, to)),
            away=tuple(each.cut(at) for each in self.away),
        )

    def leave(self, away: Away, *, now: datetime) -> Self:
        """The lead is away and somebody else answers meanwhile."""
        _require_not_past(away.since, now, pointer="/since")
        if away.until is not None and away.until <= away.since:
            raise BadInstant(reason="it ends before it begins", pointer="/until")
        if self.lead_at(away.since).account_id == away.deputy.account_id:
            raise SamePerson(name=away.deputy.name)
        if away.since < self.leads[-1].since:
            raise BadInstant(reason="the lead changes then", pointer="/since")
        if any(each.meets(away) for each in self.away if each.until != each.since):
            raise AwayAlready
        return replace(self, away=(*self.away, away))

    def come_back(self, away: Away, *, now: datetime) -> Self:
        """The lead answers again from now on."""
        if away.until is not None and away.until <= now:
            raise NotAway
        return replace(
            self, away=tuple(each.cut(now) if each == away else each for each in self.away)
        )

    def end(self, at: datetime) -> Self:
        """Another plan's cells begin at `at`."""
        return replace(self, until=at)


def periods(tenure: Tenure) -> Sequence[tuple[Lead, datetime | None]]:
    """Each lead with where it ends: at the next one, or with the cell.

    Who was to begin when the cell had already ended never led it.
    """
    until = tenure.until
    led = [each for each in tenure.leads if until is None or each.since < until]
    return list(zip(led, [*(each.since for each in led[1:]), until], strict=True))


def inherited(away: Sequence[Away], *, lead: Named, at: datetime) -> tuple[Away, ...]:
    """Absences of a lead that go on after a redraw, for the cell the same lead is given then.

    Of several cells led before each had its deputy: the first recorded stands in, unless that is
    the lead himself.
    """
    found: list[Away] = []
    for each in sorted(away, key=lambda one: one.since):
        if each.until is not None and each.until <= max(at, each.since):
            continue
        kept = replace(each, since=max(each.since, at))
        if kept.deputy.account_id == lead.account_id or any(kept.meets(one) for one in found):
            continue
        found.append(kept)
    return tuple(found)


def _require_not_past(at: datetime, now: datetime, pointer: str = "/at") -> None:
    """Who answered yesterday is not changed today."""
    if at < now:
        raise BadInstant(reason="who answered before now is not changed", pointer=pointer)
