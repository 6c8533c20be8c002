"""A call from outside, as long as it lasts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from callcenter.calls.callers import Known
from callcenter.calls.dialogue import Dialogue
from callcenter.calls.talk import Talk
from routing.forecast import Told

#: The channel of a customer whom a campaign phones: `survey-<campaign>-<contact>-<try>`.
_CAMPAIGNS = re.compile(r"survey-(\d+)-\d+-\d+")


def campaign_of(channel: str) -> int | None:
    """The campaign that phones on this channel; None: it is no campaign's."""
    found = _CAMPAIGNS.fullmatch(channel)
    return int(found[1]) if found else None


class Stage(StrEnum):
    """Where the caller is."""

    GREETING = "greeting"
    MENU = "menu"
    QUEUE = "queue"
    #: The engine phones the customer, an agent is reserved.
    DIALLING = "dialling"
    RINGING = "ringing"
    TALKING = "talking"
    #: Leaves a message.
    MESSAGE = "message"
    #: Put through to another number.
    ELSEWHERE = "elsewhere"
    #: Told goodbye or hung up by the engine; the channel is about to vanish.
    DONE = "done"


@dataclass(slots=True, kw_only=True)
class Call:
    """Times are epoch milliseconds; ids of companies, groups and agents are those of the centre."""

    id: str
    dnis: str
    caller: str
    entered_at: int
    dialogue: Dialogue
    #: What was looked up of the caller; None as long as nothing has been heard.
    known: Known | None = None
    #: A talk beside the dialogue: about a callback, or the greeting of a customer whom the engine phoned.
    talk: Talk | None = None
    #: The agent fills in the form of the campaign that phoned.
    sheet: bool = False
    #: The callback that this call carries out.
    callback: str | None = None
    #: Those before greeting and menu are over; the dialogue knows which of these two it is.
    late_stage: Stage | None = None
    company: str | None = None
    group: str | None = None
    queued_at: int = 0
    #: The place in line, when it is an earlier one than that of joining: a callback's.
    place: int | None = None
    #: Waits for this agent alone.
    sticky: str | None = None
    #: How far around its group agents may take it; the overflow ladder widens it.
    ring: int = 1
    #: The last step of the group's `then` that was taken; 1 before the first.
    then: int = 1
    #: The agent who passed it on last, and when: since then it waits anew, at its place by time.
    passed_by: str | None = None
    passed_at: int | None = None
    agent: str | None = None
    agent_channel: str | None = None
    offered_at: int = 0
    answered_at: int | None = None
    #: What is being said to it in line.
    playback: str | None = None
    told: int = 0
    #: When its position was told last, when it was comforted last and how often, or when it joined the line.
    position_at: int = 0
    comforted_at: int = 0
    comforted: int = 0
    #: The wait expected when it joined the line, seconds, and what the caller was last told of it.
    forecast_s: float | None = None
    told_wait: Told | None = None
    #: Why it ends, once that is decided.
    why: str | None = None
    #: How it last differed from what Asterisk showed.
    suspicion: str | None = None

    @property
    def speaking(self) -> Talk | None:
        """What prompts and keys belong to: a talk beside the dialogue, else the dialogue before and after the line."""
        return self.talk or (self.dialogue if self.late_stage in (None, Stage.DONE) else None)

    @property
    def campaign(self) -> int | None:
        """The campaign that phoned this customer."""
        return campaign_of(self.id)

    @property
    def day(self) -> str:
        """The folder for the recording: the UTC day on which the channel was made, or a campaign's was handed over."""
        at_s = self.entered_at / 1000 if self.campaign else float(self.id.rpartition("-")[2])
        return f"{datetime.fromtimestamp(at_s, UTC):%Y%m%d}"

    @property
    def recording(self) -> str:
        """Where under the recordings folder both voices lie."""
        return f"{self.day}/{self.id}"

    @property
    def since(self) -> int:
        """When it counts as having joined the line."""
        return self.queued_at if self.place is None else self.place

    @property
    def waiting_since(self) -> int:
        """Since when it has been waiting this time."""
        return self.queued_at if self.passed_at is None else self.passed_at

    @property
    def stage(self) -> Stage:
        """The one stage it is in."""
        return self.late_stage or (Stage.MENU if self.dialogue.in_menu else Stage.GREETING)
