"""Staff exchanges over HTTP: one route a step."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, status

from services.regions.calendars.queries import work_calendar
from services.regions.calendars.schemas import LegalDay
from services.regions.exchanges.domain import days
from services.regions.exchanges.domain.staff import ExchangeState
from services.regions.exchanges.models import StaffExchange
from services.regions.exchanges.queries import staff as queries
from services.regions.exchanges.schemas.staff import (
    BalanceOut,
    ExchangeAnswerIn,
    ExchangeIn,
    ExchangeLineOut,
    ExchangeOut,
    ExtensionAnswerIn,
    ExtensionIn,
    GuestGrantsOut,
    GuestRemarkIn,
    GuestReportIn,
    NameIn,
    RecallIn,
    SideReasonIn,
)
from services.regions.exchanges.use_cases import agreeing, staying
from services.regions.exchanges.use_cases.record import actions
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.contracts.regions import GuestGrants, GuestGrantsQuery
from shared.errors import Unavailable
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.client import ServiceClient
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/staff-exchanges", tags=["staff exchange"], route_class=Route)
ONE: Final = "/{staff_exchange_id}"
GRANTS: Final = "/internal/guest-grants"

Since = Annotated[LegalDay | None, Query(description="first day; 1 January of the last if absent")]
Until = Annotated[LegalDay | None, Query(description="last day; today if absent")]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, row: StaffExchange) -> ExchangeOut:
        """The exchange whole, with what this caller may do next."""
        file = await queries.file(self.session, row)
        self.response.headers["ETag"] = etag(row.version)
        return ExchangeOut.of(
            file,
            actions(self.actor, file),
            today=legal_day(self.now),
            calendar=await work_calendar(self.session),
        )


AskedDep = Annotated[Asked, Depends()]


async def _identity(request: Request) -> ServiceClient | None:
    client: ServiceClient | None = request.state.peers.get("identity")
    return client


IdentityDep = Annotated[ServiceClient | None, Depends(_identity)]


@router.get("", dependencies=[policy("staff_exchange.read")])
async def list_staff_exchanges(
    session: SessionDep,
    page: PageDep,
    state: ExchangeState | None = None,
    division: Division | None = None,
) -> Page[ExchangeLineOut]:
    """Exchanges the caller has a part in, from the newest on."""
    [after] = page.after or (None,)
    rows = await queries.exchanges(
        session,
        state=state,
        division=division,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[ExchangeLineOut.model_validate(row) for row in cut], next=page.next)


@router.post(
    "", status_code=status.HTTP_201_CREATED, dependencies=[policy("staff_exchange.propose")]
)
async def propose_staff_exchange(body: ExchangeIn, asked: AskedDep) -> ExchangeOut:
    """Lay an exchange before the other side, with whom the proposer sends."""
    row = await agreeing.propose(asked.session, asked.actor, body.value(), now=asked.now)
    asked.response.headers["Location"] = f"/api/v1/staff-exchanges/{row.id}"
    return await asked.answer(row)


@router.get("/balance", dependencies=[policy("staff_exchange.count")])
async def read_balance(
    asked: AskedDep, division: Division, since: Since = None, until: Until = None
) -> BalanceOut:
    """Person-days given and received, by other side and purpose."""
    require(asked.actor, "staff_exchange.count", division=division)
    today = legal_day(asked.now)
    last = until or today
    first = since or date(last.year, 1, 1)
    found = await queries.presences(asked.session, division, first=first, last=last, today=today)
    calendar = await work_calendar(asked.session)
    whole = days.balance(found, division, first=first, last=last, calendar=calendar)
    return BalanceOut.of(division, whole, since=first, until=last)


@router.get(ONE, dependencies=[policy("staff_exchange.read")])
async def read_staff_exchange(staff_exchange_id: UUID, asked: AskedDep) -> ExchangeOut:
    """One exchange with who goes, what each side said and gave, and what was done."""
    return await asked.answer(await queries.exchange(asked.session, staff_exchange_id))


@router.get(f"{ONE}/grants", dependencies=[policy("staff_exchange.read")])
async def read_guest_grants(
    staff_exchange_id: UUID, asked: AskedDep, identity: IdentityDep
) -> GuestGrantsOut:
    """What the guests may see at their hosts, as `identity` holds it at this moment.

    A right an administrator of the host withdrew is shown as such; 503 while it does not answer.
    """
    row = await queries.exchange(asked.session, staff_exchange_id)
    if identity is None:
        raise Unavailable(what="identity")
    query = GuestGrantsQuery(exchange_id=row.id)
    answer = await identity.post(GRANTS, json=query.model_dump(mode="json"))
    return GuestGrantsOut.of(GuestGrants.model_validate_json(answer.content))


@router.post(f"{ONE}/name", dependencies=[policy("staff_exchange.send")])
async def name_guests(
    staff_exchange_id: UUID, body: NameIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ExchangeOut:
    """A side names its own people; who had agreed says so anew."""
    row = await agreeing.name(
        asked.session,
        asked.actor,
        staff_exchange_id,
        division=body.division,
        guests=[each.value() for each in body.guests],
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(f"{ONE}/answer", dependencies=[policy("staff_exchange.consent")])
async def answer_staff_exchange(
    staff_exchange_id: UUID,
    body: ExchangeAnswerIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> ExchangeOut:
    """A side's head agrees or declines in its own name."""
    row = await agreeing.answer(
        asked.session,
        asked.actor,
        staff_exchange_id,
        **body.model_dump(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(f"{ONE}/call-off", dependencies=[policy("staff_exchange.consent")])
async def call_off_staff_exchange(
    staff_exchange_id: UUID, body: SideReasonIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ExchangeOut:
    """A head takes the word back before anybody has gone."""
    row = await agreeing.call_off(
        asked.session,
        asked.actor,
        staff_exchange_id,
        **body.model_dump(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(f"{ONE}/ask-extension", dependencies=[policy("staff_exchange.consent")])
async def ask_extension(
    staff_exchange_id: UUID, body: ExtensionIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ExchangeOut:
    """A head asks that who is there stays longer."""
    row = await staying.ask_extension(
        asked.session,
        asked.actor,
        staff_exchange_id,
        **body.model_dump(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(f"{ONE}/answer-extension", dependencies=[policy("staff_exchange.consent")])
async def answer_extension(
    staff_exchange_id: UUID,
    body: ExtensionAnswerIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> ExchangeOut:
    """The other side's head agrees to a longer stay, or declines."""
    row = await staying.answer_extension(
        asked.session,
        asked.actor,
        staff_exchange_id,
        **body.model_dump(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(f"{ONE}/recall", dependencies=[policy("staff_exchange.send")])
async def recall_guests(
    staff_exchange_id: UUID, body: RecallIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ExchangeOut:
    """A side calls its people back, or sends the other's home: at once."""
    row = await staying.recall(
        asked.session,
        asked.actor,
        staff_exchange_id,
        **body.model_dump(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(f"{ONE}/report", dependencies=[policy("staff_exchange.report")])
async def report_stay(
    staff_exchange_id: UUID, body: GuestReportIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ExchangeOut:
    """What a guest did, told by the guest, or by who sent it."""
    row = await staying.report(
        asked.session,
        asked.actor,
        staff_exchange_id,
        **body.model_dump(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(f"{ONE}/remark", dependencies=[policy("staff_exchange.receive")])
async def remark_on_stay(
    staff_exchange_id: UUID, body: GuestRemarkIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ExchangeOut:
    """What the host says of a guest's work."""
    row = await staying.remark(
        asked.session,
        asked.actor,
        staff_exchange_id,
        **body.model_dump(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)
