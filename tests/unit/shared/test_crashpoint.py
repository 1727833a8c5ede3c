"""A crash point kills a test's process, and no other."""

import os
from collections.abc import Iterator

import pytest

from shared.crashpoint import crashpoint
from shared.settings import faults


class Died(BaseException):
    pass


@pytest.fixture(autouse=True)
def _death(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def die(_: int) -> None:
        raise Died

    monkeypatch.setattr(os, "_exit", die)
    faults.cache_clear()
    yield
    faults.cache_clear()


def test_it_dies_where_the_test_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANDONG_ENVIRONMENT", "test")
    monkeypatch.setenv("LIANDONG_CRASHPOINT", "relay.claimed")

    crashpoint("relay.delivered")
    with pytest.raises(Died):
        crashpoint("relay.claimed")


@pytest.mark.parametrize("environment", ["production", "demo", None])
def test_it_is_nothing_outside_tests(
    monkeypatch: pytest.MonkeyPatch, environment: str | None
) -> None:
    monkeypatch.delenv("LIANDONG_ENVIRONMENT", raising=False)
    if environment is not None:
        monkeypatch.setenv("LIANDONG_ENVIRONMENT", environment)
    monkeypatch.setenv("LIANDONG_CRASHPOINT", "relay.claimed")

    crashpoint("relay.claimed")
