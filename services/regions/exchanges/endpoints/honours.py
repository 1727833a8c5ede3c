"""Honours over HTTP."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status

from services.regions.exchanges.domain.honours import HonourState, Step
from services.regions.exchanges.models import Honour
from services.regions.exchanges.queries import honours as queries
from services.regions.exchanges.schemas.honours import (
    HonourConfirmIn,
    HonourCountOut,
    HonourIn,
    HonourLineOut,
    HonourOut,
    HonourReasonIn,
)
from services.regions.exchanges.use_cases import honours as use_cases
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.http.access import ActorDep, policy
from shared.http.body import FIRST_YEAR, LAST_YEAR, Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/honours", tags=["honours"], route_class=Route)
ONE: Final = "/{honour_id}"

Year = Annotated[int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR, description="this year if absent")]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, row: Honour) -> HonourOut:
        """The honour with what this caller may do next."""
        self.response.headers["ETag"] = etag(row.version)
        return HonourOut.of(row, use_cases.actions(self.actor, row))

    async def decide(
        self, honour_id: UUID, step: Step, reason: str | None, expected_version: int
    ) -> HonourOut:
        row = await use_cases.decide(
            self.session,
            self.actor,
            honour_id,
            step,
            reason=reason,
            expected_version=expected_version,
            now=self.now,
        )
        return await self.answer(row)


AskedDep = Annotated[Asked, Depends()]


@router.get("", dependencies=[policy("honour.read")])
async def list_honours(
    session: SessionDep,
    page: PageDep,
    division: Division | None = None,
    officer_id: UUID | None = None,
    state: HonourState | None = None,
) -> Page[HonourLineOut]:
    """Honours in the caller's area, from the newest on."""
    [after] = page.after or (None,)
    rows = await queries.honours(
        session,
        division=division,
        officer=officer_id,
        state=state,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[HonourLineOut.model_validate(row) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("honour.record")])
async def record_honour(body: HonourIn, asked: AskedDep) -> HonourOut:
    """The person's own bureau records an honour, for the bureau above to confirm."""
    row = await use_cases.record_honour(asked.session, asked.actor, body.value(), now=asked.now)
    asked.response.headers["Location"] = f"/api/v1/honours/{row.id}"
    return await asked.answer(row)


@router.get("/counts", dependencies=[policy("honour.count")])
async def count_honours(asked: AskedDep, division: Division, year: Year = None) -> HonourCountOut:
    """Confirmed honours of a year by division and who issued them."""
    require(asked.actor, "honour.count", division=division)
    chosen = year or legal_day(asked.now).year
    rows = await queries.counts(
        asked.session, division, first=date(chosen, 1, 1), last=date(chosen, 12, 31)
    )
    return HonourCountOut.of(division, chosen, rows)


@router.get(ONE, dependencies=[policy("honour.read")])
async def read_honour(honour_id: UUID, asked: AskedDep) -> HonourOut:
    return await asked.answer(await queries.honour(asked.session, honour_id))


@router.post(f"{ONE}/confirm", dependencies=[policy("honour.confirm")])
async def confirm_honour(
    honour_id: UUID, body: HonourConfirmIn, asked: AskedDep, expected_version: ExpectedVersion
) -> HonourOut:
    """The bureau next above has seen the document."""
    return await asked.decide(honour_id, Step.CONFIRM, body.reason, expected_version)


@router.post(f"{ONE}/refuse", dependencies=[policy("honour.confirm")])
async def refuse_honour(
    honour_id: UUID, body: HonourReasonIn, asked: AskedDep, expected_version: ExpectedVersion
) -> HonourOut:
    """The bureau next above does not find it borne out."""
    return await asked.decide(honour_id, Step.REFUSE, body.reason, expected_version)


@router.post(f"{ONE}/revoke", dependencies=[policy("honour.record")])
async def revoke_honour(
    honour_id: UUID, body: HonourReasonIn, asked: AskedDep, expected_version: ExpectedVersion
) -> HonourOut:
    """It was taken back, or recorded in error."""
    return await asked.decide(honour_id, Step.REVOKE, body.reason, expected_version)
