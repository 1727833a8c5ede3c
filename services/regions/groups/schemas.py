"""Bodies of joint groups."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.agreements.domain import Form
from services.regions.agreements.domain.consent import Answer, BoundBy
from services.regions.groups.domain.checking import Findings
from services.regions.groups.domain.life import BadGroup, GroupState, MemberRole, MemberStatus
from services.regions.groups.domain.proposing import MOST_MEMBERS, Proposal, kilometres
from services.regions.groups.domain.quotas import Compliance, Outlook, SlotState
from services.regions.groups.domain.territory import Pair, city
from services.regions.groups.models import JointGroup, QuotaSlot
from services.regions.groups.queries import GroupFile
from services.regions.groups.use_cases.changing import Contact
from services.regions.groups.use_cases.deriving import Area
from services.regions.groups.use_cases.forming import NewGroup
from shared.http.body import Body, Code, Division, LongText, Out, ShortText

MOST_DIVISIONS: Final = 400
MOST_GROUPS: Final = 1500
MOST_TERM_MONTHS: Final = 60

Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2199, 12, 31))]
Sea = Annotated[bool, Field(description="counties that face each other over the sea count too")]
Members = Annotated[list[Division], Field(min_length=1, max_length=MOST_MEMBERS)]


class WishesIn(Body):
    """For which area, and how large groups may be or how many there shall be."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "divisions": ["510100", "510600", "511800", "511400", "512000"],
                "groups": 8,
            }
        }
    )

    divisions: Annotated[
        list[Division] | None,
        Field(
            min_length=1,
            max_length=MOST_DIVISIONS,
            description="provinces, cities or counties; the whole country if absent",
        ),
    ] = None
    max_members: Annotated[int | None, Field(ge=2, le=MOST_MEMBERS)] = None
    groups: Annotated[
        int | None, Field(ge=1, le=MOST_GROUPS, description="how many groups there shall be")
    ] = None
    sea: Sea = False
    several: Annotated[
        bool,
        Field(description="a county may sit in several groups, so that every border is covered"),
    ] = False


class GroupingIn(Body):
    code: Code
    members: Annotated[list[Division], Field(min_length=1, max_length=MOST_DIVISIONS)]


