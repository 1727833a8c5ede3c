"""Bodies of rounds, draws and swaps."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.rota.domain.life import DrawState, Quality, RoundState, Source, SwapState
from services.regions.rota.models import RotaDraw, RotaRound, RotaStep, RotaSwap
from services.regions.rota.queries.rounds import RoundFile
from services.regions.rota.schemas.setup import Capacity, StepOut
from services.regions.rota.use_cases.drawing import Verdict, Wanted
from shared.http.body import Body, Division, LongText, Out, Reason


class RoundIn(Body):
    """Where the round serves, for what and when; without a capacity it has the rota's."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "place": "330281",
                "purpose": "电镀行业专项执法",
                "starts_on": "2026-03-16",
                "ends_on": "2026-03-20",
            }
        }
    )

    place: Division
    purpose: Reason
    starts_on: date
    ends_on: date
    capacity: Capacity | None = None
    operation_id: UUID | None = None

    def value(self) -> Wanted:
        return Wanted(**self.model_dump())


class ServeIn(Body):
    """The leader's word: the days served, obeyed or not, the quality of the work."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"days": ["2026-03-16"], "obeyed": True, "quality": "excellent"}
        }
    )

    days: Annotated[list[date], Field(min_length=1, max_length=200)]
    obeyed: bool
    quality: Quality
    remark: LongText | None = None


class SwapIn(Body):
    """The colleague of the unit who is asked to go instead."""

    staff_id: UUID
    reason: Reason


class SwapOut(Out):
    """A swap: who asked, who agreed, who approved."""

    id: UUID
    draw_id: UUID
    staff_id: UUID
    state: SwapState
    reason: str
    asker_name: str
    asked_at: datetime
    agreed_at: datetime | None
    decider_name: str | None
    decided_at: datetime | None
    refuse_reason: str | None
    actions: list[str]


class DrawOut(Out):
    """Somebody's turn. `response_seconds` is from being told to confirming."""

    id: UUID
    round_id: UUID
    staff_id: UUID
    unit: str
    name: str
    officer_id: UUID | None
    certificated: bool
    source: Source
    replaces_id: UUID | None
    state: DrawState
    starts_on: date
    ends_on: date
    told_at: datetime
    confirmed_at: datetime | None
    response_seconds: int | None
    served_on: list[date] | None
    obeyed: bool | None
    quality: Quality | None
    remark: str | None
    reason: str | None
    approver_name: str | None
    swaps: list[SwapOut]
    actions: list[str]

    @classmethod
    def of(cls, draw: RotaDraw, *, swaps: list[SwapOut], actions: list[str]) -> Self:
        names = cls.model_fields.keys() - {"response_seconds", "swaps", "actions"}
        confirmed = draw.confirmed_at
        return cls(
            **draw.model_dump(include=set(names)),
            response_seconds=int((confirmed - draw.told_at).total_seconds()) if confirmed else None,
            swaps=swaps,
            actions=actions,
        )


class TurnOut(DrawOut):
    """A turn with the round it is in: what somebody drawn looks at."""

    rota_id: UUID
    place: str
    purpose: str


class PickOut(Out):
    """Somebody who is or would be drawn; the name only where it may be seen."""

    staff_id: UUID
    name: str | None


class SkippedOut(Out):
    """Somebody whose turn it was and who cannot go; keeps the place."""

    staff_id: UUID
    name: str | None
    reason: str


class UnitDrawOut(Out):
    """A unit's part: exact entitlement `p/q`, given of it, wanted with what it owed, lacking."""

    code: str
    entitled: str
    given: int
    wanted: int
    short: int
    picked: list[PickOut]
    skipped: list[SkippedOut]

    @classmethod
    def of(cls, part: Mapping[str, Any], names: Mapping[str, str]) -> Self:
        return cls(
            code=part["code"],
            entitled=part["entitled"],
            given=part["given"],
            wanted=part["wanted"],
            short=part["short"],
            picked=[
                PickOut(staff_id=UUID(each["id"]), name=names.get(each["id"]))
                for each in part["picked"]
            ],
            skipped=[
                SkippedOut(
                    staff_id=UUID(each["id"]), name=names.get(each["id"]), reason=each["reason"]
                )
                for each in part["skipped"]
            ],
        )


class RoundLineOut(Out):
    """A round in a list."""

    id: UUID
    rota_id: UUID
    number: int
    division: str
    place: str
    purpose: str
    operation_id: UUID | None
    starts_on: date
    ends_on: date
    state: RoundState
    digest: str
    preparer_name: str
    prepared_at: datetime
    published_at: datetime | None
    reason: str | None
    version: int


class RoundOut(RoundLineOut):
    """A round with each unit's part, everybody drawn, and what was done.

    `capacity` is what was asked for, `given` what the units' fractions make of it, `officers` how
    many of those who go count as officers (行政处罚法 art. 42).
    """

    capacity: int
    given: int
    officers: int
    units: list[UnitDrawOut]
    draws: list[DrawOut]
    steps: list[StepOut]
    actions: list[str]

    @classmethod
    def of(
        cls,
        file: RoundFile,
        *,
        names: Mapping[str, str],
        draws: list[DrawOut],
        steps: list[RotaStep],
        actions: list[str],
        standing: Collection[DrawState],
    ) -> Self:
        row = file.round
        return cls(
            **RoundLineOut.model_validate(row).model_dump(),
            capacity=row.input["capacity"],
            given=sum(each["given"] for each in row.outcome),
            officers=sum(each.certificated and each.state in standing for each in draws),
            units=[UnitDrawOut.of(each, names) for each in row.outcome],
            draws=draws,
            steps=[StepOut.model_validate(each) for each in steps],
            actions=actions,
        )


class VerificationOut(Out):
    """The round drawn again from its kept input, which anyone may do as well with what is here.

    `holds` if the same people come of it, the list says so too, and the hash of input and outcome
    is the published one.
    """

    holds: bool
    digest: str
    recomputed_digest: str
    outcome_holds: bool
    list_holds: bool
    input: dict[str, Any]
    outcome: list[dict[str, Any]]

    @classmethod
    def of(cls, row: RotaRound, verdict: Verdict) -> Self:
        same = row.digest == verdict.digest
        return cls(
            holds=same and verdict.outcome_holds and verdict.list_holds,
            digest=row.digest,
            recomputed_digest=verdict.digest,
            outcome_holds=verdict.outcome_holds,
            list_holds=verdict.list_holds,
            input=row.input,
            outcome=row.outcome,
        )


def swap_out(swap: RotaSwap, actions: list[str]) -> SwapOut:
    names = SwapOut.model_fields.keys() - {"actions"}
    return SwapOut(**swap.model_dump(include=set(names)), actions=actions)
