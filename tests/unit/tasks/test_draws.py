"""Draws: what follows from a seed, who is in a pool, and what may follow what."""

import hashlib
import subprocess
import sys
from datetime import date
from fractions import Fraction
from itertools import product
from pathlib import Path
from random import Random
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given, settings, strategies as st

from services.tasks.draws.domain import life, record
from services.tasks.draws.domain.life import State, Step
from services.tasks.draws.domain.pool import (
    BadRatio,
    Excluded,
    FewComplaints,
    Listed,
    ObjectClass,
    Share,
    SpecialGround,
    by_staff,
    class_of,
    exclusion,
    mode_of,
    require_complaints,
    shares_of,
    yearly,
)
from services.tasks.draws.domain.sampling import number, sample, seed_of
from services.tasks.enterprises.domain.positive_lists import EFFECTS, Category, Standing
from services.tasks.enterprises.domain.registry import Status
from shared.errors import IllegalStep

KEY, SPECIAL, GENERAL = ObjectClass
DRAW: Final = UUID("019480f0-0000-7000-8000-000000000001")
NONCE: Final = bytes(range(32))
SCRIPT: Final = Path(__file__).parents[3] / "docs/verify_draw.py"
COUNTY: Final = {
    KEY: Share(Fraction(25, 100), 1),
    SPECIAL: Share(Fraction(15, 100), 1),
    GENERAL: Share(Fraction(5, 100), 1),
}
TABLE: Final = {
    "key": {"ratio": "25/100", "floor": 1},
    "special": {"ratio": "15/100", "floor": 1},
    "general": {"ratio": "5/100", "floor": 1},
}


def a_pool(**sizes: int) -> list[tuple[str, ObjectClass, str]]:
    return [
        (f"{kind}-{each:05d}", ObjectClass(kind), "on_site")
        for kind, size in sizes.items()
        for each in range(size)
    ]


def a_snapshot(officers: int = 6, **sizes: int) -> record.Json:
    return record.snapshot(
        DRAW,
        {"title": "双随机", "period": "2026Q1"},
        COUNTY,
        pool=a_pool(**sizes),
        excluded=[("gone-1", "closed")],
        officers=[(f"officer-{each}", 0, "330281") for each in range(officers)],
    )


def a_file() -> bytes:
    barred = {"key-00003": {"officer-1": ["recused"]}}
    frozen = a_snapshot(key=9, special=4, general=11)
    return record.canonical(record.whole(frozen, NONCE, barred))


def test_sizes_40_12_and_300_give_10_2_and_15() -> None:
    frozen = a_snapshot(key=40, special=12, general=300)
    drawn = record.drawn(frozen, record.seed_from(frozen, NONCE))

    assert [sum(kind == each for _, kind, _ in drawn) for each in ObjectClass] == [10, 2, 15]


def test_eight_officers_at_one_to_five_are_40_objects_a_year_and_10_a_quarter() -> None:
    assert yearly(8, 5) == 40
    assert number(300, by_staff(8, 5).ratio, by_staff(8, 5).floor) == 10


def test_a_ratio_is_exact_and_no_more_are_drawn_than_there_are() -> None:
    assert number(20, Fraction(15, 100), 0) == 3
    assert number(3, Fraction(5, 100), 10) == 3
    assert number(0, Fraction(1), 1) == 0


def test_the_seed_hashes_eighty_bytes_as_documented() -> None:
    frozen = hashlib.sha256(b"pool").digest()

    assert seed_of(DRAW, frozen, NONCE) == hashlib.sha256(DRAW.bytes + frozen + NONCE).digest()
    with pytest.raises(ValueError, match="32 bytes"):
        seed_of(DRAW, frozen[1:], NONCE + frozen[:1])


@given(st.sets(st.text(max_size=12)), st.integers(0, 30), st.randoms())
def test_a_sample_does_not_depend_on_the_order_and_grows_by_its_end(
    ids: set[str], n: int, shuffled: Random
) -> None:
    seed = bytes(32)
    mixed = sorted(ids)
    shuffled.shuffle(mixed)
    drawn = sample(seed, mixed, n)

    assert drawn == sample(seed, sorted(ids), n)
    assert len(drawn) == len(set(drawn)) == min(n, len(ids))
    assert sample(seed, ids, n + 1)[:n] == drawn


def test_officers_are_even_in_load_and_who_is_barred_does_not_go() -> None:
    frozen = a_snapshot(key=40, officers=5)
    seed = record.seed_from(frozen, NONCE)
    bars = {code: {"officer-0": ["recused"]} for code, _, _ in frozen["pool"][::2]}
    rows = record.staffed(frozen, seed, bars)
    load = {f"officer-{each}": 0 for each in range(5)}
    for code, _, _, _, team in rows:
        assert len(team) == 2
        assert code not in bars or "officer-0" not in team
        for officer in team:
            load[officer] += 1

    assert max(load.values()) - min(load.values()) <= 1


def test_fewer_than_two_left_are_nobody_and_the_superior_assigns() -> None:
    frozen = a_snapshot(key=1, officers=2)
    barred = {"key-00000": {"officer-1": ["recused"]}}
    [row] = record.staffed(frozen, record.seed_from(frozen, NONCE), barred)

    assert row[4] == []


def outside(content: bytes, folder: Path) -> bool:
    path = folder / "draw.json"
    path.write_bytes(content)
    done = subprocess.run([sys.executable, "-I", str(SCRIPT), str(path)], capture_output=True)  # noqa: PLW1510 -- a no is an answer
    return done.returncode == 0


