from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.centre import Company, load_centre
from callcenter.town.customers import (
    MIX,
    TALK_MEAN_S,
    Behaviour,
    Visit,
    any_visit,
    arrivals_per_minute,
    gaps,
    visit,
)

CENTRE = load_centre(Path("callcenter/example/centre.toml"))
seeds = st.integers(0, 2**32)


@given(seeds)
def test_every_key_leads_somewhere(seed: int) -> None:
    one = visit(Random(seed), CENTRE, behaviour=Behaviour.PATIENT, number=CENTRE.hotlines[0])
    first, *rest = one.keys
    if first == "9":
        company = CENTRE.company_of_code(rest[0])
        assert company is not None
        choices = company.categories
        rest = rest[1:]
    else:
        choices = next(family for family in CENTRE.menu if family.key == first).categories
    assert [1 <= int(key) <= len(choices) for key in rest] == ([True] if len(choices) > 1 else [])


@given(seeds, st.sampled_from([company for company in CENTRE.company if company.numbers]))
def test_a_companys_own_number_asks_only_for_a_category(seed: int, company: Company) -> None:
    one = visit(Random(seed), CENTRE, behaviour=Behaviour.PATIENT, number=company.numbers[0])
    assert len(one.keys) == (1 if len(company.categories) > 1 else 0)


def test_each_behaviour_is_what_its_name_says() -> None:
    def of(behaviour: Behaviour) -> Visit:
        return visit(Random(1), CENTRE, behaviour=behaviour, number=CENTRE.hotlines[0], caller="01011112222")

    patient = of(Behaviour.PATIENT)
    assert patient.caller == "01011112222"
    assert patient.patience_s > 600
    assert 8 <= of(Behaviour.IMPATIENT).patience_s <= 25
    assert of(Behaviour.IMPATIENT).keys
    assert (of(Behaviour.SILENT).keys, of(Behaviour.SILENT).sentence) == ((), "")
    assert of(Behaviour.WRONG_KEYS).keys == ("8", "8", "8")
    assert of(Behaviour.HANG_UP_IN_GREETING).leaves_s == 3


def test_an_unknown_number_is_dialled_as_it_is() -> None:
    one = visit(Random(1), CENTRE, behaviour=Behaviour.PATIENT, number="0299999999")
    assert (one.number, one.keys) == ("0299999999", ())


def test_the_mix_is_whole_and_everybody_phones_a_number_of_the_centre() -> None:
    assert sum(MIX.values()) == 100
    random = Random(7)
    dialled = Counter(any_visit(random, CENTRE).number for _ in range(3000))
    known = {*CENTRE.hotlines, *(number for company in CENTRE.company for number in company.numbers)}
    assert set(dialled) == known
    assert dialled[CENTRE.hotlines[0]] / 3000 == pytest.approx(1 / 3, abs=0.05)


def test_conversations_last_about_a_minute() -> None:
    random = Random(7)
    lengths = [any_visit(random, CENTRE).talk_s for _ in range(4000)]
    assert sum(lengths) / len(lengths) == pytest.approx(TALK_MEAN_S, rel=0.05)
    assert min(lengths) >= 12
    assert max(lengths) <= 240


def test_the_rate_keeps_agents_busy_three_quarters_of_their_time() -> None:
    per_minute = arrivals_per_minute(9, 20)
    served_share = 0.94
    busy_minutes = per_minute * served_share * (TALK_MEAN_S + 20 + 4) / 60
    assert busy_minutes / 9 == pytest.approx(0.75, abs=0.01)


def test_a_few_phone_at_once_then_arrivals_are_poisson() -> None:
    found = list(islice(gaps(Random(7), 30, at_once=3), 4003))
    assert found[:3] == [1.0, 1.0, 1.0]
    rest = found[3:]
    mean = sum(rest) / len(rest)
    spread = (sum((gap - mean) ** 2 for gap in rest) / len(rest)) ** 0.5
    assert mean == pytest.approx(2.0, rel=0.05)
    assert spread == pytest.approx(mean, rel=0.07)


def test_nobody_phones_at_rate_nought() -> None:
    assert list(gaps(Random(7), 0, at_once=3)) == []
