"""What a report says: of a matter, at its cut-off and without the petitioner; of a county."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.callbacks.queries import callbacks_of
from services.petitions.intake.domain import Step
from services.petitions.intake.models import Petition
from services.petitions.intake.queries import history, petition as read_petition
from services.petitions.repeats.queries import matter
from services.petitions.reports import domain, queries
from services.petitions.reports.domain import Section
from services.petitions.through_train import queries as train_queries
from services.petitions.through_train.domain import Action, is_led
from services.petitions.through_train.models import Escalation
from shared import reference
from shared.clocks.days import legal_day

# The steps a county's line counts, by the names it counts them under.
COUNTED: Final = {
    "raised": Action.RAISE,
    "kept": Action.KEEP,
    "noticed": Action.NOTICE,
    "taken_up": Action.TAKE_UP,
    "resolved": Action.RESOLVE,
}


@dataclass(frozen=True, slots=True)
class Week:
    """The instants between which matters and steps belong to a report."""

    city: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One matter of a report before it is frozen."""

    section: Section
    escalation: Escalation
    content: dict[str, Any]

    @property
    def county(self) -> str:
        return self.escalation.county


async def facts(
    session: AsyncSession, escalation: Escalation, *, cut_off: datetime
) -> dict[str, Any]:
    """What was so before the cut-off, as far as it is known now."""
    root, *repeats = await matter(session, escalation.petition_id)
    calls = [each for each in await callbacks_of(session, root.id) if each.at < cut_off]
    names = await reference.division_names(session, escalation.divisions, on_day=legal_day(cut_off))
    return {
        "escalation": str(escalation.id),
        "petition": root.number,
        "repeats": [each.number for each in repeats if each.received_at < cut_off],
        "county": escalation.county,
        "county_name": names.get(escalation.county, ""),
        "divisions": escalation.divisions,
        "title": root.redacted_title,
        "facts": root.redacted_body,
        "place": root.place,
        "media": root.media,
        "trigger": escalation.trigger.value,
        "received_on": legal_day(root.received_at).isoformat(),
        "replied_on": await _replied_on(session, root, cut_off),
        "callback": calls[-1].result.value if calls else None,
        "solved": calls[-1].solved.value if calls else None,
    }


async def _replied_on(session: AsyncSession, root: Petition, cut_off: datetime) -> str | None:
    """The day of the last written answer before the cut-off; a later one replaces it."""
    replies = [
        line.at
        for line in await history(session, root.id)
        if line.step is Step.REPLY and line.at < cut_off
    ]
    return legal_day(replies[-1]).isoformat() if replies else None


async def standing(session: AsyncSession, escalation: Escalation) -> dict[str, Any]:
    """How the matter stands now: what was decided, who owns it, whether anybody is on it."""
    root = await read_petition(session, escalation.petition_id)
    level = escalation.supervision_level
    return {
        "state": escalation.state.value,
        "level": level.value if level else None,
        "decision": escalation.decision_reason,
        "undecided": escalation.undecided,
        "owner": escalation.owner,
        "petition_state": root.state.value,
        "unattended": escalation.task_withdrawn_at is not None,
    }


async def carried(session: AsyncSession, week: Week, *, named: Iterable[Escalation]) -> list[Entry]:
    """What earlier weekly reports pushed and nobody has solved; it is not pushed again."""
    here = {each.id for each in named}
    open_ = [
        each for each in await train_queries.unsolved(session, week.city) if each.id not in here
    ]
    pushed = await queries.pushed_by(session, [each.id for each in open_])
    entries = []
    for escalation in open_:
        number, cut_off = pushed[escalation.id]
        content = {
            **await facts(session, escalation, cut_off=week.end),
            **await standing(session, escalation),
            "carried_over_from": number,
            "weeks_open": domain.weeks_open(cut_off, week.end),
        }
        entries.append(Entry(Section.CARRIED, escalation, content))
    return entries


async def lines(
    session: AsyncSession, group_id: UUID, week: Week, entries: Sequence[Entry], *, at: datetime
) -> list[dict[str, Any]]:
    """Each county in numbers: what is new, what was decided and solved since the last report.

    A county that the group has no leader of is marked: nobody there can raise a matter.
    """
    counted = await queries.counts(session, week.city, start=week.start, end=week.end)
    sections = Counter((each.county, each.section) for each in entries)
    late = Counter(each.county for each in entries if each.content.get("late"))
    members = await train_queries.members(session, group_id, at=at)
    led = {(each.division, each.role) for each in members}
    counties = sorted({county for county, _ in (*counted, *sections)})
    names = await reference.division_names(session, counties, on_day=legal_day(week.end))
    return [
        {
            "county": county,
            "county_name": names.get(county, ""),
            "new": counted.get((county, "new"), 0),
            "late": late[county],
            "named": sections[county, Section.NAMED],
            "carried": sections[county, Section.CARRIED],
            **{name: counted.get((county, act), 0) for name, act in COUNTED.items()},
            "has_leader": is_led(led, county),
        }
        for county in counties
    ]
