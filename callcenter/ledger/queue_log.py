"""The queue_log that the usual statistics tools read, told from the journal.

A line is `epoch|callid|queue|agent|EVENT|data…`, NONE for an absent call, queue or agent; the events and their data are
those of Asterisk's app_queue (apps/app_queue.c). Queues are groups, agents `Agent/<extension>`. A call that is passed
on leaves one queue with BLINDTRANSFER and enters the next one.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from callcenter.calls.journal import Entry, Json, Kind
from callcenter.ledger.record import CallRecord, EndedBy, Offer, Outcome, Via

Line = tuple[str, str]
"""Key of the fact that is told, and the line that tells it."""
_Fact = tuple[str, tuple[str | int | None, ...]]

_SEPARATORS = re.compile(r"[|\r\n]+")
_ABANDONED = frozenset({Outcome.ABANDONED_QUEUE, Outcome.ABANDONED_RINGING, Outcome.ABANDONED_PASSED})
#: The keys with which a caller leaves the queue (`calls/wish.py`).
_BY_KEY = {Outcome.CALLBACK: "1", Outcome.VOICEMAIL: "2"}


def call_lines(entries: Iterable[Entry], record: CallRecord, known: Container[str] = ()) -> Iterator[Line]:
    """What a call's entries and their fold say so far, but for the lines of these `known` keys.

    A call that never joined a queue says nothing. A line's key stays the same when the call goes on, so that each fact
    is told once, as it was first known.
    """
    return ((key, _line(*values)) for key, values in _facts(entries, record) if key not in known)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Stay:
    """One stay in a group's line, with what came of it. Times are epoch milliseconds."""

    #: Begins the keys of its lines.
    key: str
    group: str | None
    since: int
    #: Who spoke with the caller.
    talk: Offer | None
    channel: str
    #: How it ended, if by being passed on.
    passed: Entry | None

    @property
    def answered_at(self) -> int | None:
        """When the agent took the call."""
        return self.talk.at + (self.talk.ring_ms or 0) if self.talk else None

    @property
    def wait_s(self) -> int:
        """How long the caller waited for the agent."""
        return max((self.answered_at or self.since) - self.since, 0) // 1000


