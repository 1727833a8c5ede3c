"""Fixtures for all tests; each module of `tests.support` says what it offers."""

from typing import Final

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.support.postgres", "tests.support.stack"]

# No test asserts a time: a busy machine is no fault of the rule.
settings.register_profile(
    "no_clock", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("no_clock")

# Stacks that many modules share; the tests of one go to one process.
SHARED: Final = ("office", "stack")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Test processes share nothing: a module is run by one, and so are all that use one stack."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        group = next((each for each in SHARED if each in fixtures), item.location[0])
        item.add_marker(pytest.mark.xdist_group(group))
