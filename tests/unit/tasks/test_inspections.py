"""What the law wants of an inspection is found missing, one thing after the other."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from services.tasks.enterprises.domain.visits import LegalKind, Method, Mode
from services.tasks.inspections.domain import codes, guards, life, recorders, special, terms
from services.tasks.inspections.domain.guards import (
    AbsenceCase,
    AbsenceCaseMismatch,
    CertificateNotShown,
    Facts,
    NoIntegritySheet,
    NoRecord,
    NotSaid,
    Presence,
    RecorderUnexplained,
    Signature,
    TooFewPresent,
    UnannouncedUndeclared,
    Unfinished,
)
from services.tasks.inspections.domain.life import (
    TRANSITIONS,
    AbortGround,
    InspectionAction,
    InspectionState,
)
from services.tasks.inspections.domain.recorders import Gap, Span
from services.tasks.inspections.domain.special import Approver, Limits, SpecialState
from services.tasks.inspections.domain.terms import Said, TurnGround
from shared.clocks.days import SHANGHAI
from shared.errors import AppError, IllegalStep

START = datetime(2026, 3, 2, 22, tzinfo=SHANGHAI)


def present(*, shown: bool = True, valid_to: date = date(2026, 3, 2)) -> Presence:
    return Presence(uuid4(), "officer", valid_to, shown)


COMPLETE = Facts(
    mode=Mode.ON_SITE,
    methods=(),
    started_at=START,
    present=(present(), present()),
    has_record=True,
    gaps=(),
    recorded=True,
    not_said=(),
    sheet_handed=True,
    declared=False,
)
EXPIRED = present(valid_to=date(2026, 3, 1))
SILENT = (Gap(START, START + timedelta(hours=1), None),)
EXPLAINED = (Gap(START, START + timedelta(hours=1), "防爆区"),)


def test_a_complete_inspection_lacks_nothing() -> None:
    guards.require_complete(COMPLETE)
    guards.require_complete(replace(COMPLETE, gaps=EXPLAINED))


@pytest.mark.parametrize(
    ("facts", "lack"),
    [
        (replace(COMPLETE, present=(present(),)), TooFewPresent),
        (replace(COMPLETE, present=(present(), EXPIRED)), TooFewPresent),
        (replace(COMPLETE, present=(present(), present(shown=False))), CertificateNotShown),
        (replace(COMPLETE, gaps=SILENT), RecorderUnexplained),
        (replace(COMPLETE, not_said=("focus",)), NotSaid),
        (replace(COMPLETE, methods=(Method.UNANNOUNCED,)), UnannouncedUndeclared),
        (replace(COMPLETE, sheet_handed=False), NoIntegritySheet),
        (replace(COMPLETE, has_record=False), NoRecord),
    ],
)
def test_each_lack_has_its_own_name(facts: Facts, lack: type[Unfinished]) -> None:
    assert [type(each) for each in guards.shortcomings(facts)] == [lack]
    with pytest.raises(lack):
        guards.require_complete(facts)


def test_from_afar_nobody_shows_a_certificate_but_two_still_record() -> None:
    afar = Facts(
        mode=Mode.OFF_SITE,
        started_at=COMPLETE.started_at,
        present=(present(shown=False),),
        has_record=False,
        methods=(),
        gaps=(),
        recorded=False,
        not_said=("time",),
        sheet_handed=False,
        declared=False,
    )
    assert [type(each) for each in guards.shortcomings(afar)] == [TooFewPresent, NoRecord]


@pytest.mark.parametrize("state", InspectionState)
@pytest.mark.parametrize("action", InspectionAction)
def test_what_the_table_does_not_name_is_refused(
    state: InspectionState, action: InspectionAction
) -> None:
    if action in TRANSITIONS[state]:
        assert life.step(state, action) is TRANSITIONS[state][action]
        return
    with pytest.raises(IllegalStep):
        life.step(state, action)


@pytest.mark.parametrize(
    ("start", "minutes", "is_night"),
    [
        ("2026-03-02T21:00", 59, False),
        ("2026-03-02T21:00", 60, True),
        ("2026-03-02T22:00", 0, True),
        ("2026-03-03T05:59", 0, True),
        ("2026-03-03T06:00", 0, False),
        ("2026-03-03T06:00", 16 * 60, True),
        ("2026-03-03T00:00", 1, True),
    ],
)
def test_night_is_ten_to_six_in_shanghai(start: str, minutes: int, is_night: bool) -> None:  # noqa: FBT001 -- a column of the table above
    started_at = datetime.fromisoformat(start).replace(tzinfo=SHANGHAI).astimezone(UTC)
    ended_at = started_at + timedelta(minutes=minutes)
    assert terms.touches_night(started_at, ended_at, night_starts=22) is is_night


@pytest.mark.parametrize("night_starts", range(24))
@pytest.mark.parametrize("hour", range(24))
def test_a_night_has_eight_hours_wherever_it_begins(night_starts: int, hour: int) -> None:
    moment = datetime(2026, 3, 2, hour, tzinfo=SHANGHAI)
    expected = (hour - night_starts) % 24 < 8
    assert terms.touches_night(moment, moment, night_starts=night_starts) is expected


def test_nobody_met_means_no_certificate_shown_and_no_sheet_handed() -> None:
    absent = replace(
        COMPLETE, present=(present(shown=False),) * 2, sheet_handed=False, party_absent=True
    )
    guards.require_complete(absent)


@pytest.mark.parametrize("case", [*AbsenceCase, None])
@pytest.mark.parametrize("signature", Signature)
def test_a_missing_signature_is_one_of_the_five_cases_of_article_43(
    signature: Signature, case: AbsenceCase | None
) -> None:
    refused = AbsenceCase.REFUSED_TO_SIGN
    fits = {
        Signature.SIGNED: case is None,
        Signature.REFUSED: case in (None, refused),
        Signature.ABSENT: case not in (None, refused),
    }
    if fits[signature]:
        found = guards.absence_case(signature, case)
        assert (found is None) == (signature is Signature.SIGNED)
        return
    with pytest.raises(AbsenceCaseMismatch):
        guards.absence_case(signature, case)


def refusal(call: object, *arguments: object, **named: object) -> str | None:
    assert callable(call)
    try:
        call(*arguments, **named)
    except AppError as error:
        return error.code
    return None


OFF_SITE = Said(LegalKind.ROUTINE, Mode.OFF_SITE, (Method.DOUBLE_RANDOM,))


@pytest.mark.parametrize(
    ("asked", "given", "turned", "code"),
    [
        (OFF_SITE, Said(), False, None),
        (OFF_SITE, Said(mode=Mode.ON_SITE), False, "off_site_first"),
        (OFF_SITE, Said(mode=Mode.ON_SITE), True, None),
        (OFF_SITE, Said(LegalKind.ROUTINE, Mode.ON_SITE), True, "contradicts_task"),
        (OFF_SITE, Said(LegalKind.SPECIAL), False, "contradicts_task"),
        (OFF_SITE, Said(methods=(Method.CROSS,)), False, "contradicts_task"),
        (OFF_SITE, Said(methods=(Method.DOUBLE_RANDOM, Method.CROSS)), False, None),
        (Said(mode=Mode.ON_SITE), Said(mode=Mode.OFF_SITE), False, "contradicts_task"),
        (Said(enterprise_id=uuid4()), Said(enterprise_id=uuid4()), False, "contradicts_task"),
        (Said(), Said(), False, "mode_missing"),
    ],
)
def test_an_inspection_is_what_its_task_asks_for(
    asked: Said,
    given: Said,
    turned: bool,  # noqa: FBT001 -- a column of the table above
    code: str | None,
) -> None:
    assert refusal(terms.settle, asked, given, turned=turned) == code


def test_a_turned_check_is_an_individual_visit() -> None:
    settled = terms.settle(OFF_SITE, Said(mode=Mode.ON_SITE), turned=True)
    assert (settled.legal_kind, settled.mode) == (LegalKind.INDIVIDUAL, Mode.ON_SITE)


def test_only_stated_grounds_turn_a_check_into_a_visit() -> None:
    ground = TurnGround.ABNORMAL_DATA
    assert refusal(terms.require_turnable, Mode.OFF_SITE, ground, ["abnormal_data"]) is None
    assert refusal(terms.require_turnable, Mode.OFF_SITE, ground, []) == "turn_ground_not_in_force"
    assert refusal(terms.require_turnable, Mode.ON_SITE, ground, [ground]) == "nothing_to_turn"


def test_night_and_holiday_are_what_the_clock_says() -> None:
    meant = (Method.CROSS, Method.NIGHT)
    assert terms.methods_by_time(meant, at_night=False, on_rest_day=True) == (
        Method.CROSS,
        Method.HOLIDAY,
    )


def test_crossing_is_by_officers_of_elsewhere_and_flying_needs_two() -> None:
    assert not terms.crosses(["330281", "330200"], "330281")
    assert terms.crosses(["330281", "330282"], "330281")
    flying, place = [Method.FLYING], "330903"
    assert refusal(terms.require_flying, flying, ["330903", "330902"], place, needed=2) == (
        "flying_needs_outsiders"
    )
    assert refusal(terms.require_flying, flying, ["330900", "330902"], place, needed=2) is None


@pytest.mark.parametrize("valid", ["86095742719", "794623"])
def test_the_check_digit_is_that_of_iso_7064_and_sees_a_wrong_digit(valid: str) -> None:
    assert codes.is_well_formed(valid)
    for place, digit in enumerate(valid):
        wrong = valid[:place] + str((int(digit) + 1) % 10) + valid[place + 1 :]
        assert not codes.is_well_formed(wrong)


def test_a_code_is_division_agency_year_serial_and_check_digit() -> None:
    rule = {"agency": "16", "serial_digits": 6}
    code = codes.act_code(rule, division="330281", year=2026, serial=7)
    assert code[:-1] == "330281162026000007"
    assert codes.is_well_formed(code)


def test_gaps_lie_between_arrival_and_departure_each_with_its_reason() -> None:
    hour = timedelta(hours=1)
    spans = [
        Span(START + hour, START + 2 * hour, "换电池"),
        Span(START + 3 * hour, START + 4 * hour),
    ]
    found = recorders.gaps(spans, arrived=START, left=START + 5 * hour, first_reason="暗访")
    assert [(each.from_at - START, each.reason) for each in found] == [
        (0 * hour, "暗访"),
        (2 * hour, "换电池"),
        (4 * hour, None),
    ]


@pytest.mark.parametrize(
    ("kind", "approving", "code"),
    [
        (Approver.COUNTY_GOVERNMENT, "330281", None),
        (Approver.COUNTY_GOVERNMENT, "330282", "approver_too_low"),
        (Approver.VERTICAL_SUPERIOR, "330200", None),
        (Approver.VERTICAL_SUPERIOR, "330281", "approver_too_low"),
    ],
)
def test_a_special_check_is_approved_by_the_county_or_the_superior(
    kind: Approver, approving: str, code: str | None
) -> None:
    scope = ["330281"]
    found = refusal(special.require_approver, kind, approving, division="330281", scope=scope)
    assert found == code


LIMITS = Limits(
    SpecialState.PUBLISHED, ("330281",), ("酸雾",), 2, date(2026, 3, 1), date(2026, 3, 31)
)


@pytest.mark.parametrize(
    ("limits", "changes", "code"),
    [
        (LIMITS, {}, None),
        (replace(LIMITS, state=SpecialState.FILED), {}, "special_check_not_in_force"),
        (LIMITS, {"on_day": date(2026, 4, 1)}, "special_check_not_in_force"),
        (LIMITS, {"place": "330282"}, "outside_special_scope"),
        (LIMITS, {"contents": ["废水"]}, "outside_special_content"),
        (LIMITS, {"contents": []}, "outside_special_content"),
        (LIMITS, {"begun": 2}, "special_number_reached"),
    ],
)
def test_a_special_check_has_limits(
    limits: Limits, changes: dict[str, object], code: str | None
) -> None:
    wanted = {"place": "330281", "contents": ["酸雾"], "on_day": date(2026, 3, 2), "begun": 1}
    assert refusal(special.require_within, limits, **(wanted | changes)) == code


def test_refusing_is_the_partys_right_until_the_certificates_are_shown() -> None:
    refused, unshown = AbortGround.ENTRY_REFUSED, AbortGround.CERTIFICATES_NOT_SHOWN
    assert refusal(life.require_ground, refused, all_shown=False) == "refusal_needs_certificates"
    assert refusal(life.require_ground, unshown, all_shown=True) == "certificates_were_shown"
    for ground, shown in ((refused, True), (unshown, False), (AbortGround.FORCE_MAJEURE, False)):
        assert refusal(life.require_ground, ground, all_shown=shown) is None


def test_what_has_begun_is_not_called_off() -> None:
    assert refusal(life.require_nothing_done, [InspectionAction.SWITCH_RECORDER]) is None
    for each in (InspectionAction.FIND, InspectionAction.RECORD):
        assert refusal(life.require_nothing_done, [each]) == "inspection_begun"
