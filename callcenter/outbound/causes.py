"""Why a customer's phone was not answered, by the cause with which Asterisk let the channel go (ITU-T Q.850) and the
last SIP answer of the other side. Pure.

Asterisk makes one cause of several answers: 401, 403, 407 and 603 all become 21.
"""

from __future__ import annotations

from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.carrier import Trouble

_OUTCOMES = {
    # Unallocated number; number changed; invalid number.
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
    # Destination out of order; normal, unspecified.
    27: Outcome.FAILED,
    31: Outcome.FAILED,
    # Incoming calls barred; incompatible destination.
    54: Outcome.FAILED,
    55: Outcome.FAILED,
    88: Outcome.FAILED,
}
#: SIP: unauthorised, payment required, proxy authentication required.
_ACCOUNT_ANSWERS = frozenset({401, 402, 407})
_FORBIDDEN = 403
#: What else is 403 in SIP (RFC 3398): facility not subscribed, outgoing calls barred, bearer capability not authorised.
_BARRED = frozenset({50, 52, 53, 57})
#: No circuit; switching equipment congestion; circuit or resource not available.
_FULL = frozenset({34, 42, 44, 47})
#: Interworking: also what a call may be left with that Asterisk gave up (487, or no answer at all).
_INTERWORKING = 127
_GIVEN_UP = frozenset({0, 487})


def unanswered(cause: int, answer: int = 0, *, rang: bool = False) -> Outcome | Trouble:
    """How an attempt ended that nobody answered, or why the carrier put no call through; barred, until it is known
    whether others are.

    `answer`: the SIP status, 0 where none came; `rang`: the network said that the phone rings, so that whatever
    followed is no trouble of the carrier's.
    """
    if cause == _INTERWORKING and answer in _GIVEN_UP:
        return Outcome.NO_ANSWER
    if not rang and answer in _ACCOUNT_ANSWERS:
        return Trouble.ACCOUNT
    if not rang and (answer == _FORBIDDEN or cause in _BARRED):
        return Outcome.BARRED
    # 6xx is the last word of the called side.
    if cause in _OUTCOMES or rang or answer >= 600:
        return _OUTCOMES.get(cause, Outcome.FAILED)
    if cause in _FULL:
        return Trouble.FULL
    return Trouble.NETWORK
