"""Rows of a list, and what became of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import Field, ValidationError

from services.tasks.enterprises.domain.imports import FileFormat, RawRow, RowResult
from services.tasks.enterprises.domain.positive_lists import Category
from services.tasks.enterprises.models.imports import FileImport
from services.tasks.enterprises.schemas.registry import FactsIn
from services.tasks.enterprises.use_cases.imports import ReadRow, Row
from shared.http.body import Body, Division, Out
from shared.http.problems import FIELD_ERRORS

NO_OBJECT: Final = {
    "pointer": "",
    "code": "malformed_row",
    "zh": "该行无法读取",
    "en": "the row cannot be read",
}
UNKNOWN: Final = ("不符合要求", "is not valid")


class ImportIn(Body):
    """What is said of the file, in the query."""

    format: FileFormat
    division: Annotated[Division, Field(description="every row lies in it or below")]
    positive_list_id: Annotated[
        UUID | None, Field(description="rows go on this list, each with its category")
    ] = None


class RowIn(FactsIn):
    """One row of a file. `site_number` names one of several sites of a legal person."""

    site_number: Annotated[int | None, Field(ge=1, le=9999)] = None
    category: Category | None = None

    def row(self) -> Row:
        given = frozenset(self.model_fields_set)
        return Row(self.facts(), given, self.site_number, self.category)


def read_rows(rows: Sequence[RawRow]) -> list[ReadRow]:
    """Each row as it can be kept: checked by its form, or with the first thing wrong with it."""
    return [_read(each) for each in rows]


def row_of(facts: Mapping[str, Any]) -> Row:
    """A row that was kept."""
    return RowIn.model_validate(facts).row()


def _read(raw: RawRow) -> ReadRow:
    if raw.values is None:
        return ReadRow(raw.number, problem=NO_OBJECT)
    try:
        row = RowIn.model_validate(raw.values)
    except ValidationError as wrong:
        return ReadRow(raw.number, problem=_problem(wrong))
    return ReadRow(raw.number, facts=row.model_dump(mode="json", exclude_unset=True))


def _problem(wrong: ValidationError) -> dict[str, str]:
    first = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
    zh, en = FIELD_ERRORS.get(first["type"], UNKNOWN)
    known = {*RowIn.model_fields, "longitude", "latitude", "number", "valid_from", "valid_to"}
    # A column nobody knows is not echoed.
    path = [str(each) for each in first["loc"] if isinstance(each, int) or each in known]
    pointer = "".join(f"/{each}" for each in path)
    return {"pointer": pointer, "code": first["type"], "zh": zh, "en": en}


class ImportOut(Out):
    """How far an import is: rows by result. It is done when none is waiting."""

    id: UUID
    division: str
    format: FileFormat
    positive_list_id: UUID | None
    sha256: str
    rows: int
    results: dict[RowResult, int]
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, batch: FileImport, results: Mapping[RowResult, int]) -> Self:
        whole = {each: results.get(each, 0) for each in RowResult}
        return cls.model_validate({**batch.model_dump(), "results": whole})


class RowProblemOut(Out):
    pointer: str
    code: str
    zh: str
    en: str


class ImportRowOut(Out):
    """What became of one row of the file."""

    number: int
    result: RowResult
    problem: RowProblemOut | None
    enterprise_id: UUID | None
