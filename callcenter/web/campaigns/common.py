"""What all pages of campaigns share: who may use them, the local time, Korea's holidays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated

import holidays
from fastapi import Depends

from callcenter.campaigns.telephone import NumberError, number_of_a_person, read_number
from callcenter.store.models import Role
from callcenter.web.errors import Refused
from callcenter.web.guard import allow
from callcenter.web.people import Person
from callcenter.web.services import Services, services_of

Uses = Annotated[Services, Depends(services_of)]
Operator = Annotated[Person, Depends(allow(Role.CAMPAIGNS, Role.SUPERVISOR, Role.ADMIN))]
Reader = Annotated[Person, Depends(allow(Role.CAMPAIGNS, Role.SUPERVISOR, Role.ADMIN, Role.COMPANY))]


@lru_cache(maxsize=4)
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("KR", years=(year, year + 1)))


def local_now(services: Services) -> datetime:
    """The time at the centre."""
    return datetime.now(UTC).astimezone(services.centre.zone)


def holidays_at(now: datetime) -> frozenset[date]:
    """Public holidays of this year and the next."""
    return _holidays(now.year)


def known_company(services: Services, company: str) -> str:
    """The company, if the centre has it."""
    if company not in {one.id for one in services.centre.company}:
        raise Refused(422, "unknown_company")
    return company


def known_groups(services: Services, groups: Iterable[str]) -> tuple[str, ...]:
    """The groups of agents, if the centre has all of them."""
    known = {one.id for one in services.centre.group}
    chosen = tuple(group for group in groups if group)
    for group in chosen:
        if group not in known:
            raise Refused(422, "unknown_group", group=group)
    return chosen


def number_in(text: str) -> str:
    """The number that somebody typed."""
    try:
        return number_of_a_person(text).digits
    except NumberError as error:
        raise Refused(422, "bad_number") from error


def shown_number(text: str) -> str:
    """The number to be shown: representative numbers are welcome here."""
    try:
        return read_number(text).digits
    except NumberError as error:
        raise Refused(422, "bad_number") from error


def day_in(text: str) -> date | None:
    """The date that somebody typed; None when nothing is."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused(422, "date") from error
