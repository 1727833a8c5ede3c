"""How long an office has, and since when it says so (信访工作条例; DOMAIN 2.1, 2.2, 2.4)."""

from services.petitions.profiles.domain.choice import (
    Facts,
    NoProfile,
    Why,
    chosen,
    could_hold,
    profile_for,
    weighed,
)
from services.petitions.profiles.domain.kinds import Channel, ClockKind, Track
from services.petitions.profiles.domain.practice import (
    PROFILES,
    BeyondStatute,
    Profile,
    require_lawful,
)
from services.petitions.profiles.domain.statute import (
    CLOSING,
    NOTICE,
    OBJECTION,
    RE_REVIEW,
    RE_REVIEW_REQUEST,
    REVIEW,
    REVIEW_REQUEST,
    ROUTING,
    STATUTORY_CLOCKS,
    StatutoryClock,
    statute,
)
from services.petitions.profiles.domain.tracks import PROCEDURES, Procedure

__all__ = [
    "CLOSING",
    "NOTICE",
    "OBJECTION",
    "PROCEDURES",
    "PROFILES",
    "REVIEW",
    "REVIEW_REQUEST",
    "RE_REVIEW",
    "RE_REVIEW_REQUEST",
    "ROUTING",
    "STATUTORY_CLOCKS",
    "BeyondStatute",
    "Channel",
    "ClockKind",
    "Facts",
    "NoProfile",
    "Procedure",
    "Profile",
    "StatutoryClock",
    "Track",
    "Why",
    "chosen",
    "could_hold",
    "profile_for",
    "require_lawful",
    "statute",
    "weighed",
]
