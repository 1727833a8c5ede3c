"""The joint report (总结通报): a result counts once, by shares, and scopes are kept apart.

What three bureaus did together is one result and not three: each has its declared share, the
shares of a result sum to one exactly (half counts are practice, DOMAIN 0.3 item 4). What tasks
report, what parties recorded and what a party says of its own are three scopes and never added.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from shared.errors import InvalidInput

Shares = Mapping[str, Fraction]
ONE: Final = Fraction(1)


class BadShares(InvalidInput):
    code = "bad_shares"
    zh = "份额有误:{reason}"
    en = "The shares do not hold: {reason}"


def equal_shares(parties: Iterable[str]) -> dict[str, Fraction]:
    """One result of several parties, to each as much."""
    among = sorted(set(parties))
    return {each: Fraction(1, len(among)) for each in among}


def require_shares(shares: Sequence[tuple[str, str]], *, among: Iterable[str]) -> Shares:
    """Declared shares such as `1/3`, of parties of the operation, that sum to one exactly."""
    declared: dict[str, Fraction] = {}
    known = set(among)
    for party, text in shares:
        try:
            part = Fraction(text)
        except (ValueError, ZeroDivisionError):
            raise BadShares(reason=f"{text} is no share", pointer="/shares") from None
        if party in declared:
            raise BadShares(reason=f"{party} is named twice", pointer="/shares")
        if party not in known:
            raise BadShares(reason=f"{party} has no part in it", pointer="/shares")
        if part <= 0:
            raise BadShares(reason=f"{party} has a share of {text}", pointer="/shares")
        declared[party] = part
    if sum(declared.values()) != ONE:
        raise BadShares(reason="they do not sum to one", pointer="/shares")
    return declared


@dataclass(frozen=True, slots=True)
class Counted:
    """One result: what it counts in each measure, and whose it is."""

    shares: Shares
    measures: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Found:
    """One finding as the report counts it; `enterprise` is its credit code, else its name."""

    shares: Shares
    enterprise: str | None
    handed_over: bool
    answered: bool
    case_filed: bool


@dataclass(frozen=True, slots=True)
class Section:
    """One scope: whole numbers in total, exact fractions by party."""

    total: Mapping[str, int]
    by_party: Mapping[str, Mapping[str, Fraction]]


def section(measures: Sequence[str], results: Iterable[Counted]) -> Section:
    """Every result once in the total, and by its shares for each party."""
    total = dict.fromkeys(measures, 0)
    by_party: dict[str, dict[str, Fraction]] = defaultdict(
        lambda: dict.fromkeys(measures, Fraction(0))
    )
    for result in results:
        for measure, number in result.measures.items():
            total[measure] += number
            for party, share in result.shares.items():
                by_party[party][measure] += share * number
    return Section(total, dict(by_party))


TASK_MEASURES: Final = ("tasks", "inspections", "problems_found", "problems_closed")
FINDING_MEASURES: Final = ("enterprises", "findings", "handovers", "answered", "cases")


def findings_section(found: Sequence[Found]) -> Section:
    """Findings one by one; an enterprise once, however often something was found there."""
    counted = [
        Counted(
            each.shares,
            {
                "findings": 1,
                "handovers": int(each.handed_over),
                "answered": int(each.answered),
                "cases": int(each.case_filed),
            },
        )
        for each in found
    ]
    return section(FINDING_MEASURES, [*counted, *_enterprises(found)])


def _enterprises(found: Sequence[Found]) -> list[Counted]:
    """Whose a firm is, is the mean of whose its findings are."""
    of_firm: dict[str, list[Shares]] = defaultdict(list)
    for each in found:
        if each.enterprise is not None:
            of_firm[each.enterprise].append(each.shares)
    return [Counted(_mean(shares), {"enterprises": 1}) for shares in of_firm.values()]


def _mean(several: Sequence[Shares]) -> Shares:
    summed: dict[str, Fraction] = defaultdict(Fraction)
    for shares in several:
        for party, share in shares.items():
            summed[party] += share / len(several)
    return dict(summed)
