"""The register's rules: codes, industries, the life of an object, its grade, its contacts."""

from datetime import date, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis.strategies import dates, fixed_dictionaries, integers, sampled_from, sets, text

from services.tasks.enterprises.domain import grades, registry
from services.tasks.enterprises.domain.grades import Element, Grade, Interval, Scheme, judge
from services.tasks.enterprises.domain.imports import FileFormat, UnreadableFile, read
from services.tasks.enterprises.domain.industries import (
    BadIndustry,
    industry_name,
    require_industry,
)
from services.tasks.enterprises.domain.positive_lists import EFFECTS, NUMBERS, Category, Effect
from services.tasks.enterprises.domain.registry import (
    Act,
    BadCreditCode,
    CodeMismatch,
    EffectiveDay,
    Facts,
    ObjectKind,
    Permit,
    PermitIncomplete,
    PermitKind,
    Status,
)
from shared.credit_codes import CHARACTERS, is_credit_code
from shared.errors import IllegalStep
from tests.factories.firms import credit_code

CODE: Final = credit_code("330281", 1)
SCHEME: Final = Scheme(
    {"credit": 30, "risk": 25, "concern": 20, "harm": 25},
    {"state_controlled": 15, "province_controlled": 10, "city_controlled": 5},
    {"yellow": 40, "red": 70},
)
ORDER: Final = [*Grade]
scores: Final = fixed_dictionaries({code: integers(0, 100) for code in SCHEME.weights})
listings: Final = sets(sampled_from(["state_controlled", "city_controlled", "key_water"]))


def facts(**changes: object) -> Facts:
    known: dict[str, object] = {
        "name": "示例厂",
        "kind": ObjectKind.ENTERPRISE,
        "division": "330281",
        "address": "示例路1号",
        "industry": "C3360",
        "credit_code": CODE,
    }
    return Facts(**(known | changes))  # type: ignore[arg-type]


def elements(scored: dict[str, int]) -> list[Element]:
    return [Element(code, score, "依据") for code, score in scored.items()]


@given(integers(0, 10**6), sampled_from(range(18)), sampled_from(CHARACTERS))
def test_a_code_with_one_wrong_character_is_refused(number: int, place: int, char: str) -> None:
    code = credit_code("330281", number)
    wrong = code[:place] + char + code[place + 1 :]

    registry.check(facts(credit_code=code))
    assert is_credit_code(code)
    if wrong != code:
        with pytest.raises(BadCreditCode):
            registry.check(facts(credit_code=wrong))


@pytest.mark.parametrize(
    ("kind", "code", "fits"),
    [
        (ObjectKind.ENTERPRISE, CODE, True),
        (ObjectKind.ENTERPRISE, None, False),
        (ObjectKind.INSTITUTION, None, False),
        (ObjectKind.SOLE_TRADER, CODE, True),
        (ObjectKind.SOLE_TRADER, None, True),
        (ObjectKind.NATURAL_PERSON, None, True),
        (ObjectKind.NATURAL_PERSON, CODE, False),
        (ObjectKind.SCATTERED, None, True),
    ],
)
def test_who_has_a_credit_code(kind: ObjectKind, code: str | None, fits: bool) -> None:  # noqa: FBT001
    if fits:
        registry.check(facts(kind=kind, credit_code=code))
        return
    with pytest.raises(CodeMismatch):
        registry.check(facts(kind=kind, credit_code=code))


def test_a_permit_ends_no_earlier_than_it_begins() -> None:
    day = date(2026, 3, 2)
    with pytest.raises(PermitIncomplete):
        registry.check(
            facts(permit=Permit("P1", PermitKind.KEY, day, day - timedelta(days=1))),
        )


@pytest.mark.parametrize("code", ["C3360", "C13", "Q841", "Q8411", "A0511", "T97", "D4620"])
def test_industries_of_the_standard(code: str) -> None:
    require_industry(code)


@pytest.mark.parametrize("code", ["D3360", "C44", "C1", "C33600", "U01", "c3360", "", "T98", "A06"])
def test_what_is_no_industry_of_the_standard(code: str) -> None:
    with pytest.raises(BadIndustry):
        require_industry(code)


def test_an_industry_is_called_by_the_nearest_name() -> None:
    assert industry_name("C3360") == "金属表面处理及热处理加工"
    assert industry_name("C3311") == "金属制品业"
    assert industry_name("A0111") is None


LEGAL: Final = {
    (Status.OPERATING, Act.AMEND): Status.OPERATING,
    (Status.OPERATING, Act.SUSPEND): Status.SUSPENDED,
    (Status.OPERATING, Act.CLOSE): Status.CLOSED,
    (Status.OPERATING, Act.MERGE): Status.MERGED,
    (Status.SUSPENDED, Act.AMEND): Status.SUSPENDED,
    (Status.SUSPENDED, Act.RESUME): Status.OPERATING,
    (Status.SUSPENDED, Act.CLOSE): Status.CLOSED,
    (Status.SUSPENDED, Act.MERGE): Status.MERGED,
    (Status.CLOSED, Act.REOPEN): Status.OPERATING,
    (Status.CLOSED, Act.MERGE): Status.MERGED,
}


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("status", Status)
def test_each_act_leads_where_the_table_says_or_nowhere(status: Status, act: Act) -> None:
    if (status, act) in LEGAL:
        assert registry.step(status, act) is LEGAL[status, act]
        return
    with pytest.raises(IllegalStep):
        registry.step(status, act)


