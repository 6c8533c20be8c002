"""The queue_log that the usual statistics tools read, told from the journal.

A line is `epoch|callid|queue|agent|EVENT|data…`, NONE for an absent call, queue or agent; the events and their data are
those of Asterisk's app_queue (apps/app_queue.c). Queues are groups, agents `Agent/<extension>`.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from typing import Any

from callcenter.calls.journal import Entry, Json, Kind
from callcenter.ledger.record import CallRecord, EndedBy, Outcome, Via

Line = tuple[str, str]
"""Key of the fact that is told, and the line that tells it."""
_Fact = tuple[str, tuple[str | int | None, ...]]

_SEPARATORS = re.compile(r"[|\r\n]+")
_ABANDONED = frozenset({Outcome.ABANDONED_QUEUE, Outcome.ABANDONED_RINGING})
#: The keys with which a caller leaves the queue (`calls/wish.py`).
_BY_KEY = {Outcome.CALLBACK: "1", Outcome.VOICEMAIL: "2"}


def call_lines(entries: Iterable[Entry], record: CallRecord, known: Container[str] = ()) -> Iterator[Line]:
    """What a call's entries and their fold say so far, but for the lines of these `known` keys.

    A call that never joined a queue says nothing. A line's key stays the same when the call goes on, so that each fact
    is told once, as it was first known.
    """
    return ((key, _line(*values)) for key, values in _facts(entries, record) if key not in known)


def _facts(entries: Iterable[Entry], record: CallRecord) -> Iterator[_Fact]:
    # A customer who was phoned and not reached has not been in a queue again.
    if record.queued_at is None or (record.via is Via.CALLBACK and record.answered_at is None):
        return
    call, group = record.call, record.group
    position = next((_whole(e.data, "position") for e in entries if e.kind is Kind.QUEUED), 1)
    wait_s = record.wait_ms // 1000
    yield f"{call}:ENTERQUEUE", (record.queued_at, call, group, None, "ENTERQUEUE", "", record.caller, position)
    for missed in (e for e in entries if e.kind is Kind.MISSED):
        rang_ms = _whole(missed.data, "ring_ms")
        yield missed.key, (missed.at, call, group, _agent(missed), "RINGNOANSWER", rang_ms)
    if record.answered_at is not None:
        connected = ("CONNECT", wait_s, record.agent_channel or "", record.ring_ms // 1000)
        yield f"{call}:CONNECT", (record.answered_at, call, group, record.agent, *connected)
    if record.ended_at is None:
        return
    if record.answered_at is not None:
        event = "COMPLETEAGENT" if record.ended_by is EndedBy.AGENT else "COMPLETECALLER"
        done = (record.agent, event, wait_s, record.talk_ms // 1000, position)
        yield f"{call}:end", (record.ended_at, call, group, *done)
    else:
        # EXITEMPTY: the system had nobody to give.
        event = "ABANDON" if record.outcome in _ABANDONED else "EXITEMPTY"
        left: tuple[str | int, ...] = (event, position, position, wait_s)
        if record.outcome in _BY_KEY:
            # Without the engine nobody pressed anything: the wait was over.
            pressed = record.via is not Via.FALLBACK
            left = ("EXITWITHKEY", _BY_KEY[record.outcome]) if pressed else ("EXITWITHTIMEOUT",)
            left += (position, position, wait_s)
        yield f"{call}:end", (record.ended_at, call, group, None, *left)


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
