"""Settings of the regions service."""

from functools import cache

from shared.settings import ServiceSettings


class RegionsSettings(ServiceSettings):
    """Nothing beyond what every service has."""


@cache
def settings() -> RegionsSettings:
    return RegionsSettings()
