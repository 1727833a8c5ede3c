"""The form in which events cross between services: CloudEvents 1.0, JSON."""

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Envelope(BaseModel):
    """A CloudEvents 1.0 structured-mode event; `subject` is the aggregate, `source` the service."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str
    type: str
    subject: str
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    requestid: str = ""
    data: dict[str, Any]
