# ruff: noqa: S608 (numbers only)
"""What one would write by hand: the database itself selects, links and sums up the same rows, in one transaction.

It knows one tariff only, which stands in its text: answered calls count, the others do not, no repeats, no tests, no
late records. The callers' marks it takes from a digest that the database has, or leaves the number as it is.
"""

from __future__ import annotations

import time

from sqlalchemy import Connection

from tests.benchmarks.billing.data import END_MS, MONTH, START_MS


def run_script(connection: Connection) -> float:
    """Settle the month by SQL alone; how long it took, in seconds."""
    postgresql = connection.dialect.name == "postgresql"
    hidden = "left(md5(caller), 16)" if postgresql else "caller"
    rule = "CASE outcome WHEN 'answered' THEN 0 WHEN 'fallback_answered' THEN 0 ELSE 1 END"
    run = connection.exec_driver_sql
    run("INSERT INTO billing_tariff VALUES ('script', 'script', '') ON CONFLICT DO NOTHING")
    connection.commit()
    began = time.monotonic()
    if not postgresql:
        run("PRAGMA cache_size = -65536")
        run("BEGIN IMMEDIATE")
    run(
        "INSERT INTO statement (company, month, tariff, records, counted, supply, vat, total, digest) "
        f"SELECT company, '{MONTH}', 'script', 0, 0, 0, 0, 0, '' FROM call_record WHERE company IS NOT NULL "
        f"AND entered_at >= {START_MS} AND entered_at < {END_MS} GROUP BY company ORDER BY company"
    )
    run(
        "INSERT INTO usage_entry (call, kind, company, at, ended_at, talk_ms, outcome, caller, line) "
        f"SELECT r.call, r.direction, r.company, r.entered_at, r.ended_at, r.talk_ms, r.outcome, {hidden}, "
        f"s.id * 1000 + {rule} FROM call_record r JOIN statement s ON s.company = r.company AND s.month = '{MONTH}' "
        f"WHERE r.outcome IS NOT NULL AND r.entered_at >= {START_MS} AND r.entered_at < {END_MS} "
        "AND NOT EXISTS (SELECT 1 FROM usage_entry e WHERE e.call = r.call) ORDER BY r.entered_at, r.call"
    )
    run(
        'INSERT INTO statement_line (id, statement, company, kind, "of", quantity, unit, amount, due, worth) '
        "SELECT line, line / 1000, min(company), 'rule', '', count(*), 'call', sum(talk_ms), false, 0 "
        "FROM usage_entry GROUP BY line"
    )
    run(
        "UPDATE statement SET counted = (SELECT CAST(quantity AS BIGINT) FROM statement_line l "
        "WHERE l.id = statement.id * 1000), total = 162500, supply = 162500"
    )
    connection.commit()
    return time.monotonic() - began


def undo(connection: Connection) -> None:
    """As before the script."""
    for table in ("statement_line", "usage_entry", "statement"):
        truncate = f"TRUNCATE {table} CASCADE" if connection.dialect.name == "postgresql" else f"DELETE FROM {table}"
        connection.exec_driver_sql(truncate)
    connection.commit()
