"""What the through-train asks of a matter's petitions: their facts, their people, their end."""

from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.callbacks.domain import REACHED, Result, Solved
from services.petitions.callbacks.queries import callbacks_of
from services.petitions.intake.domain import State as PetitionState, Step
from services.petitions.intake.models import Petition
from services.petitions.intake.queries import history as petition_history
from services.petitions.repeats.queries import matter
from services.petitions.through_train import domain, queries
from services.petitions.through_train.models import Escalation
from services.petitions.vault.use_cases import VaultKeys, without_petitioner
from shared.contracts.origins import Matter

# Characters the columns hold; a text may grow by being redacted.
REASON_LENGTH: Final = 200


def matter_of(petition: Petition) -> Matter:
    """The pollution facts of a petition: redacted, without number or channel."""
    return Matter(
        title=petition.redacted_title,
        division=petition.divisions[0],
        media=petition.media,
        place=petition.place,
        facts=petition.redacted_body,
        object_name=petition.object_name,
        object_code=petition.object_code,
        at_night=petition.at_night,
    )


async def without_petitioners(
    session: AsyncSession, escalation: Escalation, text: str, *, keys: VaultKeys
) -> str:
    """The text without whoever signed a petition of the matter: leaders and reports quote it."""
    for petition in await matter(session, escalation.petition_id):
        text = await without_petitioner(session, petition.party_ids, text, keys=keys)
    return text


async def reason_without_petitioners(
    session: AsyncSession, escalation: Escalation, reason: str, *, keys: VaultKeys
) -> str:
    """The same, as short as a step's reason is kept."""
    text = await without_petitioners(session, escalation, reason, keys=keys)
    return text[:REASON_LENGTH]


async def require_solved(session: AsyncSession, escalation: Escalation, *, proven: bool) -> None:
    """Asked of every petition of the matter: the first, its repeats and the parts of both."""
    petitions = await matter(session, escalation.petition_id)
    parts = await queries.parts_of(session, [each.id for each in petitions])
    last_calls = {}
    concluded = set()
    for petition in (*petitions, *parts):
        last = await _last_call(session, petition)
        last_calls[petition.number] = last
        if await _is_concluded(session, petition, last, since=escalation.triggered_at):
            concluded.add(petition.number)
    domain.require_solved(
        triggered_at=escalation.triggered_at,
        proven=proven,
        last_calls=last_calls,
        concluded=concluded,
    )


async def _last_call(
    session: AsyncSession, petition: Petition
) -> tuple[Result, Solved, datetime] | None:
    """The last call that reached the petition's petitioner."""
    calls = await callbacks_of(session, petition.id)
    reached = [(each.result, each.solved, each.at) for each in calls if each.result in REACHED]
    return reached[-1] if reached else None


async def _is_concluded(
    session: AsyncSession,
    petition: Petition,
    last_call: tuple[Result, Solved, datetime] | None,
    *,
    since: datetime,
) -> bool:
    """Whether the petition ended since the trigger in a way after which nobody is called."""
    if petition.state is PetitionState.FINAL:
        return True
    if petition.state is not PetitionState.CLOSED:
        return False
    lines = await petition_history(session, petition.id)
    closing = [each for each in lines if each.state is PetitionState.CLOSED][-1]
    called_since = last_call is not None and last_call[2] > closing.at
    return closing.step is Step.FILE and closing.at > since and not called_since
