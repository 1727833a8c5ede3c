"""What DESIGN section 4 promises for all routes, asked through the gateway."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest
from jose import jwt
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from ops.secrets import KEY_ENCRYPTION, Secrets
from ops.services import SERVICES
from services.identity.keys.domain import Seal
from shared.auth.actor import ActorKind
from shared.auth.claims import Claims, TokenType
from shared.auth.tokens import Signer
from tests.support.openapi import Operation, all_operations
from tests.support.stack import WholeStack, fresh_key, problem

OPERATIONS: Final = [each for each in all_operations() if not each.path.startswith("/internal")]
GUARDED: Final = [each for each in OPERATIONS if not each.is_public]
POSTS: Final = [each for each in GUARDED if each.method == "post"]
WITH_BODY: Final = [each for each in GUARDED if each.body() is not None]
ITEMS: Final = [each for each in GUARDED if each.demands("If-Match")]

# Somebody of Ningbo for each service's worklist, and who may do nothing in any of them.
READERS: Final = {
    "identity": "330200-security-administrator-1",
    "regions": "330200-command-center-1",
    "tasks": "330200-department-head-1",
    "petitions": "330200-petition-clerk-1",
}
TRIED_EVERYWHERE: Final = ("garbage", "expired", "for another audience")
# Together they may ask for everything; who may not is told so before the rest is looked at.
STAFF: Final = (
    *READERS.values(),
    "330282-officer-2",
    "330200-officer-1",
    "330282-county-leader-in-charge-1",
    "330282-department-head-1",
    "330200-legal-reviewer-1",
    "330200-system-administrator-1",
)


def every(operations: list[Operation]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", operations, ids=str)


@pytest.fixture(scope="module")
def document(stack: WholeStack) -> Mapping[str, Any]:
    whole: Mapping[str, Any] = stack.nobody.get("/openapi.json").json()
    return whole


def send(http: httpx.Client, operation: Operation, **options: Any) -> httpx.Response:
    """The operation with what it demands, and a body that no rule accepts."""
    headers = {**fresh_key(), "If-Match": '"0"', **options.pop("headers", {})}
    without = options.pop("without", "")
    kept = {name: value for name, value in headers.items() if name != without}
    body = options.pop("json", {} if operation.method == "post" else None)
    answer = http.request(
        operation.method.upper(), operation.url(), headers=kept, json=body, **options
    )
    assert answer.status_code < 500, answer.text
    return answer


def send_by_one_who_may(stack: WholeStack, operation: Operation, **options: Any) -> httpx.Response:
    """The answer to the first of the staff who is not forbidden it."""
    for login in STAFF:
        answer = send(stack.login(login), operation, **options)
        if answer.status_code != 403:
            return answer
    raise AssertionError(f"nobody may {operation}")


def test_the_merged_document_is_openapi_3_1(document: Mapping[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(dict(document)).validate()


def test_the_merged_document_has_every_operation_once(document: Mapping[str, Any]) -> None:
    merged = {(path, method) for path, item in document["paths"].items() for method in item}
    names = [spec["operationId"] for item in document["paths"].values() for spec in item.values()]

    assert merged == {(each.path, each.method) for each in OPERATIONS}
    assert len(set(names)) == len(names)


def test_the_merged_document_names_nothing_internal(document: Mapping[str, Any]) -> None:
    assert not [path for path in document["paths"] if path.startswith(("/internal", "/metrics"))]


@every(GUARDED)
def test_the_merged_document_says_what_each_operation_demands(
    document: Mapping[str, Any], operation: Operation
) -> None:
    spec = document["paths"][operation.path][operation.method]

    assert {"x-action", "x-scope", "x-sensitive", "x-idempotent"} <= set(spec)
    assert spec["security"]
    assert set(spec["responses"]["default"]["content"]) == {"application/problem+json"}


@every(WITH_BODY)
def test_every_body_has_an_example_of_its_form(
    document: Mapping[str, Any], operation: Operation
) -> None:
    spec = document["paths"][operation.path][operation.method]
    content = spec["requestBody"]["content"]["application/json"]
    reference = content["schema"]["$ref"]

    # The example stands in the media type, where tools that only read this document find it.
    OAS31Validator({**document, "$ref": reference}).validate(content["example"])


@every(GUARDED)
def test_nobody_gets_through_without_a_token(stack: WholeStack, operation: Operation) -> None:
    answer = send(stack.nobody, operation)

    assert (answer.status_code, problem(answer)["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


@every(GUARDED)
def test_what_is_no_token_for_the_gateway_opens_nothing(
    stack: WholeStack, forgeries: Mapping[str, str], operation: Operation
) -> None:
    for name in TRIED_EVERYWHERE:
        token = forgeries[name]
        answer = send(stack.nobody, operation, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401, name
        assert problem(answer)["code"] == "unauthenticated"


@pytest.mark.parametrize("service", SERVICES)
def test_no_forgery_opens_a_list(
    stack: WholeStack, forgeries: Mapping[str, str], service: str
) -> None:
    operation = next(each for each in GUARDED if each.service == service and each.is_paged)
    for name, token in forgeries.items():
        answer = send(stack.nobody, operation, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401, name


async def test_a_token_of_the_same_hand_opens_when_it_is_right(
    stack: WholeStack, signer: Signer
) -> None:
    """So that what is wrong with the forgeries is only what they change."""
    token = signer.sign(claims_of(stack, token_id=uuid4()), TokenType.ACCESS)

    answer = stack.nobody.get("/api/v1/petitions", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 200


@pytest.fixture(scope="module")
async def signer(stack: WholeStack) -> Signer:
    """Identity's own hand: its key, out of its table, opened with its secret."""
    secret = Secrets(stack.home.secrets).read(KEY_ENCRYPTION)
    async with stack.as_system() as owner:
        row = await owner.fetchrow("SELECT kid, sealed_private FROM identity.signing_key")
    return Signer(row["kid"], Seal(secret).open(row["sealed_private"], kid=row["kid"]))


