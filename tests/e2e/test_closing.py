"""A group is closed for a while, out of turn, while callers wait: real Asterisk, real softphones, real sound."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from callcenter.centre import load_centre
from callcenter.config.edit import with_closing
from tests.e2e.harness.asterisk_log import expect_clean
from tests.e2e.harness.centre import Centre
from tests.e2e.harness.configuring import config
from tests.e2e.harness.fixtures import AGENT_HZ, CUSTOMER_HZ, At, ready
from tests.e2e.harness.prompts import listening
from tests.e2e.tones import expect_tone, loudness

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

#: A company of the furniture group that says nothing before the line, and one of another group.
CROWD, HANBIT = "07000000111", "07000000102"


async def test_who_waits_is_told_who_talks_goes_on_and_at_the_hour_it_opens_again(
    centre: Centre, at: At, now: int, tmp_path: Path
) -> None:
    since = centre.log.stat().st_size
    described = tmp_path / "centre.toml"
    before = centre.settings.centre.read_text("utf-8")
    talking, waiting, other = [await at(f"customer{n}") for n in (1, 2, 3)]
    async with ready(centre, at, "2001") as agent:
        await talking.dial(CROWD)
        await agent.answers_call(20)
        await other.dial(HANBIT)
        await waiting.dial(CROWD)
        await centre.board(lambda b: sorted(w["group"] for w in b["waiting"]) == ["furniture", "kitchen"], 40)

        moment = datetime.now(load_centre(centre.settings.centre).zone).replace(tzinfo=None)
        closing = {"group": "furniture", "since": moment, "until": moment + timedelta(seconds=50)}
        words = {"say": "가구 상담을 잠시 쉽니다.", "at_closing": "announce"}
        described.write_text(with_closing(before, closing | words), "utf-8")
        prompt = load_centre(described).closing[0].prompt
        try:
            async with listening(centre) as prompts:
                assert "is in effect" in await config(centre, "apply", str(described), "--yes")
                await prompts.begins("closing-early")
                await prompts.begins(prompt)
                await waiting.ended(20)
                # The other group's caller waits on, and a new caller of the closed group is not let in.
                assert [w["group"] for w in (await centre.board(lambda b: True))["waiting"]] == ["kitchen"]
                await waiting.dial(CROWD)
                await prompts.begins(prompt)
                await waiting.ended(20)
            await other.hang_up()
            await agent.hang_up()
            await talking.ended()
            expect_tone(talking.heard, AGENT_HZ, 1.5)
            expect_tone(agent.heard, CUSTOMER_HZ, 1.5)
            assert loudness(waiting.heard, 0.2, 2.0) > -45, "nothing was said"
            local = datetime.now(load_centre(described).zone).replace(tzinfo=None)
            await asyncio.sleep(max((closing["until"] - local).total_seconds(), 0))  # until it opens again by itself
            await waiting.dial(CROWD)
            await agent.answers_call(20)
            await waiting.talks()
            await waiting.hang_up()
            await agent.ended()
        finally:
            described.write_text(before, "utf-8")
            await config(centre, "apply", str(described), "--yes")
        records = await centre.records(5, now)
    told = sorted((record["outcome"], record["dnis"], record["group"] or "") for record in records)
    assert told == [
        ("abandoned_queue", HANBIT, "kitchen"),
        ("answered", CROWD, "furniture"),
        ("answered", CROWD, "furniture"),
        ("closed", CROWD, ""),
        ("closed", CROWD, "furniture"),
    ]
    # Who hangs up between two prompts leaves the second one unplayed.
    expect_clean(centre.log, ("Playback failed for sound:cc/queue-position",), since)
