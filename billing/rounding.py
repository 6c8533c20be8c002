"""From exact fractions to whole won: the one place where money is rounded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate, pairwise


class Rule(StrEnum):
    """What becomes of a part smaller than the unit."""

    FLOOR = "floor"
    CEILING = "ceiling"
    HALF_UP = "half_up"
    HALF_EVEN = "half_even"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rounding:
    """A rule and the smallest amount that is written on a statement, in won."""

    rule: Rule = Rule.FLOOR
    unit: int = 1

    def won(self, exact: Fraction) -> int:
        """The amount in whole won, a multiple of the unit."""
        units = exact / self.unit
        match self.rule:
            case Rule.FLOOR:
                whole = math.floor(units)
            case Rule.CEILING:
                whole = math.ceil(units)
            case Rule.HALF_UP:
                whole = math.floor(units + Fraction(1, 2))
            case Rule.HALF_EVEN:
                whole = round(units)
        return whole * self.unit

    def split(self, exact: Fraction, shares: Sequence[Fraction]) -> tuple[int, ...]:
        """Each share's part of `exact` in whole won; shares that add up to 1 make parts that add up to `won(exact)`.

        The running sums are rounded, not the parts: the first part is what the rule makes of it alone, and no won is
        lost between the payers.
        """
        return self.in_turn([exact * share for share in shares])

    def in_turn(self, exacts: Sequence[Fraction]) -> tuple[int, ...]:
        """Each amount in whole won, so that together they are what the rule makes of their sum."""
        edges = [self.won(sum_so_far) for sum_so_far in accumulate(exacts, initial=Fraction(0))]
        return tuple(upper - lower for lower, upper in pairwise(edges))
