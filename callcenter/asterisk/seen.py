"""A caller among Asterisk's channels and bridges, in the words of the floor."""

from __future__ import annotations

from typing import Any

from callcenter.asterisk.addresses import endpoint
from callcenter.asterisk.ari import Json

#: The bridge in which callers wait; with a company's id behind it, of those who hear that company's music.
WAITING = "cc-waiting"
#: Where a channel of the dialplan is a caller's, or a customer's.
CALLER_CONTEXTS = frozenset(
    (
        *("from-trunk", "cc-connect", "cc-passed", "cc-fallback", "cc-callback", "cc-voicemail", "cc-outside"),
        "cc-campaign",
    )
)


def caller_seen(channel: Json, bridge: Json | None, names: dict[str, str]) -> dict[str, Any]:
    """Where this caller is, in the words of `SeenCall`."""
    context, extension = channel["dialplan"]["context"], channel["dialplan"]["exten"]
    agent, _, group, company = [*extension.split("*"), "", "", "", ""][:4] if context == "cc-connect" else [""] * 4
    if context == "cc-campaign":
        _, group, company = [*extension.split("*"), "", ""][:3]
    peers = [member for member in bridge["channels"] if member != channel["id"]] if bridge else []
    where, agent_channel = "held", None
    if channel["dialplan"]["app_name"] == "AppDial2":
        # What a channel that Asterisk phones runs until somebody answers; it stands in its endpoint's own context.
        where = "dialling"
    elif context == "cc-outside" and channel["dialplan"]["app_name"] != "Stasis":
        where = "elsewhere"
    elif bridge and bridge["id"].startswith(WAITING):
        where = "waiting"
    elif len(peers) == 1 and peers[0] in names:
        where, agent_channel, agent = "talking", peers[0], endpoint(names[peers[0]])
    elif channel["dialplan"]["app_name"] == "Dial":
        where = "ringing"
    elif context == "cc-voicemail":
        where = "message"
    elif context == "cc-fallback" and channel["dialplan"]["app_name"] != "Stasis":
        where = "away"
    return {
        "channel": channel["id"],
        "dnis": extension if context == "from-trunk" else "",
        "caller": channel["caller"]["number"],
        "where": where,
        "agent": agent or None,
        "agent_channel": agent_channel,
        "group": group or None,
        "company": company or None,
    }
