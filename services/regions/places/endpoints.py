"""Where something is, over HTTP."""

from fastapi import APIRouter

from services.regions.places import use_cases
from services.regions.places.schemas import LocateIn, LocateOut
from shared.clocks.days import legal_day
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.routing import COMPUTES, Route, SessionDep

router = APIRouter(tags=["territory"], route_class=Route)


@router.post("/divisions:locate", openapi_extra=COMPUTES, dependencies=[policy("reference.read")])
async def locate(body: LocateIn, actor: ActorDep, session: SessionDep, now: Now) -> LocateOut:
    """The county of a point, and every division a text names: candidates, never a decision.

    A point near a line has several candidates; a name that several divisions have or had is
    returned with all of them, the asker's own cities first. Nothing is stored.
    """
    on_day = body.on or legal_day(now)
    point = None
    if asked := body.point:
        point = await use_cases.locate_point(
            session, lon=asked.lon, lat=asked.lat, datum=asked.datum, on_day=on_day
        )
    mentions = (
        await use_cases.read_text(session, actor, body.text, on_day=on_day) if body.text else []
    )
    return LocateOut.of(point, mentions)
