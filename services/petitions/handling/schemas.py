"""Bodies of the handling steps."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.petitions.handling.domain.acceptance import RefusalReason
from services.petitions.handling.domain.answer import Outcome
from shared.http.body import Body, Division, LongText, ShortText


class TransferIn(Body):
    """To which unit, and a word to go with it."""

    unit: Division
    reason: ShortText | None = None


class AssignIn(TransferIn):
    """An assignment asks for a closing report by a day."""

    report_due_on: date


class ReasonIn(Body):
    reason: ShortText


class StartIn(Body):
    reason: ShortText | None = None


class AcceptIn(Body):
    """`notice` is what the petitioner is told in writing."""

    notice: ShortText


class RefuseIn(Body):
    ground: RefusalReason
    notice: ShortText


class ExtendIn(Body):
    """`requested_by` is the officer who asked; the caller approves and must be somebody else."""

    days: Annotated[int, Field(ge=1, le=365, strict=True)]
    requested_by: ShortText
    reason: ShortText


class ReplyIn(Body):
    """The handling opinion: what was found and decided, and on which law."""

    outcome: Outcome
    opinion: LongText
    legal_basis: ShortText
