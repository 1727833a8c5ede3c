"""Fixtures for all tests; each module of `tests.support` says what it offers."""

pytest_plugins = ["tests.support.postgres", "tests.support.stack"]
