"""Where the events of each indicator are: one SELECT a source, all read in one statement.

A source answers rows of one shape: what can be opened (`subject_kind`, `subject_id`), the row that
decides (`source_id`), whose it is, when it was due and when done, and where a rule other than the
term decides, whether it was `good`; `value` is what it weighs. A row counts at the earlier of due
and done, so that a late act never moves it into another period, and only once that instant is past:
what is still open counts for nothing. What was due by the end of a day and not done is of that day.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from shared.db.session import driver

# A term of the kernel's clocks: kept or not as the clock says, dropped ones are no duty.
_CLOCK: Final = """
SELECT '{whole}' AS subject_kind, {whole_id}::text AS subject_id, c.id::text AS source_id,
       {division} AS division, c.due_at, c.ended_at AS done_at,
       CASE WHEN c.ended_at IS NOT NULL THEN c.state = 'met' END AS good, 1 AS value
  FROM clock c JOIN {table} t ON t.id = c.subject_id
 WHERE c.kind = '{kind}' AND c.state IN ('running', 'met', 'missed')
"""


def _clock(
    kind: str, table: str, *, whole: str | None = None, by: str = "id", division: str = "division"
) -> str:
    """Terms of this kind on rows of `table`, which `by` names as part of a whole, if they are."""
    return _CLOCK.format(
        kind=kind,
        table=table,
        whole=whole or table,
        whole_id=f"t.{by}",
        division=f"t.{division}",
    )


def _letters(kind: str) -> str:
    both = (_clock(kind, each, division="receiver") for each in ("assistance_request", "handover"))
    return " UNION ALL ".join(both)


SOURCES: Final[Mapping[str, str]] = {
    "letters_acknowledged": _letters("acknowledge"),
    "letters_answered": _letters("reply"),
    "urgent_measures_taken": _letters("measures"),
    "notices_acknowledged": _clock(
        "acknowledge", "border_notice_party", whole="border_notice", by="notice_id"
    ),
    "activations_acknowledged": _clock(
        "activation_acknowledge", "activation_reply", whole="activation", by="activation_id"
    ),
    # The lead invited itself: only what others lead is an invitation.
    "operations_joined": """
SELECT 'operation' AS subject_kind, p.operation_id::text AS subject_id,
       p.operation_id::text AS source_id, p.division, NULL::timestamptz AS due_at,
       p.answered_at AS done_at,
       p.consent = 'agreed'
         AND NOT (p.status = 'left' AND p.ended_at <= (SELECT as_of FROM asked)) AS good, 1 AS value
  FROM participation p
 WHERE p.role = 'member' AND p.consent <> 'pending'
""",
    "operations_finished": """
