"""Bodies of following a case: a number and a code in; the public state, and the next code, out."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from services.petitions.follow.domain import PUBLIC, WORDS, Status
from services.petitions.follow.use_cases import Shown
from services.petitions.intake.domain import State
from services.petitions.intake.use_cases.follow_codes import ALPHABET, LENGTH
from shared.clocks.days import legal_day
from shared.http.body import Body, Out


class StatusIn(Body):
    """The number of the case, and the code as it was given, with or without blanks."""

    number: Annotated[
        str, StringConstraints(pattern=r"^[0-9-]{1,40}$"), Field(examples=["330281-2026-000001"])
    ]
    code: Annotated[
        str,
        StringConstraints(pattern=r"^[0-9A-Za-z -]{1,32}$"),
        Field(examples=[ALPHABET[:LENGTH]]),
    ]


class CodeOut(Out):
    """A code, told once."""

    number: str
    follow_code: str


class StatusOut(Out):
    """The public state of a case: no text, no names, nothing of the units."""

    number: str
    status: Status
    zh: str
    en: str
    office: str
    received_on: date
    accepted_on: date | None
    refused_on: date | None
    answered_on: date | None
    closed_on: date | None
    next_code: str

    @classmethod
    def of(cls, shown: Shown) -> Self:
        case, status = shown.case, PUBLIC[State(shown.case["state"])]
        days = {
            name: legal_day(case[column]) if case[column] else None
            for name, column in (
                ("received_on", "received_at"),
                ("accepted_on", "accepted_at"),
                ("answered_on", "replied_at"),
            )
        }
        ended = legal_day(case["closed_at"]) if case["closed_at"] else None
        refused = status is Status.NOT_ACCEPTED
        zh, en = WORDS[status]
        return cls.model_validate(
            {
                **days,
                "number": case["number"],
                "status": status,
                "zh": zh,
                "en": en,
                "office": shown.office_name,
                "refused_on": ended if refused else None,
                "closed_on": None if refused else ended,
                "next_code": shown.next_code,
            }
        )
