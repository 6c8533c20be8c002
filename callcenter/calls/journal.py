"""What is written down about calls and agents: the vocabulary of the journal, from which every figure is computed.

Times are UTC milliseconds since the epoch; durations are milliseconds. An entry's key is unique for what it
tells, so that writing it twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from routing.acd import Assignment, Rule, Strategy

_Scalar = str | int | float | bool | None
Json = _Scalar | list["Json"] | dict[str, "Json"]


class Kind(StrEnum):
    """Past facts. The data that each carries stands behind it; `?` marks what may be absent or null."""

    #: dnis, caller, channel, via (inbound | fallback | callback | campaign | transfer), callback? (the call that asked
    #: for it), campaign? (the number of the one that phoned), company? (whose own number was dialled)
    ENTERED = "call.entered"
    #: company?, category, group, how (dnis | menu | code | undecided | callback | moved | campaign | transfer); the
    #: last one counts; moved: the group is no longer there and another one stands in
    IDENTIFIED = "call.identified"
    #: mark (a `callers.Mark`): supervisors have marked the caller's number
    RECOGNISED = "call.recognised"
    #: group, position, agents (how many of the group's own agents are in which state), who? (each of them who is logged
    #: in: `Staff.who`), forecast_s? (the expected wait),
    #: since? (a callback's place in line), sticky? (the agent who is waited for), repeat? (a repeat call's credit, ms),
    #: language? (of the caller, when it is not the usual one), speakers? (agents who speak it go first), called_up?
    #: (why the group's peak-time agents are called up), stretch? (what its ladder's conditions are multiplied by, since
    #: the group lags or is ahead), feed?, fed?
    QUEUED = "call.queued"
    #: group, ring, why (after | forecast | queue | level | behind | sticky | language): agents up to this ring of
    #: similar groups may take the call now, language: also those who do not speak the caller's; who? (as above, of this
    #: ring), feed?, fed?
    WIDENED = "call.widened"
    #: group, do (a `Then.do`), step, why (as above): something else was done for who still waits
    STEPPED = "call.stepped"
    #: group, agent, rule (a `routing.acd.Rule`), ring, passed_over? (the call that had waited longer), strategy? (that
    #: chose among idle agents, if not the longest idle), language? (that was asked for and the agent speaks), reserved?
    #: (the callback whose customer is being phoned while the agent waits), feed? (the entry that carries what led to
    #: it), fed?
    OFFERED = "call.offered"
    #: agent, status (Asterisk's DIALSTATUS), ring_ms
    MISSED = "call.missed"
    #: agent, agent_channel, recording? (file name without the -caller.wav / -agent.wav endings)
    ANSWERED = "call.answered"
    #: agent, group (whose line it joins again, at its place by time), talk_ms (since the answer), how (page | phone),
    #: to? (the colleague who is asked first), outside? (the company's number of this id is phoned first): the agent
    #: passed the caller on; the call goes on
    PASSED = "call.passed"
    #: The customer whom the engine phoned took the call.
    PICKED_UP = "call.picked_up"
    #: by (caller | agent | system), cause (Q.850), stage (a `call.Stage`), why?, company? (whose code was typed, of a
    #: call that came no further)
    #: why tells a system ending: closed, unknown_number, no_choice, refused, callback, voicemail, lost, failed, or how
    #: an attempt to phone a customer ended: no_answer, busy, unobtainable, never_call
    ENDED = "call.ended"
    #: Written by Asterisk's own hang-up handler, complete without the engine. leg (caller | agent), channel, by, cause,
    #: dialstatus?, agent?, agent_channel?, talk_ms?, ring_ms?, entered_ms, dnis, caller, company?, group?, recording?,
    #: fallback (bool), rx_lost, rx_count, rx_jitter_ms, tx_lost, tx_count, tx_jitter_ms, rtt_ms
    LEG_ENDED = "leg.ended"
    #: agent, company?, category?, reason (fault | usage | purchase | other), product, symptom, result, ticket
    NOTED = "call.noted"
    #: agent: the caller was warned for abuse of the agent; and the call was ended for it
    ABUSE_WARNED = "abuse.warned"
    ABUSE_ENDED = "abuse.ended"
    #: by (a supervisor's log-in), phone, agent, mode (listen | whisper | barge | end): a supervisor listens to the
    #: call, speaks with the agent, or with both
    LISTENED = "call.listened"
    #: Of the call that asked for it; each carries the whole callback (`callbacks.Item`): so it was asked for, so it
    #: stands now, and so it ended (why).
    CALLBACK_ASKED = "callback.asked"
    CALLBACK_MOVED = "callback.moved"
    CALLBACK_CLOSED = "callback.closed"
    #: Of the same call: by (a log-in), verb (cancel | now | phone), reason?
    CALLBACK_ORDERED = "callback.ordered"
    #: call, until
    WRAPUP_STARTED = "agent.wrapup_started"
    #: groups, how (page | phone)
    LOGGED_IN = "agent.logged_in"
    #: nothing more
    LOGGED_OUT = "agent.logged_out"
    #: previous (the state left), feed?, fed?
    READY = "agent.ready"
    #: reason (a PauseReason, or no_answer)
    PAUSED = "agent.paused"
    #: by (a supervisor's log-in), verb (ready | pause | logout), reason?: not the agent's own wish; what comes of it
    #: stands in the entries above, during a call when it is over
    MOVED = "agent.moved"
    #: waiting, longest_ms; or group, why (forecast | level | occupancy | ladder); or by (a supervisor's log-in):
    #: peak-time agents, or those of this group, are asked to come on line
    PEAK_CALLED = "peak.called"
    #: waiting, longest_ms; or group; or by: nobody is asked any more; whoever came is sent home at the end of the time
    #: box
    PEAK_STOOD_DOWN = "peak.stood_down"
    #: until (the end of the time box): a called-up agent came on line
    PEAK_CAME = "peak.came"
    #: came (when): the agent is off line again; the time since is paid
    PEAK_LEFT = "peak.left"
    #: feed (a running number since the engine's start), fed: what the distribution was fed with, in its order, since
    #: the entry of the former number (`calls/feed.py`); an entry of its own only where no other one can carry it. An
    #: offer beside the carrying entry has the number alone. Each step is a name with its arguments:
    #: joins (call, group, since, company, credit ms, ring, sticky?, language?), widens (call, ring), opens (call: also
    #: to agents who do not speak its language), leaves (call),
    #: idle (agent, since, occupancy in thousandths), away (agent: its phone rings, is unreachable or in use, or it
    #: paused), engaged and released (call, company: it has an agent, it no longer has one; only of companies whose
    #: contract needs it), served (company, in time?, at, group).
    FED = "line.fed"
    #: feed, why (start | hour | configured), version (of the centre's description), waiting (as in `joins`), idle (as
    #: in `idle`), engaged (call, company), levels (company: calls in time, calls, fading since, favoured), favours
    #: (ms), group_levels (group, or "" for all: calls in time, calls, fading since), group_favours (ms), fed? (what led
    #: to it): how the distribution stands when the engine starts, every hour, and when it is configured anew
    STANDS = "line.stands"
    #: version, by: another description of the centre is in effect
    CONFIGURED = "centre.configured"
    #: node; calls that were alive are lost
    ASTERISK_RESTARTED = "asterisk.restarted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line of the journal."""

    #: Unique for the fact it tells: `<call or agent>:<kind>:<at>[:n]`; a leg's ending is `<channel>:leg.ended`.
    key: str
    kind: Kind
    at: int
    #: The caller's channel id on its Asterisk (its uniqueid), which is the call's id everywhere.
    call: str | None = None
    agent: str | None = None
    data: dict[str, Json] = field(default_factory=dict)


def call_entry(call: str, kind: Kind, at: int, data: dict[str, Json]) -> Entry:
    """A fact about a call, under its key."""
    agent = data.get("agent")
    once = kind in (Kind.ENTERED, Kind.ENDED)
    key = f"{call}:{kind}" if once else f"{call}:{kind}:{at}:{agent or ''}"
    return Entry(key=key, kind=kind, at=at, call=call, agent=agent if isinstance(agent, str) else None, data=data)


def reasons(assignment: Assignment, strategy: Strategy) -> dict[str, Json]:
    """Why this call went to this agent, as `call.offered` tells it."""
    why: dict[str, Json] = {"rule": assignment.rule.value, "ring": assignment.ring}
    told: dict[str, Json] = {"passed_over": assignment.passed_over, "language": assignment.language}
    if assignment.rule in (Rule.AGENT_IDLE, Rule.WIDENED) and strategy is not Strategy.LONGEST_IDLE:
        told["strategy"] = strategy.value
    return why | {name: value for name, value in told.items() if value}
