"""Settings of the gateway."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.routes import SERVICES


def _plain_origin(url: str) -> str:
    """Upstreams are spoken to in plain HTTP on a network of their own."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError("must be http://host:port")
    return url.rstrip("/")


Origin = Annotated[str, AfterValidator(_plain_origin)]


class GatewaySettings(BaseSettings):
    """Read once at start from `LIANDONG_*` variables; never changed after."""

    model_config = SettingsConfigDict(env_prefix="LIANDONG_", frozen=True, extra="ignore")

    issuer: str
    client_secret: SecretStr
    identity_url: Origin
    regions_url: Origin
    tasks_url: Origin
    petitions_url: Origin
    # Addresses whose X-Forwarded-For and X-Forwarded-Proto are believed.
    trusted_proxies: frozenset[str] = frozenset()
    # Requests a second that one caller may keep up, and how many at once on top.
    rate: float = Field(default=500.0, gt=0)
    burst: float = Field(default=2000.0, gt=0)
    # How long a service may take to begin, or to go on with, its answer.
    upstream_seconds: float = Field(default=30.0, gt=0)

    def origins(self) -> dict[str, tuple[str, int]]:
        """Host and port of each service."""
        urls = {name: urlsplit(getattr(self, f"{name}_url")) for name in SERVICES}
        return {name: (url.hostname or "", url.port or 80) for name, url in urls.items()}
