"""What people order of callbacks on their pages: withdraw one, have it tried now, phone who left a message."""

from __future__ import annotations

from callcenter.calls import events
from callcenter.calls.call import Call
from callcenter.calls.callbacks import CALLBACK, Callbacks
from callcenter.calls.commands import Command, Write
from callcenter.calls.dialogue import Dialogue
from callcenter.calls.journal import Entry, Json, Kind
from callcenter.calls.wish import callable_number
from callcenter.centre import Centre
from routing.callback import State


def carry_out(
    order: events.CallbackOrdered | events.CallWanted,
    callbacks: Callbacks,
    centre: Centre,
    out: list[Command],
    now: int,
) -> str | None:
    """Do it and write down who ordered it, or give a slug of why not; nobody is ever phoned twice at a time."""
    if isinstance(order, events.CallWanted):
        return _phone(order, callbacks, centre, out, now)
    item = callbacks.items.get(f"{CALLBACK}:{order.call}")
    if item is None:
        return "callback_over"
    if item.callback.state is State.DIALLING:
        return "callback_dialling"
    if order.verb == "cancel":
        _write(order, order.verb, order.reason, out, now)
        callbacks.close(item, State.CANCELLED, "withdrawn", now)
        return None
    if item.callback.state is State.DUE:
        return "callback_in_line"
    _write(order, order.verb, order.reason, out, now)
    state = callbacks.hurry(item, now)
    return None if state is State.DUE else "callback_hours" if state.open else "callback_over"


def _phone(order: events.CallWanted, callbacks: Callbacks, centre: Centre, out: list[Command], now: int) -> str | None:
    if centre.callback is None:
        return "callback_off"
    if not callable_number(order.number):
        return "callback_number"
    if callbacks.of(order.number, order.company) or f"{CALLBACK}:{order.call}" in callbacks.items:
        return "callback_open"
    if order.group not in {group.id for group in centre.group}:
        return "callback_group"
    # As much of the call that left the message as its callback needs; the call itself is over.
    dialogue = Dialogue(channel=order.call, dnis=order.dnis, centre=centre, holidays=frozenset())
    call = Call(id=order.call, dnis=order.dnis, caller=order.number, entered_at=order.since, dialogue=dialogue)
    call.company, call.group, call.queued_at = order.company or None, order.group, order.since
    _write(order, "phone", None, out, now)
    callbacks.ask(call, order.number, 0, now)
    return None


def _write(
    order: events.CallbackOrdered | events.CallWanted, verb: str, reason: str | None, out: list[Command], now: int
) -> None:
    key = f"{order.call}:{Kind.CALLBACK_ORDERED}:{order.ticket}"
    data: dict[str, Json] = {"verb": verb, "by": order.by, "reason": reason}
    out.append(Write(Entry(key=key, kind=Kind.CALLBACK_ORDERED, at=now, call=order.call, data=data)))
