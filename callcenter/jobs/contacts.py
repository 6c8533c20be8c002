"""The job that reads a file of contacts into a campaign: with progress, and safe to run again when it was killed."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import structlog
from redis import Redis

from callcenter.campaigns.columns import Contact, Field
from callcenter.campaigns.intake import BadRow, Tally, take_in
from callcenter.campaigns.sheets import SheetError, read_sheet
from callcenter.centre import load_centre
from callcenter.jobs.frame import opened
from callcenter.jobs.schedule import job_queue
from callcenter.settings import Settings
from callcenter.store.campaigns import Campaigns
from callcenter.store.engine import Sessions
from callcenter.store.epoch import to_ms
from callcenter.store.intake_rows import insert_contacts
from callcenter.store.scope import WholeCentre
from callcenter.web.export import inert

#: Half a million rows of a spreadsheet take minutes.
_TIMEOUT_S = 3_600
#: Rows of one transaction: short, so that nobody else waits for the database.
_BATCH = 1_000

log = structlog.get_logger()


def uploaded(settings: Settings, number: int) -> Path:
    """Where the file of an import lies."""
    return settings.data / "imports" / str(number)


def bad_rows(settings: Settings, number: int) -> Path:
    """Where the rows lie that gave no contact, with the reason each."""
    return settings.data / "imports" / f"{number}-bad.csv"


def enqueue_import(redis_url: str, number: int) -> None:
    """Let a worker read the file. Raises `redis.exceptions.RedisError`."""
    with Redis.from_url(redis_url, socket_timeout=2, socket_connect_timeout=2) as redis:
        job_queue(redis).enqueue(
            "callcenter.jobs.contacts.import_contacts", number, job_timeout=_TIMEOUT_S, result_ttl=0
        )


async def import_contacts(number: int) -> None:
    """The job."""
    async with opened() as (settings, made):
        await read_contacts(settings, made, number)


async def read_contacts(settings: Settings, made: Sessions, number: int) -> None:
    """Read the whole file of this import; run again after a kill, it adds what is missing and counts all anew."""
    zone, now = load_centre(settings.centre).zone, datetime.now(UTC)
    async with made.begin() as session:
        row = await Campaigns(session, WholeCentre()).import_(number)
        if row is None or row.state == "done":
            return
        row.state = "running"
        known = await Campaigns(session, WholeCentre()).known(row.campaign)
    there = {n for n, brought in known.items() if brought == number}
    others = {n for n, brought in known.items() if brought != number}
    columns = {int(column): Field(field) for column, field in row.columns.items()}
    tally = Tally()
    fault = None
    with bad_rows(settings, number).open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        try:
            rows = read_sheet(uploaded(settings, number))
            heading = next(rows, ())
            table.writerow(("line", "reason", *map(inert, heading)))
            taken = take_in(rows, heading, columns, zone=zone, now=now, known=others, tally=tally)
            for batch in _batches(taken):
                table.writerows(
                    (bad.line, bad.fault, *map(inert, bad.cells)) for bad in batch if isinstance(bad, BadRow)
                )
                good = [contact for contact in batch if isinstance(contact, Contact) and contact.number not in there]
                await _keep(made, number, good, tally, now)
        except SheetError as error:
            fault = error.fault.value
    async with made.begin() as session:
        ended = await Campaigns(session, WholeCentre()).import_(number)
        assert ended is not None
        ended.state, ended.fault = ("failed", fault) if fault else ("done", None)
        ended.rows, ended.good, ended.faults = tally.rows, tally.good, dict(tally.faults)
        ended.ended_at = to_ms(datetime.now(UTC))
    uploaded(settings, number).unlink(missing_ok=True)
    log.info("contacts.imported", good=tally.good, bad=tally.bad, fault=fault)


async def _keep(made: Sessions, number: int, good: list[Contact], tally: Tally, now: datetime) -> None:
    async with made.begin() as session:
        campaigns = Campaigns(session, WholeCentre())
        row = await campaigns.import_(number)
        assert row is not None
        campaign = await campaigns.get(row.campaign)
        assert campaign is not None
        await insert_contacts(session, campaign, good, source=number, by=row.made_by, now=now)
        row.rows, row.good, row.faults = tally.rows, tally.good, dict(tally.faults)


def _batches(found: Iterable[Contact | BadRow]) -> Iterator[list[Contact | BadRow]]:
    iterator = iter(found)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
