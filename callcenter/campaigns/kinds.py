"""The kinds of campaign and the purpose that each serves in the eye of the law."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """What the call is for; the strictness grows from the first to the last."""

    #: About a consultation or repair that the customer had: no marketing consent is needed.
    SERVICE = "service"
    #: Asks the customer's opinion; the programme lets only those be called who consented to marketing use.
    SURVEY = "survey"
    #: Introduces, promotes or offers: announced as such, never at night unasked, with a free way to refuse.
    ADVERTISING = "advertising"


class Kind(StrEnum):
    """The seven kinds of survey of the programme's notice, and the happy call."""

    HAPPY_CALL = "happy_call"
    #: Durability, function, design, price.
    IMPROVEMENT = "improvement"
    #: Image of product and company, loyalty.
    IMAGE = "image"
    USEFULNESS = "usefulness"
    COUNSELLING = "counselling"
    AS_HANDLING = "as_handling"
    PROMOTION = "promotion"
    #: Price cut, re-purchase.
    TRADE_IN = "trade_in"


#: KISA (불법스팸대응센터): asking users of a product for satisfaction or complaints is no advertising; asking for
#: preference, and introducing or promoting anything, is.
_PURPOSE = {
    Kind.HAPPY_CALL: Purpose.SERVICE,
    Kind.IMPROVEMENT: Purpose.SURVEY,
    Kind.IMAGE: Purpose.ADVERTISING,
    Kind.USEFULNESS: Purpose.SURVEY,
    Kind.COUNSELLING: Purpose.SURVEY,
    Kind.AS_HANDLING: Purpose.SURVEY,
    Kind.PROMOTION: Purpose.ADVERTISING,
    Kind.TRADE_IN: Purpose.ADVERTISING,
}


def purpose_of(kind: Kind, *, own_reward: bool = False) -> Purpose:
    """The purpose of a campaign of this kind.

    `own_reward`: those who answer get a coupon for the company's own goods, which makes any campaign advertising (KISA;
    a coupon for something unrelated, such as a coffee, does not).
    """
    return Purpose.ADVERTISING if own_reward else _PURPOSE[kind]
