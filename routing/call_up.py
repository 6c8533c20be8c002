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


class CallUp:
    """Whether peak-time agents are called up. Limits apart by half and a time of calm keep it from flickering."""

    def __init__(self, rule: CallUpRule) -> None:
        self._rule = rule
        self._calm_since: float | None = None
        self.active = False

    def demand(self) -> bool:
        """Somebody asks for help beside the rule, which stands them down again; whether they are called up by this."""
        self._calm_since = None
        called, self.active = not self.active, True
        return called

    def observe(self, waiting: int, longest_s: float, at_s: float) -> bool | None:
        """True: call them up now. False: stand them down now. None: as it was."""
        rule = self._rule
        if waiting > rule.queue_over or longest_s > rule.longest_wait_s:
            self._calm_since = None
            if not self.active:
                self.active = True
                return True
        elif self.active and waiting <= rule.queue_over / 2 and longest_s <= rule.longest_wait_s / 2:
            if self._calm_since is None:
                self._calm_since = at_s
            if at_s - self._calm_since >= rule.calm_s:
                self.active, self._calm_since = False, None
                return False
        else:
            self._calm_since = None
        return None
