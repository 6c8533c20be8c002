"""Numbers for callers, in place of their telephone numbers: good for finding repeats, telling nobody who it was."""

from __future__ import annotations

#: The longest time within which a call can be a repeat: after it a caller is somebody new.
LONGEST_REPEAT_MS = 24 * 3600 * 1000
_PRUNE_AT = 65_536


class Callers:
    """Gives each caller a number, in the order in which the calls entered."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, int]] = {}
        self._given = 0
        self._prune_at = _PRUNE_AT

    def number(self, caller: str, at: int) -> str:
        """The caller's number; the same as before for a caller of the last day. Empty for one who withheld theirs."""
        if not caller:
            return ""
        known = self._known.get(caller)
        if known is None or at - known[1] > LONGEST_REPEAT_MS:
            self._given += 1
            number = str(self._given)
        else:
            number = known[0]
        self._known[caller] = (number, at)
        if len(self._known) > self._prune_at:
            self._known = {who: told for who, told in self._known.items() if at - told[1] <= LONGEST_REPEAT_MS}
            self._prune_at = max(_PRUNE_AT, 2 * len(self._known))
        return number
