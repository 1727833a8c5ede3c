"""What a report says: of a matter, at its cut-off and without the petitioner; of a county."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.callbacks.queries import calls_about
from services.petitions.intake.models import Petition
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


async def told(
    session: AsyncSession, escalations: Sequence[Escalation], *, cut_off: datetime
) -> dict[UUID, tuple[dict[str, Any], dict[str, Any]]]:
    """Of each matter, what was so before the cut-off, and how it stands now.

    A report may hold thousands: everything is read at once.
    """
    roots = [each.petition_id for each in escalations]
    links = await queries.links_of(session, roots)
    petitions = await queries.petitions(session, [*roots, *(each.petition_id for each in links)])
    repeats_of: defaultdict[UUID, list[Petition]] = defaultdict(list)
    for link in links:
        repeats_of[link.root_id].append(petitions[link.petition_id])
    calls = {
        each.petition_id: each for each in await calls_about(session, roots) if each.at < cut_off
    }
    replies = await queries.replied_before(session, roots, before=cut_off)
    codes = {each.county for each in escalations}
    names = await reference.division_names(session, sorted(codes), on_day=legal_day(cut_off))
    found = {}
    for escalation in escalations:
        root = petitions[escalation.petition_id]
        call, replied_at = calls.get(root.id), replies.get(root.id)
        facts = {
            **_matter(escalation, root),
            "county_name": names.get(escalation.county, ""),
            "repeats": [each.number for each in repeats_of[root.id] if each.received_at < cut_off],
            "replied_on": legal_day(replied_at).isoformat() if replied_at else None,
            "callback": call.result.value if call else None,
            "solved": call.solved.value if call else None,
        }
        found[escalation.id] = facts, _standing(escalation, root)
    return found


def _matter(escalation: Escalation, root: Petition) -> dict[str, Any]:
    """What the matter is: redacted, as its first petition has it."""
    return {
        "escalation": str(escalation.id),
        "petition": root.number,
        "county": escalation.county,
        "divisions": escalation.divisions,
        "title": root.redacted_title,
        "facts": root.redacted_body,
        "place": root.place,
        "media": root.media,
        "trigger": escalation.trigger.value,
        "received_on": legal_day(root.received_at).isoformat(),
    }


def _standing(escalation: Escalation, root: Petition) -> dict[str, Any]:
    """How the matter stands now: what was decided, who owns it, whether anybody is on it."""
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


async def named(
    session: AsyncSession, week: Week, escalations: Sequence[Escalation]
) -> list[Entry]:
    """What the report names, in this order."""
    found = await told(session, escalations, cut_off=week.end)
    return [
        Entry(Section.NAMED, each, {**found[each.id][0], **found[each.id][1]})
        for each in escalations
    ]


async def carried(
    session: AsyncSession, week: Week, *, besides: Iterable[Escalation]
) -> list[Entry]:
    """What earlier weekly reports pushed and nobody has solved; it is not pushed again."""
    here = {each.id for each in besides}
    unsolved = await train_queries.unsolved(session, week.city)
    earlier = [each for each in unsolved if each.id not in here]
    pushed = await queries.pushed_by(session, [each.id for each in earlier])
    entries = []
    for entry in await named(session, week, earlier):
        # One group's odd row must not keep the others from their reports.
        unknown = (None, entry.escalation.pushed_at or week.start)
        number, cut_off = pushed.get(entry.escalation.id, unknown)
        mark = {
            "carried_over_from": number,
            "weeks_open": domain.weeks_open(cut_off, week.end),
        }
        entries.append(Entry(Section.CARRIED, entry.escalation, {**entry.content, **mark}))
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
