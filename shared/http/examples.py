"""What to send, for bodies whose schema has no example of its own: the least that has the form."""

from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

BY_FORMAT: Final = {
    "uuid": "01890a5d-ac96-774b-bcce-b302099a8057",
    "date": "2026-03-16",
    "date-time": "2026-03-16T09:00:00+08:00",
}
TEXT: Final = "示例"


def example_of(schema: Schema, components: Mapping[str, Schema]) -> Any:  # noqa: ANN401 -- any JSON
    """An example by this schema: its own, or made of what is required and what has examples."""
    if "$ref" in schema:
        return example_of(components[schema["$ref"].rpartition("/")[2]], components)
    if given := _given(schema):
        return given[0]
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], components)
    return _made(schema, components)


def _given(schema: Schema) -> list[Any]:
    single = [schema[name] for name in ("example", "const") if name in schema]
    return single or schema.get("examples") or schema.get("enum") or []


def _made(schema: Schema, components: Mapping[str, Schema]) -> Any:  # noqa: ANN401 -- any JSON
    match schema["type"]:
        case "object":
            return _object(schema, components)
        case "array":
            return [example_of(schema["items"], components)] * max(1, schema.get("minItems", 0))
        case "string":
            return BY_FORMAT.get(schema.get("format", ""), _text(schema))
        case "boolean":
            return True
        case _:
            return schema.get("minimum", 1)


def _object(schema: Schema, components: Mapping[str, Schema]) -> dict[str, Any]:
    required = schema.get("required", ())
    return {
        name: example_of(described, components)
        for name, described in schema.get("properties", {}).items()
        if name in required or "examples" in described
    }


def _text(schema: Schema) -> str:
    least: int = schema.get("minLength", 1)
    return TEXT * -(-least // len(TEXT))
