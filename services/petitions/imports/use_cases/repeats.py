"""Tying what an archive calls a repeat to its first item, once both are there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.imports import queries
from services.petitions.imports.models import FileImport
from services.petitions.repeats.domain.rules import Basis
from shared.auth.actor import Actor

# Nobody of this office has looked: the archive says so.
GROUND: Final = "archive"


async def tie(session: AsyncSession, batch: FileImport, *, actor: Actor, now: datetime) -> None:
    """In the order they were received, each is the next of its matter; a repeat's repeat joins."""
    links = await queries.links(session, batch.id, batch.source)
    root_of = roots(links)
    last = await queries.last_positions(session, sorted(set(root_of.values())))
    rows = []
    for link in links:
        petition_id = UUID(str(link["petition_id"]))
        root = root_of.get(petition_id)
        if root is None or root == petition_id:
            continue  # the archive goes round in a circle
        last[root] = last.get(root, 1) + 1
        rows.append(
            {
                "petition_id": petition_id,
                "root_id": root,
                "position": last[root],
                "basis": Basis.PERSON,
                "grounds": [GROUND],
                "note": None,
                "confirmed_by": actor.id,
                "at": now,
                "visible_to": link["visible_to"],
            }
        )
    await queries.insert_many(session, "repeat_link", rows)


def roots(links: Sequence[Mapping[str, Any]]) -> dict[UUID, UUID]:
    """The first item of each repeat's matter; a circle has none."""
    first = {UUID(str(each["petition_id"])): UUID(str(each["first_id"])) for each in links}
    tied = {UUID(str(each["first_id"])): each["root_id"] for each in links if each["root_id"]}
    found = {}
    for petition_id in first:
        at, seen = petition_id, set[UUID]()
        while at in first and at not in seen:
            seen.add(at)
            at = first[at]
        if at not in first:
            found[petition_id] = UUID(str(tied.get(at, at)))
    return found
