"""Rules of handling, each table with its complement: tracks, grounds, guards, returns, replies."""

from datetime import date
from typing import Final
from uuid import UUID, uuid4

import pytest

from services.petitions.handling.domain.acceptance import (
    GROUNDS,
    SAME_AS,
    GroundNotOfTrack,
    MatterIsFinal,
    ParallelAcceptance,
    RefusalReason,
    Related,
    SameAsItself,
    SameAsMissing,
    SameAsUnasked,
    SameAsWrongState,
    TrackNotAccepted,
    require_accepted_track,
    require_bearing_out,
    require_ground,
    require_naming,
    require_no_parallel,
    require_not_final,
)
from services.petitions.handling.domain.answer import PARTS, ReplyIncomplete, require_parts
from services.petitions.handling.domain.classifying import (
    PURPOSES,
    PurposeNotOfTrack,
    purpose_for,
)
from services.petitions.handling.domain.routing import (
    OBJECTING,
    REFUSING,
    NotRouted,
    OutsideUnit,
    ReportDuePast,
    report_term,
    require_below,
    require_contestable,
    returned_to,
)
from services.petitions.intake.domain import HANDLED, Purpose, Settled, State
from services.petitions.profiles.domain import CLOSING, PROCEDURES, Track
from shared.clocks.deadline import deadline
from shared.clocks.term import Term
from shared.errors import RuleViolation
from tests.factories.clocks import CALENDAR, at, started

CITY, COUNTY, BESIDE, PROVINCE = "330200", "330281", "330282", "330000"
# track: accepted, routed, limit, reviewed
TABLE: Final[dict[Track, tuple[bool, bool, Term | None, bool]]] = {
    Track.STATUTORY_DUTY: (True, True, None, False),
    Track.PETITION_OPINION: (True, True, CLOSING, True),
    Track.SUGGESTION_REPLY: (True, True, None, False),
    Track.ACCUSATION_TRANSFER: (False, False, None, False),
    Track.LEGAL_PATH: (False, True, None, False),
}


@pytest.mark.parametrize("track", Track)
def test_a_track_goes_through_the_procedure_of_its_article(track: Track) -> None:
    found = PROCEDURES[track]
    assert (found.accepted, found.routed, found.limit, found.reviewed) == TABLE[track]
    assert found.articles


@pytest.mark.parametrize("track", Track)
def test_only_what_is_handled_here_is_accepted(track: Track) -> None:
    if TABLE[track][0]:
        require_accepted_track(track)
        return
    with pytest.raises(TrackNotAccepted):
        require_accepted_track(track)


ORDINARY: Final = {"not_competent", "unclear", "duplicate_running", "final"}
FITTING: Final = {
    Track.STATUTORY_DUTY: ORDINARY,
    Track.PETITION_OPINION: ORDINARY,
    Track.SUGGESTION_REPLY: ORDINARY,
    Track.ACCUSATION_TRANSFER: {"transferred_discipline"},
    Track.LEGAL_PATH: {"legal_path"},
}


@pytest.mark.parametrize("track", Track)
@pytest.mark.parametrize("ground", RefusalReason)
def test_a_ground_fits_its_tracks_and_no_other(track: Track, ground: RefusalReason) -> None:
    assert (ground in GROUNDS[track]) is (ground.value in FITTING[track])
    if ground in GROUNDS[track]:
        require_ground(track, ground, [])
        return
    with pytest.raises(GroundNotOfTrack):
        require_ground(track, ground, [])


def related(state: State, holder: str = COUNTY, *, in_time: bool = True) -> Related:
    return Related(uuid4(), "330200-2026-000001", state, holder, in_time)


@pytest.mark.parametrize("state", State)
def test_a_final_matter_is_not_accepted_again(state: State) -> None:
    matter = [related(State.CLOSED), related(state)]
    if state is not State.FINAL:
        require_not_final(matter)
        return
    with pytest.raises(MatterIsFinal) as refusal:
        require_not_final(matter)
    assert refusal.value.context["number"] == "330200-2026-000001"


@pytest.mark.parametrize("ground", sorted(ORDINARY))
def test_a_final_matter_is_refused_as_final_only(ground: str) -> None:
    matter = [related(State.FINAL)]
    if ground == "final":
        require_ground(Track.PETITION_OPINION, RefusalReason.FINAL, matter)
        return
    with pytest.raises(MatterIsFinal):
        require_ground(Track.PETITION_OPINION, RefusalReason(ground), matter)


@pytest.mark.parametrize("track", [Track.ACCUSATION_TRANSFER, Track.LEGAL_PATH])
def test_what_goes_elsewhere_goes_there_whatever_became_of_the_matter(track: Track) -> None:
    [ground] = GROUNDS[track]
    require_ground(track, ground, [related(State.FINAL)])


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize(
    ("holder", "below"), [(CITY, True), (PROVINCE, True), (COUNTY, False), (BESIDE, False)]
)
@pytest.mark.parametrize("in_time", [True, False])
def test_what_a_lower_organ_handles_in_time_is_not_accepted_above_it(
    state: State,
    holder: str,
    below: bool,  # noqa: FBT001  a column of the table
    in_time: bool,  # noqa: FBT001  a column of the table
) -> None:
    matter = [related(state, in_time=in_time)]
    if not (below and in_time and state in HANDLED):
        require_no_parallel(holder, matter)
        return
    with pytest.raises(ParallelAcceptance):
        require_no_parallel(holder, matter)


