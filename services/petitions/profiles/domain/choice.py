"""How long an office has, and since when it says so (信访工作条例; DOMAIN 2.2, 2.4)."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from services.petitions.profiles.domain.kinds import Channel, Track
from services.petitions.profiles.domain.statute import CLOSING, NOTICE
from shared import divisions
from shared.clocks.term import ExtensionRule, LegalBasis, Term, Unit
from shared.errors import RuleViolation


@dataclass(frozen=True, slots=True)
class Profile:
    """How fast a place has bound itself to accept and close environmental complaints.

    Chosen by (division, channel, track, day of receipt); a statute is the widest profile.
    """

    code: str
    scope: str
    channels: frozenset[Channel]
    tracks: frozenset[Track]
    valid_from: date
    valid_to: date | None
    accept: Term
    close: Term


_ZHEJIANG: Final = "zhejiang-petition-regulations"


def _zhejiang(amount: int, unit: Unit, extension: ExtensionRule | None = None) -> Term:
    basis = LegalBasis(
        _ZHEJIANG, "21", "浙江省信访条例", "Petition Regulations of Zhejiang Province"
    )
    return Term(amount, unit, basis, evidence="S17", extension=extension)


_ANY: Final = frozenset(Channel)
PROFILES: Final = (
    Profile(
        "cn.statute",
        "",
        _ANY,
        frozenset(Track),
        date(2022, 5, 1),
        None,
        accept=NOTICE,
        close=CLOSING,
    ),
    Profile(
        "cn.zj.2016",
        "33",
        _ANY,
        # An opinion under art. 31(6) has the sixty days of art. 34 everywhere.
        frozenset(Track) - {Track.PETITION_OPINION},
        date(2016, 7, 29),
        None,
        accept=_zhejiang(5, Unit.WORKING_DAYS),
        close=_zhejiang(
            30,
            Unit.NATURAL_DAYS,
            ExtensionRule(
                60,
                LegalBasis(
                    _ZHEJIANG, "21", "浙江省信访条例", "Petition Regulations of Zhejiang Province"
                ),
            ),
        ),
    ),
)


class NoProfile(RuleViolation):
    code = "no_profile"
    zh = "{division} 在 {day} 没有适用的办理时限规定。"
    en = "No handling profile covers {division} on {day}."


def profile_for(division: str, channel: Channel, track: Track, received_on: date) -> Profile:
    """The narrowest profile in force; NoProfile before any was."""
    scopes = ("", *divisions.lineage(division))
    fitting = [
        each
        for each in PROFILES
        if each.scope in scopes
        and channel in each.channels
        and track in each.tracks
        and each.valid_from <= received_on
        and (each.valid_to is None or received_on <= each.valid_to)
    ]
    if not fitting:
        raise NoProfile(division=division, day=received_on)
    return max(fitting, key=lambda each: (len(each.scope), each.valid_from))
