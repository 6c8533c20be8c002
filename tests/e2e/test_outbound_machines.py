"""Listening for answering machines with real calls: a person is asked, a machine is not; off, both are."""

from __future__ import annotations

import json
import time
import wave
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol

import pytest

from dialplan import machines
from tests.benchmarks.machines.greetings import Greeting, Half, Kind
from tests.benchmarks.machines.sound import make
from tests.e2e.harness.centre import Centre
from tests.e2e.harness.fixtures import At, ready
from tests.e2e.harness.prompts import listening
from tests.e2e.phones import Phone, open_phone
from tests.e2e.test_inbound import says
from tests.e2e.test_outbound import COMPANY, NUMBERS, attempts, launch, results, rows, stop

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

MAILBOX = "지금 거신 전화는 연결이 되지 않아 소리샘으로 넘어갑니다. 삐 소리 이후 통화료가 부과됩니다."


def greeting(kind: Kind, words: str) -> Greeting:
    return Greeting(
        name=kind.name.lower(), kind=kind, half=Half.REPORT, words=words, voice="f2", speed=150, pitch=50,
        before_ms=200, level=-18, noise=-66, babble=False,
    )  # fmt: skip


class Answering(Protocol):
    async def __call__(self, account: str, kind: Kind, words: str = "") -> Phone: ...


@pytest.fixture
async def answering(centre: Centre, tmp_path: Path) -> AsyncIterator[Answering]:
    """Customers' phones at which this is heard; `await answering("customer1", Kind.HELLO, "여보세요?")`."""
    async with AsyncExitStack() as stack:

        async def on(account: str, kind: Kind, words: str = "") -> Phone:
            microphone = make(greeting(kind, words), tmp_path)
            with wave.open(str(microphone), "rb") as file:
                said = file.readframes(file.getnframes())
            with wave.open(str(microphone), "wb") as file:
                file.setparams((1, 2, 8000, 0, "NONE", ""))
                file.writeframes(said + bytes(2 * 8000 * 120))
            phone = open_phone(
                tmp_path / account, centre.server, account, password=centre.password(account), microphone=microphone
            )
            return await stack.enter_async_context(phone)

        yield on


async def test_a_machine_is_hung_up_on_and_a_person_is_asked(centre: Centre, answering: Answering) -> None:
    person = await answering("customer1", Kind.HELLO, "여보세요?")
    machine = await answering("customer3", Kind.CARRIER, MAILBOX)
    async with listening(centre) as prompts:
        campaign = await launch(centre, "customer3", machines=True)
        await machine.answers_call(30)
        await machine.ended(10)
        [first] = await attempts(centre, campaign, lambda found: found == ["machine"])
        stop(centre, campaign)
        campaign_of_person = await launch(centre, "customer1", machines=True)
        await person.answers_call(30)
        await prompts.begins("-q-again")
        await person.press("2")
        await prompts.begins("-q-repair")
        await person.press("4")
        await person.ended(20)
    [second] = await attempts(centre, campaign_of_person, lambda found: found == ["completed"])
    assert first["heard"] == "machine"
    assert first["heard_cause"].split("-")[0] in ("LONGGREETING", "MAXWORDS")
    assert 500 < first["heard_ms"] < machines.VOICE.total + 300
    assert second["heard"] == "human"
    assert 600 < second["heard_ms"] < machines.VOICE.total
    assert rows(centre, "SELECT * FROM response WHERE campaign = ?", campaign) == []
    [contact] = rows(centre, "SELECT * FROM contact WHERE campaign = ?", campaign)
    assert (contact["outcome"], contact["due_at"] - first["ended_at"] > 3 * 3_600_000) == ("machine", True)
    said = await says(centre, "call", "explain", f"survey-{first['id']}", "--lang", "en")
    assert f"Attempt 1: machine · Answered: a machine ({first['heard_cause']})" in said
    shown = await results(centre, campaign)
    assert (shown["outcomes"], shown["funnel"]["dialled"], shown["funnel"]["answered"]) == ({"machine": 1}, 1, 0)
    assert (shown["listened"]["machines"], shown["listened"]["people"]) == (1, 0)
    asked = await results(centre, campaign_of_person)
    assert (asked["listened"]["machines"], asked["listened"]["people"], asked["funnel"]["complete"]) == (0, 1, 1)
    assert asked["listened"]["mean_s"] == second["heard_ms"] / 1000
    stop(centre, campaign_of_person)


