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
   Asterisk knew on the leg. Whoever passed the call on knew the category no better than where it was passed to.
4. The note: the last one of the agent who had the call last, else the last one.
5. A call that reached an agent had joined a queue, even if the entry that says so is missing; one that the dialplan
   served alone waited from its entrance.
6. A call entered when the engine saw it, unless its channel is older by more than the second to which its id is
   exact: then the dialplan had it first.
7. Times never run backwards: clocks of two machines may, and then the later stage moves to the earlier one's time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from callcenter.calls.call import campaign_of
from callcenter.calls.journal import Entry, Json, Kind
from callcenter.ledger.parts import Part, last_legs, passed_parts, text_in, whole_in
from callcenter.ledger.quality import mean_opinion_score
from callcenter.ledger.record import (
    OUTBOUND,
    Audio,
    CallRecord,
    Direction,
    EndedBy,
    Offer,
    Outcome,
    Via,
    channel_made_at,
)

#: An id holds the second in which the channel was made, without its fraction.
_ID_EXACT_MS = 1500
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


@dataclass(slots=True)
class _Facts:
    """The entries of one call, by what they are good for."""

    entered: Entry | None = None
    identified: Entry | None = None
    queued: Entry | None = None
    offers: list[Entry] = field(default_factory=list)
    missed: list[Entry] = field(default_factory=list)
    #: By how often the call had been passed on before.
    answers: dict[int, Entry] = field(default_factory=dict)
    passed: list[Entry] = field(default_factory=list)
    ended: Entry | None = None
    caller_leg: Entry | None = None
    agent_legs: list[Entry] = field(default_factory=list)
    notes: list[Entry] = field(default_factory=list)
    callback: Entry | None = None
    #: What ended with being passed on; `answered` and `agent_legs` are then those of the last part.
    parts: list[Part] = field(default_factory=list)
    answered: Entry | None = None

    @property
    def note(self) -> Entry | None:
        """The note that counts."""
        last = text_in(self.answered.data, "agent") if self.answered else None
        return next((note for note in reversed(self.notes) if self.parts and note.agent == last), None) or next(
            reversed(self.notes), None
        )


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Each fact once, by time and key."""
    seen: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda e: (e.at, e.key)):
        seen.setdefault(entry.key, entry)
    return list(seen.values())


def fold(entries: Iterable[Entry]) -> CallRecord:
    """The record of the call that all these entries tell of; needs at least one."""
    return fold_ordered(in_order(entries))


def fold_ordered(ordered: Sequence[Entry]) -> CallRecord:
    """The same for entries as `in_order` gives them."""
    facts = _gather(ordered)
    caller = facts.caller_leg.data if facts.caller_leg else {}
    origin = facts.entered.data if facts.entered else caller
    agent_leg = _agent_leg(facts)
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
    offers = _offers(facts, ended_at, last_talk_ms)
    last_leg = agent_leg or (facts.parts[-1].leg if facts.parts else None)
    ended_by = _ended_by(ending, agent_leg)
    note = facts.note.data if facts.note else {}

    return CallRecord(
        call=ordered[0].call or "",
        company=_last_word(facts, caller, "company"),
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
        ring_ms=_ring_ms(offers, answered),
        talk_ms=sum(part.talk_ms for part in facts.parts) + (last_talk_ms or 0) if ended_at is not None else 0,
        agent=_agent(facts, agent_leg) if answered else None,
        agent_channel=_agent_channel(facts, agent_leg) if answered else None,
        offers=offers,
        outcome=_outcome(facts, ended_by, last_answered_at is not None, queued_at is not None, fallback)
        if ending
        else None,
        ended_by=ended_by,
        cause=whole_in(ending.data, "cause") if ending else None,
        recording=text_in(answer, "recording")
        or text_in(spoken, "recording")
        or next((part.recording for part in facts.parts if part.recording), None)
        or text_in(caller, "recording"),
        caller_audio=_audio(caller),
        agent_audio=_audio(last_leg.data if last_leg else {}),
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


def _gather(ordered: Sequence[Entry]) -> _Facts:
    facts = _Facts()
    for entry in ordered:
        match entry.kind:
            case Kind.ENTERED:
                facts.entered = facts.entered or entry
            case Kind.IDENTIFIED:
                facts.identified = entry
            case Kind.QUEUED:
                facts.queued = facts.queued or entry
            case Kind.OFFERED:
                facts.offers.append(entry)
            case Kind.MISSED:
                facts.missed.append(entry)
            case Kind.ANSWERED:
                facts.answers.setdefault(len(facts.passed), entry)
            case Kind.PASSED:
                facts.passed.append(entry)
            case Kind.ENDED:
                facts.ended = facts.ended or entry
            case Kind.LEG_ENDED if entry.data.get("leg") == "caller":
                facts.caller_leg = facts.caller_leg or entry
            case Kind.LEG_ENDED:
                facts.agent_legs.append(entry)
            case Kind.NOTED:
                facts.notes.append(entry)
            case Kind.CALLBACK_ASKED:
                facts.callback = facts.callback or entry
            case _:
                pass
    facts.parts = passed_parts(facts.answers, facts.passed, facts.agent_legs)
    facts.answered = facts.answers.get(len(facts.passed))
    facts.agent_legs = last_legs(facts.parts, facts.agent_legs)
    return facts


def _entered_at(facts: _Facts, first: Entry) -> int:
    made_at = channel_made_at(first.call or "")
    if facts.entered is None:
        return min(made_at or first.at, first.at)
    seen_at = facts.entered.at
    return made_at if made_at is not None and seen_at - made_at > _ID_EXACT_MS else seen_at


def _agent_leg(facts: _Facts) -> Entry | None:
    """The leg of the agent who spoke: the channel that `call.answered` names, else the one that talked longest."""
    if facts.answered:
        channel = facts.answered.data.get("agent_channel")
        for leg in facts.agent_legs:
            if channel and leg.data.get("channel") == channel:
                return leg
    talked = [leg for leg in facts.agent_legs if _talked(leg)]
    return max(talked, key=lambda leg: (whole_in(leg.data, "talk_ms") or 0, leg.key), default=None)


def _talked(leg: Entry) -> bool:
    return bool(whole_in(leg.data, "talk_ms")) or leg.data.get("dialstatus") == "ANSWER"


def _answered_at(facts: _Facts, agent_leg: Entry | None) -> int | None:
    if facts.answered:
        return facts.answered.at
    # Of a call that was passed on, the caller's leg tells only that somebody spoke with the caller at some time.
    for leg in (agent_leg, None if facts.parts else facts.caller_leg):
        if leg and _talked(leg):
            return leg.at - (whole_in(leg.data, "talk_ms") or 0)
    return None


def _queued_at(facts: _Facts, answered_at: int | None, served_by_dialplan_since: int | None) -> int | None:
    if facts.queued:
        return facts.queued.at
    if served_by_dialplan_since is not None:
        return served_by_dialplan_since
    if facts.offers:
        return facts.offers[0].at
    return answered_at


def _last_talk_ms(spoken: dict[str, Json], caller: dict[str, Json], otherwise: int) -> int:
    return next((talk for leg in (spoken, caller) if (talk := whole_in(leg, "talk_ms")) is not None), otherwise)


def _offers(facts: _Facts, ended_at: int | None, last_talk_ms: int | None) -> tuple[Offer, ...]:
    """Each ringing with what became of it: missed, answered, or cut short by the call's end."""
    missed = list(facts.missed)
    talks: list[tuple[str | None, int, int | None]] = [(p.agent, p.answered_at, p.talk_ms) for p in facts.parts]
    if facts.answered:
        talks.append((text_in(facts.answered.data, "agent"), facts.answered.at, last_talk_ms))
    offers = []
    for n, entry in enumerate(facts.offers):
        agent = text_in(entry.data, "agent") or entry.agent or ""
        talk = None
        again = next((o.at for o in facts.offers[n + 1 :] if text_in(o.data, "agent") == agent), None)
        miss = next(
            (
                m
                for m in missed
                if m.data.get("agent") == agent and m.at >= entry.at and (again is None or m.at < again)
            ),
            None,
        )
        if miss:
            missed.remove(miss)
            rang = whole_in(miss.data, "ring_ms")
            status, rang = text_in(miss.data, "status") or "NOANSWER", miss.at - entry.at if rang is None else rang
        elif talk := next((t for t in talks if t[0] == agent and (again is None or t[1] < again)), None):
            talks.remove(talk)
            status, rang = "ANSWER", max(talk[1] - entry.at, 0)
        elif ended_at is not None:
            status, rang = "CANCEL", max(ended_at - entry.at, 0)
        else:
            status, rang = "", None
        offers.append(Offer(agent=agent, at=entry.at, status=status, ring_ms=rang, talk_ms=talk[2] if talk else None))
    return tuple(offers)


