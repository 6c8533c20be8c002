"""Statements and the comparison as pages show them."""

from __future__ import annotations

from datetime import UTC, datetime

from billing.month import Month
from billing.statement import StatementError
from billing.tariff import Tariff, TariffError, in_force
from callcenter.statements import Shown, made_statement, open_statement
from callcenter.store.scope import OneCompany
from callcenter.store.statements import Statements
from callcenter.tariffs import load_tariffs
from callcenter.web.errors import Refused
from callcenter.web.services import Services

#: How many months back a page offers.
OFFERED = 24


def this_month(services: Services) -> Month:
    """The month that now is in the centre."""
    return Month.of(datetime.now(UTC), services.centre.zone)


def offered_months(services: Services) -> list[Month]:
    """Months to choose from, the newest first."""
    now = this_month(services)
    last = now.year * 12 + now.number - 1
    return [Month(n // 12, n % 12 + 1) for n in range(last, last - OFFERED, -1)]


def chosen_month(services: Services, written: str) -> Month:
    """The month that somebody asked for, this one by default. Raises `Refused`."""
    if not written:
        return this_month(services)
    try:
        return Month.parse(written)
    except ValueError as error:
        raise Refused(422, "month") from error


def tariff_of(services: Services, month: Month) -> Tariff:
    """The tariff in force in a month. Raises `Refused`: there is none, or the tariffs have mistakes."""
    try:
        return in_force(load_tariffs(services.settings.tariffs), month)
    except TariffError as error:
        raise Refused(503, "tariff", month=str(month)) from error


async def statement_of(services: Services, company: str, month: Month) -> Shown:
    """One company's statement; the query cannot reach another company's calls. Raises `Refused`."""
    zone = services.centre.zone
    async with services.sessions() as session:
        books = Statements(session, OneCompany(company))
        made = await made_statement(books, company=company, month=month, zone=zone)
        if made is not None:
            return made
        tariff = tariff_of(services, month)
        try:
            return await open_statement(session, tariff, company=company, month=month, zone=zone)
        except StatementError as error:
            raise Refused(409, "adjusted_below_zero") from error
