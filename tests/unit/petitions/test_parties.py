"""Who petitions with whom: forms, representatives, who counts, and what no text may name."""

import re
from typing import Final

import pytest
from hypothesis import given, strategies as st

from services.petitions.intake.domain import (
    Form,
    FormNeedsPersons,
    SignedByMany,
    require_form,
    superiors,
)
from services.petitions.intake.use_cases.parties import redacted_texts, tokens_that_count
from services.petitions.vault.domain import (
    REDACTED,
    REPRESENTATIVES,
    Identity,
    PartyRole,
    TooManyRepresentatives,
    counting,
    limit_of,
    redact,
    require_representatives,
)

NINGBO, HEFEI = "330200", "340100"
PETITIONER, CO_SIGNER, REPRESENTATIVE, PRINCIPAL, PROXY = PartyRole
FIVE: Final = 5


@pytest.mark.parametrize(
    ("form", "persons", "signed", "refusal"),
    [
        (Form.INDIVIDUAL, 1, 1, None),
        (Form.INDIVIDUAL, 30, 1, None),
        (Form.INDIVIDUAL, 2, 2, SignedByMany),
        (Form.JOINT, 1, 1, FormNeedsPersons),
        (Form.JOINT, 2, 1, None),
        (Form.JOINT, 2, 2, None),
        (Form.COLLECTIVE, 4, 4, FormNeedsPersons),
        (Form.COLLECTIVE, 5, 1, None),
    ],
)
def test_a_form_needs_its_persons(
    form: Form, persons: int, signed: int, refusal: type[Exception] | None
) -> None:
    if refusal is None:
        require_form(form, persons=persons, signed=signed, collective_from=FIVE)
        return
    with pytest.raises(refusal):
        require_form(form, persons=persons, signed=signed, collective_from=FIVE)


@pytest.mark.parametrize(
    ("office", "persons", "most"),
    [(HEFEI, 2, 5), (HEFEI, 200, 5), (NINGBO, 10, 3), (NINGBO, 11, 5), ("330281", 2, 3)],
)
def test_a_group_has_so_many_representatives_and_not_one_more(
    office: str, persons: int, most: int
) -> None:
    require_representatives(office, [REPRESENTATIVE] * most, persons=persons)
    with pytest.raises(TooManyRepresentatives):
        require_representatives(office, [REPRESENTATIVE] * (most + 1), persons=persons)


def test_every_limit_names_its_law() -> None:
    assert all(each.basis.title_zh for each in REPRESENTATIVES)
    assert limit_of(HEFEI, 9).basis.article == "20"


@pytest.mark.parametrize(
    ("roles", "counts"),
    [
        ([PETITIONER], [True]),
        ([PETITIONER, CO_SIGNER, REPRESENTATIVE], [True, True, True]),
        # A proxy does not count, whom it acts for does.
        ([PETITIONER, PROXY], [True, False]),
        ([PETITIONER, PRINCIPAL], [False, True]),
        ([PETITIONER, PRINCIPAL, PROXY], [True, True, False]),
    ],
)
def test_for_a_proxy_the_principal_counts(roles: list[PartyRole], counts: list[bool]) -> None:
    assert counting(roles) == counts


def test_the_tokens_of_those_who_count_are_one_set() -> None:
    marks = [["a", "b"], ["b", "c"], ["d"]]

    assert tokens_that_count(marks, [CO_SIGNER, PROXY]) == ["a", "b", "c"]
    assert tokens_that_count(marks, [PRINCIPAL, CO_SIGNER]) == ["b", "c", "d"]
    assert tokens_that_count([], []) == []


def test_urgent_matters_go_to_every_organ_above() -> None:
    assert superiors("330281") == ["330200", "330000"]
    assert superiors("330200") == ["330000"]
    assert superiors("330000") == []


SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN: Final = "雪梅国强丽娟建军晓芳志远"
IDENTITIES: Final = st.builds(
    Identity,
    name=st.tuples(st.sampled_from(SURNAMES), st.text(GIVEN, min_size=1, max_size=2)).map("".join),
    phone=st.integers(13_000_000_000, 19_999_999_999).map(str),
    id_number=st.integers(10**16, 10**17 - 1).map(lambda number: f"{number}X"),
    address=st.integers(1, 999).map(lambda number: f"慈溪市长河镇槐花弄{number}号502室"),
)


def secrets_of(identity: Identity) -> list[str]:
    return [each for each in (identity.name, identity.phone, identity.id_number) if each]


@given(
    st.lists(IDENTITIES, min_size=1, max_size=12), st.sampled_from(["", " ", "-", "·"]), st.data()
)
def test_no_partys_name_phone_or_id_is_left_in_what_others_read(
    parties: list[Identity], gap: str, data: st.DataObject
) -> None:
    named = data.draw(st.lists(st.sampled_from(parties), min_size=1, max_size=6))
    secrets = [gap.join(secret) for each in named for secret in secrets_of(each)]
    text = "反映人:" + ",".join(secrets) + ",夜里有酸味。"

    texts = redacted_texts(text, text, text, object_name=None, identities=parties)

    for column in ("redacted_title", "redacted_body", "place"):
        squeezed = re.sub(r"[\s·-]", "", texts[column])
        assert not [secret for each in named for secret in secrets_of(each) if secret in squeezed]


def test_two_hundred_parties_are_looked_for_as_one() -> None:
    parties = [Identity(name=f"赵{chr(0x4E00 + n)}") for n in range(200)]
    text = "夜里有酸味。" * 1000 + "赵" + chr(0x4E00 + 199)

    assert redact(text, parties).endswith("。" + REDACTED)
