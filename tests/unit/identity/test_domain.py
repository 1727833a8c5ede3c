"""The rules of identity, without I/O."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given, strategies as st
from pwdlib.hashers.argon2 import Argon2Hasher

from services.identity.accounts import domain as accounts
from services.identity.accounts.domain import LONGEST_DELAY, WeakPassword
from services.identity.accounts.use_cases import NOBODYS_HASH
from services.identity.clients import domain as clients
from services.identity.grants import domain as grants
from services.identity.grants.domain import MOST, SEPARATE, RolesSeparated, TooManyGrants
from services.identity.keys import domain as keys
from services.identity.keys.domain import PUBLISHED_AHEAD, TOKENS_OUTLIVE, Seal, WrongKeySecret
from services.identity.tokens.domain import InvalidRequest, OAuthError, longer_chain
from services.identity.tokens.schemas import FORM_TYPE, read_client, read_form
from shared.auth.actor import Role
from shared.auth.tokens import KeyRing

NOW: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AKey:
    signs_from: datetime


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (5, 0), (6, 2), (7, 4), (10, 32), (14, 512), (15, 900)]
)
def test_the_delay_doubles_beyond_five_guesses(failures: int, seconds: int) -> None:
    assert accounts.delay(failures) == timedelta(seconds=seconds)


@given(st.integers(min_value=0, max_value=10**9))
def test_no_delay_is_longer_than_fifteen_minutes(failures: int) -> None:
    assert timedelta(0) <= accounts.delay(failures) <= LONGEST_DELAY


def test_a_guess_at_the_end_of_the_delay_is_judged() -> None:
    until = NOW + timedelta(seconds=2)
    assert accounts.is_barred(6, until, now=NOW)
    assert not accounts.is_barred(6, until, now=until)
    assert not accounts.is_barred(5, until, now=NOW)


@pytest.mark.parametrize("password", ["aaaabbbbccccdddd", "xx-zhangwei-2026", "ZHANGWEI-secret-1"])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        accounts.require_fit(password, login_name="zhangwei")


def test_the_hash_for_names_nobody_has_costs_as_much_as_a_real_one() -> None:
    hasher = Argon2Hasher()
    assert hasher.identify(NOBODYS_HASH)
    assert not hasher.check_needs_rehash(NOBODYS_HASH)


@pytest.mark.parametrize("role", Role)
def test_an_administrator_holds_nothing_else(role: Role) -> None:
    for held in SEPARATE:
        if role is held:
            grants.require_separation([held], role)
        else:
            with pytest.raises(RolesSeparated):
                grants.require_separation([held], role)
            with pytest.raises(RolesSeparated):
                grants.require_separation([role], held)


@pytest.mark.parametrize("role", set(Role) - SEPARATE)
def test_business_roles_stand_beside_each_other(role: Role) -> None:
    grants.require_separation([Role.OFFICER, Role.GRID_LEAD], role)


def test_grants_have_a_ceiling() -> None:
    grants.require_separation([Role.OFFICER] * (MOST - 1), Role.OFFICER)
    with pytest.raises(TooManyGrants):
        grants.require_separation([Role.OFFICER] * MOST, Role.OFFICER)


def test_a_public_client_has_no_secret_and_may_give_none() -> None:
    stored = clients.secret_hash("s3cret")
    assert clients.proves(None, None)
    assert clients.proves("s3cret", stored)
    for secret, kept in [("x", None), ("", None), (None, stored), ("", stored), ("S3cret", stored)]:
        assert not clients.proves(secret, kept)


def test_the_newest_key_whose_time_has_come_signs() -> None:
    old, new = AKey(NOW), AKey(NOW + PUBLISHED_AHEAD)
    just_before = NOW + PUBLISHED_AHEAD - timedelta(microseconds=1)
    assert keys.signing([old, new], just_before) is old
    assert keys.signing([old, new], NOW + PUBLISHED_AHEAD) is new


def test_a_key_is_published_as_long_as_a_token_of_it_may_live() -> None:
    old, new = AKey(NOW - timedelta(days=9)), AKey(NOW)
    ended = NOW + TOKENS_OUTLIVE
    assert keys.published([old, new], NOW - timedelta(seconds=1)) == [old, new]
    assert keys.published([old, new], ended - timedelta(microseconds=1)) == [old, new]
    assert keys.published([old, new], ended) == [new]
    assert keys.published([old], ended) == [old]


def test_every_verifier_knows_a_key_before_it_signs() -> None:
    assert PUBLISHED_AHEAD.total_seconds() > KeyRing.MAX_AGE + KeyRing.PAUSE


def test_a_seal_opens_with_its_secret_and_for_its_key_only() -> None:
    sealed = Seal("a secret of a stack").close(b"private", kid="k1", nonce=bytes(12))
    assert Seal("a secret of a stack").open(sealed, kid="k1") == b"private"
    for secret, kid, text in [
        ("another secret", "k1", sealed),
        ("a secret of a stack", "k2", sealed),
        ("a secret of a stack", "k1", sealed[:-1] + b"x"),
    ]:
        with pytest.raises(WrongKeySecret):
            Seal(secret).open(text, kid=kid)


def test_a_chain_names_the_nearest_first_and_ends_at_four() -> None:
    assert longer_chain(("b", "a"), "c") == ("c", "b", "a")
    with pytest.raises(InvalidRequest):
        longer_chain(("a", "b", "c", "d"), "e")


@given(st.binary(max_size=300), st.text(max_size=40))
def test_whatever_the_form_it_is_read_or_refused(body: bytes, content_type: str) -> None:
    for kind in (FORM_TYPE, content_type):
        try:
            read_form(kind, body)
        except OAuthError:
            continue


@given(st.binary(max_size=100))
def test_whatever_the_credentials_they_are_read_or_refused(raw: bytes) -> None:
    form = read_form(FORM_TYPE, b"grant_type=client_credentials")
    for text in (raw.decode("latin-1"), "Basic " + base64.b64encode(raw).decode()):
        try:
            read_client(text, form)
        except OAuthError:
            continue
