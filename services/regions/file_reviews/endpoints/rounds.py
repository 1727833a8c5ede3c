"""Rounds of file reviews over HTTP: one route a step."""

import secrets
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status

from services.regions.file_reviews import queries
from services.regions.file_reviews.domain.life import State
from services.regions.file_reviews.models import FileReview
from services.regions.file_reviews.schemas.rounds import (
    CancelIn,
    ConsentIn,
    DecideIn,
    FileCodeIn,
    FileReviewLineOut,
    KeyOut,
    MeetIn,
    ProgressOut,
    ReviewersIn,
    RoundIn,
    RoundOut,
    SubstituteIn,
    SummaryOut,
    VerificationOut,
)
from services.regions.file_reviews.use_cases import convening, drawing, looking, results
from services.regions.file_reviews.use_cases.convening import Secrets
from services.regions.file_reviews.use_cases.record import actions
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/file-reviews", tags=["file reviews"], route_class=Route)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, row: FileReview) -> RoundOut:
        """The round, with what this caller may do next."""
        file = await queries.round_file(self.session, row)
        self.response.headers["ETag"] = etag(row.version)
        return RoundOut.of(file, actions(self.actor, file))


AskedDep = Annotated[Asked, Depends()]


@router.get("", dependencies=[policy("file_review.read")])
async def list_rounds(
    session: SessionDep,
    page: PageDep,
    state: State | None = None,
    division: Division | None = None,
) -> Page[FileReviewLineOut]:
    """Rounds the caller's division has a part in."""
    [after] = page.after or (None,)
    rows = await queries.rounds(
        session,
        state=state,
        division=division,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[FileReviewLineOut.model_validate(row) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("file_review.convene")])
async def open_round(body: RoundIn, asked: AskedDep) -> RoundOut:
    """Open a round; its seed is drawn now, and only its hash is told."""
    drawn = Secrets(secrets.token_hex(32), secrets.token_hex(32))
    row = await convening.open_round(asked.session, asked.actor, body.value(), drawn, now=asked.now)
    asked.response.headers["Location"] = f"/api/v1/file-reviews/{row.id}"
    return await asked.answer(row)


@router.get("/{file_review_id}", dependencies=[policy("file_review.read")])
async def read_round(file_review_id: UUID, asked: AskedDep) -> RoundOut:
    """One round with its rules, its parties and what the caller may know of the rest."""
    return await asked.answer(await queries.round_(asked.session, file_review_id))


