"""Running clocks follow a published calendar: as previewed, once, with a reason for each."""

import asyncio
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any, Final
from uuid import UUID

import pytest

from shared import reference
from shared.clock_rows import projection
from shared.clock_rows.projection import Moved, preview, reproject
from shared.clock_rows.rows import Ladder, change_clock, clocks_of, start_clock, stop_clock
from shared.clock_rows.sweep import SWEEP_JOB
from shared.clocks import acts
from shared.clocks.calendar import CalendarYear, Holiday, WorkCalendar
from shared.clocks.deadline import deadline
from shared.clocks.json_form import calendar_year_to_json
from shared.clocks.ledger import Ledger
from shared.clocks.term import ExtensionRule, Term, Unit
from shared.contracts.regions import CalendarPublished
from shared.db.session import SYSTEM, Database, driver
from shared.ids import uuid7
from shared.jobs import run_job
from tests.factories.clocks import PETITION_RULES, a_term, at, days_from
from tests.integration.shared.conftest import Sql
from tests.integration.shared.test_clock_rows import Standing

KIND: Final = "handling"
LADDER: Final = Ladder(warn_before=timedelta(days=3), raise_after=timedelta(days=1))
EXTENDABLE: Final = ExtensionRule(each=30, basis=PETITION_RULES)
SPRING, LABOUR = Holiday("春节", "Spring Festival"), Holiday("劳动节", "Labour Day")
# An invented year: its own notice was not published when this was written.
OFF: Final = frozenset(
    day
    for day in days_from("2027-02-05", "2027-02-12") | days_from("2027-05-03", "2027-05-05")
    if day.weekday() < 5
)
WORKED: Final = frozenset({date(2027, 1, 31), date(2027, 2, 20), date(2027, 5, 8)})
NOW: Final = at("2026-11-24")
YEAR: Final = 2027
VERSIONS: Final = count(1)


def notice(off: Collection[date] = OFF, worked: Collection[date] = WORKED) -> CalendarYear:
    """The year's next version."""
    return CalendarYear(
        YEAR,
        next(VERSIONS),
        "示例号",
        dict.fromkeys(sorted(off), SPRING),
        dict.fromkeys(sorted(worked), LABOUR),
    )


@pytest.fixture(autouse=True)
async def _bare_year(database: Database, sql: Sql, monkeypatch: pytest.MonkeyPatch) -> None:
    """No clock runs, and the year has no notice."""
    await sql("DELETE FROM clock")
    await sql("DELETE FROM outbox_event")
    await sql("DELETE FROM calendar_projection")
    await sql("DELETE FROM reference_calendar WHERE year = $1", YEAR)
    database.kept.clear()
    monkeypatch.setattr(projection, "SETTLED_AFTER", timedelta(0))
    assert database is not None


async def publish(database: Database, year: CalendarYear) -> None:
    event = CalendarPublished(**calendar_year_to_json(year))
    async with database.transaction(SYSTEM) as session:
        await reference.keep_calendar(session, event, NOW)


async def follow(database: Database, *listeners: projection.Listener, now: datetime = NOW) -> int:
    return await run_job(database, Standing(now), reproject(listeners))


async def a_clock(
    database: Database, start: str, amount: int, unit: Unit = Unit.NATURAL_DAYS, **facts: Any
) -> UUID:
    subject = uuid7()
    async with database.transaction(SYSTEM) as session:
        await start_clock(
            session,
            subject_kind="petition",
            subject_id=subject,
            kind=KIND,
            term=a_term(amount, unit, **facts),
            ladder=LADDER,
            started_at=at(start),
            seen_by=["330281"],
        )
    return subject


async def due_of(database: Database, subject: UUID) -> date | None:
    async with database.transaction(SYSTEM) as session:
        [clock] = await clocks_of(session, [subject])
    return clock.due_on


async def look(database: Database, year: CalendarYear, most: int = 1000) -> projection.Preview:
    async with database.transaction(SYSTEM) as session:
        return await preview(session, year, most=most)


