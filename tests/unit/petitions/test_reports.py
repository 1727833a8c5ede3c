"""Hashes of reports: the same for the same content, other for everything else."""

import hashlib
import json
from datetime import date
from typing import Final

from hypothesis import given, strategies as st

from services.petitions.reports.domain import canonical, item_hash, report_hash

HEADER: Final = {
    "number": "330200-W-2026-001",
    "period_start": date(2026, 3, 2),
    "period_end": date(2026, 3, 9),
}
values: Final = st.one_of(st.none(), st.booleans(), st.text(max_size=10), st.integers(0, 99))
contents: Final = st.dictionaries(st.text(max_size=6), values, max_size=6)


@given(contents)
def test_the_order_of_fields_does_not_count(content: dict[str, object]) -> None:
    turned = dict(reversed(list(content.items())))
    assert item_hash(content) == item_hash(turned)


@given(contents)
def test_a_content_read_back_has_the_same_hash(content: dict[str, object]) -> None:
    assert item_hash(json.loads(canonical(content))) == item_hash(content)


@given(contents, contents)
def test_another_content_has_another_hash(one: dict[str, object], other: dict[str, object]) -> None:
    assert (item_hash(one) == item_hash(other)) is (canonical(one) == canonical(other))


def test_the_order_of_items_counts() -> None:
    assert report_hash(HEADER, ["a", "b"]) != report_hash(HEADER, ["b", "a"])


def test_every_part_of_the_header_counts() -> None:
    whole = report_hash(HEADER, ["a"])
    for part in HEADER:
        assert report_hash({**HEADER, part: "x"}, ["a"]) != whole


def test_anyone_can_recompute_it_with_sorted_compact_json() -> None:
    document = {
        "items": ["a"],
        "number": "330200-W-2026-001",
        "period_end": "2026-03-09",
        "period_start": "2026-03-02",
    }
    plain = json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
    assert report_hash(HEADER, ["a"]) == hashlib.sha256(plain).hexdigest()
