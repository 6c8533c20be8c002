"""Folds a call's journal entries into its record. Pure: the same entries give the same record in whatever order and
however often they come.

Entries are put in order of time (then key); two entries with one key tell the same fact and count once. Where entries
disagree:

1. The ending: the caller's `leg.ended`, written by Asterisk itself, beats `call.ended` for time, by whom and cause.
   Only `call.ended` knows why the engine ended a call (closed, unknown number, no choice, failed) and in which stage.
   `why: lost` stands only while no `leg.ended` of the caller contradicts it. Of several `call.ended` the first counts.
2. The answer: the first `call.answered`; without one (the engine was away) it is reconstructed from a leg that talked:
   its end less its talk time. Talk time is Asterisk's measure on the agent's leg where there is one. Each `call.passed`
   ends a part of the call (`parts.py`): answered is when the first part was, the agent is the last one's, talk is all.
3. The company, category and group: an agent's correction in the note, else the last `call.identified`, else what
   Asterisk knew on the leg; the company besides by the number that was dialled or the code that was typed, for a call
   that came no further. Whoever passed the call on knew the category no better than where it was passed to.
4. The note: the last one of the agent who had the call last, else the last one.
5. A call that reached an agent had joined a queue, even if the entry that says so is missing; one that the dialplan
   served alone waited from its entrance.
6. A call entered when the engine saw it, unless its channel is older by more than the second to which its id is
   exact: then the dialplan had it first.
7. Times never run backwards: clocks of two machines may, and then the later stage moves to the earlier one's time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from callcenter.calls.call import campaign_of
from callcenter.calls.journal import Entry, Json
from callcenter.ledger.ending import by_whom, outcome_of
from callcenter.ledger.facts import Facts, gather, in_order, leg_of_agent, spoke
from callcenter.ledger.parts import text_in, whole_in
from callcenter.ledger.quality import audio_of
from callcenter.ledger.record import OUTBOUND, CallRecord, Direction, Via, channel_made_at
from callcenter.ledger.ringing import offers_of, ring_ms

#: An id holds the second in which the channel was made, without its fraction.
_ID_EXACT_MS = 1500


def fold(entries: Iterable[Entry]) -> CallRecord:
    """The record of the call that all these entries tell of; needs at least one."""
    return fold_ordered(in_order(entries))


def fold_ordered(ordered: Sequence[Entry]) -> CallRecord:
    """The same for entries as `in_order` gives them."""
    facts = gather(ordered)
    caller = facts.caller_leg.data if facts.caller_leg else {}
    origin = facts.entered.data if facts.entered else caller
    agent_leg = leg_of_agent(facts)
    via = _via(ordered[0].call or "", origin)
    fallback = via not in OUTBOUND and (via is Via.FALLBACK or bool(caller.get("fallback")))

    entered_at = _entered_at(facts, ordered[0])
    last_answered_at = _answered_at(facts, agent_leg)
    answered_at = facts.parts[0].answered_at if facts.parts else last_answered_at
    queued_at = _queued_at(facts, answered_at, entered_at if fallback else None)
    ending = facts.caller_leg or facts.ended
    queued_at = None if queued_at is None else max(queued_at, entered_at)
    answered_at = None if answered_at is None else max(answered_at, queued_at or entered_at)
    last_answered_at = None if last_answered_at is None else max(last_answered_at, answered_at or entered_at)
    ended_at = max(ending.at, last_answered_at or answered_at or queued_at or entered_at) if ending else None

    group = _last_word(facts, caller, "group")
    answer = facts.answered.data if facts.answered else {}
    answered = answered_at is not None
    spoken = agent_leg.data if agent_leg else {}
    last_talk_ms = (
        _last_talk_ms(spoken, caller, ended_at - last_answered_at)
        if last_answered_at is not None and ended_at is not None
        else None
    )
    offers = offers_of(facts, ended_at, last_talk_ms)
    last_leg = agent_leg or (facts.parts[-1].leg if facts.parts else None)
    ended_by = by_whom(ending, agent_leg)
    note = facts.note.data if facts.note else {}

    return CallRecord(
        call=ordered[0].call or "",
        company=_last_word(facts, caller, "company") or _company_reached(facts),
        category=_last_word(facts, caller, "category"),
        group=group if group is not None else (text_in(facts.queued.data, "group") if facts.queued else None),
        dnis=text_in(origin, "dnis") or "",
        caller=text_in(origin, "caller") or "",
        direction=Direction.OUTBOUND if via in OUTBOUND else Direction.INBOUND,
        via=Via.FALLBACK if fallback else via,
        entered_at=entered_at,
        queued_at=queued_at,
        answered_at=answered_at,
        ended_at=ended_at,
        greeting_ms=_between(entered_at, queued_at if queued_at is not None else ended_at),
        wait_ms=_between(queued_at, answered_at if answered else ended_at),
        ring_ms=ring_ms(offers, answered),
        talk_ms=sum(part.talk_ms for part in facts.parts) + (last_talk_ms or 0) if ended_at is not None else 0,
        agent=_agent(facts, agent_leg) if answered else None,
        agent_channel=_agent_channel(facts, agent_leg) if answered else None,
        offers=offers,
        outcome=outcome_of(facts, ended_by, last_answered_at is not None, queued_at is not None, fallback)
        if ending
        else None,
        ended_by=ended_by,
        cause=whole_in(ending.data, "cause") if ending else None,
        recording=text_in(answer, "recording")
        or text_in(spoken, "recording")
        or next((part.recording for part in facts.parts if part.recording), None)
        or text_in(caller, "recording"),
        caller_audio=audio_of(caller),
        agent_audio=audio_of(last_leg.data if last_leg else {}),
        reason=text_in(note, "reason"),
        product=text_in(note, "product"),
        symptom=text_in(note, "symptom"),
        result=text_in(note, "result"),
        ticket=whole_in(note, "ticket"),
    )


def _via(call: str, origin: dict[str, Json]) -> Via:
    """How the call came; a campaign's is known by its id even where the engine wrote nothing."""
    unsaid = Via.CAMPAIGN if campaign_of(call) else Via.INBOUND
    return next((via for via in Via if via == origin.get("via")), unsaid)


