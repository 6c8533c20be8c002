"""Campaigns' calls among Asterisk's channels: the attempt is in the channel's id, where it stands in the dialplan."""

from __future__ import annotations

from callcenter.asterisk.addresses import TRUNK, endpoint
from callcenter.asterisk.ari import Json
from callcenter.campaigns import events

CHANNEL = "survey-"
#: Where the dialplan has customers who are in the controller's hands.
_HANDED = ("cc-campaign", "cc-connect", "cc-fallback", "cc-voicemail", "cc-outside")


def campaign(attempt: str) -> int:
    """The attempt's campaign; 0 for what is no attempt."""
    head = attempt.partition("-")[0]
    return int(head) if head.isdecimal() else 0


def through_carrier(channel: Json) -> bool:
    """Whether the carrier has it; a phone for trying the centre as a customer is ours."""
    return endpoint(channel["name"]) == TRUNK


def in_stasis(channel: Json) -> bool:
    """Whether an application has it, ours or the controller's."""
    return bool(channel["dialplan"]["app_name"] == "Stasis")


def handed(channel: Json) -> bool:
    """Whether the customer is in the controller's hands."""
    return channel["dialplan"]["context"] in _HANDED and channel["state"] == "Up"


def seen(channels: dict[str, Json], one: events.Pending) -> events.Pending:
    """The attempt with what Asterisk shows of it."""
    channel, agent = channels.get(CHANNEL + one.attempt), one.agent
    if channel is None:
        line = "gone"
    elif handed(channel):
        # Without a sheet the agent's phone was rung when the dialler died, or the customer waits.
        line, agent = "talking", one.agent or ""
    elif channel["state"] == "Up" and channel["dialplan"]["app_name"] == "AMD":
        line = "listening"
    elif channel["state"] == "Up" and not in_stasis(channel):
        # Answered while nobody was here to speak: the dialplan is saying goodbye.
        line = "gone"
    else:
        line = "answered" if in_stasis(channel) else "ringing"
    return events.Pending(one.attempt, one.contact, one.number, line, agent)
