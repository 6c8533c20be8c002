# ruff: noqa: S608 (numbers only)
"""A month of calls of companies whose volumes differ as they do in life, in the order in which calls come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from billing.contracts.events import AnyEvent, Applied, Charged, Insured, Paid, Selected, Signed, to_data
from billing.month import Month
from callcenter.store.contract_models import ApplicationRow, ContractEventRow

MONTH = Month(2026, 11)
#: 1 November 2026 in Seoul, epoch ms; the month has 30 days.
START_MS = 1_793_458_800_000
_LENGTH_MS = 30 * 24 * 3600 * 1000
END_MS = START_MS + _LENGTH_MS
#: Deviation of the logarithm of a company's volume, as in the simulated day.
_VOLUME_SD = 1.28
_SLOTS = 65_536


@dataclass(frozen=True, slots=True)
class Size:
    """So many companies with so many calls together."""

    companies: int
    calls: int


def sign(engine: Engine, size: Size) -> None:
    """Every company has a contract since March, paid month by month; settling folds its history."""
    applied, first = date(2026, 1, 2), date(2026, 3, 1)
    months = [Month(2026, number) for number in range(3, 11)]
    with Session(engine) as session, session.begin():
        for number in range(1, size.companies + 1):
            company = f"c-{number - 1:04}"
            told: list[AnyEvent] = [
                Applied(on=applied),
                Selected(on=applied, company=company, start=first),
                Insured(on=applied, amount=9_000_000, valid_from=first, valid_to=date(2028, 1, 1)),
                Signed(on=applied, year=1, insured_sum=1, deposit=1),
            ]
            for month in months:
                day = date(month.next.year, month.next.number, 5)
                told += [
                    Charged(
                        on=day,
                        month=month,
                        amount=162_500,
                        due=day + timedelta(days=30),
                        statement=f"{month}-{number:05}",
                    ),
                    Paid(on=day, amount=162_500),
                ]
            session.add(
                ApplicationRow(
                    number=number,
                    code_hash=company,
                    cookie_hash=company,
                    form={},
                    begun_at=1,
                    touched_at=1,
                    submitted_at=2,
                    registration="1248100998",
                    company=company,
                    going_on=False,
                )
            )
            session.flush()
            session.add_all(
                ContractEventRow(
                    application=number,
                    place=place,
                    company=company,
                    kind=event.kind,
                    data=to_data(event),
                    at=1,
                    by="bench",
                )
                for place, event in enumerate(told, 1)
            )


def fill(connection: Connection, size: Size) -> None:
    """Write the month's call records: every twelfth is abandoned, a call takes one to ten minutes."""
    random = Random(17)
    volumes = [random.lognormvariate(0, _VOLUME_SD) for _ in range(size.companies)]
    # Every company has calls.
    slots = list(range(size.companies)) + random.choices(range(size.companies), volumes, k=_SLOTS - size.companies)
    random.shuffle(slots)
    run = connection.exec_driver_sql
    run("CREATE TABLE bench_slot (slot INTEGER PRIMARY KEY, company TEXT)")
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    run(f"INSERT INTO bench_slot VALUES ({mark}, {mark})", [(n, f"c-{company:04}") for n, company in enumerate(slots)])
    mod = "%%" if connection.dialect.name == "postgresql" else "%"
    at = f"({START_MS} + n * {_LENGTH_MS} / {size.calls})"
    talk = f"(60000 + n * 7919 {mod} 540000)"
    abandoned = f"n {mod} 12 = 0"
    if connection.dialect.name == "postgresql":
        numbers = f"generate_series(0::bigint, {size.calls - 1}) AS numbers(n)"
    else:
        numbers = (
            "(WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers "
            f"WHERE n < {size.calls - 1}) SELECT n FROM numbers)"
        )
    run(
        "INSERT INTO call_record (call, company, dnis, caller, direction, via, entered_at, ended_at, greeting_ms, "
        "wait_ms, ring_ms, talk_ms, offers, outcome) "
        f"SELECT 'cc-' || ({at} / 1000) || '.' || n, company, '070', '010' || (10000000 + n * 31 {mod} 89999999), "
        f"'inbound', 'inbound', {at}, {at} + 12000 + CASE WHEN {abandoned} THEN 0 ELSE {talk} END, 5000, 5000, 2000, "
        f"CASE WHEN {abandoned} THEN 0 ELSE {talk} END, '[]', "
        f"CASE WHEN {abandoned} THEN 'abandoned_queue' ELSE 'answered' END "
        f"FROM {numbers} JOIN bench_slot ON slot = n * 40503 {mod} {_SLOTS} ORDER BY n"
    )
    run("DROP TABLE bench_slot")
    connection.commit()
    connection.exec_driver_sql("ANALYZE")
    connection.commit()
