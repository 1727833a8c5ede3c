"""The life of an import: received, read and checked, loaded when somebody says so."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from services.petitions.intake.domain import IllegalStep
from shared.errors import RuleViolation


class Mode(StrEnum):
    LIVE = "live"  # registered now: clocks, numbers, events
    ARCHIVE = "archive"  # what was handled before, with its history


class ImportState(StrEnum):
    RECEIVED = "received"
    READING = "reading"  # taken apart and checked row by row
    CHECKED = "checked"  # the dry run is done
    LOADING = "loading"
    DONE = "done"
    FAILED = "failed"  # the file as a whole cannot be read or loaded
    CANCELLED = "cancelled"


class ImportStep(StrEnum):
    READ = "read"
    CHECK = "check"
    LOAD = "load"
    FINISH = "finish"
    FAIL = "fail"
    CANCEL = "cancel"


TRANSITIONS: Final[Mapping[ImportState, Mapping[ImportStep, ImportState]]] = {
    ImportState.RECEIVED: {
        ImportStep.READ: ImportState.READING,
        ImportStep.CANCEL: ImportState.CANCELLED,
    },
    ImportState.READING: {
        ImportStep.CHECK: ImportState.CHECKED,
        ImportStep.FAIL: ImportState.FAILED,
        ImportStep.CANCEL: ImportState.CANCELLED,
    },
    ImportState.CHECKED: {
        ImportStep.LOAD: ImportState.LOADING,
        ImportStep.CANCEL: ImportState.CANCELLED,
    },
    ImportState.LOADING: {
        ImportStep.FINISH: ImportState.DONE,
        ImportStep.FAIL: ImportState.FAILED,
        ImportStep.CANCEL: ImportState.CANCELLED,
    },
    ImportState.DONE: {},
    ImportState.FAILED: {},
    ImportState.CANCELLED: {},
}
# What a person does; the rest is done by jobs.
BY_PERSON: Final = (ImportStep.LOAD, ImportStep.CANCEL)
ENDED: Final = frozenset({ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED})


class RowsAreWrong(RuleViolation):
    """Loading would leave rows out; somebody must say that this is meant."""

    code = "rows_are_wrong"
    zh = "有 {rows} 行未通过检查;如要跳过这些行,请以 skip_errors 确认。"
    en = "{rows} rows did not pass; confirm with skip_errors to leave them out."


def step(state: ImportState, taken: ImportStep) -> ImportState:
    """Where `taken` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][taken]
    except KeyError:
        raise IllegalStep(state, taken, list(TRANSITIONS[state])) from None
