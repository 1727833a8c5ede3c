"""Documents that disagree become one that holds."""

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.openapi import merged

OK = {"200": {"description": "well"}}


def reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def document(
    path: str, *, schemas: dict[str, Any], answer: str, **operation: Any
) -> dict[str, Any]:
    content = {"application/json": {"schema": reference(answer)}}
    responses = {"200": {"description": "well", "content": content}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "one", "version": "1"},
        "paths": {path: {"get": {"operationId": "list", "responses": responses, **operation}}},
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def answer_of(result: dict[str, Any], path: str) -> str:
    content = result["paths"][path]["get"]["responses"]["200"]["content"]
    name: str = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return name


SHARED = {"type": "object", "title": "Problem"}
TASKS = document(
    "/api/v1/tasks",
    schemas={
        "Problem": SHARED,
        "State": {"type": "string", "enum": ["open"]},
        "Page": {"type": "array", "items": reference("State")},
    },
    answer="Page",
    security=[{"bearer": []}],
    **{"x-action": "tasks.read"},
)
PETITIONS = document(
    "/api/v1/petitions",
    schemas={
        "Problem": SHARED,
        "State": {"type": "string", "enum": ["filed"]},
        "Page": {"type": "array", "items": reference("State")},
    },
    answer="Page",
)


@pytest.fixture(scope="module")
def both() -> dict[str, Any]:
    return merged({"tasks": TASKS, "petitions": PETITIONS})


def test_the_result_is_valid(both: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(both).validate()


def test_what_is_equal_is_shared_and_what_differs_is_named_after_its_service(
    both: dict[str, Any],
) -> None:
    schemas = both["components"]["schemas"]
    assert set(schemas) == {
        "Problem",
        "TasksState",
        "TasksPage",
        "PetitionsState",
        "PetitionsPage",
    }
    assert schemas["TasksState"]["enum"] == ["open"]


def test_what_uses_a_renamed_schema_uses_it_by_its_new_name(both: dict[str, Any]) -> None:
    assert answer_of(both, "/api/v1/tasks") == "TasksPage"
    assert both["components"]["schemas"]["PetitionsPage"]["items"] == reference("PetitionsState")


def test_operation_ids_are_unique(both: dict[str, Any]) -> None:
    ids = {item["get"]["operationId"] for item in both["paths"].values()}
    assert ids == {"get_tasks", "get_petitions"}


def test_own_marks_are_kept_and_tokens_explained(both: dict[str, Any]) -> None:
    operation = both["paths"]["/api/v1/tasks"]["get"]
    assert operation["x-action"] == "tasks.read"
    assert operation["security"] == [{"bearer": []}, {"oauth2": []}]
    flows = both["components"]["securitySchemes"]["oauth2"]["flows"]
    assert flows["password"]["tokenUrl"] == "/oauth/token"


def test_a_missing_service_leaves_the_others() -> None:
    alone = merged({"tasks": TASKS})
    assert list(alone["paths"]) == ["/api/v1/tasks"]
    assert answer_of(alone, "/api/v1/tasks") == "Page"


@pytest.mark.parametrize(
    "path", ["/internal/events", "/healthz", "/api/v1/petitions", "/api/v1/unknown"]
)
def test_what_the_gateway_does_not_forward_there_is_not_shown(path: str) -> None:
    alone = merged({"tasks": {"paths": {path: {"get": {"responses": OK}}}}})
    assert alone["paths"] == {}
    OpenAPIV31SpecValidator(alone).validate()
