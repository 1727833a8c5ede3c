"""Which divisions a text names, and which is likely meant. It decides nothing: a person does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.regions.places.domain.names import (
    ORDER,
    SHORTEST,
    Form,
    Gazetteer,
    Named,
)
from shared import divisions

# A short name before one of these is part of a street's or a village's name: 南京路, 延安桥.
STREET_WORDS: Final = frozenset("路街巷弄桥村")
STREET_ENDS: Final = ("大道", "大街", "新村", "中路", "东路", "西路", "南路", "北路")


class Reason(StrEnum):
    """Why a candidate stands where it stands, the strongest first."""

    WITHIN_NAMED = "within_named"  # the text names a division above it
    HOLDS_NAMED = "holds_named"  # the text names a division below it
    OWN = "own"  # it lies in the asker's own division
    OWN_CITY = "own_city"  # it lies in the asker's own city
    OWN_PROVINCE = "own_province"
    FULL_NAME = "full_name"
    SHORT_NAME = "short_name"
    FORMER_NAME = "former_name"
    STREET_NAME = "street_name"  # the name is likely a street's
    ONLY_ONE = "only_one"  # nothing else has this name


BY_FORM: Final = {
    Form.FULL: Reason.FULL_NAME,
    Form.SHORT: Reason.SHORT_NAME,
    Form.FORMER: Reason.FORMER_NAME,
}
Rank = tuple[int, int, int, str]
NEARNESS: Final = (Reason.OWN, Reason.OWN_CITY, Reason.OWN_PROVINCE)


@dataclass(frozen=True, slots=True)
class Span:
    """Where a name stands: characters `start` up to but not `end`."""

    start: int
    end: int
    text: str
    named: tuple[Named, ...]
    in_street: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """One division a mention may mean, and why it ranks where it does."""

    named: Named
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """One name in the text with all it may mean, the likeliest first."""

    span: Span
    candidates: tuple[Candidate, ...]


def spans(text: str, names: Gazetteer) -> list[Span]:
    """Every name in the text from left to right, at each place the longest that begins there."""
    found = []
    start = 0
    while start < len(text):
        span = _longest(text, start, names)
        if span is None:
            start += 1
        else:
            found.append(span)
            start = span.end
    return found


def read(text: str, names: Gazetteer, *, own: Iterable[str]) -> list[Mention]:
    """Every mention of a division, with what it may mean; `own` are the asker's scopes.

    What agrees with other names in the text stands first, then what is nearer to the asker, then
    the plainer form of the name.
    """
    found = spans(text, names)
    scopes = tuple(own)
    return [Mention(span, _ranked(span, _context(found, span), scopes, names)) for span in found]


def _longest(text: str, start: int, names: Gazetteer) -> Span | None:
    for end in range(min(len(text), start + names.longest), start + SHORTEST - 1, -1):
        if named := names.by_name.get(text[start:end]):
            short = all(each.form is not Form.FULL for each in named)
            in_street = short and _goes_on_as_street(text[end:])
            return Span(start, end, text[start:end], named, in_street)
    return None


def _goes_on_as_street(rest: str) -> bool:
    return rest[:1] in STREET_WORDS or rest.startswith(STREET_ENDS)


def _context(found: Sequence[Span], span: Span) -> list[frozenset[str]]:
    """What each other name may mean: scopes, its successors' too. A street's name says nothing."""
    return [
        frozenset(divisions.scope(code) for each in other.named for code in (each.code, *each.now))
        for other in found
        if other is not span and not other.in_street and other.text != span.text
    ]


def _ranked(
    span: Span, context: Sequence[frozenset[str]], own: Sequence[str], names: Gazetteer
) -> tuple[Candidate, ...]:
    judged = sorted(
        (_judged(named, context, own, names, in_street=span.in_street) for named in span.named),
        key=lambda each: each[0],
    )
    alone = (Reason.ONLY_ONE,) if len(judged) == 1 else ()
    return tuple(Candidate(named, (*reasons, *alone)) for _, named, reasons in judged)


def _judged(
    named: Named,
    context: Sequence[frozenset[str]],
    own: Sequence[str],
    names: Gazetteer,
    *,
    in_street: bool,
) -> tuple[Rank, Named, tuple[Reason, ...]]:
    # What a name stands for today may lie elsewhere than what it stood for.
    codes = [each for each in (named.code, *named.now) if each in names.by_code]
    scopes = {divisions.scope(each) for each in codes or [named.code]}
    within = sum(any(_above(each, scopes) for each in other) for other in context)
    holds = sum(any(_above(each, other) for each in scopes) for other in context)
    nearness = _nearness(scopes, own)
    told = {
        Reason.WITHIN_NAMED: bool(within),
        Reason.HOLDS_NAMED: bool(holds),
        **{each: each is nearness for each in NEARNESS},
        BY_FORM[named.form]: True,
        Reason.STREET_NAME: in_street,
    }
    rank = (
        -(within + holds),
        NEARNESS.index(nearness) if nearness else len(NEARNESS),
        ORDER.index(named.form),
        named.code,
    )
    return rank, named, tuple(reason for reason, holds_true in told.items() if holds_true)


def _above(outer: str, inner: Iterable[str]) -> bool:
    """Whether a scope lies truly above one of the others."""
    return any(each != outer and each.startswith(outer) for each in inner)


def _nearness(scopes: Iterable[str], own: Sequence[str]) -> Reason | None:
    found = [reason for scope in scopes for mine in own if (reason := _near(scope, mine))]
    return min(found, key=NEARNESS.index, default=None)


def _near(scope: str, mine: str) -> Reason | None:
    if scope.startswith(mine):
        return Reason.OWN
    if scope[:4] == mine[:4] and len(mine) > len("33"):
        return Reason.OWN_CITY
    return Reason.OWN_PROVINCE if scope[:2] == mine[:2] else None
