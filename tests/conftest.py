"""Fixtures for all tests; each module of `tests.support` says what it offers."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.support.postgres", "tests.support.stack"]

# No test asserts a time: a busy machine is no fault of the rule.
settings.register_profile(
    "no_clock", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("no_clock")
