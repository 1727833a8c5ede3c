"""Marks of named people stand in `visible_to` and are in nobody's territory."""

from uuid import uuid4

from shared import divisions
from shared.auth import marks
from shared.auth.actor import Actor, ActorKind, Grant, Role
from shared.http.access import context_of


def somebody(*grants: Grant) -> Actor:
    return Actor(id=uuid4(), kind=ActorKind.ACCOUNT, name="x", grants=grants)


def test_a_caller_answers_to_its_own_mark_and_to_those_of_the_bureaus_it_heads() -> None:
    officer = somebody(Grant(Role.OFFICER, "330281"))
    head = somebody(Grant(Role.DEPARTMENT_HEAD, "3302"), Grant(Role.OFFICER, "330281"))

    assert marks.of(officer) == (marks.person(officer.id),)
    assert marks.of(head) == (marks.person(head.id), marks.head_of("330200"))
    assert marks.head_of("330281") not in marks.of(head)


def test_the_database_hears_of_places_and_of_marks() -> None:
    head = somebody(Grant(Role.DEPARTMENT_HEAD, "3302"))

    assert set(context_of(head).scopes) == {"3302", *marks.of(head)}


def test_a_mark_has_no_superiors() -> None:
    mark = marks.person(uuid4())

    assert divisions.visibility([mark]) == [mark]
    assert divisions.visibility([mark, "330281"]) == sorted([mark, "33", "3302", "330281"])
