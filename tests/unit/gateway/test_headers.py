"""One pass over the headers."""

import pytest

from gateway.headers import SMALL_BODY, read_head
from gateway.routes import COLLECTIONS, route_of
from shared.errors import MalformedRequest


def test_only_what_concerns_the_service_goes_on() -> None:
    head = read_head(
        [
            (b"host", b"here"),
            (b"connection", b"close, X-Mine"),
            (b"x-mine", b"1"),
            (b"transfer-encoding", b"chunked"),
            (b"x-request-id", b"theirs"),
            (b"x-forwarded-for", b"1.1.1.1"),
            (b"x-forwarded-for", b"2.2.2.2"),
            (b"authorization", b"Bearer t"),
            (b"accept", b"*/*"),
        ]
    )
    assert head.lines == [b"host: here\r\n", b"accept: */*\r\n"]
    assert head.authorization == b"Bearer t"
    assert head.forwarded_for == b"1.1.1.1,2.2.2.2"
    assert head.streams


def test_nobody_can_have_the_length_dropped() -> None:
    head = read_head([(b"connection", b"content-length"), (b"content-length", b"5")])
    assert head.lines == [b"content-length: 5\r\n"]


def test_a_small_body_is_read_whole() -> None:
    assert not read_head([(b"content-length", b"%d" % SMALL_BODY)]).streams
    assert read_head([(b"content-length", b"%d" % (SMALL_BODY + 1))]).streams


def test_two_tokens_are_malformed() -> None:
    with pytest.raises(MalformedRequest):
        read_head([(b"authorization", b"a"), (b"authorization", b"a")])


def test_each_collection_has_one_service() -> None:
    names = [name for own in COLLECTIONS.values() for name in own]
    assert len(names) == len(set(names))
    for service, own in COLLECTIONS.items():
        for name in own:
            route = route_of(f"/api/v1/{name}/x".encode())
            assert route is not None
            assert route.service == service
            assert not route.public
