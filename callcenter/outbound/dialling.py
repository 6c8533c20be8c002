"""The dialler at work: campaigns from the database, customers through Asterisk, one pure `Dialler` for each campaign.

An Asterisk application of its own, so that the controller and inbound calls know nothing of it. Whatever dies, the next
start looks at the attempts without an outcome and at Asterisk's channels (docs/adr/0011-never-twice.md).
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from callcenter.asterisk.ari import AriClient, AriError, Json
from callcenter.asterisk.telephony import now_ms, outside_endpoint
from callcenter.calls.commands import HangUp
from callcenter.campaigns import events
from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.commands import (
    BeginInterview,
    Command,
    Dial,
    FindContacts,
    SetAside,
    WriteAttempt,
    WriteOutcome,
)
from callcenter.campaigns.completion import outcome_of
from callcenter.campaigns.dialler import Dialler, Stage
from callcenter.campaigns.interview import Interview, announcement
from callcenter.campaigns.pacing import Limits, Mode, Pacer
from callcenter.centre import Centre
from callcenter.jobs.survey_prompts import enqueue_prompts
from callcenter.lease import Lease
from callcenter.outbound.book import Asked, Book, Customer, Work
from callcenter.outbound.causes import unanswered
from callcenter.outbound.inbound import Inbound, inbound_of
from callcenter.outbound.interviews import Interviews
from callcenter.outbound.prompts import missing, prefix_of
from callcenter.public_holidays import free_days
from callcenter.redis import command_client
from callcenter.settings import Settings
from callcenter.store.engine import open_engine, sessions

APPLICATION = "callcenter-outbound"
_CHANNEL = "survey-"
_EVENTS = ["StasisStart", "ChannelDestroyed", "ChannelDtmfReceived", "PlaybackFinished", "RecordingFinished"]
_EVENTS += ["RecordingFailed", "RESTResponse", "ApplicationReplaced"]
_TICK_S = 1.0
#: With nobody due, contacts are looked for so often.
_LOOKS_EVERY_S = 2.0
_CHECK_EVERY_TICKS = 10

log = structlog.get_logger()


@dataclass(slots=True)
class _Desk:
    """A campaign at work."""

    work: Work
    dialler: Dialler


class Outbound:
    """Runs until cancelled, or until another dialler works."""

    def __init__(self, centre: Centre, settings: Settings) -> None:
        self._centre, self._settings = centre, settings
        self._limits = Limits(channels=settings.outbound_channels, calls_per_second=settings.outbound_calls_per_second)
        self._engine = open_engine(settings.database_url)
        self._book = Book(sessions(self._engine), centre.zone)
        self._redis: Redis = command_client(settings.redis_url)
        self._lease = Lease(self._redis, "cc:dialler")
        password = settings.ari_password.get_secret_value()
        url = f"http://{settings.asterisk_host}:{settings.ari_port}"
        self._ari = AriClient(url, "callcenter", password, APPLICATION)
        self._ari.on_channel_event("StasisStart", self._entered)
        self._interviews = Interviews(self._ari, self._interview_ended)
        self._ari.on_channel_event("ChannelDestroyed", self._gone)
        self._desks: dict[int, _Desk] = {}
        self._customers: dict[str, Customer] = {}
        self._asked: dict[str, Asked] = {}
        #: What is to be written down, in its order.
        self._todo: asyncio.Queue[tuple[_Desk, Command, int]] = asyncio.Queue()
        self._dialled: deque[int] = deque()
        #: Attempts whose channel was not there at the last check.
        self._suspect: set[str] = set()
        self._tasks: asyncio.TaskGroup
        self._looked = False

    async def run(self) -> None:
        """Wait until no other dialler works; then work."""
        try:
            await self._lease.take()
            log.info("dialler.started")
            async with asyncio.TaskGroup() as self._tasks:
                for work in (
                    self._lease.keep(),
                    self._keep_books(),
                    self._ari.run(self._connected, self._lost),
                    self._keep_time(),
                ):
                    self._tasks.create_task(work)
        finally:
            await self._engine.dispose()

    # -- Asterisk

    async def _connected(self) -> None:
        """Look at what there is: attempts without an outcome, and their channels."""
        await self._ari.applications.subscribe("channel:")
        await self._ari.applications.filter(_EVENTS)
        await self._todo.join()
        pending = await self._book.pending()
        found: dict[int, list[events.Pending]] = {}
        for row, customer in pending:
            self._customers[row.id] = customer
            found.setdefault(row.campaign, []).append(events.Pending(row.id, row.contact, row.number, "gone"))
        for number in found:
            if work := await self._book.work(number, self._holidays(), datetime.now(UTC)):
                self._open(work)
        channels = await self._channels()
        self._looked = True
        for number, attempts in found.items():
            seen = (events.Pending(one.attempt, one.contact, one.number, _seen(channels, one)) for one in attempts)
            self._tell(number, events.Restarted(tuple(seen)))
        for channel in channels.values():
            if _in_stasis(channel) and not self._known(channel["id"]):
                self._ari.channels.hangup(channel["id"])
        log.info("dialler.at_work", pending=len(pending))

    def _lost(self) -> None:
        """Everything is looked for again at the next connection; until then nobody is dialled."""
        self._looked = False
        self._interviews.forget_all()
        self._desks.clear()
        self._customers.clear()
        self._asked.clear()

    async def _channels(self) -> dict[str, Json]:
        return {one["id"]: one for one in await self._ari.channels.list() if one["id"].startswith(_CHANNEL)}

    def _known(self, channel: str) -> bool:
        attempt = channel.removeprefix(_CHANNEL)
        desk = self._desks.get(_campaign(attempt))
        return desk is not None and attempt in desk.dialler.lines

    def _entered(self, channel: Json, event: Json) -> None:
        if not self._looked:
            return
        if not self._known(channel["id"]):
            self._ari.channels.hangup(channel["id"])
            return
        attempt = channel["id"].removeprefix(_CHANNEL)
        self._tell(_campaign(attempt), events.LineAnswered(attempt))

    def _gone(self, channel: Json, event: Json) -> None:
        if self._looked and self._known(channel["id"]):
            self._ended(channel["id"].removeprefix(_CHANNEL), unanswered(event["cause"]))

    def _ended(self, attempt: str, outcome: Outcome) -> None:
        self._interviews.hung_up(_CHANNEL + attempt)
        self._tell(_campaign(attempt), events.LineEnded(attempt, outcome))
        self._customers.pop(attempt, None)

    async def _dial(self, dial: Dial) -> None:
        customer = self._customers.get(dial.attempt)
        variables = {"CHANNEL(language)": customer.language if customer else "ko", "CDR_PROP(disable)": "1"}
        try:
            await self._ari.channels.originate(
                outside_endpoint(dial.number), _CHANNEL + dial.attempt, variables,
                context="cc-survey", extension="s", priority=1, callerId=dial.caller, timeout=dial.ring_s,
            )  # fmt: skip
        except AriError as trouble:
            log.warning("dial.failed", status=trouble.status)
            # Without an answer nobody can tell whether it rings.
            outcome = Outcome.FAILED if trouble.status else Outcome.UNCERTAIN
            self._ended(dial.attempt, outcome)

    # -- the interview

    def _begin(self, desk: _Desk, attempt: str) -> None:
        work = desk.work
        customer = self._customers.get(attempt) or Customer("ko", "")
        interview = Interview(
            channel=_CHANNEL + attempt,
            form=work.form,
            prefix=prefix_of(work.text),
            language=customer.language,
            announce=announcement(work.setup.rules.purpose, work.company),
            full=frozenset(
                (quota.question, quota.answer)
                for quota in work.full
                if quota.question and quota.segment in ("", customer.segment)
            ),
        )
        self._interviews.begin(interview, now_ms())

    def _interview_ended(self, interview: Interview, since: int) -> None:
        attempt = interview.channel.removeprefix(_CHANNEL)
        assert interview.end is not None
        self._asked[attempt] = Asked(interview=interview, since=since, until=now_ms())
        outcome = outcome_of(interview.form, interview.answers, interview.end)
        self._tell(_campaign(attempt), events.InterviewEnded(attempt, outcome))

    # -- campaigns

    def _open(self, work: Work) -> _Desk:
        desk = self._desks.get(work.number)
        if desk is None:
            pacer = Pacer(mode=Mode.AGENTLESS, limits=self._limits)
            desk = self._desks[work.number] = _Desk(work, Dialler(work.setup, pacer))
        desk.work, desk.dialler.setup = work, work.setup
        return desk

    def _tell(self, number: int, event: events.Event) -> None:
        desk = self._desks.get(number)
        if desk is not None:
            now = now_ms()
            self._obey(desk, desk.dialler.handle(event, now), now)

    def _obey(self, desk: _Desk, commands: Iterable[Command], now: int) -> None:
        for command in commands:
            match command:
                case FindContacts() | WriteAttempt() | SetAside() | WriteOutcome():
                    self._todo.put_nowait((desk, command, now))
                case Dial():
                    self._dialled.append(now)
                    self._tasks.create_task(self._dial(command))
                case BeginInterview(attempt):
                    self._begin(desk, attempt)
                case HangUp(attempt):
                    self._interviews.hang_up(_CHANNEL + attempt)

    async def _keep_books(self) -> None:
        while True:
            desk, command, at = await self._todo.get()
            event = await self._write_down(desk, command, at)
            self._todo.task_done()
            # After a loss of connection the campaign has another desk, which has asked for nothing.
            if event is not None and self._desks.get(desk.work.number) is desk:
                self._tell(desk.work.number, event)

    async def _write_down(self, desk: _Desk, command: Command, at: int) -> events.Event | None:
        work, now = desk.work, datetime.fromtimestamp(at / 1000, UTC)
        match command:
            case FindContacts(_, most):
                found = await self._book.find(work, most, datetime.now(UTC))
                if found:
                    return events.ContactsFound(found)
                loop = asyncio.get_running_loop()
                loop.call_later(_LOOKS_EVERY_S, self._tell, work.number, events.ContactsFound(()))
            case WriteAttempt(attempt=attempt, contact=contact):
                written = await self._book.write(work, attempt, contact, now)
                if written is None:
                    return events.AttemptRefused(attempt)
                person, self._customers[attempt] = written
                return events.AttemptWritten(attempt, person)
            case SetAside(contact, why):
                await self._book.set_aside(contact, why)
            case WriteOutcome(attempt=attempt, outcome=outcome):
                await self._book.finish(work, attempt, outcome, now, self._asked.pop(attempt, None))
                if attempt not in desk.dialler.lines:
                    self._customers.pop(attempt, None)
        return None

    # -- the clock

    async def _keep_time(self) -> None:
        ticks = 0
        while True:
            if self._looked:
                ticks += 1
                await self._refresh()
                if ticks % _CHECK_EVERY_TICKS == 0:
                    with contextlib.suppress(AriError):
                        await self._check()
            await asyncio.sleep(_TICK_S)

    async def _refresh(self) -> None:
        """Campaigns as they stand in the database now, and how the house stands."""
        running = await self._book.running(self._holidays(), datetime.now(UTC))
        inbound = await self._inbound()
        if not self._looked:
            return
        on = {work.number: work for work in running}
        for work in running:
            self._open(work)
        while self._dialled and self._dialled[0] <= now_ms() - 1000:
            self._dialled.popleft()
        lines = sum(len(desk.dialler.lines) for desk in self._desks.values())
        for number, desk in list(self._desks.items()):
            speakable = number in on and on[number].on and await self._speakable(on[number])
            tick = events.Tick(
                channels=inbound.calls + lines,
                dialled_last_second=len(self._dialled),
                inbound_forecast_s=inbound.waited_s,
            )
            self._tell(number, tick)
            self._tell(number, events.Running(speakable))
            if number not in on and not desk.dialler.lines:
                del self._desks[number]

    async def _speakable(self, work: Work) -> bool:
        """Whether every prompt is there; those that are not are asked for."""
        if not missing(self._settings.sounds, work.text, work.form):
            return True
        with contextlib.suppress(RedisError):
            await asyncio.to_thread(enqueue_prompts, self._settings.redis_url, work.form_id)
        return False

    async def _inbound(self) -> Inbound:
        with contextlib.suppress(RedisError):
            if raw := await self._redis.get("cc:board"):
                return inbound_of(raw, now_ms())
        return Inbound()

    async def _check(self) -> None:
        """An end that was missed must hold nobody for ever: what is not there twice is gone."""
        before = {attempt for desk in self._desks.values() for attempt in _dialled(desk)}
        channels = await self._channels()
        absent = {attempt for attempt in before if _CHANNEL + attempt not in channels}
        for attempt in absent & self._suspect:
            self._ended(attempt, Outcome.UNCERTAIN)
        self._suspect = absent

    def _holidays(self) -> frozenset[date]:
        year = datetime.now(self._centre.zone).year
        return free_days(self._centre, (year, year + 1))


def _dialled(desk: _Desk) -> list[str]:
    return [attempt for attempt, line in desk.dialler.lines.items() if line.stage is not Stage.WRITING]


def _campaign(attempt: str) -> int:
    head = attempt.partition("-")[0]
    return int(head) if head.isdecimal() else 0


def _in_stasis(channel: Json) -> bool:
    return bool(channel["dialplan"]["app_name"] == "Stasis")


def _seen(channels: dict[str, Json], one: events.Pending) -> str:
    channel = channels.get(_CHANNEL + one.attempt)
    if channel is None or (channel["state"] == "Up" and not _in_stasis(channel)):
        # Answered while nobody was here to speak: the dialplan is saying goodbye.
        return "gone"
    return "answered" if _in_stasis(channel) else "ringing"


async def serve(centre: Centre, settings: Settings) -> None:
    """Run the dialler until SIGTERM or SIGINT."""
    outbound = Outbound(centre, settings)
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as tasks:
        work = tasks.create_task(outbound.run())
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, work.cancel)
