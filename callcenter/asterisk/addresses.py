"""How Asterisk and the dialplan are told whom to call and where: accounts, extensions, channels' names."""

from __future__ import annotations

import re

from callcenter.calls import commands
from dialplan.render import CUSTOMERS

ANNOUNCER = "-announcer"
#: The carrier's account.
TRUNK = "network"


def connect_extension(command: commands.Connect) -> str:
    """What the dialplan's cc-connect reads: agent, ring seconds, group, company, the recording's folder."""
    return f"{command.agent}*{command.ring_s}*{command.group}*{command.company}*{command.record}"


def message_extension(command: commands.TakeMessage) -> str:
    """What the dialplan's cc-voicemail reads: language, group, company, most seconds."""
    return f"{command.language}*{command.group}*{command.company}*{command.most_s}"


def announcer(channel: str) -> str:
    """The channel through which something is said into this channel's conversation."""
    return channel + ANNOUNCER


def outside_endpoint(number: str) -> str:
    """Where this number is phoned: a phone for trying the centre as a customer, or through the carrier."""
    customer = next((account for account, own in CUSTOMERS.items() if own == number), None)
    return f"PJSIP/{customer}" if customer else f"PJSIP/{number}@{TRUNK}"


def outside_variables(dial: commands.Dial) -> dict[str, str]:
    """What the dialplan and Asterisk's own record need to know of a call to a customer."""
    return {
        "CHANNEL(hangup_handler_push)": "cc-ended,customer,1",
        "CHANNEL(language)": dial.language,
        "CHANNEL(accountcode)": dial.company,
        "CDR(userfield)": dial.channel,
        "CC_DNIS": dial.shown,
        "CC_CUSTOMER": dial.number,
    }


def endpoint(channel_name: str) -> str:
    """The account in a channel's name: `1001` of `PJSIP/1001-0000002a`."""
    found = re.match(r"\w+/(.+)-[0-9a-f]+$", channel_name)
    return found[1] if found else ""
