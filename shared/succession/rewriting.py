"""How a row that names a division comes to name its successor. Pure: values in, values out."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from shared import divisions


def renamed(value: Any, old: str, new: str) -> Any:  # noqa: ANN401 -- a code, codes, shares
    """A column's value with the successor in the predecessor's place.

    A list names nobody twice; exact shares of two predecessors add up in their successor.
    """
    match value:
        case str():
            return new if value == old else value
        case list():
            return [*dict.fromkeys(new if each == old else each for each in value)]
        case dict() if value.get("division") == old:
            return {**value, "division": new}
        case dict() if old in value:
            return _shares(value, old, new)
        case _:
            return value


def _shares(shares: Mapping[str, str], old: str, new: str) -> dict[str, str]:
    merged: dict[str, Fraction] = {}
    for code, share in shares.items():
        key = new if code == old else code
        merged[key] = merged.get(key, Fraction(0)) + Fraction(share)
    return {code: str(share) for code, share in merged.items()}


def named_in(value: Any) -> tuple[str, ...]:  # noqa: ANN401 -- as above
    """The division codes a column's value names."""
    match value:
        case str():
            return (value,)
        case list():
            return tuple(value)
        case {"division": str(code)}:
            return (code,)
        case dict():
            return tuple(value)
        case _:
            return ()


def seen_by(visible_to: Sequence[str], named: Iterable[str], *, old: str, new: str) -> list[str]:
    """The scopes that may see the row once its division is `new`.

    The successor and its superiors come in for the predecessor and those of its superiors that
    saw the row; these leave, unless they see it for another division's sake.
    """
    before, after = divisions.lineage(old), divisions.lineage(new)
    stay = {*divisions.visibility(named)}
    others = {each for each in visible_to if each not in before}
    for_others = {each for each in before[:-1] if any(o.startswith(each) for o in others)}
    kept = {each for each in before if each in stay} | for_others
    come = {after[-1]} if before[-1] in visible_to else set()
    come |= {
        new_one
        for old_one, new_one in zip(before[:-1], after, strict=False)
        if old_one in visible_to
    }
    return sorted(others | (kept & {*visible_to}) | come)
