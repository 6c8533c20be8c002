"""The dialler as scripts of events: never without permission, never twice, whatever is killed and whenever."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from callcenter.calls.commands import HangUp, StartTimer
from callcenter.campaigns import events
from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.carrier import Backoff, Trouble
from callcenter.campaigns.commands import (
    BeginInterview,
    Command,
    Conclude,
    ConnectAgent,
    Dial,
    FindContacts,
    Identify,
    OpenSheet,
    SetAside,
    ShowContact,
    WriteAttempt,
    WriteOutcome,
)
from callcenter.campaigns.dialler import Dialler, Setup
from callcenter.campaigns.events import Candidate
from callcenter.campaigns.kinds import Purpose
from callcenter.campaigns.pacing import Limits, Mode, Pacer
from callcenter.campaigns.permission import CallerNumber, Person, Rules, Why
from callcenter.campaigns.refusals import Extent
from callcenter.campaigns.standstill import Standstill
from callcenter.campaigns.windows import Window
from callcenter.hours import Hours

SEOUL = ZoneInfo("Asia/Seoul")
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=SEOUL)
T = int(NOON.timestamp() * 1000)
ALWAYS = Window(hours=Hours(**dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00")))
CALLER = CallerNumber(number="15880000", proof="p", since=NOON - timedelta(days=9))
RULES = Rules(purpose=Purpose.SERVICE, window=ALWAYS, caller=CALLER)


def person(n: int) -> Person:
    return Person(number=f"010{n:08d}")


def dialler(mode: Mode = Mode.AGENTLESS, *, channels: int = 30, **setup: object) -> Dialler:
    made = Setup(campaign="c", rules=RULES, zone=SEOUL)
    pacer = Pacer(mode=mode, limits=Limits(channels=channels, calls_per_second=100))
    return Dialler(replace(made, **setup), pacer)  # type: ignore[arg-type]


def found(*contacts: int) -> events.ContactsFound:
    return events.ContactsFound(tuple(Candidate(n, person(n), 0) for n in contacts))


Wanted = TypeVar("Wanted")


def of(kind: type[Wanted], commands: list[Command]) -> list[Wanted]:
    return [command for command in commands if isinstance(command, kind)]


def written(dialler: Dialler, commands: list[Command], now: int = T) -> list[Command]:
    out: list[Command] = []
    for command in of(WriteAttempt, commands):
        out += dialler.handle(events.AttemptWritten(command.attempt, person(command.contact)), now)
    return out


def started(mode: Mode = Mode.AGENTLESS, *contacts: int, **more: object) -> tuple[Dialler, list[Command]]:
    made = dialler(mode, **more)  # type: ignore[arg-type]
    made.handle(events.Running(on=True), T)
    return made, made.handle(found(*contacts), T)


def talking() -> Dialler:
    """An agent speaks with the customer of a progressive campaign."""
    made, _ = started(Mode.PROGRESSIVE, 1)
    written(made, made.handle(events.AgentFree("1001"), T))
    made.handle(events.LineAnswered("c-1-1"), T + 5000)
    opened = made.handle(events.AgentSpeaks("c-1-1", "1001"), T + 6000)
    assert of(OpenSheet, opened) == [OpenSheet(attempt="c-1-1", agent="1001", at=T + 6000)]
    return made


def test_nothing_is_dialled_before_it_is_written_down() -> None:
    made, commands = started(Mode.AGENTLESS, 1)
    assert of(WriteAttempt, commands)[0].attempt == "c-1-1"
    assert of(Dial, commands) == []
    (dial,) = of(Dial, written(made, commands))
    assert (dial.attempt, dial.number, dial.caller) == ("c-1-1", "01000000001", "15880000")
    assert of(Dial, made.handle(events.AttemptWritten("c-1-1", person(1)), T)) == []


def test_consent_withdrawn_between_writing_and_dialling_is_respected() -> None:
    made, _ = started(Mode.AGENTLESS, 1)
    gone = replace(person(1), refused=(Extent.ALL,))
    commands = made.handle(events.AttemptWritten("c-1-1", gone), T)
    assert of(Dial, commands) == []
    assert [o.outcome for o in of(WriteOutcome, commands)] == [Outcome.WITHHELD]


def test_a_contact_that_must_not_be_called_is_set_aside_with_the_reason() -> None:
    made = dialler()
    made.handle(events.Running(on=True), T)
    refused = Candidate(1, replace(person(1), refused=(Extent.ALL,)), 0)
    assert of(SetAside, made.handle(events.ContactsFound((refused,)), T)) == [SetAside(1, Why.DO_NOT_CALL)]


def test_another_writer_who_was_first_is_left_the_contact() -> None:
    made, _ = started(Mode.AGENTLESS, 1)
    made.handle(events.AttemptRefused("c-1-1"), T)
    assert of(Dial, made.handle(events.AttemptWritten("c-1-1", person(1)), T)) == []


def test_the_night_and_the_closed_window_stop_the_dialling() -> None:
    for clock, dials in (("20:59:59", 1), ("21:00:00", 0), ("07:59:59", 0), ("08:00:00", 1)):
        now = int(datetime.fromisoformat(f"2026-11-24T{clock}+09:00").timestamp() * 1000)
        made = dialler()
        made.handle(events.Running(on=True), now)
        commands = made.handle(found(1), now)
        assert len(of(Dial, written(made, commands, now))) == dials, clock
    closed = dialler(rules=replace(RULES, window=Window(hours=Hours(), last=NOON.date() - timedelta(days=1))))
    closed.handle(events.Running(on=True), T)
    assert closed.handle(found(1), T) == []


def test_outbound_yields_while_inbound_waits() -> None:
    made, _ = started(Mode.AGENTLESS, yields_over_s=60.0)
    made.handle(events.Tick(inbound_forecast_s=61.0), T)
    assert of(WriteAttempt, made.handle(found(1), T)) == []
    assert len(of(WriteAttempt, made.handle(events.Tick(inbound_forecast_s=60.0), T))) == 1


def test_the_carriers_limits_are_kept() -> None:
    made, commands = started(Mode.AGENTLESS, *range(10), channels=3)
    assert len(of(WriteAttempt, commands)) == 3
    assert of(WriteAttempt, written(made, commands)) == []
    assert of(WriteAttempt, made.handle(events.Tick(channels=3), T)) == []
    assert len(of(WriteAttempt, made.handle(events.Tick(channels=1), T))) == 2


def test_progressive_rings_one_line_for_each_free_agent_and_connects_it() -> None:
    made, commands = started(Mode.PROGRESSIVE, 1, 2, 3)
    assert of(WriteAttempt, commands) == []
    commands = made.handle(events.AgentFree("1001"), T)
    assert len(of(WriteAttempt, commands)) == 1
    written(made, commands)
    answered = made.handle(events.LineAnswered("c-1-1"), T + 5000)
    assert of(ConnectAgent, answered) == [ConnectAgent("c-1-1", "1001")]
    ended = made.handle(events.InterviewEnded("c-1-1", Outcome.COMPLETED), T + 90_000)
    assert [o.outcome for o in of(WriteOutcome, ended)] == [Outcome.COMPLETED]
    # The agent may still say goodbye.
    assert of(HangUp, ended) == []
    assert of(WriteOutcome, made.handle(events.LineEnded("c-1-1"), T + 90_100)) == []
    assert len(of(WriteAttempt, made.handle(events.AgentFree("1001"), T + 100_000))) == 1


def test_an_answer_that_finds_nobody_hears_who_called_and_counts_as_abandoned() -> None:
    made, _ = started(Mode.PROGRESSIVE, 1)
    written(made, made.handle(events.AgentFree("1001"), T))
    made.handle(events.AgentGone("1001"), T)
    waiting = made.handle(events.LineAnswered("c-1-1"), T)
    assert of(StartTimer, waiting) == [StartTimer("patience:c-1-1", 2000)]
    over = made.handle(events.PatienceOver("c-1-1"), T + 2000)
    assert of(Identify, over) == [Identify("c-1-1")]
    assert [o.outcome for o in of(WriteOutcome, over)] == [Outcome.ABANDONED]
    assert made.pacer.ceiling.abandoned == 1
    assert of(WriteOutcome, made.handle(events.LineEnded("c-1-1"), T + 9000)) == []


def test_who_answers_is_given_the_next_agent_within_two_seconds() -> None:
    made, _ = started(Mode.PROGRESSIVE, 1)
    written(made, made.handle(events.AgentFree("1001"), T))
    made.handle(events.AgentGone("1001"), T)
    made.handle(events.LineAnswered("c-1-1"), T)
    assert of(ConnectAgent, made.handle(events.AgentFree("1002"), T + 1000)) == [ConnectAgent("c-1-1", "1002")]
    assert of(Identify, made.handle(events.PatienceOver("c-1-1"), T + 2000)) == []


def test_preview_dials_for_the_agent_who_asks() -> None:
    made, _ = started(Mode.PREVIEW, 1, 2)
    shown = [*made.handle(events.AgentLooks("1001"), T), *made.handle(events.AgentLooks("1002"), T)]
    assert of(ShowContact, shown) == [ShowContact("1001", 1), ShowContact("1002", 2)]
    assert made.wants(T) == 0, "who looks is there for callers"
    assert of(WriteAttempt, made.handle(events.AgentWants("1002"), T)) == []
    assert (made.wants(T), made.wants_by_name()) == (1, ("1002",))
    commands = made.handle(events.AgentFree("1002"), T)
    assert of(ShowContact, commands) == [ShowContact("1002", None)]
    assert [one.contact for one in of(WriteAttempt, commands)] == [2]
    written(made, commands)
    assert (made.wants(T), made.wants_by_name()) == (1, ("1002",))
    assert of(ConnectAgent, made.handle(events.LineAnswered("c-2-1"), T)) == [ConnectAgent("c-2-1", "1002")]


def test_in_preview_a_contact_that_is_skipped_makes_room_for_the_next() -> None:
    made, _ = started(Mode.PREVIEW, 1, 2)
    made.handle(events.AgentLooks("1001"), T)
    skipped = made.handle(events.AgentSkips("1001"), T)
    assert of(ShowContact, skipped) == [ShowContact("1001", None), ShowContact("1001", 2)]
    assert of(ShowContact, made.handle(events.AgentLooks("1001", on=False), T)) == [ShowContact("1001", None)]
    # Whoever has no time any more gives the contact to the next who has.
    assert of(ShowContact, made.handle(events.AgentLooks("1002"), T)) == [ShowContact("1002", 2)]


def test_agents_are_kept_free_only_while_there_is_somebody_to_dial() -> None:
    made = dialler(Mode.PROGRESSIVE, channels=2, yields_over_s=60.0)
    made.handle(events.Running(on=True), T)
    assert (made.wants(T), made.stands(T)) == (0, Standstill.NOBODY_DUE)
    made.handle(found(1, 2, 3), T)
    assert (made.wants(T), made.stands(T)) == (2, Standstill.NO_AGENTS)
    made.handle(events.Tick(inbound_forecast_s=61.0), T)
    assert (made.wants(T), made.stands(T)) == (0, Standstill.YIELDS)
    made.handle(events.Tick(), T)
    written(made, made.handle(events.AgentFree("1001"), T))
    assert made.stands(T) is None
    # The line that rings needs its agent whatever else is decided.
    made.handle(events.Running(on=False), T)
    assert (made.wants(T), made.stands(T)) == (1, Standstill.PAUSED)


def test_what_an_agent_enters_after_the_hang_up_is_waited_for() -> None:
    made = talking()
    assert of(WriteOutcome, made.handle(events.LineEnded("c-1-1"), T + 60_000)) == []
    assert made.crew.writing == {"1001": T + 60_000}
    done = made.handle(events.InterviewEnded("c-1-1", Outcome.PARTIAL), T + 70_000)
    assert [o.outcome for o in of(WriteOutcome, done)] == [Outcome.PARTIAL]
    assert made.lines == {}


def test_an_agent_who_enters_nothing_more_leaves_it_to_the_sheet() -> None:
    made = talking()
    made.handle(events.LineEnded("c-1-1"), T + 60_000)
    assert of(Conclude, made.handle(events.AgentDone("c-1-1"), T + 90_000)) == [Conclude("c-1-1")]
    done = made.handle(events.InterviewEnded("c-1-1", Outcome.BREAK_OFF), T + 90_001)
    assert [o.outcome for o in of(WriteOutcome, done)] == [Outcome.BREAK_OFF]


def test_whom_the_chosen_agent_never_answered_counts_as_abandoned() -> None:
    made, _ = started(Mode.PROGRESSIVE, 1)
    written(made, made.handle(events.AgentFree("1001"), T))
    made.handle(events.LineAnswered("c-1-1"), T + 5000)
    ended = made.handle(events.LineEnded("c-1-1"), T + 9000)
    assert [o.outcome for o in of(WriteOutcome, ended)] == [Outcome.ABANDONED]
    assert made.pacer.ceiling.abandoned == 1


def test_a_conversation_with_an_agent_survives_the_dialler() -> None:
    made = dialler(Mode.PROGRESSIVE)
    there = (
        events.Pending("c-1-1", 1, "01000000001", "talking", "1001"),
        events.Pending("c-2-1", 2, "01000000002", "gone", "1002"),
    )
    assert made.handle(events.Restarted(there), T) == []
    over = made.handle(events.AgentDone("c-2-1"), T)
    assert of(Conclude, over) == [Conclude("c-2-1")]
    assert of(WriteOutcome, made.handle(events.LineEnded("c-1-1"), T)) == []
    told = made.handle(events.InterviewEnded("c-1-1", Outcome.COMPLETED), T)
    assert [o.outcome for o in of(WriteOutcome, told)] == [Outcome.COMPLETED]


def test_a_customer_who_is_transferred_is_not_hung_up_on() -> None:
    made, commands = started(Mode.AGENTLESS, 1)
    written(made, commands)
    made.handle(events.LineAnswered("c-1-1"), T)
    told = made.handle(events.InterviewEnded("c-1-1", Outcome.COMPLETED, transferred=True), T)
    assert [o.outcome for o in of(WriteOutcome, told)] == [Outcome.COMPLETED]
    assert of(HangUp, told) == []
    assert of(WriteOutcome, made.handle(events.LineEnded("c-1-1"), T)) == []


def test_after_refusals_by_the_carrier_one_line_tries() -> None:
    made, _ = started(Mode.AGENTLESS)
    made.handle(events.Tick(carrier_room=0), T)
    assert of(WriteAttempt, made.handle(found(1, 2), T)) == []
    assert made.stands(T) is Standstill.CARRIER_REFUSES
    commands = made.handle(events.Tick(carrier_room=1), T)
    assert len(of(WriteAttempt, commands)) == 1
    assert of(WriteAttempt, written(made, commands)) == []


def test_backing_off_doubles_and_ends_with_the_first_call_that_goes_through() -> None:
    backoff = Backoff()
    assert backoff.room(T) is None
    backoff.congested(T, Trouble.FULL)
    backoff.dialled(T + 50)  # was being written down when the carrier refused the other
    backoff.congested(T + 100, Trouble.UNREACHABLE)
    assert backoff.trouble is Trouble.FULL
    assert [backoff.room(T + ms) for ms in (0, 4999, 5000)] == [0, 0, 1]
    backoff.dialled(T + 5000)
    assert backoff.room(T + 6000) == 0, "a second line before the first is heard of"
    backoff.congested(T + 6000, Trouble.UNREACHABLE)
    assert backoff.trouble is Trouble.UNREACHABLE
    assert [backoff.room(T + ms) for ms in (15_999, 16_000)] == [0, 1]
    backoff.dialled(T + 16_000)
    backoff.carried(T + 17_000)
    assert (backoff.room(T + 17_000), backoff.trouble) == (None, None)


def test_after_a_restart_what_lives_goes_on_and_what_is_gone_ends_as_uncertain() -> None:
    made = dialler()
    commands = made.handle(
        events.Restarted(
            (
                events.Pending("c-1-1", 1, "01000000001", "gone"),
                events.Pending("c-2-1", 2, "01000000002", "ringing"),
                events.Pending("c-3-1", 3, "01000000003", "answered"),
            )
        ),
        T,
    )
    assert [(o.attempt, o.outcome) for o in of(WriteOutcome, commands)] == [("c-1-1", Outcome.UNCERTAIN)]
    assert of(BeginInterview, commands) == [BeginInterview("c-3-1")]
    assert of(Dial, commands) == []
    busy = made.handle(events.LineEnded("c-2-1", Outcome.BUSY), T)
    assert [o.outcome for o in of(WriteOutcome, busy)] == [Outcome.BUSY]


def test_a_line_knows_whether_its_phone_rang() -> None:
    made, commands = started(Mode.AGENTLESS, 1, 2)
    written(made, commands)
    made.handle(events.LineRings("c-1-1"), T + 1000)
    made.handle(events.Restarted((events.Pending("c-3-1", 3, "01000000003", "ringing"),)), T)
    # Of a line that rang while nobody listened it must be assumed.
    assert {name: line.rang for name, line in made.lines.items()} == {"c-1-1": True, "c-2-1": False, "c-3-1": True}


class House(RuleBasedStateMachine):
    """A store, lines and agents around the dialler, which is killed now and then; its commands may be lost then."""

    def __init__(self) -> None:
        super().__init__()
        self.now = T
        self.contacts = {n: person(n) for n in range(12)}
        self.attempts: dict[str, int] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.aside: set[int] = set()
        self.dialled: Counter[str] = Counter()
        self.permitted: set[str] = set()
        self.lines: dict[str, str] = {}
        self.inbox: list[events.Event] = []
        #: What agents entered, by the agent.
        self.sheets: dict[str, str] = {}

    @initialize(mode=st.sampled_from(Mode), spoken=st.booleans())
    def begin(self, mode: Mode, spoken: bool) -> None:
        self.mode = mode
        self.spoken = spoken and mode is not Mode.AGENTLESS
        self.boot()

    def boot(self) -> None:
        self.dialler = dialler(self.mode, channels=4)
        pending = tuple(
            self.pending(name, contact) for name, contact in self.attempts.items() if name not in self.outcomes
        )
        self.tell(events.Restarted(pending))
        self.tell(events.Running(on=True))

    def pending(self, name: str, contact: int) -> events.Pending:
        agent, line = self.sheets.get(name), self.lines.get(name, "gone")
        shown = "talking" if agent and line == "answered" else line
        return events.Pending(name, contact, self.contacts[contact].number, shown, agent)

    def tell(self, event: events.Event, lost_after: int | None = None) -> None:
        commands = self.dialler.handle(event, self.now)
        for command in commands[:lost_after]:
            self.execute(command)

    def execute(self, command: Command) -> None:
        match command:
            case FindContacts(_, most):
                busy = {self.attempts[name] for name in self.attempts if name not in self.outcomes}
                due = [
                    Candidate(n, someone, self.tries(n))
                    for n, someone in self.contacts.items()
                    if n not in busy | self.aside and self.tries(n) < 3
                ]
                self.inbox.append(events.ContactsFound(tuple(due[:most])))
            case WriteAttempt(attempt=attempt, contact=contact):
                open_ = any(c == contact and a not in self.outcomes for a, c in self.attempts.items())
                if attempt in self.attempts or open_:
                    self.inbox.append(events.AttemptRefused(attempt))
                else:
                    self.attempts[attempt] = contact
                    self.inbox.append(events.AttemptWritten(attempt, self.contacts[contact]))
            case Dial(attempt=attempt, number=number):
                contact = self.attempts[attempt]
                assert not self.contacts[contact].refused or attempt in self.permitted
                assert number == self.contacts[contact].number
                self.dialled[attempt] += 1
                self.lines[attempt] = "ringing"
            case WriteOutcome(attempt=attempt, outcome=outcome):
                assert attempt not in self.outcomes
                self.outcomes[attempt] = outcome
            case SetAside(contact, _):
                self.aside.add(contact)
            case OpenSheet(attempt=attempt, agent=agent):
                self.sheets[attempt] = agent
            case Conclude(attempt):
                self.inbox.append(events.InterviewEnded(attempt, Outcome.BREAK_OFF))
            case HangUp(attempt) | Identify(attempt):
                if self.lines.pop(attempt, None):
                    self.inbox.append(events.LineEnded(attempt))

    def tries(self, contact: int) -> int:
        return sum(c == contact for c in self.attempts.values())

    @rule(seconds=st.integers(0, 30))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds * 1000
        self.tell(events.Tick(channels=len(self.lines)))

    @precondition(lambda self: self.inbox)
    @rule(lost=st.none() | st.integers(0, 2))
    def an_answer_arrives(self, lost: int | None) -> None:
        event = self.inbox.pop(0)
        if isinstance(event, events.AttemptWritten):
            event = replace(event, person=self.contacts[self.attempts[event.attempt]])
        self.tell(event, lost)
        if lost is not None:
            self.killed()

    @rule(agent=st.sampled_from(["1001", "1002"]), what=st.sampled_from([events.AgentFree, events.AgentGone]))
    def an_agent(self, agent: str, what: type[events.AgentFree | events.AgentGone]) -> None:
        if self.mode is Mode.PREVIEW:
            self.tell(events.AgentLooks(agent, on=what is events.AgentFree))
            self.tell(events.AgentWants(agent))
        self.tell(what(agent))

    @precondition(lambda self: "ringing" in self.lines.values())
    @rule(data=st.data(), outcome=st.none() | st.sampled_from([Outcome.BUSY, Outcome.NO_ANSWER, Outcome.FAILED]))
    def a_line(self, data: st.DataObject, outcome: Outcome | None) -> None:
        attempt = data.draw(st.sampled_from(sorted(a for a, s in self.lines.items() if s == "ringing")))
        if outcome is None:
            self.lines[attempt] = "answered"
            self.tell(events.LineAnswered(attempt))
        else:
            del self.lines[attempt]
            self.tell(events.LineEnded(attempt, outcome))

    @precondition(lambda self: "answered" in self.lines.values())
    @rule(data=st.data(), end=st.sampled_from([events.InterviewEnded, events.PatienceOver, events.LineEnded]))
    def a_conversation(self, data: st.DataObject, end: type) -> None:
        attempt = data.draw(st.sampled_from(sorted(a for a, s in self.lines.items() if s == "answered")))
        if self.spoken:
            self.tell(events.AgentSpeaks(attempt, "1001"))
        if end is events.InterviewEnded:
            self.tell(events.InterviewEnded(attempt, Outcome.COMPLETED))
        elif end is events.PatienceOver:
            self.tell(events.PatienceOver(attempt))
        else:
            del self.lines[attempt]
            self.tell(events.LineEnded(attempt))

    @rule(contact=st.integers(0, 11))
    def somebody_refuses(self, contact: int) -> None:
        self.permitted |= {a for a, c in self.attempts.items() if c == contact and self.dialled[a]}
        self.contacts[contact] = replace(self.contacts[contact], refused=(Extent.ALL,))

    @rule()
    def killed(self) -> None:
        """The engine dies; lines go on or end without it; what was not written is lost."""
        self.inbox.clear()
        self.boot()

    @invariant()
    def never_twice(self) -> None:
        assert all(times == 1 for times in self.dialled.values())
        assert set(self.dialled) <= set(self.attempts)
        open_ = [c for a, c in self.attempts.items() if a not in self.outcomes]
        assert len(open_) == len(set(open_))

    def teardown(self) -> None:
        """In the end every attempt has an outcome: nobody is forgotten."""
        if not hasattr(self, "mode"):
            return
        self.lines.clear()
        self.killed()
        for name in list(self.dialler.lines):
            self.tell(events.AgentDone(name))
        for event in list(self.inbox):
            self.tell(event)
        assert set(self.outcomes) >= {a for a in self.attempts if self.dialled[a]} - set(self.dialler.lines)
        assert {a for a in self.attempts if a not in self.outcomes} == {
            a for a in self.dialler.lines if a in self.attempts
        }


TestHouse = House.TestCase
TestHouse.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
