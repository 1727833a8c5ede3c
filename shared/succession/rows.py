"""A service's own record of successions, kept from what `regions` announces."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import divisions
from shared.contracts.regions import DivisionSucceeded
from shared.db.session import driver
from shared.messaging.inbox import Handler, on
from shared.succession.lineage import Succession

KEEP: Final = """
INSERT INTO division_succession (predecessor, effective_on, change_id, position, successors, main,
                                 assignments, document)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
"""
FIELDS: Final = (
    "predecessor, effective_on, change_id, position, successors, main, assignments, document"
)
# What was set for the ended division alone goes on for each successor, from the same day on. Two
# predecessors may differ: the one named first is kept.
COPY_SETTINGS: Final = """
INSERT INTO rule_setting (name, scope, valid_from, value, basis)
SELECT DISTINCT ON (name, heir, greatest(valid_from, $3))
       name, heir, greatest(valid_from, $3), value, basis || ' (沿用 ' || $4 || ')'
  FROM rule_setting, unnest($2::text[]) AS heir
 WHERE scope = $1 AND heir <> $1
 ORDER BY name, heir, greatest(valid_from, $3), valid_from DESC
    ON CONFLICT DO NOTHING
"""


async def keep(session: AsyncSession, successions: Iterable[Succession]) -> None:
    """Write the successions down; one known before stays as it is. For a session of the system."""
    await (await driver(session)).executemany(
        KEEP,
        [
            (
                each.predecessor,
                each.effective_on,
                each.change_id,
                each.position,
                [*each.successors],
                each.main,
                orjson.dumps(each.assignments).decode(),
                each.document,
            )
            for each in successions
        ],
    )


async def copy_settings(session: AsyncSession, successions: Iterable[Succession]) -> None:
    """Let figures set for an ended division hold for its successors. Repeating changes nothing."""
    connection = await driver(session)
    for each in successions:
        await connection.execute(
            COPY_SETTINGS,
            divisions.scope(each.predecessor),
            [divisions.scope(code) for code in each.successors],
            each.effective_on,
            each.predecessor,
        )


async def successions(session: AsyncSession, *, until: date | None = None) -> list[Succession]:
    """Every succession in effect by the day, or all that were published; the oldest first."""
    rows = await (await driver(session)).fetch(
        f"SELECT {FIELDS} FROM division_succession"  # noqa: S608 -- our own constant
        " WHERE $1::date IS NULL OR effective_on <= $1 ORDER BY effective_on, position",
        until,
    )
    return [succession_of(row) for row in rows]


def succession_of(row: Mapping[str, Any]) -> Succession:
    return Succession(
        predecessor=row["predecessor"],
        effective_on=row["effective_on"],
        change_id=UUID(str(row["change_id"])),
        position=row["position"],
        successors=tuple(row["successors"]),
        main=row["main"],
        assignments=row["assignments"],
        document=row["document"],
    )


def told_by(event: DivisionSucceeded) -> list[Succession]:
    """The successions an event tells of, in its order."""
    assignments: dict[str, dict[str, str]] = {}
    for each in event.assignments:
        assignments.setdefault(each.kind, {})[str(each.id)] = each.code
    return [
        Succession(
            predecessor=code,
            effective_on=event.effective_on,
            change_id=event.change_id,
            position=position,
            successors=tuple(event.successors),
            main=event.main,
            assignments=assignments,
            document=f"{event.document.title} {event.document.number}",
        )
        for position, code in enumerate(event.predecessors)
    ]


async def hear_of(session: AsyncSession, event: DivisionSucceeded, _: datetime) -> None:
    """Remember it; the job of this service moves the open work, batch by batch."""
    told: Sequence[Succession] = told_by(event)
    await keep(session, told)
    await copy_settings(session, told)


HANDLERS: Final[Mapping[str, Handler]] = dict([on(DivisionSucceeded, hear_of)])
