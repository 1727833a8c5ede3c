"""When a petition may be accepted, and why it may be refused (DOMAIN 2.3, 2.5; P12, P13)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.petitions.intake.domain import HANDLED, State
from services.petitions.profiles.domain import PROCEDURES, Track
from shared import divisions
from shared.errors import InvalidInput, RuleViolation


class RefusalReason(StrEnum):
    """Why an office does not accept (DOMAIN 2.5)."""

    NOT_COMPETENT = "not_competent"
    UNCLEAR = "unclear"
    LEGAL_PATH = "legal_path"  # art. 31
    DUPLICATE_RUNNING = "duplicate_running"  # art. 19
    FINAL = "final"  # art. 36
    TRANSFERRED_DISCIPLINE = "transferred_discipline"  # art. 22, 30


# Why what this office would handle may still not be accepted.
_COMMON: Final = frozenset(
    {
        RefusalReason.NOT_COMPETENT,
        RefusalReason.UNCLEAR,
        RefusalReason.DUPLICATE_RUNNING,
        RefusalReason.FINAL,
    }
)
GROUNDS: Final[Mapping[Track, frozenset[RefusalReason]]] = {
    Track.STATUTORY_DUTY: _COMMON,
    Track.PETITION_OPINION: _COMMON,
    Track.SUGGESTION_REPLY: _COMMON,
    Track.ACCUSATION_TRANSFER: frozenset({RefusalReason.TRANSFERRED_DISCIPLINE}),
    Track.LEGAL_PATH: frozenset({RefusalReason.LEGAL_PATH}),
}
# In which state the other item is that a refusal points at.
SAME_AS: Final[Mapping[RefusalReason, frozenset[State]]] = {
    RefusalReason.DUPLICATE_RUNNING: HANDLED,
    RefusalReason.FINAL: frozenset({State.FINAL}),
}


class GroundNotOfTrack(RuleViolation):
    """Another ground means another track: reclassify first."""

    code = "ground_not_of_track"
    zh = "{track} 类事项不能以 {ground} 为由不予受理;如分类有误,请先重新分类。"
    en = "{ground} is no ground to refuse a {track}; reclassify it first if it is none."


class TrackNotAccepted(RuleViolation):
    """Art. 30, 31: an accusation and a matter of court or procedure go elsewhere."""

    code = "track_not_accepted"
    zh = "{track} 类事项不由本机关受理,应当告知并按规定转交或者引导。"
    en = "A {track} is not accepted here; the petitioner is told where it goes."


class SameAsMissing(InvalidInput):
    code = "same_as_missing"
    zh = "以 {ground} 为由不予受理的,应当指明同一事项的信访件。"
    en = "A refusal as {ground} names the petition on the same matter."


class SameAsUnasked(InvalidInput):
    code = "same_as_unasked"
    zh = "以 {ground} 为由不予受理的,不指明其他信访件。"
    en = "A refusal as {ground} names no other petition."


class SameAsItself(InvalidInput):
    code = "same_as_itself"
    zh = "信访件不能与自身为同一事项。"
    en = "A petition is not the other item on its own matter."


class SameAsWrongState(RuleViolation):
    code = "same_as_wrong_state"
    zh = "{number} 的状态为 {state},不能作为 {ground} 的依据。"
    en = "{number} is {state}; that does not bear out {ground}."


class MatterIsFinal(RuleViolation):
    """P12: the same facts and grounds are not accepted again after a re-review."""

    code = "matter_is_final"
    zh = "同一事项 {number} 已经复核终结,只能以复核终结为由不予受理(第三十六条)。"
    en = "{number} on the same matter is final; refuse it as final (art. 36)."


class ParallelAcceptance(RuleViolation):
    """P13: what a lower organ handles in time is not accepted above it."""

    code = "parallel_acceptance"
    zh = "{number} 已由下级机关受理并在规定期限内办理,上级机关不予受理(第十九条)。"
    en = "{number} is handled in time by an organ below, which bars acceptance here (art. 19)."


@dataclass(frozen=True, slots=True)
class Related:
    """An item on the same matter; `in_time` unless its time to close was missed."""

    id: UUID
    number: str
    state: State
    holder: str
    in_time: bool


def require_accepted_track(track: Track) -> None:
    if not PROCEDURES[track].accepted:
        raise TrackNotAccepted(track=track.value)


def require_not_final(matter: Iterable[Related]) -> None:
    """MatterIsFinal if the matter went through review and re-review."""
    for each in matter:
        if each.state is State.FINAL:
            raise MatterIsFinal(number=each.number)


def require_no_parallel(holder: str, matter: Iterable[Related]) -> None:
    """ParallelAcceptance if an organ below `holder` handles the matter in time."""
    for each in matter:
        below = divisions.covers(divisions.scope(holder), each.holder) and each.holder != holder
        if below and each.in_time and each.state in HANDLED:
            raise ParallelAcceptance(number=each.number)


def require_ground(track: Track, ground: RefusalReason, matter: Iterable[Related]) -> None:
    """The ground fits the track, and a final matter is refused as final."""
    if ground not in GROUNDS[track]:
        raise GroundNotOfTrack(track=track.value, ground=ground.value)
    if ground is not RefusalReason.FINAL and RefusalReason.FINAL in GROUNDS[track]:
        require_not_final(matter)


def require_naming(ground: RefusalReason, petition_id: UUID, same_as_id: UUID | None) -> None:
    """A running or final matter is named by one of its petitions, anything else by none."""
    pointer = "/same_as_id"
    if ground in SAME_AS and same_as_id is None:
        raise SameAsMissing(reason="same_as", pointer=pointer, ground=ground.value)
    if ground not in SAME_AS and same_as_id is not None:
        raise SameAsUnasked(reason="same_as", pointer=pointer, ground=ground.value)
    if same_as_id == petition_id:
        raise SameAsItself(reason="same_as", pointer=pointer)


def require_bearing_out(ground: RefusalReason, *, number: str, state: State) -> None:
    """The named petition is in the state the ground speaks of."""
    if state not in SAME_AS[ground]:
        raise SameAsWrongState(number=number, state=state.value, ground=ground.value)
