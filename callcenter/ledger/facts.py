"""The journal entries of one call, each once and in order, by what they are good for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from callcenter.calls.journal import Entry, Kind
from callcenter.ledger.parts import Part, last_legs, passed_parts, text_in, whole_in


@dataclass(slots=True)
class Facts:
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


def gather(ordered: Sequence[Entry]) -> Facts:
    """The entries, given as by `in_order`, sorted by what they are good for."""
    facts = Facts()
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


def leg_of_agent(facts: Facts) -> Entry | None:
    """The leg of the agent who spoke: the channel that `call.answered` names, else the one that talked longest."""
    if facts.answered:
        channel = facts.answered.data.get("agent_channel")
        for leg in facts.agent_legs:
            if channel and leg.data.get("channel") == channel:
                return leg
    talked = [leg for leg in facts.agent_legs if spoke(leg)]
    return max(talked, key=lambda leg: (whole_in(leg.data, "talk_ms") or 0, leg.key), default=None)


def spoke(leg: Entry) -> bool:
    """Whether somebody spoke on this leg."""
    return bool(whole_in(leg.data, "talk_ms")) or leg.data.get("dialstatus") == "ANSWER"
