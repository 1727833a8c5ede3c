"""Synthetic objects of enforcement; no name and no code is of a real one."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

from shared.credit_codes import CHARACTERS, check_character
from tests.support.published import Row

LISTED: Final = 562
# Categories 1 to 5 with how many are in each: 256 in all are spared a visit (seed 001).
SPARED: Final = {
    "epidemic_supplies": 40,
    "livelihood": 66,
    "low_pollution_jobs": 80,
    "key_projects": 30,
    "key_fields": 40,
}
OTHERS: Final = "online_monitored"
INDUSTRIES: Final = ("C2319", "C2110", "C3360", "C1492", "D4620", "C2761")


def credit_code(division: str, number: int, *, run: int = 0) -> str:
    """A valid code of nobody's: its middle counts in the base of the alphabet."""
    serial = run * 100_000 + number
    digits = ""
    for _ in range(8):
        serial, digit = divmod(serial, len(CHARACTERS))
        digits = CHARACTERS[digit] + digits
    body = f"91{division}M{digits}"
    return body + check_character(body)


def any_code(division: str = "330281") -> str:
    """A code no other test has."""
    return credit_code(division, uuid4().int % 100_000, run=uuid4().int % 1_000_000)


def a_firm(division: str = "330281", **changes: Any) -> dict[str, Any]:
    return {
        "name": f"示例{uuid4().hex[:8]}电镀有限公司",
        "kind": "enterprise",
        "credit_code": any_code(division),
        "division": division,
        "address": f"示例工业区{uuid4().hex[:6]}号",
        "industry": "C3360",
    } | changes


def listed_firms(*divisions: str, run: int = 0) -> Iterator[Row]:
    """The firms of a positive list: 562 over the divisions, 256 of them in categories 1 to 5."""
    categories = [name for name, count in SPARED.items() for _ in range(count)]
    categories += [OTHERS] * (LISTED - len(categories))
    for number, category in enumerate(categories):
        division = divisions[number % len(divisions)]
        yield {
            "name": f"示例清单企业{run}-{number:03d}有限公司",
            "kind": "enterprise",
            "credit_code": credit_code(division, number, run=run),
            "division": division,
            "address": f"示例工业园{run}-{number:03d}号",
            "industry": INDUSTRIES[number % len(INDUSTRIES)],
            "category": category,
        }
