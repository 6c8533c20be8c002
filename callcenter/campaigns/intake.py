"""Contacts from the rows of a file: good rows on, bad rows back with the reason, whatever the file's length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from callcenter.campaigns.columns import Contact, Field, RowError, RowFault, read_row

#: Progress is told after so many rows.
TELL_EVERY = 5_000


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that gives no contact; `line` counts from 1, the heading being 1."""

    line: int
    cells: tuple[str, ...]
    #: A `RowFault` or a number's `Fault`.
    fault: str


@dataclass(slots=True)
class Tally:
    """How far the reading has come; every row with anything in it is good or bad."""

    rows: int = 0
    good: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def bad(self) -> int:
        """Rows that gave no contact."""
        return self.faults.total()


def take_in(
    rows: Iterable[Sequence[str]],
    heading: Sequence[str],
    columns: Mapping[int, Field],
    *,
    zone: tzinfo,
    now: datetime,
    known: set[str],
    tally: Tally,
    progress: Callable[[Tally], None] = lambda _: None,
) -> Iterator[Contact | BadRow]:
    """Each row behind the heading as a contact or a bad row; empty rows are passed over.

    `known` holds the numbers that the campaign has; it grows by each contact, and only by that: a bad row keeps no
    later good one out. `columns` must name the number's column (`ValueError`).
    """
    if Field.NUMBER not in columns.values():
        raise ValueError("no column is said to hold the number")
    for line, cells in enumerate(rows, 2):
        if not any(cell.strip() for cell in cells):
            continue
        tally.rows += 1
        try:
            contact = read_row(cells, heading, columns, zone, now)
            if contact.number in known:
                raise RowError(RowFault.DUPLICATE)
        except RowError as error:
            tally.faults[error.fault.value] += 1
            yield BadRow(line, tuple(cells), error.fault.value)
        else:
            known.add(contact.number)
            tally.good += 1
            yield contact
        if tally.rows % TELL_EVERY == 0:
            progress(tally)
    progress(tally)