def test_the_script_is_short_and_says_what_the_command_says(tmp_path: Path) -> None:
    content = a_file()

    assert len(SCRIPT.read_text().splitlines()) <= 40
    assert record.verify(content) is not None
    assert outside(content, tmp_path)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_a_file_changed_in_any_byte_is_refused_by_both(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(a_file())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))

    assert record.verify(bytes(content)) is None
    assert not outside(bytes(content), tmp_path_factory.mktemp("changed"))


def test_every_single_byte_counts() -> None:
    content = a_file()
    for at in range(len(content)):
        changed = bytearray(content)
        changed[at] ^= 1
        assert record.verify(bytes(changed)) is None, at


def standing(category: Category) -> Standing:
    return Standing(category, "长环发〔2020〕32号", EFFECTS[category])


def listed(**changes: object) -> Listed:
    facts = {
        "status": Status.OPERATING,
        "standing": None,
        "at_the_cap": False,
        "drawn_this_period": False,
        "drawn_lately": False,
    }
    return Listed(**facts | changes)  # type: ignore[arg-type]  # named above


@pytest.mark.parametrize("category", Category)
def test_categories_one_to_five_are_checked_from_afar_and_the_sixth_as_any(
    category: Category,
) -> None:
    sixth = category is Category.ONLINE_MONITORED
    assert mode_of(standing(category)) == ("on_site" if sixth else "off_site")
    lately = listed(standing=standing(category), drawn_lately=True)
    assert exclusion(lately) == (Excluded.LOWER_FREQUENCY if sixth else None)
    # From afar no visit is made, so that no cap stands in the way.
    full = listed(standing=standing(category), at_the_cap=True)
    assert exclusion(full) == (Excluded.AT_THE_CAP if sixth else None)


def test_the_closed_the_capped_and_the_drawn_are_left_out_with_a_reason() -> None:
    assert exclusion(listed()) is None
    assert exclusion(listed(status=Status.CLOSED)) is Excluded.CLOSED
    assert exclusion(listed(at_the_cap=True)) is Excluded.AT_THE_CAP
    assert exclusion(listed(drawn_this_period=True)) is Excluded.DRAWN_THIS_PERIOD


def test_what_is_key_and_special_is_the_class_of_which_more_is_drawn() -> None:
    assert class_of(is_key=True, is_special=True, shares=COUNTY) is KEY
    full = COUNTY | {SPECIAL: Share(Fraction(1), 0)}
    assert class_of(is_key=True, is_special=True, shares=full) is SPECIAL
    assert class_of(is_key=False, is_special=False, shares=full) is GENERAL


def test_a_plan_draws_more_than_the_rule_but_never_less() -> None:
    assert shares_of(TABLE, {KEY: Fraction(1)}, [KEY]) == {KEY: Share(Fraction(1), 1)}
    with pytest.raises(BadRatio):
        shares_of(TABLE, {KEY: Fraction(24, 100)}, [KEY])


def test_three_proven_complaints_make_an_object_special_and_two_do_not() -> None:
    require_complaints(SpecialGround.PROVEN_COMPLAINTS, 3, least=3)
    require_complaints(SpecialGround.BAD_CREDIT, None, least=3)
    for ground, count in (
        (SpecialGround.PROVEN_COMPLAINTS, 2),
        (SpecialGround.PROVEN_COMPLAINTS, None),
        (SpecialGround.SUPERVISED, 3),
    ):
        with pytest.raises(FewComplaints):
            require_complaints(ground, count, least=3)


def test_the_steps_of_a_draw_are_commit_freeze_reveal_staff_and_no_other_order() -> None:
    way = State.COMMITTED
    for taken in (Step.FREEZE, Step.REVEAL, Step.STAFF, Step.SUPERSEDE):
        way = life.step(way, taken)
    assert way is State.SUPERSEDED
    allowed = {(state, taken) for state, steps in life.TRANSITIONS.items() for taken in steps}
    assert len(allowed) == 8
    for state, taken in {*product(State, Step)} - allowed:
        with pytest.raises(IllegalStep):
            life.step(state, taken)


def test_nobody_freezes_the_pool_of_the_own_nonce() -> None:
    with pytest.raises(life.FrozenBySame):
        life.require_another(DRAW, DRAW)
    life.require_another(DRAW, UUID(int=1))


def test_checks_lie_in_one_quarter_and_are_spread_over_its_days() -> None:
    today = date(2026, 3, 30)
    life.require_period(today, date(2026, 3, 31), today=today)
    for opens, closes in (
        (today, date(2026, 4, 1)),
        (date(2026, 3, 29), today),
        (date(2026, 3, 31), today),
    ):
        with pytest.raises(life.OutOfPeriod):
            life.require_period(opens, closes, today=today)
    days = [date(2026, 1, each) for each in (5, 6, 7)]
    assert life.spread(days, 6) == [days[0], days[0], days[1], days[1], days[2], days[2]]


def test_what_was_found_later_is_judged_and_what_was_not_is_not() -> None:
    life.require_liability(found=True, liability=life.Liability.EXEMPT, note="记录完整")
    life.require_liability(found=False, liability=None, note=None)
    for found, liability, note in (
        (True, None, None),
        (True, life.Liability.LIABLE, None),
        (False, life.Liability.LIABLE, "未检查"),
    ):
        with pytest.raises(life.LiabilityUnsaid):
            life.require_liability(found=found, liability=liability, note=note)