async def fired(sql: Sql) -> list[str]:
    rows = await sql(
        "SELECT data ->> 'rung' AS rung FROM outbox_event ORDER BY occurred_at, data ->> 'due_at'"
    )
    return sorted(row["rung"] for row in rows)


async def test_a_deadline_on_a_new_holiday_moves_behind_it_with_its_reason(
    database: Database, sql: Sql
) -> None:
    subject = await a_clock(database, "2027-01-24", 15)  # 8 February, a Monday
    await publish(database, notice())
    assert await due_of(database, subject) == date(2027, 2, 8)

    await follow(database)

    [clock] = await sql("SELECT * FROM clock")
    assert clock["due_on"] == date(2027, 2, 15)
    assert clock["due_at"] == at("2027-02-16", hour=0)
    [journalled] = await sql("SELECT * FROM clock_projection WHERE subject_id = $1", subject)
    assert (journalled["due_before"], journalled["due_after"]) == (
        date(2027, 2, 8),
        date(2027, 2, 15),
    )
    assert (journalled["notice"], journalled["at"]) == ("示例号", NOW)
    assert (
        journalled["why_zh"]
        == "2027-02-08至2027-02-12改为休息日,届满日由2027-02-08改为2027-02-15。"
    )
    assert journalled["visible_to"] == ["33", "3302", "330281"]
    async with database.transaction(SYSTEM) as session:
        [told] = await clocks_of(session, [subject])
        years = await reference.calendar_years(session)
    assert told.explanation(WorkCalendar.of(years))[-1].zh == (
        f"示例号公布后重新计算:{journalled['why_zh']}"
    )
    [alarm] = await sql("SELECT rungs, rung, fires_at FROM clock_alarm")
    assert alarm["rungs"][1] == clock["due_at"]
    assert (alarm["rung"], alarm["fires_at"]) == (0, clock["due_at"] - LADDER.warn_before)


async def test_a_deadline_that_stays_is_no_longer_provisional(database: Database) -> None:
    subject = await a_clock(database, "2027-03-01", 8)
    async with database.transaction(SYSTEM) as session:
        [clock] = await clocks_of(session, [subject])
    assert clock.provisional

    await publish(database, notice())
    await follow(database)

    async with database.transaction(SYSTEM) as session:
        [clock] = await clocks_of(session, [subject])
    assert (clock.provisional, clock.due_on) == (False, date(2027, 3, 9))


async def test_the_run_counts_what_it_did_and_leaves_one_line_in_the_trace(
    database: Database, sql: Sql
) -> None:
    await a_clock(database, "2027-01-24", 15)
    await a_clock(database, "2027-03-01", 8)
    await a_clock(database, "2026-11-02", 8)  # rests on 2026 alone
    year = notice()
    await publish(database, year)
    await follow(database)

    [run] = await sql("SELECT checked, moved, done_at FROM calendar_projection")
    assert (run["checked"], run["moved"]) == (2, 1)
    assert run["done_at"] is not None
    [line] = await sql(
        "SELECT reason FROM audit WHERE action = 'clocks.reproject' AND object_id = $1",
        f"{YEAR}/{year.version}",
    )
    assert line["reason"] == "示例号"


