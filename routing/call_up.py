"""When peak-time agents are called up, and when they are stood down again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CallUpRule:
    """The line is in need when one limit is passed, and calm when both are kept by half."""

    #: The longest wait, seconds.
    longest_wait_s: float
    #: Callers who wait.
    queue_over: int
    #: Calm must last so long before anybody is sent home.
    calm_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How one group stands now; None what nothing can be said of."""

    #: The wait that a caller would have who joined now, seconds; infinite when nobody is there for those who wait.
    forecast_s: float | None = None
    #: The recent service level, a share.
    level: float | None = None
    #: The share of its own agents at work who were with calls lately.
    occupancy: float | None = None


#: A service level is calm again so much above its limit, an occupancy so much below.
_MARGIN = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRule:
    """A group is in need when one limit is passed, and calm when all are kept by a margin (half of the forecast)."""

    forecast_s: float | None = None
    level_below: float | None = None
    occupancy_over: float | None = None
    #: Calm must last so long before anybody is sent home.
    calm_s: float

    def need(self, health: Health) -> str | None:
        """The limit that is passed: forecast, level or occupancy."""
        if self.forecast_s is not None and health.forecast_s is not None and health.forecast_s > self.forecast_s:
            return "forecast"
        if self.level_below is not None and health.level is not None and health.level < self.level_below:
            return "level"
        if self.occupancy_over is not None and (health.occupancy or 0.0) > self.occupancy_over:
            return "occupancy"
        return None

    def calm(self, health: Health) -> bool:
        """Whether every limit is kept by its margin; what is not known is calm."""
        waits = self.forecast_s is not None and (health.forecast_s or 0.0) > self.forecast_s / 2
        level = 1.0 if health.level is None else health.level
        late = self.level_below is not None and level < min(self.level_below + _MARGIN, 1.0)
        busy = self.occupancy_over is not None and (health.occupancy or 0.0) > self.occupancy_over - _MARGIN
        return not (waits or late or busy)


class Watch:
    """Whether peak-time agents are called up. Limits apart and a time of calm keep it from flickering."""

    def __init__(self, calm_s: float) -> None:
        """`calm_s`: so long it must be calm before anybody is sent home."""
        self._calm_s = calm_s
        self._calm_since: float | None = None
        self.active = False

    def demand(self) -> bool:
        """Somebody asks for help beside the rule, which stands them down again; whether they are called up by this."""
        self._calm_since = None
        called, self.active = not self.active, True
        return called

    def stand_down(self) -> bool:
        """Nobody is asked any more, until there is need again; whether anybody was."""
        self._calm_since = None
        was, self.active = self.active, False
        return was

    def see(self, *, need: bool, calm: bool, at_s: float) -> bool | None:
        """True: call them up now. False: stand them down now. None: as it was."""
        if need:
            self._calm_since = None
            if not self.active:
                self.active = True
                return True
        elif self.active and calm:
            if self._calm_since is None:
                self._calm_since = at_s
            if at_s - self._calm_since >= self._calm_s:
                self.active, self._calm_since = False, None
                return False
        else:
            self._calm_since = None
        return None


class CallUp(Watch):
    """By the whole line."""

    def __init__(self, rule: CallUpRule) -> None:
        super().__init__(rule.calm_s)
        self._rule = rule

    def observe(self, waiting: int, longest_s: float, at_s: float) -> bool | None:
        """As `see`, of so many callers who wait, one of them for so long."""
        rule = self._rule
        need = waiting > rule.queue_over or longest_s > rule.longest_wait_s
        calm = waiting <= rule.queue_over / 2 and longest_s <= rule.longest_wait_s / 2
        return self.see(need=need, calm=calm, at_s=at_s)


class GroupCallUp(Watch):
    """By the health of one group."""

    def __init__(self, rule: GroupRule) -> None:
        super().__init__(rule.calm_s)
        self._rule = rule
        #: The limit that was passed last.
        self.why: str | None = None

    def observe(self, health: Health, at_s: float) -> bool | None:
        """As `see`, of the group's health."""
        why = self._rule.need(health)
        self.why = why or self.why
        return self.see(need=why is not None, calm=self._rule.calm(health), at_s=at_s)
