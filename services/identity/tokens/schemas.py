"""Forms in, tokens out."""

import base64
import binascii
from typing import Final
from urllib.parse import parse_qsl, unquote_to_bytes

from pydantic import BaseModel

from services.identity.clients.domain import CLIENT_ID
from services.identity.tokens.domain import ClientProof, InvalidClient, InvalidRequest
from shared.http.body import Out

FORM_TYPE: Final = "application/x-www-form-urlencoded"
MAX_FORM: Final = 16 * 1024
MAX_FIELDS: Final = 32


class TokenOut(Out):
    """RFC 6749 section 5.1, RFC 8693 section 2.2.1."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105  the type's name
    expires_in: int
    refresh_token: str | None = None
    issued_token_type: str | None = None


class ErrorOut(BaseModel):
    """RFC 6749 section 5.2."""

    error: str
    error_description: str


class MetadataOut(BaseModel):
    """RFC 8414."""

    issuer: str
    token_endpoint: str
    revocation_endpoint: str
    jwks_uri: str
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_methods_supported: list[str]
    response_types_supported: list[str]


class JwksOut(BaseModel):
    """RFC 7517."""

    keys: list[dict[str, str]]


class Form:
    """Parameters of a request; without a value means not there (RFC 6749 section 3.2)."""

    def __init__(self, fields: dict[str, str]) -> None:
        self._fields = fields

    def get(self, name: str) -> str | None:
        return self._fields.get(name)

    def require(self, name: str) -> str:
        if name not in self._fields:
            raise InvalidRequest(reason=name)
        return self._fields[name]


def read_form(content_type: str, body: bytes) -> Form:
    """The form in a request's body; InvalidRequest if it is not exactly one."""
    if content_type.partition(";")[0].strip().lower() != FORM_TYPE:
        raise InvalidRequest(reason="content type")
    if len(body) > MAX_FORM:
        raise InvalidRequest(reason="length")
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise InvalidRequest(reason="form") from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise InvalidRequest(reason="repeated parameter")
    if not all(value.isprintable() for value in fields.values()):
        raise InvalidRequest(reason="unprintable text")
    return Form({name: value for name, value in fields.items() if value})


def read_client(authorization: str | None, form: Form) -> ClientProof:
    """The client's proof from HTTP Basic or the form, not both (RFC 6749 section 2.3)."""
    in_form = form.get("client_id")
    if authorization is None:
        if in_form is None:
            raise InvalidClient(reason="none")
        return _known_form(in_form, form.get("client_secret"))
    proof = _known_form(*_basic(authorization))
    if form.get("client_secret") is not None or in_form not in {None, proof.client_id}:
        raise InvalidRequest(reason="two clients")
    return proof


def _known_form(client_id: str, secret: str | None) -> ClientProof:
    if CLIENT_ID.fullmatch(client_id) is None:
        raise InvalidClient(reason="client_id")
    return ClientProof(client_id, secret)


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient(reason="scheme")
    try:
        raw = base64.b64decode(value.strip(), validate=True)
        client_id, _, secret = raw.partition(b":")
        return unquote_to_bytes(client_id).decode(), unquote_to_bytes(secret).decode()
    except (binascii.Error, ValueError):
        raise InvalidClient(reason="credentials") from None