def chance_of(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 -- it can be repeated, and keeps no secret


def some_terms(chance: random.Random) -> tuple[str, Term]:
    start = date(2026, 11, 1) + timedelta(days=chance.randrange(240))
    unit = chance.choice(list(Unit))
    amount = chance.randrange(1, {Unit.MONTHS: 4, Unit.HOURS: 500}.get(unit, 90))
    term = a_term(amount, unit, rolls=chance.random() < 0.8, extension=EXTENDABLE)
    return start.isoformat(), term


def resumed(moment: datetime) -> Callable[[Ledger, Term, WorkCalendar], Ledger]:
    return lambda ledger, _, __: acts.resume(ledger, at=moment)


async def crowd(database: Database, chance: random.Random, number: int) -> None:
    """Clocks of all kinds, some of them paused and resumed or extended."""
    for _ in range(number):
        start, term = some_terms(chance)
        subject = await a_clock(
            database, start, term.amount, term.unit, rolls=term.rolls, extension=term.extension
        )
        begun, act = at(start), chance.random()
        async with database.transaction(SYSTEM) as session:
            if act < 0.25:
                until = begun + timedelta(days=chance.randrange(1, 40))
                hold = partial(acts.pause, at=begun, reason="鉴定", authority="330281")
                change = partial(change_clock, session, subject_id=subject, kind=KIND)
                await change(act=hold)
                if act < 0.2:
                    await change(act=resumed(until))
            elif act < 0.4:
                grant = partial(
                    acts.extend,
                    amount=chance.randrange(1, 30),
                    reason="复杂",
                    requested_by="a",
                    approved_by="b",
                    at=begun,
                )
                await change_clock(session, subject_id=subject, kind=KIND, act=grant)


async def all_due(sql: Sql) -> dict[UUID, date | None]:
    return {row["id"]: row["due_on"] for row in await sql("SELECT id, due_on FROM clock")}


@pytest.mark.parametrize("seed", range(3))
async def test_a_preview_is_what_publishing_then_does_clock_by_clock(
    database: Database, sql: Sql, seed: int
) -> None:
    chance = chance_of(seed)
    await crowd(database, chance, 120)
    for round_ in range(3):  # a first notice and two corrections
        off = {day for day in OFF if chance.random() < 0.7} if round_ else OFF
        worked = {day for day in WORKED if chance.random() < 0.7} if round_ else WORKED
        year = notice(off, worked)
        before = await all_due(sql)
        foreseen = await look(database, year)

        await publish(database, year)
        await follow(database)

        after = await all_due(sql)
        assert {each.clock_id: each.due_after for each in foreseen.clocks} == {
            clock: due for clock, due in after.items() if due != before[clock]
        }
        assert foreseen.moved == len(foreseen.clocks)
        rows = await sql("SELECT * FROM clock_projection WHERE version = $1", year.version)
        assert {
            (row["clock_id"], row["due_before"], row["due_after"], row["why_zh"]) for row in rows
        } == {
            (each.clock_id, each.due_before, each.due_after, each.why_zh)
            for each in foreseen.clocks
        }
        if round_ == 0:
            assert foreseen.moved > 10, "the crowd proves nothing"


async def test_publishing_the_same_year_again_moves_nothing(database: Database, sql: Sql) -> None:
    await crowd(database, chance_of(7), 60)
    await publish(database, notice())
    await follow(database)
    before = await all_due(sql)
    journalled = await sql("SELECT count(*) FROM clock_projection")

    again = notice()
    assert (await look(database, again)).moved == 0
    await publish(database, again)
    await follow(database)

    assert await all_due(sql) == before
    assert await sql("SELECT count(*) FROM clock_projection") == journalled


async def test_every_deadline_is_in_the_end_what_its_ledger_says(
    database: Database, sql: Sql
) -> None:
    await crowd(database, chance_of(11), 80)
    await publish(database, notice())
    await follow(database)
    calculated = await all_due(sql)

    async with database.transaction(SYSTEM) as session:
        years = await reference.calendar_years(session)
        rows = await clocks_of(session, [r["subject_id"] for r in await sql("SELECT * FROM clock")])
    calendar = WorkCalendar.of(years)
    for row in rows:
        assert calculated[row.id] == deadline(row.ledger, row.term, calendar).due_on
        assert not row.provisional or row.due_on is None or row.due_on.year > YEAR


async def test_a_paused_clock_waits_and_counts_by_the_new_calendar_when_it_resumes(
    database: Database,
) -> None:
    subject = await a_clock(database, "2027-01-24", 15)
    hold = partial(acts.pause, at=at("2027-01-25"), reason="鉴定", authority="330281")
    async with database.transaction(SYSTEM) as session:
        await change_clock(session, subject_id=subject, kind=KIND, act=hold)
    year = notice()
    assert (await look(database, year)).moved == 0
    await publish(database, year)
    await follow(database)
    assert await due_of(database, subject) is None

    database.kept.clear()
    async with database.transaction(SYSTEM) as session:
        await change_clock(
            session,
            subject_id=subject,
            kind=KIND,
            act=lambda ledger, _, __: acts.resume(ledger, at=at("2027-01-25", hour=12)),
        )
    assert await due_of(database, subject) == date(2027, 2, 15)


async def test_an_ended_clock_keeps_what_it_ended_with(database: Database, sql: Sql) -> None:
    subject = await a_clock(database, "2027-01-24", 15)
    async with database.transaction(SYSTEM) as session:
        await stop_clock(session, subject_id=subject, kind=KIND, at=at("2027-02-01"))
    await publish(database, notice())
    await follow(database)

    assert await due_of(database, subject) == date(2027, 2, 8)
    assert await sql("SELECT FROM clock_projection WHERE subject_id = $1", subject) == []


async def test_rungs_that_fired_stay_fired(database: Database, sql: Sql) -> None:
    """The warning was given; the deadline moves a week; nobody is warned again."""
    await a_clock(database, "2027-01-24", 15)
    await run_job(database, Standing(at("2027-02-06")), SWEEP_JOB)
    assert await fired(sql) == ["warn"]

    await publish(database, notice())
    await follow(database, now=at("2027-02-06"))
    await run_job(database, Standing(at("2027-02-14")), SWEEP_JOB)
    assert await fired(sql) == ["warn"]

    await run_job(database, Standing(at("2027-02-18")), SWEEP_JOB)
    assert await fired(sql) == ["breach", "raise", "warn"]


async def test_a_rung_that_an_act_armed_anew_has_fired_all_the_same(
    database: Database, sql: Sql
) -> None:
    subject = await a_clock(database, "2027-01-24", 15)
    await run_job(database, Standing(at("2027-02-06")), SWEEP_JOB)
    for act in (
        partial(acts.pause, at=at("2027-02-06", hour=10), reason="鉴定", authority="330281"),
        lambda ledger, _, __: acts.resume(ledger, at=at("2027-02-06", hour=11)),
    ):
        async with database.transaction(SYSTEM) as session:
            await change_clock(session, subject_id=subject, kind=KIND, act=act)

    await publish(database, notice())
    await follow(database, now=at("2027-02-06"))
    await run_job(database, Standing(at("2027-02-14")), SWEEP_JOB)

    assert await fired(sql) == ["warn"]


async def test_a_deadline_that_moves_into_the_past_breaches_once(
    database: Database, sql: Sql
) -> None:
    """A holiday is called off on its second day: the term has run out already."""
    await publish(database, notice())
    database.kept.clear()
    await a_clock(database, "2027-01-24", 15)
    today = at("2027-02-10")
    await follow(database, now=today)
    assert await sql("SELECT FROM outbox_event") == []

    await publish(database, notice(off=()))
    await follow(database, now=today)
    for _ in range(2):
        await run_job(database, Standing(today), SWEEP_JOB)
        await follow(database, now=today)

    assert await fired(sql) == ["breach", "raise", "warn"]
    assert (await sql("SELECT due_on FROM clock"))[0]["due_on"] == date(2027, 2, 8)


async def test_two_workers_move_each_clock_once(
    database: Database, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "BATCH", 7)
    for _ in range(10):
        await asyncio.gather(*(a_clock(database, "2027-01-24", 15) for _ in range(10)))
    year = notice()
    await publish(database, year)

    await asyncio.gather(*(follow(database) for _ in range(4)))

    rows = await sql("SELECT due_on, version FROM clock")
    assert {(row["due_on"], row["version"]) for row in rows} == {(date(2027, 2, 15), 2)}
    [journalled] = await sql(
        "SELECT count(*) AS lines FROM clock_projection WHERE version = $1", year.version
    )
    assert journalled["lines"] == 100
    [run] = await sql("SELECT moved, done_at IS NOT NULL AS done FROM calendar_projection")
    assert (run["moved"], run["done"]) == (100, True)


async def test_a_worker_that_dies_in_a_batch_has_moved_nothing_and_the_next_one_goes_on(
    database: Database, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "BATCH", 4)
    for _ in range(10):
        await a_clock(database, "2027-01-24", 15)
    await publish(database, notice())
    lives = iter([False, True])

    def die(name: str) -> None:
        if name == "clocks.reprojected" and next(lives, False):
            raise RuntimeError

    monkeypatch.setattr(projection, "crashpoint", die)
    with pytest.raises(RuntimeError):
        await follow(database)
    half = [row["due_on"] for row in await sql("SELECT due_on FROM clock")]
    assert half.count(date(2027, 2, 15)) == 4  # the batch before it, whole

    await follow(database)

    [run] = await sql("SELECT checked, moved, done_at FROM calendar_projection")
    assert (run["checked"], run["moved"]) == (10, 10)
    assert {row["due_on"] for row in await sql("SELECT due_on FROM clock")} == {date(2027, 2, 15)}


async def test_a_clock_somebody_is_at_work_on_follows_with_the_next_pass(
    database: Database, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "AGAIN_AFTER", timedelta(0))
    held, free = (
        await a_clock(database, "2027-01-24", 15),
        await a_clock(database, "2027-01-24", 15),
    )
    await publish(database, notice())
    async with database.transaction(SYSTEM) as session:
        connection = await driver(session)
        await connection.execute("SELECT FROM clock WHERE subject_id = $1 FOR UPDATE", held)
        async with database.transaction(SYSTEM) as other:
            for _ in range(2):  # a batch, and the end of its pass
                await reproject(()).run(other, NOW)
        assert await due_of(database, free) == date(2027, 2, 15)
        assert await due_of(database, held) == date(2027, 2, 8)

    await follow(database)

    assert await due_of(database, held) == date(2027, 2, 15)
    [run] = await sql("SELECT moved FROM calendar_projection WHERE done_at IS NOT NULL")
    assert run["moved"] == 2


async def test_a_clock_that_began_by_the_calendar_kept_from_before_is_found_at_the_end(
    database: Database, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of the calendar is seconds old; the run stays open until that is over."""
    monkeypatch.setattr(projection, "SETTLED_AFTER", timedelta(seconds=1))
    await a_clock(database, "2027-01-24", 15)  # warms this process's calendar
    await publish(database, notice())
    await follow(database)
    late = await a_clock(database, "2027-01-24", 15)
    assert await due_of(database, late) == date(2027, 2, 8)
    assert (await sql("SELECT done_at FROM calendar_projection"))[0]["done_at"] is None

    await asyncio.sleep(1.1)
    await follow(database)

    assert await due_of(database, late) == date(2027, 2, 15)
    [run] = await sql("SELECT moved, done_at FROM calendar_projection")
    assert run["moved"] == 2
    assert run["done_at"] is not None


async def test_a_later_version_takes_over_the_work_of_an_earlier_one(
    database: Database, sql: Sql
) -> None:
    subject = await a_clock(database, "2027-01-24", 15)
    await publish(database, notice())
    await publish(database, notice(OFF | {date(2027, 2, 15)}))
    await follow(database)

    assert await due_of(database, subject) == date(2027, 2, 16)
    [line] = await sql("SELECT * FROM clock_projection WHERE subject_id = $1", subject)
    assert line["why_zh"].startswith("2027-02-08至2027-02-12、2027-02-15改为休息日")
    assert await sql("SELECT FROM calendar_projection WHERE done_at IS NULL") == []


async def test_a_holiday_called_off_while_its_own_run_is_open_moves_clocks_back(
    database: Database, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What changed for a clock depends on the version it rests on, not on the one before all."""
    monkeypatch.setattr(projection, "SETTLED_AFTER", timedelta(minutes=5))
    moved, new = await a_clock(database, "2027-01-24", 15), date(2027, 2, 15)
    await publish(database, notice(off=(), worked=()))
    await publish(database, notice(worked=()))
    await follow(database)
    assert await due_of(database, moved) == new

    back = notice(off=(), worked=())
    assert (await look(database, back)).moved == 1
    await publish(database, back)
    await follow(database)

    assert await due_of(database, moved) == date(2027, 2, 8)
    lines = await sql(
        "SELECT why_zh FROM clock_projection WHERE subject_id = $1 ORDER BY version", moved
    )
    assert [each["why_zh"].partition(",")[0] for each in lines] == [
        "2027-02-08至2027-02-12改为休息日",
        "2027-02-08至2027-02-12改为工作日",
    ]


async def test_an_older_version_that_comes_late_is_not_taken_over(
    database: Database, sql: Sql
) -> None:
    older, newer = notice(), notice(off=())
    await publish(database, newer)
    await publish(database, older)

    [kept] = await sql("SELECT version FROM reference_calendar WHERE year = $1", YEAR)
    assert kept["version"] == newer.version
    assert len(await sql("SELECT FROM calendar_projection")) == 1


async def test_who_shows_a_deadline_too_hears_of_it_in_the_same_transaction(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "AGAIN_AFTER", timedelta(0))
    subjects = [await a_clock(database, "2027-01-24", 15) for _ in range(3)]
    busy = {subjects[0]}
    told: list[Moved] = []

    async def listen(_: object, moved: Sequence[Moved]) -> Collection[UUID]:
        told.extend(moved)
        return busy

    await publish(database, notice())
    async with database.transaction(SYSTEM) as session:
        await reproject((listen,)).run(session, NOW)
    assert {each.subject_id for each in told} == set(subjects)
    assert await due_of(database, subjects[0]) == date(2027, 2, 8)
    assert await due_of(database, subjects[1]) == date(2027, 2, 15)

    busy = set()
    await follow(database, listen)
    assert await due_of(database, subjects[0]) == date(2027, 2, 15)


async def test_a_preview_lists_as_many_as_asked_and_counts_all(database: Database) -> None:
    for start in ("2027-01-24", "2027-01-25", "2027-01-26"):
        await a_clock(database, start, 15)

    found = await look(database, notice(), most=2)

    assert (found.checked, found.moved) == (3, 3)
    assert [each.due_before for each in found.clocks] == [date(2027, 2, 8), date(2027, 2, 9)]
    assert [each.days_moved for each in found.clocks] == [7, 6]


async def test_a_law_kept_by_its_code_is_shown_by_its_name(database: Database, sql: Sql) -> None:
    database.kept.clear()
    await sql(
        "INSERT INTO reference_legal_basis VALUES"
        " ('a-law', '1', '2020-01-01', NULL, '2019-12-01', '示例法', 'Example Law', '', '', NULL)"
        " ON CONFLICT DO NOTHING"
    )
    subject = await a_clock(database, "2026-03-02", 5)
    await sql(
        "UPDATE clock SET term = jsonb_set(term, '{basis}', $2::jsonb) WHERE subject_id = $1",
        subject,
        '{"law_code": "a-law", "article": "1"}',
    )

    async with database.transaction(SYSTEM) as session:
        [clock] = await clocks_of(session, [subject])
    assert clock.term.basis.title_zh == "示例法"
    assert clock.explanation(WorkCalendar.of(()))[0].zh.startswith("依据《示例法》第1条")


async def test_a_row_that_keeps_the_instant_follows_unless_somebody_holds_it(
    database: Database, sql: Sql
) -> None:
    await a_clock(database, "2027-01-24", 15)
    found = (await look(database, notice())).clocks
    # The clock itself stands for a row of a subject: any table with an id and an instant.
    [clock] = await sql("SELECT id FROM clock")
    as_row = [replace(each, subject_id=UUID(str(clock["id"]))) for each in found]
    listen = projection.copied_to("clock", "ended_at", kind=KIND)

    async with database.transaction(SYSTEM) as holding:
        await (await driver(holding)).execute("SELECT FROM clock FOR UPDATE")
        async with database.transaction(SYSTEM) as session:
            assert await listen(session, as_row) == {as_row[0].subject_id}
    async with database.transaction(SYSTEM) as session:
        assert await listen(session, as_row) == set()
        assert await listen(session, [replace(as_row[0], kind="another")]) == ()

    [row] = await sql("SELECT ended_at FROM clock")
    assert row["ended_at"] == as_row[0].due.due_at
