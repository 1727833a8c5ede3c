"""Who reads a petition as what, and the petitioner's identity for a reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake import queries
from services.petitions.intake.domain import State, in_charge
from services.petitions.intake.models import Petition
from services.petitions.intake.use_cases.steps import KIND, seen_by
from services.petitions.vault import queries as entries, use_cases as vault
from services.petitions.vault.domain import (
    IDENTITY,
    Field,
    PartyRole,
    Reader,
    Shown,
    counting,
    readable,
    shown,
)
from services.petitions.vault.use_cases import VaultKeys
from shared.audit.trace import record
from shared.auth.actor import Actor, Role
from shared.auth.policy import require
from shared.errors import NotFound

# Characters the column holds; a text may grow by being redacted.
REASON_LENGTH: Final = 200


def reader_of(actor: Actor, petition: Petition) -> Reader:
    """How the caller stands to the petition; the nearest relation counts."""
    clerk, officer = frozenset({Role.PETITION_CLERK}), frozenset({Role.OFFICER})
    # Whoever reviews the answer handles it, and has to reach the petitioner (art. 35, 36).
    organ = in_charge(petition.state, petition.holder) or petition.holder
    if any(actor.is_of(clerk, each) for each in (petition.holder, organ)) or actor.holds_at(
        clerk, petition.office
    ):
        return Reader.CLERK
    if actor.is_of(officer, petition.holder):
        return Reader.OFFICER
    if actor.holds_at(frozenset({Role.AUDITOR}), petition.holder):
        return Reader.AUDITOR
    return Reader.JOINT_UNIT if actor.holds(officer) else Reader.LEADERS


def visible_identity(reader: Reader, petition: Petition) -> list[Field]:
    """The fields of an identity of which this reader gets at least a mask."""
    in_progress = petition.state is State.IN_PROGRESS
    return [
        field
        for field in IDENTITY
        if shown(field, reader, in_progress=in_progress) is not Shown.ABSENT
    ]


async def parties_for(
    session: AsyncSession, actor: Actor, petition_id: UUID
) -> list[dict[str, Any]]:
    """Everybody who petitions, the petitioner first, through the mask of the reader.

    A part has the parties of its matter.
    """
    petition = await queries.petition(session, petition_id)
    if petition.petitioner_id is None:
        return []
    visible = visible_identity(reader_of(actor, petition), petition)
    others = await entries.parties(session, petition.parent_id or petition.id)
    everybody = [
        (petition.petitioner_id, PartyRole.PETITIONER, petition.petitioner_masked),
        *((each.entry_id, each.role, each.masked) for each in others),
    ]
    counts = counting([role for _, role, _ in everybody])
    return [
        {
            "id": entry_id,
            "role": role,
            "counts": by_count,
            "identity": {field: masks.get(field) for field in visible},
        }
        for (entry_id, role, masks), by_count in zip(everybody, counts, strict=True)
    ]


async def reveal(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    party_id: UUID | None,
    fields: Sequence[Field],
    reason: str,
    keys: VaultKeys,
    now: datetime,
) -> dict[str, str | None]:
    """The asked fields of a party as far as the matrix lets this reader; always recorded.

    Without a party it is the petitioner.
    """
    petition = await queries.petition(session, petition_id)
    require(actor, "petition.reveal", division=petition.holder)
    entry_id = party_id or petition.petitioner_id
    if entry_id is None or entry_id not in petition.party_ids:
        raise NotFound(what="petitioner")
    concerned = seen_by(petition)
    # Who reads the trace of reveals reads nobody's name in it.
    reason = await vault.without_petitioner(session, petition.party_ids, reason, keys=keys)
    reason = reason[:REASON_LENGTH]
    identity = await vault.reveal(
        session,
        entry_id,
        actor=actor,
        fields=fields,
        reason=reason,
        keys=keys,
        seen_by=concerned,
        now=now,
    )
    await record(
        session,
        actor,
        "petition.reveal",
        object_kind=KIND,
        object_id=petition.id,
        now=now,
        seen_by=concerned,
        reason=reason,
    )
    reader = reader_of(actor, petition)
    in_progress = petition.state is State.IN_PROGRESS
    told = {
        field.value: readable(field, reader, identity=identity, in_progress=in_progress)
        for field in fields
        if field in IDENTITY
    }
    if Field.TEXT in fields and shown(Field.TEXT, reader, in_progress=in_progress) is Shown.FULL:
        told[Field.TEXT.value] = petition.body
    return told
