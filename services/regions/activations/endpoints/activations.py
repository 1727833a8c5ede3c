"""Activations over HTTP: one route a step."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status

from services.regions.activations import queries
from services.regions.activations.domain import State, Step
from services.regions.activations.models import Activation
from services.regions.activations.schemas import (
    AcknowledgeIn,
    ActivationLineOut,
    ActivationOut,
    ArriveIn,
    CallIn,
    ChangeTierIn,
    CloseIn,
    ConfirmIn,
    ExtendIn,
    JoinUpIn,
    ReportIn,
    StandDownIn,
    UnableIn,
)
from services.regions.activations.use_cases import answers, calls
from services.regions.activations.use_cases.record import actions
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/activations", tags=["emergency activation"], route_class=Route)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, row: Activation) -> ActivationOut:
        """The activation whole, with what this caller may do next."""
        file = await queries.file(self.session, row)
        self.response.headers["ETag"] = etag(row.version)
        return ActivationOut.of(file, actions(self.actor, file), now=self.now)


AskedDep = Annotated[Asked, Depends()]


@router.get("", dependencies=[policy("activation.read")])
async def list_activations(
    session: SessionDep,
    page: PageDep,
    state: State | None = None,
    division: Division | None = None,
    awaiting: Division | None = None,
) -> Page[ActivationLineOut]:
    """Activations the caller has a part in; `awaiting`: those this division has not answered."""
    [after] = page.after or (None,)
    rows = await queries.activations(
        session,
        state=state,
        division=division,
        awaiting=awaiting,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[ActivationLineOut.model_validate(row) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("activation.call")])
async def call_parties(body: CallIn, asked: AskedDep) -> ActivationOut:
    """一地吹哨: begin an activation by a tier of an agreed protocol."""
    row = await calls.call(asked.session, asked.actor, body.value(), now=asked.now)
    asked.response.headers["Location"] = f"/api/v1/activations/{row.id}"
    return await asked.answer(row)


@router.get("/{activation_id}", dependencies=[policy("activation.read")])
async def read_activation(activation_id: UUID, asked: AskedDep) -> ActivationOut:
    """One activation with who came and what was done."""
    return await asked.answer(await queries.activation(asked.session, activation_id))


@router.post("/{activation_id}/acknowledge", dependencies=[policy("activation.answer")])
async def acknowledge_call(
    activation_id: UUID, body: AcknowledgeIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ActivationOut:
    """A called place says that it comes."""
    row = await answers.answer(
        asked.session,
        asked.actor,
        activation_id,
        Step.ACKNOWLEDGE,
        division=body.division,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{activation_id}/arrive", dependencies=[policy("activation.answer")])
async def arrive(
    activation_id: UUID, body: ArriveIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ActivationOut:
    """两地报到: a called place is there."""
    row = await answers.answer(
        asked.session,
        asked.actor,
        activation_id,
        Step.ARRIVE,
        division=body.division,
        officers=body.officers,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{activation_id}/decline", dependencies=[policy("activation.answer")])
async def decline_call(
    activation_id: UUID, body: UnableIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ActivationOut:
    """A called place cannot come, and says why."""
    row = await answers.answer(
        asked.session,
        asked.actor,
        activation_id,
        Step.DECLINE,
        division=body.division,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{activation_id}/change-tier", dependencies=[policy("activation.call")])
async def change_tier(
    activation_id: UUID, body: ChangeTierIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ActivationOut:
    """The alert rises or falls: another agreed tier holds."""
    row = await calls.change_tier(
        asked.session,
        asked.actor,
        activation_id,
        tier=body.tier,
        alert_level=body.alert_level,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{activation_id}/extend", dependencies=[policy("activation.call")])
async def extend_activation(
    activation_id: UUID, body: ExtendIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ActivationOut:
    """More time, before the time is over."""
    row = await calls.extend(
        asked.session,
        asked.actor,
        activation_id,
        hours=body.hours,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{activation_id}/join-up", dependencies=[policy("activation.call")])
async def join_up(
    activation_id: UUID, body: JoinUpIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ActivationOut:
    """应急联动行动: draft the joint operation of who called and who comes."""
    row = await calls.join_up(
        asked.session,
        asked.actor,
        activation_id,
        title=body.title,
        planned_to=body.planned_to,
        due_on=body.due_on,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{activation_id}/stand-down", dependencies=[policy("activation.call")])
async def stand_down(
    activation_id: UUID, body: StandDownIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ActivationOut:
    """The emergency is over before its time; the report is due from here."""
    row = await calls.stand_down(
        asked.session,
        asked.actor,
        activation_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{activation_id}/report", dependencies=[policy("activation.call")])
async def report_activation(
    activation_id: UUID, body: ReportIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ActivationOut:
    """总结评估: the after-action report."""
    row = await calls.report(
        asked.session,
        asked.actor,
        activation_id,
        report=body.report,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{activation_id}/confirm", dependencies=[policy("activation.answer")])
async def confirm_report(
    activation_id: UUID, body: ConfirmIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ActivationOut:
    """A called place's word on the report."""
    row = await answers.confirm(
        asked.session,
        asked.actor,
        activation_id,
        division=body.division,
        confirms=body.confirms,
        remark=body.remark,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{activation_id}/close", dependencies=[policy("activation.call")])
async def close_activation(
    activation_id: UUID, body: CloseIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ActivationOut:
    """归档: once all spoke to the report, or by the common superior's head with a reason."""
    row = await calls.close(
        asked.session,
        asked.actor,
        activation_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)
