"""Backing off while the carrier puts no calls through. Pure; times are epoch ms."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

_FIRST_MS, _LONGEST_MS = 5_000, 300_000
#: So many different people refused in a row are no coincidence.
_IN_A_ROW = 3


class Trouble(StrEnum):
    """Why the carrier put no call through, though the customer has no part in it."""

    #: No circuit is free (SIP 503).
    FULL = "full"
    #: It refuses our account, or the number shown (SIP 401, 402, 407, or 403 to everybody).
    ACCOUNT = "account"
    #: Nobody is registered for the trunk, or nobody answers there.
    UNREACHABLE = "unreachable"
    #: A fault on the way.
    NETWORK = "network"


@dataclass(slots=True)
class Backoff:
    """After each refusal nobody is dialled for twice as long as after the last, then one line tries.

    Refusals of lines that were dialled before the pause began tell nothing new and do not make it longer.
    """

    #: Nobody is dialled before.
    until: int = 0
    _pause_ms: int = 0
    _trouble: Trouble | None = None
    #: The line that tries whether the carrier takes calls again, dialled at.
    _trying: int | None = None

    def congested(self, now: int, trouble: Trouble) -> None:
        """The carrier put a call not through."""
        if now < self.until:
            return
        self._trouble = trouble
        self._pause_ms = min(2 * self._pause_ms, _LONGEST_MS) if self._pause_ms else _FIRST_MS
        self.until, self._trying = now + self._pause_ms, None

    def carried(self, now: int) -> None:
        """The carrier put a call through, whatever became of it."""
        if now >= self.until:
            self._pause_ms, self._trying, self._trouble = 0, None, None

    def dialled(self, now: int) -> None:
        """A line was dialled; in the pause it was on its way when the carrier refused, and tries nothing."""
        if self._pause_ms and self._trying is None and now >= self.until:
            self._trying = now

    @property
    def trouble(self) -> Trouble | None:
        """Why the carrier put no call through when it was last asked; None: it did."""
        return self._trouble

    def room(self, now: int) -> int | None:
        """How many lines may be dialled now; None: this is no limit."""
        if not self._pause_ms:
            return None
        # A line that is not heard of for a minute tries for nobody.
        waits = self._trying is not None and now - self._trying < 60_000
        return 0 if now < self.until or waits else 1


@dataclass(slots=True)
class Refusals:
    """Calls that the carrier refuses with 403 and the like. It says so of one number that it does not connect, and of
    everybody while our account or the number shown is barred: only the other calls tell which.
    """

    _in_a_row: set[int] = field(default_factory=set)
    #: Refused while others were put through: they tell nothing new.
    _barred: set[int] = field(default_factory=set)

    def refused(self, contact: int) -> bool:
        """Whether it is us whom the carrier refuses, and not this contact's number."""
        if contact in self._barred:
            return False
        self._in_a_row.add(contact)
        return len(self._in_a_row) >= _IN_A_ROW

    def carried(self) -> None:
        """The carrier put a call through, whatever became of it."""
        if len(self._in_a_row) < _IN_A_ROW:
            self._barred |= self._in_a_row
        self._in_a_row.clear()
