"""The harness tells the truth: about who hears whom, about keys, about a deaf phone, about its own overload."""

from __future__ import annotations

import shutil
import wave
from pathlib import Path

import pytest

from tests.e2e import tones
from tests.e2e.bulk import BulkError, bulk_callers, judge
from tests.e2e.harness.asterisk_log import expect_clean
from tests.e2e.harness.exchange import MUSIC_HZ, PASSWORD, Exchange
from tests.e2e.harness.fixtures import AGENT_HZ, CUSTOMER_HZ, OTHER_HZ, SwitchOn
from tests.e2e.phones import PhoneError

pytestmark = pytest.mark.e2e


async def test_two_phones_hear_each_other_and_nobody_else(exchange: Exchange, switch_on: SwitchOn) -> None:
    caller = await switch_on(exchange.server, "7001", password=PASSWORD, hz=CUSTOMER_HZ)
    called = await switch_on(exchange.server, "7002", password=PASSWORD, hz=AGENT_HZ)

    await caller.dial("7002")
    assert await called.rings() == "7001"
    await called.answer()
    await caller.talks()
    await caller.press("5#")
    assert [await called.hears_key(), await called.hears_key()] == ["5", "#"]
    await called.press("42")
    assert [await caller.hears_key(), await caller.hears_key()] == ["4", "2"]
    await called.hang_up()
    await caller.ended()

    tones.expect_tone(caller.heard, AGENT_HZ)
    tones.expect_tone(called.heard, CUSTOMER_HZ)
    for phone, own in ((caller, CUSTOMER_HZ), (called, AGENT_HZ)):
        tones.expect_no_tone(phone.heard, own)
        tones.expect_no_tone(phone.heard, OTHER_HZ)
    start, end = max(tones.spans(caller.heard, AGENT_HZ), key=lambda span: span[1] - span[0])
    assert tones.level(caller.heard, AGENT_HZ, start + 0.1, end - 0.1) == pytest.approx(-12, abs=1)
    expect_clean(exchange.log)


async def test_a_key_reaches_asterisk_and_the_tone_begins_then(exchange: Exchange, switch_on: SwitchOn) -> None:
    phone = await switch_on(exchange.server, "7001", password=PASSWORD, hz=CUSTOMER_HZ)
    await phone.dial("600")
    await phone.talks()
    await phone.press("5")
    await phone.event("CALL_RTPESTAB")
    await phone.press("1")
    await phone.hang_up()
    tones.expect_tone(phone.heard, CUSTOMER_HZ, seconds=0.2)


async def test_hold_stops_the_voice_and_resume_brings_it_back(exchange: Exchange, switch_on: SwitchOn) -> None:
    caller = await switch_on(exchange.server, "7001", password=PASSWORD, hz=CUSTOMER_HZ)
    called = await switch_on(exchange.server, "7002", password=PASSWORD, hz=AGENT_HZ, auto_answer=True)
    await caller.dial("7002")
    await caller.talks()
    await called.talks()
    await called.press("111")
    await caller.hold()
    await called.press("111")
    await caller.resume()
    await caller.press("1")
    assert await called.hears_key() == "1"
    await called.press("111")
    await caller.hang_up()
    await called.ended()
    before, *_, after = tones.spans(called.heard, CUSTOMER_HZ)
    music = tones.spans(called.heard, MUSIC_HZ)
    # A tenth of a second is one window of the measurement.
    assert before[1] <= music[0][0] + 0.2
    assert music[-1][1] <= after[0] + 0.2


async def test_a_deaf_phone_is_noticed(exchange: Exchange, switch_on: SwitchOn) -> None:
    deaf = await switch_on(exchange.server, "7001", password=PASSWORD, hz=CUSTOMER_HZ)
    mute = await switch_on(exchange.server, "7002", password=PASSWORD, hz=0, auto_answer=True)
    await deaf.dial("7002")
    await deaf.talks()
    await mute.talks()
    await deaf.press("11")
    await deaf.hang_up()
    await mute.ended()
    tones.expect_tone(mute.heard, CUSTOMER_HZ)
    with pytest.raises(AssertionError, match=r"1117 Hz heard for 0\.0 s"):
        tones.expect_tone(deaf.heard, AGENT_HZ)


