"""Finding what a petition may repeat. A person decides; nothing merges by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake.queries import petition as read_petition
from services.petitions.intake.use_cases.steps import check_divisions
from services.petitions.repeats import queries
from services.petitions.repeats.domain.likeness import (
    Likeness,
    box_around,
    rank,
    same_object,
    same_person,
)
from services.petitions.repeats.domain.reasons import Reason, reasons
from services.petitions.repeats.domain.rules import Basis
from services.petitions.repeats.queries import Sought
from services.petitions.repeats.use_cases.likeness import Typed, of_petition, of_row, of_typed
from shared import reference
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.rule_settings import rule_settings


@dataclass(frozen=True, slots=True)
class Candidate:
    """An earlier petition and why it may be the same matter; the first has rank 1."""

    petition_id: UUID
    number: str
    title: str
    received_at: datetime
    rank: int
    score: float
    confirmable: bool
    reasons: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class Rule:
    """The figures in force for an office, and the names of the counties around the matter."""

    basis: Basis
    window: timedelta
    metres: int
    counties: Mapping[str, str]

    @property
    def seats(self) -> frozenset[str]:
        """Names as people write them, without 市, 县 or 区."""
        return frozenset(name[:-1] for name in self.counties.values())


async def of_registered(
    session: AsyncSession, petition_id: UUID, *, now: datetime
) -> list[Candidate]:
    """Earlier petitions a registered one may repeat, the likeliest first, at most five."""
    petition = await read_petition(session, petition_id)
    rule = await rule_for(session, petition.office, petition.divisions, now=now)
    new = of_petition(petition, seats=rule.seats)
    own = [each for each in (petition.id, petition.parent_id) if each is not None]
    return await _ranked(session, new, rule, but=own)


async def of_typed_text(
    session: AsyncSession, actor: Actor, typed: Typed, *, now: datetime
) -> list[Candidate]:
    """The same before it is registered, by what is typed so far."""
    require(actor, "petition.register", division=typed.office)
    await check_divisions(session, [typed.office, *typed.divisions], now=now)
    rule = await rule_for(session, typed.office, typed.divisions, now=now)
    return await _ranked(session, of_typed(typed, seats=rule.seats), rule, but=[])


async def rule_for(
    session: AsyncSession, office: str, divisions: Sequence[str], *, now: datetime
) -> Rule:
    """The rule for an office today: whoever decides today goes by today's."""
    day = legal_day(now)
    settings = await rule_settings(session, division=office, on_day=day)
    near = {*divisions}
    for each in divisions:
        near |= {*await reference.neighbours(session, each)}
    return Rule(
        basis=Basis(settings["repeats.basis"]),
        window=timedelta(days=settings["repeats.window_days"]),
        metres=settings["repeats.place_metres"],
        counties={
            **{code: code for code in near},
            **await reference.division_names(session, near, on_day=day),
        },
    )


async def _ranked(
    session: AsyncSession, new: Likeness, rule: Rule, *, but: Sequence[UUID]
) -> list[Candidate]:
    sought = Sought(
        counties=sorted(rule.counties),
        media=sorted(new.media),
        since=new.received_at - rule.window,
        until=new.received_at,
        but=but,
        tokens=sorted(new.tokens),
        keys=new.target.keys,
        pairs=new.target.pairs,
        words=new.target.words,
        box=box_around(new.point, metres=rule.metres),
    )
    rows = {row["id"]: row for row in await queries.gate(session, sought)}
    found = [of_row(row, seats=rule.seats) for row in rows.values()]
    return [
        Candidate(
            petition_id=earlier.id,
            number=rows[earlier.id]["number"],
            title=rows[earlier.id]["redacted_title"],
            received_at=earlier.received_at,
            rank=place,
            score=round(parts.score, 3),
            confirmable=is_same(new, earlier, rule),
            reasons=reasons(new, earlier, parts, counties=rule.counties, metres=rule.metres),
        )
        for place, (earlier, parts) in enumerate(rank(new, found), start=1)
    ]


def is_same(new: Likeness, earlier: Likeness, rule: Rule) -> bool:
    """Whether the basis in force lets a clerk confirm the two as one matter."""
    match rule.basis:
        case Basis.PERSON:
            return same_person(new, earlier)
        case Basis.OBJECT:
            return same_object(new, earlier, metres=rule.metres)
