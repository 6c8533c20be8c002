"""The one decision whether somebody may be called. Import, dry run and dialler all ask it; without a permit no dial."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from callcenter.campaigns import consent, refusals
from callcenter.campaigns.attempts import Caps
from callcenter.campaigns.consent import Matter, Standing
from callcenter.campaigns.kinds import Purpose
from callcenter.campaigns.refusals import Extent, Scrub
from callcenter.campaigns.telephone import NumberError, number_of_a_person
from callcenter.campaigns.windows import Window, night


class Why(StrEnum):
    """Why somebody is not called."""

    BAD_NUMBER = "bad_number"
    #: On the own do-not-call list.
    DO_NOT_CALL = "do_not_call"
    NO_CONSENT = "no_consent"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONSENT_EXPIRED = "consent_expired"
    #: On the national register.
    REGISTERED = "registered"
    #: Never compared with the national register.
    NOT_SCRUBBED = "not_scrubbed"
    SCRUB_STALE = "scrub_stale"
    #: The number that would be shown is not proven to be the company's.
    CALLER_UNPROVEN = "caller_unproven"
    #: The campaign's window never opens.
    NEVER_OPEN = "never_open"
    #: The number rang often enough of late.
    TOO_OFTEN = "too_often"
    #: Between 21:00 and 08:00, without consent to that.
    NIGHT = "night"
    #: Outside the campaign's window.
    NOT_NOW = "not_now"
    #: An agent looked and found that it makes no sense.
    UNSUITABLE = "unsuitable"


#: These pass with time alone.
PASSING = frozenset({Why.TOO_OFTEN, Why.NIGHT, Why.NOT_NOW})


@dataclass(frozen=True, slots=True)
class Permit:
    """May be called at this moment, and at no other."""

    number: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """Must not be called at this moment."""

    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerNumber:
    """A number that a company may show (전기통신사업법 제84조의2): proven to be its own for a time."""

    number: str
    #: The document: 통신서비스 이용증명원 and the like.
    proof: str
    since: datetime
    until: datetime | None = None

    def proven(self, now: datetime) -> bool:
        """Whether it may be shown now."""
        return bool(self.proof.strip()) and self.since <= now and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a campaign asks of every call."""

    purpose: Purpose
    window: Window
    #: None: the number chosen is not in the company's registry.
    caller: CallerNumber | None
    caps: Caps = field(default_factory=Caps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """All that is known of one number with one company, as of now."""

    number: str
    consents: tuple[consent.Entry, ...] = ()
    refused: tuple[Extent, ...] = ()
    scrub: Scrub | None = None
    #: When the number was rung, by any campaign.
    rung: tuple[datetime, ...] = ()


def may_dial(person: Person, rules: Rules, now: datetime) -> Permit | Refusal:
    """Whether this person may be called now, a time in the zone of whoever is called; the first reason against counts.

    Lasting reasons come before those that pass with time (`PASSING`).
    """
    if now.tzinfo is None:
        raise ValueError("the time of a call needs a time zone")
    why = _lasting(person, rules, now) or _passing(person, rules, now)
    return Refusal(why) if why else Permit(person.number, now)


def foretell(person: Person, rules: Rules, now: datetime, opening: datetime | None) -> Permit | Refusal:
    """As `may_dial`, for the moment at which the campaign's window next opens (None: never): what the dry run shows."""
    if opening is None:
        return Refusal(_lasting(person, rules, now) or Why.NEVER_OPEN)
    return may_dial(person, rules, opening)


def _lasting(person: Person, rules: Rules, now: datetime) -> Why | None:
    try:
        number_of_a_person(person.number)
    except NumberError:
        return Why.BAD_NUMBER
    if refusals.refused(person.refused, rules.purpose):
        return Why.DO_NOT_CALL
    for matter in consent.needed(rules.purpose):
        if why := _CONSENT[consent.consent(person.consents, matter, now).standing]:
            return why
    if refusals.marketing(rules.purpose):
        if person.scrub is None:
            return Why.NOT_SCRUBBED
        if not person.scrub.cleared:
            return Why.REGISTERED
        if not refusals.fresh(person.scrub.at, now):
            return Why.SCRUB_STALE
    if rules.caller is None or not rules.caller.proven(now):
        return Why.CALLER_UNPROVEN
    return None


def _passing(person: Person, rules: Rules, now: datetime) -> Why | None:
    if night(now) and consent.consent(person.consents, Matter.NIGHT, now).standing is not Standing.HOLDS:
        return Why.NIGHT
    if not rules.window.open_at(now):
        return Why.NOT_NOW
    if rules.caps.reached(person.rung, now):
        return Why.TOO_OFTEN
    return None


_CONSENT = {
    Standing.HOLDS: None,
    Standing.NONE: Why.NO_CONSENT,
    Standing.WITHDRAWN: Why.CONSENT_WITHDRAWN,
    Standing.EXPIRED: Why.CONSENT_EXPIRED,
}
