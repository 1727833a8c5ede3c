"""The body of a matter that several bureaus may know of."""

from typing import Annotated

from pydantic import Field

from shared.contracts.origins import Matter
from shared.http.body import Body, Code, Division, LongText, ShortText


class MatterIn(Body):
    """Pollution facts for several bureaus: no petitioner, no petition text, no number."""

    title: ShortText
    division: Annotated[Division, Field(description="where the matter is met")]
    media: Annotated[list[Code], Field(min_length=1, max_length=20)]
    place: ShortText
    facts: LongText
    object_name: ShortText | None = None
    object_code: Code | None = None
    at_night: bool = False

    def value(self) -> Matter:
        return Matter.model_validate(self.model_dump())
