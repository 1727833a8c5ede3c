"""Which profile holds for a petition, and why the others do not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.petitions.profiles.domain.kinds import Channel, Track
from services.petitions.profiles.domain.practice import ANY, PROFILES, Profile
from shared import divisions
from shared.errors import RuleViolation


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a petition decides on its profile."""

    division: str
    channel: Channel
    track: Track
    received_on: date
    momentary: bool = False


class Why(StrEnum):
    """Why a profile is chosen or not; the first that holds, in this order."""

    OTHER_PLACE = "other_place"
    OTHER_CHANNEL = "other_channel"
    OTHER_TRACK = "other_track"
    NOT_MOMENTARY = "not_momentary"
    NOT_IN_FORCE = "not_in_force"
    CHOSEN = "chosen"
    NARROWER_SCOPE_WINS = "narrower_scope_wins"
    MOMENTARY_WINS = "momentary_wins"
    CHANNEL_WINS = "channel_wins"
    LATER_WINS = "later_wins"


class NoProfile(RuleViolation):
    code = "no_profile"
    zh = "{division} 在 {day} 没有适用的办理时限规定。"
    en = "No handling profile covers {division} on {day}."


def misfit(profile: Profile, facts: Facts) -> Why | None:
    """Why the profile does not hold for the petition at all; None if it does."""
    if profile.scope not in ("", *divisions.lineage(facts.division)):
        return Why.OTHER_PLACE
    if facts.channel not in profile.channels:
        return Why.OTHER_CHANNEL
    if facts.track not in profile.tracks:
        return Why.OTHER_TRACK
    if profile.momentary_only and not facts.momentary:
        return Why.NOT_MOMENTARY
    ended = profile.valid_to is not None and facts.received_on > profile.valid_to
    return Why.NOT_IN_FORCE if ended or facts.received_on < profile.valid_from else None


def could_hold(
    profile: Profile,
    *,
    division: str | None,
    channel: Channel | None,
    track: Track | None,
    day: date | None,
) -> bool:
    """Whether the profile is left for a petition of which only so much is known."""
    here = division is None or profile.scope in ("", *divisions.lineage(division))
    begun = day is None or profile.valid_from <= day
    ended = day is not None and profile.valid_to is not None and profile.valid_to < day
    heard = channel is None or channel in profile.channels
    meant = track is None or track in profile.tracks
    return here and heard and meant and begun and not ended


def _rank(profile: Profile) -> tuple[int, bool, bool, date, bool]:
    """Narrowest place first, then what is made for this pollution or channel, then the latest.

    Of two of the same day, the one somebody added counts.
    """
    return (
        len(profile.scope),
        profile.momentary_only,
        profile.channels != ANY,
        profile.valid_from,
        not profile.shipped,
    )


def _beaten(profile: Profile, chosen: Profile) -> Why:
    """By what the chosen profile precedes one that fits too."""
    pairs = zip(_rank(profile), _rank(chosen), strict=True)
    first = next((at for at, (mine, other) in enumerate(pairs) if mine != other), 3)
    reasons = (Why.NARROWER_SCOPE_WINS, Why.MOMENTARY_WINS, Why.CHANNEL_WINS)
    return reasons[first] if first < len(reasons) else Why.LATER_WINS


def chosen(profiles: Iterable[Profile], facts: Facts) -> Profile:
    """The profile that holds for the petition; NoProfile before any did."""
    fitting = [each for each in profiles if misfit(each, facts) is None]
    if not fitting:
        raise NoProfile(division=facts.division, day=facts.received_on)
    return max(enumerate(fitting), key=lambda pair: (_rank(pair[1]), pair[0]))[1]


def weighed(profiles: Sequence[Profile], facts: Facts) -> list[Why]:
    """Of each profile, in the given order, why it holds for the petition or does not."""
    try:
        best = chosen(profiles, facts)
    except NoProfile:
        best = None
    found = []
    for each in profiles:
        unfit = misfit(each, facts)
        if unfit is not None or best is None:
            found.append(unfit or Why.NOT_IN_FORCE)
        else:
            found.append(Why.CHOSEN if each is best else _beaten(each, best))
    return found


def profile_for(division: str, channel: Channel, track: Track, received_on: date) -> Profile:
    """The shipped profile of a petition; rows an administrator added are in `queries`."""
    return chosen(PROFILES, Facts(division, channel, track, received_on))
