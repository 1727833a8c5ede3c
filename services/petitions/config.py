"""Settings of the petitions service."""

from functools import cache

from pydantic import SecretStr

from shared.settings import ServiceSettings


class PetitionsSettings(ServiceSettings):
    # Two keys on purpose: who can look a person up can still not read anybody.
    vault_key: SecretStr
    vault_lookup_key: SecretStr


@cache
def settings() -> PetitionsSettings:
    return PetitionsSettings()
