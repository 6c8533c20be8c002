"""The dialler process's pure parts: causes, the inbound line, the prompts of a form."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from callcenter.campaigns import events
from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.carrier import Trouble
from callcenter.campaigns.dialler import Setup
from callcenter.campaigns.form import read_form
from callcenter.campaigns.kinds import Kind, Purpose
from callcenter.campaigns.line import Line, Stage
from callcenter.campaigns.pacing import Limits, Mode
from callcenter.campaigns.permission import Person, Rules
from callcenter.campaigns.windows import Window
from callcenter.centre import Hours
from callcenter.outbound.agents import Standing, standing
from callcenter.outbound.book import Work
from callcenter.outbound.causes import unanswered
from callcenter.outbound.channels import seen
from callcenter.outbound.desk import Desk
from callcenter.outbound.inbound import Inbound, inbound_of
from callcenter.outbound.prompts import missing, prefix_of
from callcenter.outbound.traffic import Traffic, taken
from tests.unit.campaigns.forms import SURVEY


@pytest.mark.parametrize(
    ("cause", "answer", "met"),
    [
        (1, 404, Outcome.NO_SUCH_NUMBER),
        (17, 486, Outcome.BUSY),
        (21, 603, Outcome.BUSY),
        (19, 480, Outcome.NO_ANSWER),
        (20, 0, Outcome.NO_ANSWER),
        (16, 0, Outcome.NO_ANSWER),
        (127, 0, Outcome.NO_ANSWER),
        (127, 487, Outcome.NO_ANSWER),
        (27, 502, Outcome.FAILED),
        (88, 0, Outcome.FAILED),
        (127, 607, Outcome.FAILED),
        (34, 503, Trouble.FULL),
        (42, 0, Trouble.FULL),
        (21, 401, Trouble.ACCOUNT),
        (21, 402, Trouble.ACCOUNT),
        (21, 403, Outcome.BARRED),
        (52, 0, Outcome.BARRED),
        (3, 420, Trouble.NETWORK),
        (38, 500, Trouble.NETWORK),
        (41, 0, Trouble.NETWORK),
        (58, 488, Trouble.NETWORK),
        (102, 504, Trouble.NETWORK),
        (127, 505, Trouble.NETWORK),
    ],
)
def test_cause_and_answer_tell_how_it_rang_in_vain_or_what_ails_the_carrier(
    cause: int, answer: int, met: Outcome | Trouble
) -> None:
    assert unanswered(cause, answer) is met


@pytest.mark.parametrize(("cause", "answer", "outcome"), [(34, 503, Outcome.FAILED), (21, 403, Outcome.BUSY)])
def test_a_phone_that_rang_is_no_trouble_of_the_carriers(cause: int, answer: int, outcome: Outcome) -> None:
    assert unanswered(cause, answer, rang=True) is outcome


def test_silence_to_the_end_is_an_unreachable_trunk_once_the_carrier_has_told_of_ringing() -> None:
    traffic, at_work = Traffic(Limits()), desk(Mode.AGENTLESS)

    def silent(now: int, *, rang: bool = False, given_up: bool = True) -> Outcome:
        return traffic.unanswered(at_work, 1, Outcome.NO_ANSWER, now, rang=rang, given_up=given_up)

    assert silent(30_000) is Outcome.NO_ANSWER, "it may never tell"
    traffic.rings(at_work, 31_000)
    # A phone that is off is told of at once.
    assert silent(32_000, given_up=False) is Outcome.NO_ANSWER
    assert silent(60_000, rang=True) is Outcome.NO_ANSWER
    assert traffic.backoff.trouble is None
    assert silent(61_000) is Outcome.CONGESTION
    assert (traffic.backoff.trouble, traffic.backoff.room(61_000)) == (Trouble.UNREACHABLE, 0)
    # The line that tries need not be answered.
    traffic.dialled(at_work, 66_000)
    traffic.rings(at_work, 67_000)
    assert (traffic.backoff.trouble, traffic.backoff.room(67_000)) == (None, None)


class Carrier:
    """Calls of some campaigns in the order in which the carrier answers them, one a second."""

    def __init__(self) -> None:
        self.traffic = Traffic(Limits())
        self.now = 0

    def refuses(self, at_work: Desk, *contacts: int) -> list[Outcome]:
        """403 to each."""
        return [self.ends(at_work, contact, Outcome.BARRED) for contact in contacts]

    def ends(self, at_work: Desk, contact: int, met: Outcome | Trouble) -> Outcome:
        self.now += 1_000
        return self.traffic.unanswered(at_work, contact, met, self.now, rang=False, given_up=False)

    def busy(self, at_work: Desk, contact: int) -> Outcome:
        return self.ends(at_work, contact, Outcome.BUSY)

    def rings(self, at_work: Desk) -> None:
        self.now += 1_000
        self.traffic.rings(at_work, self.now)

    def trouble(self, *desks: Desk) -> list[Trouble | None]:
        """Why each campaign dials nobody just now, as its page is told."""
        told = [self.traffic.told(one)["carrier"] for one in desks]
        stops = [self.traffic.house(one, desks, self.now).carrier_room is not None for one in desks]
        assert stops == [one is not None for one in told]
        return told


BARRED, NO_TRY = Outcome.BARRED, Outcome.CONGESTION


def test_a_number_that_the_carrier_bars_is_that_numbers_own_affair_and_stops_nobody() -> None:
    carrier, first, second = Carrier(), desk(Mode.AGENTLESS), desk(Mode.AGENTLESS)
    assert carrier.refuses(first, 1) == [BARRED]
    carrier.rings(first)
    assert carrier.refuses(first, 2, 3) == [BARRED, BARRED], "one after another, and yet others are put through"
    carrier.busy(first, 4)
    assert carrier.refuses(first, 5) == [BARRED]
    assert carrier.trouble(first, second) == [None, None]


def test_numbers_that_are_known_to_be_barred_are_no_sign_of_trouble_when_only_they_are_left() -> None:
    carrier, only = Carrier(), desk(Mode.AGENTLESS)
    for contact in (1, 2, 3, 4):
        assert carrier.refuses(only, contact) == [BARRED]
        carrier.rings(only)
    assert carrier.refuses(only, 1, 2, 3, 4) == [BARRED] * 4
    assert carrier.trouble(only) == [None]


def test_an_account_that_is_barred_is_known_by_the_third_who_is_refused_and_nobody_else_loses_a_try() -> None:
    carrier, only = Carrier(), desk(Mode.AGENTLESS)
    assert carrier.refuses(only, 1, 2, 3, 4) == [BARRED, BARRED, NO_TRY, NO_TRY]
    assert carrier.trouble(only) == [Trouble.ACCOUNT]
    # The line that tries after the pause is refused as well: the same number tells as much as another.
    carrier.now += 60_000
    carrier.traffic.dialled(only, carrier.now)
    assert carrier.refuses(only, 3) == [NO_TRY]
    assert carrier.trouble(only) == [Trouble.ACCOUNT]
    carrier.now += 60_000
    carrier.traffic.dialled(only, carrier.now)
    carrier.rings(only)
    assert carrier.trouble(only) == [None]
    assert carrier.refuses(only, 3) == [BARRED], "it begins anew"


def test_the_same_number_refused_again_and_again_is_no_trouble_of_the_account() -> None:
    carrier, only = Carrier(), desk(Mode.AGENTLESS)
    assert carrier.refuses(only, 1, 1, 1, 1) == [BARRED] * 4


def test_a_number_shown_that_the_carrier_does_not_take_stops_its_campaign_and_no_other() -> None:
    carrier, barred, sound = Carrier(), desk(Mode.AGENTLESS), desk(Mode.AGENTLESS)
    met = []
    for contact in range(4):
        met += carrier.refuses(barred, contact)
        carrier.rings(sound)
    assert met == [BARRED, BARRED, NO_TRY, NO_TRY]
    assert carrier.trouble(barred, sound) == [Trouble.ACCOUNT, None]


def test_small_campaigns_find_out_together_that_the_account_is_barred() -> None:
    carrier, first, second = Carrier(), desk(Mode.AGENTLESS), desk(Mode.AGENTLESS)
    assert carrier.refuses(first, 1, 2) == [BARRED, BARRED]
    assert carrier.refuses(second, 3, 4) == [NO_TRY, NO_TRY]
    assert carrier.trouble(first, second) == [Trouble.ACCOUNT, Trouble.ACCOUNT]


def test_who_must_pay_or_prove_who_it_is_need_not_be_told_thrice() -> None:
    carrier, first, second = Carrier(), desk(Mode.AGENTLESS), desk(Mode.AGENTLESS)
    assert carrier.ends(first, 1, unanswered(21, 402)) is NO_TRY
    assert carrier.trouble(first, second) == [Trouble.ACCOUNT, Trouble.ACCOUNT]


def test_there_is_room_again_a_second_after_the_earliest_call() -> None:
    traffic, at_work = Traffic(Limits(calls_per_second=2)), desk()
    assert traffic.room_at(1_000) is None
    traffic.dialled(at_work, 1_000)
    traffic.dialled(at_work, 1_400)
    assert [traffic.room_at(at) for at in (1_500, 1_999, 2_000, 2_400)] == [2_000, 2_000, 2_400, None]


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


def desk(mode: Mode = Mode.PROGRESSIVE, text: str = SURVEY) -> Desk:
    rules = Rules(purpose=Purpose.SERVICE, window=Window(hours=Hours()), caller=None)
    work = Work(
        number=7, company="nurim", kind=Kind.HAPPY_CALL, mode=mode, groups=("av",), ceiling=0.03, answered=0,
        abandoned=0, form_id=1, text=text, form=read_form(text), retries={}, quotas=(), on=True, proven=True,
        setup=Setup(campaign="7", rules=rules, zone=ZoneInfo("Asia/Seoul")),
    )  # fmt: skip
    return Desk.of(work, Limits())


def test_a_campaign_leaves_another_that_would_dial_its_share_of_the_channels() -> None:
    first, second, preview = desk(Mode.AGENTLESS), desk(Mode.AGENTLESS), desk(Mode.PREVIEW)
    three = (first, second, preview)
    for number in range(18):
        first.dialler.lines[f"7-{number}-1"] = Line(number, Stage.RINGING, 0)
    assert taken(first, three, 20) == 18
    someone = events.Candidate(99, Person(number="01022220000"), 0)
    for one in three:
        one.dialler.handle(events.ContactsFound((someone,)), 0)
        one.dialler.on = True
    assert [taken(one, three, 20) for one in three] == [28, 18, 28]


def test_a_campaign_hears_of_each_change_of_an_agent_once() -> None:
    at_work = desk()
    kept = AGENT | {"reserved": 7}
    assert list(at_work.news(kept, elsewhere=False)) == [events.AgentFree("1001")]
    assert list(at_work.news(kept, elsewhere=False)) == []
    assert list(at_work.news(AGENT | {"state": "paused"}, elsewhere=False)) == [events.AgentGone("1001")]
    assert list(desk(Mode.AGENTLESS).news(kept, elsewhere=False)) == []


def test_in_preview_an_agent_looks_at_one_campaigns_contact_only() -> None:
    at_work = desk(Mode.PREVIEW)
    at_work.dialler.on = True
    assert events.AgentLooks("1001") in list(at_work.news(AGENT, elsewhere=False))
    assert list(at_work.news(AGENT, elsewhere=True)) == []
    at_work.dialler.crew.previews.shown["1001"] = None
    assert events.AgentLooks("1001", on=False) in list(at_work.news(AGENT | {"state": "ringing"}, elsewhere=False))


def test_a_conversation_that_began_while_nobody_listened_is_noticed_and_so_is_its_end() -> None:
    at_work = desk()
    at_work.dialler.lines["7-31-1"] = line = Line(31, Stage.TALKING, 1, "")
    talking = AGENT | {"state": "talking", "call": {"id": "survey-7-31-1"}}
    assert list(at_work.news(talking, elsewhere=False)) == [events.AgentSpeaks("7-31-1", "1001")]
    assert at_work.channels() == 1
    line.spoke, line.agent = True, "1001"
    assert list(at_work.news(talking, elsewhere=False)) == []
    assert (at_work.channels(), at_work.unsaid()) == (0, ["7-31-1"])
    line.stage = Stage.ENTERING
    assert list(at_work.news(talking | {"state": "wrapup"}, elsewhere=False)) == []
    assert events.AgentDone("7-31-1") in list(at_work.news(AGENT, elsewhere=False))


@pytest.mark.parametrize(
    ("context", "app", "state", "agent", "line", "spoken"),
    [
        ("cc-survey", "Stasis", "Up", None, "answered", None),
        ("cc-survey", "Playback", "Up", None, "gone", None),
        ("cc-survey", "AMD", "Up", None, "listening", None),
        ("from-trunk", "AppDial2", "Ringing", None, "ringing", None),
        ("cc-connect", "Dial", "Up", "1001", "talking", "1001"),
        ("cc-campaign", "Stasis", "Up", None, "talking", ""),
    ],
)
def test_what_asterisk_shows_of_an_attempt(
    context: str, app: str, state: str, agent: str | None, line: str, spoken: str | None
) -> None:
    channel = {"dialplan": {"context": context, "app_name": app}, "state": state}
    found = seen({"survey-7-31-1": channel}, events.Pending("7-31-1", 31, "01000000001", "gone", agent))
    assert (found.line, found.agent) == (line, spoken)
    assert seen({}, events.Pending("7-31-1", 31, "01000000001", "gone", agent)).line == "gone"


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
