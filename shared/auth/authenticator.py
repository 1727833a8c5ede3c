"""From the token a request carries to who is asking."""

from typing import Final

from shared.auth.actor import Actor
from shared.auth.tokens import Verifier, actor_of
from shared.clock import machine_time

TOKENS_REMEMBERED: Final = 4096


class Authenticator:
    """Service token → actor; a token seen before and still alive is not verified again."""

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier
        self._seen: dict[str, tuple[float, Actor]] = {}

    async def __call__(self, token: str) -> Actor:
        now = machine_time()
        known = self._seen.get(token)
        if known is not None and known[0] > now.timestamp():
            return known[1]
        claims = await self._verifier.verify(token, now=now)
        actor = actor_of(claims)
        if len(self._seen) >= TOKENS_REMEMBERED:
            self._seen.clear()
        self._seen[token] = (claims.expires_at, actor)
        return actor
