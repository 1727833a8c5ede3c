"""Ratios compare slices of one round, whatever the machine did in another."""

import hashlib
import os
import time

import pytest

from bench import cpu
from bench.rounds import Fired, Kind, Line, Ratio, Rounds, Variant, lines


def rates(name: str, *per_round: int, log: list[str] | None = None) -> Variant:
    """A variant with a known rate in each round; the first is the one that does not count."""
    left = iter((1, *per_round))

    def fire(_: int) -> Fired:
        if log is not None:
            log.append(name)
        return Fired(next(left), 1.0)

    return Variant(name, fire)


def compared(*variants: Variant, kind: Kind = Kind.RATE) -> dict[str, Line]:
    rounds = Rounds(count=3, seconds=1).run(variants)
    return {
        line.name: line
        for line in lines(rounds, variants, references=(variants[0].name,), kind=kind)
    }


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.rounds.PAUSE", 0.0)


def test_a_disturbed_round_disturbs_both() -> None:
    found = compared(rates("plain", 100, 10, 100), rates("ours", 50, 5, 50))
    assert found["ours"].ratios["plain"] == Ratio(0.5, 0.5, 0.5)
    assert found["ours"].rate == 50


def test_a_ratio_of_times_is_that_of_rates_upside_down() -> None:
    found = compared(rates("plain", 100, 100, 100), rates("ours", 50, 50, 50), kind=Kind.TIME)
    assert found["ours"].ratios["plain"].median == 2


def test_quartiles_lie_around_the_median() -> None:
    found = compared(rates("plain", 10, 10, 10), rates("ours", 2, 4, 8))
    ratio = found["ours"].ratios["plain"]
    assert (ratio.median, ratio.low, ratio.high) == pytest.approx((0.4, 0.3, 0.6))


def test_the_order_rotates() -> None:
    log: list[str] = []
    compared(*(rates(name, 1, 1, 1, log=log) for name in "abc"))
    assert "".join(log[3:]) == "abc" + "bca" + "cab"


def test_reaped_children_count_for_their_parent() -> None:
    before = cpu.seconds(os.getpid())
    child = os.fork()
    if child == 0:
        until = time.process_time() + 0.3
        while time.process_time() < until:
            hashlib.sha256(bytes(10_000)).digest()
        os._exit(0)
    os.waitpid(child, 0)
    assert cpu.seconds(os.getpid()) - before >= 0.2
