"""The fairness ledger over HTTP."""

from collections import defaultdict
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.regions.rota.domain.pace import pace, quarter_of
from services.regions.rota.endpoints.asked import AskedDep
from services.regions.rota.models import RotaExcuse, RotaStaff
from services.regions.rota.queries import figures, people
from services.regions.rota.queries.figures import Turns
from services.regions.rota.schemas.ledger import (
    LedgerOut,
    PaceOut,
    PersonDaysOut,
    PersonOut,
    SwapLineOut,
    UnitLedgerOut,
)
from services.regions.rota.schemas.setup import ExcuseOut, UnitOut
from services.regions.rota.use_cases import setup
from shared.clocks.days import legal_day
from shared.http.access import policy
from shared.http.routing import Route

router = APIRouter(prefix="/rotas", tags=["all-staff rota"], route_class=Route)


@router.get("/{rota_id}/ledger", dependencies=[policy("rota.read_staff")])
async def read_ledger(
    rota_id: UUID,
    asked: AskedDep,
    day: Annotated[date | None, Query(description="a day of the quarter; today's without")] = None,
) -> LedgerOut:
    """Entitled, given, drawn and owing by unit; turns by person; how often is drawn."""
    session, today = asked.session, legal_day(asked.now)
    rota = await people.rota(session, rota_id)
    rules = await setup.rules(session, rota.division, now=asked.now)
    quarter = quarter_of(day or today)
    units = await people.unit_files(session, rota_id)
    staff = await people.everybody(session, [each.unit.id for each in units])
    of_unit: dict[UUID, list[RotaStaff]] = defaultdict(list)
    for each in staff:
        of_unit[each.unit_id].append(each)
    excuses: dict[UUID, list[RotaExcuse]] = defaultdict(list)
    for excused in await people.excuses_of(session, [each.id for each in staff]):
        excuses[excused.staff_id].append(excused)
    turns = await figures.turns(session, rota_id)
    asked_for = await figures.swaps(session, rota_id)
    days = await figures.person_days(session, quarter.first, quarter.last, rota_id=rota_id)
    rounds = await figures.rounds_in(session, rota_id, quarter)
    return LedgerOut(
        rota_id=rota_id,
        person_times=await figures.person_times(session, rota_id),
        pace=PaceOut.of(
            pace(quarter, rounds, today=today, least=rules.rounds_least, most=rules.rounds_most),
            least=rules.rounds_least,
            most=rules.rounds_most,
        ),
        units=[
            UnitLedgerOut(
                unit=UnitOut.of(each, None),
                spread=_spread(of_unit[each.unit.id]),
                people=[
                    _person(one, turns.get(one.id, Turns()), excuses[one.id])
                    for one in of_unit[each.unit.id]
                ],
            )
            for each in units
        ],
        swaps=[
            SwapLineOut(
                draw_id=swap.draw_id,
                taker=taker.name,
                state=swap.state,
                asker_name=swap.asker_name,
                decider_name=swap.decider_name,
                reason=swap.reason,
            )
            for swap, taker in asked_for
        ],
        person_days=[
            PersonDaysOut(unit=each.unit.code, of=each.unit.division, to=each.to, days=each.days)
            for each in days
        ],
    )


def _spread(staff: list[RotaStaff]) -> int:
    """How far the turns of those who have not left lie apart."""
    drawn = [each.drawn for each in staff if each.left_at is None]
    return max(drawn) - min(drawn) if drawn else 0


def _person(staff: RotaStaff, turns: Turns, excuses: list[RotaExcuse]) -> PersonOut:
    return PersonOut(
        staff_id=staff.id,
        name=staff.name,
        place=staff.place,
        lap=staff.lap,
        left=staff.left_at is not None,
        drawn=turns.drawn,
        served=turns.served,
        days=turns.days,
        excused=turns.excused,
        swapped=turns.swapped,
        excuses=[ExcuseOut.model_validate(each) for each in excuses],
    )
