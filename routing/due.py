"""Times at which something is due, so that nobody need look at everything to find what is."""

from __future__ import annotations

from heapq import heapify, heappop, heappush


class DueTimes:
    """One time for each name; a change costs a logarithm of their number. Times are whole milliseconds."""

    def __init__(self) -> None:
        self._at: dict[str, int] = {}
        #: Holds also what has been changed or dropped since; it is passed over when its time comes.
        self._heap: list[tuple[int, str]] = []

    def put(self, name: str, at: int) -> None:
        """Due then, instead of whenever it was due before."""
        if self._at.get(name) == at:
            return
        self._at[name] = at
        heappush(self._heap, (at, name))
        if len(self._heap) > 2 * len(self._at) + 64:
            self._heap = [(at, name) for name, at in self._at.items()]
            heapify(self._heap)

    def drop(self, name: str) -> None:
        """Due no longer; unknown names are ignored."""
        self._at.pop(name, None)

    def next_at(self) -> int | None:
        """The earliest time; None when nothing is due ever."""
        while self._heap and self._at.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take(self, now: int) -> list[str]:
        """All whose time has come, the earliest first; they are forgotten here."""
        taken = []
        while (at := self.next_at()) is not None and at <= now:
            _, name = heappop(self._heap)
            del self._at[name]
            taken.append(name)
        return taken

    def __len__(self) -> int:
        return len(self._at)
