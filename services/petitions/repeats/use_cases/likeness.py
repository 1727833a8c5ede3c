"""Petitions as the rules compare them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.petitions.intake.domain import Purpose
from services.petitions.intake.models import Petition
from services.petitions.repeats.domain.likeness import Likeness
from services.petitions.repeats.domain.targets import target_of
from shared.ids import uuid7

COMPARED = (
    "id",
    "redacted_title",
    "redacted_body",
    "place",
    "object_name",
    "object_code",
    "divisions",
    "media",
    "purpose",
    "anonymous",
    "petitioner_tokens",
    "longitude",
    "latitude",
    "received_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What somebody has typed of a petition so far, as far as it is compared."""

    office: str
    divisions: list[str]
    media: list[str]
    title: str | None
    body: str | None
    place: str | None
    longitude: float | None
    latitude: float | None
    object_name: str | None
    object_code: str | None
    received_at: datetime
    id: UUID = field(default_factory=uuid7)


def of_typed(typed: Typed, *, seats: Collection[str]) -> Likeness:
    """Nobody is compared: see `TypedIn`."""
    return Likeness(
        id=typed.id,
        tokens=frozenset(),
        target=target_of(typed.object_name, typed.title, typed.body, typed.place, seats=seats),
        divisions=frozenset(typed.divisions),
        media=frozenset(typed.media),
        received_at=typed.received_at,
        object_code=typed.object_code,
        point=_point(typed.longitude, typed.latitude),
    )


def of_petition(petition: Petition, *, seats: Collection[str] = frozenset()) -> Likeness:
    return of_row({name: getattr(petition, name) for name in COMPARED}, seats=seats)


def of_row(row: Mapping[str, Any], *, seats: Collection[str]) -> Likeness:
    """A stored petition by its redacted text: no score tells what a reader may not see."""
    texts = (row["redacted_title"], row["redacted_body"], row["place"])
    return Likeness(
        id=row["id"],
        tokens=frozenset(row["petitioner_tokens"]),
        target=target_of(row["object_name"], *texts, seats=seats),
        divisions=frozenset(row["divisions"]),
        media=frozenset(row["media"]),
        received_at=row["received_at"],
        object_code=row["object_code"],
        point=_point(row["longitude"], row["latitude"]),
        unsigned_accusation=row["anonymous"] and row["purpose"] == Purpose.ACCUSATION,
    )


def _point(longitude: float | None, latitude: float | None) -> tuple[float, float] | None:
    return None if longitude is None or latitude is None else (longitude, latitude)
