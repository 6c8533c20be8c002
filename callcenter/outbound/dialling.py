"""The dialler at work: campaigns from the database, customers through Asterisk, one pure `Dialler` for each campaign.

An Asterisk application of its own, so that inbound calls know nothing of it. A customer for an agent is handed to the
controller (docs/adr/0013-the-controller-keeps-agents-for-campaigns.md). Whatever dies, the next start looks at the
attempts without an outcome and at Asterisk's channels (docs/adr/0011-never-twice.md).
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterable

import structlog
from redis.asyncio import Redis

from callcenter.asterisk.addresses import TRUNK, endpoint, outside_endpoint
from callcenter.asterisk.ari import AriClient, AriError, Json
from callcenter.asterisk.telephony import now_ms
from callcenter.calls.commands import HangUp, StartTimer, StopTimer
from callcenter.campaigns import events
from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.carrier import Trouble
from callcenter.campaigns.commands import (
    BeginInterview,
    Command,
    ConnectAgent,
    Dial,
    Identify,
    ShowContact,
)
from callcenter.campaigns.completion import full_answers, outcome_of
from callcenter.campaigns.interview import End, Interview, announcement
from callcenter.campaigns.line import Line
from callcenter.campaigns.machines import heard_of
from callcenter.campaigns.pacing import Limits
from callcenter.centre import Centre
from callcenter.lease import Lease
from callcenter.outbound.agents import Agents
from callcenter.outbound.book import Asked, Book, Customer, Work
from callcenter.outbound.bookkeeping import Bookkeeping
from callcenter.outbound.causes import unanswered
from callcenter.outbound.channels import CHANNEL, campaign, handed, in_stasis, seen, through_carrier
from callcenter.outbound.crews import Crews
from callcenter.outbound.desk import Desk
from callcenter.outbound.interviews import Interviews
from callcenter.outbound.patience import Patience
from callcenter.outbound.prompts import prefix_of
from callcenter.outbound.surroundings import Surroundings
from callcenter.outbound.traffic import Traffic
from callcenter.redis import blocking_client, command_client
from callcenter.settings import Settings
from callcenter.store.engine import open_engine, sessions
from callcenter.store.epoch import from_ms

APPLICATION = "callcenter-outbound"
_EVENTS = ["StasisStart", "ChannelDestroyed", "ChannelDtmfReceived", "PlaybackFinished", "RecordingFinished"]
_EVENTS += ["RecordingFailed", "Dial", "ChannelHangupRequest", "RESTResponse", "ApplicationReplaced"]
_TICK_S = 1.0
_CHECK_EVERY_TICKS = 10
#: Whether the carrier takes more calls a second again is looked at no oftener.
_LEAST_PAUSE_MS = 50
#: What Asterisk tells of a phone that rings, or of a network that plays its own tones.
_RINGS = frozenset({"RINGING", "PROGRESS"})
#: HTTP: a channel of this attempt is there.
_THERE_ALREADY = 409

log = structlog.get_logger()


class Outbound:
    """Runs until cancelled, or until another dialler works."""

    def __init__(self, centre: Centre, known: str, settings: Settings) -> None:
        self._centre = centre
        self._traffic = Traffic(
            Limits(channels=settings.outbound_channels, calls_per_second=settings.outbound_calls_per_second)
        )
        self._engine = open_engine(settings.database_url)
        self._book = Book(sessions(self._engine), centre.zone)
        self._redis: Redis = command_client(settings.redis_url)
        self._surroundings = Surroundings(centre, known, settings, self._redis)
        self._lease = Lease(self._redis, "cc:dialler")
        password = settings.ari_password.get_secret_value()
        url = f"http://{settings.asterisk_host}:{settings.ari_port}"
        self._ari = AriClient(url, "callcenter", password, APPLICATION)
        self._ari.on_channel_event("StasisStart", self._entered)
        self._interviews = Interviews(self._ari, self._interview_ended, self._transfer)
        self._ari.on_channel_event("ChannelDestroyed", self._gone)
        self._ari.on_event("Dial", self._rung)
        self._patient = blocking_client(settings.redis_url)
        self._agents = Agents(self._redis, self._patient, self._agent_changed, self._pressed)
        self._patience = Patience(self._patience_over)
        self._desks: dict[int, Desk] = {}
        self._crews = Crews(self._agents, self._desks, self._tell)
        self._books = Bookkeeping(self._book, self._desks, self._tell, self._hand_over)
        #: Attempts whose channel was not there at the last check.
        self._suspect: set[str] = set()
        self._tasks: asyncio.TaskGroup
        self._looked = False
        self._awaits_room = False

    async def run(self) -> None:
        """Wait until no other dialler works; then work."""
        try:
            await self._lease.take()
            log.info("dialler.started")
            async with asyncio.TaskGroup() as self._tasks:
                for work in (
                    self._lease.keep(),
                    self._books.keep(),
                    self._ari.run(self._connected, self._lost),
                    self._keep_time(),
                    self._agents.run(agent.id for agent in self._centre.agent),
                    self._agents.listen(),
                    self._surroundings.keep_up(self._patient),
                ):
                    self._tasks.create_task(work)
        finally:
            await self._engine.dispose()

    # -- Asterisk

    async def _connected(self) -> None:
        """Look at what there is: attempts without an outcome, and their channels."""
        await self._ari.applications.subscribe("channel:")
        await self._ari.applications.filter(_EVENTS)
        await self._books.done()
        pending = await self._book.pending()
        found: dict[int, list[events.Pending]] = {}
        for row, customer, agent in pending:
            self._books.customers[row.id] = customer
            found.setdefault(row.campaign, []).append(events.Pending(row.id, row.contact, row.number, "gone", agent))
        for number in found:
            if work := await self._book.work(number, self._surroundings.holidays(), from_ms(now_ms())):
                self._open(work)
        channels = await self._channels()
        self._looked = True
        for number, attempts in found.items():
            self._tell(number, events.Restarted(tuple(seen(channels, one) for one in attempts)))
        for channel in channels.values():
            if in_stasis(channel) and not handed(channel) and not self._line(channel["id"]):
                await self._take_leave(channel["id"])
        log.info("dialler.at_work", pending=len(pending))

    async def _take_leave(self, channel: str) -> None:
        """Of somebody whose attempt is over: who was promised an agent comes to one."""
        attempt = channel.removeprefix(CHANNEL)
        if promise := await self._book.promised(attempt):
            self._hand_over(promise.company, attempt, "", promise.group, promise.language)
        else:
            self._ari.channels.hangup(channel)

    def _lost(self) -> None:
        """Everything is looked for again at the next connection; until then nobody is dialled."""
        self._looked = False
        self._interviews.forget_all()
        self._patience.forget()
        self._desks.clear()
        self._books.forget()

    async def _channels(self) -> dict[str, Json]:
        return {one["id"]: one for one in await self._ari.channels.list() if one["id"].startswith(CHANNEL)}

    def _line(self, channel: str) -> Line | None:
        attempt = channel.removeprefix(CHANNEL)
        desk = self._desks.get(campaign(attempt))
        return desk.dialler.lines.get(attempt) if desk else None

    def _entered(self, channel: Json, event: Json) -> None:
        if not self._looked:
            return
        if not self._line(channel["id"]):
            self._ari.channels.hangup(channel["id"])
            return
        attempt = channel["id"].removeprefix(CHANNEL)
        if through_carrier(channel):
            self._traffic.carried(self._desks[campaign(attempt)], now_ms())
        self._tell(campaign(attempt), events.LineAnswered(attempt, heard_of(event["args"][1:])))

    def _gone(self, channel: Json, event: Json) -> None:
        if not self._looked or (line := self._line(channel["id"])) is None:
            return
        now, attempt = now_ms(), channel["id"].removeprefix(CHANNEL)
        met = unanswered(event["cause"], event.get("tech_cause", 0), rang=line.rang)
        if through_carrier(channel):
            desk = self._desks[campaign(attempt)]
            given_up = now - line.since >= 1000 * desk.work.setup.ring_s
            met = self._traffic.unanswered(desk, line.contact, met, now, rang=line.rang, given_up=given_up)
        self._ended(attempt, met if isinstance(met, Outcome) else Outcome.FAILED)

    def _rung(self, event: Json) -> None:
        """A phone rings, or somebody answered: an agent whom the controller rang for a customer, or (without a caller)
        a customer.
        """
        if not self._looked:
            return
        caller, peer, status = event.get("caller"), event["peer"], event["dialstatus"]
        attempt = peer["id"].removeprefix(CHANNEL)
        if status in _RINGS and self._line(peer["id"]):
            if through_carrier(peer):
                self._traffic.rings(self._desks[campaign(attempt)], now_ms())
            self._tell(campaign(attempt), events.LineRings(attempt))
        elif status == "ANSWER" and caller and self._line(caller["id"]):
            served = caller["id"].removeprefix(CHANNEL)
            self._tell(campaign(served), events.AgentSpeaks(served, endpoint(peer["name"])))
        elif status == "ANSWER" and self._line(peer["id"]):
            self._tell(campaign(attempt), events.PickedUp(attempt))

    def _ended(self, attempt: str, outcome: Outcome) -> None:
        self._interviews.hung_up(CHANNEL + attempt)
        self._tell(campaign(attempt), events.LineEnded(attempt, outcome))
        self._books.customers.pop(attempt, None)

    async def _dial(self, desk: Desk, dial: Dial) -> None:
        customer = self._books.customers.get(dial.attempt)
        variables = desk.variables(dial, customer.language if customer else "ko")
        where = outside_endpoint(dial.number)
        try:
            await self._ari.channels.originate(
                where, CHANNEL + dial.attempt, variables,
                context="cc-survey", extension=desk.extension, priority=1, callerId=dial.caller, timeout=dial.ring_s,
            )  # fmt: skip
        except AriError as trouble:
            log.warning("dial.failed", status=trouble.status)
            outcome = Outcome.NO_ANSWER
            if not trouble.status or trouble.status == _THERE_ALREADY:
                # Nobody can tell whether it rings.
                outcome = Outcome.UNCERTAIN
            elif where.endswith(f"@{TRUNK}"):
                # Asterisk made no channel: nobody is registered for the trunk, or does not answer there.
                self._traffic.backoff.congested(now_ms(), Trouble.UNREACHABLE)
                outcome = Outcome.CONGESTION
            self._ended(dial.attempt, outcome)

    # -- agents

    def _hand_over(self, company: str, attempt: str, agent: str, group: str, language: str | None = None) -> None:
        """The controller has the customer from here on; it calls on the agent, or (none) on the group's line."""
        customer = self._books.customers.get(attempt)
        spoken = language or (customer.language if customer else "ko")
        words = f"{agent}*{group}*{company}*{spoken}"
        self._ari.channels.continueInDialplan(CHANNEL + attempt, "cc-campaign", words)

    def _transfer(self, channel: str, group: str) -> None:
        """The customer waits until the answers are written down: whoever is gone from here is not asked again."""
        self._books.promised[channel.removeprefix(CHANNEL)] = group

    def _connect(self, desk: Desk, attempt: str, agent: str) -> None:
        self._hand_over(desk.work.company, attempt, agent, self._crews.group_of(desk, agent))

    def _identify(self, desk: Desk, attempt: str) -> None:
        """Say who called; the end of the prompt ends the call."""
        customer = self._books.customers.get(attempt)
        language = customer.language if customer else "ko"
        self._interviews.say_goodbye(CHANNEL + attempt, f"survey-nobody-{desk.work.company}", language)

    def _agent_changed(self, agent: str) -> None:
        if self._looked:
            self._crews.changed(agent)

    def _pressed(self, agent: str, verb: str) -> None:
        for desk in self._crews.pressed(agent, verb):
            self._tasks.create_task(self._crews.want(desk))

    # -- the interview

    def _begin(self, desk: Desk, attempt: str) -> None:
        work = desk.work
        customer = self._books.customers.get(attempt) or Customer("ko", "")
        interview = Interview(
            channel=CHANNEL + attempt,
            form=work.form,
            prefix=prefix_of(work.text),
            language=customer.language,
            announce=announcement(work.setup.rules.purpose, work.company),
            full=full_answers(work.quotas, customer.segment),
        )
        self._interviews.begin(interview, now_ms())

    def _interview_ended(self, interview: Interview, since: int) -> None:
        attempt = interview.channel.removeprefix(CHANNEL)
        assert interview.end is not None
        self._books.asked[attempt] = Asked.of(interview, since, now_ms())
        outcome = outcome_of(interview.form, interview.answers, interview.end)
        transferred = interview.end is End.TRANSFERRED
        self._tell(campaign(attempt), events.InterviewEnded(attempt, outcome, transferred))

    # -- campaigns

    def _open(self, work: Work) -> Desk:
        desk = self._desks.get(work.number)
        if desk is None:
            desk = self._desks[work.number] = Desk.of(work, self._traffic.limits)
        desk.work, desk.dialler.setup = work, work.setup
        return desk

    def _tell(self, number: int, event: events.Event) -> None:
        desk = self._desks.get(number)
        if desk is not None:
            now = now_ms()
            desk.dialler.know_house(self._traffic.house(desk, self._desks.values(), now))
            self._obey(desk, desk.dialler.handle(event, now), now)

    def _obey(self, desk: Desk, commands: Iterable[Command], now: int) -> None:
        for command in commands:
            match command:
                case Dial():
                    self._traffic.dialled(desk, now)
                    self._await_room(now)
                    self._tasks.create_task(self._dial(desk, command))
                case ConnectAgent(attempt, agent):
                    self._connect(desk, attempt, agent)
                case Identify(attempt):
                    self._identify(desk, attempt)
                case ShowContact(agent, contact):
                    self._tasks.create_task(self._agents.show(agent, desk.work.number, contact))
                case StartTimer(name, after_ms):
                    self._patience.begin(name, after_ms)
                case StopTimer(name):
                    self._patience.end(name)
                case BeginInterview(attempt):
                    self._begin(desk, attempt)
                case HangUp(attempt):
                    self._interviews.hang_up(CHANNEL + attempt)
                case _:
                    self._books.write(desk, command, now)

    def _await_room(self, now: int) -> None:
        """Dial on as soon as the carrier takes another call; the next tick may be nearly a second later."""
        at = self._traffic.room_at(now)
        if at is not None and not self._awaits_room:
            self._awaits_room = True
            pause_s = max(at - now, _LEAST_PAUSE_MS) / 1000
            asyncio.get_running_loop().call_later(pause_s, self._room_again)

    def _room_again(self) -> None:
        self._awaits_room = False
        if self._looked:
            for number, desk in list(self._desks.items()):
                self._tell(number, self._traffic.house(desk, self._desks.values(), now_ms()))
        self._await_room(now_ms())

    def _patience_over(self, name: str) -> None:
        attempt = name.partition(":")[2]
        self._tell(campaign(attempt), events.PatienceOver(attempt))

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
        running = await self._book.running(self._surroundings.holidays(), from_ms(now_ms()))
        inbound = await self._surroundings.inbound()
        if not self._looked:
            return
        on = {work.number: work for work in running}
        for work in running:
            desk = self._open(work)
            if work.quotas:
                for attempt in desk.dialler.lines:
                    segment = customer.segment if (customer := self._books.customers.get(attempt)) else ""
                    self._interviews.filled(CHANNEL + attempt, full_answers(work.quotas, segment))
        self._traffic.inbound = inbound.calls
        engine = await self._surroundings.engine_lives()
        for number, desk in list(self._desks.items()):
            if number in on:
                desk.hindered = await self._surroundings.hindrance(on[number], engine_lives=engine)
            desk.forecast_s = inbound.longest_s(self._surroundings.lines_of(desk.work))
            self._tell(number, events.Running(number in on and on[number].on and desk.hindered is None))
            self._crews.look(desk)
            await self._read_sheets(desk)
            await self._crews.want(desk)
            await self._crews.show(desk)
            if number not in on and not desk.dialler.lines:
                self._crews.leave(desk)
                self._desks.pop(number, None)
        await self._publish()

    async def _read_sheets(self, desk: Desk) -> None:
        """What agents have entered for good."""
        for attempt, outcome in (await self._book.entered(desk.work, desk.unsaid())).items():
            self._tell(desk.work.number, events.InterviewEnded(attempt, outcome))

    async def _publish(self) -> None:
        """How each campaign stands, for its page."""
        now = now_ms()
        campaigns = {str(number): desk.told(now) | self._traffic.told(desk) for number, desk in self._desks.items()}
        await self._surroundings.publish({"at": now, "campaigns": campaigns})

    async def _check(self) -> None:
        """An end that was missed must hold nobody for ever: what is not there twice is gone."""
        before = {attempt for desk in self._desks.values() for attempt in desk.dialled()}
        channels = await self._channels()
        absent = {attempt for attempt in before if CHANNEL + attempt not in channels}
        for attempt in absent & self._suspect:
            self._ended(attempt, Outcome.UNCERTAIN)
        self._suspect = absent


async def serve(centre: Centre, known: str, settings: Settings) -> None:
    """Run the dialler until SIGTERM or SIGINT; `known`: the stamp of the centre's file."""
    outbound = Outbound(centre, known, settings)
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as tasks:
        work = tasks.create_task(outbound.run())
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, work.cancel)
