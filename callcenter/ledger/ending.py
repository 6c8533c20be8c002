"""How a call ended: by whom, and with what. Pure; whom of the entries to believe stands in `fold.py`."""

from __future__ import annotations

from callcenter.calls.journal import Entry
from callcenter.ledger.facts import Facts
from callcenter.ledger.parts import whole_in
from callcenter.ledger.record import EndedBy, Outcome, Via

#: A shorter message is none.
_MESSAGE_MS = 1000

_WHY = {
    "closed": Outcome.CLOSED,
    "unknown_number": Outcome.UNKNOWN_NUMBER,
    "no_choice": Outcome.NO_CHOICE,
    "refused": Outcome.REFUSED,
    "transferred": Outcome.TRANSFERRED,
    "failed": Outcome.FAILED,
}
_ABANDONED_IN = {
    "greeting": Outcome.ABANDONED_GREETING,
    "menu": Outcome.ABANDONED_GREETING,
    "queue": Outcome.ABANDONED_QUEUE,
    "ringing": Outcome.ABANDONED_RINGING,
}


def by_whom(ending: Entry | None, agent_leg: Entry | None) -> EndedBy | None:
    """Who ended it; None while it goes on."""
    if not ending:
        return None
    by = ending.data.get("by")
    # After the agent's hang-up the dialplan ends the caller's channel: then only the agent's leg knows who it was.
    if by not in ("caller", "agent") and agent_leg and agent_leg.data.get("by") == "agent":
        return EndedBy.AGENT
    return EndedBy(by) if by in ("caller", "agent") else EndedBy.SYSTEM


def outcome_of(facts: Facts, by: EndedBy | None, answered: bool, queued: bool, fallback: bool) -> Outcome:
    """What became of a call that is over."""
    why = facts.ended.data.get("why") if facts.ended else None
    if why == "lost" and not facts.caller_leg:
        return Outcome.LOST
    if answered:
        return Outcome.FALLBACK_ANSWERED if fallback else Outcome.ANSWERED
    if _left_message(facts, fallback):
        return Outcome.VOICEMAIL
    if facts.callback:
        return Outcome.CALLBACK
    if not facts.parts and facts.entered and facts.entered.data.get("via") == Via.CALLBACK:
        return Outcome.NOT_REACHED
    if facts.passed and why == "transferred" and facts.passed[-1].data.get("outside"):
        return Outcome.ANSWERED
    if isinstance(why, str) and why in _WHY:
        return _WHY[why]
    if by is EndedBy.SYSTEM:
        return Outcome.LOST
    if facts.parts:
        return Outcome.ABANDONED_PASSED
    stage = facts.ended.data.get("stage") if facts.ended else None
    if isinstance(stage, str) and stage in _ABANDONED_IN:
        return _ABANDONED_IN[stage]
    if not queued:
        return Outcome.ABANDONED_GREETING
    rang_last = bool(facts.offers) and (not facts.missed or facts.missed[-1].at < facts.offers[-1].at)
    return Outcome.ABANDONED_RINGING if rang_last else Outcome.ABANDONED_QUEUE


def _left_message(facts: Facts, fallback: bool) -> bool:
    """Whether the caller spoke onto the voicemail; whoever hung up at its beginning did not."""
    leg = facts.caller_leg.data if facts.caller_leg else {}
    length = whole_in(leg, "message_ms")
    # A fallback of former days told no length.
    return bool(leg.get("recording")) and (fallback if length is None else length >= _MESSAGE_MS)
