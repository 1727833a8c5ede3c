"""How long an office has, and since when it says so (信访工作条例; DOMAIN 2.2, 2.4)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from shared import divisions
from shared.clocks.term import ExtensionRule, LegalBasis, Term, Unit
from shared.errors import RuleViolation


class Channel(StrEnum):
    """Art. 17, and the environmental hotlines of practice."""

    NETWORK = "network"
    LETTER = "letter"
    PHONE = "phone"
    FAX = "fax"
    VISIT = "visit"
    WECHAT = "wechat"
    HOTLINE_12369 = "hotline_12369"
    HOTLINE_12345 = "hotline_12345"
    MESSAGE_BOARD = "message_board"
    INSPECTION_GROUP = "inspection_group"
    EMERGENCY_110 = "emergency_110"


class Track(StrEnum):
    """Which procedure the matter goes through (art. 29-31)."""

    STATUTORY_DUTY = "statutory_duty"
    PETITION_OPINION = "petition_opinion"
    SUGGESTION_REPLY = "suggestion_reply"
    ACCUSATION_TRANSFER = "accusation_transfer"
    LEGAL_PATH = "legal_path"


class ClockKind(StrEnum):
    """The clocks of a petition. P-numbers are DOMAIN 2.2's rows of 信访工作条例."""

    ROUTING = "routing"  # P2: transfer, assign or report
    NOTICE = "notice"  # P3, P4: tell the petitioner what was received and how it is handled
    OBJECTION = "objection"  # P5: object to a transfer
    ACCEPTANCE = "acceptance"  # the practice profile's time to accept
    CLOSING = "closing"  # P7 or the profile's time to close


_PETITIONS: Final = "regulations-on-petition-work"


def _basis(article: str, title: str) -> LegalBasis:
    return LegalBasis(_PETITIONS, article, "信访工作条例", title)


# P2: the petition department routes what it received (art. 22).
ROUTING: Final = Term(
    15, Unit.NATURAL_DAYS, _basis("22", "Regulations on Petition Work"), evidence="S01"
)
# P3, P4: notice to the petitioner (art. 23).
NOTICE: Final = Term(
    15, Unit.NATURAL_DAYS, _basis("23", "Regulations on Petition Work"), evidence="S01"
)
# P5: objection against a transfer (art. 23).
OBJECTION: Final = Term(
    5, Unit.WORKING_DAYS, _basis("23", "Regulations on Petition Work"), evidence="S01"
)


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
        close=Term(
            60,
            Unit.NATURAL_DAYS,
            _basis("34", "Regulations on Petition Work"),
            evidence="S01",
            extension=ExtensionRule(30, _basis("34", "Regulations on Petition Work")),
        ),
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
