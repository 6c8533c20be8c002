"""What pages ask of the controller, as it stands in the stream `cc:commands` (docs/architecture.md)."""

from __future__ import annotations

from collections.abc import Mapping

from callcenter.calls import events

#: Every command has the field `agent`, empty for these, so that a controller of a former version refuses it politely.
_ABOUT_CALLBACKS = {"callback.cancel": "cancel", "callback.now": "now"}
PHONE = "callback.phone"
AGENTS = "campaign.agents"
LISTEN = "listen"
#: Verb → whether peak-time agents are called up.
PEAK = {"peak.call": True, "peak.stand_down": False}


def wish_of(
    asked: Mapping[str, str],
) -> (
    events.AgentAsked
    | events.ListenWanted
    | events.CallbackOrdered
    | events.CallWanted
    | events.AgentsWanted
    | events.PeakOrdered
):
    """The event that a command's fields tell of. Raises `KeyError` or `ValueError` for fields that no page sends."""
    ticket, verb, reason = asked["id"], asked["verb"], asked.get("reason") or None
    if order := _ABOUT_CALLBACKS.get(verb):
        return events.CallbackOrdered(ticket, asked["call"], order, asked["by"], reason)
    if verb == AGENTS:
        groups, named = (tuple(asked[field].split()) for field in ("groups", "named"))
        return events.AgentsWanted(int(asked["campaign"]), groups, int(asked["most"]), named)
    if verb == PHONE:
        return events.CallWanted(
            ticket, asked["call"], asked["by"], number=asked["number"], dnis=asked["dnis"], group=asked["group"],
            company=asked["company"], since=int(asked["since"]),
        )  # fmt: skip
    if verb == LISTEN:
        return events.ListenWanted(ticket, asked["agent"], asked["by"])
    if verb in PEAK:
        return events.PeakOrdered(ticket, PEAK[verb], asked["by"])
    return events.AgentAsked(ticket, asked["agent"], verb, reason, asked.get("by") or None)
