"""A service made like all others, with one thing to tell and one to hear, for the kernel's tests.

As `regions` it tells of a joint operation whenever it is asked to; as `petitions` it counts what
it hears so that neither a double nor a disorder can hide.
"""

import os
from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.contracts.regions import OperationSummarised
from shared.db.session import driver
from shared.http.access import internal
from shared.http.body import Body
from shared.http.now import Now
from shared.http.routing import Route, SystemSessionDep
from shared.messaging.inbox import on
from shared.messaging.outbox import announce
from shared.service import Service, create_service_app
from shared.settings import ServiceSettings
from tests.support.pulses import pulse_of

# `last` becomes the place at which an event was heard, or -1 once it was heard again.
COUNT: Final = """
INSERT INTO number_counter AS heard (series, division, year, last)
SELECT $1::text, 'heard', $2::int, 1 + count(*) FROM number_counter WHERE series = $1
ON CONFLICT (series, division, year) DO UPDATE SET last = -1
"""
router: Final = APIRouter(prefix="/pulses", route_class=Route)


class Pulse(Body):
    """The `number`th event of an aggregate."""

    key: UUID
    number: int


@router.post("", status_code=204, dependencies=[internal()])
async def tell(body: Pulse, session: SystemSessionDep, now: Now) -> None:
    await announce(session, pulse_of(body.key, body.number, now), now=now)


async def _count(session: AsyncSession, event: OperationSummarised, _: datetime) -> None:
    connection = await driver(session)
    await connection.execute(COUNT, event.operation_id.hex, event.inspections)


app: Final = create_service_app(
    Service(
        name=os.environ["PROBE"],
        title="Probe",
        settings=ServiceSettings,
        routers=[router],
        handlers=dict([on(OperationSummarised, _count)]),
        needs_references=False,
    )
)
