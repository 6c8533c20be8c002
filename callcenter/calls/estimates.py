"""The estimated wait: what is expected for each caller, what is honestly told, and how far off it was."""

from __future__ import annotations

from callcenter.calls.call import Call
from routing.forecast import Estimate, ForecastError, Running, estimate, told

#: A call counts half towards a group's handle time and patience after an hour.
_HALF_LIFE_S = 3600.0
#: A range is told when its spread is at most half of the wait, or less than a minute's worth.
_LIMIT, _SLACK_S = 0.5, 40.0
#: The longest wait that there are prompts for; beyond it only the position is told.
MOST_MINUTES = 15


class Estimates:
    """Learns from calls as they end; times are epoch milliseconds."""

    def __init__(self, wrapup_s: int) -> None:
        """`wrapup_s`: counts as part of handling a call."""
        self.wrapup_s = wrapup_s
        self._running = Running(_HALF_LIFE_S)
        self.error = ForecastError()

    def expected(self, call: Call, ahead: int, agents: int, head: Call | None, now: int) -> Estimate | None:
        """The wait that still lies before the call; None when nothing can be said.

        `head`: the caller who has waited longest, which counts as long as handle times and patience are not known.
        """
        assert call.group
        head_waited_s = max(now - head.queued_at, 0) / 1000 if head else None
        rates, waited_s = self._running.rates(call.group, now / 1000), max(now - call.queued_at, 0) / 1000
        return estimate(ahead, agents, rates, head_waited_s=head_waited_s, waited_s=waited_s)

    def joining_s(self, group: str, ahead: int, agents: int, now: int) -> float | None:
        """The wait of who would join the group now, seconds; None when handle times or patience are not known."""
        found = estimate(ahead, agents, self._running.rates(group, now / 1000))
        return found.mean_s if found else None

    def prompts(self, call: Call, found: Estimate | None, now: int) -> tuple[str, ...]:
        """What to tell the caller about the wait found by `expected`; nothing when nothing honest can be said."""
        said = told(found, call.told_wait, now_s=now / 1000, limit=_LIMIT, slack_s=_SLACK_S)
        if said is None or said.high_min > MOST_MINUTES:
            return ()
        call.told_wait = said
        cause = ("queue-estimate-longer",) if said.agents_left else ()
        if said.low_min == 0 or said.low_min >= said.high_min:
            return (*cause, f"queue-estimate-within-{max(said.high_min, 1)}")
        return (*cause, f"queue-estimate-from-{said.low_min}", f"queue-estimate-to-{said.high_min}")

    # Calls without a group were served by the dialplan alone and tell nothing about a line.

    def answered(self, call: Call, at: int) -> None:
        """An agent took the call: its wait is known."""
        if not call.group:
            return
        waited_s = max(at - call.queued_at, 0) / 1000
        self._running.waited(call.group, waited_s, at / 1000, abandoned=False)
        if call.forecast_s is not None:
            self.error.add(call.forecast_s, waited_s)

    def lost(self, call: Call, at: int) -> None:
        """The caller left the line without an agent."""
        if not call.group:
            return
        self._running.waited(call.group, max(at - call.queued_at, 0) / 1000, at / 1000, abandoned=True)

    def handled(self, call: Call, at: int) -> None:
        """The conversation is over."""
        if not call.group or call.answered_at is None:
            return
        talked_s = max(at - call.answered_at, 0) / 1000
        self._running.handled(call.group, talked_s + self.wrapup_s, at / 1000)
