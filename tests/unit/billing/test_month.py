from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.month import Month
from tests.unit.billing.samples import SEOUL


def test_is_written_and_read_the_same_way() -> None:
    assert str(Month.parse("2026-11")) == "2026-11"


@pytest.mark.parametrize(
    "written", ["", "2026", "2026-13", "2026-00", "2026-1", "26-11", "2026-11-01", "２０２６-11", "x"]
)
def test_anything_else_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(ValueError, match="expected one of this century such as 2026-11"):
        Month.parse(written)


def test_begins_at_midnight_in_seoul() -> None:
    assert Month(2026, 11).start(SEOUL) == datetime(2026, 10, 31, 15, tzinfo=UTC)
    assert Month(2026, 12).next == Month(2027, 1)


@given(st.datetimes(min_value=datetime(2001, 1, 1), max_value=datetime(2098, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_moment_is_in_exactly_its_month(moment: datetime) -> None:
    month = Month.of(moment, SEOUL)
    assert month.start(SEOUL) <= moment < month.next.start(SEOUL)
