"""Checking a 行政行为码: whose act it is, for everybody with a login."""

from dataclasses import dataclass
from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch.queries import task as task_of
from services.tasks.enterprises.domain.visits import LegalKind, Mode
from services.tasks.inspections import queries
from services.tasks.inspections.domain.codes import is_well_formed
from services.tasks.inspections.domain.life import InspectionState
from services.tasks.inspections.use_cases.steps import AGENCY_NAME, rules
from shared import reference
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class Act:
    """What is public of a check: office, day, kind. Never the object, nor why."""

    act_code: str
    division: str
    agency: str
    day: date
    legal_kind: LegalKind
    mode: Mode
    state: InspectionState


async def act_of(session: AsyncSession, actor: Actor, code: str) -> Act:
    """NotFound for a code that is wrong in itself and for one nobody gave."""
    require(actor, "inspection.verify_code")
    if not is_well_formed(code):
        raise NotFound(what="inspection")
    async with beyond_scope(session):  # a code is shown to be checked by anybody
        inspection = await queries.by_code(session, code)
        division = (await task_of(session, inspection.task_id)).division
        in_force = await rules(session, inspection)
        day = legal_day(inspection.started_at)
        names = await reference.division_names(session, [division], on_day=day)
    agency = in_force[AGENCY_NAME].format(name=names.get(division, division))
    return Act(
        code, division, agency, day, inspection.legal_kind, inspection.mode, inspection.state
    )
