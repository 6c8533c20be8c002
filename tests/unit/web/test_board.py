from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.store.figures import Figures
from callcenter.web.board import STALE_AFTER_MS, Board, compute_board

NOW = 1_795_429_970_000


def agent(number: str, state: str, since: int = NOW, **fields: Any) -> dict[str, Any]:
    return {"id": number, "state": state, "since": since, "groups": ["kitchen"], "call": None, **fields}


def live(**fields: Any) -> dict[str, Any]:
    return {
        "at": NOW,
        "waiting": [],
        "in_menu": 0,
        "agents": [],
        "called_up": False,
        "favoured": {},
        "healed": 0,
        **fields,
    }


def board(told: dict[str, Any] | None = None, *, controller: dict[str, Any] | None = None, day: Any = ()) -> Board:
    return compute_board(
        told or live(),
        controller if controller is not None else {"ari": True, "ami": True},
        day,
        at=NOW,
        groups=["kitchen", "av"],
        companies=["nurim", "hanbit"],
    )


def waits(company: str | None, group: str, seconds: int) -> dict[str, Any]:
    return {"call": f"cc-1.{seconds}", "company": company, "group": group, "since": NOW - seconds * 1000}


def test_waiting_callers_count_for_centre_group_and_company_and_the_longest_leads() -> None:
    seen = board(live(waiting=[waits("nurim", "kitchen", 4), waits("hanbit", "kitchen", 30), waits(None, "av", 9)]))
    assert (seen.total.waiting, seen.total.longest_since) == (3, NOW - 30_000)
    assert (seen.groups["kitchen"].waiting, seen.groups["kitchen"].longest_since) == (2, NOW - 30_000)
    assert (seen.groups["av"].waiting, seen.groups["av"].longest_since) == (1, NOW - 9_000)
    assert (seen.companies["nurim"].waiting, seen.companies["hanbit"].waiting) == (1, 1)
    assert [call["since"] for call in seen.waiting] == [NOW - 30_000, NOW - 9_000, NOW - 4_000]


def test_a_ready_agent_of_two_groups_is_one_ready_agent() -> None:
    seen = board(live(agents=[agent("1001", "ready", groups=["kitchen", "av"]), agent("1002", "paused")]))
    assert seen.total.ready == 1
    assert (seen.groups["kitchen"].ready, seen.groups["av"].ready) == (1, 1)
    assert seen.states == {"ready": 1, "ringing": 0, "talking": 0, "wrapup": 0, "paused": 1, "offline": 0}


def test_a_conversation_counts_for_the_group_and_company_of_its_call_not_of_its_agent() -> None:
    call = {"company": "hanbit", "group": "av"}
    seen = board(live(agents=[agent("1001", "talking", call=call), agent("1002", "wrapup", call=call)]))
    assert (seen.groups["av"].talking, seen.groups["kitchen"].talking) == (1, 0)
    assert (seen.companies["hanbit"].talking, seen.companies["nurim"].talking) == (1, 0)


def test_agents_who_can_help_stand_first_then_the_longest_in_their_state() -> None:
    told = [agent("1", "offline"), agent("2", "ready", NOW - 5), agent("3", "paused"), agent("4", "ready", NOW - 9)]
    assert [one["id"] for one in board(live(agents=told)).agents] == ["4", "2", "3", "1"]


def test_groups_that_lag_stand_by_how_far_and_one_that_lags_by_next_to_nothing_is_left_out() -> None:
    lag = {"a": (0.80, 12), "b": (0.60, 60), "c": (0.84, 9), "d": (0.50, 60)}
    told = {group: {"level": level, "of_all": 0.85, "credit_s": credit} for group, (level, credit) in lag.items()}
    seen = board(live(favoured_groups=told))
    assert [*seen.favoured_groups] == ["d", "b", "a"]
    assert seen.favoured_groups["a"] == {"level": 0.8, "of_all": 0.85, "credit_s": 12}


def test_a_controller_that_tells_nothing_of_groups_is_read_all_the_same() -> None:
    assert board(live()).favoured_groups == {}


def test_a_company_that_left_the_centre_keeps_its_line_of_today() -> None:
    seen = board(day=[Figures(company="gone", group="old", entered=2, answered=2)])
    assert seen.companies["gone"].day.answered == seen.groups["old"].day.answered == seen.total.day.answered == 2


@pytest.mark.parametrize(
    ("told", "controller", "believed"),
    [
        (live(), {"ari": True, "ami": True}, True),
        (live(at=NOW - STALE_AFTER_MS), {"ari": True, "ami": True}, True),
        (live(at=NOW - STALE_AFTER_MS - 1), {"ari": True, "ami": True}, False),
        (live(), {}, False),
        (live(), {"ari": False, "ami": True}, False),
        (live(), {"ari": True, "ami": False}, True),
    ],
)
def test_a_board_is_believed_only_while_fresh_and_connected(
    told: dict[str, Any], controller: dict[str, Any], believed: bool
) -> None:
    seen = compute_board(told, controller or None, (), at=NOW, groups=[], companies=[])
    assert seen.health.live is believed


def test_with_nothing_from_the_controller_the_day_still_shows() -> None:
    seen = compute_board(
        None, None, [Figures(company="nurim", group="av", entered=1, answered=1)], at=NOW, groups=[], companies=[]
    )
    assert not seen.health.live
    assert seen.health.last_seen is None
    assert seen.total.day.answered == 1


_figures = st.builds(
    Figures,
    company=st.sampled_from(["nurim", "hanbit"]),
    group=st.sampled_from(["kitchen", "av"]),
    entered=st.integers(0, 99),
    answered=st.integers(0, 99),
    abandoned=st.integers(0, 99),
)


@given(st.lists(_figures, max_size=12), st.lists(st.integers(0, 900), max_size=8))
def test_groups_and_companies_each_add_up_to_the_whole(day: list[Figures], lengths: list[int]) -> None:
    seen = board(live(waiting=[waits("nurim", "av", length) for length in lengths]), day=day)
    for lines in (seen.groups, seen.companies):
        assert sum(line.waiting for line in lines.values()) == seen.total.waiting == len(lengths)
        for name in ("entered", "answered", "abandoned"):
            assert sum(getattr(line.day, name) for line in lines.values()) == getattr(seen.total.day, name)
