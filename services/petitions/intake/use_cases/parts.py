"""Cross-region matters: a coordinating item, and a part for each division (DOMAIN 2.10)."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake import queries
from services.petitions.intake.domain import State, Step
from services.petitions.intake.models import Petition
from services.petitions.intake.use_cases.steps import begin, facts_of, told_of, write_line
from services.petitions.profiles import domain as profiles
from services.petitions.profiles.domain import ClockKind
from services.petitions.profiles.queries import profile_for
from shared import divisions
from shared.auth.actor import Actor
from shared.clocks.days import legal_day
from shared.contracts.petitions import PetitionRegistered
from shared.ids import uuid7
from shared.messaging.outbox import announce
from shared.rule_settings import rule_settings

# What is the coordinating item's alone; a generated column is nobody's to write.
OWN: Final = {"source", "outside_number", "follow_hash", "report_due_on", "holder_city"}


async def insert(session: AsyncSession, petition: Petition) -> None:
    """The petition's row, and who sees it beside its holder."""
    facts: dict[str, Any] = petition.model_dump(exclude={"holder_city"})
    await queries.insert(session, "petition", {**facts, "version": 1})
    await queries.keep_parts(session, petition)
    petition.version = 1


async def announce_registered(session: AsyncSession, petition: Petition, *, now: datetime) -> None:
    await announce(
        session,
        PetitionRegistered(
            petition_id=petition.id,
            number=petition.number,
            divisions=told_of(petition),
            office=petition.office,
            parent_id=petition.parent_id,
        ),
        now=now,
    )


async def open_each(
    session: AsyncSession, petition: Petition, *, actor: Actor, now: datetime
) -> None:
    """A part for each division that has not switched them off, already with its unit."""
    for serial, division in enumerate(petition.divisions, 1):
        settings = await rule_settings(session, division=division, on_day=legal_day(now))
        if settings["cross_region.children"]:
            await _open(session, petition, division, serial=serial, actor=actor, now=now)


async def _open(
    session: AsyncSession,
    whole: Petition,
    division: str,
    *,
    serial: int,
    actor: Actor,
    now: datetime,
) -> None:
    """One division's part: its clocks start as a transfer starts them (art. 23)."""
    profile = await profile_for(session, replace(facts_of(whole), division=division))
    facts: dict[str, Any] = whole.model_dump(exclude=OWN) | {
        "id": uuid7(),
        "number": f"{whole.number}-{serial}",
        "parent_id": whole.id,
        "profile": profile.code,
        "state": State.TRANSFERRED,
        "holder": division,
        "divisions": [division],
        "county": division,
        "shares": {division: "1"},
        "visible_to": divisions.visibility([whole.office, division]),
    }
    part = Petition(**facts)
    await insert(session, part)
    about = {"unit": division, "part_of": whole.number}
    await write_line(session, part, actor, Step.TRANSFER, reason=None, facts=about, now=now)
    if part.petitioner_id is not None:
        await begin(session, part, ClockKind.NOTICE, profiles.NOTICE, at=now)
    await begin(session, part, ClockKind.OBJECTION, profiles.OBJECTION, at=now)
    await begin(session, part, ClockKind.ACCEPTANCE, profile.accept, at=whole.received_at)
    await announce_registered(session, part, now=now)
