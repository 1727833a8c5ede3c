"""What may be done to a running term: pause it, resume it, extend it. Each returns a new ledger."""

from dataclasses import replace
from datetime import datetime

from shared.clocks.calendar import WorkCalendar
from shared.clocks.deadline import deadline
from shared.clocks.ledger import Extension, Ledger, Pause
from shared.clocks.term import ExtensionRule, Term
from shared.errors import RuleViolation


class AlreadyPaused(RuleViolation):
    code = "already_paused"
    zh = "期限自 {since} 起已暂停计算。"
    en = "The term has been paused since {since}."


class NotPaused(RuleViolation):
    code = "not_paused"
    zh = "期限未处于暂停状态。"
    en = "The term is not paused."


class TermExpired(RuleViolation):
    """A missed term stays missed: neither a pause nor an extension heals it."""

    code = "term_expired"
    zh = "期限已于 {due_on} 届满,不能再暂停或延长。"
    en = "The term ran out on {due_on} and can be neither paused nor extended."


class ActOutOfOrder(RuleViolation):
    code = "act_out_of_order"
    zh = "时间 {at} 早于期限已有记录 {latest}。"
    en = "{at} lies before what the term already records ({latest})."


class ExtensionNotAllowed(RuleViolation):
    code = "extension_not_allowed"
    zh = "该期限依据的条款不允许延长(第{article}条)。"
    en = "The article this term stands on allows no extension (art. {article})."


class ExtensionAlreadyUsed(RuleViolation):
    code = "extension_already_used"
    zh = "该期限最多延长 {times} 次,已用完。"
    en = "The term may be extended at most {times} time(s), and has been."


class ExtensionExceedsCap(RuleViolation):
    code = "extension_exceeds_cap"
    zh = "每次延长应在 1 至 {cap} 之间({unit}),申请为 {asked}。"
    en = "One extension lies between 1 and {cap} ({unit}); {asked} was asked."


class SelfApproval(RuleViolation):
    code = "self_approval"
    zh = "延长期限的审批人不能是申请人。"
    en = "An extension is approved by somebody other than who asked for it."


def pause(
    ledger: Ledger,
    term: Term,
    calendar: WorkCalendar,
    *,
    at: datetime,
    reason: str,
    authority: str,
) -> Ledger:
    """Stop counting from the legal day of `at`, or from the instant for a term in hours."""
    if open_pause := ledger.open_pause:
        raise AlreadyPaused(since=open_pause.since)
    _require_order(ledger, at)
    _require_running(ledger, term, calendar, at=at)
    opened = Pause(since=at, until=None, reason=reason, authority=authority)
    return replace(ledger, pauses=(*ledger.pauses, opened))


def resume(ledger: Ledger, *, at: datetime) -> Ledger:
    """Count again; the legal day of `at` counts."""
    open_pause = ledger.open_pause
    if open_pause is None:
        raise NotPaused
    _require_order(ledger, at)
    return replace(ledger, pauses=(*ledger.pauses[:-1], replace(open_pause, until=at)))


def extend(
    ledger: Ledger,
    term: Term,
    calendar: WorkCalendar,
    *,
    amount: int,
    reason: str,
    requested_by: str,
    approved_by: str,
    at: datetime,
) -> Ledger:
    """Grant `amount` more of the term's unit, within its rule and before it has run out."""
    rule = _extension_rule(ledger, term, amount=amount)
    if requested_by == approved_by:
        raise SelfApproval
    if at < ledger.started_at:
        raise ActOutOfOrder(at=at, latest=ledger.started_at)
    _require_running(ledger, term, calendar, at=at)
    granted = Extension(
        amount=amount,
        reason=reason,
        requested_by=requested_by,
        approved_by=approved_by,
        at=at,
        cap=rule.each,
        basis=rule.basis,
    )
    return replace(ledger, extensions=(*ledger.extensions, granted))


def _extension_rule(ledger: Ledger, term: Term, *, amount: int) -> ExtensionRule:
    rule = term.extension
    if rule is None:
        raise ExtensionNotAllowed(article=term.basis.article)
    if len(ledger.extensions) >= rule.times:
        raise ExtensionAlreadyUsed(times=rule.times)
    if not 1 <= amount <= rule.each:
        raise ExtensionExceedsCap(asked=amount, cap=rule.each, unit=term.unit)
    return rule


def _require_order(ledger: Ledger, at: datetime) -> None:
    """Pauses follow one another and the start."""
    recorded = (moment for each in ledger.pauses for moment in (each.since, each.until) if moment)
    latest = max([ledger.started_at, *recorded])
    if at < latest:
        raise ActOutOfOrder(at=at, latest=latest)


def _require_running(ledger: Ledger, term: Term, calendar: WorkCalendar, *, at: datetime) -> None:
    due = deadline(ledger, term, calendar)
    if not due.in_time(at):
        raise TermExpired(due_on=due.due_on)
