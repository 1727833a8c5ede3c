"""How long an office has, and since when it says so (信访工作条例; DOMAIN 2.2, 2.4)."""

from services.petitions.profiles.domain.choice import PROFILES, NoProfile, Profile, profile_for
from services.petitions.profiles.domain.kinds import Channel, ClockKind, Track
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
)

__all__ = [
    "CLOSING",
    "NOTICE",
    "OBJECTION",
    "PROFILES",
    "REVIEW",
    "REVIEW_REQUEST",
    "RE_REVIEW",
    "RE_REVIEW_REQUEST",
    "ROUTING",
    "STATUTORY_CLOCKS",
    "Channel",
    "ClockKind",
    "NoProfile",
    "Profile",
    "StatutoryClock",
    "Track",
    "profile_for",
]
