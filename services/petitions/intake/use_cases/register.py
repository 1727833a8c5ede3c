"""Registering a petition: number, clocks, and its petitioner into the vault."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any, Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake import domain as life, queries
from services.petitions.intake.domain import NewPetition
from services.petitions.intake.models import Petition
from services.petitions.intake.use_cases.steps import (
    KIND,
    begin,
    check_divisions,
    told_of,
    write_line,
)
from services.petitions.profiles import domain as profiles
from services.petitions.profiles.domain import ClockKind
from services.petitions.profiles.queries import profile_for
from services.petitions.vault import use_cases as vault
from services.petitions.vault.domain import (
    Field,
    Identity,
    masked,
    redact,
)
from services.petitions.vault.use_cases import VaultKeys
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.contracts.petitions import PetitionRegistered
from shared.enterprise_names import key_of
from shared.messaging.outbox import announce

# Characters the columns hold; a text may grow by being redacted.
TITLE_LENGTH: Final = 200


async def register(
    session: AsyncSession,
    actor: Actor,
    new: NewPetition,
    identity: Identity | None,
    *,
    keys: VaultKeys,
    now: datetime,
) -> tuple[Petition, dict[str, date | None]]:
    """Register a petition at receipt (art. 22) and start its clocks; identity to the vault."""
    require(actor, "petition.register", division=new.office)
    await _check(session, new, now=now)
    # An accusation is kept from the places it is about (art. 30, 46(5)).
    routed = profiles.PROCEDURES[new.track].routed
    concerned = [new.office, *(new.divisions if routed else ())]
    day = legal_day(now)
    serial = await queries.next_number(session, KIND, new.office, day.year)
    sealed = None
    if identity is not None:
        sealed = await vault.seal(session, identity, keys=keys, seen_by=concerned, now=now)
    facts = profiles.Facts(
        new.divisions[0], new.channel, new.track, legal_day(new.received_at), new.momentary
    )
    profile = await profile_for(session, facts)
    shares = life.shares_of(new.divisions, new.division_shares)
    title, text = redact(new.title, identity)[:TITLE_LENGTH], redact(new.body, identity)
    place = _place(new.place, identity)
    petition = Petition(
        **asdict(new, dict_factory=_columns) | {"place": place},
        number=f"{new.office}-{day.year}-{serial:06d}",
        profile=profile.code,
        holder=new.office,
        county=new.divisions[0],
        object_key=key_of(new.object_name),
        shares={division: str(share) for division, share in shares.items()},
        redacted_title=title,
        redacted_body=text,
        grams=life.grams_of(life.search_text(title, text, place, new.object_name)),
        party_ids=[sealed.entry_id] if sealed else [],
        concerned=[],
        anonymous=identity is None,
        petitioner_id=sealed.entry_id if sealed else None,
        petitioner_tokens=sealed.tokens if sealed else [],
        petitioner_masked=_masked(identity),
        registered_at=now,
        visible_to=divisions.visibility(concerned),
    )
    await queries.insert(session, "petition", _row(petition))
    await queries.keep_parts(session, petition)
    petition.version = 1
    await write_line(session, petition, actor, None, reason=None, facts={}, now=now)
    due = {}
    for kind, term in (
        (ClockKind.ROUTING, profiles.ROUTING),
        (ClockKind.NOTICE, profiles.NOTICE),
        (ClockKind.ACCEPTANCE, profile.accept),
    ):
        # Nobody is told where it is not known who or where (art. 23).
        if kind is ClockKind.NOTICE and identity is None:
            continue
        due[kind.value] = await begin(session, petition, kind, term, at=new.received_at)
    await announce(
        session,
        PetitionRegistered(
            petition_id=petition.id,
            number=petition.number,
            divisions=told_of(petition),
            office=petition.office,
        ),
        now=now,
    )
    return petition, due


def _place(place: str, identity: Identity | None) -> str:
    """Where the pollution is, for every reader: an address may stay, whose it is may not."""
    return redact(place, replace(identity, address=None) if identity else None)[:TITLE_LENGTH]


def _columns(facts: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in facts
        if name != "division_shares"
    }


def _row(petition: Petition) -> dict[str, Any]:
    """The petition as a row: no generated column, the version a new row has."""
    facts = petition.model_dump(exclude={"holder_city"})
    return {**facts, "version": 1}


def _masked(identity: Identity | None) -> dict[str, Any]:
    """What masked readers get, made once, so that showing it never opens the vault."""
    if identity is None:
        return {}
    fields = (Field.NAME, Field.PHONE, Field.ID_NUMBER, Field.ADDRESS)
    return {field.value: masked(field, identity) for field in fields}


async def _check(session: AsyncSession, new: NewPetition, *, now: datetime) -> None:
    if new.received_at > now:
        raise life.ReceivedInFuture(reason="future", pointer="/received_at")
    await check_divisions(session, [new.office, *new.divisions], now=now)