def _ring_ms(offers: tuple[Offer, ...], answered: bool) -> int:
    rang = [offer.ring_ms for offer in offers if not answered or offer.status == "ANSWER"]
    return (rang[-1] if rang else None) or 0


def _agent(facts: _Facts, agent_leg: Entry | None) -> str | None:
    if facts.answered and (agent := text_in(facts.answered.data, "agent")):
        return agent
    if facts.parts and not agent_leg:
        return facts.parts[-1].agent
    for leg in (agent_leg, facts.caller_leg):
        if leg and (agent := text_in(leg.data, "agent")):
            return agent
    return None


def _agent_channel(facts: _Facts, agent_leg: Entry | None) -> str | None:
    if facts.answered and (channel := text_in(facts.answered.data, "agent_channel")):
        return channel
    if facts.parts and not agent_leg:
        return facts.parts[-1].channel
    if agent_leg:
        return text_in(agent_leg.data, "channel")
    return text_in(facts.caller_leg.data, "agent_channel") if facts.caller_leg else None


def _ended_by(ending: Entry | None, agent_leg: Entry | None) -> EndedBy | None:
    if not ending:
        return None
    by = ending.data.get("by")
    # After the agent's hang-up the dialplan ends the caller's channel: then only the agent's leg knows who it was.
    if by not in ("caller", "agent") and agent_leg and agent_leg.data.get("by") == "agent":
        return EndedBy.AGENT
    return EndedBy(by) if by in ("caller", "agent") else EndedBy.SYSTEM


