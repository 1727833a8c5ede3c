"""Bodies of call-backs."""

from datetime import date, datetime
from uuid import UUID

from services.petitions.callbacks.domain import Result, Solved
from shared.http.body import Body, Out, ShortText


class CallbackIn(Body):
    """What the petitioner said; `solved` is `unknown` only if nobody could be asked."""

    result: Result
    solved: Solved
    note: ShortText | None = None


class CallbackOut(Out):
    id: UUID
    petition_id: UUID
    result: Result
    solved: Solved
    note: str | None
    caller_name: str
    at: datetime


class DueOut(Out):
    """A call to make: to whom is asked for under the rules of the petition itself."""

    petition_id: UUID
    number: str
    title: str
    holder: str
    divisions: list[str]
    replied_at: datetime
    due_on: date
    overdue: bool
    # Days on which somebody tried and reached nobody.
    tried_on: list[date]
