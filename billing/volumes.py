"""What a tariff makes of a month with so many calls, for reading a tariff before it is used."""

from __future__ import annotations

from typing import NamedTuple

from billing.rules import Charge, Tally
from billing.statement import LineKind, statement
from billing.tariff import COMPANY, Tariff

#: How long each call is taken to be, where talk has a price.
TALK_MINUTES = 3


class Volume(NamedTuple):
    """A month; amounts are whole won."""

    calls: int
    #: What the payers share.
    fee: int
    #: Each payer's part of it, in the tariff's order.
    shares: tuple[int, ...]
    #: The total of the company's statement: its share, the base fee and VAT, within the tariff's least and most.
    total: int


def costs(tariff: Tariff, calls: int) -> Volume:
    """A month of so many counted calls, one after the other, and nothing else."""
    counts = next((place for place, rule in enumerate(tariff.rules) if rule.charge is Charge.CALL), None)
    talk_ms = TALK_MINUTES * 60_000
    tally = Tally(
        by_rule=tuple(calls if place == counts else 0 for place in range(len(tariff.rules))),
        charged_ms=calls * tariff.call_price.charged_ms(talk_ms),
        talk_ms=calls * talk_ms,
        lines=min(calls, 1),
        happy_calls=0,
        messages=0,
    )
    made = statement(tariff, tally, company=COMPANY, month=tariff.valid_from)
    shares = tuple(line.amount for line in made.lines if line.kind is LineKind.SHARE)
    return Volume(calls, sum(shares), shares, made.total)
