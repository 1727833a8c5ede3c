"""Where each fact is found: the items, the instant that counts, and what was known by then.

`$1` are the bounds of the periods, `$2` the as-of instant, `$3` and `$4` the first and the last of
the bounds. A statement that looks back takes a petition's state from its history.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from services.petitions.callbacks.domain import VALID, Result
from services.petitions.intake.domain import State
from services.petitions.oversight.domain import CheckResult
from services.petitions.profiles.domain import ClockKind
from services.petitions.statistics.domain.facts import Fact
from shared.clock_rows.rows import ClockState


@dataclass(frozen=True, slots=True)
class Source:
    """Pieces of a SELECT: `id` names the item, `at` puts it into a period, `counts` marks it."""

    tables: str
    at: str
    id: str = "p.id"
    counts: str = "true"
    known: str = "true"
    micros: str = "0"


def _quoted(*values: str) -> str:
    return ", ".join(f"'{value}'" for value in values)


# What the last step up to the instant led to.
HISTORY: Final = """
LEFT JOIN (
  SELECT DISTINCT ON (s.petition_id) s.petition_id, s.state, s.at FROM petition_step s
   WHERE s.at <= $2 ORDER BY s.petition_id, s.at DESC, s.id DESC
) h ON h.petition_id = p.id
"""
ARCHIVE: Final = "archive"  # the ground of a link that an import made
ENDED: Final = _quoted(State.CLOSED, State.FINAL, State.NOT_ACCEPTED)
CLOSED_THEN: Final = (
    f"CASE WHEN p.closed_at <= $2 THEN p.closed_at WHEN h.state IN ({ENDED}) THEN h.at END"
)


def state(*, back: bool) -> str:
    """The state a petition was in at the instant; one it was born with has no step before."""
    return "coalesce(h.state, p.state)" if back else "p.state"


def _history(*, back: bool) -> str:
    return HISTORY if back else ""


def _received(*, back: bool) -> Source:
    """Confirmed by then; what an archive says of its items holds since they were registered."""
    return Source(
        f"petition p {_history(back=back)}",
        at="p.received_at",
        counts="(p.stated_repeat OR p.id IN (SELECT l.petition_id FROM repeat_link l"
        f" WHERE l.at <= $2 OR l.grounds @> ARRAY['{ARCHIVE}']))",
    )


def _called_back(*, back: bool) -> Source:
    """The last valid call-back of each period; what was asked without an answer says nothing."""
    return Source(
        f"""(
  SELECT DISTINCT ON (width_bucket(c.at, $1), c.petition_id) c.petition_id, c.result, c.at
    FROM callback c
   WHERE c.at >= $3 AND c.at < $4 AND c.at <= $2 AND c.result IN ({_quoted(*sorted(VALID))})
   ORDER BY width_bucket(c.at, $1), c.petition_id, c.at DESC, c.id DESC
) c JOIN petition p ON p.id = c.petition_id {_history(back=back)}""",
        at="c.at",
        counts=f"c.result = '{Result.DISSATISFIED}'",
    )


def _due(kind: ClockKind, *, back: bool) -> Source:
    """Items whose term ran out, in time if it was met every time.

    24:00 of a day is the first instant of the next, hence the microsecond. A duty that fell away
    after its day was not done in time; one that fell away before was never due.
    """
    last_instant = "k.due_at - interval '1 microsecond'"
    return Source(
        f"""(
  SELECT k.subject_id, min({last_instant}) AS at,
         bool_and(k.state = '{ClockState.MET}' AND k.ended_at <= $2) AS met
    FROM clock k
   WHERE k.subject_kind = 'petition' AND k.kind = '{kind}'
     AND k.due_at > $3 AND k.due_at <= $4 AND k.due_at <= $2
     AND NOT (k.state = '{ClockState.DROPPED}' AND k.ended_at < k.due_at)
   GROUP BY k.subject_id, width_bucket({last_instant}, $1)
) d JOIN petition p ON p.id = d.subject_id {_history(back=back)}""",
        at="d.at",
        counts="d.met",
    )


def _closed(*, back: bool, refused: bool) -> Source:
    closed = f"({CLOSED_THEN})" if back else "p.closed_at"
    only = "true" if refused else f"{state(back=back)} <> '{State.NOT_ACCEPTED}'"
    return Source(
        f"petition p {_history(back=back)}",
        at=closed,
        counts="p.accepted_at IS NOT NULL",
        known=f"{closed} <= $2 AND {only}",
        micros=f"coalesce((extract(epoch FROM {closed} - p.accepted_at) * 1000000)::bigint, 0)",
    )


def _checkable(*, back: bool) -> Source:
    """What a failed check opened again has its closing in the check."""
    closed = f"coalesce({CLOSED_THEN if back else 'p.closed_at'}, sc.closed_at)"
    return Source(
        f"""petition p {_history(back=back)} LEFT JOIN (
  SELECT petition_id, max((facts->>'closed_at')::timestamptz) AS closed_at
    FROM spot_check WHERE at <= $2 GROUP BY petition_id
) sc ON sc.petition_id = p.id""",
        at=closed,
        counts="sc.petition_id IS NOT NULL",
        known=f"{closed} <= $2 AND {state(back=back)} <> '{State.NOT_ACCEPTED}'",
    )


def _checked(*, back: bool) -> Source:
    return Source(
        f"spot_check sc JOIN petition p ON p.id = sc.petition_id {_history(back=back)}",
        at="sc.at",
        id="sc.id",
        counts=f"sc.result = '{CheckResult.PASS}'",
        known="sc.at <= $2",
    )


def _escalated(column: str, *, back: bool) -> Source:
    return Source(
        f"escalation e JOIN petition p ON p.id = e.petition_id {_history(back=back)}",
        at=f"e.{column}",
        id="e.id",
        known=f"e.{column} <= $2",
    )


SOURCES: Final[Mapping[Fact, Callable[[bool], Source]]] = {
    Fact.RECEIVED: lambda back: _received(back=back),
    Fact.CALLED_BACK: lambda back: _called_back(back=back),
    Fact.ACCEPTANCE_DUE: lambda back: _due(ClockKind.ACCEPTANCE, back=back),
    Fact.CLOSING_DUE: lambda back: _due(ClockKind.CLOSING, back=back),
    Fact.CLOSED: lambda back: _closed(back=back, refused=False),
    Fact.CLOSED_OR_REFUSED: lambda back: _closed(back=back, refused=True),
    Fact.PUSHED: lambda back: _escalated("pushed_at", back=back),
    Fact.RESOLVED: lambda back: _escalated("resolved_at", back=back),
    Fact.CHECKABLE: lambda back: _checkable(back=back),
    Fact.CHECKED: lambda back: _checked(back=back),
}
