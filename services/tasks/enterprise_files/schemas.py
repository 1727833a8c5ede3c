"""The file of one object, out."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.http.body import Out


class Kind(StrEnum):
    VISIT = "visit"
    TASK = "task"
    INSPECTION = "inspection"
    PROBLEM = "problem"


class EntryOut(Out):
    """One thing kept of the object; the whole of it is in its own collection under the same id.

    `title` is the agency of a visit, the matter of a task, the legal kind of an inspection, the
    beginning of a problem's description.
    """

    kind: Kind
    id: UUID
    at: datetime
    state: str
    title: str
    division: str
