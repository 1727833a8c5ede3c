"""Bodies of imports: how a file is described, how far it is, what is wrong with it."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from services.petitions.exports.domain.cells import FileFormat
from services.petitions.imports.domain.life import BY_PERSON, TRANSITIONS, ImportState, Mode
from services.petitions.imports.domain.problems import MESSAGES, REFUSALS, Code
from services.petitions.imports.models import FileImport, ImportProblem
from services.petitions.imports.use_cases.receiving import Described
from services.petitions.profiles.domain import Channel
from shared.http.body import Body, Code as SourceCode, Division, Out


class ImportIn(Body):
    """What is said of the file, in the query."""

    format: FileFormat
    mode: Annotated[Mode, Field(description="live registers now; archive keeps what ended")]
    source: Annotated[SourceCode, Field(description="Where the outside numbers come from")]
    office: Annotated[Division, Field(description="Office that registers, e.g. 330200")]
    channel: Annotated[Channel | None, Field(description="Channel of rows that name none")] = None
    dry_run: Annotated[
        bool, Field(description="Stop when the rows are checked, also if none is wrong")
    ] = True

    def described(self) -> Described:
        return Described(
            office=self.office,
            source=self.source,
            mode=self.mode,
            format=self.format,
            channel=self.channel,
            dry_run=self.dry_run,
        )


class LoadIn(Body):
    """Whether rows that did not pass are left out; otherwise they bar the loading."""

    skip_errors: bool = False


class CancelIn(Body):
    """Nothing: calling off needs no reason."""


class Said(Out):
    """One thing in two languages, under a code that stays."""

    code: str
    zh: str
    en: str


class RowsOut(Out):
    """Progress in rows: `failed` did not pass or were refused, `known` were here before."""

    total: int
    checked: int
    loaded: int
    known: int
    differing: int
    failed: int


class ImportOut(Out):
    """An import and how far it is; no row of it."""

    id: UUID
    office: str
    source: str
    mode: Mode
    format: FileFormat
    channel: Channel | None
    dry_run: bool
    skip_errors: bool
    state: ImportState
    failure: Said | None
    size: int
    sha256: str
    rows: RowsOut
    percent: Annotated[int, Field(description="Of what is going on now: checking or loading")]
    sent_by: str
    created_at: datetime
    ended_at: datetime | None
    actions: list[str]
    version: int

    @classmethod
    def of(cls, batch: FileImport) -> Self:
        facts = batch.model_dump()
        steps = TRANSITIONS[batch.state]
        return cls.model_validate(
            {
                **facts,
                "failure": _refusal(batch),
                "rows": RowsOut(
                    total=batch.rows_total,
                    checked=batch.rows_checked,
                    loaded=batch.rows_loaded,
                    known=batch.rows_known,
                    differing=batch.rows_differing,
                    failed=batch.rows_wrong + batch.rows_failed,
                ),
                "percent": _percent(batch),
                "sent_by": batch.actor_name,
                "actions": [each.value for each in BY_PERSON if each in steps],
            }
        )


def _refusal(batch: FileImport) -> Said | None:
    if batch.failure is None:
        return None
    zh, en = REFUSALS[batch.failure]
    return Said(code=batch.failure.value, zh=zh, en=en)


def _percent(batch: FileImport) -> int:
    """Rounded down, so that a hundred means all."""
    reading = batch.state in (ImportState.RECEIVED, ImportState.READING)
    done = batch.rows_checked if reading else batch.rows_done
    if batch.state in (ImportState.CHECKED, ImportState.DONE):
        return 100
    return done * 100 // batch.rows_total if batch.rows_total else 0


class ProblemOut(Out):
    """Something wrong at one place; never the value that stands there."""

    row: int
    column: str
    code: Code
    bars: bool
    zh: str
    en: str

    @classmethod
    def of(cls, problem: ImportProblem) -> Self:
        zh, en = MESSAGES[problem.code]
        return cls(
            row=problem.row,
            column=problem.place,
            code=problem.code,
            bars=problem.bars,
            zh=zh,
            en=en,
        )
