"""Hand-overs of shifts over HTTP. Each is a new version of the roster the shift is of."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.regions.duty.queries import rosters as queries
from services.regions.duty.queries.rosters import ShiftFile
from services.regions.duty.schemas.watching import HandOverIn, ShiftHandoverOut, TakeOverIn
from services.regions.duty.use_cases import handing
from services.regions.duty.use_cases.watching import handover_minutes
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/duty-rosters", tags=["duty rosters"], route_class=Route)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, file: ShiftFile) -> ShiftHandoverOut:
        """The hand-over, with the version of the roster."""
        minutes = await handover_minutes(self.session, file.roster.division, now=self.now)
        self.response.headers["ETag"] = etag(file.roster.version)
        return ShiftHandoverOut.of(file, minutes=minutes, now=self.now)


AskedDep = Annotated[Asked, Depends()]


@router.get("/{duty_roster_id}/shifts/{duty_shift_id}", dependencies=[policy("duty_roster.read")])
async def read_handover(
    duty_roster_id: UUID, duty_shift_id: UUID, asked: AskedDep
) -> ShiftHandoverOut:
    """The hand-over of one shift of a published roster."""
    return await asked.answer(
        await queries.shift_file(asked.session, duty_roster_id, duty_shift_id)
    )


@router.post(
    "/{duty_roster_id}/shifts/{duty_shift_id}/hand-over",
    dependencies=[policy("duty_roster.serve")],
)
async def hand_over_shift(
    duty_roster_id: UUID,
    duty_shift_id: UUID,
    body: HandOverIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> ShiftHandoverOut:
    """交班: what is open is listed by itself; the rest is said."""
    file = await handing.hand_over(
        asked.session,
        asked.actor,
        duty_roster_id,
        duty_shift_id,
        officer_id=body.officer_id,
        remarks=body.remarks,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(file)


@router.post(
    "/{duty_roster_id}/shifts/{duty_shift_id}/take-over",
    dependencies=[policy("duty_roster.serve")],
)
async def take_over_shift(
    duty_roster_id: UUID,
    duty_shift_id: UUID,
    body: TakeOverIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> ShiftHandoverOut:
    """接班: by somebody of the next shift, as it is or with reservations."""
    file = await handing.take_over(
        asked.session,
        asked.actor,
        duty_roster_id,
        duty_shift_id,
        officer_id=body.officer_id,
        reservations=body.reservations,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(file)
