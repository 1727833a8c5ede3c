"""A published calendar moves the terms of consultations and audits, and what people read."""

from datetime import date

from services.regions.consultations.handlers import CLOCK_LISTENERS as CONSULTATIONS
from services.regions.unit_audits.handlers import CLOCK_LISTENERS as UNIT_AUDITS
from shared.clock_rows.projection import reproject
from shared.jobs import run_job
from tests.integration.regions.conftest import Regions, head
from tests.integration.regions.cooperation import At
from tests.integration.regions.test_consultations import DINGHAI, division, held, ordered
from tests.integration.regions.test_deadlines_follow import a_longer_holiday, deadlines
from tests.integration.regions.test_unit_audits import CITY, NIGHT, a_corps

# The three weeks after it hold no holiday of their own.
BEFORE = date(2026, 4, 7)


async def test_what_a_unit_reads_of_its_time_is_what_the_clock_says(regions: Regions) -> None:
    corps = await a_corps(regions)
    audit = await corps.reported()
    item = await held(regions, division(DINGHAI))
    measure = await ordered(regions, item)
    await regions.set_clock(NIGHT)
    said = [{"finding_id": each["id"], "position": "agrees"} for each in audit["findings"]]
    other = await a_corps(regions)
    waiting = await other.reported()
    body = {"statement": "无异议", "statements": said}
    await corps.act(head(DINGHAI), audit, "state", body)
    audit = await corps.act(CITY, audit, "decide")
    shown = [
        (measure["id"], "consultation_measure", "due_at"),
        (waiting["id"], "unit_audit", "statement_due_at"),
        (audit["findings"][0]["id"], "unit_audit_finding", "rectify_due_at"),
    ]
    before = [await deadlines(regions, *each) for each in shown]

    await a_longer_holiday(regions, BEFORE)
    await run_job(regions.database, At(NIGHT), reproject((*CONSULTATIONS, *UNIT_AUDITS)))

    after = [await deadlines(regions, *each) for each in shown]
    assert all(clock == copy for clock, copy in [*before, *after])
    assert [late > early for early, late in zip(before[1:], after[1:], strict=True)] == [True] * 2
