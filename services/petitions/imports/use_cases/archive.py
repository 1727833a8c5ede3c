"""Writing petitions as they ended: many at once, by one prepared statement a table.

No event is announced: what others should have done, they did when it happened. A rung of a clock
that lies in the past stays silent.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.callbacks.models import Callback
from services.petitions.imports import queries
from services.petitions.imports.domain.archive import Line, lines_of, spans_of, trigger
from services.petitions.imports.domain.rows import Row
from services.petitions.imports.models import FileImport
from services.petitions.imports.use_cases.steps import orderer
from services.petitions.intake import domain as life
from services.petitions.intake.domain import Step
from services.petitions.intake.models import Petition, PetitionStep
from services.petitions.intake.use_cases import parties
from services.petitions.intake.use_cases.steps import KIND
from services.petitions.profiles import domain as profiles
from services.petitions.profiles.domain import ClockKind
from services.petitions.through_train.domain import Action, State as TrainState
from services.petitions.through_train.models import Escalation, EscalationStep
from services.petitions.vault import use_cases as vault
from services.petitions.vault.domain import Identity, redact
from services.petitions.vault.use_cases import Sealed, VaultKeys
from shared import divisions, reference
from shared.auth.actor import Actor
from shared.clock_rows.history import PastClock, rows_of, write_clocks
from shared.clock_rows.rows import Ladder
from shared.clocks.calendar import WorkCalendar
from shared.clocks.days import legal_day
from shared.ids import uuid7
from shared.rule_settings import rule_settings

# A day before any rule on deadlines: the petition is kept without.
NO_PROFILE: Final = "none"
PROOF: Final = "archive"


def _blank(table: type[SQLModel]) -> dict[str, Any]:
    """What a row has where nothing is said."""
    return {
        name: each.default
        for name, each in table.model_fields.items()
        if not each.is_required() and each.default_factory is None and name != "holder_city"
    }


BLANK: Final[Mapping[type[SQLModel], Mapping[str, Any]]] = {
    table: _blank(table) for table in (Petition, PetitionStep, Callback, Escalation, EscalationStep)
}


@dataclass(frozen=True, slots=True)
class Ground:
    """What all rows of a chunk share."""

    import_id: UUID
    office: str
    year: int
    actor: Actor
    now: datetime
    calendar: WorkCalendar
    ladder: Ladder


@dataclass(slots=True)
class Tables:
    """Rows to be written, by table and in this order: what is referred to comes first."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    clocks: list[PastClock] = field(default_factory=list)

    def add(self, table: type[SQLModel], **facts: Any) -> None:  # noqa: ANN401 -- any column
        self.rows[str(table.__tablename__)].append({**BLANK[table], **facts})


async def load(
    session: AsyncSession,
    batch: FileImport,
    rows: Sequence[Row],
    *,
    keys: VaultKeys,
    now: datetime,
) -> None:
    """Write the rows with their histories, clocks, call-backs and escalations."""
    if not rows:
        return
    settings = await rule_settings(session, division=batch.office, on_day=legal_day(now))
    ground = Ground(
        import_id=batch.id,
        office=batch.office,
        year=legal_day(now).year,
        actor=orderer(batch),
        now=now,
        calendar=await reference.calendar(session),
        ladder=Ladder(
            timedelta(hours=settings["clocks.warn_before_hours"]),
            timedelta(hours=settings["clocks.raise_after_hours"]),
        ),
    )
    sealed = await _seal(session, ground, rows, keys=keys)
    tables, clocks, alarms = await asyncio.to_thread(_tables, ground, rows, sealed)
    numbers = await queries.next_numbers(session, KIND, ground.office, ground.year, len(rows))
    for petition, serial in zip(tables["petition"], numbers, strict=True):
        petition["number"] = f"{ground.office}-{ground.year}-{serial:06d}"
    for table, written in tables.items():
        if table != "import_link":
            await queries.insert_many(session, table, written)
    await write_clocks(session, clocks, alarms)
    await queries.insert_many(session, "import_link", tables.get("import_link", []))


async def _seal(
    session: AsyncSession, ground: Ground, rows: Sequence[Row], *, keys: VaultKeys
) -> dict[int, Sealed]:
    """Every identity into the vault, for whom its petition concerns; by the row's number."""
    groups: dict[tuple[str, ...], list[tuple[int, Identity]]] = defaultdict(list)
    for row in rows:
        if row.identity is not None:
            groups[tuple(_concerned(ground, row))].append((row.number, row.identity))
    sealed: dict[int, Sealed] = {}
    for seen_by, named in groups.items():
        entries = await vault.seal(
            session, [each for _, each in named], keys=keys, seen_by=seen_by, now=ground.now
        )
        sealed |= {number: entry for (number, _), entry in zip(named, entries, strict=True)}
    return sealed


def _concerned(ground: Ground, row: Row) -> list[str]:
    """An accusation is kept from the places it is about (art. 30, 46(5))."""
    routed = profiles.PROCEDURES[row.new.track].routed
    return [ground.office, *(row.new.divisions if routed else ())]


