"""Why a customer's phone was not answered, by the cause with which Asterisk let the channel go (ITU-T Q.850). Pure."""

from __future__ import annotations

from callcenter.campaigns.attempts import Outcome

_OUTCOMES = {
    # Unallocated number; number changed.
    1: Outcome.NO_SUCH_NUMBER,
    22: Outcome.NO_SUCH_NUMBER,
    28: Outcome.NO_SUCH_NUMBER,
    17: Outcome.BUSY,
    # Call rejected: somebody pressed the red key.
    21: Outcome.BUSY,
    18: Outcome.NO_ANSWER,
    19: Outcome.NO_ANSWER,
    # Subscriber absent: the phone is off.
    20: Outcome.NO_ANSWER,
    # Asterisk itself gave up when the ringing time was over.
    0: Outcome.NO_ANSWER,
    16: Outcome.NO_ANSWER,
    127: Outcome.NO_ANSWER,
    # No circuit; switching equipment congestion, which SIP calls 503.
    34: Outcome.CONGESTION,
    42: Outcome.CONGESTION,
}


def unanswered(cause: int) -> Outcome:
    """How an attempt ended that nobody answered; every other cause is a failure of the network."""
    return _OUTCOMES.get(cause, Outcome.FAILED)
