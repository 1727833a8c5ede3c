"""Explanations: every fact that moved a deadline is told, in both languages."""

from datetime import date

from hypothesis import given, strategies as st

from shared.clocks import acts
from shared.clocks.explanation import Step, StepKind, explain
from shared.clocks.ledger import Ledger
from shared.clocks.term import ExtensionRule, LegalBasis, Term, Unit
from shared.errors import Language
from tests.factories.clocks import CALENDAR, PETITION_RULES, a_term, at, started

SIXTY = a_term(60, extension=ExtensionRule(30, PETITION_RULES))


def told(ledger: Ledger, term: Term) -> dict[StepKind, list[str]]:
    """The Chinese sentences by kind."""
    sentences: dict[StepKind, list[str]] = {}
    for step in explain(ledger, term, CALENDAR):
        sentences.setdefault(step.kind, []).append(step.zh)
    return sentences


def test_a_term_in_working_days_names_what_it_skipped_and_what_it_counted() -> None:
    assert explain(started("2026-02-12"), a_term(5, Unit.WORKING_DAYS), CALENDAR) == (
        Step(
            StepKind.BASIS,
            "依据《信访工作条例》第34条,期限为5个工作日。",
            "Regulations on Petition Work, art. 34: 5 working day(s).",
        ),
        Step(
            StepKind.START,
            "2026-02-12为起算日,当日不计入,2026-02-13为第1日。",
            "The event was on 2026-02-12; that day is not counted, day 1 is 2026-02-13.",
        ),
        Step(
            StepKind.REST_DAYS,
            "2026-02-15至2026-02-23为春节休息日,不计入。",
            "2026-02-15 to 2026-02-23 not counted (Spring Festival).",
        ),
        Step(
            StepKind.MAKE_UP,
            "2026-02-14为春节调休上班日,计入。",
            "2026-02-14 counted: a weekend day worked to make up for Spring Festival.",
        ),
        Step(
            StepKind.DUE,
            "最后一日为2026-02-26,当日24时届满。",
            "The last day is 2026-02-26, until 24:00.",
        ),
    )


def test_a_roll_names_the_holiday_and_both_days() -> None:
    steps = told(started("2026-09-16"), a_term(15))
    assert steps[StepKind.ROLL] == [
        "届满日2026-10-01为国庆节休息日,顺延至其后第一个工作日2026-10-08。"
    ]
    assert StepKind.REST_DAYS not in steps
    assert told(started("2026-09-16"), a_term(15, rolls=False))[StepKind.ROLL] == [
        "届满日2026-10-01为国庆节休息日,该期限不顺延。"
    ]


def test_a_pause_tells_its_bounds_its_reason_and_what_it_adds() -> None:
    ledger = acts.pause(
        started("2026-03-02"), SIXTY, CALENDAR, at=at("2026-03-10"), reason="听证", authority="省厅"
    )
    suspended = told(ledger, SIXTY)
    assert suspended[StepKind.PAUSE] == ["自2026-03-10 09:00起暂停计算(听证;决定:省厅)。"]
    assert StepKind.SUSPENDED in suspended
    assert StepKind.DUE not in suspended
    resumed = told(acts.resume(ledger, at=at("2026-03-20")), SIXTY)
    assert resumed[StepKind.PAUSE] == [
        "2026-03-10 09:00至2026-03-20 09:00暂停计算,顺加10日(自然日)(听证;决定:省厅)。"
    ]


def test_an_extension_tells_who_approved_it_its_cap_and_its_article() -> None:
    ledger = acts.extend(
        started("2026-03-02"),
        SIXTY,
        CALENDAR,
        amount=20,
        reason="情况复杂",
        requested_by="handler",
        approved_by="局长",
        at=at("2026-04-01"),
    )
    assert told(ledger, SIXTY)[StepKind.EXTENSION] == [
        "经局长批准延长20日(自然日)(上限30,依据《信访工作条例》第34条;理由:情况复杂)。"
    ]


def test_a_provisional_deadline_warns_of_the_year_that_is_missing() -> None:
    assert told(started("2026-11-22"), a_term(60))[StepKind.PROVISIONAL] == [
        "2027年节假日安排尚未载入,暂按周一至周五为工作日推算,结果可能变动。"
    ]
    assert StepKind.PROVISIONAL not in told(started("2026-11-22"), a_term(30))


def test_hours_tell_that_they_run_through_holidays() -> None:
    steps = told(started("2026-09-30", 17), a_term(24, Unit.HOURS))
    assert steps[StepKind.START] == ["自2026-09-30 17:00起按小时连续计算,节假日不扣除。"]
    assert steps[StepKind.DUE] == ["期限于2026-10-01 17:00届满,含该时刻。"]


def test_a_step_is_told_in_the_language_asked_for() -> None:
    [*_, last] = explain(started("2026-03-02"), a_term(1), CALENDAR)
    assert last.text(Language.ZH) == "最后一日为2026-03-03,当日24时届满。"
    assert last.text(Language.EN) == "The last day is 2026-03-03, until 24:00."


@given(
    start=st.dates(date(2003, 1, 1), date(2028, 12, 31)),
    amount=st.integers(1, 100),
    unit=st.sampled_from(list(Unit)),
    rolls=st.booleans(),
)
def test_every_deadline_has_an_explanation_that_begins_with_its_article(
    start: date, amount: int, unit: Unit, *, rolls: bool
) -> None:
    first, *_, last = explain(started(start), a_term(amount, unit, rolls=rolls), CALENDAR)
    assert first.kind is StepKind.BASIS
    assert last.kind in {StepKind.DUE, StepKind.PROVISIONAL}


def test_a_scheme_without_articles_is_named_alone() -> None:
    scheme = LegalBasis("scheme", "", "试行方案", "Pilot scheme")
    term = Term(5, Unit.WORKING_DAYS, scheme)

    first, *_ = explain(started("2026-03-16"), term, CALENDAR)

    assert "《试行方案》" in first.zh
    assert "条" not in first.zh
    assert "art." not in first.en
