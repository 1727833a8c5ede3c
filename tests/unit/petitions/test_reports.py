"""Hashes of reports: the same for the same content, other for everything else."""

import hashlib
import json
from datetime import date, timedelta
from typing import Final

import pytest
from hypothesis import given, strategies as st

from services.petitions.reports.domain import (
    STANDING,
    as_stood,
    canonical,
    difference,
    item_hash,
    report_hash,
    weeks_open,
)
from tests.factories.clocks import at

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


def test_every_part_of_a_report_counts() -> None:
    whole = report_hash(HEADER, ["a"], carried=["b"], lines=["c"], changes=["d"])

    for part in ("carried", "lines", "changes"):
        parts = {"carried": ["b"], "lines": ["c"], "changes": ["d"], part: ["x"]}
        assert report_hash(HEADER, ["a"], **parts) != whole


@pytest.mark.parametrize(("days", "weeks"), [(1, 1), (7, 1), (8, 2), (14, 2), (35, 5)])
def test_a_week_begun_counts(days: int, weeks: int) -> None:
    pushed = at("2026-03-09")

    assert weeks_open(pushed, pushed + timedelta(days=days)) == weeks


ONE: Final = {"escalation": "1", "county": "330281", "petition": "P1", "title": "酸味"}
TWO: Final = {"escalation": "2", "county": "330282", "petition": "P2", "title": "扬尘"}


@given(st.lists(contents, max_size=4))
def test_nothing_differs_from_itself(items: list[dict[str, object]]) -> None:
    keyed = [{**each, "id": str(place)} for place, each in enumerate(items)]

    assert difference(keyed, keyed, key="id") == []


def test_a_difference_names_what_was_added_removed_and_changed_field_by_field() -> None:
    changed = {**ONE, "title": "酸臭味", "place": "园区"}

    assert difference([ONE], [ONE, TWO], key="escalation") == [
        {"kind": "added", "escalation": "2", "county": "330282", "petition": "P2", "fields": {}}
    ]
    assert [each["kind"] for each in difference([ONE, TWO], [TWO], key="escalation")] == ["removed"]
    [found] = difference([ONE], [changed], key="escalation")
    assert found["fields"] == {
        "place": {"before": None, "after": "园区"},
        "title": {"before": "酸味", "after": "酸臭味"},
    }


@given(contents, st.sampled_from(sorted(STANDING)))
def test_that_a_matter_moved_on_is_no_late_data(now: dict[str, object], field: str) -> None:
    then = {field: "pushed"}

    assert as_stood({**now, field: "resolved"}, then)[field] == "pushed"
    assert as_stood(now, None) == now
