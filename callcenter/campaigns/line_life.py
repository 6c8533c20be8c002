"""How ringing lines and busy agents behave, learnt while dialling. Times are seconds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp

#: Ahead of now the pace looks as far as these shares of the answers need, from the earliest to the latest.
_HORIZONS = (0.3, 0.6, 0.95)


class Rings:
    """How lines behave, learnt while dialling: by second of ringing, how many were answered and how many ended in vain.

    A life table (Kaplan and Meier, 1958) over the lines that ended and those that still ring: the ends that are known
    first are the quick ones, and by them alone the chance of an answer would look far too small at the start. Begins
    with a guess, high to be careful, and forgets slowly, so that morning and evening differ.
    """

    _SECONDS = 60
    _GUESSED_LINES = 20
    _KEEP, _EVERY = 0.99, 20

    def __init__(self, hit_rate: float = 0.5, answered_s: Sequence[int] = (5, 8, 11, 14), vain_s: int = 20) -> None:
        self._answers = [0.0] * self._SECONDS
        self._vain = [0.0] * self._SECONDS
        for second in answered_s:
            self._answers[second] += self._GUESSED_LINES * hit_rate / len(answered_s)
        self._vain[vain_s] = self._GUESSED_LINES * (1 - hit_rate)
        self._ended = 0
        self._draw_up(())

    def ended(self, rang_s: float, *, answered: bool, still: Sequence[float]) -> None:
        """A line was answered, or rang in vain; `still`: how long each of the others has rung."""
        (self._answers if answered else self._vain)[self._second(rang_s)] += 1
        self._ended += 1
        if self._ended % self._EVERY == 0:
            self._answers = [self._KEEP * count for count in self._answers]
            self._vain = [self._KEEP * count for count in self._vain]
        if self._ended < 500 or self._ended % self._EVERY == 0:
            self._draw_up(still)

    def _second(self, seconds: float) -> int:
        return min(max(int(seconds), 0), self._SECONDS - 1)

    def _draw_up(self, still: Sequence[float]) -> None:
        """The table: of a line just rung, the chances to be alive at each second and to be answered from then on."""
        at_risk = [0.0] * (self._SECONDS + 1)
        for elapsed in still:
            at_risk[self._second(elapsed)] += 1
        for second in range(self._SECONDS - 1, -1, -1):
            at_risk[second] += at_risk[second + 1] + self._answers[second] + self._vain[second]
        alive, self._alive, answered = 1.0, [], []
        for second in range(self._SECONDS):
            self._alive.append(alive)
            risk = at_risk[second] or 1.0
            answered.append(alive * self._answers[second] / risk)
            alive *= max(0.0, 1 - (self._answers[second] + self._vain[second]) / risk)
        self._answered_from = [*answered, 0.0]
        for second in range(self._SECONDS - 1, -1, -1):
            self._answered_from[second] += self._answered_from[second + 1]
        self.horizons = tuple(self._by(share) for share in _HORIZONS)
        self._within = {
            seconds: [self.answered_within(rung, seconds) for rung in range(self._SECONDS)] for seconds in self.horizons
        }

    def _by(self, share: float) -> float:
        """Within how many seconds this share of the answers comes."""
        left = (1 - share) * self.hit_rate
        return next(float(second) for second, later in enumerate(self._answered_from) if later <= left)

    @property
    def hit_rate(self) -> float:
        """The share of lines that are answered."""
        return self._answered_from[0]

    def taken(self, rung_s: Iterable[float], seconds: float) -> tuple[float, float]:
        """How many of these lines will be answered within one of the `horizons`: mean and variance."""
        within, last = self._within[seconds], self._SECONDS - 1
        chances = [within[min(int(rung), last)] for rung in rung_s]
        mean = sum(chances)
        return mean, mean - sum(chance * chance for chance in chances)

    def answered_within(self, rung_s: float, seconds: float) -> float:
        """The chance that a line that has rung for so long is answered within so many seconds more."""
        now = self._second(rung_s)
        later = min(now + max(int(seconds), 0), self._SECONDS)
        alive = self._alive[now]
        return (self._answered_from[now] - self._answered_from[later]) / alive if alive > 0 else 0.0


class Spell:
    """The mean length of a spell (talking, writing up), learnt while some of them still last."""

    _GUESSED, _KEEP = 10.0, 0.998

    def __init__(self, guess_s: float) -> None:
        self._seconds = self._GUESSED * guess_s
        self._count = self._GUESSED

    def ended(self, seconds: float) -> None:
        """One ended."""
        self._seconds = self._KEEP * self._seconds + seconds
        self._count = self._KEEP * self._count + 1

    def mean_s(self, lasting_s: float) -> float:
        """All time spent for each that ended: the likeliest mean of a memoryless spell; those that last count with
        their `lasting_s`, in sum, or the long ones would be missed.
        """
        return max(1.0, (self._seconds + lasting_s) / self._count)


def free_within(seconds: float, talk_s: float, write_s: float) -> tuple[float, float]:
    """The chances that a talking agent, and a writing one, is free within so many seconds (memoryless)."""
    talk, write = 1 / talk_s, 1 / write_s
    writing = 1 - exp(-write * seconds)
    if abs(talk - write) < 1e-6:
        return 1 - exp(-talk * seconds) * (1 + talk * seconds), writing
    return 1 - (write * exp(-talk * seconds) - talk * exp(-write * seconds)) / (write - talk), writing
