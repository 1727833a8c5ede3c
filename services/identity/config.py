"""Settings of this service."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, SecretStr

from shared.settings import ServiceSettings


class IdentitySettings(ServiceSettings):
    key_encryption_secret: Annotated[SecretStr, Field(min_length=16)]
    # By process: gateway, regions, tasks, petitions.
    service_secrets: Mapping[str, SecretStr]
    # Whose X-Forwarded-For is believed: the gateway's address.
    trusted_proxies: frozenset[str] = frozenset({"127.0.0.1", "::1"})
