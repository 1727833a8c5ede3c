"""Loading a batch of letters, once; linking a letter to its petition."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake.domain import shares_of
from services.petitions.intake.queries import petition as read_petition
from services.petitions.intake.use_cases.steps import check_divisions
from services.petitions.letters import domain, queries
from services.petitions.letters.domain import ClockKind, Level, Pace, State
from services.petitions.letters.models import InspectionLetter, LetterBatch
from services.petitions.letters.use_cases.looking_back import FINDINGS_LENGTH
from services.petitions.letters.use_cases.steps import begin, begin_step, end_time, record_act
from services.petitions.through_train.domain import midnight
from services.petitions.vault.domain import redact
from services.petitions.vault.use_cases import VaultKeys, identities_of
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import DAY, legal_day

BATCH: Final = "letter_batch"
# Characters the column holds; a text may grow by being redacted.
NOTE_LENGTH: Final = 500


@dataclass(frozen=True, slots=True)
class NewLetter:
    """One letter as the inspecting body lists it."""

    outside_number: str
    county: str
    divisions: Sequence[str]
    division_shares: Mapping[str, str] | None
    content: str
    due_on: date
    petition_id: UUID | None
    pace: Pace | None
    answer: str | None
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A list of letters as handed over; `letters` in its order."""

    body: str
    number: str
    level: Level
    division: str
    received_on: date
    stated_total: int | None
    note: str | None
    letters: Sequence[NewLetter]


async def load(
    session: AsyncSession, actor: Actor, new: NewBatch, *, keys: VaultKeys, now: datetime
) -> LetterBatch:
    """Load a batch once: the same again is the same batch, another content is refused."""
    require(actor, "letter.manage", division=new.division)
    print_ = domain.fingerprint(asdict(new))
    if (earlier := await queries.loaded(session, new.body, new.number)) is not None:
        if earlier.fingerprint != print_:
            raise domain.BatchDiffers
        return earlier
    codes = {code for letter in new.letters for code in (letter.county, *letter.divisions)}
    await check_divisions(session, sorted({new.division, *codes}), now=now)
    batch = LetterBatch(
        body=new.body,
        number=new.number,
        level=new.level,
        division=new.division,
        received_on=new.received_on,
        stated_total=new.stated_total,
        note=redact(new.note, [])[:NOTE_LENGTH] if new.note else None,
        fingerprint=print_,
        loaded_by=actor.id,
        loaded_at=now,
        visible_to=divisions.visibility([new.division, *codes]),
    )
    session.add(batch)
    await session.flush()
    for position, letter in enumerate(new.letters, start=1):
        await _load_letter(session, batch, letter, position, keys=keys, now=now)
    await record(
        session,
        actor,
        "letter_batch.load",
        object_kind=BATCH,
        object_id=batch.id,
        now=now,
        seen_by=[batch.division],
        after={"body": batch.body, "number": batch.number, "letters": len(new.letters)},
    )
    return batch


async def _load_letter(
    session: AsyncSession,
    batch: LetterBatch,
    new: NewLetter,
    position: int,
    *,
    keys: VaultKeys,
    now: datetime,
) -> None:
    domain.require_days(
        received_on=batch.received_on,
        due_on=new.due_on,
        closed_on=new.closed_on,
        today=legal_day(now),
        pointer=f"/letters/{position - 1}",
    )
    concerned = [*new.divisions] or [new.county]
    shares = shares_of(concerned, new.division_shares)
    letter = InspectionLetter(
        batch_id=batch.id,
        position=position,
        outside_number=new.outside_number,
        county=new.county,
        shares={division: str(share) for division, share in shares.items()},
        content=redact(new.content, []),
        due_on=new.due_on,
        state=State.CLOSED if new.closed_on else State.OPEN,
        pace=new.pace,
        answer=redact(new.answer, []) if new.answer else None,
        closed_on=new.closed_on,
        visible_to=divisions.visibility([batch.division, new.county, *concerned]),
    )
    if new.petition_id is not None:
        await _link(session, letter, new.petition_id, keys=keys)
    session.add(letter)
    await session.flush()
    term = domain.due_term(batch.received_on, letter.due_on)
    # The whole day of receipt counts as its instant: lists come without an hour.
    await begin(session, letter, ClockKind.LETTER_DUE, term, at=midnight(batch.received_on))
    if letter.closed_on is not None:
        await end_time(session, letter, at=midnight(letter.closed_on + DAY) - timedelta.resolution)


async def link(
    session: AsyncSession,
    actor: Actor,
    batch_id: UUID,
    letter_id: UUID,
    *,
    petition_id: UUID,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> InspectionLetter:
    """Say which petition the letter is; what it says is then kept without its petitioner."""
    batch, letter = await begin_step(session, batch_id, letter_id, version)
    require(actor, "letter.manage", division=batch.division)
    await _link(session, letter, petition_id, keys=keys)
    await session.flush()
    await record_act(
        session, actor, letter, "letter.link", after={"petition": petition_id}, now=now
    )
    return letter


async def _link(
    session: AsyncSession, letter: InspectionLetter, petition_id: UUID, *, keys: VaultKeys
) -> None:
    petition = await read_petition(session, petition_id)
    letter.petition_id = petition.id
    people = await identities_of(session, petition.party_ids, keys=keys)
    letter.content = redact(letter.content, people)
    letter.answer = letter.answer and redact(letter.answer, people)
    for line in await queries.history(session, letter.id):
        line.reason = line.reason and redact(line.reason, people)
    for look in await queries.look_backs(session, [letter.id]):
        look.findings = redact(look.findings, people)[:FINDINGS_LENGTH]
