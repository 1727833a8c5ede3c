"""Spot checks over HTTP (抽查)."""

import os
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake.endpoints import Keys
from services.petitions.oversight import queries
from services.petitions.oversight.domain import CheckResult
from services.petitions.oversight.models import SpotCheckSample
from services.petitions.oversight.schemas import (
    SampledOut,
    SampleIn,
    SampleOut,
    SpotCheckIn,
    SpotCheckOut,
)
from services.petitions.oversight.use_cases import spot_checks
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

SEED_BYTES: Final = 32
checked: Final = APIRouter(prefix="/petitions", tags=["oversight"], route_class=Route)
router: Final = APIRouter(prefix="/spot-checks", tags=["oversight"], route_class=Route)
samples: Final = APIRouter(prefix="/spot-check-samples", tags=["oversight"], route_class=Route)


@checked.post(
    "/{petition_id}/spot-checks", status_code=201, dependencies=[policy("spot_check.record")]
)
async def spot_check(
    petition_id: UUID,
    body: SpotCheckIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> SpotCheckOut:
    """A superior looked at the answer again; what fails is reopened."""
    row, petition = await spot_checks.check(
        session,
        actor,
        petition_id,
        result=body.result,
        findings=body.findings,
        keys=keys,
        version=version,
        now=now,
    )
    response.headers["ETag"] = etag(petition.version)
    return SpotCheckOut.model_validate(row)


@router.get("", dependencies=[policy("petition.read")])
async def checks(
    session: SessionDep,
    page: PageDep,
    petition_id: UUID | None = None,
    division: Annotated[Division | None, Query(description="Checked by this division")] = None,
    result: CheckResult | None = None,
) -> Page[SpotCheckOut]:
    """Spot checks, latest first."""
    after = page.after and (datetime.fromisoformat(page.after[0]), UUID(page.after[1]))
    rows = await queries.checks(
        session,
        petition_id=petition_id,
        division=division,
        result=result,
        after=after,
        limit=page.limit + 1,
    )
    items = page.cut(rows, key=lambda each: (each.at, str(each.id)))
    return Page(items=[SpotCheckOut.model_validate(each) for each in items], next=page.next)


@samples.post("", status_code=201, dependencies=[policy("spot_check.record")])
async def draw_sample(
    body: SampleIn, actor: ActorDep, session: SessionDep, now: Now, response: Response
) -> SampleOut:
    """Draw what is to be checked among what the units below closed; nobody chooses."""
    sample = await spot_checks.draw_sample(
        session,
        actor,
        division=body.division,
        first_day=body.first_day,
        last_day=body.last_day,
        share=Fraction(body.share) if body.share is not None else None,
        seed=os.urandom(SEED_BYTES),
        now=now,
    )
    response.headers["Location"] = f"/api/v1/spot-check-samples/{sample.id}"
    return SampleOut.of(sample, await _sampled(session, sample))


@samples.get("/{sample_id}", dependencies=[policy("spot_check.record")])
async def read_sample(sample_id: UUID, session: SessionDep) -> SampleOut:
    """The drawn petitions in their order, and which of them were checked since."""
    found = await queries.sample(session, sample_id)
    return SampleOut.of(found, await _sampled(session, found))


@samples.get("/{sample_id}/population", dependencies=[policy("spot_check.record")])
async def sample_population(sample_id: UUID, session: SessionDep) -> Sequence[UUID]:
    """What the sample was drawn from, sorted: for who draws it again."""
    return (await queries.sample(session, sample_id)).population


async def _sampled(session: AsyncSession, sample: SpotCheckSample) -> list[SampledOut]:
    petitions = await queries.petitions_by_id(session, sample.ids)
    checks = await queries.checks_since(session, sample.ids, since=sample.drawn_at)
    return [
        SampledOut(
            petition_id=each,
            number=petitions[each].number if each in petitions else None,
            unit=petitions[each].holder if each in petitions else None,
            checked=each in checks,
            result=checks[each].result if each in checks else None,
        )
        for each in sample.ids
    ]
