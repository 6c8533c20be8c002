"""People order callbacks from their pages: withdrawn, tried now, asked for; never dialled twice."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.calls import events
from callcenter.calls.commands import Dial, Reply
from callcenter.calls.journal import Kind
from callcenter.wishes import wish_of
from tests.unit.calls.script import Script

NUMBER = "01000000077"
SETTINGS: dict[str, dict[str, Any]] = {"callback": {"attempts": 2, "spacing_s": 600}, "voicemail": {"most_s": 60}}


class Desk(Script):
    """A script with the words of this file."""

    def orders(self, verb: str, call: str = "cc-1.1", **more: str) -> str | None:
        """A supervisor's order; the error of its answer."""
        told = {"id": "t1", "agent": "", "verb": f"callback.{verb}", "call": call, "by": "sup", "at": "0", **more}
        self.happens(wish_of(told))
        return self.said(Reply)[-1].error

    def wants(self, call: str = "cc-1.9", number: str = NUMBER, group: str = "kitchen") -> str | None:
        since = str(self.now - 3_600_000)
        return self.orders("phone", call, number=number, dnis="07000000109", group=group, company="quiet", since=since)

    def asks(self, channel: str = "cc-1.1") -> None:
        self.happens(events.CallEntered(channel, "07000000109", NUMBER))
        self.passes(3)
        for key in "11":
            self.happens(events.KeyPressed(channel, key))
        self.prompt_ends()
        self.happens(events.ChannelGone(channel, 16))

    def dials(self) -> list[Dial]:
        """The customers phoned since."""
        return self.said(Dial)

    def callback(self, call: str) -> dict[str, Any]:
        """The open callback of this call as it stands."""
        return dict(self.floor.callbacks.items[f"callback:{call}"].to_json())


@pytest.fixture
def desk() -> Desk:
    return Desk(more=SETTINGS)


def test_one_that_is_withdrawn_is_never_dialled_and_who_did_it_is_written_down(desk: Desk) -> None:
    desk.asks()
    assert desk.orders("cancel", reason="고객이 방문함") is None
    [ordered] = desk.wrote(Kind.CALLBACK_ORDERED)
    assert ordered.data == {"verb": "cancel", "by": "sup", "reason": "고객이 방문함"}
    [closed] = desk.wrote(Kind.CALLBACK_CLOSED)
    assert (closed.data["state"], closed.data["why"]) == ("cancelled", "withdrawn")
    desk.agent_ready()
    assert desk.dials() == []
    assert desk.orders("cancel") == "callback_over"


def test_one_that_waits_for_its_next_attempt_is_tried_now(desk: Desk) -> None:
    desk.asks()
    desk.agent_ready()
    [first] = desk.dials()
    desk.happens(events.ChannelGone(first.channel, 17))
    assert desk.callback("cc-1.1")["state"] == "retry"
    desk.passes(1)
    assert desk.orders("now") is None
    [second] = desk.dials()
    assert second.channel != first.channel
    assert desk.callback("cc-1.1")["attempts"] == 2


def test_one_in_line_needs_no_order_and_one_being_dialled_takes_none(desk: Desk) -> None:
    desk.asks()
    assert desk.orders("now") == "callback_in_line"
    desk.agent_ready()
    assert desk.orders("now") == "callback_dialling"
    assert desk.orders("cancel") == "callback_dialling"
    assert len(desk.dials()) == 1
    assert desk.wrote(Kind.CALLBACK_ORDERED) == []


def test_outside_the_calling_hours_it_is_tried_when_they_begin(desk: Desk) -> None:
    desk.passes(12 * 3600)
    assert desk.wants() is None
    assert desk.callback("cc-1.9")["state"] == "requested"
    assert desk.orders("now", "cc-1.9") == "callback_hours"
    assert desk.dials() == []


def test_who_left_a_message_is_phoned_at_the_place_of_the_message(desk: Desk) -> None:
    desk.happens(events.CallEntered("cc-1.1", "07000000109", "0200000001"))
    desk.passes(1)
    assert desk.wants() is None
    assert desk.floor.acd.waiting("kitchen") == ["callback:cc-1.9", "cc-1.1"]
    desk.agent_ready()
    [dial] = desk.dials()
    assert (dial.number, dial.shown, dial.company) == (NUMBER, "07000000109", "quiet")
    [asked] = desk.wrote(Kind.CALLBACK_ASKED)
    assert (asked.call, asked.data["requested_at"]) == ("cc-1.9", desk.now)


def test_nobody_is_phoned_twice_for_a_message(desk: Desk) -> None:
    assert desk.wants() is None
    assert desk.wants() == "callback_open"
    assert desk.wants("cc-1.8") == "callback_open"
    desk.agent_ready()
    assert len(desk.dials()) == 1
    assert desk.wants("cc-1.8") == "callback_open"
    assert len(desk.wrote(Kind.CALLBACK_ORDERED)) == 1


def test_what_cannot_be_phoned_is_said(desk: Desk) -> None:
    assert desk.wants(number="0609999999") == "callback_number"
    assert desk.wants(number="") == "callback_number"
    assert desk.wants(group="nowhere") == "callback_group"
    assert Desk().wants() == "callback_off"


def test_an_agents_wish_is_still_the_agents() -> None:
    told = {"id": "t", "agent": "1001", "verb": "pause", "reason": "meal", "at": "0"}
    assert wish_of(told) == events.AgentAsked("t", "1001", "pause", "meal")
