from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from callcenter.centre import load_centre
from callcenter.town.customers import Behaviour, visit
from callcenter.town.exchange import OUTCOMES, Exchange

CENTRE = load_centre(Path("callcenter/example/centre.toml"))


def test_a_customer_becomes_a_call_file(tmp_path: Path) -> None:
    exchange = Exchange(tmp_path)
    (tmp_path / "spool" / "outgoing").mkdir(parents=True)
    one = visit(Random(1), CENTRE, behaviour=Behaviour.WRONG_KEYS, number="16000000", caller="01000010001")
    exchange.phone_in(one)
    (file,) = (tmp_path / "spool" / "outgoing").iterdir()
    lines = file.read_text().splitlines()
    assert lines[0] == "Channel: PJSIP/16000000@centre"
    assert "CallerID: <01000010001>" in lines
    assert "Setvar: KEYS=8-8-8" in lines
    assert exchange.customers_on_the_line == 1


def test_no_line_can_be_smuggled_into_a_call_file(tmp_path: Path) -> None:
    exchange = Exchange(tmp_path)
    (tmp_path / "spool" / "outgoing").mkdir(parents=True)
    one = visit(Random(1), CENTRE, behaviour=Behaviour.PATIENT, number="1\nApplication: System", caller="1")
    with pytest.raises(ValueError, match="one line"):
        exchange.phone_in(one)
    assert exchange.customers_on_the_line == 0


def test_every_last_digit_means_something() -> None:
    assert sorted(OUTCOMES) == [str(digit) for digit in range(10)]
