"""Which environmental supervisor may be asked to come along to look into a petition."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import pytest

from services.petitions.handling.domain.supervisors import (
    AlreadyNoted,
    NotBefore,
    Object,
    RemarkMissing,
    Supervisor,
    SupervisorElsewhere,
    SupervisorNotInOffice,
    SupervisorOfObject,
    VisitOver,
    require_fit,
    require_notable,
    require_remark,
)
from shared.errors import AppError

NOW: Final = datetime.fromisoformat("2026-03-10T09:00:00+08:00")
TOMORROW: Final = NOW + timedelta(days=1)
VILLAGE: Final = Supervisor("330282", "某村", None, date(2026, 1, 1), None)
FIRM: Final = replace(VILLAGE, object_name="示例化工厂", credit_code="91330282MA2AXXXX1K")
COMPLAINED: Final = Object("星河电镀有限公司", None)


@pytest.mark.parametrize(
    ("supervisor", "changes", "error"),
    [
        (VILLAGE, {}, None),
        (FIRM, {}, None),
        (VILLAGE, {"places": ["330281"]}, SupervisorElsewhere),
        (VILLAGE, {"places": ["330281", "330282"]}, None),
        (VILLAGE, {"visit_at": NOW}, VisitOver),
        (replace(VILLAGE, valid_to=date(2026, 3, 10)), {}, SupervisorNotInOffice),
        (replace(VILLAGE, valid_from=date(2026, 3, 12)), {}, SupervisorNotInOffice),
        (FIRM, {"complained": Object(" 示例 化工厂", None)}, SupervisorOfObject),
        (FIRM, {"complained": Object("别名", FIRM.credit_code)}, SupervisorOfObject),
        (VILLAGE, {"complained": Object("某村", None)}, None),
        (FIRM, {"complained": Object(None, None)}, None),
    ],
)
def test_who_may_be_asked(
    supervisor: Supervisor, changes: dict[str, Any], error: type[AppError] | None
) -> None:
    asked: dict[str, Any] = {
        "complained": COMPLAINED,
        "places": ["330282"],
        "visit_at": TOMORROW,
    } | changes
    complained = asked.pop("complained")
    if error is None:
        require_fit(supervisor, complained, now=NOW, **asked)
    else:
        with pytest.raises(error):
            require_fit(supervisor, complained, now=NOW, **asked)


def test_whether_somebody_came_is_noted_once_and_not_before_the_time() -> None:
    require_notable(NOW, noted=False, now=NOW)
    with pytest.raises(NotBefore):
        require_notable(TOMORROW, noted=False, now=NOW)
    with pytest.raises(AlreadyNoted):
        require_notable(NOW, noted=True, now=NOW)
    require_remark(None, came=True)
    with pytest.raises(RemarkMissing):
        require_remark(None, came=False)
