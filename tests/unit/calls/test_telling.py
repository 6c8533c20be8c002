"""What callers hear between the music: the company's announcement, comfort messages, and never too often."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from callcenter.calls import events
from callcenter.calls.commands import HoldInQueue, Play, StartTimer, StopPlaying, StopTimer
from callcenter.calls.reconfigure import reconfigure
from tests.unit.calls.script import Script, centre

SAID = [{"say": "기다려 주셔서 감사합니다.", "say_en": "Thank you."}, {"say": "곧 연결됩니다.", "say_en": "Soon."}]
RECALL = {"say": "리콜 안내입니다.", "say_en": "About the recall."}
COMFORT: dict[str, Any] = {"comfort": SAID, "comfort_every_s": 60}
FIRST, SECOND = (one.prompt for one in centre(**COMFORT).waiting.comfort)


class Waiting(Script):
    """A caller in line, and a clock that goes on to each timer."""

    def heard(self, channel: str, seconds: int) -> list[tuple[int, tuple[str, ...]]]:
        """What was said in this time, and after how many seconds; every prompt takes three."""
        began, heard = self.now, []
        due = self.next_due(channel, None)
        while due is not None and due <= began + seconds * 1000:
            self.now = due
            self.happens(events.TimerFired(f"position:{channel}"))
            due = self.next_due(channel, None)
            for play in self.said(Play):
                heard.append(((self.now - began) // 1000, play.prompts))
                self.now += 3000
                self.happens(events.PlaybackFinished(play.playback))
        self.now = began + seconds * 1000
        return heard

    def next_due(self, channel: str, due: int | None) -> int | None:
        for timer in self.said(StartTimer):
            if timer.name == f"position:{channel}":
                due = self.now + timer.after_ms
        return due


def joins(script: Waiting, channel: str = "cc-1.1") -> tuple[str, ...]:
    """The caller joins the line; what is heard at once."""
    script.call(channel)
    plays = script.said(Play)
    for play in plays:
        script.happens(events.PlaybackFinished(play.playback))
    return plays[0].prompts if plays else ()


def test_comfort_messages_come_in_turn_at_their_own_interval() -> None:
    script = Waiting(position_every_s=0, **COMFORT)
    assert joins(script) == ()
    assert script.heard("cc-1.1", 200) == [(60, (FIRST,)), (120, (SECOND,)), (180, (FIRST,))]


def test_what_falls_due_together_is_said_in_one_go() -> None:
    script = Waiting(position_every_s=30, **COMFORT)
    assert joins(script) == ("queue-wait", "queue-position-1")
    assert script.heard("cc-1.1", 100) == [
        (30, ("queue-position-1",)),
        (60, ("queue-position-1", FIRST)),
        (90, ("queue-position-1",)),
    ]


def test_no_message_comes_more_often_than_it_is_set() -> None:
    script = Waiting(position_every_s=28, **COMFORT)
    joins(script)
    heard = script.heard("cc-1.1", 600)
    for part, every in (("queue-position-1", 28), (FIRST, 120), (SECOND, 120)):
        times = [at for at, prompts in heard if part in prompts]
        assert len(times) >= 3
        assert min(b - a for a, b in pairwise(times)) >= every


def test_a_message_waits_for_what_is_being_said() -> None:
    script = Waiting(position_every_s=0, **COMFORT)
    script.call("cc-1.1")
    script.passes(60)
    script.happens(events.TimerFired("position:cc-1.1"))
    assert len(script.said(Play)) == 1
    # The message still plays when the next is due: it is put off, and nothing is spun.
    script.passes(60)
    script.said(StartTimer)
    script.happens(events.TimerFired("position:cc-1.1"))
    assert script.said(Play) == []
    assert script.said(StartTimer) == [StartTimer("position:cc-1.1", 5000)]


def test_the_announcement_of_the_company_is_heard_once_on_joining_and_in_the_callers_language() -> None:
    script = Waiting(more={"quiet": {"announcement": RECALL, "language": "en"}}, position_every_s=30)
    assert joins(script) == ("queue-wait", "announcement-quiet", "queue-position-1")
    assert script.heard("cc-1.1", 31) == [(30, ("queue-position-1",))]
    silent = Waiting(more={"quiet": {"announcement": RECALL}}, position_every_s=0)
    assert joins(silent) == ("announcement-quiet",)


def test_nothing_is_said_while_the_phone_rings_and_after_it_rang_in_vain_comfort_keeps_its_interval() -> None:
    script = Waiting(position_every_s=0, no_answer="pause", **COMFORT)
    joins(script)
    script.passes(50)
    script.agent_ready("1001")
    assert StopTimer("position:cc-1.1") in script.said(StopTimer)
    script.rings("cc-1.1", "1001")
    script.happens(events.TimerFired("position:cc-1.1"))
    assert script.said(Play) == []
    script.passes(5)
    script.said(StartTimer)
    script.happens(events.CallReturned("cc-1.1", "NOANSWER"))
    assert StartTimer("position:cc-1.1", 5000) in script.said(StartTimer)


def test_a_message_is_cut_short_by_the_agent() -> None:
    script = Waiting(position_every_s=0, **COMFORT)
    joins(script)
    script.passes(60)
    script.happens(events.TimerFired("position:cc-1.1"))
    [play] = script.said(Play)
    script.agent_ready("1001")
    assert script.said(StopPlaying) == [StopPlaying(play.playback)]


def test_messages_that_are_switched_on_reach_who_waits_already() -> None:
    script = Waiting(position_every_s=0)
    joins(script)
    script._came(reconfigure(script.floor, centre(position_every_s=0, **COMFORT), script.now, version=1, by="sup"))
    assert script.heard("cc-1.1", 61) == [(60, (FIRST,))]


def test_callers_of_a_company_with_music_of_its_own_wait_to_it() -> None:
    script = Waiting(more={"quiet": {"music": True}})
    script.call("cc-1.1")
    script.call("cc-1.2", "07000000102")
    script.prompt_ends()
    assert script.said(HoldInQueue) == [HoldInQueue("cc-1.1", "quiet"), HoldInQueue("cc-1.2", "")]


def test_a_timer_that_runs_out_a_moment_early_is_no_reason_to_say_nothing() -> None:
    script = Waiting(position_every_s=0, **COMFORT)
    joins(script)
    script.passes(59.98)
    script.happens(events.TimerFired("position:cc-1.1"))
    assert [play.prompts for play in script.said(Play)] == [(FIRST,)]
