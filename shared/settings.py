"""Settings every service has; each service adds its own in its config.py."""

from enum import StrEnum
from functools import cache

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(StrEnum):
    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class ClockKind(StrEnum):
    SYSTEM = "system"
    SIMULATED = "simulated"


class ServiceSettings(BaseSettings):
    """Read once at start from `LIANDONG_*` variables; never changed after."""

    model_config = SettingsConfigDict(env_prefix="LIANDONG_", frozen=True, extra="ignore")

    environment: Environment = Environment.PRODUCTION
    clock: ClockKind = ClockKind.SYSTEM
    database_url: SecretStr
    database_pool: int = 10
    issuer: str
    identity_url: str
    regions_url: str = ""
    tasks_url: str = ""
    petitions_url: str = ""
    client_secret: SecretStr
    cursor_key: SecretStr
    # How often due work is looked for, in seconds of machine time.
    job_period: float = 15.0
    # Where somebody waits for jobs: how soon they run after a change, or business time was moved.
    job_gap: float | None = None
    relay_period: float = 2.0

    def url_of(self, service: str) -> str:
        return str(getattr(self, f"{service}_url"))


class FaultSettings(BaseSettings):
    """Where a test wants this process to die; empty everywhere else."""

    model_config = SettingsConfigDict(env_prefix="LIANDONG_", frozen=True, extra="ignore")

    environment: Environment = Environment.PRODUCTION
    crashpoint: str = ""


@cache
def faults() -> FaultSettings:
    return FaultSettings()
