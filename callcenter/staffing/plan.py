"""The plan of a day: what calls to expect, how many agents they need, who is there, whom to call up.

Calls by `routing.roster.forecast_day`, agents by Erlang A (`routing.staffing`) for each pool of groups that share
regular agents. Nothing is guessed that the records do not tell: a plan says what it lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from callcenter.centre import Centre
from callcenter.store.call_history import Handling
from routing.pools import pools
from routing.roster import QUARTER_MIN, QUARTERS, Block, Need, Quarter, forecast_day, suggest
from routing.staffing import Target

#: A forecast rests on fewer days of its kind than this: it is shown, and said to be thin.
ENOUGH_DAYS = 4
#: A group with fewer answered (abandoned) calls than this takes the whole centre's handle time (patience).
ENOUGH_CALLS = 50
_DEFAULT_BLOCK_MIN = 60

#: Calls of a group: local day, quarter-hour 0..95, how many.
History = Mapping[str, Sequence[tuple[date, int, int]]]


class Lack(StrEnum):
    """What a plan cannot know."""

    #: The centre is closed all day.
    CLOSED = "closed"
    #: No recorded day of this kind: there is no forecast.
    NO_HISTORY = "no_history"
    #: Fewer than `ENOUGH_DAYS` of them.
    LITTLE_HISTORY = "little_history"
    #: No call was answered yet: there is no handle time, so no need of agents.
    NO_HANDLE_TIME = "no_handle_time"
    #: Too few callers gave up to know their patience: reckoned with callers who never do, which asks for more agents.
    NO_PATIENCE = "no_patience"
    #: No log-ins on such days: all regular agents are taken to be there.
    NO_ATTENDANCE = "no_attendance"


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What the records tell before the day."""

    history: History
    handling: Mapping[str, Handling]
    #: As of `attendance.attendance`.
    attendance: Mapping[str, Sequence[float]] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolPlan:
    """The day of groups that share their regular agents."""

    groups: tuple[str, ...]
    #: Expected calls of each group in the day's 96 quarter-hours; of no group without a history.
    calls: Mapping[str, Sequence[float]]
    #: Seconds; None where unknown.
    aht_s: float | None
    patience_s: float | None
    target: Target
    #: The open quarter-hours in order; none without forecast or handle time.
    needs: tuple[Need, ...]
    blocks: tuple[Block, ...]
    #: Peak-time agents who serve any of the groups.
    peak_agents: int
    #: What came, in the day's 96 quarter-hours, as far as the day has gone.
    came: Sequence[int]

    @property
    def expected(self) -> Sequence[float]:
        """Calls of all its groups in the day's 96 quarter-hours."""
        return [sum(calls[q] for calls in self.calls.values()) for q in range(QUARTERS)]

    @property
    def busy(self) -> Sequence[Need]:
        """The needs without the hours at both ends in which no agent is there and none is needed."""
        there = [n for n, need in enumerate(self.needs) if need.needed or need.regular]
        return self.needs[there[0] : there[-1] + 1] if there else ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The whole centre's day."""

    day: date
    holiday: bool
    #: Recorded days before it, and how many of them are of its kind.
    recorded: int
    alike: int
    lacks: tuple[Lack, ...]
    pools: tuple[PoolPlan, ...]


def plan(centre: Centre, day: date, known: Known, holidays: frozenset[date]) -> Plan:
    """The plan; `holidays` are the free days of all years that the history reaches into."""
    dates = {d for rows in known.history.values() for d, _, _ in rows if d < day}
    alike = len(alike_days(dates, day, holidays))
    open_quarters = _open_quarters(centre, day, holidays)
    lacks = []
    if not open_quarters:
        lacks.append(Lack.CLOSED)
    if alike < ENOUGH_DAYS:
        lacks.append(Lack.LITTLE_HISTORY if alike else Lack.NO_HISTORY)
    everybody = sum(known.handling.values(), Handling())
    if not everybody.answered:
        lacks.append(Lack.NO_HANDLE_TIME)
    if everybody.abandoned < ENOUGH_CALLS:
        lacks.append(Lack.NO_PATIENCE)
    if known.attendance is None:
        lacks.append(Lack.NO_ATTENDANCE)
    regular = [agent.groups for agent in centre.agent if not agent.peak]
    return Plan(
        day=day,
        holiday=day in holidays,
        recorded=len(dates),
        alike=alike,
        lacks=tuple(lacks),
        pools=tuple(
            _pool_plan(centre, groups, day, known, holidays, dates, open_quarters)
            for groups in pools((group.id for group in centre.group), regular)
        ),
    )


