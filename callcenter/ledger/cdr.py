"""Call records in the shape of Asterisk's own `Master.csv`, for tools that read it.

One line a call: who phoned which number, who answered, how long. `billsec` is the talk with the agent; Asterisk's own
counts from the greeting, because that is when its channel was answered.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from callcenter.ledger.record import CallRecord, Outcome

#: In the order of `Master.csv` with `loguniqueid` and `loguserfield`; the file has no head.
COLUMNS = (
    "accountcode",
    "src",
    "dst",
    "dcontext",
    "clid",
    "channel",
    "dstchannel",
    "lastapp",
    "lastdata",
    "start",
    "answer",
    "end",
    "duration",
    "billsec",
    "disposition",
    "amaflags",
    "uniqueid",
    "userfield",
)
#: A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cdr_lines(records: Iterable[CallRecord], zone: ZoneInfo) -> str:
    """The closed ones of these records, a line each; times local. Calls that still last have no CDR yet."""
    out = io.StringIO()
    table = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    table.writerows([_inert(cell) for cell in _cells(record, zone)] for record in records if record.closed)
    return out.getvalue()


def disposition(record: CallRecord) -> str:
    """Asterisk's word for how the call left: ANSWERED means that an agent spoke with the caller."""
    if record.answered_at is not None:
        return "ANSWERED"
    return "FAILED" if record.outcome is Outcome.FAILED else "NO ANSWER"


def _cells(record: CallRecord, zone: ZoneInfo) -> tuple[str | int, ...]:
    def local(at: int | None) -> str:
        return f"{datetime.fromtimestamp(at / 1000, zone):%Y-%m-%d %T}" if at is not None else ""

    ended_at = record.ended_at if record.ended_at is not None else record.entered_at
    rung = record.agent or (record.offers[-1].agent if record.offers else None)
    peer = f"PJSIP/{rung}" if rung else ""
    return (
        record.company or "",
        record.caller,
        record.dnis,
        "from-trunk",
        f'"" <{record.caller}>',
        record.call,
        peer,
        "Dial" if peer else "Stasis",
        peer,
        local(record.entered_at),
        local(record.answered_at),
        local(ended_at),
        (ended_at - record.entered_at) // 1000,
        record.talk_ms // 1000,
        disposition(record),
        "DOCUMENTATION",
        record.call,
        record.call,
    )


def _inert(cell: str | int) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
