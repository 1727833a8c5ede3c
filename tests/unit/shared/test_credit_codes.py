"""统一社会信用代码 by its check character (GB 32100-2015)."""

import pytest
from hypothesis import given, strategies as st

from shared.credit_codes import CHARACTERS, check_character, is_credit_code

# Published codes of well-known companies.
REAL = ("91110000802100433B", "91440300708461136T", "914403001922038216", "91110108551385082Q")


@pytest.mark.parametrize("code", REAL)
def test_a_real_code_is_right_and_no_other_last_character_is(code: str) -> None:
    assert is_credit_code(code)
    assert [each for each in CHARACTERS if is_credit_code(code[:-1] + each)] == [code[-1]]


@pytest.mark.parametrize("code", ["", "9111000080210043", "91110000802100433b", "I" * 18, "0" * 19])
def test_what_has_not_the_form_is_wrong(code: str) -> None:
    assert not is_credit_code(code)


bodies = st.text(st.sampled_from(CHARACTERS), min_size=17, max_size=17)


@given(bodies, st.integers(0, 16), st.sampled_from(CHARACTERS))
def test_one_wrong_character_is_always_found(body: str, place: int, other: str) -> None:
    code = body + check_character(body)
    changed = code[:place] + other + code[place + 1 :]

    assert is_credit_code(code)
    assert is_credit_code(changed) == (changed == code)
