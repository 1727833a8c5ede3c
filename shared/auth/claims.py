"""What our tokens say, and the reading of it: JSON in, typed values out, no key involved.

Two types exist. The access token (aud `gateway`) names a login session and carries no rights; the
service token (aud one service) carries the actor and the rights valid when it was made.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from shared.auth.actor import ActorKind, Grant, Role
from shared.errors import Unauthenticated

MAX_CHAIN: Final = 4
# How far the issuer's clock may run ahead of ours, in seconds.
LEEWAY: Final = 5


class InvalidToken(Unauthenticated):
    """The one answer to every token that is not exactly right; `reason` is for the log only."""


class TokenType(StrEnum):
    """The `typ` header."""

    ACCESS = "at+jwt"
    SERVICE = "st+jwt"


# Longest life a token may claim, in seconds.
MAX_TTL: Final = {TokenType.ACCESS: 600, TokenType.SERVICE: 60}


@dataclass(frozen=True, slots=True)
class Claims:
    """A verified token's content; instants are seconds since the epoch.

    `client_id` is an access token's; `kind`, `name`, `grants`, `via` and `reads` a service token's.
    `via` lists the services that acted for the subject, nearest first (RFC 8693 `act`).
    """

    issuer: str
    audience: str
    subject: UUID
    token_id: UUID
    issued_at: int
    expires_at: int
    session_id: UUID | None = None
    client_id: str | None = None
    kind: ActorKind | None = None
    name: str = ""
    grants: tuple[Grant, ...] = ()
    via: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()

    def body(self, typ: TokenType) -> dict[str, Any]:
        """The claims set as it stands in a token of this type."""
        common = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": str(self.subject),
            "jti": str(self.token_id),
            "iat": self.issued_at,
            "exp": self.expires_at,
            "sid": str(self.session_id) if self.session_id else None,
        }
        if typ is TokenType.ACCESS:
            return common | {"client_id": self.client_id}
        grants = [[grant.role.value, grant.scope] for grant in self.grants]
        actor = {"kind": self.kind, "name": self.name, "grants": grants}
        reads = {"reads": [*self.reads]} if self.reads else {}
        return common | actor | reads | ({"act": _act(self.via)} if self.via else {})


def read_object(raw: bytes) -> dict[str, Any]:
    """A JSON object; duplicate names, floats, NaN and anything that is not UTF-8 are refused."""
    value = json.loads(
        raw.decode("utf-8"),
        object_pairs_hook=_without_doubles,
        parse_float=_refuse_number,
        parse_constant=_refuse_number,
    )
    if not isinstance(value, dict):
        raise InvalidToken(reason="not an object")
    return value


def read_claims(body: dict[str, Any], typ: TokenType) -> Claims:
    """The claims set of a token of this type; InvalidToken if anything is absent or off type."""
    grants = body["grants"] if typ is TokenType.SERVICE else []
    session = body["sid"]
    return Claims(
        issuer=_text(body["iss"]),
        audience=_text(body["aud"]),
        subject=_uuid(body["sub"]),
        token_id=_uuid(body["jti"]),
        issued_at=_integer(body["iat"]),
        expires_at=_integer(body["exp"]),
        session_id=None if session is None and typ is TokenType.SERVICE else _uuid(session),
        client_id=_text(body["client_id"]) if typ is TokenType.ACCESS else None,
        kind=ActorKind(_text(body["kind"])) if typ is TokenType.SERVICE else None,
        name=_text(body["name"]) if typ is TokenType.SERVICE else "",
        grants=tuple(Grant(Role(_text(role)), _text(scope)) for role, scope in grants),
        via=_chain(body.get("act")),
        reads=tuple(map(_text, body.get("reads", ()))) if typ is TokenType.SERVICE else (),
    )


def check_times(body: dict[str, Any], claims: Claims, *, max_ttl: int, now: float) -> None:
    """Alive now, made in the past, and not claiming a longer life than its type has."""
    if not 0 < claims.expires_at - claims.issued_at <= max_ttl:
        raise InvalidToken(reason="ttl")
    if claims.issued_at > now + LEEWAY or _integer(body.get("nbf", 0)) > now + LEEWAY:
        raise InvalidToken(reason="not yet valid")
    if claims.expires_at <= now:
        raise InvalidToken(reason="expired")


def _act(via: tuple[str, ...]) -> dict[str, Any]:
    nearest, *further = via
    return {"sub": nearest} | ({"act": _act(tuple(further))} if further else {})


def _chain(act: Any) -> tuple[str, ...]:  # noqa: ANN401  whatever the JSON held
    names: list[str] = []
    while act is not None:
        names.append(_text(act["sub"]))
        act = act.get("act")
        if len(names) > MAX_CHAIN:
            raise InvalidToken(reason="chain")
    return tuple(names)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) < len(pairs):
        raise InvalidToken(reason="duplicate name")
    return names


def _refuse_number(_: str) -> Any:  # noqa: ANN401  json's hook is untyped
    raise InvalidToken(reason="not an integer")


def _integer(value: Any) -> int:  # noqa: ANN401  whatever the JSON held
    if type(value) is not int or value < 0:  # a bool is an int, but not an instant
        raise InvalidToken(reason="not an instant")
    return value


def _text(value: Any) -> str:  # noqa: ANN401  whatever the JSON held
    if not isinstance(value, str) or not value:
        raise InvalidToken(reason="not a text")
    return value


def _uuid(value: Any) -> UUID:  # noqa: ANN401  whatever the JSON held
    parsed = UUID(_text(value))
    if str(parsed) != value:
        raise InvalidToken(reason="not canonical")
    return parsed
