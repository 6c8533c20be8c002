"""Who phones the centre, when, and how they behave. Pure: chance is passed in, nothing is dialled."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from callcenter.centre import Centre, Company
from callcenter.town.speech import CUSTOMERS as SENTENCES

#: Customers have 11-digit mobile numbers that nobody has: 0100001 and four digits.
POPULATION = 400
#: A conversation lasts exp(N(ln 55 s, 0.45)): half of them under 55 s, 61 s on average.
TALK_MEDIAN_S, TALK_SIGMA = 55.0, 0.45
TALK_MEAN_S = TALK_MEDIAN_S * math.exp(TALK_SIGMA**2 / 2)
#: Share of their time that agents are to be ringing, talking or wrapping up.
BUSY = 0.75
_ANSWER_S = 4.0
#: After this a customer has had enough of anything.
_ENDLESS_S = 900


class Behaviour(StrEnum):
    """What kind of caller it is."""

    PATIENT = "patient"
    #: Hangs up after 8 to 25 s in the queue.
    IMPATIENT = "impatient"
    #: Presses and says nothing.
    SILENT = "silent"
    #: Presses a key that no menu has, again and again.
    WRONG_KEYS = "wrong_keys"
    #: Is gone 3 s after the centre answers.
    HANG_UP_IN_GREETING = "hang_up_in_greeting"


#: How often each kind phones by itself, per cent.
MIX = {
    Behaviour.PATIENT: 82,
    Behaviour.IMPATIENT: 9,
    Behaviour.SILENT: 3,
    Behaviour.WRONG_KEYS: 3,
    Behaviour.HANG_UP_IN_GREETING: 3,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """One call into the centre."""

    caller: str
    number: str
    #: What is pressed, each entry once a menu has been heard to its end.
    keys: tuple[str, ...]
    #: The sentence said, by name; empty for one who is silent.
    sentence: str
    #: Hangs up so long after the answer, whatever happens.
    leaves_s: int
    #: Hangs up so long after the last key unless an agent has answered.
    patience_s: int
    #: How long the conversation takes once a simulated agent has answered.
    talk_s: int


def arrivals_per_minute(agents: int, wrapup_s: float) -> float:
    """The rate that keeps so many agents busy for the share `BUSY` of their time."""
    served = sum(MIX[b] for b in (Behaviour.PATIENT, Behaviour.IMPATIENT, Behaviour.WRONG_KEYS)) / 100
    return BUSY * agents * 60 / (TALK_MEAN_S + wrapup_s + _ANSWER_S) / served


def gaps(random: Random, per_minute: float, at_once: int) -> Iterator[float]:
    """Seconds until each next call: a few at the start so that the centre is soon alive, then Poisson arrivals.

    Nobody phones at a rate of 0.
    """
    for _ in range(at_once if per_minute else 0):
        yield 1.0
    while per_minute:
        yield random.expovariate(per_minute / 60)


def any_visit(random: Random, centre: Centre) -> Visit:
    """A customer of the everyday mix, two in three by a company's own number."""
    numbers = [number for company in centre.company for number in company.numbers]
    number = random.choice(numbers if numbers and random.random() < 2 / 3 else centre.hotlines)
    behaviour = random.choices(list(MIX), list(MIX.values()))[0]
    return visit(random, centre, behaviour=behaviour, number=number)


def visit(random: Random, centre: Centre, *, behaviour: Behaviour, number: str, caller: str | None = None) -> Visit:
    """A call of this kind to this number, which may be unknown to the centre."""
    keys = _keys(random, centre, number)
    sentence = random.choice(list(SENTENCES))
    leaves_s, patience_s = _ENDLESS_S, _ENDLESS_S
    match behaviour:
        case Behaviour.PATIENT:
            pass
        case Behaviour.IMPATIENT:
            patience_s = random.randint(8, 25)
        case Behaviour.SILENT:
            keys, sentence, patience_s = (), "", 60
        case Behaviour.WRONG_KEYS:
            keys = ("8",) * centre.waiting.key_tries
        case Behaviour.HANG_UP_IN_GREETING:
            keys, leaves_s = (), 3
    return Visit(
        caller=caller or f"0100001{random.randrange(POPULATION):04}",
        number=number,
        keys=keys,
        sentence=sentence,
        leaves_s=leaves_s,
        patience_s=patience_s,
        talk_s=max(12, min(240, round(random.lognormvariate(math.log(TALK_MEDIAN_S), TALK_SIGMA)))),
    )


def _keys(random: Random, centre: Centre, number: str) -> tuple[str, ...]:
    """A way through the menus that this number leads to."""
    company = centre.company_of_number(number)
    if company is not None:
        return _category_key(random, company)
    if number not in centre.hotlines:
        return ()
    if random.random() < 0.3:
        chosen = random.choice(centre.company)
        return ("9", chosen.code, *_category_key(random, chosen))
    family = random.choice(centre.menu)
    return family.key, str(random.randint(1, len(family.categories)))


def _category_key(random: Random, company: Company) -> tuple[str, ...]:
    """A company with one category asks nothing."""
    return (str(random.randint(1, len(company.categories))),) if len(company.categories) > 1 else ()
