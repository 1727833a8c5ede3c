"""行政行为码: the code of each check, made by a rule that a province or city sets.

DOMAIN 3.2 [S23, S25] wants the code and measures how often it is shown; its form is ours [DD]:
division, agency, year, serial, and a check digit by ISO 7064 MOD 11,10.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

RULE: Final = "inspection.act_code"
SERIES: Final = "act-code"
DIGITS: Final = re.compile(r"[0-9]{2,64}")
_RADIX: Final = 10


def act_code(rule: Mapping[str, Any], *, division: str, year: int, serial: int) -> str:
    """E.g. 330281 16 2026 000001 and its check digit."""
    body = f"{division}{rule['agency']}{year:04d}{serial:0{rule['serial_digits']}d}"
    return body + check_digit(body)


def check_digit(digits: str) -> str:
    """ISO 7064 MOD 11,10: one wrong digit and nearly every swap of neighbours is seen."""
    rest = _RADIX
    for each in digits:
        rest = ((rest + int(each)) % _RADIX or _RADIX) * 2 % (_RADIX + 1)
    return str((1 - rest) % _RADIX)


def is_well_formed(code: str) -> bool:
    """Whether the last digit is that of the others."""
    return DIGITS.fullmatch(code) is not None and check_digit(code[:-1]) == code[-1]
