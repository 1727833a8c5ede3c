"""A published calendar moves a clock, and the row that shows its day goes with it."""

from datetime import date, datetime
from typing import Any

from services.regions.activations.handlers import CLOCK_LISTENERS as ACTIVATIONS
from services.regions.groups.handlers import CLOCK_LISTENERS as GROUPS
from shared.auth.actor import Role
from shared.clock_rows.projection import reproject
from shared.clocks.days import legal_day
from shared.jobs import run_job
from tests.integration.regions.conftest import Person, Regions
from tests.integration.regions.test_activations import CALLER, At, act, called
from tests.integration.regions.test_groups import confirming

ADMINISTRATOR = Person(Role.SYSTEM_ADMINISTRATOR, "510000")


async def deadlines(regions: Regions, subject: str, table: str, column: str) -> tuple[Any, Any]:
    """That of the running clock, and the copy that people read, at one instant."""
    [row] = await regions.sql(
        f"SELECT c.due_at, t.{column} FROM clock c JOIN {table} t ON t.id = c.subject_id"  # noqa: S608 -- our own names
        " WHERE c.subject_id = $1 AND c.state = 'running'",
        subject,
    )
    return row["due_at"], row[column]


def said(holiday: dict[str, Any]) -> list[Any]:
    """As a notice gives it."""
    return [holiday["name_zh"], holiday["name_en"], [day[5:] for day in holiday["days"]]]


async def a_longer_holiday(regions: Regions, today: date) -> None:
    """Every working day of the next three weeks is off: invented, and nobody would."""
    year = (await regions.get(ADMINISTRATOR, f"/calendars/{today.year}")).json()
    off = [date.fromordinal(today.toordinal() + ahead) for ahead in range(1, 22)]
    extra = [day.strftime("%m-%d") for day in off if day.year == today.year and day.weekday() < 5]
    body = {
        "year": today.year,
        "notice": "示例通知",
        "title": "示例",
        "days_off": [*map(said, year["days_off"]), ["示例假期", "Sample holiday", extra]],
        "make_up": [*map(said, year["make_up"])],
        "reason": "测试",
    }
    answer = await regions.post(ADMINISTRATOR, "/calendars", body, version=year["version"])
    assert answer.status_code == 201, answer.text


async def test_what_people_read_is_what_the_clock_says(regions: Regions) -> None:
    item = await called(regions)
    item = await act(regions, CALLER, item, "stand-down", {"reason": "误报"})
    group = await confirming(regions, "510114", "510114", "510681")
    shown = [
        (item["id"], "activation", "report_due_at"),
        (group, "joint_group", "confirm_until"),
    ]
    before = [await deadlines(regions, *each) for each in shown]
    assert all(clock == copy for clock, copy in before)

    now = datetime.fromisoformat(item["ended_at"])
    await a_longer_holiday(regions, legal_day(now))
    await run_job(regions.database, At(now), reproject((*ACTIVATIONS, *GROUPS)))

    after = [await deadlines(regions, *each) for each in shown]
    assert all(clock == copy for clock, copy in after)
    assert after[0] > before[0]
