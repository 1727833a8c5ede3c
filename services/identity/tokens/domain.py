"""The token endpoint's words: grant types, token types, and its errors (RFC 6749 section 5.2)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from shared.auth.claims import MAX_CHAIN
from shared.errors import MalformedRequest, Unauthenticated


class GrantType(StrEnum):
    PASSWORD = "password"  # noqa: S105  the grant's name
    REFRESH_TOKEN = "refresh_token"  # noqa: S105  the grant's name
    CLIENT_CREDENTIALS = "client_credentials"
    TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105  RFC 8693


ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105  RFC 8693
JWT: Final = "urn:ietf:params:oauth:token-type:jwt"
# The audience of access tokens: nobody else takes them.
EDGE: Final = "gateway"


@dataclass(frozen=True, slots=True)
class ClientProof:
    """What a client says it is; a public client has no secret to say."""

    client_id: str
    secret: str | None


@dataclass(frozen=True, slots=True)
class Issued:
    """A token as its caller gets it; `expires_in` is in seconds."""

    access_token: str
    expires_in: int
    refresh_token: str | None = None
    issued_token_type: str | None = None


class OAuthError(MalformedRequest):
    """An answer of the token endpoint: `error` for machines, a sentence for people.

    Client libraries know this form, so /oauth/* answers it instead of a problem document.
    """

    error: ClassVar[str] = "invalid_request"
    en = "The request is malformed: {reason}"


class InvalidRequest(OAuthError):
    pass


class InvalidClient(OAuthError, Unauthenticated):
    error = "invalid_client"
    en = "The client could not be authenticated."


class InvalidGrant(OAuthError):
    """One answer for unknown, wrong, expired, used, disabled and barred."""

    error = "invalid_grant"
    en = "The credentials or the token are not valid, or guesses came too fast."


class UnauthorizedClient(OAuthError):
    error = "unauthorized_client"
    en = "This client may not use this grant type."


class UnsupportedGrantType(OAuthError):
    error = "unsupported_grant_type"
    en = "The grant type is not known."


class InvalidTarget(OAuthError):
    """RFC 8693 section 2.2.2."""

    error = "invalid_target"
    en = "The audience is not known or not for this client."


def longer_chain(via: tuple[str, ...], client_id: str) -> tuple[str, ...]:
    """The chain with the client that now acts for the subject, nearest first."""
    chain = (client_id, *via)
    if len(chain) > MAX_CHAIN:
        raise InvalidRequest(reason="act chain")
    return chain
