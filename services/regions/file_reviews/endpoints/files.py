"""Files under review, readings and faults over HTTP, each side its own."""

from uuid import UUID

from fastapi import APIRouter, Response, status

from services.regions.file_reviews import queries
from services.regions.file_reviews.models import FileReview, ReviewFault, ReviewFile
from services.regions.file_reviews.schemas.files import (
    FaultOut,
    FileIn,
    FileOut,
    ObjectIn,
    ReadingOut,
    ReasonIn,
    RemedyIn,
    ScoreIn,
)
from services.regions.file_reviews.use_cases import drawing, looking, reading, results, submitting
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(
    prefix="/file-reviews/{file_review_id}", tags=["file reviews"], route_class=Route
)


@router.get("/files", dependencies=[policy("file_review.read")])
async def list_files(file_review_id: UUID, session: SessionDep, page: PageDep) -> Page[FileOut]:
    """The files of the caller's own division."""
    [after] = page.after or (None,)
    review = await queries.round_(session, file_review_id)
    rows = await queries.files(
        session, file_review_id, after=UUID(after) if after else None, limit=page.limit
    )
    cut = list(page.cut(rows, lambda row: (str(row.id),)))
    held = await queries.round_file(session, review)
    read_by = await looking.reader_divisions(session, held, cut)
    return Page(items=[FileOut.of(row, review, read_by.get(row.id)) for row in cut], next=page.next)


@router.post(
    "/files", status_code=status.HTTP_201_CREATED, dependencies=[policy("file_review.submit")]
)
async def submit_file(
    file_review_id: UUID,
    body: FileIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> FileOut:
    """Hand in a file; others know it by its code alone."""
    row = await submitting.submit_file(
        session,
        actor,
        file_review_id,
        body.value(),
        expected_version=expected_version,
        now=now,
    )
    response.headers["Location"] = f"/api/v1/file-reviews/{file_review_id}/files/{row.id}"
    return _file(row, await queries.round_(session, file_review_id), response)


@router.get("/files/{review_file_id}", dependencies=[policy("file_review.read")])
async def read_file(
    file_review_id: UUID, review_file_id: UUID, session: SessionDep, response: Response
) -> FileOut:
    """A file of the own division, with its result once results are told."""
    review = await queries.round_(session, file_review_id)
    row = await queries.file(session, file_review_id, review_file_id)
    held = await queries.round_file(session, review)
    read_by = await looking.reader_divisions(session, held, [row])
    response.headers["ETag"] = etag(row.version)
    return FileOut.of(row, review, read_by.get(row.id))


@router.post("/files/{review_file_id}/withdraw", dependencies=[policy("file_review.submit")])
async def withdraw_file(
    file_review_id: UUID,
    review_file_id: UUID,
    body: ReasonIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> FileOut:
    """Take a file back before the assignment."""
    row = await submitting.withdraw_file(
        session,
        actor,
        file_review_id,
        review_file_id,
        reason=body.reason,
        expected_version=expected_version,
        now=now,
    )
    return _file(row, await queries.round_(session, file_review_id), response)


@router.post("/files/{review_file_id}/object", dependencies=[policy("file_review.object")])
async def object_to_result(
    file_review_id: UUID,
    review_file_id: UUID,
    body: ObjectIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> FileOut:
    """Object to a result, once and within the time."""
    row = await results.object_to(
        session,
        actor,
        file_review_id,
        review_file_id,
        reasons=body.reasons,
        expected_version=expected_version,
        now=now,
    )
    return _file(row, await queries.round_(session, file_review_id), response)


@router.get("/readings", dependencies=[policy("file_review.score")])
async def list_readings(
    file_review_id: UUID, session: SessionDep, page: PageDep
) -> Page[ReadingOut]:
    """What the caller himself is to read, or has read."""
    [after] = page.after or (None,)
    await queries.round_(session, file_review_id)
    rows = await queries.readings(
        session, file_review_id, after=UUID(after) if after else None, limit=page.limit
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[ReadingOut.of(row) for row in cut], next=page.next)


@router.get("/readings/{review_reading_id}", dependencies=[policy("file_review.score")])
async def read_reading(
    file_review_id: UUID, review_reading_id: UUID, session: SessionDep, response: Response
) -> ReadingOut:
    """One file the caller reads."""
    row = await queries.reading(session, file_review_id, review_reading_id)
    response.headers["ETag"] = etag(row.version)
    return ReadingOut.of(row)


@router.post("/readings/{review_reading_id}/score", dependencies=[policy("file_review.score")])
async def score_file(
    file_review_id: UUID,
    review_reading_id: UUID,
    body: ScoreIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> ReadingOut:
    """The reader's marks, final once given."""
    row = await reading.score(
        session,
        actor,
        file_review_id,
        review_reading_id,
        marks=[each.value() for each in body.marks],
        remark=body.remark,
        expected_version=expected_version,
        now=now,
    )
    response.headers["ETag"] = etag(row.version)
    return ReadingOut.of(row)


@router.post("/readings/{review_reading_id}/recuse", dependencies=[policy("file_review.score")])
async def recuse_from_file(
    file_review_id: UUID,
    review_reading_id: UUID,
    body: ReasonIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> ReadingOut:
    """Give a file back because of an interest in it."""
    row = await drawing.recuse(
        session,
        actor,
        file_review_id,
        review_reading_id,
        reason=body.reason,
        expected_version=expected_version,
        now=now,
    )
    response.headers["ETag"] = etag(row.version)
    return ReadingOut.of(row)


@router.get("/faults", dependencies=[policy("file_review.read")])
async def list_faults(file_review_id: UUID, session: SessionDep, page: PageDep) -> Page[FaultOut]:
    """整改清单: what the own division, or one below, has to put right."""
    [after] = page.after or (None,)
    await queries.round_(session, file_review_id)
    rows = await queries.faults(
        session, file_review_id, after=UUID(after) if after else None, limit=page.limit
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[FaultOut.model_validate(row) for row in cut], next=page.next)


@router.post("/faults/{review_fault_id}/remedy", dependencies=[policy("file_review.submit")])
async def remedy_fault(
    file_review_id: UUID,
    review_fault_id: UUID,
    body: RemedyIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> FaultOut:
    """A fault is put right."""
    row: ReviewFault = await results.remedy(
        session,
        actor,
        file_review_id,
        review_fault_id,
        what=body.remedy,
        expected_version=expected_version,
        now=now,
    )
    response.headers["ETag"] = etag(row.version)
    return FaultOut.model_validate(row)


def _file(row: ReviewFile, review: FileReview, response: Response) -> FileOut:
    response.headers["ETag"] = etag(row.version)
    return FileOut.of(row, review)