def claims_of(stack: WholeStack, **changes: Any) -> Claims:
    """Those of a living session, with a change."""
    genuine = stack.login(READERS["petitions"]).headers["Authorization"].removeprefix("Bearer ")
    said = jwt.get_unverified_claims(genuine)
    claims = Claims(
        issuer=said["iss"],
        audience=said["aud"],
        subject=UUID(said["sub"]),
        token_id=UUID(said["jti"]),
        issued_at=said["iat"],
        expires_at=said["exp"],
        session_id=UUID(said["sid"]),
        client_id=said["client_id"],
    )
    return replace(claims, **changes)


@pytest.fixture(scope="module")
def forgeries(stack: WholeStack, signer: Signer) -> dict[str, str]:
    """What looks like a token and is none for the gateway."""
    genuine = stack.login(READERS["petitions"]).headers["Authorization"].removeprefix("Bearer ")
    head, claims, signature = genuine.split(".")
    now = int(time.time())
    signed: dict[str, dict[str, Any]] = {
        "expired": {"issued_at": now - 900, "expires_at": now - 300},
        "not yet issued": {"issued_at": now + 3600, "expires_at": now + 3900},
        "lives too long": {"issued_at": now, "expires_at": now + 86_400},
        "for another audience": {"audience": "petitions"},
        "by another issuer": {"issuer": "https://identity.example"},
        "of no session": {"session_id": uuid4()},
    }
    return {
        "garbage": "x" * 40,
        "three empty parts": "..",
        "a changed signature": f"{head}.{claims}.{signature[::-1]}",
        "no signature": f"{head}.{claims}.",
        "too long": genuine + "A" * 20_000,
        "a service token": signer.sign(
            claims_of(stack, audience="petitions", kind=ActorKind.ACCOUNT, expires_at=now + 30),
            TokenType.SERVICE,
        ),
        **{
            name: signer.sign(claims_of(stack, **changes), TokenType.ACCESS)
            for name, changes in signed.items()
        },
    }


@every([each for each in POSTS if each.changes])
def test_an_act_needs_an_idempotency_key(stack: WholeStack, operation: Operation) -> None:
    answer = send_by_one_who_may(stack, operation, without="Idempotency-Key")

    assert (answer.status_code, problem(answer)["code"]) == (400, "malformed_request")


@every([each for each in POSTS if not each.changes])
def test_a_computation_needs_no_idempotency_key(stack: WholeStack, operation: Operation) -> None:
    assert not operation.demands("Idempotency-Key")

    answer = send_by_one_who_may(stack, operation, without="Idempotency-Key")

    if answer.is_success:
        return  # of nothing asked it computes for all there is
    # What takes no body gets as far as the item, which there is not.
    refused = (404, "not_found") if operation.body() is None else (422, "invalid_input")
    assert (answer.status_code, problem(answer)["code"]) == refused


@every(ITEMS)
def test_a_change_of_an_item_needs_if_match(stack: WholeStack, operation: Operation) -> None:
    answer = send_by_one_who_may(stack, operation, without="If-Match")

    assert (answer.status_code, problem(answer)["code"]) == (428, "precondition_required")


@every(WITH_BODY)
def test_a_field_nobody_knows_is_refused(stack: WholeStack, operation: Operation) -> None:
    answer = send_by_one_who_may(stack, operation, json={"no_such_field": "gibberish-4711"})

    found = problem(answer)
    assert (answer.status_code, found["code"]) == (422, "invalid_input")
    pointers = {each["pointer"]: each["code"] for each in found["errors"]}
    assert pointers["/no_such_field"] == "extra_forbidden"
    assert "gibberish-4711" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/internal/events",
        "/internal",
        "/Internal/events",
        "/api/v1/internal/events",
        "/metrics",
        "/api/v1/metrics",
        "/api/v1/petitions-internal/events",
        "/api/v2/petitions",
        "/api/v1/",
        "/api/v1",
        "/openapi.yaml",
        "/redoc",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_inside_is_not_there(stack: WholeStack, path: str, method: str) -> None:
    http = stack.login(READERS["petitions"])
    answer = http.request(method, path, headers=fresh_key())

    assert (answer.status_code, problem(answer)["code"]) == (404, "not_found")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_called_directly_takes_no_token_of_the_gateway(
    stack: WholeStack, service: str
) -> None:
    """It takes service tokens of its own audience and nothing else."""
    token = stack.login(READERS[service]).headers["Authorization"]
    operation = next(each for each in GUARDED if each.service == service and each.is_paged)
    with httpx.Client(base_url=stack.ready.services[service]) as http:
        for headers in ({}, {"Authorization": token}):
            answer = http.get(operation.url(), headers=headers)
            assert (answer.status_code, problem(answer)["code"]) == (401, "unauthenticated")
