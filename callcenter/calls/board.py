"""The live board: what waits, who is where, at one moment."""

from __future__ import annotations

from typing import Any

from callcenter.agents.wire import to_json
from callcenter.calls.call import Stage
from callcenter.calls.floor import Floor


def board(floor: Floor, connected: bool, now: int) -> dict[str, Any]:
    """The board JSON of docs/architecture.md; callers' numbers are not in it."""
    waiting: list[tuple[int, dict[str, Any]]] = []
    talking = in_menu = 0
    for call in floor.calls.values():
        match call.stage:
            case Stage.QUEUE | Stage.RINGING:
                entry: dict[str, Any] = {
                    "call": call.id,
                    "company": call.company,
                    "group": call.group,
                    "since": call.waiting_since,
                    "position": 0,
                    "stage": call.stage.value,
                    "ring": call.ring,
                    "passed": call.passed_at is not None,
                }
                waiting.append((call.queued_at, entry))
            case Stage.TALKING:
                talking += 1
            case _:
                in_menu += 1
    waiting.sort(key=lambda one: one[0])
    ahead: dict[str, int] = {}
    for _, shown in waiting:
        if shown["stage"] == Stage.QUEUE:
            shown["position"] = ahead[shown["group"]] = ahead.get(shown["group"], 0) + 1
    agents = [to_json(presence) for presence in floor.staff.agents.values()]
    for agent in agents:
        if agent["call"]:
            agent["call"] = {key: value for key, value in agent["call"].items() if key != "caller"}
    return {
        "at": now,
        "ari": connected,
        "waiting": [shown for _, shown in waiting],
        "callbacks": [
            {
                "call": item.call,
                "company": item.callback.company or None,
                "group": item.callback.group,
                "since": item.callback.requested_at,
                "due": item.callback.due_at,
                "state": item.callback.state.value,
                "attempts": item.callback.attempts,
            }
            for item in floor.callbacks.items.values()
        ],
        "forecast_s": floor.line.expected_s(now),
        "talking": talking,
        "in_menu": in_menu,
        "agents": agents,
        "called_up": floor.peak.called_up,
        "favoured": floor.contracts.favours(now),
        "favoured_groups": floor.contracts.group_favours(),
        "healed": floor.healed,
    }
