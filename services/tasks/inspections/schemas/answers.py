"""How a party answers a text."""

from typing import Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from services.tasks.inspections.domain.guards import AbsenceCase, Signature
from services.tasks.inspections.use_cases.visiting import Answer
from shared.http.body import Body, ShortText


class AnswerIn(Body):
    """A refusal to sign, or absence with its case, is noted with what was said or seen."""

    signature: Signature
    signature_note: ShortText | None = None
    absence_case: AbsenceCase | None = None

    @model_validator(mode="after")
    def _noted(self) -> Self:
        if self.signature is not Signature.SIGNED and self.signature_note is None:
            raise PydanticCustomError("missing", "a note is needed")
        return self

    def answer(self) -> Answer:
        return Answer(self.signature, self.signature_note, self.absence_case)
