"""The agents whose phones rang for a call, and what became of each ringing. Pure."""

from __future__ import annotations

from callcenter.ledger.facts import Facts
from callcenter.ledger.parts import text_in, whole_in
from callcenter.ledger.record import Offer


def offers_of(facts: Facts, ended_at: int | None, last_talk_ms: int | None) -> tuple[Offer, ...]:
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


def ring_ms(offers: tuple[Offer, ...], answered: bool) -> int:
    """How long the last phone rang that counts: of an answered call, that which was answered."""
    rang = [offer.ring_ms for offer in offers if not answered or offer.status == "ANSWER"]
    return (rang[-1] if rang else None) or 0
