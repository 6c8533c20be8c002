"""An agent's state as it lies in Redis: read by the pages, and by a controller that starts again."""

from __future__ import annotations

from typing import Any

from callcenter.agents.presence import Presence, Serving, State
from callcenter.calls.call import campaign_of

_STAGES = {State.RINGING: "ringing", State.TALKING: "talking", State.WRAPUP: "wrapup"}


def to_json(presence: Presence) -> dict[str, Any]:
    """The agent JSON of docs/architecture.md."""
    serving = presence.serving
    return {
        "id": presence.id,
        "state": presence.state.value,
        "since": presence.since,
        "reason": presence.reason,
        "registered": presence.registered,
        "peak": presence.peak,
        "groups": list(presence.groups),
        "called_up": presence.called_up,
        "called_up_at": presence.called_up_at,
        "came": presence.came,
        "came_at": presence.came_at,
        "stays_until": presence.stays_until,
        "until": presence.until,
        "next": presence.next_state.value if presence.next_state else None,
        "idle_since": presence.idle_since,
        "reserved": presence.reserved,
        "call": serving
        and {
            "id": serving.call,
            "company": serving.company,
            "group": serving.group,
            "caller": serving.caller,
            "since": presence.since,
            "callback": serving.callback,
            "campaign": campaign_of(serving.call),
            "sheet": serving.sheet,
            "passed_by": serving.passed_by,
            "mark": serving.mark,
            "language": serving.language,
            "warned": serving.warned,
            "listened": serving.listened,
            "stage": _STAGES.get(presence.state, "wrapup"),
        },
    }


def from_json(stored: dict[str, Any]) -> Presence:
    """The presence that was stored; its groups are the centre's business and its phone's reach is asked anew."""
    presence = Presence(id=stored["id"], groups=(), state=State(stored["state"]), since=stored["since"])
    presence.reason, presence.until, presence.idle_since = stored["reason"], stored["until"], stored["idle_since"]
    presence.next_state = State(stored["next"]) if stored["next"] else None
    presence.registered, presence.called_up_at = stored["registered"], stored.get("called_up_at")
    presence.came_at, presence.stays_until = stored.get("came_at"), stored.get("stays_until")
    presence.reserved = stored.get("reserved")
    if call := stored["call"]:
        presence.call = call["id"]
        presence.serving = Serving(
            call=call["id"],
            company=call["company"],
            group=call["group"],
            caller=call["caller"],
            callback=call.get("callback", False),
            sheet=call.get("sheet", False),
            passed_by=call.get("passed_by"),
            mark=call.get("mark"),
            language=call.get("language", "ko"),
            warned=call.get("warned", False),
            listened=call.get("listened", False),
        )
    return presence
