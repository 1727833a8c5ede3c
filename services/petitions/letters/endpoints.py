"""Inspection letters over HTTP."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake.endpoints import Keys
from services.petitions.intake.schemas import ClockOut
from services.petitions.letters import queries
from services.petitions.letters.domain import Standing, figures
from services.petitions.letters.models import InspectionLetter, LetterBatch, LookBack
from services.petitions.letters.schemas import (
    AnswerIn,
    BatchIn,
    BatchOut,
    BatchRow,
    FiguresOut,
    LetterOut,
    LetterRow,
    LetterStepOut,
    LinkIn,
    LookBackIn,
    LookBackOut,
    ReasonIn,
    RegisterIn,
)
from services.petitions.letters.use_cases import loading, looking_back, registering, steps
from services.petitions.letters.use_cases.loading import NewBatch, NewLetter
from shared import reference
from shared.auth.actor import Actor
from shared.clock_rows.rows import clocks_of
from shared.clocks.days import legal_day
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(
    prefix="/inspection-letters", tags=["inspection letters"], route_class=Route
)
ONE: Final = "/{batch_id}/letters/{letter_id}"


@router.post("", status_code=201, dependencies=[policy("letter.manage")], response_model=BatchRow)
async def load(
    body: BatchIn, keys: Keys, actor: ActorDep, session: SessionDep, now: Now
) -> LetterBatch:
    """Load a batch with its letters; sent again it is the same batch."""
    given = body.model_dump(exclude={"letters"})
    letters = [NewLetter(**each.model_dump()) for each in body.letters]
    return await loading.load(
        session, actor, NewBatch(**given, letters=letters), keys=keys, now=now
    )


@router.get("", dependencies=[policy("letter.read")])
async def batches(session: SessionDep, page: PageDep) -> Page[BatchRow]:
    """Batches of assigned letters, latest first."""
    after = page.after and (date.fromisoformat(page.after[0]), UUID(page.after[1]))
    rows = await queries.batches(session, after=after, limit=page.limit + 1)
    items = page.cut(rows, key=lambda each: (each.received_on.isoformat(), str(each.id)))
    return Page(items=[BatchRow.model_validate(each) for each in items], next=page.next)


@router.get("/{batch_id}", dependencies=[policy("letter.read")])
async def read_batch(batch_id: UUID, session: SessionDep, now: Now) -> BatchOut:
    """A batch with its letters and its figures; a county sees and counts its own."""
    batch = await queries.batch(session, batch_id)
    letters = await queries.letters(session, batch.id)
    standings = await _standings(session, letters)
    counted = figures(standings, today=legal_day(now))
    return BatchOut.model_validate(
        {
            **batch.model_dump(),
            "figures": FiguresOut.model_validate({**counted, "stated_total": batch.stated_total}),
            "letters": [LetterRow.model_validate(each) for each in letters],
        }
    )


async def _standings(session: AsyncSession, letters: Sequence[InspectionLetter]) -> list[Standing]:
    made = await queries.look_backs(session, [each.id for each in letters])
    found = {(each.letter_id, each.reopened, each.round): each.found for each in made}
    return [
        Standing(
            state=each.state,
            pace=each.pace,
            due_on=each.due_on,
            closed_on=each.closed_on,
            shares=each.shares,
            looked_back={
                round_: result
                for (letter_id, reopened, round_), result in found.items()
                if (letter_id, reopened) == (each.id, each.reopened)
            },
        )
        for each in letters
    ]


@router.get(ONE, dependencies=[policy("letter.read")])
async def read(
    batch_id: UUID,
    letter_id: UUID,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> LetterOut:
    """One letter with answer, deadlines, history and looks back."""
    letter = await queries.letter(session, batch_id, letter_id)
    return await _shown(session, actor, letter, now=now, response=response)


@router.post(f"{ONE}/answer", dependencies=[policy("letter.answer")])
async def answer(
    batch_id: UUID,
    letter_id: UUID,
    body: AnswerIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> LetterOut:
    """The county reports what it did, and how far it is."""
    letter = await steps.answer(
        session,
        actor,
        batch_id,
        letter_id,
        text=body.text,
        pace=body.pace,
        keys=keys,
        version=version,
        now=now,
    )
    return await _shown(session, actor, letter, now=now, response=response)


@router.post(f"{ONE}/close", dependencies=[policy("letter.manage")])
async def close(
    batch_id: UUID,
    letter_id: UUID,
    body: ReasonIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> LetterOut:
    """Close what is answered; the first look back is due from then."""
    letter = await steps.close(
        session,
        actor,
        batch_id,
        letter_id,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await _shown(session, actor, letter, now=now, response=response)


@router.post(f"{ONE}/return", dependencies=[policy("letter.manage")])
async def return_(
    batch_id: UUID,
    letter_id: UUID,
    body: ReasonIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> LetterOut:
    """Give an answer back to the county; the time goes on."""
    letter = await steps.return_(
        session,
        actor,
        batch_id,
        letter_id,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await _shown(session, actor, letter, now=now, response=response)


@router.post(f"{ONE}/link", dependencies=[policy("letter.manage")])
async def link(
    batch_id: UUID,
    letter_id: UUID,
    body: LinkIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> LetterOut:
    """Say which petition the letter is."""
    letter = await loading.link(
        session,
        actor,
        batch_id,
        letter_id,
        petition_id=body.petition_id,
        keys=keys,
        version=version,
        now=now,
    )
    return await _shown(session, actor, letter, now=now, response=response)


@router.post(f"{ONE}/register", dependencies=[policy("letter.manage")])
async def register(
    batch_id: UUID,
    letter_id: UUID,
    body: RegisterIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> LetterOut:
    """Register the letter as a petition of the inspection's channel, and link it."""
    letter = await registering.register_letter(
        session,
        actor,
        batch_id,
        letter_id,
        registering.Described(**body.model_dump()),
        keys=keys,
        version=version,
        now=now,
    )
    return await _shown(session, actor, letter, now=now, response=response)


@router.post(
    f"{ONE}/look-backs",
    status_code=201,
    dependencies=[policy("letter.look_back")],
    response_model=LookBackOut,
)
async def look_back(
    batch_id: UUID,
    letter_id: UUID,
    body: LookBackIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
) -> LookBack:
    """Look back at a closed letter (回头看); a relapse opens it again."""
    return await looking_back.look_back(
        session,
        actor,
        batch_id,
        letter_id,
        round_=body.round,
        found=body.found,
        findings=body.findings,
        keys=keys,
        version=version,
        now=now,
    )


async def _shown(
    session: AsyncSession,
    actor: Actor,
    letter: InspectionLetter,
    *,
    now: datetime,
    response: Response,
) -> LetterOut:
    """The letter as every route on one answers it."""
    calendar = await reference.calendar(session)
    batch = await queries.batch(session, letter.batch_id)
    response.headers["ETag"] = etag(letter.version)
    clocks = await clocks_of(session, [letter.id])
    lines = await queries.history(session, letter.id)
    made = await queries.look_backs(session, [letter.id])
    return LetterOut.model_validate(
        {
            **letter.model_dump(),
            "clocks": [ClockOut.of(each, calendar, now) for each in clocks],
            "history": [LetterStepOut.model_validate(each) for each in lines],
            "look_backs": [LookBackOut.model_validate(each) for each in made],
            "actions": steps.actions(actor, batch, letter),
        }
    )
