"""Emergency protocols over HTTP."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status

from services.regions.activations import queries
from services.regions.activations.domain import ProtocolState
from services.regions.activations.models import EmergencyProtocol
from services.regions.activations.schemas import (
    DecisionIn,
    EndIn,
    ProtocolAnswerIn,
    ProtocolIn,
    ProtocolLineOut,
    ProtocolOut,
)
from services.regions.activations.use_cases import protocols
from services.regions.activations.use_cases.record import protocol_actions
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/emergency-protocols", tags=["emergency activation"], route_class=Route)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, row: EmergencyProtocol) -> ProtocolOut:
        """The protocol whole, with what this caller may do next."""
        file = await queries.protocol_file(self.session, row)
        self.response.headers["ETag"] = etag(row.version)
        return ProtocolOut.of(file, protocol_actions(self.actor, file))


AskedDep = Annotated[Asked, Depends()]


@router.get("", dependencies=[policy("emergency_protocol.read")])
async def list_protocols(
    session: SessionDep,
    page: PageDep,
    state: ProtocolState | None = None,
    division: Division | None = None,
) -> Page[ProtocolLineOut]:
    """Protocols the caller's divisions are parties of, the newest first."""
    [after] = page.after or (None,)
    rows = await queries.protocols(
        session,
        state=state,
        division=division,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[ProtocolLineOut.model_validate(row) for row in cut], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[policy("emergency_protocol.propose")],
)
async def propose_protocol(body: ProtocolIn, asked: AskedDep) -> ProtocolOut:
    """Lay tiers of response before the parties. Silence is no consent."""
    row = await protocols.propose(
        asked.session,
        asked.actor,
        title=body.title,
        proposer=body.proposer,
        parties=tuple(body.parties),
        tiers=[each.value() for each in body.tiers],
        agreement_id=body.agreement_id,
        group_id=body.group_id,
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/emergency-protocols/{row.id}"
    return await asked.answer(row)


@router.get("/{emergency_protocol_id}", dependencies=[policy("emergency_protocol.read")])
async def read_protocol(emergency_protocol_id: UUID, asked: AskedDep) -> ProtocolOut:
    """One protocol with its tiers and each party's word."""
    return await asked.answer(await queries.protocol(asked.session, emergency_protocol_id))


@router.post("/{emergency_protocol_id}/answer", dependencies=[policy("emergency_protocol.agree")])
async def answer_protocol(
    emergency_protocol_id: UUID,
    body: ProtocolAnswerIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> ProtocolOut:
    """A party agrees or declines; with the last agreement the protocol is in force."""
    row = await protocols.answer(
        asked.session,
        asked.actor,
        emergency_protocol_id,
        division=body.division,
        agrees=body.agrees,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{emergency_protocol_id}/decide", dependencies=[policy("emergency_protocol.decide")])
async def decide_protocol(
    emergency_protocol_id: UUID,
    body: DecisionIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> ProtocolOut:
    """The head of the common superior decides what the parties cannot agree on."""
    row = await protocols.decide(
        asked.session,
        asked.actor,
        emergency_protocol_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{emergency_protocol_id}/end", dependencies=[policy("emergency_protocol.agree")])
async def end_protocol(
    emergency_protocol_id: UUID,
    body: EndIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> ProtocolOut:
    """A party takes its word back: nothing more is activated by the protocol."""
    row = await protocols.end(
        asked.session,
        asked.actor,
        emergency_protocol_id,
        division=body.division,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)
