"""Following a case: a citizen by number and code, a clerk who gives a new code out."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from services.petitions.config import PetitionsSettings
from services.petitions.follow import use_cases
from services.petitions.follow.schemas import CodeOut, StatusIn, StatusOut
from services.petitions.intake.endpoints import Codes
from shared.errors import AppError
from shared.http.access import ActorDep, policy, public
from shared.http.now import Now
from shared.http.problems import problem
from shared.http.routing import COMPUTES, Route, SessionDep, SystemSessionDep

router: Final = APIRouter(tags=["follow"], route_class=Route)
MAX_SOURCE: Final = 64


async def _source(request: Request) -> str:
    """Where a guess comes from, as the gateway says; others are not believed."""
    settings: PetitionsSettings = request.state.settings
    peer = request.client.host if request.client else "unknown"
    if peer in settings.trusted_proxies:
        peer = request.headers.get("x-forwarded-for", peer).rpartition(",")[2].strip()
    return peer[:MAX_SOURCE] if peer.isprintable() else "unknown"


Source = Annotated[str, Depends(_source)]


# Public: a citizen has no account; the code proves that the case is the citizen's own.
# No key: what would be remembered of an answer is the next code.
@router.post(
    "/petition-status",
    dependencies=[public()],
    response_model=StatusOut,
    openapi_extra=COMPUTES,
)
async def status(
    body: StatusIn,
    source: Source,
    session: SystemSessionDep,
    now: Now,
    codes: Codes,
    request: Request,
    response: Response,
) -> StatusOut | Response:
    """The public state of a case; the code is used up, and the answer holds the next one."""
    shown = await use_cases.look_up(
        session, number=body.number, code=body.code, source=source, codes=codes, now=now
    )
    if isinstance(shown, AppError):
        # Returned, not raised: the guess must be counted.
        return problem(shown, request.headers)
    response.headers["Cache-Control"] = "no-store"
    return StatusOut.of(shown)


# No key: what would be remembered of the answer is the code.
@router.post(
    "/petitions/{petition_id}/follow-code",
    dependencies=[policy("petition.issue_code")],
    openapi_extra=COMPUTES,
)
async def issue_code(
    petition_id: UUID, actor: ActorDep, session: SessionDep, now: Now, codes: Codes
) -> CodeOut:
    """A new code for a petitioner who lost it; the one before is dead at once."""
    number, code = await use_cases.issue(session, actor, petition_id, codes=codes, now=now)
    return CodeOut(number=number, follow_code=code)
