"""The day's peak roster: how many calls to expect, and how many peak-time agents to call up, when.

A quarter-hour is staffed on its own, as if its rate had lasted (stationary, independent periods): right while handle
times are short beside a quarter-hour, else the peak of need comes a little later than the peak of calls. A group, or
groups that share their agents, is planned as one pool.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from routing.staffing import Target, agents_needed

QUARTER_MIN = 15
QUARTERS = 24 * 60 // QUARTER_MIN
MONDAY, FRIDAY = 0, 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarter:
    """What is known of a quarter-hour beforehand.

    Raises `ValueError` unless it begins on a quarter of an hour within the day and holds no negative number.
    """

    #: Of the day, local time.
    start_minute: int
    #: Calls expected in these 15 minutes.
    arrivals: float
    #: Regular agents scheduled, breaks taken off.
    regular: int

    def __post_init__(self) -> None:
        if not 0 <= self.start_minute < 24 * 60 or self.start_minute % QUARTER_MIN:
            raise ValueError(f"a quarter-hour from minute {self.start_minute}; expected a multiple of 15 below 1440")
        if not self.arrivals >= 0 or self.regular < 0:
            raise ValueError(f"{self.arrivals} calls, {self.regular} agents; expected neither to be negative")


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """What a quarter-hour needs."""

    start_minute: int
    #: Agents in all.
    needed: int
    regular: int
    #: Peak-time agents: what the regular ones lack.
    peak: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """So many peak-time agents are called up from one minute of the day to another, the end excluded."""

    start_minute: int
    end_minute: int
    agents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """The needs in the order of the day, and the blocks that meet them."""

    needs: tuple[Need, ...]
    blocks: tuple[Block, ...]


def suggest(
    quarters: Iterable[Quarter], *, aht_s: float, patience_s: float | None, target: Target, block_min: int = 60
) -> Suggestion:
    """Whom to call up for a pool of agents on a day whose open hours are these quarter-hours.

    Handle time and patience in seconds; None for the patience reckons with callers who never hang up. Blocks are as of
    `blocks`. Raises `ValueError` for a quarter-hour given twice, and as `agents_needed` and `blocks`.
    """
    ordered = sorted(quarters, key=lambda quarter: quarter.start_minute)
    if len({quarter.start_minute for quarter in ordered}) < len(ordered):
        raise ValueError("a quarter-hour is given twice; expected each at most once")
    hourly = 60 / QUARTER_MIN
    needs = []
    for quarter in ordered:
        needed = agents_needed(quarter.arrivals * hourly, aht_s, patience_s, target)
        peak = max(0, needed - quarter.regular)
        needs.append(Need(start_minute=quarter.start_minute, needed=needed, regular=quarter.regular, peak=peak))
    return Suggestion(needs=tuple(needs), blocks=blocks(needs, block_min))


def blocks(needs: Sequence[Need], block_min: int = 60) -> tuple[Block, ...]:
    """The stretches of work that bring at least the peak-time agents each quarter-hour needs.

    The first peak-time agent works wherever one is needed, the second wherever two are, and so on; a stretch begins
    with the need, lasts `block_min` minutes (rounded up to quarter-hours) or as long as the need, and goes on if the
    need comes back before it ends. None reaches beyond the day's first and last quarter-hour: the last stretch rather
    begins earlier, and a day shorter than `block_min` is one block. `needs` are in the order of the day. Raises
    `ValueError` unless `block_min` is above 0.
    """
    if block_min <= 0:
        raise ValueError(f"blocks of {block_min} minutes; expected more than 0")
    if not needs:
        return ()
    least = -(-block_min // QUARTER_MIN) * QUARTER_MIN
    opens, closes = needs[0].start_minute, needs[-1].start_minute + QUARTER_MIN
    agents: Counter[tuple[int, int]] = Counter()
    for rank in range(1, max(need.peak for need in needs) + 1):
        wanted = [need.start_minute for need in needs if need.peak >= rank]
        agents.update(_stretches(wanted, least, opens, closes))
    return tuple(Block(start_minute=start, end_minute=end, agents=n) for (start, end), n in sorted(agents.items()))


def _stretches(wanted: Sequence[int], least: int, opens: int, closes: int) -> list[tuple[int, int]]:
    """The stretches of one agent who is wanted in the quarter-hours that begin at these minutes."""
    stretches: list[tuple[int, int]] = []
    for start in wanted:
        if stretches and start <= stretches[-1][1]:
            begin, end = stretches.pop()
            stretches.append((begin, max(end, start + QUARTER_MIN)))
        else:
            stretches.append((start, start + least))
    # Only the last can reach beyond closing time; moved back it may run into the one before.
    if stretches and stretches[-1][1] > closes:
        begin, _ = stretches.pop()
        begin = max(opens, min(begin, closes - least))
        if stretches and begin <= stretches[-1][1]:
            begin, _ = stretches.pop()
        stretches.append((begin, closes))
    return stretches


def forecast_day(
    history: Iterable[tuple[date, int, int]],
    day: date,
    holidays: Container[date],
    *,
    half_life_weeks: float = 4.0,
) -> tuple[float, ...]:
    """The calls to expect in each of the day's 96 quarter-hours; empty if the history holds no such day.

    `history` has rows (date, quarter-hour 0..95, calls), in any order; rows of one quarter-hour are added, a
    quarter-hour without a row had no calls, a date without any row was not recorded. Rows of `day` or later are left
    out, so a forecast can be compared with what came. The forecast is the mean of the earlier days like this one, a day
    counting half for each `half_life_weeks` of its age:

    - a normal day: the same weekday, holidays left out;
    - a Tuesday to Friday after a holiday: treated as a Monday, since what broke on the free day is reported then, if
      the history supports it: it holds such days and normal Mondays, and the calls of such days lay nearer, in sum, to
      the mean Monday than to the mean of their own weekday. They are then also counted with the Mondays. Otherwise they
      are days of their own weekday in both respects;
    - a holiday: the earlier holidays, of any weekday; without any, no calls are expected.

    Raises `ValueError` for a quarter-hour outside 0..95, negative calls, or a half-life not above 0.
    """
    if not half_life_weeks > 0:
        raise ValueError(f"half-life of {half_life_weeks} weeks; expected more than 0")
    days = _days(history, day)

    def mean(alike: Collection[date]) -> tuple[float, ...]:
        if not alike:
            return ()
        # Ages count from the youngest: only their differences matter, and so no weight sum is ever 0.
        youngest = max(alike)
        weights = {d: float(0.5 ** ((youngest - d).days / 7 / half_life_weeks)) for d in alike}
        total = sum(weights.values())
        return tuple(sum(weight * days[d][q] for d, weight in weights.items()) / total for q in range(QUARTERS))

    if day in holidays:
        return mean([d for d in days if d in holidays]) or ((0.0,) * QUARTERS if days else ())

    normal = [d for d in days if d not in holidays]
    after = {d for d in [*normal, day] if _follows_holiday(d, holidays)}
    plain = {weekday: [d for d in normal if d not in after and d.weekday() == weekday] for weekday in range(7)}
    off = {weekday: sum(mean(alike)) for weekday, alike in plain.items() if alike}
    judged = [(sum(days[d]), off[d.weekday()]) for d in after if d in days and d.weekday() in off]
    as_monday = MONDAY in off and sum(abs(n - off[MONDAY]) for n, _ in judged) < sum(abs(n - own) for n, own in judged)

    def kind(d: date) -> int:
        return MONDAY if as_monday and d in after else d.weekday()

    return mean([d for d in normal if kind(d) == kind(day)])


def _days(history: Iterable[tuple[date, int, int]], before: date) -> dict[date, list[int]]:
    days: dict[date, list[int]] = {}
    for d, quarter, calls in history:
        if not 0 <= quarter < QUARTERS or calls < 0:
            raise ValueError(f"{calls} calls in quarter-hour {quarter} of {d}; expected no less than 0, in 0..95")
        if d < before:
            days.setdefault(d, [0] * QUARTERS)[quarter] += calls
    return days


def _follows_holiday(d: date, holidays: Container[date]) -> bool:
    return MONDAY < d.weekday() <= FRIDAY and d - timedelta(days=1) in holidays
