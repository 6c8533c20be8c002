"""A day's plan from what the records tell."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from typing import Any

import pytest

from callcenter.staffing.plan import ENOUGH_CALLS, Known, Lack, Plan, plan
from callcenter.staffing.plan_forms import as_csv, as_json, as_text, remarks
from callcenter.store.call_history import Handling
from callcenter.web.pages import Naming
from routing.roster import Need
from routing.staffing import Target, agents_needed
from tests.unit.calls.script import centre

MONDAY = date(2026, 11, 23)
MONDAYS = [MONDAY - timedelta(weeks=n) for n in range(1, 5)]
NONE: frozenset[date] = frozenset()
TEN = 40  # the quarter-hour from 10:00

#: 300 s of talk, 20 s of wrap-up as set; a mean patience of 100 s.
MEASURED = Handling(answered=1000, busy_ms=300_000_000, abandoned=100, wait_ms=10_000_000)


def known(**changed: Any) -> Known:
    """Four Mondays with 30 calls at ten o'clock, all agents there."""
    facts: dict[str, Any] = {
        "history": {"kitchen": [(d, TEN, 30) for d in MONDAYS]},
        "handling": {"kitchen": MEASURED},
        "attendance": {agent: [1.0] * 96 for agent in ("1001", "1002", "1003")},
    }
    return Known(**facts | changed)


def planned(facts: Known, day: date = MONDAY, holidays: frozenset[date] = NONE, **more: Any) -> Plan:
    return plan(centre({"1002": {"peak": True}, **more}), day, facts, holidays)


def test_groups_that_share_regular_agents_are_one_pool_staffed_by_erlang_a_for_its_strictest_group() -> None:
    found = planned(known(), av={"service_level": 0.9})
    pool, furniture = found.pools
    assert (pool.groups, furniture.groups) == (("kitchen", "av"), ("furniture",))
    assert pool.target == Target(service_level=0.9, within_s=20)
    needed = agents_needed(120, 320, 100, pool.target)
    assert pool.needs[TEN] == Need(start_minute=600, needed=needed, regular=1, peak=needed - 1)
    assert [(b.start_minute, b.end_minute, b.agents) for b in pool.blocks] == [(600, 660, needed - 1)]
    assert (pool.aht_s, pool.patience_s, pool.peak_agents) == (320, 100, 1)
    assert (found.recorded, found.alike, found.lacks) == (4, 4, ())
    assert {need.needed for need in furniture.needs} == {0}, "a recorded day without a call of the group has no calls"


def test_what_came_is_set_against_the_forecast_and_does_not_change_it() -> None:
    facts = known(history={"kitchen": [*((d, TEN, 30) for d in MONDAYS), (MONDAY, TEN, 77)]})
    pool = planned(facts).pools[0]
    assert (pool.expected[TEN], pool.came[TEN], pool.came[TEN + 1]) == (30, 77, 0)


def test_without_a_day_of_its_kind_there_is_no_plan_and_it_says_what_it_takes() -> None:
    found = planned(known(), day=MONDAY + timedelta(days=1))
    assert found.lacks == (Lack.NO_HISTORY,)
    assert [(pool.needs, pool.blocks, pool.calls) for pool in found.pools] == [((), (), {})] * 2
    assert "4일" in remarks(found, "ko")[0]
    assert "four weeks" in remarks(found, "en")[0]


def test_few_days_are_said_to_be_few() -> None:
    found = planned(known(history={"kitchen": [(d, TEN, 30) for d in MONDAYS[:2]]}))
    assert found.lacks == (Lack.LITTLE_HISTORY,)
    assert found.pools[0].needs[TEN].needed > 0
    assert remarks(found, "ko")[0].startswith("같은 성격의 날이 2일뿐")


def test_a_free_day_is_planned_from_free_days() -> None:
    found = planned(known(), holidays=frozenset({MONDAY, MONDAYS[0]}))
    assert (found.holiday, found.alike) == (True, 1)


@pytest.mark.parametrize(
    ("measured", "lacks"),
    [
        (Handling(), (Lack.NO_HANDLE_TIME, Lack.NO_PATIENCE)),
        (Handling(answered=9, busy_ms=900_000, abandoned=ENOUGH_CALLS - 1, wait_ms=900_000), (Lack.NO_PATIENCE,)),
    ],
)
def test_what_was_not_measured_is_not_guessed(measured: Handling, lacks: tuple[Lack, ...]) -> None:
    found = planned(known(handling={"kitchen": measured}))
    assert found.lacks == lacks
    assert found.pools[0].patience_s is None
    assert bool(found.pools[0].needs) is bool(measured.answered)


def test_a_group_with_few_calls_of_its_own_takes_the_whole_centre_s_measure() -> None:
    few = Handling(answered=1, busy_ms=1, abandoned=1, wait_ms=1)
    found = planned(known(handling={"kitchen": MEASURED, "furniture": few}))
    assert found.pools[1].aht_s == pytest.approx(300_000_001 / 1001 / 1000 + 20)
    assert found.pools[1].patience_s == pytest.approx(10_000_001 / 101 / 1000)


def test_regular_agents_are_those_who_usually_are_there() -> None:
    shares = {agent: [0.0] * TEN + [0.75] * (96 - TEN) for agent in ("1001", "1002", "1003")}
    pool = planned(known(attendance=shares)).pools[0]
    assert (pool.needs[TEN - 1].regular, pool.needs[TEN].regular) == (0, 1)
    found = planned(known(attendance=None))
    assert found.lacks == (Lack.NO_ATTENDANCE,)
    assert found.pools[0].needs[TEN].regular == 1


def test_a_closed_day_is_said_to_be_one() -> None:
    shut = {"hours": dict.fromkeys("mon tue wed thu fri sat sun".split(), "") | {"sun": "09:00-12:00"}}
    described = centre({"office": {"hours": shut["hours"]}}).model_dump()
    closed = type(centre()).model_validate(described | shut)
    found = plan(closed, MONDAY, known(), NONE)
    assert Lack.CLOSED in found.lacks
    assert all(not pool.needs for pool in found.pools)


def test_the_forms_show_the_hours_in_which_there_is_something_and_tell_who_is_lacking() -> None:
    shares = {"1001": [0.0] * 38 + [1.0] * 4 + [0.0] * 54}
    found = planned(known(attendance=shares))
    text = as_text(found, Naming(centre(), "en"), "en")
    rows = list(csv.DictReader(as_csv(found).splitlines()))
    assert [row["quarter"] for row in rows] == ["09:30", "09:45", "10:00", "10:15"]
    assert (rows[2]["pool"], rows[2]["expected_calls"]) == ("kitchen+av", "30.0")
    most = int(rows[2]["peak"])
    assert f"10:00–11:00: {most}" in text
    assert f"{most} peak-time agents are needed; there are only 1" in text
    told = json.loads(as_json(found))["pools"][0]
    assert told["quarters"][2]["peak"] == most
    assert told["blocks"] == [{"start": "10:00", "end": "11:00", "agents": most}]
