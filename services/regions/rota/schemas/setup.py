"""Bodies of rotas, their units and their staff."""

from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.rota.domain.life import Excuse
from services.regions.rota.domain.rounds import text_of
from services.regions.rota.domain.shares import entitlements, reachable
from services.regions.rota.models import Rota, RotaExcuse, RotaStaff, RotaStep, RotaUnit
from services.regions.rota.queries.people import UnitFile
from services.regions.rota.use_cases.setup import Rules
from services.regions.rota.use_cases.staffing import Entered, Line
from shared.errors import Language
from shared.http.body import Body, Code, Division, Out, Reason, ShortText

Capacity = Annotated[int, Field(ge=1, le=2000)]
Headcount = Annotated[int, Field(ge=1, le=100_000)]


class RotaIn(Body):
    """The rota of a division; without a capacity it draws the usual number a round."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"division": "330200", "title": "宁波市全员执法轮值", "capacity": 10}
        }
    )

    division: Division
    title: ShortText
    capacity: Capacity | None = None


class RotaChangeIn(Body):
    """What holds for the rounds to come."""

    title: ShortText
    capacity: Capacity


class ReasonIn(Body):
    reason: Reason


class UnitIn(Body):
    """A bureau or a named office of one; a whole bureau's headcount is its own without one."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "code": "A01",
                "bureau_id": "01890a5d-ac96-774b-bcce-b302099a8057",
                "office": "水生态环境处",
                "headcount": 12,
            }
        }
    )

    code: Code
    bureau_id: UUID
    office: ShortText | None = None
    headcount: Headcount | None = None


class HeadcountIn(Body):
    headcount: Headcount


class LineIn(Body):
    """One person; without `officer_id` one of the office staff without a certificate."""

    unit: Code
    name: ShortText
    number: Code | None = None
    officer_id: UUID | None = None

    def value(self) -> Line:
        return Line(self.unit, self.name, self.number, self.officer_id)


class StaffIn(Body):
    """全体在编在职人员 in the order in which they take turns; each line has its own answer."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "lines": [{"unit": "A01", "name": "赵某", "number": "1001"}],
            }
        }
    )

    lines: Annotated[list[LineIn], Field(min_length=1, max_length=500)]


class MoveIn(Body):
    """The unit the person goes to, and why."""

    unit_id: UUID
    reason: Reason


class ExcuseIn(Body):
    """Leave, recusal or exemption from the first day to the last, both included."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "kind": "leave",
                "starts_on": "2026-03-16",
                "ends_on": "2026-03-20",
                "reason": "年休假",
            }
        }
    )

    kind: Excuse
    starts_on: date
    ends_on: date
    reason: Reason


class UnitOut(Out):
    """A unit: `listed` staff against its `headcount`, and what one round entitles it to.

    `entitled`, `carried` and `share` are exact fractions `p/q`; `carried` is what it was entitled
    to minus what it was given, always less than one person.
    """

    id: UUID
    code: str
    bureau_id: UUID
    bureau: str
    office: str | None
    division: str
    headcount: int
    listed: int
    share: str | None
    entitled: str
    given: int
    drawn: int
    owing: int
    carried: str
    left_at: datetime | None
    leave_reason: str | None

    @classmethod
    def of(cls, file: UnitFile, share: str | None) -> Self:
        unit = file.unit
        return cls(
            id=unit.id,
            code=unit.code,
            bureau_id=unit.bureau_id,
            bureau=file.bureau_name,
            office=unit.office,
            division=unit.division,
            headcount=unit.headcount,
            listed=file.listed,
            share=share,
            entitled=text_of(unit.entitled),
            given=unit.given,
            drawn=unit.drawn,
            owing=unit.owing,
            carried=text_of(unit.carried),
            left_at=unit.left_at,
            leave_reason=unit.leave_reason,
        )


class StepOut(Out):
    action: str
    actor_name: str
    reason: str | None
    at: datetime


class RotaLineOut(Out):
    """A rota in a list."""

    id: UUID
    division: str
    title: str
    capacity: int
    created_at: datetime
    ended_at: datetime | None
    end_reason: str | None
    version: int


class RotaOut(RotaLineOut):
    """A rota with its units; `reached` is what the bounds of the units make of the capacity."""

    reached: int
    persons_least: int
    persons_most: int
    persons_per: str
    units: list[UnitOut]
    steps: list[StepOut]
    actions: list[str]

    @classmethod
    def of(
        cls,
        rota: Rota,
        units: list[UnitFile],
        *,
        rules: Rules,
        steps: list[RotaStep],
        actions: list[str],
    ) -> Self:
        heads = {each.unit.code: each.unit.headcount for each in units if not each.unit.left_at}
        shares = entitlements(heads, rota.capacity, rules.bounds) if heads else {}
        return cls(
            **RotaLineOut.model_validate(rota).model_dump(),
            reached=reachable(rota.capacity, list(heads.values()), rules.bounds),
            persons_least=rules.least,
            persons_most=rules.most,
            persons_per="round" if rules.in_all else "unit",
            units=[UnitOut.of(each, _share(each.unit, shares)) for each in units],
            steps=[StepOut.model_validate(each) for each in steps],
            actions=actions,
        )


def _share(unit: RotaUnit, shares: dict[str, Fraction]) -> str | None:
    return text_of(shares[unit.code]) if unit.code in shares else None


class ExcuseOut(Out):
    id: UUID
    kind: Excuse
    starts_on: date
    ends_on: date
    reason: str
    approver_name: str
    approved_at: datetime
    withdrawn_at: datetime | None
    withdraw_reason: str | None


class StaffOut(Out):
    """One of the staff, with the place in the unit's queue and what excuses there were."""

    id: UUID
    unit: str
    unit_id: UUID
    name: str
    number: str | None
    officer_id: UUID | None
    place: int
    lap: int
    drawn: int
    joined_at: datetime
    left_at: datetime | None
    leave_reason: str | None
    moved_from_id: UUID | None
    excuses: list[ExcuseOut]

    @classmethod
    def of(cls, staff: RotaStaff, unit: RotaUnit, excuses: list[RotaExcuse]) -> Self:
        return cls(
            **staff.model_dump(exclude={"unit_id", "visible_to"}),
            unit=unit.code,
            unit_id=unit.id,
            excuses=[ExcuseOut.model_validate(each) for each in excuses],
        )


class EnteredOut(Out):
    """What became of a line, counted from 1: the person's key, or the rule that barred it."""

    line: int
    staff_id: UUID | None
    code: str | None
    detail_zh: str | None
    detail_en: str | None

    @classmethod
    def of(cls, entered: Entered) -> Self:
        error = entered.error
        return cls(
            line=entered.line,
            staff_id=entered.staff.id if entered.staff else None,
            code=error.code if error else None,
            detail_zh=error.message(Language.ZH) if error else None,
            detail_en=error.message(Language.EN) if error else None,
        )


class StaffEnteredOut(Out):
    """Every line's answer, and the rota as it is now."""

    entered: int
    refused: int
    results: list[EnteredOut]
    version: int
