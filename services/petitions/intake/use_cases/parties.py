"""Who petitions: one person, several who sign, or a proxy for somebody."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake import domain as life, queries
from services.petitions.intake.domain import Form, NewPetition
from services.petitions.intake.models import Petition
from services.petitions.vault.domain import (
    IDENTITY,
    Identity,
    PartyRole,
    Signatory,
    counting,
    masked,
    redact,
    require_representatives,
)
from services.petitions.vault.models import PetitionParty
from services.petitions.vault.use_cases import Sealed
from shared.clocks.days import legal_day
from shared.enterprise_names import key_of
from shared.errors import InvalidInput
from shared.rule_settings import rule_settings

# Characters the columns hold; a text may grow by being redacted.
TITLE_LENGTH: Final = 200


class NobodyToJoin(InvalidInput):
    code = "nobody_to_join"
    zh = "匿名信访件不能登记共同信访人。"
    en = "An anonymous petition has nobody whom others could join."


def signed_by(roles: Sequence[PartyRole]) -> int:
    """How many petition, the petitioner among them; a proxy petitions for somebody else."""
    return sum(counting([PartyRole.PETITIONER, *roles]))


async def check(
    session: AsyncSession,
    petition: NewPetition | Petition,
    roles: Sequence[PartyRole],
    *,
    anonymous: bool,
    now: datetime,
) -> None:
    """Whether the persons make the petition's form and not too many speak for them."""
    if petition.form is Form.INDIVIDUAL and not roles:
        return  # one person by himself, as nearly always
    if roles and anonymous:
        raise NobodyToJoin(reason="petitioner", pointer="/petitioner")
    settings = await rule_settings(session, division=petition.office, on_day=legal_day(now))
    life.require_form(
        petition.form,
        persons=petition.head_count,
        signed=signed_by(roles),
        collective_from=settings["petitions.collective_from"],
    )
    require_representatives(petition.office, roles, persons=petition.head_count)


def redacted_texts(
    title: str,
    body: str,
    place: str,
    *,
    object_name: str | None,
    identities: Sequence[Identity],
) -> dict[str, Any]:
    """The columns that everybody reads."""
    title, body = redact(title, identities)[:TITLE_LENGTH], redact(body, identities)
    place = where(place, identities)
    object_name = object_name and where(object_name, identities)
    return {
        "redacted_title": title,
        "redacted_body": body,
        "place": place,
        "object_name": object_name,
        "object_key": key_of(object_name),
        "grams": life.grams_of(life.search_text(title, body, place, object_name)),
    }


def where(text: str, identities: Sequence[Identity]) -> str:
    """A place, or what is complained of: an address may stay in it, whose it is may not."""
    return redact(text, [replace(each, address=None) for each in identities])[:TITLE_LENGTH]


def masks(identity: Identity | None) -> dict[str, Any]:
    """What masked readers get, made once, so that showing it never opens the vault."""
    return {field.value: masked(field, identity) for field in IDENTITY} if identity else {}


def tokens_that_count(marks: Sequence[Sequence[str]], roles: Sequence[PartyRole]) -> list[str]:
    """By what the petition's persons are known again (DOMAIN 2.7).

    `marks` are each party's tokens, the petitioner's first; `roles` those of the others.
    """
    if not marks:
        return []
    counted = zip(marks, counting([PartyRole.PETITIONER, *roles]), strict=True)
    return sorted({token for own, counts in counted if counts for token in own})


async def keep(
    session: AsyncSession,
    petition: Petition,
    others: Sequence[Signatory],
    sealed: Sequence[Sealed],
    *,
    first: int = 2,
) -> None:
    """The rows of those who petition beside the petitioner, numbered from `first` on."""
    for position, (other, entry) in enumerate(zip(others, sealed, strict=True), first):
        row = PetitionParty(
            entry_id=entry.entry_id,
            petition_id=petition.id,
            position=position,
            role=other.role,
            tokens=entry.tokens,
            masked=masks(other.identity),
            visible_to=petition.visible_to,
        )
        await queries.insert(session, "petition_party", row.model_dump())
