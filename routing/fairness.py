"""Fair to companies: whoever falls below its contract's service level is favoured until it has recovered.

Fair to groups, too: one whose service level lags behind that of all groups together goes before others, by less.

The idea is the fixed queue ratio of Gurvich and Whitt (Operations Research 58:2, 2010), where a freed agent serves the
class that lags most behind its share. Here the lag is measured in the contract's own terms, and the favour is a bounded
credit of waiting time, so that a company far below its floor still overtakes nobody who has waited much longer.
"""

from __future__ import annotations

from dataclasses import dataclass

#: A company that lags this far or further behind its floor gets the whole credit.
_FULL_LAG = 0.2
#: The whole credit is worth ten minutes because callers seldom wait longer: a company far below its floor goes first in
#: the groups it calls. A call counts half after two hours, which bridges the busy hours of a morning or an afternoon.
#: Both were settled by simulation (docs/guide-simulation.md).
MOST_CREDIT_MS, MEMORY_MS = 600_000, 7_200_000
#: Recovered only this far above the floor, so that favour does not flicker.
_MARGIN = 0.02
#: A group that lags this far behind all groups together gets the whole of its credit (settled by simulation as well).
_FULL_GROUP_LAG, GROUP_CREDIT_MS = 0.05, 60_000
#: A group that lags this far asks similar groups at once, one that is as far ahead waits twice as long as its ladder
#: says, and never more than so many times as long (settled by simulation as well).
_STRETCH_STEP, MOST_STRETCH = 0.01, 3.0
#: A group of so few recent calls counts as half as far from all groups together as its level says.
_FEW_CALLS = 5
#: All groups together.
_ALL = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What a company's contract promises it in the shared pool."""

    #: Share of calls to be answered in time, 0 to 1; 0 promises nothing.
    floor: float = 0.0
    #: Multiplies the favour while below the floor.
    weight: float = 1.0
    #: Most conversations at a time; None for as many as there are agents.
    cap: int | None = None


class Fairness:
    """Each company's recent service level and the favour that follows; times are whole milliseconds."""

    def __init__(self, *, most_credit_ms: int = MOST_CREDIT_MS, memory_ms: int = MEMORY_MS) -> None:
        """`memory_ms`: a call counts half as much after that long."""
        self._most = most_credit_ms
        self._memory = memory_ms
        #: In time, offered (both fading), at this time.
        self._counts: dict[str, tuple[float, float, int]] = {}
        self._favoured: set[str] = set()

    def note(self, company: str, in_time: bool, at: int) -> None:
        """A call of the company was answered, in time or late, or lost (not in time)."""
        good, offered = self._faded(company, at)
        self._counts[company] = (good + in_time, offered + 1, at)

    def level(self, company: str, at: int) -> float | None:
        """The company's recent service level; None without recent calls."""
        good, offered = self._faded(company, at)
        return good / offered if offered > 0.5 else None

    def offered(self, company: str, at: int) -> float:
        """How many recent calls of the company that counts."""
        return self._faded(company, at)[1]

    def credit_ms(self, company: str, contract: Contract, at: int) -> int:
        """The favour due to the company now, in milliseconds of waiting; 0 at or above its floor."""
        level = self.level(company, at)
        limit = contract.floor + (_MARGIN if company in self._favoured else 0.0)
        if level is None or level >= limit:
            self._favoured.discard(company)
            return 0
        self._favoured.add(company)
        lag = min((limit - level) / _FULL_LAG, 1.0)
        return round(min(self._most * lag * contract.weight, self._most))

    def remembered(self) -> dict[str, tuple[float, float, int, bool]]:
        """All that is known, by company: calls in time, calls, both fading since the time that follows, favoured."""
        return {company: (*counts, company in self._favoured) for company, counts in self._counts.items()}

    def remember(self, company: str, in_time: float, offered: float, at: int, favoured: bool) -> None:
        """Know of the company what `remembered` told, and nothing else."""
        self._counts[company] = (in_time, offered, at)
        (self._favoured.add if favoured else self._favoured.discard)(company)

    def _faded(self, company: str, at: int) -> tuple[float, float]:
        good, offered, then = self._counts.get(company, (0.0, 0.0, at))
        kept: float = 0.5 ** ((at - then) / self._memory)
        return good * kept, offered * kept


class Balance:
    """The groups' recent service levels beside that of all together; times are whole milliseconds.

    A group that lags goes before others where both share agents. Its credit is small: among calls of which each would
    still be in time the order is what counts, and nobody is to wait minutes for a group that has too few people. And
    its calls are offered to similar groups sooner, those of a group that is ahead later, whose own agents suffice.
    """

    def __init__(self) -> None:
        self._groups = Fairness()

    def note(self, group: str, in_time: bool, at: int) -> None:
        """A call of the group was answered, in time or late, or lost (not in time)."""
        self._groups.note(group, in_time, at)
        self._groups.note(_ALL, in_time, at)

    def credit_ms(self, group: str, at: int) -> int:
        """What is due to the group now, in milliseconds of waiting; 0 at or above the level of all."""
        return round(GROUP_CREDIT_MS * min(max(-self._lead(group, at), 0.0) / _FULL_GROUP_LAG, 1.0))

    def stretch(self, group: str, at: int) -> float:
        """What the conditions of the group's ladder are multiplied by: 0 at once, 1 as they are written."""
        return min(max(1 + self._lead(group, at) / _STRETCH_STEP, 0.0), MOST_STRETCH)

    def _lead(self, group: str, at: int) -> float:
        level, of_all = self._groups.level(group, at), self._groups.level(_ALL, at)
        if level is None or of_all is None:
            return 0.0
        calls = self._groups.offered(group, at)
        return (level - of_all) * calls / (calls + _FEW_CALLS)

    def remembered(self) -> dict[str, tuple[float, float, int]]:
        """All that is known, by group ("": all): calls in time and calls, both fading since the time that follows."""
        return {group: known[:3] for group, known in self._groups.remembered().items()}

    def remember(self, group: str, in_time: float, offered: float, at: int) -> None:
        """Know of the group what `remembered` told, and nothing else."""
        self._groups.remember(group, in_time, offered, at, favoured=False)
