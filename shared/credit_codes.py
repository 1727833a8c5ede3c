"""统一社会信用代码: 18 characters, of which the last checks the others (GB 32100-2015)."""

from typing import Final

# Without I, O, S, V and Z, which are read for digits and for each other.
CHARACTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH: Final = 18
BASE: Final = 3


def check_character(body: str) -> str:
    """The character that makes these seventeen a code; they are of `CHARACTERS`."""
    total = sum(
        pow(BASE, place, len(CHARACTERS)) * CHARACTERS.index(each)
        for place, each in enumerate(body)
    )
    return CHARACTERS[-total % len(CHARACTERS)]


def is_credit_code(code: str) -> bool:
    return (
        len(code) == LENGTH
        and all(each in CHARACTERS for each in code)
        and check_character(code[:-1]) == code[-1]
    )
