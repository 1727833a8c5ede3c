"""What the law wants of an inspection is found missing, one thing after the other."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from services.tasks.enterprises.domain.visits import Mode
from services.tasks.inspections import domain
from services.tasks.inspections.domain import (
    TRANSITIONS,
    CertificateNotShown,
    Facts,
    InspectionAction,
    InspectionState,
    NoIntegritySheet,
    NoRecord,
    Presence,
    RecorderUnexplained,
    TooFewPresent,
    Unfinished,
)
from shared.clocks.days import SHANGHAI
from shared.errors import IllegalStep


def present(*, shown: bool = True, valid_to: date = date(2026, 3, 2)) -> Presence:
    return Presence(uuid4(), "officer", valid_to, shown)


COMPLETE = Facts(
    mode=Mode.ON_SITE,
    started_at=datetime(2026, 3, 2, 22, tzinfo=SHANGHAI),
    present=(present(), present()),
    has_record=True,
    recorder_on=True,
    recorder_reason=None,
    sheet_handed=True,
)
EXPIRED = present(valid_to=date(2026, 3, 1))


def test_a_complete_inspection_lacks_nothing() -> None:
    domain.require_complete(COMPLETE)
    domain.require_complete(replace(COMPLETE, recorder_on=False, recorder_reason="防爆区"))


@pytest.mark.parametrize(
    ("facts", "lack"),
    [
        (replace(COMPLETE, present=(present(),)), TooFewPresent),
        (replace(COMPLETE, present=(present(), EXPIRED)), TooFewPresent),
        (replace(COMPLETE, present=(present(), present(shown=False))), CertificateNotShown),
        (replace(COMPLETE, recorder_on=False), RecorderUnexplained),
        (replace(COMPLETE, sheet_handed=False), NoIntegritySheet),
        (replace(COMPLETE, has_record=False), NoRecord),
    ],
)
def test_each_lack_has_its_own_name(facts: Facts, lack: type[Unfinished]) -> None:
    assert [type(each) for each in domain.shortcomings(facts)] == [lack]
    with pytest.raises(lack):
        domain.require_complete(facts)


def test_from_afar_nobody_shows_a_certificate_but_two_still_record() -> None:
    afar = Facts(
        mode=Mode.OFF_SITE,
        started_at=COMPLETE.started_at,
        present=(present(shown=False),),
        has_record=False,
        recorder_on=False,
        recorder_reason=None,
        sheet_handed=False,
    )
    assert [type(each) for each in domain.shortcomings(afar)] == [TooFewPresent, NoRecord]


@pytest.mark.parametrize("state", InspectionState)
@pytest.mark.parametrize("action", InspectionAction)
def test_what_the_table_does_not_name_is_refused(
    state: InspectionState, action: InspectionAction
) -> None:
    if action in TRANSITIONS[state]:
        assert domain.step(state, action) is TRANSITIONS[state][action]
        return
    with pytest.raises(IllegalStep):
        domain.step(state, action)


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
    assert domain.touches_night(started_at, ended_at, night_starts=22) is is_night


@pytest.mark.parametrize("night_starts", range(24))
@pytest.mark.parametrize("hour", range(24))
def test_a_night_has_eight_hours_wherever_it_begins(night_starts: int, hour: int) -> None:
    moment = datetime(2026, 3, 2, hour, tzinfo=SHANGHAI)
    expected = (hour - night_starts) % 24 < 8
    assert domain.touches_night(moment, moment, night_starts=night_starts) is expected
