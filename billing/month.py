"""A calendar month of accounting and its edges in a time zone."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Self

_WRITTEN = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """Months compare in the order of time; written `2026-11`."""

    year: int
    number: int

    @classmethod
    def parse(cls, written: str) -> Self:
        """The month written so. Raises `ValueError` with what is expected."""
        if not _WRITTEN.fullmatch(written):
            raise ValueError(f"'{written[:40]}' is no month; expected one of this century such as 2026-11")
        return cls(int(written[:4]), int(written[5:]))

    @classmethod
    def of(cls, moment: datetime, zone: tzinfo) -> Self:
        """The month that a clock in this zone shows at this (aware) moment."""
        local = moment.astimezone(zone)
        return cls(local.year, local.month)

    @classmethod
    def of_ms(cls, at: int, zone: tzinfo) -> Self:
        """The same for a moment in epoch milliseconds."""
        return cls.of(datetime.fromtimestamp(at / 1000, UTC), zone)

    @property
    def next(self) -> Month:
        """The month after."""
        return Month(self.year + 1, 1) if self.number == 12 else Month(self.year, self.number + 1)

    @property
    def before(self) -> Month:
        """The month before."""
        return Month(self.year - 1, 12) if self.number == 1 else Month(self.year, self.number - 1)

    @property
    def days(self) -> int:
        """How many days it has."""
        return monthrange(self.year, self.number)[1]

    def start(self, zone: tzinfo) -> datetime:
        """The first moment of the month in this zone, in UTC; its end is the start of the next."""
        return datetime(self.year, self.number, 1, tzinfo=zone).astimezone(UTC)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"
