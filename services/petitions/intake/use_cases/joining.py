"""Naming further persons of a petition, or what somebody is to it: who represents may change."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake import domain as life, queries
from services.petitions.intake.models import Petition
from services.petitions.intake.use_cases import parties
from services.petitions.intake.use_cases.steps import KIND, seeing_matter, seen_by, touch
from services.petitions.vault import queries as entries, use_cases as vault
from services.petitions.vault.domain import Identity, PartyRole, Signatory, redact, tokens
from services.petitions.vault.use_cases import VaultKeys
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.db.session import beyond_scope
from shared.errors import NotFound


async def join(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    added: Sequence[Signatory],
    changed: Mapping[UUID, PartyRole],
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """Let further persons join, or change as what somebody petitions."""
    petition = await queries.lock_petition(session, petition_id)
    petition.require_version(version)
    require(actor, "petition.name_parties", division=petition.holder)
    life.require_whole(petition.parent_id)
    known = await entries.parties(session, petition.id)
    if changed.keys() - {each.entry_id for each in known}:
        raise NotFound(what="petitioner")
    for party in known:
        party.role = changed.get(party.entry_id, party.role)
    roles = [*(each.role for each in known), *(each.role for each in added)]
    anonymous = petition.petitioner_id is None
    petition.head_count = max(petition.head_count, parties.signed_by(roles))
    await parties.check(session, petition, roles, anonymous=anonymous, now=now)
    if added:
        sealed = await vault.seal(
            session,
            [each.identity for each in added],
            keys=keys,
            seen_by=seen_by(petition),
            now=now,
        )
        await parties.keep(session, petition, added, sealed, first=len(known) + 2)
        petition.party_ids = [*petition.party_ids, *(each.entry_id for each in sealed)]
    await _know_again(session, petition, roles, keys=keys)
    await touch(session, petition)
    await record(
        session,
        actor,
        "petition.name_parties",
        object_kind=KIND,
        object_id=petition.id,
        now=now,
        seen_by=seen_by(petition),
        after={"parties": petition.party_ids, "roles": roles},
    )
    return petition


async def _know_again(
    session: AsyncSession, petition: Petition, roles: Sequence[PartyRole], *, keys: VaultKeys
) -> None:
    """The whole matter has the same persons, and names none of them where others read.

    Who joined now may stand in what was written before: texts and history are redacted again.
    """
    identities = await vault.identities_of(session, petition.party_ids, keys=keys)
    known_by = parties.tokens_that_count([tokens(each, keys.lookup) for each in identities], roles)
    async with beyond_scope(session):
        for item in (petition, *await queries.parts(session, petition.id)):
            item.party_ids, item.petitioner_tokens = petition.party_ids, known_by
            await _redact_again(session, item, identities)
    await entries.show_to(session, petition.party_ids, await seeing_matter(session, petition))


async def _redact_again(
    session: AsyncSession, item: Petition, identities: Sequence[Identity]
) -> None:
    texts = parties.redacted_texts(
        item.title, item.body, item.place, object_name=item.object_name, identities=identities
    )
    item.sqlmodel_update(texts)
    await entries.retell(session, item.id, lambda text: redact(text, identities))