async def test_without_the_setting_a_machine_is_asked_like_anybody(centre: Centre, answering: Answering) -> None:
    person = await answering("customer1", Kind.HELLO, "여보세요?")
    machine = await answering("customer3", Kind.CARRIER, MAILBOX)
    async with listening(centre) as prompts:
        campaign = await launch(centre, "customer3")
        await machine.answers_call(30)
        await prompts.begins("-q-again")
        await machine.hang_up()
        [first] = await attempts(centre, campaign, lambda found: found == ["break_off"])
        stop(centre, campaign)
        campaign_of_person = await launch(centre, "customer1")
        await person.answers_call(30)
        await prompts.begins("-q-again")
        await person.press("1")
        await prompts.begins("-q-repair")
        await person.press("5")
        await person.ended(20)
    [second] = await attempts(centre, campaign_of_person, lambda found: found == ["completed"])
    assert (first["heard"], second["heard"]) == (None, None)
    assert (await results(centre, campaign))["listened"] is None
    [response] = rows(centre, "SELECT answers FROM response WHERE campaign = ?", campaign_of_person)
    assert json.loads(response["answers"]) == {"again": "1", "repair": "5"}
    stop(centre, campaign_of_person)


async def test_with_agents_nobody_hears_silence_for_longer_than_two_seconds(
    centre: Centre, at: At, answering: Answering, now: int
) -> None:
    fax = await answering("customer3", Kind.FAX)
    person = await answering("customer1", Kind.HELLO, "여보세요?")
    async with ready(centre, at, "2001") as agent, listening(centre) as prompts:
        campaign = await launch(centre, "customer3", mode="predictive", machines=True)
        await fax.answers_call(30)
        answered = time.monotonic()
        # Were it a person, they would now be told who called.
        await prompts.begins(f"survey-nobody-{COMPANY}", within=5)
        assert time.monotonic() - answered < 2.5
        await fax.ended(20)
        [first] = await attempts(centre, campaign, lambda found: found == ["machine"])
        stop(centre, campaign)
        campaign_of_person = await launch(centre, "customer1", mode="predictive", machines=True)
        await person.answers_call(30)
        answered = time.monotonic()
        assert await agent.answers_call(5) == NUMBERS["customer1"]
        assert time.monotonic() - answered < 2.5
        await centre.agent("2001", "talking")
        await person.hang_up()
        await agent.ended()
    assert (first["heard"], first["heard_ms"] <= machines.AGENTS.total + 100) == ("machine", True)
    [second] = rows(centre, "SELECT * FROM attempt WHERE campaign = ?", campaign_of_person)
    assert second["heard"] in ("human", "notsure")
    assert second["heard_ms"] <= machines.AGENTS.total + 100
    [record] = await centre.records(1, now)
    assert (record["call"], record["via"], record["outcome"]) == (f"survey-{second['id']}", "campaign", "answered")
    said = await says(centre, "call", "explain", record["call"], "--lang", "en")
    assert "listened for 1." in said.splitlines()[0]
    assert len(said.splitlines()) > 3
    stop(centre, campaign_of_person)


async def test_who_hangs_up_while_it_is_listened_was_abandoned(centre: Centre, answering: Answering) -> None:
    person = await answering("customer1", Kind.SILENT)
    campaign = await launch(centre, "customer1", machines=True)
    await person.answers_call(30)
    await person.hang_up()
    [attempt] = await attempts(centre, campaign, lambda found: found == ["abandoned"])
    assert (attempt["heard"], attempt["heard_ms"] < machines.VOICE.total) == ("hangup", True)
    assert (await results(centre, campaign))["listened"]["hung_up"] == 1
    stop(centre, campaign)
