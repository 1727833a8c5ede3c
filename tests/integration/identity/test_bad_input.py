"""Whatever is sent to the token endpoint, the answer is OAuth's and never a 500."""

import base64
from typing import Final

import pytest

from tests.integration.identity.conftest import SECRETS, Identity

FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
LOGIN: Final = b"grant_type=password&client_id=liandong-cli"
CLIENT: Final = b"grant_type=client_credentials&audience=tasks"


def basic(raw: bytes) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(raw).decode()}


BAD_FORMS: Final = {
    "empty": b"",
    "json": b'{"grant_type": "password"}',
    "no grant type": b"client_id=liandong-cli",
    "unknown grant type": b"grant_type=implicit&client_id=liandong-cli",
    "empty grant type": b"grant_type=&client_id=liandong-cli",
    "grant type in capitals": b"grant_type=PASSWORD&client_id=liandong-cli&username=a&password=b",
    "grant type twice": b"grant_type=password&grant_type=refresh_token&client_id=liandong-cli",
    "client twice": LOGIN + b"&client_id=gateway&username=a&password=b",
    "no username": LOGIN + b"&password=b",
    "no password": LOGIN + b"&username=a",
    "empty username": LOGIN + b"&username=&password=b",
    "NUL in username": LOGIN + b"&username=a%00b&password=b",
    "NUL in password": LOGIN + b"&username=a&password=%00",
    "newline in username": LOGIN + b"&username=a%0Ab&password=b",
    "lone surrogate": LOGIN + b"&username=%ED%A0%80&password=b",
    "not utf-8": LOGIN + b"&username=%FF%FE&password=b",
    "raw bytes": LOGIN + b"&username=\xff\xfe&password=b",
    "raw NUL": LOGIN + b"&username=\x00&password=b",
    "right-to-left override": LOGIN + b"&username=%E2%80%AEadmin&password=b",
    "long username": LOGIN + b"&username=" + b"a" * 10_000 + b"&password=b",
    "long password": LOGIN + b"&username=a&password=" + b"b" * 10_000,
    "too long": LOGIN + b"&username=a&password=" + b"b" * 20_000,
    "too many fields": LOGIN
    + b"&username=a&password=b"
    + b"".join(b"&x%d=1" % n for n in range(99)),
    "semicolons": b"grant_type=password;client_id=liandong-cli;username=a;password=b",
    "no equals sign": b"grant_type",
    "refresh token of another kind": b"grant_type=refresh_token&client_id=liandong-cli"
    b"&refresh_token=" + b"x" * 5000,
    "refresh without token": b"grant_type=refresh_token&client_id=liandong-cli",
    "refresh with emoji": b"grant_type=refresh_token&client_id=liandong-cli"
    b"&refresh_token=%F0%9F%98%80",
    "public client without a secret": b"grant_type=client_credentials&client_id=liandong-cli",
    "public client with a secret": LOGIN + b"&client_secret=x&username=a&password=b",
    "exchange by a public client": b"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3A"
    b"token-exchange&client_id=liandong-cli&subject_token=x&subject_token_type=x&audience=tasks",
}
BAD_CLIENTS: Final = {
    "not base64": {"Authorization": "Basic ***"},
    "no colon": basic(b"gateway"),
    "empty": {"Authorization": "Basic "},
    "empty scheme": {"Authorization": " "},
    "bearer": {"Authorization": "Bearer x"},
    "NUL": basic(b"gateway\x00:x"),
    "encoded NUL": basic(b"gateway%00:x"),
    "not utf-8": basic(b"\xff\xfe:\xff"),
    "encoded not utf-8": basic(b"%FF:%FF"),
    "long": basic(b"g" * 5000 + b":x"),
    "long secret": basic(b"gateway:" + b"x" * 20_000),
    "sql": basic(b"' OR 1=1 --:x"),
    "full width": basic("ｇateway:x".encode()),
    "upper case": basic(b"GATEWAY:" + SECRETS["gateway"].encode()),
    "chinese": basic("网关:口令".encode()),
}


@pytest.mark.parametrize("body", BAD_FORMS.values(), ids=BAD_FORMS.keys())
async def test_a_bad_form_is_an_oauth_error(identity: Identity, body: bytes) -> None:
    answer = await identity.http.post("/oauth/token", content=body, headers=FORM)

    assert answer.status_code in {400, 401}, answer.text
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.json()["error_description"].isascii()
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("body", BAD_FORMS.values(), ids=BAD_FORMS.keys())
async def test_a_bad_form_revokes_nothing_and_breaks_nothing(
    identity: Identity, body: bytes
) -> None:
    answer = await identity.http.post("/oauth/revoke", content=body, headers=FORM)
    assert answer.status_code in {400, 401}, answer.text


@pytest.mark.parametrize("headers", BAD_CLIENTS.values(), ids=BAD_CLIENTS.keys())
async def test_a_bad_client_is_told_to_authenticate(
    identity: Identity, headers: dict[str, str]
) -> None:
    answer = await identity.http.post("/oauth/token", content=CLIENT, headers=FORM | headers)

    assert answer.status_code == 401, answer.text
    assert answer.json()["error"] == "invalid_client"
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


async def test_two_ways_to_prove_oneself_are_one_too_many(identity: Identity) -> None:
    for extra in (b"&client_secret=x", b"&client_id=tasks"):
        answer = await identity.http.post(
            "/oauth/token",
            content=CLIENT + extra,
            headers=FORM | basic(f"gateway:{SECRETS['gateway']}".encode()),
        )
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/plain", "multipart/form-data; boundary=x", "", "x" * 500],
)
async def test_only_forms_are_read(identity: Identity, content_type: str) -> None:
    answer = await identity.http.post(
        "/oauth/token",
        content=LOGIN + b"&username=a&password=b",
        headers={"Content-Type": content_type},
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_form_may_say_its_character_set(identity: Identity) -> None:
    answer = await identity.http.post(
        "/oauth/token",
        content=CLIENT,
        headers={"Content-Type": "Application/X-WWW-Form-Urlencoded; charset=UTF-8"}
        | basic(f"gateway:{SECRETS['gateway']}".encode()),
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_other_methods_are_not_allowed(identity: Identity, method: str) -> None:
    answer = await identity.http.request(method, "/oauth/token")
    assert answer.status_code == 405
