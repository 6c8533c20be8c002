"""A customer is phoned whose callback's turn has come, while the agent is reserved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcenter.calls.call import Call, Stage
from callcenter.calls.callbacks import CALLBACK, Item
from callcenter.calls.callers import Mark
from callcenter.calls.commands import Dial, LookUp
from callcenter.calls.greeting import Greeting
from callcenter.calls.journal import Json, Kind, reasons
from callcenter.calls.languages import spoken
from routing.acd import Assignment
from routing.callback import Outcome, State

if TYPE_CHECKING:
    from callcenter.calls.floor import Floor

#: Q.850 causes of a customer's phone that was not answered, and of a number that nobody has.
_BUSY, _UNOBTAINABLE = (17,), (1, 22, 28)
_OUTCOMES = {"busy": Outcome.BUSY, "unobtainable": Outcome.UNOBTAINABLE}


def call_back(floor: Floor, item: Item, assignment: Assignment, now: int) -> None:
    """Reserve the agent and have the number looked up; `dial` follows."""
    assert item.channel
    agent, callback = floor.staff.agents[assignment.agent], item.callback
    call = floor.new_call(item.channel, item.dnis, item.number, now)
    call.callback, call.company, call.group = callback.id, callback.company or None, callback.group
    call.dialogue.company = floor.companies.get(callback.company)
    call.dialogue.language = item.language
    call.queued_at, call.place, call.ring, call.late_stage = now, callback.since, item.ring, Stage.DIALLING
    call.agent, call.offered_at = agent.id, now
    floor.staff.rings(agent, call, now)
    floor.contracts.engaged(call.id, call.company)
    data: dict[str, Json] = {"dnis": item.dnis, "caller": item.number, "channel": call.id, "callback": item.call}
    floor.write(call, Kind.ENTERED, now, via=CALLBACK, **data)
    floor.write(call, Kind.IDENTIFIED, now, company=call.company, category=call.group, group=call.group, how=CALLBACK)
    place: dict[str, Json] = {"position": 1, "since": callback.since, **spoken(item.language)}
    floor.write(call, Kind.QUEUED, now, group=call.group, **place)
    why = reasons(assignment, floor.line.strategy(callback.group))
    floor.write(call, Kind.OFFERED, now, group=call.group, agent=agent.id, **why, reserved=callback.id)
    floor.command(LookUp(call.id, item.number))


def dial(floor: Floor, call: Call, now: int) -> None:
    """What is known of the customer is known: phone, unless nobody may."""
    assert call.callback
    assert floor.centre.callback
    if call.known and call.known.mark in (Mark.NEVER_CALL, Mark.REFUSED):
        if item := floor.callbacks.items.get(call.callback):
            floor.callbacks.close(item, State.CANCELLED, "never_call", now)
        floor.ended(call, now, by="system", cause=0, why="never_call")
        return
    ring_s, language = floor.centre.callback.ring_s, call.dialogue.language
    floor.command(Dial(call.id, call.caller, call.dnis, ring_s, call.company or "", language))


def customer_answered(floor: Floor, call: Call, now: int) -> None:
    """The customer has taken the call: greeted, then the agent is rung."""
    call.dialogue.answered = True
    floor.write(call, Kind.PICKED_UP, now)
    if call.stage is not Stage.DIALLING:
        floor.rejoin(call, now)
        return
    call.late_stage = Stage.GREETING
    if item := floor.callbacks.items.get(call.callback or ""):
        call.dialogue.language = item.language
    call.talk = Greeting(channel=call.id, language=call.dialogue.language, answered=True)
    for command in call.talk.begin(floor.companies.get(call.company or "")):
        floor.command(command)


def why_not_reached(cause: int) -> str:
    """How an attempt ended that nobody took, in the journal's word."""
    return "busy" if cause in _BUSY else "unobtainable" if cause in _UNOBTAINABLE else "no_answer"


def attempt_outcome(why: str | None) -> Outcome:
    """What this means for the callback; one who hung up before the agent came was not reached either."""
    return _OUTCOMES.get(why or "", Outcome.NO_ANSWER)
