"""Person-days: what one gives another receives, and kinds are never added."""

from hypothesis import given, strategies as st

from services.regions.overview.domain import Flow, FlowKind, balances

CODES = ("330902", "330903", "330921", "生态环境部")

flows = st.lists(
    st.builds(
        Flow,
        kind=st.sampled_from(FlowKind),
        giver=st.sampled_from(CODES[:3]),
        receiver=st.sampled_from(CODES),
        days=st.integers(0, 30),
    ),
    max_size=40,
)


@given(flows)
def test_given_and_received_come_to_the_same_total_in_each_kind(found: list[Flow]) -> None:
    for balance in balances(found):
        assert sum(balance.given.values()) == sum(balance.received.values()) == balance.total
        own = [each for each in found if each.kind is balance.kind]
        assert balance.total == sum(each.days for each in own if each.giver != each.receiver)


@given(flows)
def test_the_order_changes_nothing_and_each_kind_stands_by_itself(found: list[Flow]) -> None:
    assert balances(found) == balances(reversed(found))
    rota = [each for each in found if each.kind is FlowKind.ROTA]
    assert balances(rota)[0] == balances(found)[0]
    assert [each.total for each in balances(rota)[1:]] == [0, 0, 0]
