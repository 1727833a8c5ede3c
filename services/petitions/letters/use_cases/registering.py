"""Registering a letter as a petition, so that it is handled, counted and called like one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake.domain import Form, Medium, NewPetition, Purpose, Urgency
from services.petitions.intake.use_cases.register import register
from services.petitions.letters import domain
from services.petitions.letters.models import InspectionLetter, LetterBatch
from services.petitions.letters.use_cases.steps import begin_step, record_act
from services.petitions.profiles.domain import Channel, Track
from services.petitions.through_train.domain import midnight
from services.petitions.vault.use_cases import VaultKeys
from shared.auth.actor import Actor
from shared.auth.policy import require


@dataclass(frozen=True, slots=True)
class Described:
    """What a letter lacks to be a petition."""

    title: str
    place: str
    media: Sequence[Medium]
    object_name: str | None


async def register_letter(
    session: AsyncSession,
    actor: Actor,
    batch_id: UUID,
    letter_id: UUID,
    described: Described,
    *,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> InspectionLetter:
    """The letter becomes a petition of the channel 督察组交办; the inspection keeps who wrote it.

    It is anonymous here, and counts for its divisions by the shares the letter has.
    """
    batch, letter = await begin_step(session, batch_id, letter_id, version)
    require(actor, "letter.manage", division=batch.division)
    if letter.petition_id is not None:
        raise domain.LinkedAlready
    new = _new(batch, letter, described)
    petition, _ = await register(session, actor, new, None, keys=keys, now=now)
    letter.petition_id = petition.id
    await session.flush()
    facts = {"petition": petition.id}
    await record_act(session, actor, letter, "letter.register", after=facts, now=now)
    return letter


def _new(batch: LetterBatch, letter: InspectionLetter, described: Described) -> NewPetition:
    others = [each for each in letter.shares if each != letter.county]
    return NewPetition(
        purpose=Purpose.CLAIM,
        channel=Channel.INSPECTION_GROUP,
        media=described.media,
        form=Form.INDIVIDUAL,
        urgency=Urgency.NORMAL,
        track=Track.STATUTORY_DUTY,
        office=batch.division,
        divisions=[letter.county, *others],
        division_shares=letter.shares,
        title=described.title,
        body=letter.content,
        place=described.place,
        object_name=described.object_name,
        object_code=None,
        at_night=False,
        received_at=midnight(batch.received_on),
        source=None,
        outside_number=None,
    )
