"""Codes by which citizens follow a case, what they see, and how guessing gets slow."""

from datetime import timedelta
from itertools import count

import pytest

from gateway.routes import route_of
from services.petitions.follow.domain import PUBLIC, WORDS, Status, delay, subjects
from services.petitions.intake.domain import State
from services.petitions.intake.use_cases.follow_codes import ALPHABET, FAIR, LENGTH, FollowCodes
from services.petitions.vault.use_cases import VaultKeys

KEYS = VaultKeys(seal=b"s" * 32, lookup=b"l" * 32)


def test_every_state_has_public_words_that_name_no_unit() -> None:
    assert set(PUBLIC) == set(State)
    assert set(PUBLIC.values()) == set(WORDS) == set(Status)
    # Who has the papers, and who objects to having them, is the offices' own matter.
    routed = {State.TRANSFERRED, State.ASSIGNED, State.OBJECTED}
    assert {PUBLIC[each] for each in routed} == {Status.ROUTED}


def test_no_character_of_a_code_is_taken_for_another() -> None:
    assert not set(ALPHABET) & set("0O1IL2ZS5B8UVAEaeiou") - {"Z"}
    assert len(set(ALPHABET)) == len(ALPHABET)


def test_a_code_comes_of_the_random_source_and_each_character_alike() -> None:
    numbers = count()
    codes = FollowCodes.of(KEYS)
    drawn = FollowCodes(codes.key, lambda size: bytes(next(numbers) % 256 for _ in range(size)))
    text = "".join(drawn.new() for _ in range(64))
    assert set(text) == set(ALPHABET)
    assert FAIR % len(ALPHABET) == 0
    assert len(codes.new()) == LENGTH
    assert codes.new() != codes.new()


def test_a_code_is_known_however_it_is_typed_and_only_under_its_key() -> None:
    codes = FollowCodes.of(KEYS)
    assert codes.hash("34679-cdfgh") == codes.hash(" 34679 CDFGH")
    other = FollowCodes.of(VaultKeys(seal=b"s" * 32, lookup=b"m" * 32))
    assert codes.hash("34679CDFGH") != other.hash("34679CDFGH")


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (5, 0), (6, 2), (7, 4), (14, 512), (15, 900), (10_000, 900)]
)
def test_each_guess_beyond_the_free_ones_doubles_the_wait(failures: int, seconds: int) -> None:
    assert delay(failures, free=5, longest=timedelta(minutes=15)) == timedelta(seconds=seconds)


def test_guesses_are_counted_for_number_source_and_both() -> None:
    pair, source, number = subjects("n", "a")
    assert len({pair.key, source.key, number.key}) == 3
    assert [each.only_guessers for each in (pair, source, number)] == [False, False, True]
    assert subjects("n", "b")[2].key == number.key


def test_the_gateway_lets_a_citizen_through_without_a_token() -> None:
    route = route_of(b"/api/v1/petition-status")
    assert route is not None
    assert (route.service, route.public) == ("petitions", True)
    imports = route_of(b"/api/v1/petitions-imports")
    assert imports is not None
    assert not imports.public
