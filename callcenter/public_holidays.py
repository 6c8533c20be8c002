"""Korea's public holidays, substitutes and election days among them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

import holidays

from callcenter.centre import Centre


def free_days(centre: Centre, years: Iterable[int]) -> frozenset[date]:
    """Public holidays of these years, and the days on which the centre's own hours say that it is closed."""
    own = {day for day, spans in centre.hours.days.items() if not spans}
    return _public(tuple(years)) | own


@lru_cache
def _public(years: tuple[int, ...]) -> frozenset[date]:
    """Working them out takes milliseconds, and they are asked for every second."""
    return frozenset(holidays.country_holidays("KR", years=years))
