"""The vault's rules: the masking matrix row by row, masks, tokens, and what redaction removes."""

import re
from typing import Final

import pytest
from hypothesis import assume, given, strategies as st

from services.petitions.vault.domain import (
    IDENTITY,
    MATRIX,
    REDACTED,
    Field,
    Identity,
    InvalidIdNumber,
    Reader,
    Shown,
    masked,
    masked_id_number,
    normal_id_number,
    readable,
    redact,
    shown,
    street_of,
    tokens,
)
from shared.masking import masked_name, masked_phone

# DOMAIN 2.7, as printed: F full, M masked, S street, R redacted, W full while handled,
# Q on request, - absent. Columns: clerk, officer, joint unit, leaders, enterprise, public, auditor.
PRINTED: Final = {
    "name": "F M - - - - F",
    "phone": "F W - - - - F",
    "id_number": "M - - - - - F",
    "address": "F S - - - - F",
    "text": "F F R R - - F",
    "recordings": "F Q - - - - F",
    "facts": "F F F F - - F",
    "number": "F F F F - - F",
}
LETTERS: Final = {
    "F": Shown.FULL,
    "M": Shown.MASKED,
    "S": Shown.STREET,
    "R": Shown.REDACTED,
    "W": Shown.WHILE_HANDLED,
    "Q": Shown.ON_REQUEST,
    "-": Shown.ABSENT,
}
CELLS: Final = [
    (Field(field), reader, LETTERS[letter])
    for field, row in PRINTED.items()
    for reader, letter in zip(Reader, row.split(), strict=True)
]
SOMEBODY: Final = Identity(
    name="王小明",
    phone="13812340000",
    id_number="11010519491231002X",
    address="慈溪市长河镇东街12号3单元501室",
)


@pytest.mark.parametrize(("field", "reader", "printed"), CELLS)
def test_the_matrix_is_the_printed_one(field: Field, reader: Reader, printed: Shown) -> None:
    assert MATRIX[field, reader] is printed


def test_the_matrix_has_no_other_cell() -> None:
    assert set(MATRIX) == {(field, reader) for field, reader, _ in CELLS}


@pytest.mark.parametrize(("in_progress", "phone"), [(True, "13812340000"), (False, "138****0000")])
def test_the_officer_has_the_phone_only_while_handling(in_progress: bool, phone: str) -> None:  # noqa: FBT001  a column of the table
    assert (
        readable(Field.PHONE, Reader.OFFICER, identity=SOMEBODY, in_progress=in_progress) == phone
    )


@pytest.mark.parametrize(
    "reader", [Reader.JOINT_UNIT, Reader.LEADERS, Reader.ENTERPRISE, Reader.PUBLIC]
)
def test_who_does_not_handle_it_reads_nothing_of_the_petitioner(reader: Reader) -> None:
    for field in IDENTITY:
        for in_progress in (True, False):
            assert shown(field, reader, in_progress=in_progress) is Shown.ABSENT
            found = readable(field, reader, identity=SOMEBODY, in_progress=in_progress)
            assert found is None


@pytest.mark.parametrize(
    ("name", "mask"), [("王小明", "王**"), ("李雷", "李*"), ("王", "王*"), ("欧阳雪梅", "欧***")]
)
def test_of_a_name_the_first_character_stays(name: str, mask: str) -> None:
    assert masked_name(name) == mask


@pytest.mark.parametrize(
    ("phone", "mask"),
    [
        ("13812340000", "138****0000"),
        ("138 1234 0000", "138****0000"),
        ("+86 138-1234-0000", "138****0000"),
        ("12345", "****"),
    ],
)
def test_of_a_phone_both_ends_stay(phone: str, mask: str) -> None:
    assert masked_phone(phone) == mask


@pytest.mark.parametrize(
    ("address", "street"),
    [
        ("慈溪市长河镇东街12号", "慈溪市长河镇"),
        ("江北区庄桥街道洪塘路9号", "江北区庄桥街道"),
        ("解放路8号", "解放路"),
        ("某处", ""),
    ],
)
def test_of_an_address_the_street_stays(address: str, street: str) -> None:
    assert street_of(address) == street


def test_what_was_not_given_has_no_mask() -> None:
    bare = Identity(name="王小明")
    assert [masked(field, bare) for field in IDENTITY] == ["王**", None, None, None]


def test_an_id_number_keeps_place_and_check() -> None:
    assert masked_id_number("11010519491231002X") == "110105********002X"


