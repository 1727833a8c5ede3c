"""Settings of the petitions service."""

from functools import cache

from pydantic import SecretStr

from services.petitions.vault.use_cases import VaultKeys
from shared.settings import ServiceSettings


class PetitionsSettings(ServiceSettings):
    # Two keys on purpose: who can look a person up can still not read anybody.
    vault_key: SecretStr
    vault_lookup_key: SecretStr
    # Whose word on where a guess comes from is believed.
    trusted_proxies: frozenset[str] = frozenset({"127.0.0.1", "::1"})


@cache
def settings() -> PetitionsSettings:
    return PetitionsSettings()


def vault_keys(loaded: PetitionsSettings) -> VaultKeys:
    return VaultKeys(
        seal=loaded.vault_key.get_secret_value().encode(),
        lookup=loaded.vault_lookup_key.get_secret_value().encode(),
    )