def alike_days(dates: Iterable[date], day: date, holidays: frozenset[date]) -> list[date]:
    """Those of the dates that are of the day's kind, the latest first: holidays, or the same weekday without them."""
    if day in holidays:
        return sorted((d for d in dates if d in holidays), reverse=True)
    return sorted((d for d in dates if d.weekday() == day.weekday() and d not in holidays), reverse=True)


def _open_quarters(centre: Centre, day: date, holidays: frozenset[date]) -> list[int]:
    """Quarter-hours in which the centre or any company with hours of its own is open."""
    hours = [centre.hours, *(company.hours for company in centre.company if company.hours)]
    spans = [span for one in hours for span in one.minutes_on(day, holidays)]
    starts = range(0, QUARTERS * QUARTER_MIN, QUARTER_MIN)
    return [q for q, start in enumerate(starts) if any(a < start + QUARTER_MIN and start < b for a, b in spans)]


def _pool_plan(
    centre: Centre,
    groups: tuple[str, ...],
    day: date,
    known: Known,
    holidays: frozenset[date],
    dates: Iterable[date],
    open_quarters: Sequence[int],
) -> PoolPlan:
    # A day on which the centre was recorded and the group had no call counts as a day without calls.
    recorded = [(d, 0, 0) for d in dates]
    calls = {g: forecast_day([*known.history.get(g, ()), *recorded], day, holidays) for g in groups}
    calls = {g: found for g, found in calls.items() if found}
    expected = [sum(found[q] for found in calls.values()) for q in range(QUARTERS)]
    wanted = [group for group in centre.group if group.id in groups]
    # Everybody waits in one line in the end, so that the strictest of its groups speaks for the pool.
    target = Target(
        service_level=max(group.service_level for group in wanted), within_s=float(centre.waiting.service_level_s)
    )
    aht_s, patience_s = _measured(groups, known.handling, centre.waiting.wrapup_s)
    regular = _regular(centre, groups, known.attendance)
    needs: tuple[Need, ...] = ()
    blocks: tuple[Block, ...] = ()
    if calls and aht_s is not None:
        quarters = [
            Quarter(start_minute=q * QUARTER_MIN, arrivals=expected[q], regular=regular[q]) for q in open_quarters
        ]
        block_min = (centre.peak.box_min if centre.peak else 0) or _DEFAULT_BLOCK_MIN
        found = suggest(quarters, aht_s=aht_s, patience_s=patience_s, target=target, block_min=block_min)
        needs, blocks = found.needs, found.blocks
    came = [0] * QUARTERS
    for group in groups:
        for d, quarter, n in known.history.get(group, ()):
            came[quarter] += n if d == day else 0
    return PoolPlan(
        groups=groups,
        calls=calls,
        aht_s=aht_s,
        patience_s=patience_s,
        target=target,
        needs=needs,
        blocks=blocks,
        peak_agents=sum(1 for agent in centre.agent if agent.peak and not set(groups).isdisjoint(agent.groups)),
        came=came,
    )


def _measured(
    groups: Sequence[str], handling: Mapping[str, Handling], wrapup_s: int
) -> tuple[float | None, float | None]:
    """Mean handle time (ringing, talking, wrap-up as set) and mean patience, seconds.

    Patience is exponential and mostly not seen to its end, because callers are answered: its maximum-likelihood mean
    is all waiting divided by those who gave up. Few calls of these groups: the whole centre's.
    """
    own = sum((handling.get(group, Handling()) for group in groups), Handling())
    everybody = sum(handling.values(), Handling())
    busy = own if own.answered >= ENOUGH_CALLS else everybody
    gone = own if own.abandoned >= ENOUGH_CALLS else everybody
    aht_s = busy.busy_ms / busy.answered / 1000 + wrapup_s if busy.answered else None
    patience_s = gone.wait_ms / gone.abandoned / 1000 if gone.abandoned >= ENOUGH_CALLS and gone.wait_ms else None
    return aht_s or None, patience_s


def _regular(centre: Centre, groups: Sequence[str], attendance: Mapping[str, Sequence[float]] | None) -> list[int]:
    """Regular agents of these groups in each of the day's 96 quarter-hours."""
    own = [agent.id for agent in centre.agent if not agent.peak and not set(groups).isdisjoint(agent.groups)]
    if attendance is None:
        return [len(own)] * QUARTERS
    present = [attendance[agent] for agent in own if agent in attendance]
    return [round(sum(shares[q] for shares in present)) for q in range(QUARTERS)]
