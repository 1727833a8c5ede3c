"""What tests of the through-train's reports share: triggers without a long story, and reading."""

import asyncio
import hashlib
import json
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from shared.contracts.petitions import CallbackRecorded
from shared.divisions import scope
from tests.integration.petitions.conftest import Case, Place, Ride, escalation_of
from tests.support.services import eventually

Report = dict[str, Any]
# What a report's hash covers: these fields, and the hashes of its parts.
HEADER: Final = ("number", "period_start", "period_end", "previous_hash")
PARTS: Final = {"items": "item", "carried": "carried", "lines": "line", "changes": "change"}
# Seconds of the machine after which a service reads its figures again.
SETTINGS_KEPT: Final = 5.2


def recorded(
    place: Place, petition: UUID, result: str, solved: str, at: datetime | None = None
) -> CallbackRecorded:
    return CallbackRecorded(
        petition_id=petition,
        result=result,
        solved=solved,
        at=at or place.time.now,
        divisions=[place.county],
        office=place.city,
    )


async def a_candidate(
    place: Place, at: datetime | None = None, **changes: Any
) -> tuple[Case, UUID]:
    """A petition whose call-back was bad, told late if `at` says so."""
    case = await place.register(**changes)
    event = recorded(place, case.id, "dissatisfied", "no", at)
    assert (await place.service.tell(event, source="petitions")).status_code == 204
    found = await escalation_of(place, case.id)
    assert found is not None
    return case, found


async def reports(place: Place, kind: str = "weekly") -> list[Report]:
    """The city's reports with their parts, as its clerk reads them; by period, then edition."""
    page = (await place.city_clerk.get("/reports", kind=kind, limit=200)).json()
    found = [await place.city_clerk.get(f"/reports/{each['id']}") for each in page["items"]]
    whole = [each.json() for each in found]
    return sorted(whole, key=lambda each: (each["period_start"], each["restatement"]))


async def issued(place: Place, count: int, kind: str = "weekly") -> list[Report]:
    """The city's reports, as soon as there are so many."""

    async def there() -> list[Report] | None:
        found = await reports(place, kind)
        return found if len(found) >= count else None

    return await eventually(there)


def named(report: Report, section: str = "items") -> list[str]:
    return [each["content"]["escalation"] for each in report[section]]


async def naming(ride: Ride, kind: str = "weekly") -> Report:
    """The one report that names the matter."""
    [found] = [each for each in await reports(ride.place, kind) if str(ride.id) in named(each)]
    return found


def line_of(report: Report, county: str) -> Report:
    [found] = [each for each in report["lines"] if each["county"] == county]
    return dict(found)


def digest(content: object) -> str:
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


def assert_hashed(report: Report) -> None:
    """Every part, and the whole, hash to what the report says, by anyone's arithmetic."""
    for name, part in PARTS.items():
        contents = [each.get("content", each) for each in report[name]]
        assert [digest(each) for each in contents] == report[f"{part}_hashes"], name
    header = {name: report[name] for name in HEADER}
    parts = {name: report[f"{part}_hashes"] for name, part in PARTS.items()}
    assert digest({**header, **parts}) == report["hash"]


async def set_figure(place: Place, name: str, value: object, valid_from: datetime) -> None:
    """A dated row for the city alone, read by the service before this returns."""
    await place.service.sql(
        "INSERT INTO rule_setting (name, scope, valid_from, value, basis)"
        " VALUES ($1, $2, $3, $4::jsonb, 'test')",
        name,
        scope(place.city),
        valid_from.date(),
        json.dumps(value),
    )
    await asyncio.sleep(SETTINGS_KEPT)


async def silence(place: Place) -> None:
    """Later tests let months pass; this group's reports of them would interest nobody."""
    await place.service.sql(
        "UPDATE working_group SET created_at = '2100-01-01' WHERE city = $1", place.city
    )
