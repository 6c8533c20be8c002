"""Listening whether a machine answers: its errors fall on the safe side, and its time is the customer's waiting."""

from __future__ import annotations

import pytest

from callcenter.calls.commands import HangUp, StartTimer
from callcenter.campaigns import events
from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.commands import BeginInterview, Command, ConnectAgent, Identify, NoteHeard, WriteOutcome
from callcenter.campaigns.dialler import Dialler
from callcenter.campaigns.funnel import Dispositions, dispositions
from callcenter.campaigns.machines import PROMISED_MS, Heard, Sum, Verdict, heard_of, listened, listens
from callcenter.campaigns.pacing import Mode
from dialplan import machines
from tests.unit.campaigns.test_dialler import T, of, started, written

PERSON, MACHINE = (Heard(verdict, "X-1-2", 1500) for verdict in (Verdict.HUMAN, Verdict.MACHINE))


def ringing(mode: Mode) -> Dialler:
    made, commands = started(mode, 1, listens=True)
    if mode is not Mode.AGENTLESS:
        commands = made.handle(events.AgentFree("1001"), T)
    written(made, commands)
    assert made.handle(events.PickedUp("c-1-1"), T + 5000) == []
    return made


def outcomes(commands: list[Command]) -> list[Outcome]:
    return [one.outcome for one in of(WriteOutcome, commands)]


def test_a_machine_is_hung_up_on_and_asked_nothing() -> None:
    made = ringing(Mode.AGENTLESS)
    told = made.handle(events.LineAnswered("c-1-1", MACHINE), T + 6500)
    assert of(NoteHeard, told) == [NoteHeard("c-1-1", MACHINE)]
    assert (outcomes(told), of(HangUp, told)) == ([Outcome.MACHINE], [HangUp("c-1-1")])
    assert of(BeginInterview, told) == []
    made.handle(events.LineEnded("c-1-1", Outcome.NO_ANSWER), T + 6600)
    assert made.lines == {}


@pytest.mark.parametrize("verdict", [Verdict.HUMAN, Verdict.NOTSURE])
def test_a_person_and_whoever_may_be_one_are_asked(verdict: Verdict) -> None:
    heard = Heard(verdict, "TOOLONG-4000", 4000)
    told = ringing(Mode.AGENTLESS).handle(events.LineAnswered("c-1-1", heard), T + 9000)
    assert of(BeginInterview, told) == [BeginInterview("c-1-1")]
    assert of(NoteHeard, told) == [NoteHeard("c-1-1", heard)]


def test_with_agents_a_supposed_machine_is_told_who_called_and_costs_no_agent() -> None:
    made = ringing(Mode.PREDICTIVE)
    before = made.pacer.rings.hit_rate
    told = made.handle(events.LineAnswered("c-1-1", MACHINE), T + 6500)
    assert made.pacer.rings.hit_rate < before
    assert (outcomes(told), of(Identify, told)) == ([Outcome.MACHINE], [Identify("c-1-1")])
    assert of(ConnectAgent, told) == []
    assert list(made.crew.idle) == ["1001"]
    assert (made.pacer.ceiling.answered, made.pacer.ceiling.abandoned) == (0, 0)


def test_the_time_of_listening_is_part_of_the_two_seconds() -> None:
    made = ringing(Mode.PREDICTIVE)
    made.handle(events.AgentGone("1001"), T + 5500)
    (timer,) = of(StartTimer, made.handle(events.LineAnswered("c-1-1", PERSON), T + 6500))
    assert timer.after_ms == 500
    late = ringing(Mode.PREDICTIVE)
    late.handle(events.AgentGone("1001"), T + 5500)
    heard = Heard(Verdict.NOTSURE, "", 2100)
    (timer,) = of(StartTimer, late.handle(events.LineAnswered("c-1-1", heard), T + 7100))
    assert timer.after_ms == 0
    assert machines.AGENTS.total < PROMISED_MS


@pytest.mark.parametrize("mode", [Mode.AGENTLESS, Mode.PREDICTIVE])
def test_who_hangs_up_while_it_is_listened_was_abandoned(mode: Mode) -> None:
    made = ringing(mode)
    told = made.handle(events.LineEnded("c-1-1", Outcome.NO_ANSWER), T + 6200)
    assert outcomes(told) == [Outcome.ABANDONED]
    assert of(NoteHeard, told) == [NoteHeard("c-1-1", Heard(Verdict.HANGUP, "", 1200))]
    assert made.pacer.ceiling.abandoned == 1


def test_without_the_setting_an_answer_is_no_listening() -> None:
    made, commands = started(Mode.AGENTLESS, 1)
    written(made, commands)
    made.handle(events.PickedUp("c-1-1"), T)
    assert outcomes(made.handle(events.LineEnded("c-1-1", Outcome.NO_ANSWER), T + 9)) == [Outcome.NO_ANSWER]


def test_after_a_restart_the_listening_goes_on() -> None:
    made, _ = started(Mode.AGENTLESS, listens=True)
    made.handle(events.Restarted((events.Pending("c-1-1", 1, "0", "listening"),)), T)
    assert outcomes(made.handle(events.LineAnswered("c-1-1", MACHINE), T + 900)) == [Outcome.MACHINE]
    made.handle(events.Restarted((events.Pending("c-2-1", 2, "0", "listening"),)), T)
    assert outcomes(made.handle(events.LineEnded("c-2-1", Outcome.NO_ANSWER), T + 900)) == [Outcome.ABANDONED]


def test_it_is_never_listened_in_preview() -> None:
    assert [mode for mode in Mode if listens(mode, wanted=True)] == [Mode.PROGRESSIVE, Mode.PREDICTIVE, Mode.AGENTLESS]
    assert not any(listens(mode, wanted=False) for mode in Mode)


def test_what_the_dialplan_tells() -> None:
    assert heard_of(["MACHINE", "LONGGREETING-2400-2400", "2710"]) == Heard(
        Verdict.MACHINE, "LONGGREETING-2400-2400", 2710
    )
    assert heard_of(["NOTSURE", "TOOLONG-4000", "4012"]) == Heard(Verdict.NOTSURE, "TOOLONG-4000", 4012)
    # Without AMD() nobody was listened to.
    assert heard_of([]) is heard_of(["", "", "0"]) is None


def test_the_figures_tell_who_waited_and_what_agents_found() -> None:
    def some(verdict: Verdict, outcome: Outcome, count: int, ms: int, longest: int, late: int = 0) -> Sum:
        return Sum(verdict=verdict, outcome=outcome, count=count, ms=ms, longest_ms=longest, late=late)

    found = listened(
        [
            some(Verdict.HUMAN, Outcome.COMPLETED, 6, 7200, 1800),
            some(Verdict.NOTSURE, Outcome.MACHINE, 1, 1900, 1900),
            some(Verdict.HANGUP, Outcome.ABANDONED, 1, 2500, 2500, late=1),
            some(Verdict.MACHINE, Outcome.MACHINE, 4, 9999, 9999, late=4),
        ]
    )
    assert found is not None
    assert (found.people, found.unsure, found.machines, found.hung_up, found.missed, found.late) == (6, 1, 4, 1, 1, 1)
    assert (found.mean_s, found.longest_s) == (1.45, 2.5)
    assert listened([]) is None


def test_a_machine_that_nobody_heard_is_of_unknown_eligibility() -> None:
    three = [Outcome.MACHINE] * 3
    assert dispositions(three) == Dispositions(non_contact=3)
    assert dispositions(three, unheard=2) == Dispositions(non_contact=1, unknown=2)
