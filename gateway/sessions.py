"""Who is calling: access tokens verified once and remembered, swapped for service tokens."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from shared.auth.tokens import KeyRing, TokenType, Verifier
from shared.clock import machine_time
from shared.http.identity import IdentityTokens, digest

AUDIENCE: Final = "gateway"
REMEMBERED: Final = 20_000

FetchKeys = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Session:
    """A verified access token, known by its digest; `expires_at` in seconds since the epoch."""

    subject: str
    digest: bytes
    expires_at: float


class Sessions:
    """Verified tokens, and the service tokens identity gave for them.

    Remembering a verification saves four fifths of a request's CPU. It proves the signature only:
    whether the session still lives is asked of identity every few seconds, by the exchange.
    """

    def __init__(self, fetch_keys: FetchKeys, tokens: IdentityTokens, *, issuer: str) -> None:
        self._fetch_keys = fetch_keys
        self._tokens = tokens
        self._verified: dict[bytes, Session] = {}
        self._kids: frozenset[str] = frozenset()
        self._verifier = Verifier(
            KeyRing(self._fetch), issuer=issuer, audience=AUDIENCE, typ=TokenType.ACCESS
        )

    def known(self, token: str) -> Session | None:
        """The session of a token seen before and still alive."""
        session = self._verified.get(digest(token))
        if session is None or session.expires_at <= machine_time().timestamp():
            return None
        return session

    async def verify(self, token: str) -> Session:
        """The session of a token seen for the first time; Unauthenticated if it is not genuine."""
        claims = await self._verifier.verify(token, now=machine_time())
        session = Session(str(claims.subject), digest(token), claims.expires_at)
        if len(self._verified) >= REMEMBERED:
            self._verified.clear()
        self._verified[session.digest] = session
        return session

    async def service_token(self, session: Session, token: str, service: str) -> str:
        """A token for the service in the session's name; Unauthenticated if the session ended."""
        kept = self._tokens.kept(service, session.digest)
        return kept if kept is not None else await self._tokens.token(service, token)

    async def _fetch(self) -> Any:  # noqa: ANN401 - a JWKS as it came
        """The issuer's keys. When one has gone, so has the trust in what it signed."""
        jwks = await self._fetch_keys()
        kids = frozenset(key["kid"] for key in jwks["keys"])
        if not self._kids <= kids:
            self._verified.clear()
        self._kids = kids
        return jwks
