"""Registering a petition: number, clocks, and who petitions into the vault."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake import domain as life, queries
from services.petitions.intake.domain import NewPetition, Urgency
from services.petitions.intake.models import Petition
from services.petitions.intake.use_cases import parties, parts, urgent
from services.petitions.intake.use_cases.steps import KIND, begin, check_divisions, write_line
from services.petitions.profiles import domain as profiles
from services.petitions.profiles.domain import ClockKind
from services.petitions.profiles.queries import profile_for
from services.petitions.vault import use_cases as vault
from services.petitions.vault.domain import Identity, PartyRole, Signatory
from services.petitions.vault.use_cases import Sealed, VaultKeys
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day


async def register(
    session: AsyncSession,
    actor: Actor,
    new: NewPetition,
    identity: Identity | None,
    *,
    others: Sequence[Signatory] = (),
    keys: VaultKeys,
    now: datetime,
    follow_hash: bytes | None = None,
) -> tuple[Petition, dict[str, date | None]]:
    """Register a petition at receipt (art. 22) and start its clocks; identities to the vault.

    A matter of several divisions opens a part for each; an urgent one is reported upward at once.
    """
    require(actor, "petition.register", division=new.office)
    roles = [each.role for each in others]
    if identity is not None:
        new = replace(new, head_count=max(new.head_count, parties.signed_by(roles)))
    await _check(session, new, now=now)
    await parties.check(session, new, roles, anonymous=identity is None, now=now)
    # An accusation is kept from the places it is about (art. 30, 46(5)).
    routed = profiles.PROCEDURES[new.track].routed
    concerned = [new.office, *(new.divisions if routed else ())]
    serial = await queries.next_number(session, KIND, new.office, legal_day(now).year)
    identities = [identity, *(each.identity for each in others)] if identity else []
    sealed = []
    if identities:
        sealed = await vault.seal(session, identities, keys=keys, seen_by=concerned, now=now)
    profile = await profile_for(session, _facts(new))
    petition = Petition(
        **_entered(new, identities),
        **_signed(identity, sealed, roles),
        number=f"{new.office}-{legal_day(now).year}-{serial:06d}",
        profile=profile.code,
        holder=new.office,
        county=new.divisions[0],
        concerned=[],
        follow_hash=follow_hash,
        registered_at=now,
        visible_to=divisions.visibility(concerned),
    )
    await parts.insert(session, petition)
    await parties.keep(session, petition, others, sealed[1:])
    await write_line(session, petition, actor, None, reason=None, facts={}, now=now)
    due = await _start_clocks(session, petition, profile)
    await parts.announce_registered(session, petition, now=now)
    if len(new.divisions) > 1 and routed:
        await parts.open_each(session, petition, actor=actor, now=now)
    if new.urgency is Urgency.MAJOR_URGENT:
        title = petition.redacted_title
        await urgent.report_upward(session, petition, actor=actor, reason=title, now=now)
    return petition, due


def _facts(new: NewPetition) -> profiles.Facts:
    received_on = legal_day(new.received_at)
    return profiles.Facts(
        new.divisions[0], new.channel, new.track, received_on, momentary=new.momentary
    )


def _entered(new: NewPetition, identities: Sequence[Identity]) -> dict[str, Any]:
    """What the office entered, with the texts that everybody reads."""
    shares = life.shares_of(new.divisions, new.division_shares)
    texts = parties.redacted_texts(
        new.title, new.body, new.place, object_name=new.object_name, identities=identities
    )
    return {
        **asdict(new, dict_factory=_columns),
        **texts,
        "shares": {division: str(share) for division, share in shares.items()},
    }


def _signed(
    identity: Identity | None, sealed: Sequence[Sealed], roles: Sequence[PartyRole]
) -> dict[str, Any]:
    """By whom, as far as the petition itself knows."""
    return {
        "anonymous": identity is None,
        "party_ids": [each.entry_id for each in sealed],
        "petitioner_id": sealed[0].entry_id if sealed else None,
        "petitioner_tokens": parties.tokens_that_count([each.tokens for each in sealed], roles),
        "petitioner_masked": parties.masks(identity),
    }


async def _start_clocks(
    session: AsyncSession, petition: Petition, profile: profiles.Profile
) -> dict[str, date | None]:
    """The clocks of receipt; nobody has to be told who did not say who he is (art. 23)."""
    due = {}
    for kind, term in (
        (ClockKind.ROUTING, profiles.ROUTING),
        (ClockKind.NOTICE, profiles.NOTICE),
        (ClockKind.ACCEPTANCE, profile.accept),
    ):
        if kind is ClockKind.NOTICE and petition.petitioner_id is None:
            continue
        due[kind.value] = await begin(session, petition, kind, term, at=petition.received_at)
    return due


def _columns(facts: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in facts
        if name != "division_shares"
    }


async def _check(session: AsyncSession, new: NewPetition, *, now: datetime) -> None:
    if new.received_at > now:
        raise life.ReceivedInFuture(reason="future", pointer="/received_at")
    await check_divisions(session, [new.office, *new.divisions], now=now)
