"""No table names a division without saying whether its rows follow it to a successor."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Final

import pytest
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import ARRAY

from shared.succession.open_work import OpenWork

# Codes that are written down once and stay: history, counters, what the kernel keeps by itself.
KEPT: Final[Mapping[str, frozenset[str]]] = {
    "identity": frozenset(),
    "regions": frozenset({"border", "division", "division_change", "letter_counter"}),
    "tasks": frozenset({"file_import", "inspection_officer", "number_counter", "team_member"}),
    "petitions": frozenset(
        {
            "competence_answer",
            "file_import",
            "handling_profile",
            "number_counter",
            "petition_part",
            "supervision_order_step",
        }
    ),
}
KERNEL: Final = frozenset(
    {"division_succession", "reference_border", "reference_division", "rule_setting"}
)
CODE_LENGTH: Final = 12
LISTS: Final = frozenset({"divisions", "parties", "bodies", "concerned", "members", "counties"})


def names_divisions(table: Table) -> Iterator[str]:
    for column in table.c:
        is_list = isinstance(column.type, ARRAY) and column.name in LISTS
        if is_list or getattr(column.type, "length", None) == CODE_LENGTH:
            yield column.name


def declared(service: str) -> tuple[OpenWork, ...]:
    found: tuple[OpenWork, ...] = import_module(f"services.{service}.tables").OPEN_WORK
    return found


@pytest.mark.parametrize("service", KEPT)
def test_every_table_that_names_divisions_says_what_becomes_of_it(service: str) -> None:
    metadata = import_module(f"services.{service}.tables").metadata
    naming = {
        table.name
        for table in metadata.tables.values()
        if table.name not in KERNEL and [*names_divisions(table)]
        # What is never changed is history.
        if not table.info.get("frozen")
    }

    assert naming - {work.table.name for work in declared(service)} == KEPT[service]


@pytest.mark.parametrize("service", KEPT)
def test_what_is_declared_can_be_moved(service: str) -> None:
    kinds = [work.kind for work in declared(service)]
    assert len(kinds) == len({*kinds})
    for work in declared(service):
        assert {*work.columns, *work.cities, *work.cities.values()} <= {*work.table.c.keys()}
        assert {*work.cities.values()} <= {*work.columns}
        # A frozen row is history.
        assert not work.table.info.get("frozen")
