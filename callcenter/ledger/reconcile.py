"""Compares call records with Asterisk's own CDR, which the engine has no part in writing. Pure.

A call has several CDRs: one a dialled agent, one for what came after. It was answered if one of them names an agent's
channel and says so; a CDR without that channel is ANSWERED as soon as the greeting was played. For the same reason
`billsec` counts from the greeting: Asterisk's talk time is the CDR's end less the agent's answer, or the channel's own
answer where that came later. A call that was passed on has a CDR for each agent who spoke, in their order.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from callcenter.ledger.cdr import COLUMNS, disposition
from callcenter.ledger.record import CallRecord, Outcome
from callcenter.store.models import DiscrepancyKind
from callcenter.store.span import Span

#: Where callers are; agents' own feature calls are not calls.
_CALLERS_CONTEXTS = frozenset({"from-trunk", "cc-connect", "cc-passed", "cc-fallback", "cc-campaign"})
_TOLERANCE_MS = 1000
#: CDR times are cut to whole seconds.
_CUT_MS = 999


@dataclass(frozen=True, kw_only=True, slots=True)
class AsteriskCall:
    """What Asterisk's CDRs say about one call. Times are UTC ms, cut to the second."""

    call: str
    company: str | None
    start: int
    #: When the channel was answered: by the greeting, usually. None: never.
    answer: int | None
    end: int
    #: An agent spoke with the caller.
    answered: bool
    #: When each agent's talk ended.
    talks: tuple[int, ...] = ()

    @property
    def disposition(self) -> str:
        """ANSWERED or NO ANSWER, of the call as a whole."""
        return "ANSWERED" if self.answered else "NO ANSWER"


@dataclass(frozen=True, kw_only=True, slots=True)
class Discrepancy:
    """One difference; columns of `DiscrepancyRow`."""

    call: str
    kind: DiscrepancyKind
    company: str | None
    #: When the call entered, UTC ms.
    at: int
    ours: str
    asterisk: str


def read_cdrs(lines: Iterable[str], zone: ZoneInfo | None) -> dict[str, AsteriskCall]:
    """The callers' calls in `Master.csv`, by call. `zone`: the local time that Asterisk writes; None for
    this machine's.

    A line that cannot be read is passed over (Asterisk died while it wrote): its call turns up as one without CDR.
    """
    calls: dict[str, AsteriskCall] = {}
    for line in lines:
        one = _read(line, zone)
        if one is not None:
            known = calls.get(one.call)
            calls[one.call] = one if known is None else _joined(known, one)
    return calls


def compare(
    records: Iterable[CallRecord], calls: Mapping[str, AsteriskCall], *, span: Span, settled: int
) -> list[Discrepancy]:
    """The differences among calls that entered in the span and were over by `settled`, oldest first.

    Give more records and CDRs than those of the span, an hour to each side: the two clocks may put a call on
    different sides of its border. A call that was lost with Asterisk itself has no CDR and needs none,
    nor does a customer who was not reached because Asterisk could not even make a channel.
    """
    found: list[Discrepancy] = []
    known = {record.call: record for record in records}
    for record in known.values():
        call = calls.get(record.call)
        if call is not None and call.end > settled:
            continue
        if record.ended_at is None:
            if call is not None:
                found.append(_no_record(call, f"open since {record.entered_at}", record))
        elif record.ended_at <= settled:
            found += _differences(record, call)
    found += [_no_record(call, "") for call in calls.values() if call.call not in known and call.end <= settled]
    return sorted((one for one in found if span.since <= one.at < span.until), key=lambda one: (one.at, one.call))


def _differences(record: CallRecord, call: AsteriskCall | None) -> list[Discrepancy]:
    def differs(kind: DiscrepancyKind, ours: str, asterisk: str) -> Discrepancy:
        return Discrepancy(
            call=record.call, kind=kind, company=record.company, at=record.entered_at, ours=ours, asterisk=asterisk
        )

    if call is None:
        if record.outcome in (Outcome.LOST, Outcome.NOT_REACHED):
            return []
        return [differs(DiscrepancyKind.MISSING_CDR, str(record.outcome), "")]
    ours = disposition(record)
    if (record.answered_at is not None) != call.answered:
        return [differs(DiscrepancyKind.DISPOSITION, ours, call.disposition)]
    if record.answered_at is None:
        return []
    answers = [talk.at + (talk.ring_ms or 0) for talk in record.talks]
    if not answers or len(answers) != len(call.talks):
        answers, ends = [record.answered_at], [call.end]
    else:
        ends = [*call.talks]
    talk_ms = sum(max(end - max(since, call.answer or call.start), 0) for since, end in zip(answers, ends, strict=True))
    # Both ends of Asterisk's measure may be cut, so that the true talk is up to a second shorter or longer.
    cut_ms = _CUT_MS * len(answers)
    if talk_ms - cut_ms - _TOLERANCE_MS <= record.talk_ms <= talk_ms + cut_ms + _TOLERANCE_MS:
        return []
    return [differs(DiscrepancyKind.TALK, f"{record.talk_ms} ms", f"{talk_ms} ms")]


def _no_record(call: AsteriskCall, ours: str, record: CallRecord | None = None) -> Discrepancy:
    return Discrepancy(
        call=call.call,
        kind=DiscrepancyKind.MISSING_RECORD,
        company=record.company if record else call.company,
        at=record.entered_at if record else call.start,
        ours=ours,
        asterisk=call.disposition,
    )


def _read(line: str, zone: ZoneInfo | None) -> AsteriskCall | None:
    # Line by line, so that a quote that was never closed spoils its own line only.
    cells = next(csv.reader([line]), [])
    if len(cells) != len(COLUMNS):
        return None
    row = dict(zip(COLUMNS, cells, strict=True))
    if row["dcontext"] not in _CALLERS_CONTEXTS:
        return None

    def utc_ms(local: str) -> int:
        return int(datetime.strptime(local, "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone).timestamp()) * 1000

    spoke = row["disposition"] == "ANSWERED" and bool(row["dstchannel"])
    try:
        return AsteriskCall(
            call=row["uniqueid"],
            company=row["accountcode"] or None,
            start=utc_ms(row["start"]),
            answer=utc_ms(row["answer"]) if row["answer"] else None,
            end=utc_ms(row["end"]),
            answered=spoke,
            talks=(utc_ms(row["end"]),) if spoke else (),
        )
    except ValueError:
        return None


def _joined(one: AsteriskCall, other: AsteriskCall) -> AsteriskCall:
    answers = [call.answer for call in (one, other) if call.answer is not None]
    return AsteriskCall(
        call=one.call,
        company=one.company or other.company,
        start=min(one.start, other.start),
        answer=min(answers, default=None),
        end=max(one.end, other.end),
        answered=one.answered or other.answered,
        talks=tuple(sorted((*one.talks, *other.talks))),
    )
