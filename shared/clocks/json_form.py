"""The plain form of terms, ledgers and calendar years, for JSONB columns, events and files.

What is empty or default is left out, so that a row stays small.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from shared.clocks.calendar import CalendarYear, Holiday, Versions
from shared.clocks.ledger import Extension, Ledger, Pause
from shared.clocks.term import ExtensionRule, LegalBasis, Term, Unit

Json = dict[str, Any]
MONTH_AND_DAY = slice(5, None)  # of YYYY-MM-DD


def ledger_to_json(ledger: Ledger) -> Json:
    return _filled(
        {
            "started_at": ledger.started_at.isoformat(),
            "pauses": [_pause_to_json(each) for each in ledger.pauses],
            "extensions": [_extension_to_json(each) for each in ledger.extensions],
        }
    )


def ledger_from_json(plain: Mapping[str, Any]) -> Ledger:
    return Ledger(
        started_at=datetime.fromisoformat(plain["started_at"]),
        pauses=tuple(map(_pause_from_json, plain.get("pauses", ()))),
        extensions=tuple(map(_extension_from_json, plain.get("extensions", ()))),
    )


def term_to_json(term: Term) -> Json:
    plain = _filled(
        {
            "amount": term.amount,
            "unit": term.unit.value,
            "basis": basis_to_json(term.basis),
            "evidence": term.evidence,
            "extension": term.extension and _rule_to_json(term.extension),
        }
    )
    return plain if term.rolls else {**plain, "rolls": False}


def term_from_json(plain: Mapping[str, Any]) -> Term:
    rule = plain.get("extension")
    return Term(
        amount=plain["amount"],
        unit=Unit(plain["unit"]),
        basis=basis_from_json(plain["basis"]),
        rolls=plain.get("rolls", True),
        evidence=plain.get("evidence", ""),
        extension=_rule_from_json(rule) if rule else None,
    )


def basis_to_json(basis: LegalBasis) -> Json:
    titles = _filled({"title_zh": basis.title_zh, "title_en": basis.title_en})
    return {"law_code": basis.law_code, "article": basis.article, **titles}


def basis_from_json(plain: Mapping[str, Any]) -> LegalBasis:
    return LegalBasis(**plain)


def versions_to_json(versions: Versions) -> dict[str, int]:
    """`{"2026": 1, "2027": 0}`."""
    return {str(year): version for year, version in versions}


def calendar_year_to_json(year: CalendarYear) -> Json:
    """One year's notice; each holiday once, as `[zh, en, [MM-DD, ...]]`."""
    return {
        "year": year.year,
        "version": year.version,
        "notice": year.notice,
        "days_off": _by_holiday(year.days_off),
        "make_up": _by_holiday(year.make_up),
    }


def calendar_year_from_json(plain: Mapping[str, Any]) -> CalendarYear:
    return CalendarYear(
        year=plain["year"],
        version=plain["version"],
        notice=plain["notice"],
        days_off=_by_day(plain["year"], plain["days_off"]),
        make_up=_by_day(plain["year"], plain["make_up"]),
    )


def _filled(plain: Json) -> Json:
    return {key: value for key, value in plain.items() if value}


def _pause_to_json(pause: Pause) -> Json:
    return _filled(
        {
            "since": pause.since.isoformat(),
            "until": pause.until and pause.until.isoformat(),
            "reason": pause.reason,
            "authority": pause.authority,
        }
    )


def _pause_from_json(plain: Mapping[str, Any]) -> Pause:
    until = plain.get("until")
    return Pause(
        since=datetime.fromisoformat(plain["since"]),
        until=datetime.fromisoformat(until) if until else None,
        reason=plain.get("reason", ""),
        authority=plain.get("authority", ""),
    )


def _extension_to_json(extension: Extension) -> Json:
    return {
        "amount": extension.amount,
        "reason": extension.reason,
        "requested_by": extension.requested_by,
        "approved_by": extension.approved_by,
        "at": extension.at.isoformat(),
        "cap": extension.cap,
        "basis": basis_to_json(extension.basis),
    }


def _extension_from_json(plain: Mapping[str, Any]) -> Extension:
    at, basis = datetime.fromisoformat(plain["at"]), basis_from_json(plain["basis"])
    return Extension(**{**plain, "at": at, "basis": basis})


def _rule_to_json(rule: ExtensionRule) -> Json:
    return {"each": rule.each, "times": rule.times, "basis": basis_to_json(rule.basis)}


def _rule_from_json(plain: Mapping[str, Any]) -> ExtensionRule:
    return ExtensionRule(**{**plain, "basis": basis_from_json(plain["basis"])})


def _by_holiday(days: Mapping[date, Holiday]) -> list[list[Any]]:
    grouped: dict[Holiday, list[str]] = {}
    for day in sorted(days):
        grouped.setdefault(days[day], []).append(day.isoformat()[MONTH_AND_DAY])
    return [[holiday.zh, holiday.en, listed] for holiday, listed in grouped.items()]


def _by_day(year: int, groups: Iterable[tuple[str, str, list[str]]]) -> dict[date, Holiday]:
    return {
        date.fromisoformat(f"{year:04}-{day}"): Holiday(zh, en)
        for zh, en, listed in groups
        for day in listed
    }
