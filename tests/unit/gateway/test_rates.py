"""A bucket for each caller."""

import pytest

from gateway import rates
from gateway.rates import OverRate, Rates


class Watch:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_a_burst_is_served_and_then_the_rate(watch: Watch) -> None:
    bucket = Rates(rate=2, burst=5, monotonic=watch)
    for _ in range(5):
        bucket.take("a")
    with pytest.raises(OverRate) as refusal:
        bucket.take("a")
    assert refusal.value.headers["Retry-After"] == "1"
    watch.seconds += 1
    bucket.take("a")
    bucket.take("a")
    with pytest.raises(OverRate):
        bucket.take("a")


def test_callers_do_not_share(watch: Watch) -> None:
    bucket = Rates(rate=1, burst=1, monotonic=watch)
    bucket.take("a")
    bucket.take("b")
    with pytest.raises(OverRate):
        bucket.take("a")


def test_a_refusal_does_not_cost(watch: Watch) -> None:
    bucket = Rates(rate=0.1, burst=1, monotonic=watch)
    bucket.take("a")
    with pytest.raises(OverRate) as refusal:
        bucket.take("a")
    assert refusal.value.wait == 10
    watch.seconds += 10
    bucket.take("a")


def test_full_buckets_are_forgotten_first(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "REMEMBERED", 3)
    bucket = Rates(rate=1, burst=2, monotonic=watch)
    bucket.take("old")
    watch.seconds += 5
    for caller in ("a", "a", "b", "c"):
        bucket.take(caller)
    with pytest.raises(OverRate):
        bucket.take("a")
