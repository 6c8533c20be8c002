from __future__ import annotations

from datetime import UTC, datetime

import pytest

from callcenter.desk.tickets import ticket_number


@pytest.mark.parametrize(
    ("opened", "number", "said"),
    [
        (datetime(2026, 11, 22, 14, 59, 59, tzinfo=UTC), 1, "A-20261122-0001"),
        (datetime(2026, 11, 22, 15, 0, 0, tzinfo=UTC), 1, "A-20261123-0001"),
        (datetime(2026, 11, 23, 3, 0, 0, tzinfo=UTC), 12345, "A-20261123-12345"),
    ],
)
def test_a_tickets_number_names_the_day_in_seoul(opened: datetime, number: int, said: str) -> None:
    assert ticket_number(number, int(opened.timestamp() * 1000)) == said
