"""Customers whom a campaign phoned: handed to the reserved agent, or into the line of a group, by the dialler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcenter.calls.call import Call
from callcenter.calls.events import CustomerHanded
from callcenter.calls.journal import Json, Kind

if TYPE_CHECKING:
    from callcenter.calls.floor import Floor

#: What `call.entered` and the record say of how the customer came.
CAMPAIGN, TRANSFER = "campaign", "transfer"


def handed(floor: Floor, event: CustomerHanded, now: int) -> None:
    """The customer has answered and is in the engine's hands: to the agent at once, or to whoever is free next."""
    if call := floor.calls.get(event.channel):
        floor.rejoin(call, now)
        return
    call = begin(floor, event, now)
    agent = floor.staff.agents.get(event.agent)
    if agent is None or agent.reserved != call.campaign or not agent.waits:
        floor.line.join(call, now)
        return
    floor.write(call, Kind.QUEUED, now, group=call.group, position=1)
    call.agent, call.offered_at = agent.id, now
    floor.staff.rings(agent, call, now)
    floor.contracts.engaged(call.id, call.company)
    floor.write(call, Kind.OFFERED, now, group=call.group, agent=agent.id)
    floor.ring(call, now)


def begin(floor: Floor, event: CustomerHanded, now: int) -> Call:
    """The call as the dialler tells it, before anybody is rung for it."""
    call = floor.new_call(event.channel, event.shown, event.number, now)
    call.sheet = bool(event.agent)
    via = CAMPAIGN if call.sheet else TRANSFER
    call.company, call.group, call.queued_at = event.company or None, event.group, now
    call.dialogue.company = floor.companies.get(event.company)
    call.dialogue.language, call.dialogue.answered = event.language or "ko", True
    who: dict[str, Json] = {"dnis": event.shown, "caller": event.number, "channel": call.id}
    floor.write(call, Kind.ENTERED, now, via=via, campaign=call.campaign, **who)
    about: dict[str, Json] = {"company": call.company, "category": call.group, "group": call.group}
    floor.write(call, Kind.IDENTIFIED, now, **about, how=via)
    return call
