"""Where and when the story takes place: Ningbo, its borders, the working days of 2026."""

from typing import Final

from ops.demo.intake import BEILUN, CITY_CLERK, CIXI, YINZHOU, YUYAO
from ops.demo.people import Json, Stage
from ops.realm import CITIES, COUNTIES, NINGBO

YEAR: Final = 2026
# 国庆节 is off, and its make-up Sunday is worked.
OFF, MADE_UP = "2026-10-01", "2026-09-20"


def check(stage: Stage) -> None:
    """The divisions are the real ten, two of the story's counties touch, the year is published."""
    clerk = stage.person(CITY_CLERK)
    listed = clerk.get("/divisions", parent=NINGBO)["items"]
    names = {each["code"]: each["name"] for each in listed}
    real = {code: name for code, name in COUNTIES.items() if code[:4] == NINGBO[:4]}
    stage.claim(f"{CITIES[NINGBO]}辖十个区县", holds=names == real, seen="、".join(names.values()))
    borders = clerk.get("/borders", division=NINGBO, limit=200)["items"]
    touching = {(each["a"], each["b"]) for each in borders}
    stage.claim(
        "余姚与慈溪接壤,北仑与鄞州接壤,北仑与慈溪不接壤",
        holds={(YUYAO, CIXI), (BEILUN, YINZHOU)} <= touching and (BEILUN, CIXI) not in touching,
        seen=len(touching),
    )
    calendar = clerk.get(f"/calendars/{YEAR}")
    stage.claim(
        "2026 年工作日历含放假与补班",
        holds=OFF in _days(calendar["days_off"]) and MADE_UP in _days(calendar["make_up"]),
        seen=[len(_days(calendar[kind])) for kind in ("days_off", "make_up")],
    )


def _days(holidays: list[Json]) -> set[str]:
    return {day for holiday in holidays for day in holiday["days"]}