@router.post("/{file_review_id}/consent", dependencies=[policy("file_review.consent")])
async def consent_to_round(
    file_review_id: UUID, body: ConsentIn, asked: AskedDep, expected_version: ExpectedVersion
) -> RoundOut:
    """A division says whether it takes part."""
    row = await convening.consent(
        asked.session,
        asked.actor,
        file_review_id,
        division=body.division,
        consents=body.consents,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{file_review_id}/name-reviewers", dependencies=[policy("file_review.name")])
async def name_reviewers(
    file_review_id: UUID, body: ReviewersIn, asked: AskedDep, expected_version: ExpectedVersion
) -> RoundOut:
    """A division names who reads for it; after the assignment it only adds."""
    row = await convening.name_reviewers(
        asked.session,
        asked.actor,
        file_review_id,
        division=body.division,
        officer_ids=body.officers,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{file_review_id}/assign", dependencies=[policy("file_review.convene")])
async def assign_readers(
    file_review_id: UUID, asked: AskedDep, expected_version: ExpectedVersion
) -> RoundOut:
    """Reveal the seed and give every file its readers."""
    row = await drawing.assign(
        asked.session,
        asked.actor,
        file_review_id,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{file_review_id}/substitute", dependencies=[policy("file_review.name")])
async def substitute_reader(
    file_review_id: UUID, body: SubstituteIn, asked: AskedDep, expected_version: ExpectedVersion
) -> RoundOut:
    """A reader drops out; his files that are not scored go to others."""
    row = await drawing.substitute(
        asked.session,
        asked.actor,
        file_review_id,
        reader=body.reader,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{file_review_id}/third-reading", dependencies=[policy("file_review.convene")])
async def order_third_reading(
    file_review_id: UUID, body: FileCodeIn, asked: AskedDep, expected_version: ExpectedVersion
) -> RoundOut:
    """Two disagree on a file: a third reads it."""
    row = await drawing.third_reading(
        asked.session,
        asked.actor,
        file_review_id,
        code=body.code,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{file_review_id}/meet", dependencies=[policy("file_review.convene")])
async def record_meeting(
    file_review_id: UUID, body: MeetIn, asked: AskedDep, expected_version: ExpectedVersion
) -> RoundOut:
    """What those who read a file in dispute agreed on."""
    row = await results.meet(
        asked.session,
        asked.actor,
        file_review_id,
        code=body.code,
        marks=[each.value() for each in body.marks],
        minutes=body.minutes,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{file_review_id}/publish", dependencies=[policy("file_review.convene")])
async def publish_results(
    file_review_id: UUID, asked: AskedDep, expected_version: ExpectedVersion
) -> RoundOut:
    """Tell each division what its files came to."""
    row = await results.publish(
        asked.session,
        asked.actor,
        file_review_id,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{file_review_id}/reread", dependencies=[policy("file_review.convene")])
async def order_rereading(
    file_review_id: UUID, body: FileCodeIn, asked: AskedDep, expected_version: ExpectedVersion
) -> RoundOut:
    """A division objects to a result: another one reads the file."""
    row = await drawing.reread(
        asked.session,
        asked.actor,
        file_review_id,
        code=body.code,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{file_review_id}/decide", dependencies=[policy("file_review.convene")])
async def decide_objection(
    file_review_id: UUID, body: DecideIn, asked: AskedDep, expected_version: ExpectedVersion
) -> RoundOut:
    """Grant an objection by the other reader's score, or not."""
    row = await results.decide(
        asked.session,
        asked.actor,
        file_review_id,
        code=body.code,
        grants=body.grants,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{file_review_id}/close", dependencies=[policy("file_review.convene")])
async def close_round(
    file_review_id: UUID, asked: AskedDep, expected_version: ExpectedVersion
) -> RoundOut:
    """通报: averages for all and each division's list of what to put right."""
    row = await results.close(
        asked.session,
        asked.actor,
        file_review_id,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{file_review_id}/cancel", dependencies=[policy("file_review.convene")])
async def cancel_round(
    file_review_id: UUID, body: CancelIn, asked: AskedDep, expected_version: ExpectedVersion
) -> RoundOut:
    """Call the round off before its results are told."""
    row = await convening.cancel(
        asked.session,
        asked.actor,
        file_review_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.get("/{file_review_id}/progress", dependencies=[policy("file_review.convene")])
async def read_progress(file_review_id: UUID, actor: ActorDep, session: SessionDep) -> ProgressOut:
    """How far the reading is, by code, for the convener."""
    return ProgressOut.of(await looking.progress(session, actor, file_review_id))


@router.get("/{file_review_id}/verification", dependencies=[policy("file_review.read")])
async def verify_assignment(file_review_id: UUID, session: SessionDep) -> VerificationOut:
    """The seed, what went into every assignment and whether it comes out again."""
    return VerificationOut.of(await looking.verification(session, file_review_id))


@router.get("/{file_review_id}/summary", dependencies=[policy("file_review.read")])
async def read_summary(file_review_id: UUID, session: SessionDep) -> SummaryOut:
    """Averages by division and common faults by item, once the round is closed."""
    return SummaryOut.of(await looking.summary(session, file_review_id))


@router.get("/{file_review_id}/key", dependencies=[policy("file_review.audit")])
async def read_key(file_review_id: UUID, actor: ActorDep, session: SessionDep, now: Now) -> KeyOut:
    """对照表: whose files they are and who read them, for the convener's auditor."""
    return KeyOut.of(await looking.key(session, actor, file_review_id, now=now))
