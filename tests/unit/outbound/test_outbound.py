"""The dialler process's pure parts: causes, the inbound line, the prompts of a form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.form import read_form
from callcenter.outbound.causes import unanswered
from callcenter.outbound.inbound import Inbound, inbound_of
from callcenter.outbound.prompts import missing, prefix_of
from tests.unit.campaigns.forms import SURVEY


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (1, Outcome.NO_SUCH_NUMBER),
        (17, Outcome.BUSY),
        (21, Outcome.BUSY),
        (19, Outcome.NO_ANSWER),
        (20, Outcome.NO_ANSWER),
        (16, Outcome.NO_ANSWER),
        (34, Outcome.FAILED),
        (38, Outcome.FAILED),
    ],
)
def test_the_cause_tells_how_it_rang_in_vain(cause: int, outcome: Outcome) -> None:
    assert unanswered(cause) is outcome


def board(at: int, *since: int) -> bytes:
    shown: dict[str, Any] = {"at": at, "talking": 2, "in_menu": 1, "waiting": [{"since": one} for one in since]}
    return orjson.dumps(shown)


def test_the_longest_wait_of_the_inbound_line_counts() -> None:
    assert inbound_of(board(100_000, 90_000, 30_000), 101_000) == Inbound(5, 71.0)
    assert inbound_of(board(100_000), 101_000) == Inbound(3, None)


def test_an_old_board_tells_nothing() -> None:
    assert inbound_of(board(100_000, 30_000), 110_001) == Inbound()


def test_every_part_of_a_form_is_spoken_in_both_languages_until_it_is_there(tmp_path: Path) -> None:
    form = read_form(SURVEY)
    songs = missing(tmp_path, SURVEY, form)
    assert len(songs) == 2 * (2 + len(form.question))
    first = songs[0]
    assert first.target == tmp_path / "ko" / f"{prefix_of(SURVEY)}-opening.wav"
    assert first.text == form.opening.ko
    first.target.parent.mkdir(parents=True)
    first.target.touch()
    assert missing(tmp_path, SURVEY, form) == songs[1:]


def test_another_wording_has_other_prompts() -> None:
    assert prefix_of(SURVEY) != prefix_of(SURVEY.replace("Hello.", "Good day."))
