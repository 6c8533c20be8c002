"""The dialler at work: campaigns from the database, customers through Asterisk, one pure `Dialler` for each campaign.

An Asterisk application of its own, so that inbound calls know nothing of it. A customer for an agent is handed to the
controller (docs/adr/0013-the-controller-keeps-agents-for-campaigns.md). Whatever dies, the next start looks at the
attempts without an outcome and at Asterisk's channels (docs/adr/0011-never-twice.md).
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import structlog
from redis.asyncio import Redis

from callcenter.asterisk.ari import AriClient, AriError, Json
from callcenter.asterisk.telephony import TRUNK, endpoint, now_ms, outside_endpoint
from callcenter.calls.commands import HangUp, StartTimer, StopTimer
from callcenter.campaigns import events
from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.carrier import Trouble
from callcenter.campaigns.commands import (
    BeginInterview,
    Command,
    Conclude,
    ConnectAgent,
    Dial,
    FindContacts,
    Identify,
    NoteHeard,
    OpenSheet,
    SetAside,
    ShowContact,
    WriteAttempt,
    WriteOutcome,
)
from callcenter.campaigns.completion import full_answers, outcome_of
from callcenter.campaigns.dialler import Line
from callcenter.campaigns.interview import End, Interview, announcement
from callcenter.campaigns.machines import heard_of
from callcenter.campaigns.pacing import Limits, Mode
from callcenter.centre import Centre
from callcenter.lease import Lease
from callcenter.outbound.agents import Agents
from callcenter.outbound.book import Asked, Book, Customer, Work
from callcenter.outbound.causes import unanswered
from callcenter.outbound.channels import CHANNEL, campaign, handed, in_stasis, seen, through_carrier
from callcenter.outbound.desk import Desk
from callcenter.outbound.interviews import Interviews
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
#: With nobody due, contacts are looked for so often.
_LOOKS_EVERY_S = 2.0
_CHECK_EVERY_TICKS = 10
#: What Asterisk tells of a phone that rings, or of a network that plays its own tones.
_RINGS = frozenset({"RINGING", "PROGRESS"})
#: HTTP: a channel of this attempt is there.
_THERE_ALREADY = 409

log = structlog.get_logger()


class Outbound:
    """Runs until cancelled, or until another dialler works."""

    def __init__(self, centre: Centre, settings: Settings) -> None:
        self._centre = centre
        self._traffic = Traffic(
            Limits(channels=settings.outbound_channels, calls_per_second=settings.outbound_calls_per_second)
        )
        self._engine = open_engine(settings.database_url)
        self._book = Book(sessions(self._engine), centre.zone)
        self._redis: Redis = command_client(settings.redis_url)
        self._surroundings = Surroundings(centre, settings, self._redis)
        self._lease = Lease(self._redis, "cc:dialler")
        password = settings.ari_password.get_secret_value()
        url = f"http://{settings.asterisk_host}:{settings.ari_port}"
        self._ari = AriClient(url, "callcenter", password, APPLICATION)
        self._ari.on_channel_event("StasisStart", self._entered)
        self._interviews = Interviews(self._ari, self._interview_ended, self._transfer)
        self._ari.on_channel_event("ChannelDestroyed", self._gone)
        self._ari.on_event("Dial", self._rung)
        self._agents = Agents(self._redis, blocking_client(settings.redis_url), self._agent_changed, self._pressed)
        #: How long customers who found nobody wait, by the timer's name.
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._desks: dict[int, Desk] = {}
        self._customers: dict[str, Customer] = {}
        self._asked: dict[str, Asked] = {}
        #: To which group's line customers go once their answers are written down.
        self._promised: dict[str, str] = {}
        #: What is to be written down, in its order.
        self._todo: asyncio.Queue[tuple[Desk, Command, int]] = asyncio.Queue()
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
                    self._agents.run(agent.id for agent in self._centre.agent),
                    self._agents.listen(),
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
        for row, customer, agent in pending:
            self._customers[row.id] = customer
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
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._desks.clear()
        self._customers.clear()
        self._asked.clear()
        self._promised.clear()

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
            self._traffic.backoff.carried(now_ms())
        self._tell(campaign(attempt), events.LineAnswered(attempt, heard_of(event["args"][1:])))

    def _gone(self, channel: Json, event: Json) -> None:
        if not self._looked or (line := self._line(channel["id"])) is None:
            return
        now, attempt = now_ms(), channel["id"].removeprefix(CHANNEL)
        met = unanswered(event["cause"], event.get("tech_cause", 0), rang=line.rang)
        if through_carrier(channel):
            given_up = now - line.since >= 1000 * self._desks[campaign(attempt)].work.setup.ring_s
            met = self._traffic.unanswered(met, now, rang=line.rang, given_up=given_up)
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
                self._traffic.rings(now_ms())
            self._tell(campaign(attempt), events.LineRings(attempt))
        elif status == "ANSWER" and caller and self._line(caller["id"]):
            served = caller["id"].removeprefix(CHANNEL)
            self._tell(campaign(served), events.AgentSpeaks(served, endpoint(peer["name"])))
        elif status == "ANSWER" and self._line(peer["id"]):
            self._tell(campaign(attempt), events.PickedUp(attempt))

    def _ended(self, attempt: str, outcome: Outcome) -> None:
        self._interviews.hung_up(CHANNEL + attempt)
        self._tell(campaign(attempt), events.LineEnded(attempt, outcome))
        self._customers.pop(attempt, None)

    async def _dial(self, desk: Desk, dial: Dial) -> None:
        customer = self._customers.get(dial.attempt)
        variables = {"CHANNEL(language)": customer.language if customer else "ko"}
        if desk.meets_agents:
            # What the controller's dialplan and Asterisk's own record need to know of a call.
            variables |= {"CC_DNIS": dial.caller, "CC_CUSTOMER": dial.number, "CHANNEL(accountcode)": desk.work.company}
            variables |= {"CDR(userfield)": CHANNEL + dial.attempt}
        else:
            variables |= {"CDR_PROP(disable)": "1"}
        extension = "s"
        if desk.work.setup.listens:
            extension = "voice" if desk.work.mode is Mode.AGENTLESS else "agents"
        where = outside_endpoint(dial.number)
        try:
            await self._ari.channels.originate(
                where, CHANNEL + dial.attempt, variables,
                context="cc-survey", extension=extension, priority=1, callerId=dial.caller, timeout=dial.ring_s,
            )  # fmt: skip
        except AriError as trouble:
            log.warning("dial.failed", status=trouble.status)
            outcome = Outcome.NO_ANSWER
            if not trouble.status or trouble.status == _THERE_ALREADY:
                # Nobody can tell whether it rings.
                outcome = Outcome.UNCERTAIN
            elif where.endswith(f"@{TRUNK}"):
                # Asterisk made no channel: nobody is registered for the trunk, or does not answer there.
                outcome = self._traffic.unanswered(Trouble.UNREACHABLE, now_ms(), rang=False, given_up=False)
            self._ended(dial.attempt, outcome)

    # -- agents

    def _hand_over(self, company: str, attempt: str, agent: str, group: str, language: str | None = None) -> None:
        """The controller has the customer from here on; it calls on the agent, or (none) on the group's line."""
        customer = self._customers.get(attempt)
        spoken = language or (customer.language if customer else "ko")
        words = f"{agent}*{group}*{company}*{spoken}"
        self._ari.channels.continueInDialplan(CHANNEL + attempt, "cc-campaign", words)

    def _transfer(self, channel: str, group: str) -> None:
        """The customer waits until the answers are written down: whoever is gone from here is not asked again."""
        self._promised[channel.removeprefix(CHANNEL)] = group

    def _connect(self, desk: Desk, attempt: str, agent: str) -> None:
        theirs = self._agents.states[agent]["groups"]
        group = next((one for one in desk.work.groups if one in theirs), desk.work.groups[0])
        self._hand_over(desk.work.company, attempt, agent, group)

    def _identify(self, desk: Desk, attempt: str) -> None:
        """Say who called; the end of the prompt ends the call."""
        customer = self._customers.get(attempt)
        language = customer.language if customer else "ko"
        self._interviews.say_goodbye(CHANNEL + attempt, f"survey-nobody-{desk.work.company}", language)

    def _agent_changed(self, agent: str) -> None:
        if self._looked:
            for desk in list(self._desks.values()):
                self._look_at(desk, agent)

    def _look_at(self, desk: Desk, agent: str) -> None:
        """Tell the campaign what has become of this agent."""
        elsewhere = any(agent in other.dialler.previews.shown for other in self._desks.values() if other is not desk)
        for event in list(desk.news(self._agents.states[agent], elsewhere=elsewhere)):
            self._tell(desk.work.number, event)

    def _pressed(self, agent: str, verb: str) -> None:
        """What an agent pressed about the contact that is shown."""
        for number, desk in list(self._desks.items()):
            if agent in desk.dialler.previews.shown:
                self._tell(number, events.AgentWants(agent) if verb == "dial" else events.AgentSkips(agent))
                self._tasks.create_task(self._want(desk))

    async def _want(self, desk: Desk) -> None:
        if desk.work.mode is not Mode.AGENTLESS:
            wanted, named = desk.dialler.wants(now_ms()), desk.dialler.wants_by_name()
            await self._agents.want(desk.work.number, desk.work.groups, wanted, named)

    # -- the interview

    def _begin(self, desk: Desk, attempt: str) -> None:
        work = desk.work
        customer = self._customers.get(attempt) or Customer("ko", "")
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
        self._asked[attempt] = Asked.of(interview, since, now_ms())
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
                case FindContacts() | WriteAttempt() | SetAside() | WriteOutcome() | OpenSheet() | Conclude():
                    self._todo.put_nowait((desk, command, now))
                case NoteHeard():
                    self._todo.put_nowait((desk, command, now))
                case Dial():
                    self._traffic.dialled(now)
                    self._tasks.create_task(self._dial(desk, command))
                case ConnectAgent(attempt, agent):
                    self._connect(desk, attempt, agent)
                case Identify(attempt):
                    self._identify(desk, attempt)
                case ShowContact(agent, contact):
                    self._tasks.create_task(self._agents.show(agent, desk.work.number, contact))
                case StartTimer(name, after_ms):
                    loop = asyncio.get_running_loop()
                    self._timers[name] = loop.call_later(after_ms / 1000, self._patience_over, name)
                case StopTimer(name):
                    if timer := self._timers.pop(name, None):
                        timer.cancel()
                case BeginInterview(attempt):
                    self._begin(desk, attempt)
                case HangUp(attempt):
                    self._interviews.hang_up(CHANNEL + attempt)

    def _patience_over(self, name: str) -> None:
        self._timers.pop(name, None)
        attempt = name.partition(":")[2]
        self._tell(campaign(attempt), events.PatienceOver(attempt))

    async def _keep_books(self) -> None:
        while True:
            due = [await self._todo.get()]
            while not self._todo.empty():
                due.append(self._todo.get_nowait())
            for desk, commands, at in together(due):
                for event in await self._write_down(desk, commands, at):
                    # After a loss of connection the campaign has another desk, which has asked for nothing.
                    if self._desks.get(desk.work.number) is desk:
                        self._tell(desk.work.number, event)
            for _ in due:
                self._todo.task_done()

    async def _write_down(self, desk: Desk, commands: Sequence[Command], at: int) -> list[events.Event]:
        work, now = desk.work, from_ms(at)
        match commands:
            case [FindContacts(_, most)]:
                found = await self._book.find(work, most, from_ms(now_ms()))
                if found:
                    return [events.ContactsFound(found)]
                loop = asyncio.get_running_loop()
                loop.call_later(_LOOKS_EVERY_S, self._tell, work.number, events.ContactsFound(()))
            case [WriteAttempt(), *_]:
                asked = {one.attempt: one.contact for one in commands if isinstance(one, WriteAttempt)}
                written = await self._book.write(work, asked, now)
                self._customers |= {attempt: customer for attempt, (_, customer) in written.items()}
                return [
                    events.AttemptWritten(attempt, written[attempt][0])
                    if attempt in written
                    else events.AttemptRefused(attempt)
                    for attempt in asked
                ]
            case [SetAside(contact, why)]:
                await self._book.set_aside(contact, why)
            case [NoteHeard(attempt, heard)]:
                await self._book.heard(attempt, heard)
            case [OpenSheet(attempt=attempt, agent=agent)]:
                await self._book.open_sheet(attempt, agent, now)
            case [Conclude(attempt)]:
                return [events.InterviewEnded(attempt, await self._book.concluded(work, attempt))]
            case [WriteOutcome(attempt=attempt, outcome=outcome, spoke_until=until)]:
                over = from_ms(until) if until is not None else None
                await self._book.finish(work, attempt, outcome, now, self._asked.pop(attempt, None), over)
                if group := self._promised.pop(attempt, None):
                    self._hand_over(work.company, attempt, "", group)
                if attempt not in desk.dialler.lines:
                    self._customers.pop(attempt, None)
        return []

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
                    segment = customer.segment if (customer := self._customers.get(attempt)) else ""
                    self._interviews.filled(CHANNEL + attempt, full_answers(work.quotas, segment))
        self._traffic.inbound = inbound.calls
        engine = await self._surroundings.engine_lives()
        for number, desk in list(self._desks.items()):
            if number in on:
                desk.hindered = await self._surroundings.hindrance(on[number], engine_lives=engine)
            desk.forecast_s = inbound.longest_s(self._surroundings.lines_of(desk.work))
            self._tell(number, events.Running(number in on and on[number].on and desk.hindered is None))
            for agent in list(self._agents.states):
                self._look_at(desk, agent)
            await self._read_sheets(desk)
            await self._want(desk)
            for agent, shown in list(desk.dialler.previews.shown.items()):
                if shown is not None:
                    await self._agents.show(agent, number, shown.contact)
            if number not in on and not desk.dialler.lines:
                for agent in list(desk.dialler.previews.shown):
                    self._tell(number, events.AgentLooks(agent, on=False))
                self._desks.pop(number, None)
        await self._publish()

    async def _read_sheets(self, desk: Desk) -> None:
        """What agents have entered for good."""
        for attempt, outcome in (await self._book.entered(desk.work, desk.unsaid())).items():
            self._tell(desk.work.number, events.InterviewEnded(attempt, outcome))

    async def _publish(self) -> None:
        """How each campaign stands, for its page."""
        now = now_ms()
        campaigns = {str(number): desk.told(now) for number, desk in self._desks.items()}
        backoff = self._traffic.backoff
        until = backoff.until if backoff.trouble else None
        told = {"at": now, "carrier_until": until, "carrier": backoff.trouble, "campaigns": campaigns}
        await self._surroundings.publish(told)

    async def _check(self) -> None:
        """An end that was missed must hold nobody for ever: what is not there twice is gone."""
        before = {attempt for desk in self._desks.values() for attempt in desk.dialled()}
        channels = await self._channels()
        absent = {attempt for attempt in before if CHANNEL + attempt not in channels}
        for attempt in absent & self._suspect:
            self._ended(attempt, Outcome.UNCERTAIN)
        self._suspect = absent


def together(due: Iterable[tuple[Desk, Command, int]]) -> Iterator[tuple[Desk, list[Command], int]]:
    """What is written down in one transaction, in its order: a campaign's attempts that follow each other are."""
    for (_, attempts), group in groupby(due, lambda one: (id(one[0]), isinstance(one[1], WriteAttempt))):
        alike = list(group)
        for batch in [alike] if attempts else [[one] for one in alike]:
            desk, _, at = batch[0]
            yield desk, [command for _, command, _ in batch], at


async def serve(centre: Centre, settings: Settings) -> None:
    """Run the dialler until SIGTERM or SIGINT."""
    outbound = Outbound(centre, settings)
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as tasks:
        work = tasks.create_task(outbound.run())
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, work.cancel)