class CheckIn(Body):
    """A grouping to be held against the borders of an area."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "divisions": ["510100", "510600"],
                "groups": [{"code": "G1", "members": ["510182", "510682"]}],
            }
        }
    )

    divisions: Annotated[
        list[Division] | None,
        Field(
            min_length=1,
            max_length=MOST_DIVISIONS,
            description="provinces, cities or counties; the cities of the members if absent",
        ),
    ] = None
    groups: Annotated[list[GroupingIn], Field(min_length=1, max_length=MOST_GROUPS)]
    sea: Sea = False


class CountyOut(Out):
    division: str
    name: str
    city: str


class PairOut(Out):
    """Two counties with a common border, and its kilometres; by sea the way over the water."""

    a: str
    a_name: str
    b: str
    b_name: str
    km: float
    by_sea: bool


class ProposedGroupOut(Out):
    members: list[CountyOut]
    cities: list[str]
    pairs: list[PairOut]
    km: float


class BordersOut(Out):
    """What there is between the cities of the area."""

    counties: int
    pairs: int
    city_pairs: int
    km: float


class ProposalOut(Out):
    """A proposal and what it leaves out. Nothing is stored; people decide on membership."""

    borders: BordersOut
    groups: list[ProposedGroupOut]
    covered_pairs: int
    covered_km: float
    uncovered: list[PairOut]
    uncovered_km: float
    unplaced: list[CountyOut]
    without_border: list[CountyOut]

    @classmethod
    def of(cls, area: Area, found: Proposal) -> Self:
        by_group: dict[int, list[Pair]] = {}
        members = [frozenset(each) for each in found.groups]
        home: dict[str, list[int]] = {}
        for number, codes in enumerate(members):
            for code in codes:
                home.setdefault(code, []).append(number)
        for pair in found.covered:
            for number in home[pair.a]:
                if pair.b in members[number]:
                    by_group.setdefault(number, []).append(pair)
        return cls(
            borders=_borders((*found.covered, *found.uncovered)),
            groups=[
                ProposedGroupOut(
                    members=_counties(area, codes),
                    cities=sorted({city(each) for each in codes}),
                    pairs=_pairs(area, by_group[number]),
                    km=kilometres(by_group[number]),
                )
                for number, codes in enumerate(found.groups)
            ],
            covered_pairs=len(found.covered),
            covered_km=kilometres(found.covered),
            uncovered=_pairs(area, found.uncovered),
            uncovered_km=kilometres(found.uncovered),
            unplaced=_counties(area, found.unplaced),
            without_border=_counties(area, found.without_border),
        )


class SeatOut(Out):
    group: str
    division: str


class SeatsOut(Out):
    division: str
    groups: list[str]


class FindingsOut(Out):
    """What a grouping covers of the borders between the cities of an area, and what it does not."""

    borders: BordersOut
    covered_pairs: int
    covered_km: float
    left_out: list[PairOut]
    left_out_km: float
    without_border: Annotated[
        list[SeatOut], Field(description="members that touch no other member of their group")
    ]
    without_cross_border: Annotated[
        list[SeatOut], Field(description="members that touch no member from another city")
    ]
    one_city: Annotated[list[str], Field(description="groups that lie in one city only")]
    in_several: list[SeatsOut]
    in_none: Annotated[
        list[CountyOut], Field(description="counties at a border between cities, in no group")
    ]
    outside: Annotated[list[SeatOut], Field(description="members that lie outside the area")]

    @classmethod
    def of(cls, area: Area, found: Findings) -> Self:
        return cls(
            borders=_borders((*found.covered, *found.left_out)),
            covered_pairs=len(found.covered),
            covered_km=kilometres(found.covered),
            left_out=_pairs(area, found.left_out),
            left_out_km=kilometres(found.left_out),
            without_border=_seats(found.strangers),
            without_cross_border=_seats(found.inland),
            one_city=list(found.one_city),
            in_several=[
                SeatsOut(division=division, groups=list(codes))
                for division, codes in found.in_several.items()
            ],
            in_none=_counties(area, found.in_none),
            outside=_seats(found.outside),
        )


def _borders(pairs: Iterable[Pair]) -> BordersOut:
    found = list(pairs)
    return BordersOut(
        counties=len({code for each in found for code in (each.a, each.b)}),
        pairs=len(found),
        city_pairs=len({each.cities for each in found}),
        km=kilometres(found),
    )


def _counties(area: Area, codes: Iterable[str]) -> list[CountyOut]:
    return [CountyOut(division=code, name=area.names[code], city=city(code)) for code in codes]


def _pairs(area: Area, pairs: Iterable[Pair]) -> list[PairOut]:
    return [
        PairOut(
            a=each.a,
            a_name=area.names[each.a],
            b=each.b,
            b_name=area.names[each.b],
            km=each.km,
            by_sea=each.by_sea,
        )
        for each in pairs
    ]


def _seats(found: Iterable[tuple[str, str]]) -> list[SeatOut]:
    return [SeatOut(group=code, division=division) for code, division in found]


class MemberIn(Body):
    """A division in a group; who leads follows from the rotation."""

    division: Division
    role: MemberRole = MemberRole.MEMBER


class GroupDetailsIn(Body):
    """What a group is. Without a rotation its acting members lead by their codes."""

    name: ShortText
    form: Form = Form.DAILY
    plan_id: UUID | None = None
    members: Annotated[list[MemberIn], Field(min_length=2, max_length=MOST_MEMBERS)]
    rotation: Annotated[list[Division] | None, Field(min_length=2, max_length=MOST_MEMBERS)] = None
    rotation_offset: Annotated[int, Field(ge=0, lt=MOST_MEMBERS)] = 0
    term_months: Annotated[int | None, Field(ge=1, le=MOST_TERM_MONTHS)] = None
    valid_from: Day
    valid_to: Day

    def value(self) -> NewGroup:
        return NewGroup(
            name=self.name,
            form=self.form,
            plan_id=self.plan_id,
            members=[(each.division, each.role) for each in self.members],
            rotation=tuple(self.rotation) if self.rotation is not None else None,
            rotation_offset=self.rotation_offset,
            term_months=self.term_months,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


class GroupIn(GroupDetailsIn):
    """A draft by a member, or by a city or the superior above one."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "drafter": "330200",
                "code": "NB-SX-1",
                "name": "余姚上虞联动组",
                "members": [{"division": "330281"}, {"division": "330604"}],
                "valid_from": "2026-01-01",
                "valid_to": "2026-12-31",
            }
        }
    )

    drafter: Division
    code: Code


