"""Fixtures for all tests; each module of `tests.support` says what it offers."""

from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.support.postgres", "tests.support.stack"]

# No test asserts a time: a busy machine is no fault of the rule.
settings.register_profile(
    "no_clock", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("no_clock")

# Stacks that the modules of a folder share, and that take long to start.
SHARED: Final = ("office", "stack")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Test processes share nothing: a module is run by one, and so are all that use one stack."""
    file = item.location[0]
    fixtures = getattr(item, "fixturenames", ())
    shared = next((each for each in SHARED if each in fixtures), None)
    group = f"{Path(file).parent} {shared}" if shared else file
    item.add_marker(pytest.mark.xdist_group(group))
