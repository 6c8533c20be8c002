"""What a preview says of a tariff is what the statement would say."""

from __future__ import annotations

import pytest

from billing.statement import LineKind
from billing.volumes import TALK_MINUTES, costs
from tests.unit.billing.samples import BANDS, CONTINUOUS, MORNING, call, november, tariff


@pytest.mark.parametrize("version", [BANDS, CONTINUOUS])
@pytest.mark.parametrize("calls", [0, 1, 201])
def test_a_month_costs_what_its_statement_says(version: str, calls: int) -> None:
    # Three minutes are three and a fifth of these increments: four are charged.
    of = tariff(version, minimum=100_000, call_price={"connect": "100", "minute": "36", "increment_s": 56})
    made = november(of, [call(n, talk_s=60 * TALK_MINUTES, at=MORNING + 400_000 * n) for n in range(calls)])
    seen = costs(of, calls)
    assert (seen.calls, seen.total) == (calls, made.total)
    assert list(seen.shares) == [line.amount for line in made.lines if line.kind is LineKind.SHARE]
    assert seen.fee == sum(seen.shares)
