"""The controller process: one floor on one Asterisk, fed by ARI, AMI and the pages, telling Redis what it does."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from datetime import date, timedelta
from typing import Any

import holidays
import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from callcenter.agents.wire import from_json, to_json
from callcenter.asterisk.ami import AmiClient, AmiError, Phones
from callcenter.asterisk.ari import AriClient, AriError
from callcenter.asterisk.telephony import Telephony, now_ms
from callcenter.callers import LookUps
from callcenter.calls import events
from callcenter.calls.board import board
from callcenter.calls.callers import Known
from callcenter.calls.floor import Floor
from callcenter.calls.recovery import restore
from callcenter.centre import Centre
from callcenter.config.taking_effect import TakingEffect
from callcenter.config.versions import Versions, stamp
from callcenter.journal import JournalWriter, read_callbacks, read_open
from callcenter.lease import Lease
from callcenter.redis import blocking_client, command_client, new_entries
from callcenter.redis_pipe import Command, RedisPipe
from callcenter.settings import Settings
from callcenter.wishes import wish_of

_COMMAND_LIFE_MS = 5000
_LOOK_EVERY_S = 10.0
_BOARD_EVERY_S = 0.5
#: The first change of an agent is told at once; what follows it this soon is told together.
_CHANGES_EVERY_S = 0.05

log = structlog.get_logger()


class Controller:
    """Runs until cancelled, or until another controller leads."""

    def __init__(self, centre: Centre, settings: Settings, known: str) -> None:
        """`known`: the stamp of the text that describes this centre."""
        today = date.today()  # noqa: DTZ011 - only the years matter
        years = [(today - timedelta(days=7)).year, today.year, today.year + 1]
        self.floor = Floor(centre, frozenset(holidays.country_holidays("KR", years=years)))
        self.floor.version = next((v.number for v in Versions(settings.centre).all() if stamp(v.text) == known), 0)
        self._redis: Redis = command_client(settings.redis_url)
        self._patient: Redis = blocking_client(settings.redis_url)
        #: What every call needs.
        self._pipe = RedisPipe(settings.redis_url)
        self._journal = JournalWriter(self._pipe)
        host = settings.asterisk_host
        password = settings.ari_password.get_secret_value()
        self.ari = AriClient(f"http://{host}:{settings.ari_port}", "callcenter", password, "callcenter")
        self.ami = AmiClient(host, settings.ami_port, "callcenter", settings.ami_password.get_secret_value())
        #: Agents whose state the pages do not have yet, and answers not given yet.
        self._changed: set[str] = set()
        self._replies: list[tuple[str, str | None]] = []
        self._news = asyncio.Event()
        self._look_ups = LookUps(self._pipe, self._caller_known)
        self.telephony = Telephony(
            self.ari,
            self.floor,
            self._journal.append,
            self._agent_changed,
            self._replied,
            self._journal.flush,
            self._look_ups.ask,
            self.ami.redirect,
        )
        self._phones = Phones(self.ami, self.telephony.phone_reachable)
        self._configuration = TakingEffect(settings.centre, known, self.ami, self._phones, self.telephony)
        self._lease = Lease(self._redis, "cc:leader")

    async def run(self) -> None:
        """Lead, restore, serve."""
        await self._lease.take()
        await self._restore()
        log.info("controller.started", calls=len(self.floor.calls))
        async with asyncio.TaskGroup() as tasks:
            for work in (
                self._journal.run(),
                self._look_ups.run(),
                self.ari.run(self.telephony.connected, self.telephony.lost),
                self.ami.run(self._phones.event, self._configuration.asterisk_connected),
                self._phones.keep_certain(),
                self._lease.keep(),
                self._look_regularly(),
                self._obey(),
                self._configuration.run(self._patient),
                self._publish_changes(),
                self._publish_board(),
            ):
                tasks.create_task(work)

    async def _restore(self) -> None:
        stored = await self._redis.mget([f"cc:agent:{agent}" for agent in self.floor.staff.agents])
        presences = [from_json(orjson.loads(raw)) for raw in stored if raw]
        self.floor.stands("start", now_ms())
        restore(self.floor, await read_open(self._redis), presences)
        self.floor.callbacks.restore(await read_callbacks(self._redis), self.floor.calls.__contains__, now_ms())

    def _caller_known(self, channel: str, known: Known) -> None:
        self.telephony.handle(events.CallerKnown(channel, known))

    async def _look_regularly(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            if self.ari.connected:
                with contextlib.suppress(AriError):
                    await self.telephony.look()
            if self.ami.connected:
                with contextlib.suppress(AmiError, TimeoutError):
                    await self._phones.ask_all()

    # -- the pages

    async def _obey(self) -> None:
        async for asked in new_entries(self._patient, "cc:commands"):
            self._command(asked)

    def _command(self, asked: dict[str, str]) -> None:
        if now_ms() - int(asked["at"]) > _COMMAND_LIFE_MS:
            self._replied(asked["id"], "expired")
            return
        self.telephony.handle(wish_of(asked))

    def _replied(self, ticket: str, error: str | None) -> None:
        self._replies.append((ticket, error))
        self._news.set()

    def _agent_changed(self, agent: str) -> None:
        self._changed.add(agent)
        self._news.set()

    async def _publish_changes(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            changed, self._changed = self._changed, set()
            replies, self._replies = self._replies, []
            told: list[Command] = []
            for agent in changed:
                presence = self.floor.staff.agents.get(agent)
                if presence is None:
                    told.append(("DEL", f"cc:agent:{agent}"))
                    continue
                message = orjson.dumps(to_json(presence))
                told += ("SET", f"cc:agent:{agent}", message), ("PUBLISH", "cc:agents", message)
            for ticket, error in replies:
                told.append(("LPUSH", f"cc:reply:{ticket}", orjson.dumps({"ok": error is None, "error": error})))
                told.append(("EXPIRE", f"cc:reply:{ticket}", 10))
            try:
                await self._pipe.ask(*told)
            except RedisError:
                self._changed |= changed
                self._replies += replies
                await asyncio.sleep(0.5)
                self._news.set()
            await asyncio.sleep(_CHANGES_EVERY_S)

    async def _publish_board(self) -> None:
        while True:
            message = orjson.dumps(board(self.floor, self.ari.connected, now_ms()))
            state = orjson.dumps(self._state())
            with contextlib.suppress(RedisError):
                await self._pipe.ask(
                    ("SET", "cc:board", message),
                    ("PUBLISH", "cc:board", message),
                    ("SET", "cc:controller", state, "EX", 5),
                )
            await asyncio.sleep(_BOARD_EVERY_S)

    def _state(self) -> dict[str, Any]:
        error = self.floor.estimates.error
        return {
            "at": now_ms(),
            "ari": self.ari.connected,
            "ami": self.ami.connected,
            "node": self.telephony.node,
            "version": self.telephony.version,
            "config": self._configuration.stamp,
            "counters": {
                "healed": self.floor.healed,
                "wait_forecasts": error.count,
                "wait_forecast_error_seconds": round((error.mean_absolute_s or 0.0) * error.count),
                "refused_requests": self.ari.refused,
                "journal_waiting": self._journal.waiting,
                "journal_lost": self._journal.lost,
            },
        }


async def serve(centre: Centre, settings: Settings, known: str) -> None:
    """Run a controller until SIGTERM or SIGINT, which leave nothing unwritten behind."""
    controller = Controller(centre, settings, known)
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as tasks:
        work = tasks.create_task(controller.run())
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, work.cancel)
