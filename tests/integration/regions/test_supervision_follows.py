"""Consultations and audits follow a division to its successor; what is found stays unseen."""

from datetime import UTC, date, datetime
from uuid import uuid4

from services.regions.tables import OPEN_WORK
from shared.db.session import SYSTEM
from shared.jobs import run_job
from shared.succession.lineage import Succession
from shared.succession.migration import moving
from shared.succession.rows import keep
from tests.integration.regions import test_consultations as consulted
from tests.integration.regions.conftest import Regions, head
from tests.integration.regions.cooperation import At
from tests.integration.regions.test_consultations import DINGHAI, PUTUO, division
from tests.integration.regions.test_unit_audits import CITY, ITEMS, a_corps


async def dinghai_becomes_putuo(regions: Regions) -> None:
    """As the succession of a merger is kept, and a pass of its job."""
    merged = Succession(
        predecessor=DINGHAI,
        successors=(PUTUO,),
        main=PUTUO,
        effective_on=date(2026, 4, 12),
        change_id=uuid4(),
        document="浙府函〔2026〕1号",
    )
    async with regions.database.transaction(SYSTEM) as session:
        await keep(session, [merged])
    on_the_day = At(datetime(2026, 4, 12, 0, 0, 5, tzinfo=UTC))
    await run_job(regions.database, on_the_day, moving(OPEN_WORK))


async def test_the_successor_takes_over_measures_and_audits_and_sees_what_its_predecessor_saw(
    regions: Regions,
) -> None:
    item = await consulted.held(regions, division(DINGHAI))
    measure = await consulted.ordered(regions, item)
    corps = await a_corps(regions)
    audit = await corps.running()
    await corps.found(audit, ITEMS[0], "general")
    path = f"/consultations/{item['id']}"
    assert (await regions.get(head(PUTUO), path)).status_code == 404
    assert (await regions.get(head(PUTUO), f"/unit-audits/{audit['id']}")).status_code == 404

    await dinghai_becomes_putuo(regions)

    seen = await consulted.seen(regions, head(PUTUO), item)
    assert seen["problems"][0]["matter"]["division"] == PUTUO
    [taken] = [each for each in seen["measures"] if each["id"] == measure["id"]]
    assert taken["responsible"] == PUTUO
    await consulted.take(regions, head(PUTUO), taken, "confirm", {})
    told = await corps.seen(head(PUTUO), audit)
    assert (told["audited"], told["findings"]) == (PUTUO, [])
    assert len((await corps.seen(CITY, audit))["findings"]) == 1
    assert len((await corps.seen(corps.officers["daishan"].login, audit))["findings"]) == 1
