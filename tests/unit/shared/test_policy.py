"""The table of rights: who may, towards which row."""

import pytest

from shared.auth.actor import Actor, ActorKind, Grant, Role
from shared.auth.policy import RIGHTS, Relation, may, require
from shared.errors import Forbidden
from shared.ids import uuid7

ADMINISTRATORS = frozenset(
    {Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR}
)
# Of oneself, of published references, and of the trace.
NOT_BUSINESS = (
    "identity.",
    "account.",
    "grant.",
    "client.",
    "audit.",
    "reference.",
    "deadline.",
    "calendar.",
    "legal_basis.",
    "profile.",
    # Counts and ids of what a change of divisions moves, nothing of what it says.
    "division_change.",
    # The table of divisions itself.
    "division.",
)


def somebody(*grants: tuple[Role, str]) -> Actor:
    return Actor(uuid7(), ActorKind.ACCOUNT, "王芳", tuple(Grant(*each) for each in grants))


@pytest.mark.parametrize(
    ("scope", "division", "expected"),
    [
        ("330281", "330281", True),
        ("3302", "330281", False),  # the city's leader decides for no county
        ("330282", "330281", False),
        ("3302", "330200", True),
    ],
)
def test_own_means_exactly_the_division(scope: str, division: str, expected: bool) -> None:  # noqa: FBT001 -- a table
    assert RIGHTS["escalation.raise"].relation is Relation.OWN
    leader = somebody((Role.COUNTY_LEADER_IN_CHARGE, scope))

    assert may(leader, "escalation.raise", division=division) is expected


@pytest.mark.parametrize(
    ("scope", "expected"), [("330281", True), ("3302", True), ("33", True), ("330282", False)]
)
def test_a_subtree_is_the_division_and_its_superiors(scope: str, expected: bool) -> None:  # noqa: FBT001 -- a table
    assert RIGHTS["petition.register"].relation is Relation.SUBTREE
    clerk = somebody((Role.PETITION_CLERK, scope))

    assert may(clerk, "petition.register", division="330281") is expected


def test_a_participant_may_from_any_of_the_divisions_that_take_part() -> None:
    assert RIGHTS["inspection.carry_out"].relation is Relation.PARTICIPANT
    officer = somebody((Role.OFFICER, "330282"))

    assert not may(officer, "inspection.carry_out", division="330281")
    assert may(officer, "inspection.carry_out", division="330281", participants=["330282"])


def test_a_role_here_is_worth_nothing_there() -> None:
    """Two grants do not add up: the role of one is not valid in the scope of the other."""
    mixed = somebody((Role.PETITION_CLERK, "330281"), (Role.OFFICER, "330282"))

    assert may(mixed, "petition.register", division="330281")
    assert not may(mixed, "petition.register", division="330282")


@pytest.mark.parametrize("action", sorted(RIGHTS))
def test_without_the_role_nobody_may(action: str) -> None:
    others = [(role, "33") for role in Role if role not in RIGHTS[action].roles]

    assert not may(somebody(*others), action)
    assert not may(somebody(), action, division="330281", participants=["330281"])
    with pytest.raises(Forbidden):
        require(somebody(), action)


@pytest.mark.parametrize("action", sorted(RIGHTS))
def test_with_the_role_at_the_division_anybody_may(action: str) -> None:
    for role in RIGHTS[action].roles:
        assert may(somebody((role, "330281")), action, division="330281")


@pytest.mark.parametrize(
    "action", sorted(each for each in RIGHTS if not each.startswith(NOT_BUSINESS))
)
def test_no_administrator_sees_or_moves_business(action: str) -> None:
    assert not RIGHTS[action].roles & ADMINISTRATORS


def test_no_two_administrators_hold_the_same_right() -> None:
    for action, right in RIGHTS.items():
        if not action.startswith(("identity.", "reference.", "deadline.")):
            assert len(right.roles & ADMINISTRATORS) <= 1, action