def _outcome(facts: _Facts, by: EndedBy | None, answered: bool, queued: bool, fallback: bool) -> Outcome:
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


def _left_message(facts: _Facts, fallback: bool) -> bool:
    """Whether the caller spoke onto the voicemail; whoever hung up at its beginning did not."""
    leg = facts.caller_leg.data if facts.caller_leg else {}
    length = whole_in(leg, "message_ms")
    # A fallback of former days told no length.
    return bool(leg.get("recording")) and (fallback if length is None else length >= _MESSAGE_MS)


def _last_word(facts: _Facts, caller: dict[str, Json], key: str) -> str | None:
    if facts.passed and key != "company":
        corrected = facts.note and facts.note.agent not in {part.agent for part in facts.parts}
        value = text_in(facts.note.data, key) if facts.note and corrected else None
        return value or text_in(facts.passed[-1].data, "group")
    for source in (facts.note, facts.identified):
        if source and (value := text_in(source.data, key)):
            return value
    return text_in(caller, key)


def _audio(leg: dict[str, Json]) -> Audio | None:
    received, sent = _number(leg, "rx_count"), _number(leg, "tx_count")
    if not received and not sent:
        return None
    lost_here, lost_there = _number(leg, "rx_lost"), _number(leg, "tx_lost")
    # Received packets exclude the lost ones, sent packets include them.
    loss = 100 * max(
        lost_here / (received + lost_here) if received else 0.0, min(lost_there / sent, 1.0) if sent else 0.0
    )
    jitter_ms = max(_number(leg, "rx_jitter_ms"), _number(leg, "tx_jitter_ms"))
    rtt_ms = _number(leg, "rtt_ms")
    return Audio(
        loss=round(loss, 2),
        jitter_ms=round(jitter_ms, 1),
        rtt_ms=round(rtt_ms, 1),
        mos=mean_opinion_score(loss=loss, jitter_ms=jitter_ms, rtt_ms=rtt_ms),
    )


def _between(start: int | None, end: int | None) -> int:
    return end - start if start is not None and end is not None else 0


def _number(data: dict[str, Json], key: str) -> float:
    value = data.get(key)
    return max(float(value), 0.0) if isinstance(value, int | float) else 0.0
