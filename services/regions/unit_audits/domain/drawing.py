"""Who audits: officers of other counties, in turn, not the same people at the same unit again.

A proposal is computed, a person decides. Never an officer of the audited county; never one who
recuses, is away or is booked; nobody who audited the unit lately while others can go.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.regions.officers.domain import Reason
from shared.errors import InvalidInput, RuleViolation


class TooFewAuditors(RuleViolation):
    code = "too_few_auditors"
    zh = "稽查人员不得少于 {least} 人。"
    en = "An audit takes {least} auditors at least."


class NotACandidate(InvalidInput):
    """Of the audited county, of the corps itself, or unknown here."""

    code = "not_a_candidate"
    zh = "稽查人员应为被稽查县(市、区)以外、本辖区内的县级执法人员。"
    en = "Auditors are officers of other counties of the same city or province."


class AuditorBarred(RuleViolation):
    code = "auditor_barred"
    zh = "下列人员不能参加:{reasons}"
    en = "These cannot audit: {reasons}"


class AuditedItLately(RuleViolation):
    code = "audited_it_lately"
    zh = "{names} 近期稽查过该单位,且有其他人员可派。"
    en = "{names} audited this unit lately, and there are others."


@dataclass(frozen=True, slots=True)
class Candidate:
    """An officer as an auditor of one unit.

    `reasons` bar; `load` counts the audits of the year; `lately` says that he or she was on one of
    the last audits of the unit.
    """

    officer_id: UUID
    name: str
    division: str
    reasons: tuple[Reason, ...]
    load: int
    lately: bool


def propose(candidates: Iterable[Candidate], *, number: int) -> tuple[UUID, ...]:
    """Up to `number` who can go: who was not there lately, then who audited least.

    Among equals the county that sends fewest, then the lower code and id: the same candidates give
    the same proposal, and over rounds with the same candidates nobody is two audits ahead.
    """
    left = [each for each in candidates if not each.reasons]
    sent: Counter[str] = Counter()
    chosen: list[UUID] = []
    while left and len(chosen) < number:
        best = min(
            left,
            key=lambda each: (
                each.lately,
                each.load,
                sent[each.division],
                each.division,
                each.officer_id,
            ),
        )
        left.remove(best)
        sent[best.division] += 1
        chosen.append(best.officer_id)
    return tuple(chosen)


def require_auditors(
    named: Sequence[UUID], candidates: Iterable[Candidate], *, least: int
) -> tuple[Candidate, ...]:
    """Those named, if they may go together.

    NotACandidate, AuditorBarred (with reasons), TooFewAuditors, or AuditedItLately if one was at
    the unit lately although enough others can go.
    """
    known = {each.officer_id: each for each in candidates}
    if len({*named}) < least:
        raise TooFewAuditors(least=least)
    for place, each in enumerate(named):
        if each not in known:
            raise NotACandidate(reason="auditor", pointer=f"/officer_ids/{place}")
    going = tuple(known[each] for each in sorted({*named}))
    barred = [each for each in going if each.reasons]
    if barred:
        listed = "; ".join(f"{each.name}: {', '.join(each.reasons)}" for each in barred)
        raise AuditorBarred(reasons=listed)
    again = [each for each in going if each.lately]
    fresh = [each for each in known.values() if not each.reasons and not each.lately]
    spare = len(fresh) - (len(going) - len(again))
    if again and spare > 0:
        raise AuditedItLately(names="、".join(each.name for each in again))
    return going
