"""What can be taken along: in service, calibrated to the last day, free, with its holder."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from services.regions.officers.domain import (
    EquipmentReason,
    EquipmentStatus,
    Item,
    Period,
    equipment_reasons,
)
from shared.clocks.days import SHANGHAI

NIGHT = Period(
    datetime(2026, 3, 10, 22, tzinfo=SHANGHAI), datetime(2026, 3, 11, 2, tzinfo=SHANGHAI)
)
BEFORE = Period(NIGHT.starts_at - timedelta(hours=2), NIGHT.starts_at)
INTO = Period(NIGHT.starts_at, NIGHT.starts_at + timedelta(seconds=1))
HOLDER = uuid4()
FREE = Item(EquipmentStatus.IN_SERVICE, date(2026, 3, 11), None, ())


@pytest.mark.parametrize(
    ("item", "reasons"),
    [
        (FREE, ()),
        (replace(FREE, calibration_valid_to=None), ()),
        (replace(FREE, bookings=(BEFORE,)), ()),
        (replace(FREE, bookings=(INTO,)), (EquipmentReason.BOOKED,)),
        # The night ends on the eleventh.
        (
            replace(FREE, calibration_valid_to=date(2026, 3, 10)),
            (EquipmentReason.CALIBRATION_EXPIRED,),
        ),
        (replace(FREE, status=EquipmentStatus.AT_CALIBRATION), (EquipmentReason.NOT_IN_SERVICE,)),
        (replace(FREE, holder=HOLDER), ()),
        (replace(FREE, holder=uuid4()), (EquipmentReason.ASSIGNED,)),
        (
            Item(EquipmentStatus.RETIRED, date(2020, 1, 1), uuid4(), (INTO,)),
            (
                EquipmentReason.NOT_IN_SERVICE,
                EquipmentReason.CALIBRATION_EXPIRED,
                EquipmentReason.BOOKED,
                EquipmentReason.ASSIGNED,
            ),
        ),
    ],
)
def test_every_reason_is_given(item: Item, reasons: tuple[EquipmentReason, ...]) -> None:
    assert equipment_reasons(item, NIGHT, team={HOLDER}) == reasons
