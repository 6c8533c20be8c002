"""What the journal leaves to do beside the phone: messages to listen to, how callbacks ended, what was passed on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from callcenter.calls.callbacks import Item
from callcenter.calls.journal import Entry, Kind
from callcenter.ledger.record import CallRecord, Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A row of the table message, as it is added (`store/work_models.py` tells what each column means)."""

    call: str
    company: str | None
    group: str | None
    left_at: int
    state: str = "new"
    at: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ClosedCallback:
    """A row of the table callback."""

    key: str
    call: str
    company: str | None
    group: str
    number: str
    requested_at: int
    attempts: int
    state: str
    why: str | None
    at: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FurtherPart:
    """A row of the table usage_entry: a call was answered by a further agent to whom it was passed on.

    It has no length: the time is in the call itself, which the tariff decides by a rule of its own.
    """

    #: The call's id with the part's number.
    call: str
    kind: str = "transfer"
    company: str
    at: int
    ended_at: int
    talk_ms: int = 0
    outcome: str
    caller: str = ""
    line: int | None = None


def further_parts(records: Iterable[CallRecord]) -> list[FurtherPart]:
    """Those of the calls that are over and belong to a company."""
    return [
        FurtherPart(
            call=f"{r.call}/{n}", company=r.company, at=answered_at, ended_at=answered_at, outcome=r.outcome.value
        )
        for r in records
        if r.company and r.outcome
        for n, answered_at in enumerate((talk.at + (talk.ring_ms or 0) for talk in r.talks), 1)
        if n > 1
    ]


def messages(records: Iterable[CallRecord]) -> list[Message]:
    """Those of the calls that left one."""
    return [
        Message(call=r.call, company=r.company, group=r.group, left_at=r.ended_at, at=r.ended_at)
        for r in records
        if r.outcome is Outcome.VOICEMAIL and r.ended_at is not None
    ]


def closed_callbacks(entries: Iterable[Entry]) -> list[ClosedCallback]:
    """Those that these entries tell the end of. Raises as `Item.from_json` for an entry that tells none."""
    ended = [(entry, Item.from_json(entry.data)) for entry in entries if entry.kind is Kind.CALLBACK_CLOSED]
    return [
        ClosedCallback(
            key=entry.key,
            call=item.call,
            company=item.callback.company or None,
            group=item.callback.group,
            number=item.number,
            requested_at=item.callback.requested_at,
            attempts=item.callback.attempts,
            state=item.callback.state.value,
            why=item.why,
            at=entry.at,
        )
        for entry, item in ended
    ]
