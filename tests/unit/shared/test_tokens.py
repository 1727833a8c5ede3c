"""No token but the exact one is accepted, and no failure is anything but InvalidToken."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import jose.backends
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from shared.auth.actor import Actor, ActorKind, Grant, Role
from shared.auth.tokens import (
    CURVE_ORDER,
    Claims,
    InvalidToken,
    KeyRing,
    Signer,
    TokenType,
    UnfitKey,
    Verifier,
    actor_of,
)

NOW: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND: Final = int(NOW.timestamp())
ISSUER: Final = "https://identity.test"
PRIVATE: Final = ec.generate_private_key(ec.SECP256R1())
ALIEN: Final = ec.generate_private_key(ec.SECP256R1())
P384: Final = ec.generate_private_key(ec.SECP384R1())
RSA: Final = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KID: Final = "2026-03"
SUBJECT: Final = UUID("0198a000-0000-7000-8000-000000000001")
SESSION: Final = UUID("0198a000-0000-7000-8000-000000000002")
TOKEN: Final = UUID("0198a000-0000-7000-8000-000000000003")

SERVICE: Final = Claims(
    issuer=ISSUER,
    audience="petitions",
    subject=SUBJECT,
    token_id=TOKEN,
    issued_at=SECOND,
    expires_at=SECOND + 60,
    session_id=SESSION,
    kind=ActorKind.ACCOUNT,
    name="王芳",
    grants=(Grant(Role.PETITION_CLERK, "330281"),),
    via=("tasks", "gateway"),
)
ACCESS: Final = Claims(
    issuer=ISSUER,
    audience="gateway",
    subject=SUBJECT,
    token_id=TOKEN,
    issued_at=SECOND,
    expires_at=SECOND + 600,
    session_id=SESSION,
    client_id="liandong-cli",
)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_jwk(
    key: ec.EllipticCurvePrivateKey = PRIVATE, *, kid: str = KID, **changes: Any
) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    size = (key.curve.key_size + 7) // 8
    curve = "P-256" if size == 32 else "P-384"
    point = {"x": b64(numbers.x.to_bytes(size, "big")), "y": b64(numbers.y.to_bytes(size, "big"))}
    return {"kty": "EC", "crv": curve, "use": "sig", "alg": "ES256", "kid": kid} | point | changes


def es256(
    message: bytes, *, key: ec.EllipticCurvePrivateKey = PRIVATE, high: bool = False
) -> bytes:
    """A raw signature; `high` picks the twin (r, n - s) that plain verification also accepts."""
    r, s = utils.decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    size = (key.curve.key_size + 7) // 8
    if size == 32 and (s > CURVE_ORDER // 2) is not high:
        s = CURVE_ORDER - s
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def forge(
    header: object,
    body: object,
    sign: Callable[[bytes], bytes] = es256,
) -> str:
    """A token of any content; `header` and `body` may be bytes to be taken as they are."""
    parts = [
        part if isinstance(part, bytes) else json.dumps(part, ensure_ascii=False).encode()
        for part in (header, body)
    ]
    message = ".".join(b64(part) for part in parts)
    return f"{message}.{b64(sign(message.encode()))}"


HEADER: Final = {"alg": "ES256", "kid": KID, "typ": "st+jwt"}
BODY: Final = SERVICE.body(TokenType.SERVICE)


def values(*many: Any) -> tuple[Any, ...]:
    """Values of any kind, as an attacker picks them."""
    return many


def with_header(**changes: Any) -> str:
    return forge(HEADER | changes, BODY)


def with_body(**changes: Any) -> str:
    return forge(HEADER, BODY | changes)


def without(name: str) -> str:
    return forge(HEADER, {key: value for key, value in BODY.items() if key != name})


def hs(key: bytes, *, alg: str = "HS256") -> str:
    def sign(message: bytes) -> bytes:
        return hmac.digest(key, message, hashlib.sha256)

    return forge(HEADER | {"alg": alg}, BODY, sign)


async def fetch() -> Mapping[str, Any]:
    return {"keys": [public_jwk(ALIEN, kid="other"), public_jwk()]}


def a_verifier(**changes: Any) -> Verifier:
    facts = {"issuer": ISSUER, "audience": "petitions", "typ": TokenType.SERVICE} | changes
    return Verifier(KeyRing(fetch), **facts)


GENUINE: Final = Signer(KID, pem(PRIVATE)).sign(SERVICE, TokenType.SERVICE)
PUBLIC: Final = PRIVATE.public_key()
SPKI: Final = PublicFormat.SubjectPublicKeyInfo
PUBLIC_FORMS: Final = {
    "pem": PUBLIC.public_bytes(Encoding.PEM, SPKI),
    "pem stripped": PUBLIC.public_bytes(Encoding.PEM, SPKI).strip(),
    "der": PUBLIC.public_bytes(Encoding.DER, SPKI),
    "point": PUBLIC.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
    "compressed point": PUBLIC.public_bytes(Encoding.X962, PublicFormat.CompressedPoint),
    "openssh": PUBLIC.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
    "jwk": json.dumps(public_jwk()).encode(),
    "x": public_jwk()["x"].encode(),
    "empty": b"",
    "one byte": b"k",
}
BASE64URL: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def rs256(message: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415  for one case

    return RSA.sign(message, padding.PKCS1v15(), hashes.SHA256())


def p384(message: bytes) -> bytes:
    return es256(message, key=P384)


def unsigned(_: bytes) -> bytes:
    return b""


def with_spare_bits() -> str:
    """The genuine token with the unused bits of its last character set."""
    return GENUINE[:-1] + BASE64URL[BASE64URL.index(GENUINE[-1]) + 1]


# What python-jose 3.5.0 accepts, or raises something undeclared for, one line each.
JOSE_LETS_THROUGH: Final[dict[str, object]] = {
    "hs256 with the public key in DER": hs(PUBLIC_FORMS["der"]),
    "hs256 with the raw point": hs(PUBLIC_FORMS["point"]),
    "another algorithm of the header's choice": with_header(alg="HS512"),
    "no audience": without("aud"),
    "no exp": without("exp"),
    "no issuer": without("iss"),
    "exp as a string": with_body(exp=str(SECOND + 60)),
    "iat in the future": with_body(iat=SECOND + 30, exp=SECOND + 60),
    "crit with an unknown extension": with_header(crit=["x"], x=1),
    "an access token as a service token": with_header(typ="at+jwt"),
    "kid of another key": with_header(kid="other"),
    "es256 with a P-384 key": forge(HEADER, BODY, p384),
    "5 MB": with_body(name="n" * 5_000_000),
    "not a string: None": None,
    "not a string: int": 7,
    "not a string: bytes": GENUINE.encode(),
    "nested header": forge(b'{"alg":' + b"[" * 2500 + b"]" * 2500 + b"}", BODY),
    "exp Infinity": forge(HEADER, json.dumps(BODY).replace(str(SECOND + 60), "Infinity").encode()),
}
FORGERIES: Final[dict[str, object]] = {
    **{
        f"alg {alg!r}": forge(HEADER | {"alg": alg}, BODY, unsigned)
        for alg in ("none", "None", "NONE", "nOnE", "none ", "", None, [], ["ES256"], 0, True)
    },
    **{
        f"alg {alg!r}, signed": with_header(alg=alg)
        for alg in ("none", "es256", "ES256 ", "ES384", "ES256K", "EdDSA", None, ["ES256"])
    },
    **{f"hs256 keyed by {form}": hs(key) for form, key in PUBLIC_FORMS.items()},
    **{
        f"hs256 named es256 keyed by {form}": hs(key, alg="ES256")
        for form, key in PUBLIC_FORMS.items()
    },
    "rs256": forge(HEADER | {"alg": "RS256"}, BODY, rs256),
    "no alg": forge({"kid": KID, "typ": "st+jwt"}, BODY),
    "no kid": forge({"alg": "ES256", "typ": "st+jwt"}, BODY),
    "no typ": forge({"alg": "ES256", "kid": KID}, BODY),
    **{
        f"kid {kid!r}": with_header(kid=kid)
        for kid in (
            "",
            "nobody",
            "../../etc/passwd",
            "' OR 1=1 --",
            "\x00",
            "2026-03\x00",
            "２０２６-03",
            None,
            0,
            [KID],
            {"kid": KID},
            "k" * 5000,
        )
    },
    **{
        f"header {name}": with_header(**{name: value})
        for name, value in {
            "jku": "https://evil.test/jwks.json",
            "jwk": public_jwk(ALIEN),
            "x5u": "https://evil.test",
            "x5c": ["MIIB"],
            "x5t": "x",
            "b64": False,
            "zip": "DEF",
            "crit": [],
            "cty": "JWT",
            "enc": "A256GCM",
            "epk": public_jwk(),
            "p2c": 10_000_000,
        }.items()
    },
    "own key in jwk": forge(
        HEADER | {"jwk": public_jwk(ALIEN)}, BODY, lambda message: es256(message, key=ALIEN)
    ),
    **{
        f"typ {typ!r}": with_header(typ=typ)
        for typ in (
            "JWT",
            "at+jwt",
            "ST+JWT",
            "application/st+jwt",
            "st+jwt ",
            "",
            None,
            ["st+jwt"],
        )
    },
    **{
        f"no {name}": without(name)
        for name in ("exp", "iat", "iss", "aud", "sub", "jti", "sid", "kind", "name", "grants")
    },
    **{
        f"exp {exp!r}": with_body(exp=exp)
        for exp in values(
            None,
            "",
            "1",
            SECOND,
            SECOND - 1,
            SECOND + 61,
            0,
            -1,
            True,
            [],
            {},
            10**20,
            10**400,
            SECOND + 60.0,
            1e308,
        )
    },
    **{
        f"iat {iat!r}": with_body(iat=iat)
        for iat in values(
            None,
            "",
            str(SECOND),
            SECOND - 1,
            SECOND + 60,
            -1,
            True,
            [],
            -(10**20),
            SECOND + 0.5,
        )
    },
    "exp NaN": forge(HEADER, json.dumps(BODY).replace(str(SECOND + 60), "NaN").encode()),
    "exp 1e999": forge(HEADER, json.dumps(BODY).replace(str(SECOND + 60), "1e999").encode()),
    "exp of 5,000 digits": forge(
        HEADER, json.dumps(BODY).replace(str(SECOND + 60), "9" * 5000).encode()
    ),
    "nbf later": with_body(nbf=SECOND + 30),
    "nbf text": with_body(nbf="0"),
    "expired long ago": with_body(iat=SECOND - 3600, exp=SECOND - 3540),
    "not yet": with_body(iat=SECOND + 3600, exp=SECOND + 3660),
    **{
        f"aud {aud!r}": with_body(aud=aud)
        for aud in values(
            None,
            "",
            "tasks",
            "gateway",
            ["petitions"],
            ["petitions", "tasks"],
            [],
            {},
            "petitions ",
            "Petitions",
            "*",
            0,
        )
    },
    **{
        f"iss {iss!r}": with_body(iss=iss)
        for iss in (None, "", "https://evil.test", ISSUER + "/", [ISSUER], ISSUER.upper())
    },
    **{
        f"sub {sub!r}": with_body(sub=sub)
        for sub in (
            None,
            "",
            "admin",
            1,
            [str(SUBJECT)],
            str(SUBJECT).upper(),
            SUBJECT.hex,
            f"{{{SUBJECT}}}",
        )
    },
    **{f"jti {jti!r}": with_body(jti=jti) for jti in values(None, "", "1", 1, [])},
    **{f"sid {sid!r}": with_body(sid=sid) for sid in values("", "1", 1, [], False)},
    **{
        f"kind {kind!r}": with_body(kind=kind)
        for kind in (None, "", "root", "ACCOUNT", ["account"])
    },
    **{f"name {name!r}": with_body(name=name) for name in (None, "", 1, ["王芳"])},
    **{
        f"grants {grants!r}": with_body(grants=grants)
        for grants in (
            None,
            1,
            "officer",
            [["root", "33"]],
            [["officer"]],
            [["officer", 33]],
            [["officer", "33", 1]],
            ["officer"],
            {"officer": "33"},
            [None],
        )
    },
    **{
        f"act {act!r}": with_body(act=act)
        for act in values("gateway", [], {}, {"sub": ""}, {"sub": 1}, {"sub": "a", "act": "b"}, 0)
    },
    "act too deep": with_body(
        act={
            "sub": "a",
            "act": {"sub": "b", "act": {"sub": "c", "act": {"sub": "d", "act": {"sub": "e"}}}},
        }
    ),
    "duplicate name in the header": forge(
        b'{"alg":"none","alg":"ES256","kid":"2026-03","typ":"st+jwt"}', BODY
    ),
    "duplicate name in the body": forge(HEADER, b'{"aud":"tasks",' + json.dumps(BODY).encode()[1:]),
    "duplicate name within act": forge(
        HEADER,
        json.dumps(BODY | {"act": 0})
        .replace('"act": 0', '"act": {"sub": "a", "sub": "b"}')
        .encode(),
    ),
    "2 MB header": with_header(x="x" * 2_000_000),
    "header array": forge([HEADER], BODY),
    "header text": forge("ES256", BODY),
    "header null": forge(None, BODY),
    "header not json": forge(b"{", BODY),
    "header empty object": forge({}, BODY),
    "header not utf-8": forge(b'{"alg":"\xff"}', BODY),
    "header utf-16": forge(json.dumps(HEADER).encode("utf-16"), BODY),
    "header with a byte order mark": forge(b"\xef\xbb\xbf" + json.dumps(HEADER).encode(), BODY),
    "body array": forge(HEADER, [BODY]),
    "body text": forge(HEADER, "x"),
    "body null": forge(HEADER, None),
    "body not json": forge(HEADER, b"\x00"),
    "body not utf-8": forge(HEADER, b'{"iss":"\xff"}'),
    "body utf-32": forge(HEADER, json.dumps(BODY).encode("utf-32")),
    "body nested": forge(HEADER, b"[" * 3000 + b"]" * 3000),
    "empty": "",
    "space": " ",
    "dots": "..",
    "no dot": GENUINE.replace(".", ""),
    "one dot": GENUINE.rpartition(".")[0],
    "three dots": GENUINE + ".",
    "four parts": GENUINE + ".e30",
    "jwe of five parts": "e30.e30.e30.e30.e30",
    "leading dot": "." + GENUINE,
    "with Bearer": "Bearer " + GENUINE,
    "trailing newline": GENUINE + "\n",
    "trailing space": GENUINE + " ",
    "trailing padding": GENUINE + "=",
    "trailing character": GENUINE + "A",
    "embedded newline": GENUINE.replace(".", ".\n", 1),
    "embedded NUL": GENUINE.replace(".", ".\x00", 1),
    "standard base64": GENUINE[:-1] + "+",
    "non-ascii": GENUINE[:-1] + "ａ",
    "full-width digits": "１" + GENUINE,
    "lone surrogate": GENUINE[:-1] + "\ud800",
    "spare bits": with_spare_bits(),
    "no signature": GENUINE.rpartition(".")[0] + ".",
    "signature of another token": GENUINE.rpartition(".")[0]
    + "."
    + with_body(jti="x").rpartition(".")[2],
    "zero signature": forge(HEADER, BODY, lambda _: bytes(64)),
    "r and s at the order": forge(HEADER, BODY, lambda _: CURVE_ORDER.to_bytes(32, "big") * 2),
    "signature in DER": forge(
        HEADER, BODY, lambda message: PRIVATE.sign(message, ec.ECDSA(hashes.SHA256()))
    ),
    "high s": forge(HEADER, BODY, lambda message: es256(message, high=True)),
    "signed by a stranger": forge(HEADER, BODY, lambda message: es256(message, key=ALIEN)),
    "float token": 1.5,
    "list token": [GENUINE],
    "dict token": {"token": GENUINE},
}


@pytest.mark.parametrize("token", JOSE_LETS_THROUGH.values(), ids=JOSE_LETS_THROUGH.keys())
async def test_what_python_jose_lets_through_is_refused(token: object) -> None:
    with pytest.raises(InvalidToken):
        await a_verifier().verify(token, now=NOW)


@pytest.mark.parametrize("token", FORGERIES.values(), ids=range(len(FORGERIES)))
async def test_a_forgery_is_refused_with_the_one_error(token: object) -> None:
    with pytest.raises(InvalidToken):
        await a_verifier().verify(token, now=NOW)


async def test_the_forgers_tool_makes_a_good_token_when_nothing_is_changed() -> None:
    assert await a_verifier().verify(forge(HEADER, BODY), now=NOW) == SERVICE


async def test_a_service_token_names_the_actor_with_rights_and_chain() -> None:
    claims = await a_verifier().verify(GENUINE, now=NOW)

    assert claims == SERVICE
    assert actor_of(claims) == Actor(
        id=SUBJECT,
        kind=ActorKind.ACCOUNT,
        name="王芳",
        grants=(Grant(Role.PETITION_CLERK, "330281"),),
        session_id=SESSION,
        via=("tasks", "gateway"),
    )


async def test_an_access_token_names_a_session_and_no_actor() -> None:
    token = Signer(KID, pem(PRIVATE)).sign(ACCESS, TokenType.ACCESS)

    claims = await a_verifier(audience="gateway", typ=TokenType.ACCESS).verify(token, now=NOW)

    assert claims == ACCESS
    with pytest.raises(InvalidToken):
        actor_of(claims)


async def test_an_access_token_without_a_session_is_refused() -> None:
    token = forge(HEADER | {"typ": "at+jwt"}, ACCESS.body(TokenType.ACCESS) | {"sid": None})
    with pytest.raises(InvalidToken):
        await a_verifier(audience="gateway", typ=TokenType.ACCESS).verify(token, now=NOW)


@pytest.mark.parametrize(
    ("age", "alive"), [(-6, False), (-5, True), (0, True), (59, True), (60, False)]
)
async def test_a_token_lives_from_its_making_to_its_end(age: int, *, alive: bool) -> None:
    reading = a_verifier().verify(GENUINE, now=NOW + timedelta(seconds=age))
    if alive:
        assert await reading == SERVICE
    else:
        with pytest.raises(InvalidToken):
            await reading


def test_signatures_have_one_form() -> None:
    signer = Signer(KID, pem(PRIVATE))
    tokens = [signer.sign(SERVICE, TokenType.SERVICE) for _ in range(40)]
    signatures = [base64.urlsafe_b64decode(token.rpartition(".")[2] + "==") for token in tokens]
    assert all(int.from_bytes(raw[32:], "big") <= CURVE_ORDER // 2 for raw in signatures)


@pytest.mark.parametrize("key", [P384, RSA])
def test_only_a_p256_key_signs(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    with pytest.raises(UnfitKey):
        Signer(KID, pem(key))


def test_jose_uses_the_maintained_backend() -> None:
    """The `ecdsa` package comes with python-jose and has an open CVE; it must stay unused."""
    assert jose.backends.ECKey.__module__ == "jose.backends.cryptography_backend"


class AnIssuer:
    """Serves a JWKS, counts how often, and can be down."""

    def __init__(self, *keys: Mapping[str, Any]) -> None:
        self.keys: list[Any] = list(keys)
        self.asked = 0
        self.down = False
        self.time = 0.0

    async def fetch(self) -> Mapping[str, Any]:
        self.asked += 1
        if self.down:
            raise OSError
        return {"keys": self.keys}

    def ring(self) -> KeyRing:
        return KeyRing(self.fetch, monotonic=lambda: self.time)


async def test_keys_are_fetched_once() -> None:
    issuer = AnIssuer(public_jwk())
    ring = issuer.ring()
    assert all([await ring.find(KID) for _ in range(10)])
    assert issuer.asked == 1


async def test_unknown_key_ids_do_not_become_a_flood() -> None:
    issuer = AnIssuer(public_jwk())
    ring = issuer.ring()
    assert not any([await ring.find(f"guess-{n}") for n in range(100)])
    assert issuer.asked == 1


async def test_a_new_key_is_found_after_the_pause() -> None:
    issuer = AnIssuer(public_jwk())
    ring = issuer.ring()
    await ring.find(KID)
    issuer.keys.append(public_jwk(ALIEN, kid="2026-04"))

    assert await ring.find("2026-04") is None
    issuer.time += KeyRing.PAUSE
    assert await ring.find("2026-04") is not None


async def test_old_keys_serve_while_the_issuer_is_down() -> None:
    issuer = AnIssuer(public_jwk())
    ring = issuer.ring()
    await ring.find(KID)
    issuer.down = True
    issuer.time += 10 * KeyRing.MAX_AGE
    assert await ring.find(KID) is not None
    assert issuer.asked == 2


async def test_a_withdrawn_key_is_forgotten() -> None:
    issuer = AnIssuer(public_jwk(), public_jwk(ALIEN, kid="2026-04"))
    ring = issuer.ring()
    await ring.find(KID)
    del issuer.keys[0]
    issuer.time += KeyRing.MAX_AGE + 1
    assert await ring.find(KID) is None


@pytest.mark.parametrize(
    "key",
    [
        public_jwk(use="enc"),
        public_jwk(alg="ES384"),
        public_jwk(alg=None),
        public_jwk(kty="oct", k="c2VjcmV0"),
        public_jwk(P384),
        public_jwk(P384, crv="P-256"),
        public_jwk(x="AA"),
        public_jwk(x=None),
        public_jwk() | {"kid": None},
        {},
        None,
        "key",
    ],
)
async def test_an_unfit_key_of_the_set_is_not_used(key: Mapping[str, Any]) -> None:
    assert await AnIssuer(key).ring().find(KID) is None


@pytest.mark.parametrize("jwks", [None, [], {}, {"keys": None}, {"keys": 1}, "x"])
async def test_an_answer_that_is_no_key_set_leaves_no_key(jwks: Any) -> None:
    async def fetch() -> Any:
        return jwks

    with pytest.raises(InvalidToken):
        await Verifier(
            KeyRing(fetch), issuer=ISSUER, audience="petitions", typ=TokenType.SERVICE
        ).verify(GENUINE, now=NOW)
