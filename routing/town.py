"""A centre of the joint programme's size, made up, and its days: companies, people, rosters, calls.

Sizes are those published of the real centre: 500 companies, 17 categories, 170 agents, about 8,000 calls a weekday, 16
a day for the mean company, 300 to 500 for the largest. What is not published is assumed and named in the constants
below. The town is always the same; a day is drawn from a seed. Times are whole milliseconds since midnight.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate
from math import exp, log
from random import Random
from statistics import NormalDist

from routing.day import Agent, Call
from routing.fairness import Contract
from routing.town_staff import OPEN, QUARTER, staff

WRAPUP = 20_000

#: Share of the calls by category, per cent (assumed), in families of similar goods as the centre's work groups were.
FAMILIES: tuple[dict[str, int], ...] = (
    {
        "home-appliances": 17,
        "kitchen": 13,
        "lighting": 4,
        "furniture": 4,
        "household": 6,
        "interior": 3,
        "baby": 5,
        "sports": 4,
        "fashion": 3,
        "beauty": 4,
    },
    {"av": 6, "multimedia": 8, "pc": 7, "software": 3, "car": 6, "industrial": 3, "medical": 4},
)
#: Whose agents help out, the nearest first: those of the example centre.
SIMILAR: dict[str, tuple[str, ...]] = {
    "home-appliances": ("kitchen", "household"),
    "kitchen": ("home-appliances", "household"),
    "av": ("multimedia", "pc"),
    "household": ("home-appliances", "kitchen"),
    "multimedia": ("av", "pc"),
    "car": ("av", "industrial"),
    "lighting": ("interior", "furniture"),
    "furniture": ("interior", "lighting"),
    "medical": ("industrial", "pc"),
    "baby": ("household", "sports"),
    "sports": ("fashion", "household"),
    "software": ("pc", "multimedia"),
    "industrial": ("medical", "car"),
    "pc": ("software", "multimedia"),
    "fashion": ("beauty", "baby"),
    "beauty": ("fashion", "household"),
    "interior": ("furniture", "lighting"),
}
#: Share of the day's calls by hour from 9, per cent: mornings and afternoons busy, noon weaker (assumed; the busiest
#: hour has 13 % as at the real centre).
HOURS = (10.0, 13.0, 13.0, 9.5, 10.5, 12.5, 12.0, 10.5, 9.0)

#: Logarithm of a company's calls a day: with this deviation the largest of 500 has about 370 when the mean is 16.
VOLUME_SD = 1.28
#: Seconds and the deviation of their logarithm: lognormal, as at the Anonymous Bank (ln sd 1.2 there).
HANDLING_MEAN, HANDLING_SD = 330.0, 1.0
#: Exponential, seconds: within the 3 to 6.9 minutes of domain and Anonymous Bank.
PATIENCE_MEAN = 240.0
#: Share of callers who take a callback when offered one, and of attempts that are answered: those of a US bank, where
#: 62.5 % declined and 7 % of the accepted were not answered (Hathaway, Emadi and Deshpande, "Don't Call Us, We'll Call
#: You", Management Science 2020). Independent of patience and of each other (assumed).
ACCEPTS, ANSWERS, ATTEMPTS = 0.375, 0.93, 3
#: How far a day is from its forecast: relative deviations of the whole centre, a category and a company (assumed).
OFF_DAY, OFF_GROUP, OFF_COMPANY = 0.05, 0.15, 0.30
#: An agent of a similar group needs longer, per cent (assumed).
SLOWER = 10
#: Service levels promised, the share answered within 20 s of all that came, by how much a company calls (assumed).
FLOORS = ((100.0, 0.80), (30.0, 0.75), (0.0, 0.70))


@dataclass(frozen=True, slots=True)
class Company:
    """A manufacturer under contract."""

    id: str
    #: Its categories, the main one first.
    groups: tuple[str, ...]
    #: Expected a day.
    calls: float
    contract: Contract

    def shares(self) -> list[tuple[str, float]]:
        """Of its calls by category: the main one has twice as many as each other."""
        whole = len(self.groups) + 1
        return [(group, (2 if n == 0 else 1) / whole) for n, group in enumerate(self.groups)]


@dataclass(frozen=True, slots=True)
class Town:
    """A centre."""

    companies: tuple[Company, ...]
    agents: tuple[Agent, ...]


def build(calls: int = 8_000, agents: int = 170, companies: int = 500) -> Town:
    """The centre for so many expected calls a day; `ValueError` unless every category gets a company and two agents."""
    groups = [group for family in FAMILIES for group in family]
    if companies < len(groups) or agents < 2 * len(groups) or calls < 1:
        raise ValueError(
            f"{calls} calls, {agents} agents, {companies} companies; "
            f"expected at least 1, {2 * len(groups)} and {len(groups)}"
        )
    made = _companies(calls, companies)
    load = dict.fromkeys(groups, 0.0)
    for company in made:
        for group, share in company.shares():
            load[group] += company.calls * share
    hour = max(HOURS) / 100 * (HANDLING_MEAN + WRAPUP / 1000) / 3600
    erlangs = {group: volume * hour for group, volume in load.items()}
    return Town(made, staff([list(family) for family in FAMILIES], SIMILAR, erlangs, agents))


def draw(town: Town, random: Random, *, busier: float = 1.0) -> tuple[Call, ...]:
    """One day's calls in the order of arrival; `busier`: times as many as on the mean day."""
    off_day = _factor(random, OFF_DAY)
    off_group = {group: _factor(random, OFF_GROUP) for family in FAMILIES for group in family}
    quarters = [hour for hour in HOURS for _ in range(4)]
    cumulated = list(accumulate(quarters))
    mu = log(HANDLING_MEAN) - HANDLING_SD**2 / 2
    calls: list[Call] = []
    for company in town.companies:
        off = off_day * _factor(random, OFF_COMPANY)
        for group, share in company.shares():
            for _ in range(_poisson(random, busier * company.calls * share * off * off_group[group])):
                (quarter,) = random.choices(range(len(quarters)), cum_weights=cumulated)
                calls.append(
                    Call(
                        id=f"{company.id}-{len(calls)}",
                        at=OPEN + quarter * QUARTER + random.randrange(QUARTER),
                        group=group,
                        company=company.id,
                        handling=round(1000 * random.lognormvariate(mu, HANDLING_SD)),
                        patience=round(1000 * random.expovariate(1 / PATIENCE_MEAN)),
                    )
                )
    # Last, so that the callers of a day are the same whatever is asked about callbacks.
    return tuple(
        replace(
            call,
            accepts=random.random() < ACCEPTS,
            answers=tuple(random.random() < ANSWERS for _ in range(ATTEMPTS)),
        )
        for call in sorted(calls, key=lambda call: (call.at, call.id))
    )


