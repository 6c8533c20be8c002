"""Things that are used, and the rules of a tariff that decide what is charged for.

Times are UTC epoch milliseconds and lengths milliseconds, as in the journal: months of millions of calls pass here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

#: Nobody talks longer; a call that seems to is a clock that jumped.
_LONGEST_MS = 24 * 3600 * 1000
#: Two clocks measured the call and its talk.
_TOLERANCE_MS = 1000


class Kind(StrEnum):
    """What was used."""

    INBOUND = "inbound"
    #: The centre phoned back somebody who asked for it.
    CALLBACK = "callback"
    #: A call was passed on and another agent answered; without a length, for the time is in the call itself.
    TRANSFER = "transfer"
    #: Between the centre's own people.
    INTERNAL = "internal"
    #: From or to one of the tariff's test numbers.
    TEST = "test"
    SURVEY = "survey"
    HAPPY = "happy"
    SMS = "sms"


#: What became of things that are no ordinary calls; an ordinary call has the call record's outcomes.
ANSWERED_FORMS = ("completed", "partial", "refused", "not_reached")
SMS_OUTCOMES = ("sent", "failed")


class Charge(StrEnum):
    """What a rule makes of what it decides."""

    #: A counted call.
    CALL = "call"
    #: Counts as a call as long as calls of the basic band are left.
    SURVEY = "survey"
    NOTHING = "nothing"


class Used(NamedTuple):
    """One thing that was used: a closed call record, a survey response, a happy call, a message."""

    #: The call's; of an SMS the message's.
    id: str
    kind: str
    company: str | None
    #: When the call entered.
    at: int
    ended_at: int
    #: How long an agent spoke; 0 if none did.
    talk_ms: int
    #: How it ended, as its record has it: `answered`, `abandoned_queue`, `completed`, …
    outcome: str
    #: Who it was, in any form that is the same for the same caller; empty when unknown.
    caller: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UsageRule:
    """A rule of a tariff. Each thing used is decided by the first rule that fits."""

    id: str
    name: str
    name_en: str
    kinds: frozenset[str]
    #: None: any.
    outcomes: frozenset[str] | None
    #: Fits only if the same caller's last counted call entered at most so long before, on the same statement. The last
    #: *counted* one: measured from just any call, one more call could lower the count of those that follow.
    repeat_within_ms: int | None
    charge: Charge


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What a company's month comes to."""

    #: How many things each rule of the tariff decided, in the tariff's order.
    by_rule: tuple[int, ...]
    #: Of counted calls, each begun increment of the tariff whole.
    charged_ms: int
    #: Of all calls.
    talk_ms: int
    #: The most calls at once; a line that becomes free in an instant serves the next call.
    lines: int
    happy_calls: int
    messages: int


class Why(StrEnum):
    """Why something is charged to nobody until somebody has looked at it."""

    ENDS_BEFORE = "ends_before"
    TOO_LONG = "too_long"
    TALK_NEGATIVE = "talk_negative"
    TALK_TOO_LONG = "talk_too_long"
    #: No rule of the tariff decides it.
    NO_RULE = "no_rule"
    #: It lies before the first, behind the last or between two contracts of its company.
    BEFORE_CONTRACT = "before_contract"
    AFTER_CONTRACT = "after_contract"
    BETWEEN_CONTRACTS = "between_contracts"


def fault(used: Used) -> Why | None:
    """Why this cannot have happened so; None if it can."""
    length = used.ended_at - used.at
    if length < 0:
        return Why.ENDS_BEFORE
    if length > _LONGEST_MS:
        return Why.TOO_LONG
    if used.talk_ms < 0:
        return Why.TALK_NEGATIVE
    if used.talk_ms > length + _TOLERANCE_MS:
        return Why.TALK_TOO_LONG
    return None
