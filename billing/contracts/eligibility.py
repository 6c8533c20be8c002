"""Who may take part, by the programme's notice of who is invited and who is not; every reason is named.

A refusal is final unless the facts were wrong. A doubt asks a person to look: nothing is refused because it is unclear.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from billing.contracts.terms import MOST_YEARS

#: Fewer calls a month than this hardly need a hotline: somebody looks at the case. The programme names no number; this
#: is ours.
LOW_DEMAND_CALLS = 10


class Made(StrEnum):
    """Where the goods are made."""

    KOREA = "korea"
    #: Some of them in Korea.
    PARTLY = "partly"
    #: By a factory abroad, as OEM or ODM.
    ABROAD = "abroad"


class Goods(StrEnum):
    """What kind of goods they are."""

    FINISHED = "finished"
    PARTS = "parts"
    INTERMEDIATE = "intermediate"
    BUILDING = "building"
    CLOTHING = "clothing"
    FOOD = "food"
    UNCLEAR = "unclear"


class Answer(StrEnum):
    """To a question that the applicant may be unable to answer."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """What the rules say."""

    ELIGIBLE = "eligible"
    REVIEW = "review"
    REFUSED = "refused"


class Refusal(StrEnum):
    """Why a company cannot take part."""

    NO_MANUFACTURING = "no_manufacturing"
    MADE_ABROAD = "made_abroad"
    BUILDING = "building"
    PARTS = "parts"
    INTERMEDIATE = "intermediate"
    CLOTHING = "clothing"
    FOOD = "food"
    LARGE_GROUP = "large_group"
    BLOCKED_CREDIT = "blocked_credit"
    TERM_USED = "term_used"
    ALREADY_IN = "already_in"


class Doubt(StrEnum):
    """Why a person has to look."""

    PARTLY_ABROAD = "partly_abroad"
    UNCLEAR_GOODS = "unclear_goods"
    NO_CATEGORY = "no_category"
    LOW_DEMAND = "low_demand"
    GROUP_UNKNOWN = "group_unknown"
    CREDIT_UNKNOWN = "credit_unknown"
    EARLIER_TERM = "earlier_term"


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What the application says, as far as the rules look at it."""

    #: Type of business (업태) on the registration certificate.
    business: str
    #: One of the centre's product categories; None: none of them fits.
    category: str | None
    goods: Goods
    made: Made
    #: Affiliate of a large business group.
    large_group: Answer
    #: Blocked for bad credit.
    blocked_credit: Answer
    #: Calls a month that the company expects.
    calls_per_month: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What the centre knows of the company's earlier participation."""

    #: Contract years begun so far.
    years: int = 0
    #: It is selected or under contract now.
    taking_part: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What the rules say, and why."""

    refusals: tuple[Refusal, ...]
    doubts: tuple[Doubt, ...]

    @property
    def verdict(self) -> Verdict:
        """Refused for one reason; reviewed for one doubt."""
        if self.refusals:
            return Verdict.REFUSED
        return Verdict.REVIEW if self.doubts else Verdict.ELIGIBLE


_REFUSED_GOODS = {
    Goods.BUILDING: Refusal.BUILDING,
    Goods.PARTS: Refusal.PARTS,
    Goods.INTERMEDIATE: Refusal.INTERMEDIATE,
    Goods.CLOTHING: Refusal.CLOTHING,
    Goods.FOOD: Refusal.FOOD,
}


def judge(facts: Facts, standing: Standing = Standing()) -> Judgement:
    """All reasons, not only the first, so that an applicant need not try again to learn the next."""
    refusals = {
        Refusal.NO_MANUFACTURING: "제조" not in facts.business.replace(" ", ""),
        Refusal.MADE_ABROAD: facts.made is Made.ABROAD,
        **{refusal: facts.goods is goods for goods, refusal in _REFUSED_GOODS.items()},
        Refusal.LARGE_GROUP: facts.large_group is Answer.YES,
        Refusal.BLOCKED_CREDIT: facts.blocked_credit is Answer.YES,
        Refusal.TERM_USED: standing.years >= MOST_YEARS,
        Refusal.ALREADY_IN: standing.taking_part,
    }
    doubts = {
        Doubt.PARTLY_ABROAD: facts.made is Made.PARTLY,
        Doubt.UNCLEAR_GOODS: facts.goods is Goods.UNCLEAR,
        Doubt.NO_CATEGORY: facts.category is None,
        Doubt.LOW_DEMAND: facts.calls_per_month < LOW_DEMAND_CALLS,
        Doubt.GROUP_UNKNOWN: facts.large_group is Answer.UNKNOWN,
        Doubt.CREDIT_UNKNOWN: facts.blocked_credit is Answer.UNKNOWN,
        Doubt.EARLIER_TERM: 0 < standing.years < MOST_YEARS,
    }
    return Judgement(
        refusals=tuple(reason for reason, holds in refusals.items() if holds),
        doubts=tuple(doubt for doubt, holds in doubts.items() if holds),
    )
