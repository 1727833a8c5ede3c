"""The story of the issue, played through the gateway with the tokens of the right people."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from ops import demo, principals
from ops.demo.chapters import TITLES
from tests.support.stack import WholeStack


def test_every_statement_about_the_story_holds(stack: WholeStack) -> None:
    failed = [claim for claim in stack.story if not claim.holds]

    assert failed == []


@pytest.mark.parametrize("chapter", TITLES)
def test_every_chapter_claims_something(stack: WholeStack, chapter: str) -> None:
    assert [claim for claim in stack.story if claim.chapter == chapter]


def test_the_story_is_shown_whole_and_its_command_succeeds(stack: WholeStack) -> None:
    shown = StringIO()

    assert demo.verdict(stack.story, Console(file=shown, width=400)) == 0

    assert all(claim.statement in shown.getvalue() for claim in stack.story)
    assert f"{len(stack.story)} statements, 0 do not hold" in shown.getvalue()


def test_the_command_fails_when_a_single_statement_does_not_hold(stack: WholeStack) -> None:
    first, *others = stack.story
    shown = StringIO()

    assert demo.verdict([*others, replace(first, holds=False)], Console(file=shown)) == 1

    assert "1 do not hold" in shown.getvalue()


def test_of_a_story_that_claims_nothing_the_command_does_not_say_it_holds() -> None:
    assert demo.verdict([], Console(file=StringIO())) == 1


def test_a_story_that_breaks_off_fails_and_says_where(stack: WholeStack, tmp_path: Path) -> None:
    strangers = [replace(each, password="unbekannt-0815") for each in stack.realm.accounts]
    file = tmp_path / "principals.json"
    principals.write(file, replace(stack.realm, accounts=strangers))

    claims = demo.played(replace(stack.ready, principals=str(file)))

    assert "/oauth/token -> 400" in claims[-1].seen
    assert demo.verdict(claims, Console(file=StringIO())) == 1