@pytest.mark.parametrize(
    "number", ["11010519491231002X", "11010519491231002x", " 11010519491231002X "]
)
def test_a_right_id_number_is_one_number_in_every_spelling(number: str) -> None:
    assert normal_id_number(number) == "11010519491231002X"


@pytest.mark.parametrize("digit", sorted(set("0123456789")))
def test_an_id_number_with_another_check_digit_is_refused(digit: str) -> None:
    with pytest.raises(InvalidIdNumber):
        normal_id_number("11010519491231002" + digit)


@pytest.mark.parametrize(
    "number", ["", "1101051949123100", "1101051949123100XX", "11010519491231002XX"]
)
def test_what_has_not_the_form_of_an_id_number_is_refused(number: str) -> None:
    with pytest.raises(InvalidIdNumber):
        normal_id_number(number)


KEY: Final = b"k" * 32


@pytest.mark.parametrize(
    "spelling",
    ["138 1234 0000", "138-1234-0000", "+8613812340000", "+86 138 1234 0000", "0086 13812340000"],
)
def test_a_phone_has_one_token_in_every_spelling(spelling: str) -> None:
    assert tokens(Identity("A", phone=spelling), KEY) == tokens(
        Identity("B", phone="13812340000"), KEY
    )


def test_a_landline_is_the_same_with_and_without_the_country() -> None:
    assert tokens(Identity("A", phone="0574-87654321"), KEY) == tokens(
        Identity("A", phone="+86 574 87654321"), KEY
    )


def test_another_key_makes_other_tokens_and_none_shows_the_number() -> None:
    mine, other = tokens(SOMEBODY, KEY), tokens(SOMEBODY, b"o" * 32)
    assert set(mine).isdisjoint(other)
    assert all(re.fullmatch("[0-9a-f]{64}", each) for each in mine)


def test_a_phone_and_an_id_number_are_never_the_same_token() -> None:
    assert len(set(tokens(SOMEBODY, KEY))) == 2


def test_who_gave_only_a_name_has_no_token() -> None:
    assert tokens(Identity("王小明"), KEY) == []


@pytest.mark.parametrize(
    "secret",
    [
        "王小明",
        "王 小 明",
        "王先生",
        "王女士",
        "13812340000",
        "138 1234 0000",
        "138-1234-0000",
        "138 - 1234 - 0000",
        "+86 138 1234 0000",
        "１３８１２３４００００",
        "1381 234 0000",
        "11010519491231002X",
        "11010519491231002x",
        "110105 19491231 002X",
        "慈溪市长河镇东街12号3单元501室",
        "东街12号3单元501室",
        "东街 12号3单元501室",
        # Anybody's, not only the petitioner's.
        "13700001111",
        "0574-87654321",
        "330282199003071238",
    ],
)
def test_redaction_removes_what_points_at_the_petitioner(secret: str) -> None:
    assert redact(f"我{secret},夜里有酸味。", [SOMEBODY]) == f"我{REDACTED},夜里有酸味。"


def test_redaction_leaves_the_pollution_facts() -> None:
    text = "长河镇工业园某电镀厂3号排口,2026-03-02夜间酸味,COD 120mg/L,编号91330282MA2AB12C3D。"
    assert redact(text, [SOMEBODY]) == text


def test_redaction_of_an_anonymous_text_removes_numbers_all_the_same() -> None:
    assert redact("请回13700001111", []) == f"请回{REDACTED}"


chinese: Final = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
names: Final = st.text(chinese, min_size=2, max_size=4).filter(
    lambda name: not set(name) & set(REDACTED)
)
phones: Final = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
addresses: Final = st.text(chinese, min_size=4, max_size=20).filter(
    lambda address: not set(address) & set(REDACTED)
)
gaps: Final = st.sampled_from(["", " ", "-", "  ", " - "])
text: Final = st.text(max_size=30)


identities: Final = st.builds(Identity, name=names, phone=phones, address=addresses)


@given(identity=identities, around=st.tuples(text, text), gap=gaps)
def test_nothing_of_the_vault_survives_redaction(
    identity: Identity, around: tuple[str, str], gap: str
) -> None:
    name, phone, address = identity.name, str(identity.phone), str(identity.address)
    assume(not street_of(address))
    spelled = gap.join((phone[:3], phone[3:7], phone[7:]))
    written = name.join((*around, spelled, *around, address, ""))

    found = redact(written, [identity])

    assert name not in found
    assert phone not in re.sub(r"[\s-]", "", found)
    assert address not in found


@given(text=st.text(chinese, max_size=60))
def test_a_text_without_secrets_stays_as_it_is(text: str) -> None:
    assert redact(text, []) == text
