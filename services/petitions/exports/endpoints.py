"""Exports over HTTP: the worklist as a table."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.petitions.exports.domain.cells import FileFormat
from services.petitions.exports.use_cases import exporting
from services.petitions.exports.use_cases.tables import MEDIA_TYPES
from services.petitions.intake import queries as intake
from services.petitions.intake.schemas import FilterIn
from shared.db.session import Database
from shared.errors import NotFound
from shared.http.access import ActorDep, context_of, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/petitions-exports", tags=["exports"], route_class=Route)

FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in MEDIA_TYPES.values()
        }
    }
}


@router.get("", dependencies=[policy("export.read")], response_class=Response, responses=FILES)
async def export(
    request: Request,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    filters: Annotated[FilterIn, Query()],
    format: Annotated[FileFormat, Query()] = FileFormat.XLSX,  # noqa: A002 -- the query's own word
    division: Annotated[Division | None, Query(description="Only within this division")] = None,
) -> StreamingResponse:
    """Exactly the worklist under the same filters, at most 100,000 rows, masked for the reader."""
    scopes = intake.scopes_asked(actor.scopes, division)
    if not scopes:
        raise NotFound(what="division")
    wanted = filters.asked(caller=actor.id, now=now)
    asked = exporting.Asked(scopes, wanted, _told(filters, division))
    unit = await exporting.announce(session, actor, asked, kind=format, now=now)
    database: Database = request.state.database
    content = exporting.stream(
        lambda: database.transaction(context_of(actor)),
        actor,
        asked,
        kind=format,
        unit=unit,
        now=now,
    )
    headers = {
        "Content-Disposition": f'attachment; filename="petitions.{format}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(content, media_type=MEDIA_TYPES[format], headers=headers)


# What somebody typed may be a petitioner's name, and a trace holds none.
TYPED: Final = frozenset({"q", "object"})


def _told(filters: FilterIn, division: str | None) -> str:
    """The filters as they are kept in the trace."""
    said = {
        name: "*" if name in TYPED else value
        for name, value in filters.model_dump(mode="json", exclude_defaults=True).items()
    }
    return " ".join(f"{name}={value}" for name, value in {"division": division, **said}.items())
