"""A waiting caller would rather be phoned."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.agents.presence import State
from callcenter.calls import events
from callcenter.calls.callers import Known, Mark
from callcenter.calls.commands import Connect, Dial, HangUp, Play, StartTimer, TakeMessage
from callcenter.calls.journal import Kind
from callcenter.calls.wish import callable_number
from tests.unit.calls.script import Script

NUMBER = "01000000077"
DIGITS = tuple(f"digit-{digit}" for digit in NUMBER)
SETTINGS: dict[str, dict[str, Any]] = {"callback": {"attempts": 2, "spacing_s": 300}, "voicemail": {"most_s": 60}}


class Callbacks(Script):
    """A script with the words of this file."""

    def phones(self, channel: str = "cc-1.1", caller: str = NUMBER, dnis: str = "07000000109") -> str:
        self.happens(events.CallEntered(channel, dnis, caller))
        return channel

    def presses(self, channel: str, keys: str) -> None:
        """After having heard for a while what may be pressed."""
        self.now = max(self.now, self.floor.calls[channel].queued_at + 3000)
        for key in keys:
            self.happens(events.KeyPressed(channel, key))

    def asks(self, channel: str = "cc-1.1", caller: str = NUMBER) -> str:
        """Phones, waits, wants a callback to the own number, hears that it is accepted."""
        self.phones(channel, caller)
        self.presses(channel, "11")
        assert self.prompt_ends() == ("callback-accepted",)
        self.happens(events.ChannelGone(channel, 16))
        return channel

    def dials(self) -> Dial:
        """The customer is phoned."""
        [dial] = self.said(Dial)
        return dial

    def states(self) -> list[object]:
        return [e.data["state"] for e in self.journal if e.kind.value.startswith("callback.")]


@pytest.fixture
def script() -> Callbacks:
    return Callbacks(more=SETTINGS)


def test_the_number_is_read_back_and_the_caller_hangs_up_with_the_place_kept(script: Callbacks) -> None:
    channel = script.phones()
    told = script.said(Play)[-1].prompts
    assert told[-2:] == ("queue-callback", "queue-voicemail")
    script.presses(channel, "1")
    assert script.said(Play)[-1].prompts == ("callback-number", *DIGITS, "callback-confirm")
    script.passes(10)
    script.presses(channel, "1")
    [asked] = script.wrote(Kind.CALLBACK_ASKED)
    assert (asked.data["number"], asked.data["since"], asked.data["state"]) == (NUMBER, script.now - 13_000, "due")
    script.prompt_ends()
    assert script.said(HangUp) == [HangUp(channel)]
    assert script.wrote(Kind.ENDED)[0].data["why"] == "callback"
    assert script.floor.acd.waiting("kitchen") == [f"callback:{channel}"]


def test_it_is_dialled_when_its_turn_comes_and_an_agent_is_reserved(script: Callbacks) -> None:
    script.asks()
    script.passes(60)
    script.agent_ready("1001")
    assert script.state("1001") is State.RINGING
    dial = script.dials()
    assert (dial.number, dial.shown, dial.company) == (NUMBER, "07000000109", "quiet")
    # Another agent who is free has nothing to do: the customer is dialled once.
    script.agent_ready("1002")
    assert not script.said(Dial)
    assert not script.said(Connect)
    script.happens(events.CustomerAnswered(dial.channel))
    assert script.prompt_ends() == ("greeting-quiet", "callback-greeting")
    [connect] = script.said(Connect)
    assert (connect.channel, connect.agent) == (dial.channel, "1001")
    leg = script.answers(dial.channel, "1001")
    assert script.states()[-1] == "reached"
    assert not script.floor.callbacks.items
    script.hangs_up(dial.channel, leg)
    entered = script.wrote(Kind.ENTERED)[-1]
    assert (entered.data["via"], entered.data["callback"]) == ("callback", "cc-1.1")


def test_a_live_caller_who_came_later_is_served_later_and_one_who_came_before_is_served_before(
    script: Callbacks,
) -> None:
    script.phones("cc-1.1", "0200000001")
    script.passes(1)
    script.asks("cc-1.2")
    script.passes(1)
    script.phones("cc-1.3", "0200000003")
    script.agent_ready("1001")
    assert [c.channel for c in script.said(Connect)] == ["cc-1.1"]
    script.agent_ready("1002")
    assert not script.said(Connect)
    assert script.dials().number == NUMBER


def test_who_does_not_answer_is_tried_again_and_then_given_up_and_the_agent_is_free_at_once(script: Callbacks) -> None:
    script.asks()
    script.agent_ready("1001")
    for last in (False, True):
        dial = script.dials()
        script.happens(events.ChannelGone(dial.channel, 19))
        assert script.state("1001") is State.READY
        if last:
            break
        assert script.states()[-1] == "retry"
        assert StartTimer("callback:cc-1.1", 300_000) in script.said(StartTimer)
        script.passes(300)
        script.happens(events.TimerFired("callback:cc-1.1"))
    assert script.states()[-1] == "expired"
    assert [e.data["why"] for e in script.wrote(Kind.ENDED)] == ["callback", "no_answer", "no_answer"]


def test_the_agent_does_not_answer_then_the_customer_on_the_line_keeps_the_place(script: Callbacks) -> None:
    script.asks()
    script.agent_ready("1001")
    dial = script.dials()
    script.happens(events.CustomerAnswered(dial.channel))
    script.prompt_ends()
    script.passes(1)
    script.phones("cc-1.9", "0200000009")
    script.said(Connect)
    script.happens(events.CallReturned(dial.channel, "NOANSWER"))
    script.agent_ready("1002")
    assert [c.channel for c in script.said(Connect)] == [dial.channel]


def test_another_number_can_be_typed_and_a_paid_one_cannot(script: Callbacks) -> None:
    channel = script.phones(caller="")
    script.presses(channel, "1")
    assert script.said(Play)[-1].prompts == ("callback-type",)
    script.presses(channel, "0601234567#")
    assert script.said(Play)[-1].prompts == ("callback-invalid", "callback-type")
    script.presses(channel, "0212345678#")
    assert script.said(Play)[-1].prompts[1:-1] == tuple(f"digit-{d}" for d in "0212345678")
    script.presses(channel, "1")
    assert script.wrote(Kind.CALLBACK_ASKED)[0].data["number"] == "0212345678"


def test_who_changes_their_mind_goes_on_waiting_at_the_same_place(script: Callbacks) -> None:
    channel = script.phones()
    script.presses(channel, "1*")
    assert script.prompt_ends() == ("callback-stay",)
    assert script.floor.acd.position(channel) == 1
    script.agent_ready("1001")
    assert [c.channel for c in script.said(Connect)] == [channel]
    assert not script.wrote(Kind.CALLBACK_ASKED)


def test_an_agent_who_is_free_meanwhile_takes_the_call(script: Callbacks) -> None:
    channel = script.phones()
    script.presses(channel, "1")
    script.agent_ready("1001")
    assert [c.channel for c in script.said(Connect)] == [channel]
    script.presses(channel, "1")
    assert not script.wrote(Kind.CALLBACK_ASKED)


def test_who_phones_again_gets_the_place_of_the_open_callback_which_goes(script: Callbacks) -> None:
    script.asks()
    since = script.wrote(Kind.CALLBACK_ASKED)[0].data["since"]
    script.passes(100)
    script.phones("cc-1.5", "0200000005")
    script.passes(1)
    script.phones("cc-1.6")
    assert script.states()[-1] == "cancelled"
    assert script.floor.calls["cc-1.6"].since == since
    script.agent_ready("1001")
    assert [c.channel for c in script.said(Connect)] == ["cc-1.6"]


def test_a_number_that_must_not_be_called_is_not(script: Callbacks) -> None:
    script.asks()
    script.known[NUMBER] = Known(mark=Mark.NEVER_CALL)
    script.agent_ready("1001")
    assert not script.said(Dial)
    assert script.states()[-1] == "cancelled"
    assert script.state("1001") is State.READY


def test_outside_the_calling_hours_it_waits_for_them_with_its_place() -> None:
    script = Callbacks(more={**SETTINGS, "callback": {"between": "11:00-12:00"}})
    script.agent_ready("1001")
    leg = script.answers(script.phones("cc-1.0", "0200000001"), "1001")
    script.asks()
    # The script's clock shows three seconds after 10:00.
    assert StartTimer("callback:cc-1.1", 3597_000) in script.said(StartTimer)
    assert script.states()[-1] == "requested"
    script.hangs_up("cc-1.0", leg)
    script.happens(events.TimerFired("wrapup:1001"))
    assert script.state("1001") is State.READY
    script.passes(3600)
    script.happens(events.TimerFired("callback:cc-1.1"))
    assert script.dials().number == NUMBER


def test_a_key_meant_for_the_menu_that_comes_late_moves_nobody_out_of_line(script: Callbacks) -> None:
    channel = script.phones()
    script.passes(2.9)
    for key in "21":
        script.happens(events.KeyPressed(channel, key))
    assert not script.said(TakeMessage)
    assert script.floor.calls[channel].talk is None
    assert script.floor.acd.position(channel) == 1


def test_a_message_is_recorded_by_the_dialplan(script: Callbacks) -> None:
    channel = script.phones()
    script.presses(channel, "2")
    assert script.said(TakeMessage) == [TakeMessage(channel, "kitchen", "quiet", "ko", 60)]
    script.agent_ready("1001")
    assert not script.said(Connect)
    script.happens(events.ChannelGone(channel, 16))
    assert script.wrote(Kind.ENDED)[0].data["why"] == "voicemail"


def test_while_closed_a_callback_at_the_next_opening_or_a_message_is_offered() -> None:
    closed = {"quiet": {"hours": {"mon": "13:00-18:00"}}}
    script = Callbacks(more={**SETTINGS, **closed})
    channel = script.phones()
    assert script.said(Play)[-1].prompts == ("closed-quiet", "queue-callback", "queue-voicemail")
    script.presses(channel, "11")
    [asked] = script.wrote(Kind.CALLBACK_ASKED)
    assert asked.data["state"] == "requested"
    assert StartTimer("callback:cc-1.1", 3 * 3600_000) in script.said(StartTimer)
    other = script.phones("cc-1.2", "0200000002")
    script.presses(other, "2")
    assert [t.channel for t in script.said(TakeMessage)] == [other]
    third = script.phones("cc-1.3", "0200000003")
    script.happens(events.PlaybackFinished(script.said(Play)[-1].playback))
    script.happens(events.TimerFired(f"key:{third}"))
    assert script.said(HangUp) == [HangUp(third)]


def test_who_asks_for_a_callback_while_closed_and_then_says_nothing_finds_the_centre_closed_not_broken() -> None:
    script = Callbacks(more={**SETTINGS, "quiet": {"hours": {"mon": "13:00-18:00"}}})
    channel = script.phones()
    script.presses(channel, "1")
    for _ in range(3):
        script.happens(events.PlaybackFinished(script.said(Play)[-1].playback))
        script.happens(events.TimerFired(f"key:{channel}"))
    script.happens(events.PlaybackFinished(script.said(Play)[-1].playback))
    assert script.said(HangUp) == [HangUp(channel)]
    script.happens(events.ChannelGone(channel, 16))
    [ended] = script.wrote(Kind.ENDED)
    assert ended.data["why"] == "closed"


def test_after_an_interruption_nothing_is_dialled_twice_and_nothing_forgotten(script: Callbacks) -> None:
    script.asks("cc-1.1")
    script.asks("cc-1.2", "01000000088")
    script.agent_ready("1001")
    script.dials()
    items = list(script.floor.callbacks.items.values())
    later = Callbacks(more=SETTINGS)
    later.now = script.now
    later.floor.callbacks.restore(items, lambda _: False, later.now)
    later.agent_ready("1001")
    # The attempt under way counts as made; the other one keeps its turn.
    assert later.dials().number == "01000000088"
    [first] = [i for i in later.floor.callbacks.items.values() if i.call == "cc-1.1"]
    assert (first.callback.state.value, first.callback.attempts) == ("retry", 1)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("01012345678", True), ("0111234567", True), ("021234567", True), ("0311234567", True), ("07012345678", True),
        ("050712345678", True), ("16001234", False), ("060123456", False), ("00112345678", False), ("", False),
        ("112", False), ("01412345678", False),
    ],
)  # fmt: skip
def test_which_numbers_may_be_called(number: str, expected: bool) -> None:
    assert callable_number(number) is expected
