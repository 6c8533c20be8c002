"""The whole product under test: Redis, Asterisk, controller, ledger, pages, in a folder and on ports of its own."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from callcenter.centre import load_centre
from callcenter.house import House, furnish, running, speak
from callcenter.settings import Settings
from callcenter.store.migrate import upgrade
from tests.e2e.harness.ports import free_ports
from tests.e2e.harness.spoken import keep, one_at_a_time, take_over

#: Extra agents for tests with many conversations; they serve the furniture group alone.
CROWD = tuple(str(2001 + n) for n in range(20))
_CROWD_COMPANY = """
[[company]]
id = "crowd"
code = "111"
name = "(주)단체: 가, 나"
name_en = "Crowd"
numbers = ["07000000111"]
greeting = false
categories = ["furniture"]
outside = [{ id = "repair", name = "수리점", name_en = "Repair shop", number = "01000000002" }]
"""
_WAITING = "[waiting]\nring_s = 4\nwrapup_s = 2\nposition_every_s = 30\nkey_s = 2\nsticky_s = 5\n"
_INSTEAD = '[callback]\nattempts = 3\nspacing_s = 5\nbetween = "00:00-23:59"\n[voicemail]\nmost_s = 60\n'
_PEAK = "[peak]\nlongest_wait_s = 5\nqueue_over = 50\ncalm_s = 5\nbox_min = 0\n"


@dataclass(frozen=True, slots=True)
class Centre:
    """The running centre, and what a test may ask of it."""

    house: House

    @property
    def settings(self) -> Settings:
        return self.house.settings

    @property
    def server(self) -> str:
        """Where phones register."""
        return f"127.0.0.1:{self.settings.sip_port}"

    @property
    def log(self) -> Path:
        """Asterisk's log."""
        return self.settings.data / "asterisk/log/messages"

    def password(self, account: str) -> str:
        return self.settings.sip_passwords[account].get_secret_value()

    async def board(self, wanted: Callable[[dict[str, Any]], object], within: float = 15.0) -> dict[str, Any]:
        """The first board from now on for which this holds."""
        last: dict[str, Any] = {}
        async with Redis.from_url(self.settings.redis_url) as redis, redis.pubsub() as news:
            await news.subscribe("cc:board")
            try:
                async with asyncio.timeout(within):
                    async for message in news.listen():
                        if message["type"] == "message":
                            last = json.loads(message["data"])
                            if wanted(last):
                                return last
            except TimeoutError:
                there = [agent for agent in last.get("agents", ()) if agent["state"] != "offline"]
                raise AssertionError(
                    f"not on the board within {within:g} s; at last: {last | {'agents': there}}"
                ) from None
        raise AssertionError("the board ended")

    async def agent(self, number: str, *states: str, within: float = 15.0) -> dict[str, Any]:
        """The agent, once in one of these states."""
        found: dict[str, Any] = {}

        def there(board: dict[str, Any]) -> bool:
            found.update(next(agent for agent in board["agents"] if agent["id"] == number))
            return found["state"] in states

        await self.board(there, within)
        return found

    async def wish(self, agent: str, verb: str, reason: str = "") -> dict[str, Any]:
        """What the agent's page does when a button is pressed; the controller's reply."""
        async with Redis.from_url(self.settings.redis_url) as redis:
            ticket = f"test-{agent}-{verb}"
            seconds, micros = await redis.time()
            at = seconds * 1000 + micros // 1000
            await redis.xadd("cc:commands", {"id": ticket, "agent": agent, "verb": verb, "reason": reason, "at": at})
            answer = await redis.blpop([f"cc:reply:{ticket}"], timeout=4)
            assert answer, "the controller does not answer"
            reply: dict[str, Any] = json.loads(answer[1])
            return reply

    async def records(self, count: int, since: int, within: float = 40.0) -> list[dict[str, Any]]:
        """The calls that entered since then (epoch ms), once so many are closed and none is open."""
        async with asyncio.timeout(within):
            while True:
                found = self._records(since)
                if len(found) >= count and all(record["outcome"] for record in found):
                    return found
                await asyncio.sleep(0.1)

    def _records(self, since: int) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.settings.data / "callcenter.db")) as database:
            database.row_factory = sqlite3.Row
            asked = "SELECT * FROM call_record WHERE entered_at >= ? ORDER BY entered_at, call"
            return [dict(row) for row in database.execute(asked, (since,))]

    def entries(self, call: str) -> list[tuple[str, str | None]]:
        """Kind and agent of the call's journal entries, in order of time."""
        with closing(sqlite3.connect(self.settings.data / "callcenter.db")) as database:
            asked = "SELECT kind, agent, at FROM event WHERE call = ? ORDER BY at, key"
            return [(kind, agent) for kind, agent, _ in database.execute(asked, (call,))]

    def offered_in_order(self, calls: list[str]) -> list[str]:
        """These calls in the order in which an agent was first rung for them."""
        with closing(sqlite3.connect(self.settings.data / "callcenter.db")) as database:
            asked = "SELECT call, min(at) FROM event WHERE kind = 'call.offered' GROUP BY call ORDER BY 2, rowid"
            return [call for call, _ in database.execute(asked) if call in calls]


@contextmanager
def open_centre(folder: Path) -> Iterator[Centre]:
    """The example centre with shorter waits and a crowd of agents."""
    first = free_ports(8)
    settings = furnish(
        folder,
        web_port=first,
        ari_port=first + 1,
        ami_port=first + 2,
        sip_port=first + 4,
        sip_host="127.0.0.1",
        redis_url=f"redis://127.0.0.1:{first + 3}/0",
        rtp_first=11000,
        rtp_last=13999,
    )
    described = settings.centre.read_text("utf-8")
    before, _, after = described.partition("[waiting]")
    crowd = "".join(f'\n[[agent]]\nid = "{n}"\nname = "{n}"\nname_en = "{n}"\ngroups = ["furniture"]\n' for n in CROWD)
    settings.centre.write_text(
        before + _WAITING + _PEAK + _INSTEAD + after[after.index("\n[[group]]") :] + _CROWD_COMPANY + crowd, "utf-8"
    )
    settings = furnish(folder)
    with one_at_a_time():
        take_over(settings.media)
        speak(load_centre(settings.centre), settings, print)
        keep(settings.media)
    # The first test may look into the database before the ledger has made it.
    upgrade(settings.database_url)
    with running(settings, print) as house:
        yield Centre(house)
