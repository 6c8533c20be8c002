"""Starting again where the engine was, and the steady comparison of its beliefs with what Asterisk shows."""

from __future__ import annotations

from collections.abc import Iterable

from callcenter.agents.presence import Presence, State
from callcenter.calls.call import Call, Stage, campaign_of
from callcenter.calls.callbacks import CALLBACK
from callcenter.calls.campaign_calls import CAMPAIGN, begin
from callcenter.calls.commands import AgentChanged, Command, HangUp, StartTimer
from callcenter.calls.events import AsteriskSeen, CustomerHanded, SeenCall
from callcenter.calls.floor import Floor
from callcenter.calls.journal import Entry, Json, Kind

#: Callers who are in the dialplan's hands for good, by where Asterisk shows them: the stage, and why the call ends.
_HANDED_OVER = {"message": (Stage.MESSAGE, "voicemail"), "elsewhere": (Stage.ELSEWHERE, "transferred")}


def restore(floor: Floor, entries: Iterable[Entry], presences: Iterable[Presence]) -> None:
    """Bring back calls and agents as the journal and the last known presences tell; `compare` puts them to work."""
    for stored in presences:
        known = floor.staff.agents.get(stored.id)
        if known is not None:
            stored.groups, stored.peak = known.groups, known.peak
            floor.staff.agents[stored.id] = stored
            if stored.came or stored.called_up:
                floor.peak.wake()
            if stored.reserved is not None:
                floor.reservations.watch(stored.reserved)
    for entry in entries:
        _replay(floor, entry)
    for call in floor.calls.values():
        if call.agent and call.agent not in floor.staff.agents:
            _still_at_work(floor, call, call.agent)


def _still_at_work(floor: Floor, call: Call, agent: str) -> None:
    """Whoever is no longer of the centre ends the present call first."""
    guest = floor.staff.guest(agent)
    floor.staff.rings(guest, call, call.offered_at)
    if call.answered_at is not None:
        floor.staff.talks(guest, call.answered_at)
    if call.agent_channel:
        floor.staff.rings_on(guest, call.agent_channel)


def _replay(floor: Floor, entry: Entry) -> None:
    data = entry.data
    if entry.call is None:
        return
    if entry.kind is Kind.ENTERED:
        new = floor.new_call(entry.call, _text(data, "dnis"), _text(data, "caller"), entry.at)
        new.sheet = _text(data, "via") == CAMPAIGN
        if asked := _text(data, "callback"):
            new.callback, new.late_stage = f"{CALLBACK}:{asked}", Stage.DIALLING
    call = floor.calls.get(entry.call)
    if call is None:
        return
    match entry.kind:
        case Kind.IDENTIFIED:
            call.company, call.group = _text(data, "company") or None, _text(data, "group")
            call.dialogue.company = next((c for c in floor.centre.company if c.id == call.company), None)
        case Kind.QUEUED:
            call.queued_at, call.place = entry.at, _whole(data, "since") or None
            call.late_stage = Stage.DIALLING if call.callback else Stage.QUEUE
            call.dialogue.language = _text(data, "language") or call.dialogue.language
        case Kind.WIDENED:
            call.ring = _whole(data, "ring") or call.ring
        case Kind.STEPPED:
            call.then = _whole(data, "step") or call.then
        case Kind.OFFERED:
            call.agent, call.offered_at = _text(data, "agent"), entry.at
            call.late_stage = Stage.DIALLING if data.get("reserved") else Stage.RINGING
        case Kind.PICKED_UP:
            call.late_stage, call.dialogue.answered = Stage.GREETING, True
        case Kind.CALLBACK_ASKED:
            call.late_stage, call.why = Stage.DONE, "callback"
        case Kind.MISSED:
            call.agent, call.late_stage = None, Stage.QUEUE
        case Kind.ANSWERED:
            call.agent, call.agent_channel = _text(data, "agent"), _text(data, "agent_channel")
            call.answered_at, call.late_stage = entry.at, Stage.TALKING
        case Kind.PASSED:
            call.passed_by, call.passed_at, call.group = _text(data, "agent"), entry.at, _text(data, "group")
            call.agent = call.answered_at = None
            call.ring = call.then = 1
            call.late_stage = Stage.QUEUE
        case Kind.ABUSE_WARNED | Kind.ABUSE_ENDED:
            floor.abuse.restore(entry.call, entry.kind)
        case Kind.ENDED:
            del floor.calls[entry.call]


def _whole(data: dict[str, Json], name: str) -> int:
    value = data.get(name)
    return value if isinstance(value, int) else 0