def _tables(
    ground: Ground, rows: Sequence[Row], sealed: Mapping[int, Sealed]
) -> tuple[dict[str, list[dict[str, Any]]], list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Everything there is to write; pure, and off the loop since it takes its time."""
    tables = Tables()
    for row in rows:
        _add(tables, ground, row, sealed.get(row.number))
    clocks, alarms = rows_of(
        tables.clocks,
        subject_kind=KIND,
        ladder=ground.ladder,
        calendar=ground.calendar,
        now=ground.now,
    )
    return dict(tables.rows), clocks, alarms


def _add(tables: Tables, ground: Ground, row: Row, sealed: Sealed | None) -> None:
    petition_id = uuid7()
    visible_to = divisions.visibility(_concerned(ground, row))
    tables.add(
        Petition,
        **_petition(
            ground,
            row,
            sealed=sealed,
            petition_id=petition_id,
            visible_to=visible_to,
        ),
    )
    above = divisions.lineage(ground.office)
    tables.rows["petition_part"] += [
        {"petition_id": petition_id, "scope": scope, "received_at": row.new.received_at}
        for scope in visible_to
        if scope not in above
    ]
    reply = row.history.reply and redact(row.history.reply, [row.identity] if row.identity else [])
    for line in lines_of(row.history, received_at=row.new.received_at):
        tables.add(PetitionStep, **_line(ground, line, petition_id, reply, visible_to))
    tables.clocks += _clocks(row, petition_id, visible_to)
    if call := row.history.call:
        tables.add(
            Callback,
            id=uuid7(),
            petition_id=petition_id,
            result=call.result,
            solved=call.solved,
            caller_id=ground.actor.id,
            caller_name=ground.actor.name,
            at=call.at,
            visible_to=visible_to,
        )
    if row.history.pushed_at:
        _add_escalation(tables, ground, row, petition_id)
    if row.repeat_of:
        tables.rows["import_link"].append(
            {
                "import_id": ground.import_id,
                "petition_id": petition_id,
                "first_number": row.repeat_of,
            }
        )


def _petition(
    ground: Ground,
    row: Row,
    *,
    sealed: Sealed | None,
    petition_id: UUID,
    visible_to: list[str],
) -> dict[str, Any]:
    """The columns of a petition in its end state; its number comes last."""
    new, history, identity = row.new, row.history, row.identity
    texts = parties.redacted_texts(
        new.title,
        new.body,
        new.place,
        object_name=new.object_name,
        identities=[identity] if identity else [],
    )
    shares = life.shares_of(new.divisions, new.division_shares)
    facts = {
        name: getattr(new, name) for name in type(new).__slots__ if name in Petition.model_fields
    }
    return {
        **facts,
        **texts,
        "id": petition_id,
        "version": 1,
        "number": "",
        "profile": row.profile.code if row.profile else NO_PROFILE,
        "state": history.state,
        "holder": ground.office,
        "county": new.divisions[0],
        "concerned": [],
        "shares": {code: str(share) for code, share in shares.items()},
        "anonymous": identity is None and not row.withheld,
        "withheld": row.withheld,
        "party_ids": [sealed.entry_id] if sealed else [],
        "petitioner_id": sealed.entry_id if sealed else None,
        "petitioner_tokens": sealed.tokens if sealed else [],
        "petitioner_masked": parties.masks(identity),
        "refusal_ground": history.ground,
        "outcome": history.outcome,
        "reply": history.reply,
        "reply_parts": {},
        "import_id": ground.import_id,
        "stated_repeat": row.stated_repeat,
        "approximate": row.approximate,
        "registered_at": new.received_at,
        "accepted_at": history.accepted_at,
        "replied_at": history.replied_at,
        "first_replied_at": history.replied_at,
        "closed_at": history.ended_at,
        "visible_to": visible_to,
    }


def _line(
    ground: Ground, line: Line, petition_id: UUID, reply: str | None, visible_to: list[str]
) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "petition_id": petition_id,
        "step": line.step,
        "state": line.state,
        "actor_id": ground.actor.id,
        "actor_name": ground.actor.name,
        "reason": reply if line.step is Step.REPLY else None,
        "facts": line.facts,
        "at": line.at,
        "visible_to": visible_to,
    }


def _clocks(row: Row, petition_id: UUID, visible_to: list[str]) -> list[PastClock]:
    profile = row.profile
    if profile is None:
        return []
    terms = {
        ClockKind.ROUTING: profiles.ROUTING,
        # Nobody is told where it is not known who or where (art. 23).
        ClockKind.NOTICE: profiles.NOTICE if row.identity else None,
        ClockKind.ACCEPTANCE: profile.accept,
        ClockKind.CLOSING: profile.close,
    }
    return [
        PastClock(petition_id, span.kind, term, span.started_at, span.ended_at, visible_to)
        for span in spans_of(row.history, received_at=row.new.received_at)
        if (term := terms[span.kind]) is not None
    ]


def _add_escalation(tables: Tables, ground: Ground, row: Row, petition_id: UUID) -> None:
    """A matter that was pushed, and solved if the archive says when (DOMAIN 2.8)."""
    history, county = row.history, row.new.divisions[0]
    escalation_id = uuid7()
    pushed_at = history.pushed_at
    visible_to = divisions.visibility([divisions.city_of(county), *row.new.divisions])
    state = TrainState.RESOLVED if history.resolved_at else TrainState.PUSHED
    tables.add(
        Escalation,
        id=escalation_id,
        version=1,
        petition_id=petition_id,
        county=county,
        city=divisions.city_of(county),
        divisions=list(row.new.divisions),
        trigger=trigger(history, repeat=bool(row.repeat_of or row.stated_repeat)),
        triggered_at=history.call.at if history.call else pushed_at,
        state=state,
        pushed_at=pushed_at,
        proof=PROOF if history.resolved_at else None,
        resolved_at=history.resolved_at,
        created_at=pushed_at,
        visible_to=visible_to,
    )
    lines = [(Action.PUSH, TrainState.PUSHED, pushed_at)]
    if history.resolved_at:
        lines.append((Action.RESOLVE, TrainState.RESOLVED, history.resolved_at))
    for action, reached, at in lines:
        tables.add(
            EscalationStep,
            id=uuid7(),
            escalation_id=escalation_id,
            action=action,
            state=reached,
            actor_id=ground.actor.id,
            actor_name=ground.actor.name,
            at=at,
            visible_to=visible_to,
        )
