"""Keys are UUIDv7 (RFC 9562): new ones lie after old ones."""

import time

from shared.ids import uuid7


def test_a_key_says_when_it_was_made() -> None:
    before = time.time_ns() // 1_000_000
    key = uuid7()
    after = time.time_ns() // 1_000_000

    assert (key.version, key.variant) == (7, "specified in RFC 4122")
    assert before <= key.int >> 80 <= after


def test_no_two_keys_are_alike() -> None:
    assert len({uuid7() for _ in range(10_000)}) == 10_000
