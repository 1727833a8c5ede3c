"""What DESIGN section 4 promises for all routes, asked of every route there is."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpx
import pytest

from ops.services import SERVICES
from shared.auth.actor import Role
from shared.ids import uuid7
from tests.integration.shared.conftest import Caller, Served
from tests.support.openapi import Operation, all_operations

OPERATIONS: Final = all_operations()
GUARDED: Final = [each for each in OPERATIONS if not each.is_public]
CHANGES: Final = [each for each in GUARDED if each.changes]
LISTS: Final = [each for each in GUARDED if each.is_paged]
WITH_BODY: Final = [each for each in GUARDED if each.body() is not None]

# POST on an item that changes nothing of it, so that no version can be stale.
CHANGES_NOT_THE_ITEM: Final = {
    "petitions POST /api/v1/petitions/{petition_id}/reveal": "reads, and leaves a trace",
    "petitions POST /api/v1/reports/{report_id}/receipts": "the report is frozen",
    "petitions POST /api/v1/reports/{report_id}/restatements": "the report is frozen",
    "petitions POST /api/v1/escalations/{escalation_id}/progress": "several tell, none undoes",
    "regions POST /api/v1/operations/{operation_id}/findings": "several record, none undoes",
    "tasks POST /api/v1/inspections/{inspection_id}/supervision-notes": "several note, none undoes",
    "regions POST /api/v1/grid-cells/{grid_cell_id}/visits": "several record, none undoes",
    "regions POST /api/v1/rotas/{rota_id}/rounds": "a preview that changes nothing of the rota",
}
# One page by their nature.
NEVER_LONG: Final = {
    "regions GET /api/v1/duty-rosters/on-duty": "the desks of one division",
    "regions GET /api/v1/duty-rosters/threatened": "what is wrong in the days watched ahead",
    "regions GET /api/v1/assessment-schemes/indicators": "the indicators there are",
    "tasks GET /api/v1/teams/free-busy": "the officers of one division who are out, in one period",
    "tasks GET /api/v1/leads:statistics": "a line a source",
    "petitions GET /api/v1/working-groups": "one a city, and a caller sees those above and below",
    "petitions GET /api/v1/handling-profiles": "what administrators added to a dozen",
    "petitions GET /api/v1/petition-settings": "the figures there are",
    "petitions GET /api/v1/petition-statistics/definitions": "the rules there are",
    "petitions GET /api/v1/petition-statistics/rankings": "as many as `top` asks for",
}
BOUNDS_OF_TEXT: Final = frozenset({"maxLength", "pattern", "enum", "const", "format"})


def every(operations: list[Operation]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", operations, ids=str)


@pytest.fixture(scope="module")
def callers(services: dict[str, Served]) -> dict[str, Caller]:
    """For each service somebody who may do everything in Zhejiang."""
    return {name: services[name].enter(*((role, "33") for role in Role)) for name in SERVICES}


class Asker:
    """Sends an operation with what it demands, and with what a test changes about that."""

    def __init__(self, services: dict[str, Served], callers: dict[str, Caller]) -> None:
        self._services = services
        self._callers = callers

    async def __call__(
        self,
        operation: Operation,
        *,
        without: str = "",
        params: Mapping[str, Any] | None = None,
        url: str | None = None,
        **options: Any,
    ) -> httpx.Response:
        caller = self._callers[operation.service]
        headers = {
            **caller.headers,
            "Idempotency-Key": uuid7().hex,
            "If-Match": '"0"',
            **options.pop("headers", {}),
        }
        kept = {name: value for name, value in headers.items() if name != without}
        answer: httpx.Response = await self._services[operation.service].http.request(
            operation.method.upper(),
            url or operation.url(),
            headers=kept,
            params=params,
            **options,
        )
        assert answer.status_code != 500, answer.text
        return answer


@pytest.fixture(scope="module")
def ask(services: dict[str, Served], callers: dict[str, Caller]) -> Asker:
    return Asker(services, callers)


def pointers(answer: httpx.Response) -> dict[str, str]:
    return {each["pointer"]: each["code"] for each in answer.json().get("errors", ())}


def expect(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), answer.text
    assert problem["status"] == status
    assert problem["request_id"] == answer.headers["x-request-id"]


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [each.spec["operationId"] for each in OPERATIONS]

    assert sorted(set(names)) == sorted(names)


@every(GUARDED)
def test_the_document_says_what_guards_it(operation: Operation) -> None:
    assert {"x-action", "x-scope", "x-sensitive", "x-idempotent"} <= set(operation.spec)


@every(GUARDED)
async def test_nobody_gets_in_without_a_token(operation: Operation, ask: Asker) -> None:
    answer = await ask(operation, without="Authorization")

    expect(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


@every(GUARDED)
async def test_somebody_without_rights_may_do_nothing(
    operation: Operation, ask: Asker, services: dict[str, Served]
) -> None:
    nobody = services[operation.service].enter()

    expect(await ask(operation, headers=nobody.headers), 403, "forbidden")


@every(CHANGES)
async def test_a_change_needs_an_idempotency_key(operation: Operation, ask: Asker) -> None:
    assert operation.demands("Idempotency-Key")

    expect(await ask(operation, without="Idempotency-Key", json={}), 400, "malformed_request")


@every([each for each in CHANGES if each.is_of_one_item])
async def test_a_change_of_an_item_needs_if_match(operation: Operation, ask: Asker) -> None:
    if str(operation) in CHANGES_NOT_THE_ITEM:
        assert not operation.demands("If-Match")
        return
    assert operation.demands("If-Match")

    expect(await ask(operation, without="If-Match", json={}), 428, "precondition_required")
    expect(await ask(operation, headers={"If-Match": "*"}, json={}), 400, "malformed_request")


@every(WITH_BODY)
async def test_a_field_nobody_knows_is_refused(operation: Operation, ask: Asker) -> None:
    answer = await ask(operation, json={"no_such_field": "gibberish-4711"})

    expect(answer, 422, "invalid_input")
    assert pointers(answer)["/no_such_field"] == "extra_forbidden"
    assert "gibberish-4711" not in answer.text


def unbounded(operation: Operation, schema: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """Where a body may hold text or a list of any length."""
    schema = operation.resolved(schema)
    kind = schema.get("type")
    if kind == "string" and not BOUNDS_OF_TEXT & set(schema):
        yield place
    if kind == "array" and "maxItems" not in schema:
        yield place
    for name, described in schema.get("properties", {}).items():
        yield from unbounded(operation, described, f"{place}/{name}")
    if isinstance(schema.get("items"), Mapping):
        yield from unbounded(operation, schema["items"], f"{place}/0")


@every(WITH_BODY)
def test_every_text_and_every_list_has_an_end(operation: Operation) -> None:
    body = operation.body()
    assert body is not None

    assert list(unbounded(operation, body)) == []


def hostile(operation: Operation) -> Iterator[tuple[str, object]]:
    """For each field of the body something of its type that no field may take."""
    body = operation.body()
    assert body is not None
    for name, described in body.get("properties", {}).items():
        schema = operation.resolved(described)
        match schema.get("type"), schema.get("format"):
            case "string", "date-time":
                yield name, "2026-03-02T09:00:00"
            case "string", _:
                yield name, "a\0b"
            case "integer" | "number", _:
                yield name, 10**20
            case "array", _:
                yield name, ["\0"] * 500
            case _:
                yield name, "\0"


@every(WITH_BODY)
async def test_no_field_takes_what_cannot_be_kept(operation: Operation, ask: Asker) -> None:
    for name, value in hostile(operation):
        answer = await ask(operation, json={name: value})

        expect(answer, 422, "invalid_input")
        assert any(each.startswith(f"/{name}") for each in pointers(answer)), (name, answer.text)


@every(WITH_BODY)
async def test_what_is_not_json_is_malformed(operation: Operation, ask: Asker) -> None:
    for body in (b'{"a": NaN}', b'{"a": "\\ud800"}', b'{"a"', b"\xff", b"1e999"):
        answer = await ask(operation, content=body, headers={"Content-Type": "application/json"})

        expect(answer, 400, "malformed_request")


@every(GUARDED)
async def test_nul_is_nowhere_part_of_an_address(operation: Operation, ask: Asker) -> None:
    names = [name for name, _ in operation.parameters("query")] or ["anything"]
    for name in names:
        answer = await ask(operation, url=f"{operation.url()}?{name}=a%00b")
        expect(answer, 400, "malformed_request")

    expect(await ask(operation, url=f"{operation.url()}%00"), 400, "malformed_request")


@every([each for each in GUARDED if each.parameters("query")])
async def test_no_parameter_breaks_a_service(operation: Operation, ask: Asker) -> None:
    for name, _ in operation.parameters("query"):
        for value in ("", "-1", str(10**20), "NaN", "' OR 1=1 --", "联" * 300):
            await ask(operation, params={name: value})


@every([each for each in GUARDED if each.is_of_one_item])
async def test_no_key_breaks_a_service(operation: Operation, ask: Asker) -> None:
    names = [name for name, _ in operation.parameters("path")]
    for value in ("-1", str(10**20), "null", "联" * 300, "%2e%2e"):
        url = operation.path.format(**dict.fromkeys(names, value))

        answer = await ask(operation, url=url, json={})

        assert answer.status_code in {404, 405, 422}


@every([each for each in GUARDED if each.method == "get" and not each.is_of_one_item])
def test_a_list_comes_in_pages(operation: Operation) -> None:
    content = operation.spec["responses"]["200"].get("content", {})
    if "application/json" not in content:  # a file is whole
        assert not operation.is_paged
        return
    schema = content["application/json"]["schema"]
    is_list = operation.resolved(schema).get("type") == "array" or "items" in operation.resolved(
        schema
    ).get("properties", {})

    assert operation.is_paged == (is_list and str(operation) not in NEVER_LONG)


@every(LISTS)
async def test_a_page_is_between_1_and_200(operation: Operation, ask: Asker) -> None:
    for limit in ("-1", "0", "201", str(10**20), "1.5", "x", ""):
        answer = await ask(operation, params={"limit": limit})

        expect(answer, 422, "invalid_input")
        assert "limit" in pointers(answer)


@every(LISTS)
async def test_a_forged_cursor_is_refused(operation: Operation, ask: Asker) -> None:
    for cursor in ("A", "AAAA", "eyJhIjoxfQ", "A" * 64, "-" * 1024):
        expect(await ask(operation, params={"cursor": cursor}), 400, "invalid_cursor")
    for cursor in ("", "=", "a b", "A" * 1025, "联动"):
        expect(await ask(operation, params={"cursor": cursor}), 422, "invalid_input")