class RevisionIn(GroupDetailsIn):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "余姚上虞联动组",
                "members": [{"division": "330281"}, {"division": "330604"}],
                "valid_from": "2026-01-01",
                "valid_to": "2026-12-31",
            }
        }
    )


class GroupNoteIn(Body):
    reason: LongText | None = None


class GroupReasonIn(Body):
    reason: LongText


class ConfirmIn(Body):
    """A member's word in its own name; who declines says why."""

    division: Division
    agrees: bool
    reason: LongText | None = None


class OfMemberIn(Body):
    """Something about one member, and why."""

    division: Division
    reason: LongText


class InviteIn(OfMemberIn):
    role: MemberRole = MemberRole.MEMBER
    joins_on: Day


class LeaveIn(OfMemberIn):
    leaves_on: Annotated[Day, Field(description="the last day in the group")]


class OpenItemIn(Body):
    """Something the outgoing lead leaves open: an operation, a hand-over, a question."""

    kind: Code
    title: ShortText
    reference: UUID | None = None
    due_on: Day | None = None


class HandOverIn(Body):
    items: Annotated[list[OpenItemIn], Field(max_length=200, default_factory=list)]
    reason: LongText | None = None


class ContactIn(Body):
    unit: ShortText
    person: ShortText
    phone: Annotated[str, Field(pattern=r"^[0-9+() -]{5,32}$", examples=["028-61885200"])]

    def value(self) -> Contact:
        return Contact(self.unit, self.person, self.phone)


class LiaisonsIn(Body):
    """Whom to reach in a member; takes the place of the list before."""

    division: Division
    people: Annotated[list[ContactIn], Field(max_length=20)]


class MemberOut(Out):
    division: str
    role: MemberRole
    status: MemberStatus
    consent: Answer
    joins_on: date
    leaves_on: date | None
    leave_reason: str | None
    answered_at: datetime | None
    answer_reason: str | None


class LiaisonOut(Out):
    division: str
    unit: str
    person: str
    phone: str


class OpenItemOut(Out):
    kind: str
    title: str
    reference: UUID | None = None
    due_on: date | None = None


class HandoverOut(Out):
    """What was `listed` by the outgoing lead and `found` by the group.

    `given_at` is empty where the outgoing lead kept silent.
    """

    term: int
    from_division: str
    to_division: str
    listed: list[OpenItemOut]
    found: list[OpenItemOut]
    note: str | None
    given_at: datetime | None
    taken_at: datetime | None
    remark: str | None


class SkipOut(Out):
    term: int
    division: str
    reason: str
    approver_name: str
    at: datetime


class GroupStepOut(Out):
    action: str
    state: GroupState
    actor_name: str
    reason: str | None
    at: datetime


class TurnOut(Out):
    term: int
    lead: str


class GroupLineOut(Out):
    """A group in a list."""

    id: UUID
    code: str
    name: str
    form: Form
    plan_id: UUID | None
    drafter: str
    lead: str
    state: GroupState
    valid_from: date
    valid_to: date
    version: int


