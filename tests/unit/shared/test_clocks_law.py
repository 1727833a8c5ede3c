"""Which text of which article holds on a day, and what took its place."""

from dataclasses import replace
from datetime import date

import pytest

from shared.clocks.law import LegalBasisFact, in_force, judged_by, superseded

CODE, PROTECTION = "ecological-environment-code", "environmental-protection-law"
LAST, FIRST = date(2026, 8, 14), date(2026, 8, 15)


def a_basis(law: str, article: str, **facts: object) -> LegalBasisFact:
    made = LegalBasisFact(
        law_code=law,
        article=article,
        title_zh="示例法",
        title_en="Example Law",
        subject_zh="示例",
        subject_en="example",
        text_date=date(2014, 4, 24),
        valid_from=date(2015, 1, 1),
        valid_to=None,
        superseded_by=None,
    )
    return replace(made, **facts)  # type: ignore[arg-type]  # a test's own facts


OLD = a_basis(PROTECTION, "59", valid_to=LAST, superseded_by=f"{CODE}/1100")
NEW = a_basis(CODE, "1100", valid_from=FIRST)
WHOLE = a_basis(CODE, "", valid_from=FIRST)
BASES = (OLD, NEW, WHOLE)


@pytest.mark.parametrize(
    ("law", "article", "day", "expected"),
    [
        (PROTECTION, "59", LAST, OLD),
        (PROTECTION, "59", FIRST, None),
        (PROTECTION, "59", date(2014, 12, 31), None),
        (CODE, "1100", LAST, None),
        (CODE, "1100", FIRST, NEW),
        (CODE, "7", FIRST, WHOLE),
        ("no-such-law", "1", FIRST, None),
    ],
)
def test_an_article_holds_from_its_first_to_its_last_day(
    law: str, article: str, day: date, expected: LegalBasisFact | None
) -> None:
    assert in_force(BASES, law, article, day) == expected


def test_of_two_texts_the_one_of_the_day_holds() -> None:
    first = a_basis(CODE, "9", valid_to=LAST)
    second = a_basis(CODE, "9", valid_from=FIRST, text_date=date(2026, 3, 12))

    assert in_force((second, first), CODE, "9", LAST) == first
    assert in_force((first, second), CODE, "9", FIRST) == second


def test_what_took_its_place_is_followed_to_the_end() -> None:
    newest = a_basis("a-later-code", "3", valid_from=date(2030, 1, 1))
    ended = replace(NEW, valid_to=date(2029, 12, 31), superseded_by="a-later-code/3")

    assert superseded((OLD, ended, newest), PROTECTION, "59") == (ended, newest)


def test_an_article_whose_successor_is_not_known_has_none() -> None:
    assert superseded((replace(OLD, superseded_by=None), NEW), PROTECTION, "59") == ()
    assert superseded((OLD,), PROTECTION, "59") == ()


def test_a_circle_ends() -> None:
    back = replace(NEW, superseded_by=f"{PROTECTION}/59")

    assert superseded((OLD, back), PROTECTION, "59") == (back,)


@pytest.mark.parametrize(
    ("happened", "decided", "milder", "expected"),
    [
        (LAST, FIRST, False, OLD),
        (LAST, FIRST, True, NEW),
        (FIRST, FIRST, False, None),
        (LAST, LAST, True, OLD),
    ],
    ids=["as it was", "newer and milder", "repealed already", "the newer one not yet in force"],
)
def test_a_violation_is_judged_by_the_rule_of_its_day_or_a_newer_milder_one(
    happened: date, decided: date, *, milder: bool, expected: LegalBasisFact | None
) -> None:
    found = judged_by(
        BASES, PROTECTION, "59", happened_on=happened, decided_on=decided, newer_is_milder=milder
    )

    assert found == expected


def test_a_newer_text_of_the_same_article_may_be_the_milder_one() -> None:
    first = a_basis(CODE, "9", valid_to=LAST)
    second = a_basis(CODE, "9", valid_from=FIRST)

    found = judged_by(
        (first, second), CODE, "9", happened_on=LAST, decided_on=FIRST, newer_is_milder=True
    )

    assert found == second