async def test_a_phone_reports_busy_a_wrong_password_and_its_own_death(exchange: Exchange, switch_on: SwitchOn) -> None:
    with pytest.raises(PhoneError, match="not registered"):
        await switch_on(exchange.server, "7001", password="wrong")
    phone = await switch_on(exchange.server, "7001", password=PASSWORD)
    await phone.dial("602")
    assert (await phone.ended()).startswith("486")
    with pytest.raises(AssertionError, match="no CALL_INCOMING within"):
        await phone.rings(within=0.2)
    await phone.vanish()
    with pytest.raises(PhoneError, match="7001"):
        await phone.dial("600")


async def test_bulk_callers_are_counted_by_what_became_of_them(exchange: Exchange, tmp_path: Path) -> None:
    async with bulk_callers(
        tmp_path / "served", exchange.server, "601", calls=20, rate=10, hold_s=0.5, account="7003", password=PASSWORD
    ) as crowd:
        served = await crowd.outcome()
    assert (served.created, served.completed, served.failed) == (20, 20, 0)
    async with bulk_callers(
        tmp_path / "refused", exchange.server, "602", calls=5, rate=10, hold_s=0.5, account="7003", password=PASSWORD
    ) as crowd:
        refused = await crowd.outcome()
    assert (refused.completed, refused.failed, refused.unexpected) == (0, 5, 5)


async def test_an_overloaded_or_broken_sipp_is_reported_not_counted(exchange: Exchange, tmp_path: Path) -> None:
    async with bulk_callers(
        tmp_path / "fast", exchange.server, "601", calls=20, rate=10, hold_s=0.1, account="7003", password=PASSWORD
    ) as crowd:
        await crowd.outcome()
    statistics, errors = tmp_path / "fast" / "statistics.csv", tmp_path / "fast" / "errors.log"
    with pytest.raises(BulkError, match="over-loaded"):
        judge(statistics, 0, 20, 100, errors)
    with pytest.raises(BulkError, match="20 of 21"):
        judge(statistics, 0, 21, 10, errors)
    with pytest.raises(BulkError, match="ended with 255"):
        judge(statistics, 255, 20, 10, errors)
    async with bulk_callers(tmp_path / "nowhere", "not a host", "601", calls=1, rate=1, hold_s=1) as crowd:
        with pytest.raises(BulkError, match="ended with"):
            await crowd.outcome()


def test_tones_are_measured_where_they_are(tmp_path: Path) -> None:
    tones.write_tone(tmp_path / "a.wav", 437, seconds=1)
    tones.write_tone(tmp_path / "quiet.wav", 0, seconds=1)
    with wave.open(str(tmp_path / "both.wav"), "wb") as both:
        both.setparams((1, 2, 8000, 0, "NONE", ""))
        for part in ("quiet", "a", "quiet"):
            with wave.open(str(tmp_path / f"{part}.wav")) as source:
                both.writeframes(source.readframes(8000))
    assert tones.spans(tmp_path / "both.wav", 437) == [(1.0, 2.0)]
    assert tones.silences(tmp_path / "both.wav") == [(0.0, 1.0), (2.0, 3.0)]
    assert tones.level(tmp_path / "a.wav", 437) == pytest.approx(-12, abs=0.1)
    assert tones.loudness(tmp_path / "a.wav") == pytest.approx(-15, abs=0.1)
    assert not tones.hears(tmp_path / "a.wav", 500)
    assert not tones.hears(tmp_path / "quiet.wav", 437)


def test_a_wav_still_being_written_can_be_read(tmp_path: Path) -> None:
    tones.write_tone(tmp_path / "a.wav", 437, seconds=1)
    raw = bytearray((tmp_path / "a.wav").read_bytes())
    raw[40:44] = bytes(4)
    (tmp_path / "open.wav").write_bytes(raw)
    assert tones.read_sound(tmp_path / "open.wav").seconds == 1.0
    shutil.copy(tmp_path / "a.wav", tmp_path / "half.wav")
    with (tmp_path / "half.wav").open("r+b") as file:
        file.truncate(8044)
    assert tones.read_sound(tmp_path / "half.wav").seconds == 0.5


def test_a_complaint_of_asterisk_fails_unless_expected(tmp_path: Path) -> None:
    log = tmp_path / "messages"
    log.write_text("[2026-01-01] NOTICE[1] loader.c: fine\n[2026-01-01] WARNING[1] chan.c: odd\n")
    with pytest.raises(AssertionError, match="odd"):
        expect_clean(log)
    expect_clean(log, expected=["odd"])
    expect_clean(log, since=log.stat().st_size)
    expect_clean(tmp_path / "absent")
