"""Clients: their names, and the comparison of secrets."""

import hashlib
import hmac
import re
from typing import Final

from shared.errors import RuleViolation

CLIENT_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,63}")
# The edge: it alone turns access tokens into service tokens.
GATEWAY: Final = "gateway"
# The suite's own command line and console; it has no secret, and it alone may use passwords.
CLI: Final = "liandong-cli"
# 256 random bits in base64url.
SECRET_LENGTH: Final = 43


class ClientIdTaken(RuleViolation):
    code = "client_id_taken"
    zh = "客户端标识已被使用。"
    en = "The client identifier is taken."


def secret_hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def proves(secret: str | None, stored: bytes | None) -> bool:
    """Whether the secret is the client's; a public client has none and may give none."""
    if stored is None or secret is None:
        return stored is None and secret is None
    return hmac.compare_digest(secret_hash(secret), stored)
