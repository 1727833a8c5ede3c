"""Signing keys: made once, kept sealed, rotated without a failed request."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.identity.keys.domain import PUBLISHED_AHEAD, TOKENS_OUTLIVE, Seal, WrongKeySecret
from services.identity.keys.use_cases import Keychain, make_first_key, rotate
from shared.audit.trace import SYSTEM_ACTOR
from shared.clock import machine_time
from shared.db.session import SYSTEM
from tests.integration.identity.conftest import ISSUER, KEY_SECRET, Identity

SEAL = Seal(KEY_SECRET)


@pytest.fixture(autouse=True)
async def no_keys(identity: Identity) -> None:
    """Every test begins like a stack that was never started."""
    await identity.sql("DELETE FROM signing_key")
    identity.state["office"].keychain._read_at = None


async def first_key(identity: Identity) -> None:
    async with identity.database.transaction(SYSTEM) as session:
        await make_first_key(session, SEAL, now=machine_time())


async def test_starts_at_once_make_one_key(identity: Identity) -> None:
    await asyncio.gather(*(first_key(identity) for _ in range(4)))
    assert len(await identity.sql("SELECT * FROM signing_key")) == 1


async def test_the_private_key_is_sealed(identity: Identity) -> None:
    await first_key(identity)
    [row] = await identity.sql("SELECT * FROM signing_key")
    assert b"PRIVATE" not in row["sealed_private"]
    assert b"PRIVATE" in SEAL.open(row["sealed_private"], kid=row["kid"])
    assert '"d"' not in row["public_jwk"]
    with pytest.raises(WrongKeySecret):
        Seal("another secret, as long").open(row["sealed_private"], kid=row["kid"])
    with pytest.raises(WrongKeySecret):
        SEAL.open(row["sealed_private"], kid="another key")


async def test_a_new_key_is_published_before_it_signs_and_the_old_one_until_its_tokens_end(
    identity: Identity,
) -> None:
    await first_key(identity)
    now = machine_time()
    async with identity.database.transaction(SYSTEM) as session:
        await rotate(session, SYSTEM_ACTOR, SEAL, now=now)
    old, new = [
        row["kid"] for row in await identity.sql("SELECT * FROM signing_key ORDER BY signs_from")
    ]

    async def kid(after: timedelta) -> str:
        return (await Keychain(identity.database, SEAL).signer(now=now + after)).kid

    assert [await kid(timedelta(0)), await kid(PUBLISHED_AHEAD)] == [old, new]
    published = await Keychain(identity.database, SEAL).jwks()
    assert [key["kid"] for key in published["keys"]] == [old, new]
    shift = PUBLISHED_AHEAD + TOKENS_OUTLIVE + timedelta(seconds=1)
    await identity.sql("UPDATE signing_key SET signs_from = signs_from - $1::interval", shift)
    published = await Keychain(identity.database, SEAL).jwks()
    assert [key["kid"] for key in published["keys"]] == [new]


async def test_the_key_set_shows_public_parts_only(identity: Identity) -> None:
    await first_key(identity)
    answer = await identity.http.get("/.well-known/jwks.json")
    [key] = answer.json()["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("EC", "P-256", "sig", "ES256")


async def test_the_discovery_document_names_the_endpoints(identity: Identity) -> None:
    document = (await identity.http.get("/.well-known/oauth-authorization-server")).json()
    assert document["issuer"] == ISSUER
    assert document["token_endpoint"] == f"{ISSUER}/oauth/token"
    assert document["jwks_uri"] == f"{ISSUER}/.well-known/jwks.json"


async def test_a_start_with_another_secret_fails_at_once(
    identity: Identity, start: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    await first_key(identity)
    monkeypatch.setenv("LIANDONG_KEY_ENCRYPTION_SECRET", "another secret, as long")
    with pytest.raises(WrongKeySecret):
        async with start():
            pass