def _entered_at(facts: Facts, first: Entry) -> int:
    made_at = channel_made_at(first.call or "")
    if facts.entered is None:
        return min(made_at or first.at, first.at)
    seen_at = facts.entered.at
    return made_at if made_at is not None and seen_at - made_at > _ID_EXACT_MS else seen_at


def _answered_at(facts: Facts, agent_leg: Entry | None) -> int | None:
    if facts.answered:
        return facts.answered.at
    # Of a call that was passed on, the caller's leg tells only that somebody spoke with the caller at some time.
    for leg in (agent_leg, None if facts.parts else facts.caller_leg):
        if leg and spoke(leg):
            return leg.at - (whole_in(leg.data, "talk_ms") or 0)
    return None


def _queued_at(facts: Facts, answered_at: int | None, served_by_dialplan_since: int | None) -> int | None:
    if facts.queued:
        return facts.queued.at
    if served_by_dialplan_since is not None:
        return served_by_dialplan_since
    if facts.offers:
        return facts.offers[0].at
    return answered_at


def _last_talk_ms(spoken: dict[str, Json], caller: dict[str, Json], otherwise: int) -> int:
    return next((talk for leg in (spoken, caller) if (talk := whole_in(leg, "talk_ms")) is not None), otherwise)


def _agent(facts: Facts, agent_leg: Entry | None) -> str | None:
    if facts.answered and (agent := text_in(facts.answered.data, "agent")):
        return agent
    if facts.parts and not agent_leg:
        return facts.parts[-1].agent
    for leg in (agent_leg, facts.caller_leg):
        if leg and (agent := text_in(leg.data, "agent")):
            return agent
    return None


def _agent_channel(facts: Facts, agent_leg: Entry | None) -> str | None:
    if facts.answered and (channel := text_in(facts.answered.data, "agent_channel")):
        return channel
    if facts.parts and not agent_leg:
        return facts.parts[-1].channel
    if agent_leg:
        return text_in(agent_leg.data, "channel")
    return text_in(facts.caller_leg.data, "agent_channel") if facts.caller_leg else None


def _last_word(facts: Facts, caller: dict[str, Json], key: str) -> str | None:
    if facts.passed and key != "company":
        corrected = facts.note and facts.note.agent not in {part.agent for part in facts.parts}
        value = text_in(facts.note.data, key) if facts.note and corrected else None
        return value or text_in(facts.passed[-1].data, "group")
    for source in (facts.note, facts.identified):
        if source and (value := text_in(source.data, key)):
            return value
    return text_in(caller, key)


def _company_reached(facts: Facts) -> str | None:
    told = (text_in(entry.data, "company") for entry in (facts.ended, facts.entered) if entry)
    return next(filter(None, told), None)


def _between(start: int | None, end: int | None) -> int:
    return end - start if start is not None and end is not None else 0
