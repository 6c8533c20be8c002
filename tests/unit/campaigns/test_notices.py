"""Of what people are to be told, and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callcenter.campaigns.consent import Act
from callcenter.campaigns.notices import Owed, owed

SAID = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("act", "after", "expected"),
    [
        (Act.GIVEN, timedelta(days=14), True),
        (Act.GIVEN, timedelta(days=14, microseconds=1), False),
        (Act.WITHDRAWN, timedelta(), True),
        (Act.CONFIRMED, timedelta(), False),
    ],
)
def test_what_is_still_in_time_when_it_is_written_down_is_owed(act: Act, after: timedelta, expected: bool) -> None:
    assert owed(act, SAID, SAID + after) is expected


def test_telling_is_due_fourteen_days_later() -> None:
    one = Owed(id="c1", number="01012345678", matter=None, act=Act.WITHDRAWN, at=SAID)
    assert one.due == datetime(2026, 11, 15, tzinfo=UTC)
