"""Who answered, as Asterisk's AMD() heard it: by lengths of sound and silence alone, so with errors. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.pacing import Mode

#: Whoever answers has to hear somebody within this time, the listening being part of it.
PROMISED_MS = 2000


class Verdict(StrEnum):
    """AMD's own words."""

    HUMAN = "human"
    MACHINE = "machine"
    #: It could not tell in its time: taken for a person.
    NOTSURE = "notsure"
    #: Hung up while it listened.
    HANGUP = "hangup"


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of listening to whoever answered."""

    verdict: Verdict
    #: AMD's cause with its figures, such as LONGGREETING-2400-2400.
    cause: str
    #: From the answer on, ms: so long nobody spoke to whoever answered.
    ms: int

    @property
    def machine(self) -> bool:
        """Whether nobody is taken to be there."""
        return self.verdict is Verdict.MACHINE


def heard_of(words: Sequence[str]) -> Heard | None:
    """What the dialplan tells: status, cause, ms. None: nobody listened, or Asterisk has no AMD()."""
    if len(words) < 3 or words[0].lower() not in set(Verdict):
        return None
    return Heard(Verdict(words[0].lower()), words[1], int(words[2]))


def listens(mode: Mode, *, wanted: bool) -> bool:
    """Whether it is listened: by the campaign's setting, and never in preview, where the agent hears for themselves."""
    return wanted and mode is not Mode.PREVIEW


@dataclass(frozen=True, kw_only=True, slots=True)
class Sum:
    """Attempts that were listened to and came to the same."""

    verdict: Verdict
    outcome: Outcome | None
    count: int
    ms: int
    longest_ms: int
    #: Of them, nobody spoke to so many within the promised time.
    late: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Listened:
    """What listening came to in a campaign; shares cannot be told, since nobody knows who was taken for a machine."""

    people: int
    unsure: int
    machines: int
    hung_up: int
    #: Taken for people; an agent then said that it was a machine.
    missed: int
    #: How long those who were taken for people heard nobody, or had heard nobody when they hung up, s.
    mean_s: float | None
    longest_s: float | None
    late: int


def listened(sums: Iterable[Sum]) -> Listened | None:
    """The figures; None: nobody was listened to."""
    found = list(sums)
    if not found:
        return None
    waited = [one for one in found if one.verdict is not Verdict.MACHINE]
    count = sum(one.count for one in waited)

    def so_many(verdict: Verdict) -> int:
        return sum(one.count for one in found if one.verdict is verdict)

    return Listened(
        people=so_many(Verdict.HUMAN),
        unsure=so_many(Verdict.NOTSURE),
        machines=so_many(Verdict.MACHINE),
        hung_up=so_many(Verdict.HANGUP),
        missed=sum(one.count for one in waited if one.outcome is Outcome.MACHINE),
        mean_s=sum(one.ms for one in waited) / count / 1000 if count else None,
        longest_s=max(one.longest_ms for one in waited) / 1000 if waited else None,
        late=sum(one.late for one in waited),
    )
