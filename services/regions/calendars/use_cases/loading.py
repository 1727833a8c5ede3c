"""The trace of references that came with the repository's files."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from shared.audit.trace import SYSTEM_ACTOR, record


async def trace_document(
    session: AsyncSession, kind: str, document: Mapping[str, Any], *, now: datetime
) -> None:
    await record(
        session,
        SYSTEM_ACTOR,
        "reference.publish",
        object_kind=kind,
        object_id=document["derived_on"],
        now=now,
        seen_by=(),
        reason=document["source"],
    )
