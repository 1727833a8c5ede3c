"""Tokens of a run, signed as identity signs them, and identity's stand-in that knows the key."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey

from shared.auth.actor import ActorKind, Grant
from shared.auth.claims import MAX_TTL, Claims
from shared.auth.tokens import Signer, TokenType
from shared.clock import machine_time

ISSUER: Final = "http://identity.bench"
KEY_ID: Final = "bench"


class Issuer:
    """Signs with the key in a file; makes the file if there is none."""

    def __init__(self, key_file: Path) -> None:
        if not key_file.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            key_file.touch(mode=0o600)
            key_file.write_bytes(
                key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            )
        self._pem = key_file.read_bytes()
        self._signer = Signer(KEY_ID, self._pem)

    @property
    def jwks(self) -> dict[str, Any]:
        public = ECKey.import_key(self._pem).as_dict(private=False)
        return {"keys": [{**public, "kid": KEY_ID, "use": "sig", "alg": "ES256"}]}

    def service_token(self, audience: str, subject: UUID, grants: Sequence[Grant] = ()) -> str:
        """A minute's rights at one service."""
        return self._sign(
            TokenType.SERVICE,
            audience,
            subject,
            kind=ActorKind.ACCOUNT,
            name="测试",
            grants=tuple(grants),
        )

    def access_token(self, subject: UUID) -> str:
        """Ten minutes of a login."""
        return self._sign(
            TokenType.ACCESS, "gateway", subject, session_id=uuid4(), client_id="console"
        )

    def _sign(self, typ: TokenType, audience: str, subject: UUID, **more: Any) -> str:  # noqa: ANN401 -- fields of Claims
        now = int(machine_time().timestamp())
        claims = Claims(
            issuer=ISSUER,
            audience=audience,
            subject=subject,
            token_id=uuid4(),
            issued_at=now,
            expires_at=now + MAX_TTL[typ],
            **more,
        )
        return self._signer.sign(claims, typ)
