"""Which purpose goes with which track (art. 29-31), and changing both before acceptance."""

from collections.abc import Mapping
from typing import Final

from services.petitions.intake.domain import Purpose
from services.petitions.profiles.domain import Track
from shared.errors import InvalidInput, RuleViolation

# The first is taken where none is said.
PURPOSES: Final[Mapping[Track, tuple[Purpose, ...]]] = {
    # Whoever accuses a polluter asks for a duty to be done; art. 30 is about officials.
    Track.STATUTORY_DUTY: (Purpose.CLAIM, Purpose.ACCUSATION),
    Track.PETITION_OPINION: (Purpose.CLAIM,),
    Track.SUGGESTION_REPLY: (Purpose.SUGGESTION,),
    Track.ACCUSATION_TRANSFER: (Purpose.ACCUSATION,),
    Track.LEGAL_PATH: (Purpose.CLAIM,),
}


class PurposeNotOfTrack(InvalidInput):
    code = "purpose_not_of_track"
    zh = "{track} 类事项的信访目的不能是 {purpose}。"
    en = "The purpose of a {track} is not {purpose}."


class AlreadyClassified(RuleViolation):
    code = "already_classified"
    zh = "该件已是此分类。"
    en = "The petition is classified like that already."


def purpose_for(track: Track, asked: Purpose | None, *, present: Purpose) -> Purpose:
    """What was asked for if it fits; else the present purpose, or the track's own."""
    fitting = PURPOSES[track]
    if asked is not None and asked not in fitting:
        raise PurposeNotOfTrack(
            reason="purpose", pointer="/purpose", track=track.value, purpose=asked.value
        )
    return asked or (present if present in fitting else fitting[0])