SELECT 'operation' AS subject_kind, p.operation_id::text AS subject_id,
       p.operation_id::text AS source_id, p.division,
       (o.due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' AS due_at,
       CASE WHEN p.status = 'finished' THEN p.ended_at END AS done_at, NULL::boolean AS good,
       1 AS value
  FROM participation p JOIN operation o ON o.id = p.operation_id
 WHERE p.consent = 'agreed' AND p.status <> 'left' AND o.started_at IS NOT NULL
   AND o.state <> 'called_off'
""",
    "findings_handed_over": """
SELECT 'operation' AS subject_kind, f.operation_id::text AS subject_id, f.id::text AS source_id,
       f.division, (o.due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' AS due_at,
       f.handed_over_at AS done_at, NULL::boolean AS good, 1 AS value
  FROM finding f JOIN operation o ON o.id = f.operation_id
 WHERE f.place <> f.division AND f.dropped_at IS NULL
""",
    "quotas_met": """
SELECT 'joint_group' AS subject_kind, s.group_id::text AS subject_id, s.id::text AS source_id,
       m.division, (s.window_to + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' AS due_at,
       s.done_at, NULL::boolean AS good, 1 AS value
  FROM quota_slot s JOIN group_member m ON m.group_id = s.group_id
 WHERE s.state <> 'dropped' AND m.consent = 'agreed' AND m.role <> 'observer'
   AND m.joins_on <= s.window_to AND (m.leaves_on IS NULL OR m.leaves_on >= s.window_to)
""",
    "meeting_items_done": """
SELECT 'meeting' AS subject_kind, i.meeting_id::text AS subject_id, i.id::text AS source_id,
       i.responsible AS division, (i.due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' AS due_at,
       i.closed_at AS done_at, NULL::boolean AS good, 1 AS value
  FROM meeting_item i WHERE i.state <> 'dropped'
""",
    "plan_items_done": """
SELECT 'plan' AS subject_kind, i.plan_id::text AS subject_id, i.id::text AS source_id,
       i.responsible AS division,
       make_timestamptz(i.year, i.last_month, 1, 0, 0, 0, 'Asia/Shanghai') + interval '1 month'
         AS due_at,
       i.closed_at AS done_at, NULL::boolean AS good, 1 AS value
  FROM plan_item i JOIN plan p ON p.id = i.plan_id
 WHERE i.state <> 'dropped' AND p.state NOT IN ('draft', 'countersign')
""",
    # Who says in time that it cannot, and is right, was not ordered.
    "orders_acknowledged": """
SELECT 'incident' AS subject_kind, o.incident_id::text AS subject_id, o.id::text AS source_id,
       o.division, o.acknowledge_due_at AS due_at,
       least(o.acknowledged_at, o.refused_at) AS done_at,
       least(o.acknowledged_at, o.refused_at) <= o.acknowledge_due_at AS good, 1 AS value
  FROM dispatch_order o WHERE o.state <> 'recalled' AND o.refusal_accepted IS NOT TRUE
""",
    "orders_reported": """
SELECT 'incident' AS subject_kind, o.incident_id::text AS subject_id, o.id::text AS source_id,
       o.division, o.due_at, o.reported_at AS done_at, o.reported_at <= o.due_at AS good,
       1 AS value
  FROM dispatch_order o WHERE o.state <> 'recalled' AND o.refusal_accepted IS NOT TRUE
""",
    "orders_done_well": """
SELECT 'incident' AS subject_kind, o.incident_id::text AS subject_id, o.id::text AS source_id,
       o.division, NULL::timestamptz AS due_at, o.reported_at AS done_at,
       o.result <> 'poor' AS good, 1 AS value
  FROM dispatch_order o WHERE o.state = 'closed' AND o.result IS NOT NULL
""",
    "late_duty_handovers": """
SELECT 'duty_alert' AS subject_kind, a.id::text AS subject_id, a.id::text AS source_id, b.division,
       NULL::timestamptz AS due_at, a.raised_at AS done_at, true AS good, 1 AS value
  FROM duty_alert a JOIN bureau b ON b.id = a.bureau_id WHERE a.kind = 'late_handover'
""",
    # Who is excused with a reason owes nothing; who took the turn over has it.
    "rota_turns_served": """
SELECT 'rota_round' AS subject_kind, d.round_id::text AS subject_id, d.id::text AS source_id,
       d.division, (d.ends_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' AS due_at,
       (SELECT max(day) FROM unnest(d.served_on) AS day)::timestamp
         AT TIME ZONE 'Asia/Shanghai' AS done_at,
       CASE WHEN d.state = 'served' THEN true END AS good, 1 AS value
  FROM rota_draw d WHERE d.state IN ('drawn', 'confirmed', 'served')
""",
    # Confidential: of measures whose consultation who assesses has no part in, nothing is known.
    "consultation_measures_done": """
SELECT 'consultation' AS subject_kind, m.consultation_id::text AS subject_id,
       m.id::text AS source_id, m.responsible AS division, m.due_at,
       CASE WHEN m.state IN ('reported', 'done') THEN m.reported_at END AS done_at,
       NULL::boolean AS good, 1 AS value
  FROM consultation_measure m JOIN consultation c ON c.id = m.consultation_id
 WHERE m.state <> 'dropped' AND (SELECT assessor FROM asked) = ANY(c.visible_to)
""",
    "audit_findings_rectified": """
SELECT 'unit_audit' AS subject_kind, f.unit_audit_id::text AS subject_id, f.id::text AS source_id,
       a.audited AS division, f.rectify_due_at AS due_at,
       CASE WHEN f.state IN ('rectified', 'verified') THEN f.rectified_at END AS done_at,
       NULL::boolean AS good, 1 AS value
  FROM unit_audit_finding f JOIN unit_audit a ON a.id = f.unit_audit_id
 WHERE a.reported_at IS NOT NULL AND f.rectify_due_at IS NOT NULL AND f.state <> 'withdrawn'
""",
    "serious_audit_findings": """
SELECT 'unit_audit' AS subject_kind, f.unit_audit_id::text AS subject_id, f.id::text AS source_id,
       a.audited AS division, NULL::timestamptz AS due_at, a.reported_at AS done_at, true AS good,
       1 AS value
  FROM unit_audit_finding f JOIN unit_audit a ON a.id = f.unit_audit_id
 WHERE a.reported_at IS NOT NULL AND f.severity = 'serious' AND f.state <> 'withdrawn'
""",
    # Calendar days of stays that are over, the day of coming and the day of going included.
    "exchange_days_given": """
SELECT 'staff_exchange' AS subject_kind, g.exchange_id::text AS subject_id, g.id::text AS source_id,
       g.home AS division, NULL::timestamptz AS due_at,
       g.last_on::timestamp AT TIME ZONE 'Asia/Shanghai' AS done_at, true AS good,
       g.last_on - g.from_on + 1 AS value
  FROM staff_exchange_guest g WHERE g.stay IN ('returned', 'recalled', 'left')
""",
    "trainings_attended": """
SELECT 'training' AS subject_kind, p.training_id::text AS subject_id,
       p.training_id::text AS source_id, p.division, NULL::timestamptz AS due_at,
       t.ends_at AS done_at, coalesce(p.attended, 0) > 0 AS good, 1 AS value
  FROM training_party p JOIN training t ON t.id = p.training_id
 WHERE t.state IN ('held', 'closed')
""",
    "honours": """
SELECT 'honour' AS subject_kind, h.id::text AS subject_id, h.id::text AS source_id, h.division,
       NULL::timestamptz AS due_at, h.decided_at AS done_at, true AS good, 1 AS value
  FROM honour h WHERE h.state = 'confirmed'
""",
    "file_review_score": """
SELECT 'file_review' AS subject_kind, f.round_id::text AS subject_id, f.id::text AS source_id,
       f.division, NULL::timestamptz AS due_at, r.closed_at AS done_at, true AS good,
       f.score AS value
  FROM review_file f JOIN file_review r ON r.id = f.round_id
 WHERE r.state = 'closed' AND f.score IS NOT NULL AND f.state <> 'withdrawn'
""",
}
GATHER: Final = """
WITH asked AS (
  SELECT $1::text[] AS units, $2::timestamptz AS since, $3::timestamptz AS until,
         $4::timestamptz AS as_of, $5::text AS assessor
), found AS (
  SELECT r.*, least(r.due_at - interval '1 microsecond', r.done_at) AS at FROM ({sources}) r
)
SELECT f.indicator, f.division, f.subject_kind, f.subject_id, f.source_id, f.at, f.due_at,
       CASE WHEN f.done_at <= a.as_of THEN f.done_at END AS done_at,
       coalesce(CASE WHEN f.done_at <= a.as_of THEN f.good END,
                f.done_at <= a.as_of AND f.done_at < f.due_at, false) AS good,
       f.value::numeric AS value
  FROM found f CROSS JOIN asked a
 WHERE f.division = ANY(a.units) AND f.at >= a.since AND f.at < a.until
   AND least(f.due_at, f.done_at) <= a.as_of
 ORDER BY f.indicator, f.division, f.at, f.source_id
"""


class Gathered(NamedTuple):
    """One row that counts, as its source has it."""

    indicator: str
    division: str
    subject_kind: str
    subject_id: str
    source_id: str
    at: datetime
    due_at: datetime | None
    done_at: datetime | None
    good: bool
    value: Decimal


async def gather(
    session: AsyncSession,
    indicators: Sequence[str],
    units: Sequence[str],
    *,
    assessor: str,
    since: datetime,
    until: datetime,
    as_of: datetime,
) -> list[Gathered]:
    """Every row that counts for the units between two instants, as known at `as_of`.

    For a session beyond scope: a unit's count must not depend on who counts. `assessor` is the
    scope of who assesses, for what only those see who have a part in it.
    """
    sources = " UNION ALL ".join(
        f"SELECT '{code}' AS indicator, s.* FROM ({SOURCES[code]}) s" for code in indicators
    )
    rows = await (await driver(session)).fetch(
        GATHER.format(sources=sources), list(units), since, until, as_of, assessor
    )
    return [Gathered(**row) for row in rows]
