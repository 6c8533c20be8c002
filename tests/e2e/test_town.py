"""The town against a toy centre: a dialplan that answers, asks for keys, rings an agent and writes down what it saw."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from callcenter.town.customers import Behaviour, visit
from callcenter.town.exchange import Exchange as Town
from tests.e2e.bulk import bulk_callers
from tests.e2e.harness.asterisk_log import expect_clean
from tests.e2e.harness.exchange import PASSWORD, Exchange, open_exchange
from tests.e2e.harness.fixtures import SwitchOn
from tests.e2e.tones import loudness, spans, write_tone

pytestmark = pytest.mark.e2e

_TOY = """
[toy-trunk]
exten => _XXX.,1,Set(FILE({seen},,,al,u)=entered ${{EXTEN}} ${{CALLERID(num)}})
 same => n,Answer()
 same => n,Set(CHANNEL(hangup_handler_push)=toy-end,s,1)
 same => n,GotoIf($["${{EXTEN}}" = "07000000102"]?toy-queue,s,1)
 same => n,Goto(toy-menu,s,1)

[toy-menu]
; Playback drops the keys that come too early.
exten => s,1,Playback({menu})
 same => n,WaitExten(8)
exten => t,1,Set(FILE({seen},,,al,u)=no key ${{CALLERID(num)}})
 same => n,Hangup()
exten => _[0-8*#],1,Set(FILE({seen},,,al,u)=key ${{EXTEN}} ${{CALLERID(num)}})
 same => n,Goto(s,1)
exten => 9,1,Set(FILE({seen},,,al,u)=key 9 ${{CALLERID(num)}})
 same => n,Goto(toy-code,s,1)

[toy-code]
exten => s,1,Playback({menu})
 same => n,WaitExten(8)
exten => _XXX,1,Set(FILE({seen},,,al,u)=key ${{EXTEN}} ${{CALLERID(num)}})
 same => n,Goto(toy-menu,s,1)

[toy-queue]
exten => s,1,Wait(2)
 same => n,Dial(PJSIP/1002,20,U(toy-talk^${{CALLERID(num)}}))
 same => n,Wait(60)

[toy-talk]
exten => s,1,Set(FILE({seen},,,al,u)=talking ${{ARG1}})
 same => n,MixMonitor(,r({folder}/agent.wav)t({folder}/customer.wav))
 same => n,Return()

[toy-end]
exten => s,1,Set(FILE({seen},,,al,u)=left ${{CALLERID(num)}} ${{CHANNEL(hangupsource)}})
 same => n,Return()

[toy-agents]
exten => _*X.,1,Answer()
 same => n,Set(FILE({seen},,,al,u)=feature ${{EXTEN}} ${{CHANNEL(endpoint)}})
 same => n,Hangup()

[harness]
exten => _0X.,1,Dial(PJSIP/${{EXTEN}}@network,20)
 same => n,Hangup(${{HANGUPCAUSE}})
"""


class Seen:
    """The lines that the toy centre wrote."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def lines(self) -> list[str]:
        return self._file.read_text().splitlines() if self._file.exists() else []

    async def until(self, done: Callable[[list[str]], object], within: float = 20.0) -> list[str]:
        """Wait until the lines are so."""
        try:
            async with asyncio.timeout(within):
                while not done(self.lines):  # noqa: ASYNC110 - Asterisk writes the file
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"after {within:g} s only: {self.lines}") from None
        return self.lines


@pytest.fixture
async def toy(tmp_path: Path) -> AsyncIterator[Exchange]:
    write_tone(tmp_path / "menu.wav", 500, seconds=2)
    dialplan = _TOY.format(seen=tmp_path / "seen", menu=tmp_path / "menu", folder=tmp_path)
    contexts = {"from-trunk": "toy-trunk", "from-agent": "toy-agents"}
    async with open_exchange(tmp_path / "toy", dialplan, contexts) as opened:
        yield opened


@pytest.fixture
def seen(tmp_path: Path) -> Seen:
    return Seen(tmp_path / "seen")


@pytest.fixture
async def town(toy: Exchange, tmp_path: Path) -> AsyncIterator[Town]:
    town = Town(tmp_path / "town")
    async with town.running(toy.settings, ["1002"]):
        for chance in ("AWAY_ONE_IN", "CURT_ONE_IN"):
            town.asterisk.command(f"dialplan set global {chance} 1000000")
        async with asyncio.timeout(10):
            while toy.asterisk.command("pjsip show contacts").count("sip:") < 3:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)
        yield town
    expect_clean(town.asterisk.folders.log / "messages")


