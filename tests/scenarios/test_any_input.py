"""Every operation asked with what its own document allows, and with a little that it does not."""

from typing import Any, Final

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode

from tests.support.openapi import Operation, all_operations
from tests.support.stack import WholeStack, fresh_key

# A piece of an upload is bytes.
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")

EXAMPLES: Final = 2
OPERATIONS: Final = [each for each in all_operations() if not each.path.startswith("/internal")]
# For each service who may do most in it; a 403 would come before the rest is looked at.
LOGINS: Final = {
    "identity": ("330200-security-administrator-1",),
    "regions": ("330200-command-center-1", "330200-department-head-1"),
    "tasks": ("330282-department-head-1", "330282-officer-2"),
    "petitions": (
        "330200-petition-clerk-1",
        "330282-county-leader-in-charge-1",
        "330200-system-administrator-1",
    ),
}


@pytest.fixture(scope="module")
def schema(stack: WholeStack) -> Any:
    return schemathesis.openapi.from_dict(stack.nobody.get("/openapi.json").json())


def ask(http: httpx.Client, case: Any) -> httpx.Response:
    """The case as it was made, under a key and a token of its own."""
    sent = case.as_transport_kwargs(base_url="")
    headers = {
        name: value
        for name, value in (sent.get("headers") or {}).items()
        if name.lower() not in GIVEN
    }
    data = sent.get("data")
    body = {"json": sent["json"]} if "json" in sent else {_kind(data): data}
    return http.request(
        case.method,
        sent["url"],
        params=sent.get("params"),
        headers={
            name.encode(): str(value).encode() for name, value in (headers | fresh_key()).items()
        },
        **body,
    )


def _kind(data: object) -> str:
    """A form is given by its fields, everything else as it goes over the wire."""
    return "data" if isinstance(data, dict) else "content"


# The client's own say: who it is, how long the body is.
GIVEN: Final = frozenset({"authorization", "idempotency-key", "content-length", "user-agent"})


def modes(operation: Operation) -> list[GenerationMode]:
    """Where nothing can be said, nothing can be said wrongly."""
    says = operation.spec.get("parameters") or operation.spec.get("requestBody")
    return list(GenerationMode) if says else [GenerationMode.POSITIVE]


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_no_input_breaks_a_service(stack: WholeStack, schema: Any, operation: Operation) -> None:
    described = schema[operation.path][operation.method.upper()]
    for mode in modes(operation):
        ask_every_case(stack, operation, described.as_strategy(generation_mode=mode))


def ask_every_case(stack: WholeStack, operation: Operation, cases: SearchStrategy[Any]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def every_case(case: Any) -> None:
        for login in LOGINS[operation.service]:
            answer = ask(stack.login(login), case)
            assert answer.status_code < 500, (case, answer.text)

    every_case()
