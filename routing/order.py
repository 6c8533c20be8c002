"""The order of the calls in one line, kept so that whoever goes first is found without a walk."""

from __future__ import annotations

from bisect import bisect_left, insort

#: Time, then id, so that two runs of the same events decide alike. The time is that of joining the line less credits.
Rank = tuple[int, str]


class Order:
    """Calls by rank, apart by company, so that a company's favour moves one entry, not all its calls."""

    __slots__ = ("_by_company", "_shown", "calls", "favoured", "servable")

    def __init__(self) -> None:
        #: All that wait.
        self.calls: list[Rank] = []
        #: The first call of each company that may be served, by rank.
        self.servable: list[Rank] = []
        #: The same calls by rank less favour.
        self.favoured: list[Rank] = []
        self._by_company: dict[str, list[Rank]] = {}
        #: By company, its entries in the two lists above.
        self._shown: dict[str, tuple[Rank, Rank]] = {}

    def join(self, rank: Rank, company: str, favour: int | None) -> bool:
        """The call waits; `favour` (ms) is the company's, None while it may not be served. True: its only one here."""
        insort(self.calls, rank)
        own = self._by_company.get(company)
        if own is None:
            self._by_company[company] = [rank]
            self.show(company, favour)
            return True
        insort(own, rank)
        if own[0] is rank:
            self.show(company, favour)
        return False

    def leave(self, rank: Rank, company: str, favour: int | None) -> bool:
        """The call, which waits here, no longer does. True: it was the company's last one here."""
        del self.calls[bisect_left(self.calls, rank)]
        own = self._by_company[company]
        at = bisect_left(own, rank)
        del own[at]
        if not own:
            del self._by_company[company]
        if at == 0:
            self.show(company, favour)
        return not own

    def show(self, company: str, favour: int | None) -> None:
        """The company's favour is another, or None while it may not be served."""
        if (old := self._shown.pop(company, None)) is not None:
            del self.servable[bisect_left(self.servable, old[0])]
            del self.favoured[bisect_left(self.favoured, old[1])]
        own = self._by_company.get(company)
        if own and favour is not None:
            rank = own[0]
            favoured = (rank[0] - favour, rank[1]) if favour else rank
            insort(self.servable, rank)
            insort(self.favoured, favoured)
            self._shown[company] = rank, favoured

    def first_of(self, company: str) -> Rank:
        """The company's call that has waited longest; it has one here."""
        return self._by_company[company][0]
