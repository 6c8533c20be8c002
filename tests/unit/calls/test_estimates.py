"""What a caller is told about the wait."""

from __future__ import annotations

import pytest

from callcenter.calls import events
from callcenter.calls.call import Call
from callcenter.calls.commands import Play
from callcenter.calls.dialogue import Dialogue
from callcenter.calls.estimates import Estimates
from callcenter.calls.journal import Kind
from tests.unit.calls.script import Script, centre

T = 1_795_395_600_000


def call(name: str = "c", queued_at: int = T, group: str | None = "kitchen") -> Call:
    dialogue = Dialogue(channel=name, dnis="1", centre=centre())
    made = Call(id=name, dnis="1", caller="2", entered_at=queued_at, dialogue=dialogue)
    made.group, made.queued_at = group, queued_at
    return made


def experienced(handle_s: int = 120, patience_s: int = 240) -> Estimates:
    """Twelve calls handled and twelve lost lately."""
    estimates = Estimates(wrapup_s=20)
    for _ in range(12):
        done = call(queued_at=T)
        done.answered_at = T
        estimates.handled(done, T + (handle_s - 20) * 1000)
        estimates.lost(call(queued_at=T), T + patience_s * 1000)
    return estimates


def told(
    estimates: Estimates, waiting: Call, ahead: int, agents: int, now: int, head: Call | None = None
) -> tuple[str, ...]:
    return estimates.prompts(waiting, estimates.expected(waiting, ahead, agents, head, now), now)


def test_nothing_is_said_before_anything_is_known_or_when_nobody_works() -> None:
    assert told(Estimates(wrapup_s=20), call(), 3, 2, T) == ()
    assert told(experienced(), call(), 3, 0, T) == ()


def test_a_wait_that_can_be_foretold_is_told_as_a_range_and_a_short_one_as_a_limit() -> None:
    # 6 callers before this one, 3 agents: sum of 1/(3/120 + i/240) over i = 0..6 is 3 minutes with a spread of 75 s.
    assert told(experienced(), call(), 6, 3, T) == ("queue-estimate-from-2", "queue-estimate-to-5")
    assert told(experienced(), call(), 0, 6, T) == ("queue-estimate-within-1",)


def test_a_wait_too_uncertain_or_beyond_the_prompts_is_not_told() -> None:
    assert told(experienced(), call(), 0, 1, T) == ()
    assert told(experienced(handle_s=600, patience_s=6000), call(), 30, 4, T) == ()


def test_what_was_told_never_rises_unless_agents_left_and_then_the_reason_is_given() -> None:
    estimates, waiting = experienced(), call()
    first = told(estimates, waiting, 6, 3, T)
    assert told(estimates, waiting, 14, 3, T + 60_000) == ()
    assert told(estimates, waiting, 6, 2, T + 60_000)[0] == "queue-estimate-longer"
    assert first


def test_the_error_is_known_once_the_wait_is_over() -> None:
    estimates, waiting = experienced(), call()
    waiting.forecast_s = 100.0
    estimates.answered(waiting, T + 130_000)
    assert (estimates.error.count, estimates.error.mean_absolute_s) == (1, pytest.approx(30))


def test_a_call_that_the_dialplan_served_alone_teaches_nothing() -> None:
    estimates = Estimates(wrapup_s=20)
    for served in [call(group=None) for _ in range(20)]:
        served.answered_at = T
        estimates.answered(served, T)
        estimates.handled(served, T + 1000)
        estimates.lost(served, T + 1000)
    assert told(estimates, call(), 0, 9, T) == ()


def test_the_floor_tells_it_on_joining_and_writes_down_what_it_expected() -> None:
    script = Script(more={"1002": {"groups": ["kitchen"]}, "1003": {"groups": ["kitchen", "furniture"]}}, wrapup_s=0)
    for agent in ("1001", "1002", "1003"):
        script.agent_ready(agent)
    for n in range(12):
        channel = script.call(f"cc-0.{n}")
        agent = script.wrote(Kind.OFFERED)[-1].data["agent"]
        leg = script.answers(channel, str(agent))
        script.passes(90)
        script.hangs_up(channel, leg)
    busy = [script.call(f"cc-1.{n}") for n in range(3)]
    for channel, offered in zip(busy, script.wrote(Kind.OFFERED)[-3:], strict=True):
        script.answers(channel, str(offered.data["agent"]))
    script.said(Play)
    script.call("cc-2.1")
    assert script.said(Play)[0].prompts == ("queue-wait", "queue-position-1", "queue-estimate-within-1")
    assert script.wrote(Kind.QUEUED)[-1].data["forecast_s"] == 30
    script.happens(events.ChannelGone("cc-2.1", 16))


def test_before_handle_times_are_known_the_wait_of_the_head_of_the_line_is_told() -> None:
    estimates, head = Estimates(wrapup_s=20), call("head", T - 300_000)
    # Eight ahead, the first has waited 5 minutes: 5 minutes with a spread of 5 * sqrt(2/9) = 2.4.
    assert told(estimates, call(), 8, 3, T, head) == ("queue-estimate-from-2", "queue-estimate-to-8")
    # Too few ahead make it too uncertain; without agents, or for the head itself, nothing is known.
    assert told(estimates, call(), 3, 3, T, head) == ()
    assert told(estimates, call(), 8, 0, T, head) == ()
    assert told(estimates, head, 0, 3, T, head) == ()


def test_once_handle_times_are_known_the_head_of_the_line_counts_no_longer() -> None:
    head = call("head", T - 3_000_000)
    assert told(experienced(), call(), 6, 3, T, head) == told(experienced(), call(), 6, 3, T)


def test_what_the_head_of_the_line_foretold_is_not_exceeded_when_the_queue_length_takes_over() -> None:
    waiting, unknown, known = call(), Estimates(wrapup_s=20), experienced()
    assert told(unknown, waiting, 8, 3, T, call("head", T - 120_000)) == (
        "queue-estimate-from-1",
        "queue-estimate-to-3",
    )
    # By queue length it would be ten minutes now.
    assert told(known, waiting, 30, 3, T + 60_000) == ()


def test_on_the_floor_the_head_is_the_longest_waiting_caller_and_not_a_callback() -> None:
    script = Script(more={"callback": {"attempts": 2}}, wrapup_s=0)
    script.agent_ready("1001")
    script.answers(script.call("cc-0.1"), "1001")
    script.happens(events.CallEntered("cc-0.2", "07000000109", "01000000077"))
    script.passes(4)
    for key in "11":
        script.happens(events.KeyPressed("cc-0.2", key))
    script.prompt_ends()
    script.happens(events.ChannelGone("cc-0.2", 16))
    # Long after the callback was asked for the callers come, the first of them two minutes before the last.
    script.passes(3600)
    for n in range(8):
        script.call(f"cc-1.{n}")
        script.passes(15)
    script.call("cc-2.1")
    assert script.wrote(Kind.QUEUED)[-1].data["forecast_s"] == 120