class GroupOut(GroupLineOut):
    """A group with its members, its turns, its history and what the caller may do next."""

    term: int
    term_months: int
    term_started_on: date
    term_ends_on: date
    hand_over_overdue: bool
    rotation: Annotated[
        list[str], Field(description="the order that holds from `rotation_from` on")
    ]
    rotation_offset: int
    rotation_from: int
    next_turns: list[TurnOut]
    confirm_until: datetime | None
    decision_asked_at: datetime | None
    activated_by: BoundBy | None
    decision_reason: str | None
    ended_on: date | None
    members: list[MemberOut]
    liaisons: list[LiaisonOut]
    handovers: list[HandoverOut]
    skips: list[SkipOut]
    steps: list[GroupStepOut]
    actions: list[str]

    @classmethod
    def of(cls, file: GroupFile, actions: list[str], *, today: date) -> Self:
        row = file.group
        ends = file.term_ends_on
        following = range(row.term + 1, row.term + 1 + len(row.rotation))
        return cls(
            **GroupLineOut.model_validate(row).model_dump(),
            term=row.term,
            term_months=row.term_months,
            term_started_on=row.term_started_on,
            term_ends_on=ends,
            hand_over_overdue=row.state is GroupState.ACTIVE and today > ends,
            rotation=row.rotation,
            rotation_offset=row.rotation_offset,
            rotation_from=row.rotation_from,
            next_turns=[TurnOut(term=each, lead=file.lead_in(each)) for each in following],
            confirm_until=row.confirm_until,
            decision_asked_at=row.decision_asked_at,
            activated_by=row.activated_by,
            decision_reason=row.decision_reason,
            ended_on=row.ended_on,
            members=[MemberOut.model_validate(each) for each in file.members],
            liaisons=[LiaisonOut.model_validate(each) for each in file.liaisons],
            handovers=[HandoverOut.model_validate(each) for each in file.handovers],
            skips=[SkipOut.model_validate(each) for each in file.skips],
            steps=[GroupStepOut.model_validate(each) for each in file.steps],
            actions=actions,
        )


class SlotOut(Out):
    """One owed operation: best held in its window."""

    id: UUID
    period: str
    ordinal: int
    window_from: date
    window_to: date
    state: SlotState
    operation_id: UUID | None
    planned_to: date | None
    done_at: datetime | None


class ComplianceOut(Out):
    """Done of required in one period, and the forecast.

    `expected` is done plus what is drafted or planned and comes in time; `shortfall` what is
    missing if nobody drafts another; `still_possible` how many could be held from nothing in the
    days that are left.
    """

    period: str
    form: Form
    starts_on: date
    ends_on: date
    required: int
    done: int
    drafted: int
    planned: int
    days_left: int
    expected: int
    shortfall: int
    still_possible: int
    outlook: Outlook

    @classmethod
    def of(cls, found: Compliance) -> Self:
        return cls(
            period=found.quota.period,
            form=found.quota.form,
            starts_on=found.quota.span.starts_on,
            ends_on=found.quota.span.ends_on,
            required=found.quota.required,
            done=found.done,
            drafted=found.drafted,
            planned=found.planned,
            days_left=found.days_left,
            expected=found.expected,
            shortfall=found.shortfall,
            still_possible=found.possible,
            outlook=found.outlook,
        )


class GroupComplianceLineOut(Out):
    """A group with the figures of each period of the year."""

    group_id: UUID
    code: str
    name: str
    lead: str
    state: GroupState
    year: int
    periods: list[ComplianceOut]
    shortfall: int

    @classmethod
    def of(cls, group: JointGroup, year: int, lines: Iterable[Compliance]) -> Self:
        periods = [ComplianceOut.of(each) for each in lines]
        return cls(
            group_id=group.id,
            code=group.code,
            name=group.name,
            lead=group.lead,
            state=group.state,
            year=year,
            periods=periods,
            shortfall=sum(each.shortfall for each in periods),
        )


class GroupComplianceOut(GroupComplianceLineOut):
    """The figures with the operations they come from."""

    slots: list[SlotOut]

    @classmethod
    def with_slots(
        cls, line: GroupComplianceLineOut, slots: Iterable[QuotaSlot]
    ) -> "GroupComplianceOut":
        known = {each.period for each in line.periods}
        return cls(
            **line.model_dump(),
            slots=[SlotOut.model_validate(each) for each in slots if each.period in known],
        )


def grouping(groups: Sequence[GroupingIn]) -> Mapping[str, list[str]]:
    """Members by the group's code; BadGroup if a code comes twice."""
    found = {each.code: each.members for each in groups}
    if len(found) < len(groups):
        raise BadGroup(reason="a group's code comes twice", pointer="/groups")
    return found
