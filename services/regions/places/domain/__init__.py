"""Where something is: the county of a point, and the divisions an address text names."""

from services.regions.places.domain.datum import Datum, to_wgs84
from services.regions.places.domain.names import (
    Entry,
    Form,
    FormerName,
    Gazetteer,
    Named,
    former_names,
    gazetteer,
    short_name,
)
from services.regions.places.domain.outlines import Near, Outline, near, outlines
from services.regions.places.domain.reading import Candidate, Mention, Reason, Span, read, spans

__all__ = [
    "Candidate",
    "Datum",
    "Entry",
    "Form",
    "FormerName",
    "Gazetteer",
    "Mention",
    "Named",
    "Near",
    "Outline",
    "Reason",
    "Span",
    "former_names",
    "gazetteer",
    "near",
    "outlines",
    "read",
    "short_name",
    "spans",
    "to_wgs84",
]
