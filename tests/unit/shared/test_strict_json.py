"""What is read as JSON, and what is not."""

from json import JSONDecodeError

import orjson
import pytest
from hypothesis import given, strategies as st

from shared.http.strict_json import loads

LEAVES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()
ANY_JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(ANY_JSON)
def test_what_json_is_is_read(value: object) -> None:
    assert loads(orjson.dumps(value)) == value


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a": 1}',
        b'{"a": 1, "\\u0061": 2}',
        b'[{"b": {"a": ":", "a": "\\":"}}]',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'"\\ud800"',
        b"",
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_what_readers_would_disagree_about_is_refused(body: bytes) -> None:
    with pytest.raises(JSONDecodeError):
        loads(body)


@given(ANY_JSON, st.text())
def test_a_name_twice_is_found_however_deep(value: object, name: str) -> None:
    once = orjson.dumps({name: value})
    twice = once[:-1] + b"," + once[1:]

    with pytest.raises(JSONDecodeError):
        loads(b'[{"\\\\": ' + twice + b"}]")
