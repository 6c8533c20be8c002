"""Which failed playbacks are a prompt's fault."""

from __future__ import annotations

from callcenter.asterisk.hang_ups import HangUps


def playback(state: str, target: str = "channel:cc-1.1") -> dict[str, str]:
    return {"id": "p", "state": state, "target_uri": target, "media_uri": "sound:cc/queue-wait"}


def test_a_prompt_that_cannot_be_played_is_told() -> None:
    assert HangUps().unplayable(playback("failed"))
    assert not HangUps().unplayable(playback("done"))


def test_whoever_hangs_up_between_two_prompts_leaves_the_second_unplayed_without_a_fault() -> None:
    hang_ups = HangUps()
    hang_ups.asked("cc-1.1")
    assert not hang_ups.unplayable(playback("failed"))
    assert hang_ups.unplayable(playback("failed", "channel:cc-1.2"))
    assert hang_ups.unplayable(playback("failed", "bridge:cc-1.1"))


def test_a_channel_that_is_gone_is_forgotten() -> None:
    hang_ups = HangUps()
    hang_ups.asked("cc-1.1")
    hang_ups.gone("cc-1.1")
    hang_ups.gone("cc-1.1")
    assert hang_ups.unplayable(playback("failed"))
