"""Closing a bureau over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.regions.bureaus.schemas import BureauOut
from services.regions.officers.schemas.people import CloseBureauIn
from services.regions.officers.use_cases.closing import close_bureau as close
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/bureaus", tags=["bureaus"], route_class=Route)


@router.post("/{bureau_id}/close", dependencies=[policy("bureau.manage")])
async def close_bureau(
    bureau_id: UUID,
    body: CloseBureauIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> BureauOut:
    """Close an office that has no officers, equipment or lower offices any more."""
    bureau = await close(
        session,
        actor,
        bureau_id,
        last_day=body.last_day,
        reason=body.reason,
        expected_version=expected_version,
        now=now,
    )
    response.headers["ETag"] = etag(bureau.version)
    return BureauOut.of(bureau, actor)
