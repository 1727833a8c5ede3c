"""What outsiders read of a service is named by subjects, never by modules."""

import json
from importlib import import_module
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI

from ops.services import SERVICES
from shared.http.document import MODULE, REF, SchemaNameTaken, complete


def document_of(service: str) -> dict[str, Any]:
    document: dict[str, Any] = import_module(f"services.{service}.main").app.openapi()
    return document


@pytest.mark.parametrize("service", SERVICES)
def test_no_schema_is_named_by_a_module_and_each_that_is_named_is_there(service: str) -> None:
    document = document_of(service)
    names = document["components"]["schemas"].keys()
    pointed = {part.partition('"')[0] for part in json.dumps(document).split(f'"{REF}')[1:]}

    assert [name for name in names if MODULE in name] == []
    assert pointed <= names


def test_the_document_is_the_same_when_it_is_asked_for_again() -> None:
    assert json.dumps(document_of("regions")) == json.dumps(document_of("regions"))


def test_two_schemas_never_share_a_name() -> None:
    app = FastAPI()
    app.include_router(APIRouter())
    complete(app)
    app.openapi()  # makes the document that is kept
    schemas: dict[str, Any] = {
        f"services__tasks__draws__{part}__Line": {} for part in ("schemas", "domain")
    }
    assert app.openapi_schema is not None
    app.openapi_schema["components"]["schemas"] = schemas

    with pytest.raises(SchemaNameTaken):
        app.openapi()
