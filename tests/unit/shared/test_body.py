"""What a body may hold at all."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.http.body import Body, Code, Division, Instant, LongText, ShortText

TAKES: list[tuple[Any, Any]] = [
    (ShortText, "夜间酸味"),
    (ShortText, "two\tcolumns"),
    (ShortText, "x" * 200),
    (LongText, "one\nline\r\nand another"),
    (LongText, "𠮷野家 😷"),
    (Code, "GB_T-2260.1:x"),
    (Division, "330281"),
    (Instant, "2026-03-02T09:00:00+08:00"),
    (Instant, "1990-01-01T00:00:00Z"),
]
REFUSES: list[tuple[Any, Any]] = [
    *((ShortText, bad) for bad in ("", "   ", "x" * 201, 7, None, ["x"])),
    *(
        (text, f"a{chr(bad)}b")
        for text in (ShortText, LongText)
        for bad in (0, 7, 0x1B, 0x7F, 0xD800)
    ),
    (LongText, "x" * 20_001),
    *((Code, bad) for bad in ("", "a b", "x" * 65, "中", "a\n")),
    *((Division, bad) for bad in ("3302", "330281 ", "３３０２８１", 330281)),
    *(
        (Instant, bad)
        for bad in (
            "2026-03-02T09:00:00",
            "1989-12-31T00:00:00Z",
            "2200-01-02T00:00:00Z",
            "NaN",
            1e300,
        )
    ),
]


@pytest.mark.parametrize(("kind", "value"), TAKES, ids=map(str, range(len(TAKES))))
def test_it_takes(kind: Any, value: Any) -> None:
    TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(("kind", "value"), REFUSES, ids=map(str, range(len(REFUSES))))
def test_it_refuses(kind: Any, value: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value)


def test_space_around_a_text_is_not_kept() -> None:
    assert TypeAdapter(ShortText).validate_python("  酸味 \n") == "酸味"


class Figures(Body):
    share: float = 0
    count: int = 0


@pytest.mark.parametrize(
    "bad", [{"share": float("nan")}, {"share": float("inf")}, {"count": 1.5}, {"other": 1}]
)
def test_figures_are_finite_and_fields_are_known(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Figures.model_validate(bad)
