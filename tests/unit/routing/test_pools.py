"""Groups joined by their agents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.pools import pools

GROUPS = ("a", "b", "c", "d", "e")


def test_common_agents_join_groups_however_indirectly_and_others_stay_alone() -> None:
    assert pools(GROUPS, [("a", "c"), ("d",), ("e", "c")]) == (("a", "c", "e"), ("b",), ("d",))
    assert pools(GROUPS, []) == tuple((group,) for group in GROUPS)


def test_an_agent_of_an_unknown_group_is_refused() -> None:
    with pytest.raises(ValueError, match="serves x"):
        pools(GROUPS, [("a", "x")])


@given(st.lists(st.sets(st.sampled_from(GROUPS), min_size=1)))
def test_each_group_is_in_one_pool_and_no_agent_works_in_two(agents: list[set[str]]) -> None:
    found = pools(GROUPS, agents)
    assert sorted(group for pool in found for group in pool) == list(GROUPS)
    assert all(sum(1 for pool in found if served & set(pool)) == 1 for served in agents)
