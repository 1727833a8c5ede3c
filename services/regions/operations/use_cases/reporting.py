"""The joint report, compiled once and frozen."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final

from services.regions.assistance.models import Handover
from services.regions.operations import domain
from services.regions.operations.domain import TASK_MEASURES, Counted, Found, Section, Shares
from services.regions.operations.models import Finding, OperationResult
from services.regions.operations.queries import OperationFile

Json = dict[str, Any]
# What a party may say of its own part (家次、人次、立案): added to nothing, since two parties may
# mean the same visit.
OWN_FIGURES: Final = ("enterprise_visits", "officer_visits", "cases_filed")


def compiled(file: OperationFile, findings: Sequence[Finding], handed: Sequence[Handover]) -> Json:
    """Three scopes and the people sent, per party and in total; fractions as `1/2`."""
    return {
        "tasks": _section(task_results(file)),
        "findings": _section(domain.findings_section(_found(findings, handed))),
        "officers": _officers(file),
        "own": {
            each.division: each.own_figures for each in file.parties if each.own_figures is not None
        },
    }


def task_results(file: OperationFile) -> Section:
    """What `tasks` reported, a task once."""
    results = [
        Counted(
            shares_of_result(file, each),
            {
                "tasks": 1,
                "inspections": each.inspections,
                "problems_found": each.problems_found,
                "problems_closed": each.problems_closed,
            },
        )
        for each in file.results
    ]
    return domain.section(TASK_MEASURES, results)


def shares_of_result(file: OperationFile, result: OperationResult) -> Shares:
    """As declared; a result kept before shares were has equal ones of all parties."""
    if result.shares:
        return _exact(result.shares)
    return domain.equal_shares(file.codes or [file.operation.lead])


def _found(findings: Sequence[Finding], handed: Sequence[Handover]) -> list[Found]:
    letters = {each.id: each for each in handed}
    found = []
    for each in findings:
        letter = letters.get(each.handover_id) if each.handover_id else None
        case = letter.receiver_case_id if letter else each.case_number
        found.append(
            Found(
                _exact(each.shares),
                each.enterprise_code or each.enterprise_name,
                handed_over=each.handover_id is not None,
                answered=letter is not None and letter.answered,
                case_filed=case is not None,
            )
        )
    return found


def _exact(shares: dict[str, str]) -> Shares:
    return {party: Fraction(share) for party, share in shares.items()}


def _section(section: Section) -> Json:
    return {
        "total": dict(section.total),
        "by_party": {
            party: {measure: str(part) for measure, part in parts.items()}
            for party, parts in sorted(section.by_party.items())
        },
    }


def _officers(file: OperationFile) -> Json:
    """Persons sent: each once, of the one party that sent them."""
    by_party = Counter(each.party for each in file.officers)
    return {"total": by_party.total(), "by_party": dict(sorted(by_party.items()))}
