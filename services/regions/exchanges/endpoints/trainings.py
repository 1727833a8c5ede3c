"""Trainings over HTTP: one route a step."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status

from services.regions.calendars.schemas import LegalDay
from services.regions.exchanges.domain.trainings import TrainingKind, TrainingState
from services.regions.exchanges.models import Training
from services.regions.exchanges.queries import trainings as queries
from services.regions.exchanges.schemas.trainings import (
    EvaluationIn,
    HoldIn,
    HoursOut,
    RegistrationIn,
    TrainingCancelIn,
    TrainingDeclineIn,
    TrainingIn,
    TrainingLineOut,
    TrainingOut,
)
from services.regions.exchanges.use_cases import trainings as use_cases
from shared.auth.policy import require
from shared.clocks.days import DAY, end_of_day, legal_day
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/trainings", tags=["training"], route_class=Route)
ONE: Final = "/{training_id}"

Since = Annotated[LegalDay | None, Query(description="first day; 1 January of the last if absent")]
Until = Annotated[LegalDay | None, Query(description="last day; today if absent")]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, row: Training) -> TrainingOut:
        """The training whole, with what this caller may do next."""
        file = await queries.file(self.session, row)
        self.response.headers["ETag"] = etag(row.version)
        return TrainingOut.of(file, use_cases.actions(self.actor, file))


AskedDep = Annotated[Asked, Depends()]


@router.get("", dependencies=[policy("training.read")])
async def list_trainings(
    session: SessionDep,
    page: PageDep,
    kind: TrainingKind | None = None,
    state: TrainingState | None = None,
    division: Division | None = None,
) -> Page[TrainingLineOut]:
    """Trainings the caller's divisions are invited to or convene, from the newest on."""
    [after] = page.after or (None,)
    rows = await queries.trainings(
        session,
        kind=kind,
        state=state,
        division=division,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[TrainingLineOut.model_validate(row) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("training.convene")])
async def convene_training(body: TrainingIn, asked: AskedDep) -> TrainingOut:
    """Invite divisions to a training, a case talk, a drill or a visit of joint help."""
    row = await use_cases.convene(asked.session, asked.actor, body.value(), now=asked.now)
    asked.response.headers["Location"] = f"/api/v1/trainings/{row.id}"
    return await asked.answer(row)


@router.get("/hours", dependencies=[policy("training.count")])
async def read_hours(
    asked: AskedDep, division: Division, since: Since = None, until: Until = None
) -> HoursOut:
    """Person-hours (学时) by division and kind."""
    require(asked.actor, "training.count", division=division)
    last = until or legal_day(asked.now)
    first = since or date(last.year, 1, 1)
    rows = await queries.hours(
        asked.session, division, begins=end_of_day(first - DAY), ends=end_of_day(last)
    )
    return HoursOut.of(division, rows, since=first, until=last)


@router.get(ONE, dependencies=[policy("training.read")])
async def read_training(training_id: UUID, asked: AskedDep) -> TrainingOut:
    """One training with who registered, who came, and what they say of it."""
    return await asked.answer(await queries.training(asked.session, training_id))


@router.post(f"{ONE}/register", dependencies=[policy("training.register")])
async def register_people(
    training_id: UUID, body: RegistrationIn, asked: AskedDep, expected_version: ExpectedVersion
) -> TrainingOut:
    """A division says how many come."""
    row = await use_cases.register(
        asked.session,
        asked.actor,
        training_id,
        **body.model_dump(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(f"{ONE}/decline", dependencies=[policy("training.register")])
async def decline_training(
    training_id: UUID, body: TrainingDeclineIn, asked: AskedDep, expected_version: ExpectedVersion
) -> TrainingOut:
    """A division sends nobody."""
    row = await use_cases.decline(
        asked.session,
        asked.actor,
        training_id,
        **body.model_dump(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(f"{ONE}/hold", dependencies=[policy("training.convene")])
async def record_attendance(
    training_id: UUID, body: HoldIn, asked: AskedDep, expected_version: ExpectedVersion
) -> TrainingOut:
    """It was held: the convener records who came."""
    row = await use_cases.hold(
        asked.session,
        asked.actor,
        training_id,
        attendance=[each.value() for each in body.attendance],
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(f"{ONE}/evaluate", dependencies=[policy("training.register")])
async def evaluate_training(
    training_id: UUID, body: EvaluationIn, asked: AskedDep, expected_version: ExpectedVersion
) -> TrainingOut:
    """A division that came says what it was worth."""
    row = await use_cases.evaluate(
        asked.session,
        asked.actor,
        training_id,
        **body.model_dump(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(f"{ONE}/close", dependencies=[policy("training.convene")])
async def close_training(
    training_id: UUID, asked: AskedDep, expected_version: ExpectedVersion
) -> TrainingOut:
    """归档: nothing more is said to it."""
    row = await use_cases.close(
        asked.session, asked.actor, training_id, expected_version=expected_version, now=asked.now
    )
    return await asked.answer(row)


@router.post(f"{ONE}/cancel", dependencies=[policy("training.convene")])
async def cancel_training(
    training_id: UUID, body: TrainingCancelIn, asked: AskedDep, expected_version: ExpectedVersion
) -> TrainingOut:
    """It is not held."""
    row = await use_cases.cancel(
        asked.session,
        asked.actor,
        training_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)