def _facts(entries: Iterable[Entry], record: CallRecord) -> Iterator[_Fact]:
    # A customer who was phoned and not reached has not been in a queue again.
    if record.queued_at is None or (record.via is Via.CALLBACK and record.answered_at is None):
        return
    told = list(entries)
    call = record.call
    position = next((_whole(e.data, "position") for e in told if e.kind is Kind.QUEUED), 1)
    stays = _stays(told, record, record.queued_at)
    for stay in stays:
        begins = (stay.since, call, stay.group, None, "ENTERQUEUE", "", record.caller, position)
        yield f"{stay.key}:ENTERQUEUE", begins
        until = stay.passed.at if stay.passed else None
        for missed in (e for e in told if e.kind is Kind.MISSED and stay.since <= e.at and (not until or e.at < until)):
            yield (
                missed.key,
                (missed.at, call, stay.group, _agent(missed), "RINGNOANSWER", _whole(missed.data, "ring_ms")),
            )
        if stay.talk and stay.answered_at is not None:
            connected = ("CONNECT", stay.wait_s, stay.channel, (stay.talk.ring_ms or 0) // 1000)
            yield f"{stay.key}:CONNECT", (stay.answered_at, call, stay.group, stay.talk.agent, *connected)
        if stay.passed and stay.talk:
            to = str(
                stay.passed.data.get("outside") or stay.passed.data.get("to") or stay.passed.data.get("group") or ""
            )
            left = (stay.talk.agent, "BLINDTRANSFER", to, "cc-passed", stay.wait_s)
            yield stay.passed.key, (stay.passed.at, call, stay.group, *left, (stay.talk.talk_ms or 0) // 1000, position)
    last = stays[-1]
    if record.ended_at is not None and last.passed is None:
        yield f"{call}:end", (record.ended_at, call, last.group, *_end(record, last, position))


def _end(record: CallRecord, last: _Stay, position: int) -> tuple[str | int | None, ...]:
    assert record.ended_at is not None
    if last.talk:
        event = "COMPLETEAGENT" if record.ended_by is EndedBy.AGENT else "COMPLETECALLER"
        return (last.talk.agent, event, last.wait_s, (last.talk.talk_ms or 0) // 1000, position)
    wait_s = max(record.ended_at - last.since, 0) // 1000
    if record.outcome in _BY_KEY:
        # Without the engine nobody pressed anything: the wait was over.
        pressed = record.via is not Via.FALLBACK
        how: tuple[str, ...] = ("EXITWITHKEY", _BY_KEY[record.outcome]) if pressed else ("EXITWITHTIMEOUT",)
        return (None, *how, position, position, wait_s)
    # EXITEMPTY: the system had nobody to give.
    event = "ABANDON" if record.outcome in _ABANDONED else "EXITEMPTY"
    return (None, event, position, position, wait_s)


def _stays(entries: list[Entry], record: CallRecord, queued_at: int) -> list[_Stay]:
    """One, and another for each time that the call was passed on."""
    passed = [entry for entry in entries if entry.kind is Kind.PASSED]
    if not passed:
        talk = None
        if record.answered_at is not None:
            talk = Offer(
                agent=record.agent or "", at=record.answered_at - record.ring_ms, status="ANSWER",
                ring_ms=record.ring_ms, talk_ms=record.talk_ms,
            )  # fmt: skip
        channel = record.agent_channel or ""
        return [_Stay(key=record.call, group=record.group, since=queued_at, talk=talk, channel=channel, passed=None)]
    joined = next((entry for entry in entries if entry.kind is Kind.QUEUED), None)
    group = str(joined.data.get("group") or "") if joined else record.group
    key, since, stays = record.call, queued_at, []
    for entry in (*passed, None):
        until = entry.at if entry else None
        talk = next((t for t in record.talks if t.at >= since and (until is None or t.at < until)), None)
        answer = next(
            (e for e in entries if e.kind is Kind.ANSWERED and e.at >= since and (not until or e.at < until)), None
        )
        channel = str(answer.data.get("agent_channel") or "") if answer else ""
        stays.append(_Stay(key=key, group=group, since=since, talk=talk, channel=channel, passed=entry))
        if entry:
            key, since, group = entry.key, entry.at, str(entry.data.get("group") or "")
    outside = passed[-1].data.get("outside")
    # Put through to a number outside it has left the queues, unless nobody answered there.
    return stays[:-1] if outside and not any(offer.at >= passed[-1].at for offer in record.offers) else stays


def agent_lines(entry: Entry, login: Entry | None) -> Iterator[Line]:
    """What an agent's entry says; `login` is the agent's last log-in before it (for how long, and which groups)."""
    agent = _agent(entry)
    phone = f"PJSIP/{agent}"
    match entry.kind:
        case Kind.LOGGED_IN:
            yield f"{entry.key}:login", _line(entry.at, None, None, agent, "AGENTLOGIN", phone)
            for group in _groups(entry):
                yield f"{entry.key}:{group}", _line(entry.at, None, group, agent, "ADDMEMBER", "")
        case Kind.LOGGED_OUT:
            for group in _groups(login) if login else ():
                yield f"{entry.key}:{group}", _line(entry.at, None, group, agent, "REMOVEMEMBER", "")
            seconds = (entry.at - login.at) // 1000 if login else 0
            yield f"{entry.key}:logout", _line(entry.at, None, None, agent, "AGENTLOGOFF", phone, seconds)
        case Kind.PAUSED:
            yield entry.key, _line(entry.at, None, None, agent, "PAUSEALL", str(entry.data.get("reason") or ""))
        case Kind.READY if entry.data.get("previous") == "paused":
            yield entry.key, _line(entry.at, None, None, agent, "UNPAUSEALL", "")
        case _:
            return


def _line(at: Any, call: Any, group: Any, agent: Any, event: Any, *data: Any) -> str:
    shown = f"Agent/{agent}" if agent else "NONE"
    line = "|".join([_inert(call or "NONE"), _inert(group or "NONE"), _inert(shown), event, *map(_inert, data)])
    return f"{at // 1000}|{line}"


def _inert(value: str | int) -> str:
    """Without what would begin another field or line."""
    return str(value) if isinstance(value, int) else _SEPARATORS.sub(" ", value)


def _agent(entry: Entry) -> str | None:
    named = entry.data.get("agent")
    return named if isinstance(named, str) and named else entry.agent


def _groups(entry: Entry) -> list[str]:
    groups = entry.data.get("groups")
    return [group for group in groups if isinstance(group, str)] if isinstance(groups, list) else []


def _whole(data: dict[str, Json], key: str) -> int:
    value = data.get(key)
    return int(value) if isinstance(value, int | float) else 0
