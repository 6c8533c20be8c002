"""Another description of the centre takes effect while calls go on.

Who talks or is rung goes on; who waits keeps the place in line, and is offered at once to whoever may take the call by
the new description; who is still in a menu goes on in the menu that was heard. Agents who are no longer of the centre
take no further call and leave after the present one. Callers of a group that is gone wait in the one that stands in
for it (`calls/succession.py`).
"""

from __future__ import annotations

from dataclasses import replace

from callcenter.calls.call import Call, Stage
from callcenter.calls.commands import AgentChanged, Command, StopTimer, Write
from callcenter.calls.feed import FedAcd
from callcenter.calls.floor import Floor
from callcenter.calls.journal import Entry, Kind
from callcenter.calls.skills import company_levels
from callcenter.calls.succession import standing_in
from callcenter.calls.telling import POSITION
from callcenter.centre import Centre
from routing.acd import Request
from routing.callback import State


def reconfigure(floor: Floor, centre: Centre, now: int, *, version: int, by: str) -> list[Command]:
    """What to do so that the floor works by this description from now on; time is epoch milliseconds."""
    former, before = floor.centre, floor.acd
    shown = {presence.id: (presence.groups, presence.peak) for presence in floor.staff.agents.values()}
    floor.know(centre)
    floor.version = version
    strategies = {group.id: group.strategy for group in centre.group}
    floor.acd = FedAcd(strategies, company_levels(centre), floor.feed)
    floor.estimates.wrapup_s = centre.waiting.wrapup_s
    floor.staff.know(centre, floor.acd)
    floor.contracts.know(centre, floor.acd)
    floor.health.know(centre, floor.acd)
    floor.ladders.know(centre)
    floor.languages.know(centre)
    floor.line.know(centre, floor.acd)
    floor.callbacks.know(centre, floor.acd)
    for item in list(floor.callbacks.items.values()):
        group = standing_in(item.callback.group, former, centre, None)
        if group != item.callback.group:
            floor.callbacks.regroup(item, group, now)
    for call in floor.calls.values():
        _inform(floor, call, former, now)
    for request in before.requests():
        # Nobody is idle in the new distribution yet: all get in line before the first agent is given a call.
        floor.acd.offer(_renewed(floor, request, former))
    with_agent = (Stage.DIALLING, Stage.RINGING, Stage.TALKING)
    floor.contracts.resume(((c.id, c.company) for c in floor.calls.values() if c.stage in with_agent), now)
    floor.stands("configured", now)
    for agent in shown.keys() - {agent.id for agent in centre.agent} - floor.staff.leaving:
        floor.staff.leave(agent, now)
    floor.peak.reconfigure(centre, now)
    for call in floor.calls.values():
        if call.stage is Stage.QUEUE and floor.acd.position(call.id):
            _set_timers(floor, call, former, now)
    for item in list(floor.callbacks.items.values()):
        if item.callback.state is not State.DIALLING:
            # The hours in which customers are phoned may be others now.
            floor.callbacks.due(item.callback.id, now)
    present = sorted(floor.staff.agents.values(), key=lambda presence: (presence.idle_since, presence.id))
    for presence in present:
        if shown.get(presence.id) != (presence.groups, presence.peak):
            floor.command(AgentChanged(presence.id))
        floor.staff.seek(presence, now)
    entry = Entry(
        key=f"centre:{Kind.CONFIGURED}:{now}", kind=Kind.CONFIGURED, at=now, data={"version": version, "by": by}
    )
    floor.command(Write(entry))
    return floor.drain(now)


def _inform(floor: Floor, call: Call, former: Centre, now: int) -> None:
    """Whoever is past the menus hears the new hours at closing; before that the menu that was heard counts."""
    if call.late_stage is None:
        return
    call.dialogue.know(floor.centre)
    if call.stage in (Stage.QUEUE, Stage.RINGING):
        floor.line.move(call, former, now)


def _renewed(floor: Floor, request: Request, former: Centre) -> Request:
    """The same place in line, by the group's present priority."""
    call = floor.calls.get(request.call)
    group = call.group if call and call.group else standing_in(request.group, former, floor.centre, None)
    credit_ms = request.credit_ms + 1000 * (_priority_s(floor.centre, group) - _priority_s(former, request.group))
    ring = request.ring if group == request.group else 1
    known = request.sticky if request.sticky in floor.staff.agents else None
    return replace(request, group=group, credit_ms=credit_ms, ring=ring, sticky=known)


def _priority_s(centre: Centre, group: str) -> int:
    return next((one.priority_s for one in centre.group if one.id == group), 0)


def _set_timers(floor: Floor, call: Call, former: Centre, now: int) -> None:
    floor.line.begin_climbing(call, now)
    floor.command(StopTimer(f"closing:{call.id}"))
    floor.line.await_closing(call, now)
    if floor.centre.waiting != former.waiting:
        floor.command(StopTimer(f"{POSITION}:{call.id}"))
        floor.line.telling.begins(call, now, joining=False)