def _text(data: dict[str, Json], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def compare(floor: Floor, seen: AsteriskSeen, now: int) -> list[Command]:
    """What to do so that belief and sight agree again; see `AsteriskSeen.fresh`."""
    shown = {call.channel: call for call in seen.calls}
    for call in sorted(floor.calls.values(), key=lambda c: (c.queued_at or c.entered_at, c.id)):
        at = shown.pop(call.id, None)
        difference = _difference(floor, call, at, seen)
        if difference and (seen.fresh or call.suspicion == difference):
            floor.healed += difference != "idle"
            _correct(floor, call, at, now)
            call.suspicion = None
        else:
            call.suspicion = difference
    for stranger in shown.values():
        if seen.fresh or stranger.channel in floor.strangers:
            _adopt(floor, stranger, now)
    floor.strangers = set(shown) - set(floor.calls)
    _correct_agents(floor, seen, now)
    return floor.drain(now)


def _difference(floor: Floor, call: Call, at: SeenCall | None, seen: AsteriskSeen) -> str | None:
    """How belief and sight differ, in a word; None when they agree. `idle`: right, but nothing drives it yet."""
    if at is None:
        return None if call.id in seen.channels else "gone"
    match at.where:
        case "talking" | "ringing":
            same = call.stage.value == at.where and (at.where == "ringing" or call.agent_channel == at.agent_channel)
            return None if same and call.agent == at.agent else at.where
        case "away":
            return "away" if floor.acd.position(call.id) else None
        case "dialling":
            return None
        case "message":
            return None if call.stage is Stage.MESSAGE else "message"
        case "elsewhere":
            return None if call.stage is Stage.ELSEWHERE else "elsewhere"
        case _ if call.stage is Stage.DONE:
            return "done"
        case _ if call.stage is Stage.QUEUE:
            if not floor.acd.position(call.id):
                return "idle"
            return None if at.where == "waiting" else "held"
        case _ if call.stage in (Stage.GREETING, Stage.MENU):
            return "idle" if seen.fresh else None
    return "back"


def _correct(floor: Floor, call: Call, at: SeenCall | None, now: int) -> None:
    if at is None:
        floor.ended(call, now, by="system", cause=0, why="lost")
    elif at.where in ("talking", "ringing") and at.agent:
        _with_agent(floor, call, at, now)
    elif at.where == "away":
        floor.acd.withdraw(call.id)
    elif at.where in _HANDED_OVER:
        floor.line.leave(call)
        call.late_stage, call.why = _HANDED_OVER[at.where]
    elif call.stage is Stage.DONE:
        floor.command(HangUp(call.id))
    else:
        call.agent = None
        floor.rejoin(call, now)


def _with_agent(floor: Floor, call: Call, at: SeenCall, now: int) -> None:
    assert at.agent
    floor.acd.withdraw(call.id)
    agent = floor.staff.guest(at.agent)
    if call.agent != at.agent or call.stage not in (Stage.RINGING, Stage.TALKING):
        call.agent, call.offered_at, call.late_stage = at.agent, now, Stage.RINGING
        floor.write(call, Kind.OFFERED, now, group=call.group, agent=at.agent)
    floor.staff.rings(agent, call, now)
    floor.contracts.engaged(call.id, call.company)
    if at.where == "talking" and at.agent_channel:
        floor.answered(call, at.agent_channel, call.answered_at or at.answered_at or now)
    elif at.agent_channel:
        call.agent_channel = at.agent_channel
        floor.staff.rings_on(agent, at.agent_channel)


def _adopt(floor: Floor, at: SeenCall, now: int) -> None:
    """A call that Asterisk has and the journal does not know."""
    if at.where in ("away", "dialling"):
        return
    floor.healed += 1
    with_agent = at.where in ("talking", "ringing") and at.agent
    if campaign_of(at.channel):
        group = at.group or floor.centre.group[0].id
        told = CustomerHanded(at.channel, at.agent or "", group, at.company or "", at.caller, at.dnis, "")
        call = begin(floor, told, now)
    else:
        call = floor.new_call(at.channel, at.dnis, at.caller, now)
        floor.write(call, Kind.ENTERED, now, dnis=at.dnis, caller=at.caller, channel=at.channel, via="inbound")
    if with_agent and not call.campaign:
        call.company, call.group, call.queued_at = at.company, at.group, now
        floor.write(call, Kind.IDENTIFIED, now, company=at.company, category=at.group, group=at.group, how="dnis")
    if with_agent:
        floor.write(call, Kind.QUEUED, now, group=at.group, position=1)
        _with_agent(floor, call, at, now)
    elif at.where in _HANDED_OVER:
        call.late_stage, call.why = _HANDED_OVER[at.where]
    else:
        floor.rejoin(call, now)


def _correct_agents(floor: Floor, seen: AsteriskSeen, now: int) -> None:
    for agent in list(floor.staff.agents.values()):
        agent.own_channels &= seen.channels
        if agent.state in (State.RINGING, State.TALKING):
            call = floor.calls.get(agent.call or "")
            if agent.channel not in seen.channels:
                agent.channel = None
            if (call is None or call.agent != agent.id) and agent.channel is None:
                floor.healed += 1
                floor.staff.call_over(agent, now)
        elif agent.state is State.WRAPUP and seen.fresh:
            left = max((agent.until or now) - now, 0)
            floor.command(StartTimer(f"wrapup:{agent.id}", left))
        if seen.fresh:
            floor.command(AgentChanged(agent.id))
    for agent in list(floor.staff.agents.values()):
        floor.staff.seek(agent, now)
