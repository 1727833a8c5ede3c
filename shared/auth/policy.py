"""Who may do what: one table of rights, asked at every route and again for every row.

A right is an action, the roles that hold it, and how the caller must stand to the row. Which
states allow the action is said by the subject's own transition table. What a caller may not know
of is not decided here: row-level security makes it absent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.auth.actor import Actor, Role
from shared.errors import Forbidden


class Relation(StrEnum):
    """How a caller's grant must lie to the row's division."""

    ANY = "any"  # any row the caller can see
    SUBTREE = "subtree"  # the row's division or one of its superiors
    OWN = "own"  # exactly the row's division
    PARTICIPANT = "participant"  # the row's division, a superior, or a division taking part


@dataclass(frozen=True, slots=True)
class Right:
    """`sensitive` marks what shows or changes personal data or command decisions."""

    roles: frozenset[Role]
    relation: Relation
    sensitive: bool = False


def _right(*roles: Role, at: Relation, sensitive: bool = False) -> Right:
    return Right(frozenset(roles), at, sensitive)


_STAFF: Final = (
    Role.COMMAND_CENTER,
    Role.COUNTY_LEADER_IN_CHARGE,
    Role.DEPARTMENT_HEAD,
    Role.LEGAL_REVIEWER,
    Role.OFFICER,
    Role.PETITION_CLERK,
)
_READERS: Final = (*_STAFF, Role.AUDITOR, Role.PLATFORM)

_KERNEL: Final = {
    "audit.read": _right(Role.AUDIT_ADMINISTRATOR, Role.AUDITOR, at=Relation.ANY, sensitive=True),
}

_IDENTITY: Final = {
    "identity.self": _right(*Role, at=Relation.ANY),
    "account.read": _right(Role.SECURITY_ADMINISTRATOR, at=Relation.SUBTREE, sensitive=True),
    "account.manage": _right(Role.SECURITY_ADMINISTRATOR, at=Relation.SUBTREE, sensitive=True),
    "grant.read": _right(Role.SECURITY_ADMINISTRATOR, at=Relation.SUBTREE, sensitive=True),
    "grant.manage": _right(Role.SECURITY_ADMINISTRATOR, at=Relation.SUBTREE, sensitive=True),
    "client.read": _right(Role.SECURITY_ADMINISTRATOR, at=Relation.SUBTREE, sensitive=True),
}

_CHIEFS: Final = (Role.COMMAND_CENTER, Role.DEPARTMENT_HEAD)
_COMMANDERS: Final = (*_CHIEFS, Role.COUNTY_LEADER_IN_CHARGE)

_REGIONS: Final = {
    "reference.read": _right(*Role, at=Relation.ANY),
    "deadline.compute": _right(*Role, at=Relation.ANY),
    "bureau.read": _right(*_READERS, Role.DISCIPLINE_OFFICER, at=Relation.ANY),
    "bureau.manage": _right(*_CHIEFS, at=Relation.SUBTREE),
    "officer.read": _right(*_READERS, Role.DISCIPLINE_OFFICER, at=Relation.ANY),
    "officer.read_interests": _right(
        *_CHIEFS,
        Role.AUDITOR,
        Role.DISCIPLINE_OFFICER,
        Role.LEGAL_REVIEWER,
        at=Relation.SUBTREE,
        sensitive=True,
    ),
    "officer.manage": _right(*_CHIEFS, at=Relation.SUBTREE),
    # One's own interests, or as who keeps the officers.
    "officer.declare_interest": _right(*_CHIEFS, Role.OFFICER, at=Relation.SUBTREE, sensitive=True),
    # Across a border: one of the divisions is the asker's own.
    "officer.ask": _right(*_COMMANDERS, Role.OFFICER, at=Relation.PARTICIPANT),
    "officer.book": _right(*_COMMANDERS, at=Relation.PARTICIPANT),
}
_SUCCESSION: Final[Mapping[str, Right]] = {
    "division_change.read": _right(Role.SYSTEM_ADMINISTRATOR, at=Relation.ANY),
    # Towards the lowest division above all that the change concerns.
    "division_change.draft": _right(Role.SYSTEM_ADMINISTRATOR, at=Relation.SUBTREE),
    "division_change.preview": _right(Role.SYSTEM_ADMINISTRATOR, at=Relation.SUBTREE),
    "division_change.publish": _right(
        Role.SYSTEM_ADMINISTRATOR, at=Relation.SUBTREE, sensitive=True
    ),
    "division_change.withdraw": _right(Role.SYSTEM_ADMINISTRATOR, at=Relation.SUBTREE),
}
# Who meets matters near a border day by day.
_FRONT: Final = (*_CHIEFS, Role.OFFICER, Role.PETITION_CLERK)
_PLACES: Final[Mapping[str, Right]] = {
    "division.add_zone": _right(Role.SYSTEM_ADMINISTRATOR, at=Relation.SUBTREE),
    "border_notice.read": _right(*_READERS, at=Relation.ANY),
    # Whoever meets the matter on its own side.
    "border_notice.give": _right(*_FRONT, at=Relation.SUBTREE),
    "border_notice.close": _right(*_FRONT, at=Relation.SUBTREE),
    # Each neighbour in its own name.
    "border_notice.acknowledge": _right(*_FRONT, at=Relation.SUBTREE),
    "border_notice.answer": _right(*_FRONT, at=Relation.SUBTREE),
}
_PEOPLE: Final[Mapping[str, Right]] = {
    # Who decides on recusal says that its ground is gone (行政处罚法 art. 43), not who declared it.
    "officer.end_interest": _right(*_CHIEFS, at=Relation.SUBTREE, sensitive=True),
    "equipment.read": _right(*_READERS, at=Relation.ANY),
    "equipment.manage": _right(*_CHIEFS, at=Relation.SUBTREE),
    # Joint work asks for experts of others; who they are is public, how to call them is not.
    "expert.read": _right(*_READERS, at=Relation.ANY),
    "expert.read_contact": _right(*_STAFF, at=Relation.SUBTREE, sensitive=True),
    "expert.manage": _right(*_CHIEFS, at=Relation.SUBTREE),
    "help_team.read": _right(*_READERS, at=Relation.ANY),
    "help_team.read_contact": _right(*_STAFF, at=Relation.SUBTREE, sensitive=True),
    "help_team.manage": _right(*_CHIEFS, at=Relation.SUBTREE),
    "supervisor.read": _right(*_READERS, at=Relation.ANY),
    "supervisor.read_contact": _right(*_STAFF, at=Relation.SUBTREE, sensitive=True),
    "supervisor.manage": _right(*_CHIEFS, at=Relation.SUBTREE),
    # Persons of a list are masked for everybody but the division whose they are.
    "helper.list_contact": _right(*_STAFF, at=Relation.OWN, sensitive=True),
}
_CALENDARS: Final[Mapping[str, Right]] = {
    # Sees ids and kinds of the clocks that move, never what they are about.
    "calendar.publish": _right(Role.SYSTEM_ADMINISTRATOR, at=Relation.ANY),
    "legal_basis.publish": _right(Role.SYSTEM_ADMINISTRATOR, at=Relation.ANY),
}
_HEADS: Final = (Role.COUNTY_LEADER_IN_CHARGE, Role.DEPARTMENT_HEAD)
_AGREEMENTS: Final[Mapping[str, Right]] = {
    "agreement.read": _right(*_READERS, at=Relation.ANY),
    # Nobody writes or binds for another division, not even from above.
    "agreement.draft": _right(*_COMMANDERS, at=Relation.OWN),
    "agreement.sign": _right(*_HEADS, at=Relation.OWN),
    # The head of the lowest common superior, when the parties do not agree.
    "agreement.decide": _right(Role.DEPARTMENT_HEAD, at=Relation.OWN),
    "plan.read": _right(*_READERS, at=Relation.ANY),
    "plan.draft": _right(*_COMMANDERS, at=Relation.OWN),
    "plan.answer": _right(*_HEADS, at=Relation.OWN),
    "plan.issue": _right(*_CHIEFS, at=Relation.OWN),
    "plan.decide": _right(Role.DEPARTMENT_HEAD, at=Relation.OWN),
    # What is done in one's own division, by whoever does it there.
    "plan.progress": _right(*_COMMANDERS, Role.OFFICER, at=Relation.OWN),
    "meeting.read": _right(*_READERS, at=Relation.ANY),
    "meeting.convene": _right(*_COMMANDERS, at=Relation.OWN),
    "meeting.confirm": _right(*_COMMANDERS, at=Relation.OWN),
    "meeting.see_to": _right(*_COMMANDERS, Role.OFFICER, at=Relation.OWN),
}
_GROUPS: Final[Mapping[str, Right]] = {
    "group.read": _right(*_READERS, at=Relation.ANY),
    # Borders are public; who computes groups from them decides nothing.
    "group.propose": _right(*_STAFF, at=Relation.ANY),
    "group.draft": _right(*_CHIEFS, at=Relation.SUBTREE),
    # A member's own word or its city's: asked for both divisions.
    "group.confirm": _right(Role.COUNTY_LEADER_IN_CHARGE, Role.DEPARTMENT_HEAD, at=Relation.OWN),
    "group.lead": _right(*_COMMANDERS, at=Relation.OWN),
    "group.liaise": _right(*_COMMANDERS, Role.OFFICER, at=Relation.OWN),
    # The head of the common superior, when the members do not agree.
    "group.decide": _right(Role.DEPARTMENT_HEAD, at=Relation.OWN),
}
_ASSISTANCE: Final[Mapping[str, Right]] = {
    # Requests and hand-overs alike; each side acts in its own name only.
    "assistance.read": _right(*_READERS, at=Relation.ANY),
    "assistance.send": _right(*_COMMANDERS, at=Relation.SUBTREE),
    "assistance.work": _right(*_COMMANDERS, Role.OFFICER, at=Relation.OWN),
    "assistance.object": _right(*_COMMANDERS, at=Relation.OWN),
    "assistance.extend": _right(Role.DEPARTMENT_HEAD, at=Relation.OWN),
    # The sender judges the answer, withdraws, sends elsewhere or insists.
    "assistance.judge": _right(*_COMMANDERS, at=Relation.OWN),
    # The head of the common superior (行政处罚法 art. 25).
    "assistance.designate": _right(Role.DEPARTMENT_HEAD, at=Relation.SUBTREE, sensitive=True),
    "handover.recognise": _right(Role.LEGAL_REVIEWER, at=Relation.OWN),
    "dispute.open": _right(*_COMMANDERS, at=Relation.OWN),
    "dispute.answer": _right(*_COMMANDERS, at=Relation.OWN),
    "dispute.preserve": _right(*_COMMANDERS, Role.OFFICER, at=Relation.OWN),
    "dispute.designate": _right(Role.DEPARTMENT_HEAD, at=Relation.SUBTREE, sensitive=True),
}
_OPERATIONS: Final[Mapping[str, Right]] = {
    "operation.read": _right(*_READERS, at=Relation.ANY),
    "operation.draft": _right(*_COMMANDERS, at=Relation.SUBTREE),
    "operation.lead": _right(*_COMMANDERS, at=Relation.OWN),
    "operation.answer": _right(Role.COUNTY_LEADER_IN_CHARGE, Role.DEPARTMENT_HEAD, at=Relation.OWN),
    "operation.issue": _right(*_CHIEFS, at=Relation.OWN),
    # The head of the common superior, when the parties do not agree.
    "operation.decide": _right(Role.DEPARTMENT_HEAD, at=Relation.SUBTREE),
    # A party's own acts, in its own name.
    "operation.send": _right(*_COMMANDERS, at=Relation.OWN),
    "operation.finish": _right(*_COMMANDERS, at=Relation.OWN),
    "operation.leave": _right(Role.COUNTY_LEADER_IN_CHARGE, Role.DEPARTMENT_HEAD, at=Relation.OWN),
    "finding.record": _right(*_COMMANDERS, Role.OFFICER, at=Relation.OWN),
    "finding.hand_over": _right(*_COMMANDERS, at=Relation.OWN),
    "finding.look_back": _right(*_COMMANDERS, Role.AUDITOR, Role.OFFICER, at=Relation.OWN),
}
_ACTIVATIONS: Final = {
    "emergency_protocol.read": _right(*_READERS, at=Relation.ANY),
    "emergency_protocol.propose": _right(*_COMMANDERS, at=Relation.OWN),
    "emergency_protocol.agree": _right(
        Role.COUNTY_LEADER_IN_CHARGE, Role.DEPARTMENT_HEAD, at=Relation.OWN
    ),
    # The head of the common superior, when the parties do not agree.
    "emergency_protocol.decide": _right(Role.DEPARTMENT_HEAD, at=Relation.SUBTREE),
    "activation.read": _right(*_READERS, at=Relation.ANY),
    "activation.call": _right(*_COMMANDERS, at=Relation.OWN, sensitive=True),
    "activation.answer": _right(*_COMMANDERS, Role.OFFICER, at=Relation.OWN),
    "activation.decide": _right(Role.DEPARTMENT_HEAD, at=Relation.SUBTREE),
}
_ROTA: Final[Mapping[str, Right]] = {
    "rota.read": _right(*_STAFF, Role.AUDITOR, Role.DISCIPLINE_OFFICER, at=Relation.ANY),
    # Names of office staff and why somebody was excused.
    "rota.read_staff": _right(
        *_STAFF, Role.AUDITOR, Role.DISCIPLINE_OFFICER, at=Relation.ANY, sensitive=True
    ),
    "rota.manage": _right(*_CHIEFS, at=Relation.OWN),
    # A unit's own division lets its people off too.
    "rota.excuse": _right(*_HEADS, at=Relation.PARTICIPANT, sensitive=True),
    "rota.prepare": _right(*_COMMANDERS, at=Relation.OWN),
    # Somebody else than who prepared; so are swaps approved.
    "rota.publish": _right(*_HEADS, at=Relation.OWN, sensitive=True),
    # One's own turn; a leader speaks for those who have no login.
    "rota.answer": _right(*_COMMANDERS, Role.OFFICER, at=Relation.PARTICIPANT),
    "rota.speak_for": _right(*_COMMANDERS, at=Relation.PARTICIPANT),
    # Where the round serves, or whose rota it is.
    "rota.remark": _right(*_COMMANDERS, at=Relation.PARTICIPANT, sensitive=True),
}
_DUTY: Final[Mapping[str, Right]] = {
    "duty_roster.read": _right(*_READERS, at=Relation.ANY),
    # Each desk keeps its own roster, and who answers for it approves.
    "duty_roster.keep": _right(*_CHIEFS, at=Relation.OWN),
    "duty_roster.approve": _right(*_CHIEFS, at=Relation.OWN),
    "duty_roster.serve": _right(*_CHIEFS, Role.OFFICER, at=Relation.OWN),
    # One place calls and both come: whoever works may ask who answers at a desk now.
    "duty_roster.ask": _right(*_STAFF, at=Relation.ANY),
    "duty_roster.read_names": _right(*_STAFF, at=Relation.SUBTREE, sensitive=True),
    "incident.read": _right(*_READERS, Role.GRID_LEAD, at=Relation.ANY),
    "incident.log": _right(*_CHIEFS, Role.OFFICER, at=Relation.OWN),
    "incident.judge": _right(*_COMMANDERS, at=Relation.OWN),
    "incident.dispatch": _right(*_CHIEFS, at=Relation.OWN, sensitive=True),
    "incident.close": _right(*_CHIEFS, at=Relation.OWN),
    # Who was ordered answers in its own name.
    "dispatch_order.answer": _right(*_COMMANDERS, Role.OFFICER, Role.GRID_LEAD, at=Relation.OWN),
}
_GRID: Final[Mapping[str, Right]] = {
    "grid.read": _right(
        *_READERS, Role.DISCIPLINE_OFFICER, Role.GRID_LEAD, Role.GRID_OFFICER, at=Relation.ANY
    ),
    "grid.draw": _right(*_COMMANDERS, at=Relation.SUBTREE),
    "grid.publish": _right(Role.COUNTY_LEADER_IN_CHARGE, Role.DEPARTMENT_HEAD, at=Relation.OWN),
    "grid.assign": _right(*_COMMANDERS, at=Relation.OWN, sensitive=True),
    # A lead for the cells led, who assigns for any.
    "grid.leave": _right(*_COMMANDERS, Role.GRID_LEAD, at=Relation.OWN),
    "grid.take_over": _right(*_COMMANDERS, Role.GRID_LEAD, Role.OFFICER, at=Relation.OWN),
    # Whoever is named in the cell.
    "grid.visit": _right(
        *_COMMANDERS, Role.GRID_LEAD, Role.GRID_OFFICER, Role.OFFICER, at=Relation.OWN
    ),
    "grid.answer": _right(*_COMMANDERS, at=Relation.OWN),
}
_CONSULTATIONS: Final[Mapping[str, Right]] = {
    "consultation.read": _right(*_READERS, at=Relation.ANY),
    # Calls, holds, writes down what guests say, orders and closes measures, in its own name.
    "consultation.convene": _right(*_COMMANDERS, at=Relation.OWN),
    # An invited division's word, and its dissent.
    "consultation.answer": _right(*_COMMANDERS, Role.LEGAL_REVIEWER, at=Relation.OWN),
    "consultation.see_to": _right(*_COMMANDERS, Role.OFFICER, at=Relation.OWN),
    # Superiors learn when the last regular one was held, and nothing more.
    "consultation.rhythm": _right(*_READERS, at=Relation.SUBTREE),
}
# Auditors are named people: beyond the right, the use cases ask whether they are on this audit.
_AUDITORS: Final = (*_CHIEFS, Role.AUDITOR, Role.OFFICER)
_UNIT_AUDITS: Final[Mapping[str, Right]] = {
    "unit_audit.read": _right(*_READERS, at=Relation.ANY),
    # Figures of a division's units, for who reads there or above.
    "unit_audit.overview": _right(*_READERS, at=Relation.SUBTREE),
    # Of the corps that orders: plans it, asks for a proposal, names auditors.
    "unit_audit.draft": _right(*_CHIEFS, Role.AUDITOR, at=Relation.OWN),
    # A person who answers for it decides who goes, on disputed findings, and on the end.
    "unit_audit.order": _right(Role.DEPARTMENT_HEAD, at=Relation.OWN),
    "unit_audit.carry_out": _right(*_AUDITORS, at=Relation.ANY),
    "unit_audit.verify": _right(*_AUDITORS, at=Relation.ANY),
    # The audited unit's own word and work.
    "unit_audit.state": _right(*_COMMANDERS, at=Relation.OWN),
    "unit_audit.rectify": _right(*_COMMANDERS, Role.OFFICER, at=Relation.OWN),
    "unit_audit.refer": _right(Role.AUDITOR, Role.DEPARTMENT_HEAD, at=Relation.OWN, sensitive=True),
    "unit_audit.read_referrals": _right(Role.DISCIPLINE_OFFICER, at=Relation.ANY, sensitive=True),
}
_EXCHANGES: Final[Mapping[str, Right]] = {
    "staff_exchange.read": _right(*_READERS, at=Relation.ANY),
    # Each side in its own name: who goes, who agrees, who receives.
    "staff_exchange.propose": _right(*_COMMANDERS, at=Relation.OWN),
    "staff_exchange.send": _right(*_COMMANDERS, at=Relation.OWN),
    "staff_exchange.consent": _right(*_HEADS, at=Relation.OWN, sensitive=True),
    "staff_exchange.receive": _right(*_COMMANDERS, at=Relation.OWN),
    # Beyond this, only the guest, or who sent it.
    "staff_exchange.report": _right(*_COMMANDERS, Role.OFFICER, at=Relation.ANY),
    "staff_exchange.count": _right(*_READERS, at=Relation.SUBTREE),
    "training.read": _right(*_READERS, at=Relation.ANY),
    "training.convene": _right(*_COMMANDERS, at=Relation.OWN),
    "training.register": _right(*_COMMANDERS, at=Relation.OWN),
    "training.count": _right(*_READERS, at=Relation.SUBTREE),
    "honour.read": _right(*_READERS, at=Relation.ANY),
    "honour.record": _right(*_COMMANDERS, at=Relation.OWN),
    # The head of the bureau next above the person's own.
    "honour.confirm": _right(Role.DEPARTMENT_HEAD, at=Relation.OWN),
    "honour.count": _right(*_READERS, at=Relation.SUBTREE),
}
_FILE_REVIEWS: Final[Mapping[str, Right]] = {
    "file_review.read": _right(*_READERS, at=Relation.ANY),
    "file_review.convene": _right(*_CHIEFS, at=Relation.OWN),
    # Each division in its own name: that it takes part, with which files and whom.
    "file_review.consent": _right(*_HEADS, at=Relation.OWN),
    "file_review.submit": _right(*_COMMANDERS, Role.LEGAL_REVIEWER, Role.OFFICER, at=Relation.OWN),
    "file_review.name": _right(*_CHIEFS, at=Relation.OWN),
    # His own readings only, which row-level security sees to.
    "file_review.score": _right(*_COMMANDERS, Role.LEGAL_REVIEWER, Role.OFFICER, at=Relation.OWN),
    "file_review.object": _right(*_HEADS, at=Relation.OWN),
    # Whose files they are and who read them.
    "file_review.audit": _right(Role.AUDITOR, at=Relation.OWN, sensitive=True),
}
_SUPERVISORS: Final[Mapping[str, Right]] = {
    # Visits and exchange days of firms and residents; whether promises were kept.
    "supervisor.record": _right(*_CHIEFS, Role.OFFICER, at=Relation.SUBTREE),
    "supervisor.look_back": _right(*_CHIEFS, Role.AUDITOR, Role.OFFICER, at=Relation.SUBTREE),
    # A supervisor of the place looks into a petition with the unit that handles it.
    "petition.call_supervisor": _right(Role.PETITION_CLERK, Role.OFFICER, at=Relation.OWN),
    "petition.note_supervisor": _right(Role.PETITION_CLERK, Role.OFFICER, at=Relation.OWN),
}
_ASSESSMENT: Final = {
    "assessment.read": _right(*_READERS, at=Relation.ANY),
    # Who assesses sets up rules, computes, hears objections and publishes.
    "assessment.set_up": _right(*_CHIEFS, at=Relation.OWN),
    "assessment.publish": _right(Role.DEPARTMENT_HEAD, at=Relation.OWN, sensitive=True),
    "assessment.compute": _right(*_CHIEFS, Role.AUDITOR, at=Relation.OWN),
    "assessment.decide": _right(*_CHIEFS, Role.AUDITOR, at=Relation.OWN),
    # A unit's own word, in its own name.
    "assessment.answer": _right(*_COMMANDERS, at=Relation.OWN),
}
_OVERVIEW: Final = {"cooperation.read": _right(*_READERS, at=Relation.ANY)}
_ENTERPRISES: Final[Mapping[str, Right]] = {
    "enterprise.read": _right(*_READERS, Role.DISCIPLINE_OFFICER, at=Relation.ANY),
    "enterprise.manage": _right(*_CHIEFS, Role.OFFICER, at=Relation.SUBTREE),
    # Closing, reopening, merging: what ends a row of the register or brings it back.
    "enterprise.decide": _right(*_CHIEFS, at=Relation.SUBTREE),
    "enterprise.grade": _right(*_CHIEFS, Role.OFFICER, at=Relation.SUBTREE),
    "enterprise.override_grade": _right(Role.DEPARTMENT_HEAD, at=Relation.SUBTREE, sensitive=True),
    "enterprise.import": _right(*_CHIEFS, at=Relation.SUBTREE, sensitive=True),
    "positive_list.read": _right(*_READERS, Role.DISCIPLINE_OFFICER, at=Relation.ANY),
    "positive_list.publish": _right(*_CHIEFS, at=Relation.SUBTREE),
    "positive_list.remove": _right(Role.DEPARTMENT_HEAD, at=Relation.SUBTREE),
    "visit.read": _right(*_READERS, Role.DISCIPLINE_OFFICER, at=Relation.ANY),
    # Each agency in its own name; the ledger's state is for whoever may plan, wherever.
    "visit.plan": _right(*_COMMANDERS, Role.OFFICER, at=Relation.PARTICIPANT),
    # Other agencies report by their platform, or by an office that enters it for them.
    "visit.report": _right(*_COMMANDERS, Role.OFFICER, Role.PLATFORM, at=Relation.SUBTREE),
    "visit.approve": _right(Role.DEPARTMENT_HEAD, at=Relation.SUBTREE, sensitive=True),
    "task.name_object": _right(*_CHIEFS, Role.OFFICER, at=Relation.PARTICIPANT),
}
_FIELD: Final = (Role.OFFICER,)
_SENDERS: Final = (Role.COMMAND_CENTER, Role.DEPARTMENT_HEAD)
_CAMPAIGNS: Final[Mapping[str, Right]] = {
    "campaign.read": _right(*_READERS, at=Relation.ANY),
    # Whoever organises it, in its own name.
    "campaign.draft": _right(*_COMMANDERS, at=Relation.OWN),
    # Issued, summed up and called off by a person who answers for it.
    "campaign.issue": _right(*_HEADS, at=Relation.OWN, sensitive=True),
    "campaign.lead": _right(*_COMMANDERS, at=Relation.OWN),
    # The organiser, or a division that takes part for its own enterprises and people.
    "campaign.target": _right(*_COMMANDERS, at=Relation.PARTICIPANT),
    "campaign_team.form": _right(*_COMMANDERS, at=Relation.PARTICIPANT),
    "campaign_group.lead": _right(*_COMMANDERS, at=Relation.OWN),
    "campaign_group.work": _right(*_COMMANDERS, Role.OFFICER, at=Relation.PARTICIPANT),
    "campaign_group.answer": _right(*_HEADS, at=Relation.PARTICIPANT),
}
_LEADS: Final[Mapping[str, Right]] = {
    "lead.read": _right(*_READERS, Role.DISCIPLINE_OFFICER, at=Relation.ANY),
    # Towards the division that received it: whose complaint or report is behind a lead.
    "lead.read_source": _right(
        Role.DEPARTMENT_HEAD,
        Role.PETITION_CLERK,
        Role.AUDITOR,
        Role.DISCIPLINE_OFFICER,
        at=Relation.SUBTREE,
        sensitive=True,
    ),
    "lead.enter": _right(
        *_STAFF,
        Role.GRID_LEAD,
        Role.GRID_OFFICER,
        Role.DISCIPLINE_OFFICER,
        Role.PLATFORM,
        at=Relation.SUBTREE,
    ),
    "lead.grade": _right(*_CHIEFS, at=Relation.SUBTREE),
    "lead.merge": _right(*_CHIEFS, at=Relation.SUBTREE),
    "lead.assign": _right(*_CHIEFS, at=Relation.SUBTREE),
    # The division it is offered to, in its own name.
    "lead.answer": _right(*_CHIEFS, Role.OFFICER, at=Relation.OWN),
    "lead.hand_on": _right(*_CHIEFS, at=Relation.SUBTREE),
    "lead.verify": _right(*_CHIEFS, Role.OFFICER, at=Relation.SUBTREE),
    "lead.close": _right(*_CHIEFS, at=Relation.SUBTREE),
    "air_analysis.read": _right(*_READERS, at=Relation.ANY),
    "air_analysis.write": _right(*_CHIEFS, Role.OFFICER, at=Relation.SUBTREE),
    "survey.read": _right(*_READERS, at=Relation.ANY),
    "survey.ask": _right(*_CHIEFS, Role.OFFICER, at=Relation.SUBTREE),
    # Whose means were asked, or the platform that has them.
    "survey.answer": _right(*_CHIEFS, Role.OFFICER, Role.PLATFORM, at=Relation.SUBTREE),
}
_DRAWS: Final[Mapping[str, Right]] = {
    # That a draw was made, by whom and with which hashes; what was drawn is for who is named in it.
    "draw.read": _right(*_READERS, Role.DISCIPLINE_OFFICER, at=Relation.ANY),
    "draw.configure": _right(*_CHIEFS, at=Relation.SUBTREE),
    # Commit and freeze are two people's; all steps are for who may ask `regions` for officers.
    "draw.commit": _right(*_COMMANDERS, at=Relation.SUBTREE, sensitive=True),
    "draw.freeze": _right(*_COMMANDERS, at=Relation.SUBTREE, sensitive=True),
    "draw.reveal": _right(*_COMMANDERS, at=Relation.SUBTREE, sensitive=True),
    "draw.staff": _right(*_COMMANDERS, at=Relation.SUBTREE, sensitive=True),
    "draw.abort": _right(*_COMMANDERS, at=Relation.SUBTREE, sensitive=True),
    "draw.read_list": _right(*_READERS, at=Relation.ANY, sensitive=True),
    # Towards the superior that an object without two officers was sent up to.
    "draw.assign": _right(Role.DEPARTMENT_HEAD, at=Relation.SUBTREE, sensitive=True),
    # Beyond this, the officers of the check, or who may publish.
    "draw.report": _right(*_CHIEFS, Role.OFFICER, at=Relation.PARTICIPANT),
    "draw.publish": _right(*_CHIEFS, at=Relation.SUBTREE),
    "draw.read_file": _right(*_READERS, Role.DISCIPLINE_OFFICER, at=Relation.ANY, sensitive=True),
    # The file while the list is secret.
    "draw.read_sealed": _right(Role.DISCIPLINE_OFFICER, at=Relation.SUBTREE, sensitive=True),
    "draw.follow_up": _right(*_CHIEFS, Role.AUDITOR, Role.DISCIPLINE_OFFICER, at=Relation.SUBTREE),
    # One or the other of the two below, by what it is.
    "draw.report_follow_up": _right(
        *_CHIEFS, Role.AUDITOR, Role.DISCIPLINE_OFFICER, Role.OFFICER, at=Relation.SUBTREE
    ),
    "draw.look_back": _right(*_CHIEFS, Role.AUDITOR, Role.OFFICER, at=Relation.SUBTREE),
    "draw.call_back": _right(Role.AUDITOR, Role.DISCIPLINE_OFFICER, at=Relation.SUBTREE),
}
_DISPATCH: Final = {
    "task.read": _right(*_READERS, at=Relation.ANY),
    "task.dispatch": _right(*_SENDERS, at=Relation.SUBTREE, sensitive=True),
    "task.withdraw": _right(*_SENDERS, at=Relation.SUBTREE, sensitive=True),
    "task.reassign": _right(*_SENDERS, at=Relation.SUBTREE, sensitive=True),
    "task.hand_over": _right(*_SENDERS, at=Relation.SUBTREE, sensitive=True),
    "task.seal": _right(*_SENDERS, at=Relation.SUBTREE, sensitive=True),
    "task.decide_extension": _right(*_SENDERS, at=Relation.SUBTREE),
    # A recusal is decided by the organ's head (行政处罚法 art. 43).
    "task.decide_recusal": _right(Role.DEPARTMENT_HEAD, at=Relation.SUBTREE, sensitive=True),
    # Which tasks a complaint is behind; the field is not told.
    "task.read_origin": _right(
        *_SENDERS,
        Role.COUNTY_LEADER_IN_CHARGE,
        Role.PETITION_CLERK,
        Role.AUDITOR,
        Role.PLATFORM,
        at=Relation.PARTICIPANT,
    ),
    "task.ask_recusal": _right(*_FIELD, *_SENDERS, at=Relation.PARTICIPANT),
    # Beyond these, only the members of the task's team.
    "task.open": _right(*_FIELD, at=Relation.PARTICIPANT, sensitive=True),
    "task.ask_extension": _right(*_FIELD, at=Relation.PARTICIPANT),
    "task.accept": _right(*_FIELD, at=Relation.PARTICIPANT),
    "task.return": _right(*_FIELD, at=Relation.PARTICIPANT),
    "task.complete": _right(*_FIELD, at=Relation.PARTICIPANT),
}
_ORDERS: Final[Mapping[str, Right]] = {
    "task_order.read": _right(*_READERS, at=Relation.ANY),
    # In the orderer's own name; what is ordered lies below, or takes part in the campaign.
    "task_order.send": _right(*_SENDERS, at=Relation.OWN, sensitive=True),
    "task_order.stop": _right(*_SENDERS, at=Relation.OWN, sensitive=True),
}
_EVIDENCE: Final = {
    "evidence.add": _right(*_FIELD, at=Relation.PARTICIPANT, sensitive=True),
    "evidence.read": _right(
        *_FIELD,
        *_SENDERS,
        Role.LEGAL_REVIEWER,
        Role.AUDITOR,
        at=Relation.PARTICIPANT,
        sensitive=True,
    ),
}
_INSPECTIONS: Final = {
    "inspection.read": _right(*_READERS, at=Relation.ANY),
    "inspection.start": _right(*_FIELD, at=Relation.PARTICIPANT),
    "inspection.carry_out": _right(*_FIELD, at=Relation.PARTICIPANT),
    # From behind, of a party or of the place; never of the team.
    "inspection.supervise": _right(*_SENDERS, at=Relation.PARTICIPANT),
    "inspection.approve_turn": _right(Role.DEPARTMENT_HEAD, at=Relation.SUBTREE, sensitive=True),
    # Whoever is shown a code may ask whose act it is.
    "inspection.verify_code": _right(*_READERS, Role.DISCIPLINE_OFFICER, at=Relation.ANY),
    "special_check.read": _right(*_READERS, at=Relation.ANY),
    "special_check.manage": _right(*_SENDERS, at=Relation.SUBTREE, sensitive=True),
    "recorder.read": _right(*_READERS, at=Relation.ANY),
    "recorder.assign": _right(*_SENDERS, at=Relation.SUBTREE),
}
_PROBLEMS: Final = {
    "problem.read": _right(*_READERS, at=Relation.ANY),
    "problem.find": _right(*_FIELD, at=Relation.PARTICIPANT),
    # The place of the act sees to its rectification (行政处罚法 art. 22).
    "problem.assign": _right(*_FIELD, Role.DEPARTMENT_HEAD, at=Relation.SUBTREE),
    "problem.rectify": _right(*_FIELD, Role.DEPARTMENT_HEAD, at=Relation.SUBTREE),
    "problem.submit": _right(*_FIELD, Role.DEPARTMENT_HEAD, at=Relation.SUBTREE),
    "problem.verify": _right(*_FIELD, at=Relation.PARTICIPANT),
    "problem.approve": _right(Role.DEPARTMENT_HEAD, at=Relation.SUBTREE, sensitive=True),
    "problem.publish": _right(*_SENDERS, at=Relation.SUBTREE),
    "problem.close": _right(*_SENDERS, at=Relation.SUBTREE),
    # Towards a row, the right to the step that would otherwise come next.
    "problem.reject": _right(*_FIELD, *_SENDERS, at=Relation.PARTICIPANT),
    # More time: asked for at the place, granted by a head who did not ask.
    "problem.ask_extension": _right(*_FIELD, Role.DEPARTMENT_HEAD, at=Relation.SUBTREE),
    "problem.decide_extension": _right(Role.DEPARTMENT_HEAD, at=Relation.SUBTREE, sensitive=True),
    "problem.enlist": _right(*_SENDERS, at=Relation.SUBTREE),
    # Approving and filing what stands on a list is asked of the level that keeps it.
    "problem.file_closing": _right(*_SENDERS, at=Relation.SUBTREE),
    # 五步三清单. Telling and asking for demands is for members of the team.
    "problem.tell": _right(*_FIELD, at=Relation.PARTICIPANT),
    "service_demand.state": _right(*_FIELD, at=Relation.PARTICIPANT),
    "service_demand.serve": _right(*_FIELD, *_SENDERS, at=Relation.SUBTREE),
    "problem.name_offices": _right(*_SENDERS, at=Relation.SUBTREE),
    "problem.punish": _right(*_FIELD, Role.DEPARTMENT_HEAD, at=Relation.SUBTREE, sensitive=True),
    "problem.publicise": _right(*_SENDERS, at=Relation.SUBTREE, sensitive=True),
    # Looking back: who draws sends others; who was sent says what was seen.
    "look_back.draw": _right(*_SENDERS, Role.AUDITOR, at=Relation.SUBTREE),
    "look_back.report": _right(*_FIELD, Role.AUDITOR, at=Relation.ANY),
}

_CLERK: Final = Role.PETITION_CLERK
_LEADERS: Final = (Role.COUNTY_LEADER_IN_CHARGE, Role.DEPARTMENT_HEAD)
_PETITIONS: Final = {
    "petition.read": _right(*_READERS, at=Relation.ANY),
    "petition.register": _right(_CLERK, Role.PLATFORM, at=Relation.SUBTREE),
    "petition.reveal": _right(
        _CLERK, Role.OFFICER, Role.AUDITOR, at=Relation.SUBTREE, sensitive=True
    ),
    "petition.transfer": _right(_CLERK, at=Relation.OWN),
    "petition.assign": _right(_CLERK, at=Relation.OWN),
    "petition.object": _right(_CLERK, at=Relation.OWN),
    "petition.accept_objection": _right(_CLERK, at=Relation.OWN),
    "petition.reject_objection": _right(_CLERK, at=Relation.OWN),
    "petition.accept": _right(_CLERK, at=Relation.OWN),
    "petition.refuse": _right(_CLERK, at=Relation.OWN),
    "petition.start": _right(Role.OFFICER, at=Relation.OWN),
    "petition.extend": _right(Role.DEPARTMENT_HEAD, at=Relation.OWN),
    "petition.reply": _right(Role.OFFICER, at=Relation.OWN),
    "petition.file": _right(_CLERK, at=Relation.SUBTREE),
    # What is half entered is the office's own; its superiors have received nothing yet.
    "petition.draft": _right(_CLERK, at=Relation.OWN, sensitive=True),
    "petition.name_parties": _right(_CLERK, at=Relation.SUBTREE, sensitive=True),
    "petition.reclassify": _right(_CLERK, at=Relation.OWN),
    "petition.ask_back": _right(_CLERK, Role.OFFICER, at=Relation.OWN),
    "petition.supplement": _right(_CLERK, Role.OFFICER, at=Relation.OWN),
    "petition.request_extension": _right(Role.OFFICER, at=Relation.OWN),
    "petition.refuse_extension": _right(Role.DEPARTMENT_HEAD, at=Relation.OWN),
    "petition.name_handler": _right(Role.DEPARTMENT_HEAD, at=Relation.OWN),
    "petition.hand_over": _right(Role.OFFICER, Role.DEPARTMENT_HEAD, at=Relation.OWN),
    "petition.mark_urgent": _right(_CLERK, at=Relation.SUBTREE),
    "petition.acknowledge_urgent": _right(*_CHIEFS, _CLERK, at=Relation.OWN),
    "petition.serve": _right(_CLERK, at=Relation.OWN),
    "petition.merge": _right(_CLERK, at=Relation.SUBTREE),
    "petition.issue_code": _right(_CLERK, at=Relation.SUBTREE, sensitive=True),
    # Which of several bodies accepts (信访工作条例 art. 24).
    "petition.competence": _right(_CLERK, at=Relation.OWN),
    "competence.answer": _right(_CLERK, at=Relation.OWN),
    "competence.decide": _right(_CLERK, Role.DEPARTMENT_HEAD, at=Relation.OWN),
    "competence.meet": _right(_CLERK, at=Relation.OWN),
    # One's own interest in the matter, or as who orders it (art. 28).
    "recusal.declare": _right(*_STAFF, at=Relation.ANY, sensitive=True),
    # Whose interest it is concerns who decides, assigns and audits, not every reader.
    "recusal.read": _right(*_CHIEFS, _CLERK, Role.AUDITOR, at=Relation.ANY, sensitive=True),
    "recusal.order": _right(Role.DEPARTMENT_HEAD, at=Relation.SUBTREE, sensitive=True),
    "recusal.lift": _right(Role.DEPARTMENT_HEAD, at=Relation.SUBTREE, sensitive=True),
    "petition.ask_review": _right(_CLERK, at=Relation.SUBTREE),
    "petition.ask_re_review": _right(_CLERK, at=Relation.SUBTREE),
    "petition.give_review": _right(_CLERK, Role.LEGAL_REVIEWER, at=Relation.OWN),
    "petition.give_re_review": _right(_CLERK, Role.LEGAL_REVIEWER, at=Relation.OWN),
    "petition.hold_hearing": _right(_CLERK, Role.LEGAL_REVIEWER, at=Relation.OWN),
    "order.issue": _right(_CLERK, *_CHIEFS, at=Relation.SUBTREE, sensitive=True),
    "order.answer": _right(_CLERK, Role.OFFICER, at=Relation.OWN),
    "order.close": _right(_CLERK, *_CHIEFS, at=Relation.SUBTREE),
    "spot_check.record": _right(_CLERK, Role.AUDITOR, at=Relation.SUBTREE),
    # Figures and terms of a place are data of the system, not of any complaint.
    "profile.read": _right(*_READERS, Role.SYSTEM_ADMINISTRATOR, at=Relation.ANY),
    "profile.manage": _right(Role.SYSTEM_ADMINISTRATOR, at=Relation.SUBTREE, sensitive=True),
    "letter.read": _right(*_READERS, at=Relation.ANY),
    "letter.manage": _right(_CLERK, Role.COMMAND_CENTER, at=Relation.SUBTREE),
    "letter.answer": _right(_CLERK, Role.OFFICER, at=Relation.OWN),
    "letter.look_back": _right(_CLERK, Role.AUDITOR, Role.OFFICER, at=Relation.SUBTREE),
    "petition.call_back": _right(_CLERK, at=Relation.SUBTREE, sensitive=True),
    "petition.confirm_repeat": _right(_CLERK, at=Relation.SUBTREE),
    "escalation.read": _right(*_READERS, at=Relation.ANY),
    # A leader decides on items of the own county only (DOMAIN 2.8).
    "escalation.raise": _right(*_LEADERS, at=Relation.OWN, sensitive=True),
    "escalation.keep": _right(*_LEADERS, at=Relation.OWN, sensitive=True),
    "escalation.take_up": _right(
        Role.COMMAND_CENTER, Role.DEPARTMENT_HEAD, at=Relation.OWN, sensitive=True
    ),
    "escalation.resolve": _right(_CLERK, at=Relation.OWN),
    # Who works on the matter: the counties it lies in, and the city.
    "escalation.progress": _right(
        _CLERK, Role.OFFICER, *_LEADERS, Role.COMMAND_CENTER, at=Relation.PARTICIPANT
    ),
    "working_group.manage": _right(_CLERK, at=Relation.OWN),
    "report.read": _right(*_READERS, at=Relation.ANY),
    "report.confirm": _right(*_STAFF, at=Relation.ANY),
    "report.restate": _right(_CLERK, at=Relation.OWN),
    "import.manage": _right(_CLERK, Role.PLATFORM, at=Relation.SUBTREE, sensitive=True),
    "export.read": _right(*_READERS, at=Relation.ANY, sensitive=True),
    "statistics.read": _right(*_READERS, at=Relation.ANY),
}

RIGHTS: Final[Mapping[str, Right]] = {
    **_KERNEL,
    **_IDENTITY,
    **_REGIONS,
    **_SUCCESSION,
    **_PLACES,
    **_PEOPLE,
    **_CALENDARS,
    **_AGREEMENTS,
    **_GROUPS,
    **_ASSISTANCE,
    **_OPERATIONS,
    **_ACTIVATIONS,
    **_ROTA,
    **_DUTY,
    **_GRID,
    **_CONSULTATIONS,
    **_UNIT_AUDITS,
    **_EXCHANGES,
    **_FILE_REVIEWS,
    **_SUPERVISORS,
    **_ASSESSMENT,
    **_OVERVIEW,
    **_ENTERPRISES,
    **_CAMPAIGNS,
    **_LEADS,
    **_DRAWS,
    **_DISPATCH,
    **_ORDERS,
    **_EVIDENCE,
    **_INSPECTIONS,
    **_PROBLEMS,
    **_PETITIONS,
}


def may(
    actor: Actor, action: str, *, division: str | None = None, participants: Iterable[str] = ()
) -> bool:
    """Whether the actor holds the right towards a row of `division`; without one, towards any."""
    right = RIGHTS[action]
    if division is None:
        return actor.holds(right.roles)
    match right.relation:
        case Relation.ANY:
            return actor.holds(right.roles)
        case Relation.SUBTREE:
            return actor.holds_at(right.roles, division)
        case Relation.OWN:
            return actor.is_of(right.roles, division)
        case Relation.PARTICIPANT:
            return any(actor.holds_at(right.roles, each) for each in (division, *participants))


def require(
    actor: Actor, action: str, *, division: str | None = None, participants: Iterable[str] = ()
) -> None:
    """`Forbidden` unless the actor may."""
    if not may(actor, action, division=division, participants=participants):
        raise Forbidden(action=action)