async def test_a_simulated_agent_logs_in_stays_ready_talks_and_goes_home(
    toy: Exchange, town: Town, seen: Seen, tmp_path: Path
) -> None:
    town.report_for_duty("1002")
    await seen.until(lambda lines: "feature *451 1002" in lines)
    town.report_for_duty("1002")
    await seen.until(lambda lines: "feature *460 1002" in lines)

    one = visit(Random(3), toy.centre, behaviour=Behaviour.PATIENT, number="07000000102", caller="01000010001")
    assert one.keys == ()
    town.phone_in(replace(one, talk_s=6))
    await seen.until(lambda lines: "talking 01000010001" in lines)
    assert town.customers_on_the_line == 1
    await seen.until(lambda lines: any(line.startswith("left 01000010001") for line in lines))
    assert "entered 07000000102 01000010001" in seen.lines
    assert loudness(tmp_path / "customer.wav") > -40
    assert loudness(tmp_path / "agent.wav") > -40

    await town.send_home(["1002"])
    assert "feature *450 1002" in seen.lines


async def test_keys_are_pressed_when_the_menu_has_ended(toy: Exchange, town: Town, seen: Seen) -> None:
    one = visit(Random(18), toy.centre, behaviour=Behaviour.PATIENT, number="16000000", caller="01000010002")
    town.phone_in(one)
    assert (len(one.keys), one.keys[0], len(one.keys[1])) == (3, "9", 3)
    lines = await seen.until(lambda lines: sum(line.startswith("key") for line in lines) == 3)
    assert tuple(line.split()[1] for line in lines if line.startswith("key")) == one.keys


async def test_bulk_callers_show_numbers_of_their_own(toy: Exchange, seen: Seen, tmp_path: Path) -> None:
    async with bulk_callers(
        tmp_path / "bulk", toy.server, "16000000", calls=3, rate=3, hold_s=0.5, password=PASSWORD
    ) as crowd:
        assert (await crowd.outcome()).completed == 3
    lines = await seen.until(lambda lines: len([line for line in lines if line.startswith("left")]) == 3)
    assert {line.split()[-1] for line in lines if line.startswith("entered")} == {
        "01050000000",
        "01050000001",
        "01050000002",
    }


async def test_customers_behave_as_asked(toy: Exchange, town: Town, seen: Seen) -> None:
    for number, behaviour in enumerate(Behaviour):
        caller = f"0100001100{number}"
        town.phone_in(visit(Random(5), toy.centre, behaviour=behaviour, number="16000000", caller=caller))
    silent, wrong, greeting = (
        f"0100001100{list(Behaviour).index(b)}"
        for b in (Behaviour.SILENT, Behaviour.WRONG_KEYS, Behaviour.HANG_UP_IN_GREETING)
    )
    lines = await seen.until(
        lambda lines: f"no key {silent}" in lines and lines.count(f"key 8 {wrong}") == 3, within=30
    )
    assert any(line.startswith(f"left {greeting}") for line in lines)
    assert not [line for line in lines if line.startswith("key") and line.endswith((silent, greeting))]


@pytest.mark.parametrize(("number", "answer"), [("01055550002", "486"), ("01055550007", "503"), ("01055550008", "404")])
async def test_the_last_digit_refuses_a_call_from_the_centre(
    toy: Exchange, town: Town, switch_on: SwitchOn, number: str, answer: str
) -> None:
    phone = await switch_on(toy.server, "7001", password=PASSWORD)
    await phone.dial(number)
    assert (await phone.ended()).startswith(answer)


async def test_the_last_digit_answers_a_call_from_the_centre(toy: Exchange, town: Town, switch_on: SwitchOn) -> None:
    hasty, machine, patient, absent = [
        await switch_on(toy.server, account, password=PASSWORD) for account in ("7001", "7002", "7003", "7004")
    ]
    await hasty.dial("01055550005")
    await machine.dial("01055550006")
    await patient.dial("01055550001")
    await absent.dial("01055550003")
    await hasty.talks()
    await hasty.ended(within=10)
    await patient.talks()
    await machine.talks()
    async with asyncio.timeout(20):
        while not spans(machine.heard, 1000):  # noqa: ASYNC110 - baresip writes the file
            await asyncio.sleep(0.2)
    assert loudness(patient.heard) > -40
    with pytest.raises(AssertionError, match="no CALL_ESTABLISHED"):
        await absent.talks(within=1)
