"""Articles of law as dated rows, and which of them a matter is judged by (DOMAIN 1.4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

WHOLE_LAW: Final = ""
# Between law and article where one row names another.
SEPARATOR: Final = "/"


@dataclass(frozen=True, slots=True)
class LegalBasisFact:
    """An article as in force from–to (DOMAIN 1.4); `text_date` is the date of the law's text.

    Article "" is the law as a whole. `superseded_by` is the article that took its place, if known,
    as `law_code/article`.
    """

    law_code: str
    article: str
    title_zh: str
    title_en: str
    subject_zh: str
    subject_en: str
    text_date: date
    valid_from: date
    valid_to: date | None
    superseded_by: str | None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def reference_of(law_code: str, article: str) -> str:
    """How one row names another: `law_code/article`, the law alone for the law as a whole."""
    return f"{law_code}{SEPARATOR}{article}" if article else law_code


def in_force(
    bases: Iterable[LegalBasisFact], law_code: str, article: str, day: date
) -> LegalBasisFact | None:
    """The article as it stood on the day; the law as a whole where the article is not recorded.

    Of rows that overlap the later text wins. None: nothing recorded was in force on that day.
    """
    standing = [
        each
        for each in bases
        if each.law_code == law_code and each.article in {article, WHOLE_LAW} and each.holds_on(day)
    ]
    return max(standing, key=lambda each: (each.article == article, each.valid_from), default=None)


def superseded(
    bases: Iterable[LegalBasisFact], law_code: str, article: str
) -> tuple[LegalBasisFact, ...]:
    """What took the article's place, and what took the place of that, as far as it is recorded."""
    known = tuple(bases)
    chain: list[LegalBasisFact] = []
    seen = {reference_of(law_code, article)}
    follower = _successor(known, law_code, article)
    while follower is not None and follower not in seen:
        seen.add(follower)
        law_code, _, article = follower.partition(SEPARATOR)
        if (row := _latest(known, law_code, article)) is None:
            break
        chain.append(row)
        follower = _successor(known, law_code, article)
    return tuple(chain)


def judged_by(
    bases: Iterable[LegalBasisFact],
    law_code: str,
    article: str,
    *,
    happened_on: date,
    decided_on: date,
    newer_is_milder: bool,
) -> LegalBasisFact | None:
    """The rule a violation is judged by: 从旧兼从轻 (行政处罚法 art. 37).

    It is the one in force when it happened, unless the one in force at the decision is milder.
    Whether it is milder, a person judges.
    """
    known = tuple(bases)
    then = in_force(known, law_code, article, happened_on)
    if not newer_is_milder:
        return then
    followers = (
        in_force(known, each.law_code, each.article, decided_on)
        for each in superseded(known, law_code, article)
    )
    newer = [each for each in followers if each is not None]
    return newer[-1] if newer else in_force(known, law_code, article, decided_on) or then


def _latest(known: Iterable[LegalBasisFact], law_code: str, article: str) -> LegalBasisFact | None:
    rows = [each for each in known if (each.law_code, each.article) == (law_code, article)]
    return max(rows, key=lambda each: each.valid_from, default=None)


def _successor(known: Iterable[LegalBasisFact], law_code: str, article: str) -> str | None:
    row = _latest(known, law_code, article)
    return row.superseded_by if row else None
