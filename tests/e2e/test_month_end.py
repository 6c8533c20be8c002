"""A month's end: calls over real Asterisk past midnight and past the month, the month closed, its paper read back.

Every figure on the paper is checked against a computation of the test's own, from what the test itself did and timed.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from tests.e2e.harness.centre import Centre, open_centre
from tests.e2e.harness.clock import MovedClock, moved_clock
from tests.e2e.harness.fixtures import AGENT_HZ, CUSTOMER_HZ, SwitchOn
from tests.e2e.phones import Phone

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900, func_only=True)]

HANBIT, SEOUL = "07000000102", ZoneInfo("Asia/Seoul")


def _last_month_end() -> datetime:
    """The midnight at which this month began: behind us, so that Redis' own trimming by age spares what is written."""
    return datetime.now(SEOUL).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True)
class Phoned:
    """A call as the test made it: dialled then, entered before it rang; the least and the most that they talked."""

    dialled: int
    rang: int
    least_ms: int = 0
    most_ms: int = 0

    def listed_as(self, moment: datetime) -> bool:
        """Whether this may be the call that entered so, to the second."""
        at = round(moment.timestamp() * 1000)
        return self.dialled // 1000 * 1000 <= at <= self.rang


@dataclass(frozen=True)
class Town:
    """The centre by its moved clock, its one agent, its one customer."""

    centre: Centre
    clock: MovedClock
    agent: Phone
    customer: Phone

    async def phoned(self, *, until: datetime | None = None, answered: bool = True) -> Phoned:
        """A call of two seconds, or one that goes on until the clock shows this; or one that nobody takes in time."""
        await self.centre.agent("1001", "ready", within=60)
        dialled = self.clock.now_ms()
        await self.customer.dial(HANBIT)
        await self.agent.rings(40)
        rang = self.clock.now_ms()
        if not answered:
            await self.customer.hang_up()
            await self._written_down()
            return Phoned(dialled, rang)
        before = self.clock.now_ms()
        await self.agent.answer()
        await self.centre.agent("1001", "talking")
        talks = self.clock.now_ms()
        # They talk: how long is what is billed.
        left = 0 if until is None else until.timestamp() - self.clock.now_ms() / 1000
        await asyncio.sleep(max(left, 2))
        parts = self.clock.now_ms()
        await self.customer.hang_up()
        await self._written_down()
        return Phoned(dialled, rang, parts - talks, self.clock.now_ms() - before)

    async def _written_down(self) -> None:
        """The engine knows of the call's end: the clock may be moved."""
        await self.agent.ended()
        await self.centre.agent("1001", "wrapup", "ready", within=60)

    async def bill(self, *words: str, refused: bool = False) -> str:
        """What `callcenter bill` says, by the moved clock."""
        environment = {**os.environ, **self.clock.environment, "CALLCENTER_DATA": str(self.centre.settings.data)}
        command = [sys.executable, "-m", "callcenter", "bill", *words]
        done = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, check=False, env=environment
        )
        assert done.returncode == (2 if refused else 0), done.stderr
        return done.stderr if refused else done.stdout

    async def paper(self, month: str) -> str:
        """The company's statement as it is printed."""
        file = self.centre.settings.data / f"{month}.pdf"
        await self.bill("statement", "--company=hanbit", f"--month={month}", "--format=pdf", f"--out={file}")
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(file.read_bytes())).pages)


@pytest.fixture
def midnight() -> datetime:
    return _last_month_end()


@pytest.fixture
def clock(tmp_path: Path, midnight: datetime) -> Iterator[MovedClock]:
    with moved_clock(tmp_path / "clock", midnight - timedelta(days=1, minutes=10)) as clock:
        yield clock


@pytest.fixture
def centre(tmp_path: Path, clock: MovedClock) -> Iterator[Centre]:
    """A centre of its own, whose processes live by the moved clock."""
    with open_centre(tmp_path / "centre") as opened:
        clock.leads(opened.house.asterisk)
        yield opened