@pytest.mark.parametrize("ground", RefusalReason)
def test_a_running_or_final_matter_is_named_and_nothing_else(ground: RefusalReason) -> None:
    mine = UUID(int=1)
    named = ground in {RefusalReason.DUPLICATE_RUNNING, RefusalReason.FINAL}
    require_naming(ground, mine, UUID(int=2) if named else None)

    with pytest.raises(SameAsMissing if named else SameAsUnasked):
        require_naming(ground, mine, None if named else UUID(int=2))
    if named:
        with pytest.raises(SameAsItself):
            require_naming(ground, mine, mine)


@pytest.mark.parametrize("ground", SAME_AS)
@pytest.mark.parametrize("state", State)
def test_the_named_petition_is_in_the_state_the_ground_speaks_of(
    ground: RefusalReason, state: State
) -> None:
    wanted = HANDLED if ground is RefusalReason.DUPLICATE_RUNNING else {State.FINAL}
    if state in wanted:
        require_bearing_out(ground, number="1", state=state)
        return
    with pytest.raises(SameAsWrongState):
        require_bearing_out(ground, number="1", state=state)


@pytest.mark.parametrize(
    ("settled", "objecting", "refusing"),
    [
        (Settled.DEEMED, "objection_too_late", "deemed_competent"),
        (Settled.INSISTED, "objection_used", "deemed_competent"),
        (Settled.DESIGNATED, "designated_by_superior", "designated_by_superior"),
        (Settled.AGREED, "competence_agreed", "competence_agreed"),
    ],
)
def test_once_competence_is_settled_nobody_says_he_has_none(
    settled: Settled, objecting: str, refusing: str
) -> None:
    for barred, code in ((OBJECTING, objecting), (REFUSING, refusing)):
        require_contestable(None, barred)
        with pytest.raises(RuleViolation) as refusal:
            require_contestable(settled, barred)
        assert refusal.value.code == code


def test_every_way_to_settle_competence_bars_both() -> None:
    assert set(OBJECTING) == set(REFUSING) == set(Settled)


@pytest.mark.parametrize(
    ("office", "returns", "to"),
    [
        (COUNTY, 2, COUNTY),
        (COUNTY, 3, CITY),
        (COUNTY, 4, CITY),
        (CITY, 2, CITY),
        (CITY, 3, PROVINCE),
        (PROVINCE, 3, PROVINCE),
    ],
)
def test_the_third_return_goes_to_the_organ_above_the_office(
    office: str, returns: int, to: str
) -> None:
    assert returned_to(office, returns=returns, limit=3) == to


@pytest.mark.parametrize(
    ("unit", "holder", "below"),
    [
        (COUNTY, CITY, True),
        (CITY, PROVINCE, True),
        (BESIDE, COUNTY, False),
        ("340100", CITY, False),
    ],
)
def test_a_petition_goes_down_the_tree(unit: str, holder: str, below: bool) -> None:  # noqa: FBT001  a column
    if below:
        require_below(unit, holder=holder, track=Track.LEGAL_PATH)
        return
    with pytest.raises(OutsideUnit):
        require_below(unit, holder=holder, track=Track.LEGAL_PATH)


def test_an_accusation_goes_nowhere_down_the_line() -> None:
    with pytest.raises(NotRouted):
        require_below(COUNTY, holder=CITY, track=Track.ACCUSATION_TRANSFER)


def test_a_report_is_due_on_the_day_that_was_set_be_it_a_rest_day() -> None:
    term = report_term(date(2026, 10, 1), today=date(2026, 9, 16))

    due = deadline(started("2026-09-16"), term, CALENDAR)

    assert due.due_on == date(2026, 10, 1)
    assert not due.in_time(at("2026-10-02", 0))
    for day in (date(2026, 9, 16), date(2026, 9, 15)):
        with pytest.raises(ReportDuePast):
            report_term(day, today=date(2026, 9, 16))


@pytest.mark.parametrize("track", Track)
def test_a_handling_opinion_states_request_and_facts(track: Track) -> None:
    basis = {"legal_basis": "第三十二条"}
    wanted = {"request", "facts"} if track is Track.PETITION_OPINION else set()
    assert set(PARTS[track]) == wanted
    require_parts(track, {**basis, **dict.fromkeys(wanted, "…")})
    for missing in wanted:
        with pytest.raises(ReplyIncomplete) as refusal:
            require_parts(track, {**basis, **dict.fromkeys(wanted - {missing}, "…")})
        assert refusal.value.pointer == f"/{missing}"


@pytest.mark.parametrize("track", Track)
@pytest.mark.parametrize("purpose", Purpose)
def test_a_purpose_goes_with_its_tracks(track: Track, purpose: Purpose) -> None:
    fits = purpose in PURPOSES[track]
    expected = purpose if fits else PURPOSES[track][0]
    assert purpose_for(track, None, present=purpose) is expected
    if fits:
        assert purpose_for(track, purpose, present=Purpose.CLAIM) is purpose
        return
    with pytest.raises(PurposeNotOfTrack):
        purpose_for(track, purpose, present=Purpose.CLAIM)
