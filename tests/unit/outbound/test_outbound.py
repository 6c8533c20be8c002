"""The dialler process's pure parts: causes, the inbound line, the prompts of a form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.form import read_form
from callcenter.outbound.agents import Standing, standing
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


def board(at: int, *waiting: int, **forecast_s: int) -> bytes:
    there = {"talking": 2, "in_menu": 1, "waiting": [{"since": one} for one in waiting], "forecast_s": forecast_s}
    return orjson.dumps({"at": at, **there})


def test_the_wait_that_the_line_forecasts_counts_where_the_campaigns_agents_could_help() -> None:
    inbound = inbound_of(board(100_000, 90_000, 30_000, av=40, kitchen=71), 101_000)
    assert inbound.calls == 5
    assert [inbound.longest_s(groups) for groups in ((), ("av",), ("av", "kitchen"), ("pc",))] == [71, 40, 71, None]
    assert inbound_of(board(100_000), 101_000).longest_s(()) is None


def test_an_old_board_tells_nothing() -> None:
    assert inbound_of(board(100_000, 30_000, av=40), 110_001) == Inbound()


AGENT: dict[str, Any] = {
    "id": "1001", "state": "ready", "registered": True, "peak": False, "groups": ["av"], "call": None, "reserved": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, Standing.READY),
        ({"groups": ["pc"]}, Standing.AWAY),
        ({"peak": True}, Standing.AWAY),
        ({"registered": False}, Standing.AWAY),
        ({"reserved": 7}, Standing.FREE),
        ({"reserved": 8}, Standing.AWAY),
        ({"reserved": 7, "state": "paused"}, Standing.AWAY),
        ({"state": "wrapup", "call": {"id": "survey-7-31-1"}}, Standing.OURS),
        ({"state": "talking", "call": {"id": "survey-8-31-1"}}, Standing.AWAY),
        ({"state": "talking", "call": {"id": "cc-1795429970.7"}}, Standing.AWAY),
    ],
)
def test_what_an_agent_is_for_a_campaign(changed: dict[str, Any], expected: Standing) -> None:
    assert standing(AGENT | changed, 7, ("av", "kitchen")) is expected


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