def company_pays(tariffs: Path, counted: int) -> dict[str, int]:
    """By hand from the tariff's words: integers and one fraction, nothing of the product's."""
    tariff = tomllib.loads((tariffs / "2026-01.toml").read_text(encoding="utf-8"))
    (agents,) = [
        Fraction(band["agents"]) for band in tariff["band"] if band["first"] <= counted <= band.get("last", 10**9)
    ]
    labour = agents * tariff["labour"]["agent_per_year"] / 12
    share = int(labour * Fraction(tariff["payer"][0]["share"]))
    return {
        "labour": int(labour),
        "share": share,
        "government": int(labour) - share,
        "base fee": tariff["base_fee"],
        "seats": int(agents * 400_000),
        "a line": 11_000,
        "total": share + tariff["base_fee"],
    }


def listed(paper: str, year: int) -> list[datetime]:
    """When the calls on the paper entered."""
    found = re.findall(r"\b(\d\d-\d\d \d\d:\d\d:\d\d)\b", paper)
    return [datetime.strptime(f"{year}-{one}", "%Y-%m-%d %H:%M:%S").replace(tzinfo=SEOUL) for one in found]


async def test_calls_past_midnight_and_past_the_month_are_on_paper_to_the_won(
    centre: Centre, clock: MovedClock, midnight: datetime, switch_on: SwitchOn
) -> None:
    agent, customer = [
        await switch_on(centre.server, account, password=centre.password(account), hz=hz)
        for account, hz in (("1001", AGENT_HZ), ("customer1", CUSTOMER_HZ))
    ]
    await agent.dial("*451")
    await agent.talks(20)
    await agent.ended()
    town = Town(centre, clock, agent, customer)
    since = clock.now_ms()

    evening = await town.phoned()
    given_up = await town.phoned(answered=False)
    yesterday = midnight - timedelta(days=1)
    clock.move_to(yesterday - timedelta(seconds=45))
    past_midnight = await town.phoned(until=yesterday + timedelta(seconds=2))
    clock.move_to(midnight - timedelta(seconds=45))
    past_the_month = await town.phoned(until=midnight + timedelta(seconds=2))
    assert clock.now_ms() > midnight.timestamp() * 1000 > past_the_month.rang, "the call entered too late to cross"
    following = await town.phoned()
    records = await centre.records(5, since)
    assert [record["outcome"] for record in records] == ["answered", "abandoned_ringing", *["answered"] * 3]

    last, first = f"{midnight - timedelta(days=1):%Y-%m}", f"{midnight:%Y-%m}"
    assert "not over" in await town.bill("settle", f"--month={first}", refused=True)
    await town.bill("settle", f"--month={last}")
    await town.bill("close", f"--month={last}")
    paper = await town.paper(last)

    # The call over the month's end belongs to the month in which it entered, with all its talk.
    made = [evening, given_up, past_midnight, past_the_month]
    counted = 3
    for what, amount in company_pays(centre.settings.tariffs, counted).items():
        assert f"{amount:,} 원" in paper, what
    assert f"{counted} 콜" in paper
    assert "연결 전 포기\n1 콜" in paper
    assert "1 회선" in paper
    on_paper = listed(paper, (midnight - timedelta(days=1)).year)
    assert len(on_paper) == len(made)
    assert all(call.listed_as(moment) for call, moment in zip(made, sorted(on_paper), strict=True))
    minutes = re.search(r"통화료 \(무상\)\n([0-9.,]+) 분", paper)
    assert minutes
    least, most = sum(call.least_ms for call in made), sum(call.most_ms for call in made)
    assert least / 60_000 - 0.05 <= float(minutes[1]) <= most / 60_000 + 0.05

    after = await town.paper(first)
    (entered,) = listed(after, midnight.year)
    assert following.listed_as(entered)
    assert f"{company_pays(centre.settings.tariffs, 1)['total']:,} 원" in after
    assert f"{last}-0000" in paper
    assert await town.paper(last) == paper, "what is closed is printed alike"
    await town.bill("verify", f"--month={last}")