def test_facts_hold_from_a_day_between_the_last_change_and_today() -> None:
    last, today = date(2026, 3, 2), date(2026, 3, 9)
    registry.require_effective(last, last=last, today=today)
    registry.require_effective(today, last=last, today=today)
    for day in (last - timedelta(days=1), today + timedelta(days=1)):
        with pytest.raises(EffectiveDay):
            registry.require_effective(day, last=last, today=today)


def test_own_codes_and_sites_have_names_of_their_own() -> None:
    assert registry.own_code("330281", 2026, 7) == "330281-W-2026-0007"
    assert registry.object_code(CODE, 1, None) == CODE
    assert registry.object_code(CODE, 3, None) == f"{CODE}-3"


def test_six_categories_of_which_five_are_spared_a_visit() -> None:
    assert [*NUMBERS.values()] == [1, 2, 3, 4, 5, 6]
    spared = [each for each in Category if EFFECTS[each] is Effect.OFF_SITE_ONLY]
    assert [NUMBERS[each] for each in spared] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("score", "flags", "grade"),
    [
        (0, (), Grade.GREEN),
        (39, (), Grade.GREEN),
        (40, (), Grade.YELLOW),
        (35, ("city_controlled",), Grade.YELLOW),
        (69, (), Grade.YELLOW),
        (70, (), Grade.RED),
        (55, ("state_controlled", "city_controlled"), Grade.RED),
        (100, ("state_controlled",), Grade.RED),
    ],
)
def test_a_grade_follows_from_score_and_listing(
    score: int, flags: tuple[str, ...], grade: Grade
) -> None:
    judged = judge(elements(dict.fromkeys(SCHEME.weights, score)), flags, SCHEME)

    assert judged.grade is grade
    assert [each["code"] for each in judged.reasons][:4] == [*SCHEME.weights]
    assert ("listing" in {each["code"] for each in judged.reasons}) is bool(flags)


@given(scores, sampled_from(sorted(SCHEME.weights)), integers(0, 100), listings, listings)
def test_a_grade_never_gets_milder_when_an_element_or_the_listing_gets_worse(
    scored: dict[str, int], element: str, more: int, flags: set[str], others: set[str]
) -> None:
    worse = scored | {element: max(scored[element], more)}
    before = judge(elements(scored), flags, SCHEME)
    after = judge(elements(worse), flags | others, SCHEME)

    assert ORDER.index(after.grade) >= ORDER.index(before.grade)
    assert 0 <= before.score <= after.score <= 100


@given(sets(sampled_from([*SCHEME.weights, "other"]), max_size=4))
def test_exactly_the_elements_of_the_scheme_are_scored(codes: set[str]) -> None:
    if codes == set(SCHEME.weights):
        return
    with pytest.raises(grades.WrongElements):
        judge(elements(dict.fromkeys(codes, 1)), (), SCHEME)


@pytest.mark.parametrize(
    ("since", "every", "due"),
    [
        (date(2026, 3, 4), Interval.WEEK, date(2026, 3, 15)),
        (date(2026, 3, 8), Interval.WEEK, date(2026, 3, 15)),
        (date(2026, 12, 30), Interval.WEEK, date(2027, 1, 10)),
        (date(2026, 1, 31), Interval.MONTH, date(2026, 2, 28)),
        (date(2026, 12, 1), Interval.MONTH, date(2027, 1, 31)),
        (date(2026, 1, 1), Interval.QUARTER, date(2026, 6, 30)),
        (date(2026, 6, 30), Interval.QUARTER, date(2026, 9, 30)),
        (date(2026, 11, 5), Interval.QUARTER, date(2027, 3, 31)),
    ],
)
def test_the_next_contact_is_due_at_the_end_of_the_next_period(
    since: date, every: Interval, due: date
) -> None:
    assert grades.contact_due(since, every) == due


@given(dates(date(2020, 1, 1), date(2099, 1, 1)))
def test_the_stricter_the_grade_the_sooner_the_contact(since: date) -> None:
    week, month, quarter = (
        grades.contact_due(since, each)
        for each in (Interval.WEEK, Interval.MONTH, Interval.QUARTER)
    )

    assert since + timedelta(days=7) <= week <= since + timedelta(days=13)
    assert since < month <= quarter
    assert quarter <= since + timedelta(days=184)


@given(text(max_size=200), sampled_from(FileFormat))
def test_any_text_is_rows_or_an_unreadable_file(content: str, kind: FileFormat) -> None:
    try:
        rows = read(content.encode("utf-8", "surrogatepass"), kind)
    except UnreadableFile:
        return
    assert [each.number for each in rows] == [*range(1, len(rows) + 1)]


def test_csv_leads_into_fields_and_lists() -> None:
    heads = "\ufeffname,point.longitude,point.latitude,flags"
    content = f"{heads}\n厂,121.1,30.0,key_water; key_air\n".encode()

    [row] = read(content, FileFormat.CSV)

    assert row.values == {
        "name": "厂",
        "point": {"longitude": "121.1", "latitude": "30.0"},
        "flags": ["key_water", "key_air"],
    }
