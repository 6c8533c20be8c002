"""The caller before the line: enters, is looked up, and comes out of greeting and menus with what is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcenter.calls import events
from callcenter.calls.call import Call, Stage
from callcenter.calls.callers import Mark
from callcenter.calls.calling_back import dial
from callcenter.calls.commands import Command, HangUp, LookUp, StartTimer, StopTimer
from callcenter.calls.dialogue import Chosen, Refused, Wants
from callcenter.calls.journal import Json, Kind
from callcenter.calls.succession import standing_in

if TYPE_CHECKING:
    from callcenter.calls.floor import Floor

#: The look-up of a caller takes a millisecond; without Redis the call goes on without it.
_KNOWN_WITHIN_MS = 300


def enter(floor: Floor, event: events.CallEntered, now: int) -> None:
    """A call came in; one that is known already was left alone by an interruption."""
    call = floor.calls.get(event.channel)
    if call is not None:
        floor.rejoin(call, now)
        return
    call = floor.new_call(event.channel, event.dnis, event.caller, now)
    call.dialogue.answered = event.answered
    company = floor.centre.company_of_number(event.dnis)
    facts: dict[str, Json] = {"dnis": event.dnis, "caller": event.caller, "channel": event.channel, "via": "inbound"}
    floor.write(call, Kind.ENTERED, now, **facts, **({"company": company.id} if company else {}))
    if event.caller:
        floor.command(LookUp(call.id, event.caller))
    dialogue_says(floor, call, call.dialogue.begin(floor.centre.local(now)), now)


def caller_known(floor: Floor, call: Call, now: int) -> None:
    """What was looked up matters before the caller talks with anybody."""
    mark = call.known.mark if call.known else None
    if mark:
        floor.write(call, Kind.RECOGNISED, now, mark=mark.value)
    if call.stage is Stage.DIALLING:
        dial(floor, call, now)
    elif call.callback or call.stage not in (Stage.GREETING, Stage.MENU, Stage.QUEUE):
        return
    elif mark in (Mark.REFUSED, Mark.MESSAGE_ONLY):
        if mark is Mark.MESSAGE_ONLY and floor.centre.voicemail:
            floor.command(*call.dialogue.hush())
            call.dialogue.outcome = Wants("message")
            dialogue_says(floor, call, [], now)
            return
        floor.line.leave(call)
        call.late_stage, call.why = Stage.DONE, "refused"
        floor.command(*call.dialogue.hush(), *call.dialogue.refuse("refused", "caller-refused"))
    elif call.late_stage is None and call.queued_at:
        floor.command(StopTimer(f"known:{call.id}"))
        floor.line.join(call, now)


def dialogue_says(floor: Floor, call: Call, commands: list[Command], now: int) -> None:
    """What greeting and menus command, and what follows from their outcome."""
    floor.command(*commands)
    outcome = call.dialogue.outcome
    if outcome is None:
        return
    call.dialogue.outcome = None
    company = call.dialogue.company
    call.company = company.id if company else None
    if (closed := call.dialogue.closed) and call.group is None:
        _belongs(floor, call, closed.group, closed.how, now)
    match outcome:
        case Chosen(group, how):
            group = standing_in(group, call.dialogue.centre, floor.centre, company)
            call.dialogue.know(floor.centre)
            call.queued_at = now
            _belongs(floor, call, group, how, now)
            if call.known is None and call.caller:
                # Whoever hears no greeting is here before it is known who it is.
                floor.command(StartTimer(f"known:{call.id}", _KNOWN_WITHIN_MS))
            else:
                floor.line.join(call, now)
        case Wants(what):
            if call.group is None and company:
                _belongs(floor, call, company.categories[0], "dnis" if call.dnis in company.numbers else "code", now)
            if not call.queued_at:
                call.place = now
            if what == "message":
                floor.line.take_message(call)
            else:
                floor.line.key(call, what, now)
        case Refused(why):
            floor.command(HangUp(call.id))
            floor.ended(call, now, by="system", cause=16, why=why)


def _belongs(floor: Floor, call: Call, group: str, how: str, now: int) -> None:
    call.group = group
    floor.write(call, Kind.IDENTIFIED, now, company=call.company, category=group, group=group, how=how)
