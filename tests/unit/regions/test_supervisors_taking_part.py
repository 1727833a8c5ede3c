"""What supervisors take part in, and when a firm's promise is kept or broken."""

from datetime import date, timedelta
from itertools import product
from typing import Final

import pytest

from services.regions.bureaus.domain import BureauKind
from services.regions.helpers.domain.taking_part import (
    CONVENERS,
    PROMISES,
    NoConvener,
    NotInOffice,
    NotYet,
    PromiseSettled,
    PromiseState,
    RemarkMissing,
    TooEarly,
    looked_back,
    require_convener,
    require_in_office,
    require_past,
)

DUE: Final = date(2026, 6, 30)
DAY: Final = timedelta(days=1)


@pytest.mark.parametrize(("state", "kept"), [*product(PromiseState, (True, False))])
def test_a_look_back_leads_where_the_table_says_or_nowhere(
    state: PromiseState, *, kept: bool
) -> None:
    found = PromiseState.KEPT if kept else PromiseState.BROKEN

    def look() -> PromiseState:
        return looked_back(state, kept=kept, due_on=DUE, today=DUE + DAY, remark="未安装")

    if found in PROMISES[state]:
        assert look() is found
    else:
        with pytest.raises(PromiseSettled):
            look()


def test_a_promise_is_broken_after_its_day_and_with_a_reason() -> None:
    with pytest.raises(TooEarly):
        looked_back(PromiseState.OPEN, kept=False, due_on=DUE, today=DUE, remark="未安装")
    with pytest.raises(RemarkMissing):
        looked_back(PromiseState.OPEN, kept=False, due_on=DUE, today=DUE + DAY, remark=None)
    early = looked_back(PromiseState.OPEN, kept=True, due_on=DUE, today=DUE - DAY, remark=None)
    assert early is PromiseState.KEPT


@pytest.mark.parametrize("kind", [*BureauKind])
def test_a_park_a_township_or_the_ecology_bureau_convenes(kind: BureauKind) -> None:
    if kind in CONVENERS:
        require_convener(kind)
    else:
        with pytest.raises(NoConvener):
            require_convener(kind)


def test_who_is_not_in_office_and_what_has_not_happened_is_not_recorded() -> None:
    require_in_office(DUE, None, day=DUE, name="某村")
    with pytest.raises(NotInOffice):
        require_in_office(DUE, None, day=DUE - DAY, name="某村")
    with pytest.raises(NotInOffice):
        require_in_office(DUE, DUE, day=DUE + DAY, name="某村")
    with pytest.raises(NotYet):
        require_past(DUE + DAY, today=DUE, pointer="/on_day")
