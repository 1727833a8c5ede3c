"""What bureaus agreed on follows a division to its successor, under the hash it was signed by."""

from datetime import UTC, date, datetime
from uuid import uuid4

from services.regions.tables import OPEN_WORK
from shared.db.session import SYSTEM
from shared.jobs import run_job
from shared.succession.lineage import Succession
from shared.succession.migration import moving
from shared.succession.rows import keep
from tests.integration.regions.conftest import Regions, head
from tests.integration.regions.cooperation import SCHEME_2023_2025, At, act, agreement, read

PENGZHOU, SHIFANG, GUANGHAN = "510182", "510682", "510681"
ON_THE_DAY = datetime(2026, 4, 1, 0, 0, 5, tzinfo=UTC)


async def shifang_becomes_guanghan(regions: Regions) -> None:
    """As the succession of a merger is kept, and a pass of its job."""
    merged = Succession(
        predecessor=SHIFANG,
        successors=(GUANGHAN,),
        main=GUANGHAN,
        effective_on=date(2026, 4, 1),
        change_id=uuid4(),
        document="川府函〔2026〕1号",
    )
    async with regions.database.transaction(SYSTEM) as session:
        await keep(session, [merged])
    await run_job(regions.database, At(ON_THE_DAY), moving(OPEN_WORK))


async def test_the_successor_stands_where_its_predecessor_stood(regions: Regions) -> None:
    text = agreement(PENGZHOU, SHIFANG)
    made = await regions.done(head(PENGZHOU), "/agreements", text)
    path = f"/agreements/{made['id']}"
    await act(regions, head(PENGZHOU), path, "negotiate", {})
    mine = {"division": PENGZHOU, "text_hash": made["text_hash"]}
    await act(regions, head(PENGZHOU), path, "sign", mine)
    plan = {
        **SCHEME_2023_2025,
        "lead": PENGZHOU,
        "parties": [PENGZHOU, SHIFANG],
        "valid_to": "2026-12-31",
        "items": [
            {
                "year": 2026,
                "first_month": 5,
                "last_month": 5,
                "form": "daily",
                "what": "联合检查",
                "responsible": SHIFANG,
            }
        ],
    }
    plan_path = f"/plans/{(await regions.done(head(PENGZHOU), '/plans', plan))['id']}"
    sent = await act(regions, head(PENGZHOU), plan_path, "countersign", {})
    assert (await regions.get(head(GUANGHAN), path)).status_code == 404

    await shifang_becomes_guanghan(regions)

    seen = await read(regions, head(GUANGHAN), path)
    assert (seen["missing"], seen["rotation"]["order"]) == ([GUANGHAN], [PENGZHOU, GUANGHAN])
    theirs = {"division": GUANGHAN, "text_hash": made["text_hash"]}
    signed = await act(regions, head(GUANGHAN), path, "sign", theirs)
    assert (signed["state"], signed["text_hash"]) == ("signed", made["text_hash"])
    planned = await read(regions, head(GUANGHAN), plan_path)
    assert planned["items"][0]["responsible"] == GUANGHAN
    yes = {"division": GUANGHAN, "agrees": True, "text_hash": sent["text_hash"]}
    answered = await act(regions, head(GUANGHAN), plan_path, "answer", yes)
    assert answered["missing"] == []