def _companies(calls: int, count: int) -> tuple[Company, ...]:
    """Volumes are the quantiles of a lognormal distribution, dealt to the categories by their shares."""
    volumes = [NormalDist(0, VOLUME_SD).inv_cdf((count - n - 0.5) / count) for n in range(count)]
    sizes = [exp(volume) for volume in volumes]
    scale = calls / sum(sizes)
    shares = {group: float(share) for family in FAMILIES for group, share in family.items()}
    dealt = dict.fromkeys(shares, 0.0)
    made = []
    for number, size in enumerate(sizes):
        volume = size * scale
        # Whoever lacks most of its share gets the next company, so the largest categories get the largest companies.
        main = max(shares, key=lambda group: shares[group] / 100 * calls - dealt[group])
        family = [group for one in FAMILIES if main in one for group in one]
        others = family[family.index(main) + 1 :] + family[: family.index(main)]
        # Four in five have one category, one in twenty three.
        more = 2 if number % 20 == 19 else 1 if number % 20 in {4, 9, 14} else 0
        floor = next(level for least, level in FLOORS if volume >= least)
        company = Company(f"c{number + 1:03}", (main, *others[:more]), volume, Contract(floor=floor))
        for group, share in company.shares():
            dealt[group] += volume * share
        made.append(company)
    return tuple(made)


def _factor(random: Random, deviation: float) -> float:
    """Gamma distributed with mean 1."""
    return random.gammavariate(1 / deviation**2, deviation**2)


def _poisson(random: Random, mean: float) -> int:
    """Arrivals of one unit of time at this rate."""
    count, at = 0, random.expovariate(mean)
    while at < 1:
        count += 1
        at += random.expovariate(mean)
    return count
