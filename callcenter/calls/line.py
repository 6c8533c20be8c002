"""The callers in line: joining at the right place, what they hear and may press, how they move on."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Protocol

from callcenter.calls.call import Call, Stage
from callcenter.calls.callbacks import Callbacks
from callcenter.calls.commands import (
    Answer,
    Command,
    HangUp,
    HoldInQueue,
    PutThrough,
    StartTimer,
    StopTimer,
    TakeMessage,
)
from callcenter.calls.deserted import Deserted
from callcenter.calls.estimates import Estimates
from callcenter.calls.health import GroupHealth
from callcenter.calls.journal import Json, Kind
from callcenter.calls.ladders import BEFORE_THEN, ENDING, Ladders
from callcenter.calls.languages import Languages, spoken
from callcenter.calls.peak import PeakTime
from callcenter.calls.staff import Staff
from callcenter.calls.succession import standing_in
from callcenter.calls.telling import POSITION, Telling
from callcenter.calls.wish import CALLBACK_KEY, MESSAGE_KEY, CallMe, Wish
from callcenter.centre import Centre
from callcenter.hours import Ending
from routing.acd import Acd, Assignment, Request, Strategy
from routing.callback import State
from routing.forecast import Estimate
from routing.ladder import Climb

#: Keys so soon after joining were meant for the menu before it.
_DEAF_MS = 3000


class WriteCall(Protocol):
    """Puts a fact about the call into the journal."""

    def __call__(self, call: Call, kind: Kind, at: int, **data: Json) -> None:
        """`data` as `journal.Kind` tells it."""


class Line:
    """Every caller who waits. Methods append commands to `out`; a call that gets an agent goes to `connect`."""

    def __init__(
        self,
        centre: Centre,
        holidays: frozenset[date],
        acd: Acd,
        out: list[Command],
        *,
        calls: Mapping[str, Call],
        staff: Staff,
        peak: PeakTime,
        estimates: Estimates,
        health: GroupHealth,
        ladders: Ladders,
        languages: Languages,
        callbacks: Callbacks,
        write: WriteCall,
        connect: Callable[[Assignment, int], None],
    ) -> None:
        self._holidays = holidays
        self._out = out
        self._calls = calls
        self._staff = staff
        self._peak = peak
        self._estimates = estimates
        self._ladders = ladders
        self._languages = languages
        self._callbacks = callbacks
        self._write = write
        self._connect = connect
        self._health = health
        self._deserted = Deserted(staff)
        self.telling = Telling(centre, acd, out, estimates, self._expected)
        self.know(centre, acd)

    def know(self, centre: Centre, acd: Acd) -> None:
        """Work by this description on this distribution; who waits is `calls/reconfigure.py`'s business."""
        self._centre = centre
        self._acd = acd
        self._groups = {g.id: g for g in centre.group}
        self.telling.know(centre, acd)

    def strategy(self, group: str) -> Strategy:
        """Which idle agent of the group is asked first."""
        return self._groups[group].strategy if group in self._groups else Strategy.LONGEST_IDLE

    def join(self, call: Call, now: int) -> None:
        """The call asks for an agent, for the first time or again at the place it had."""
        assert call.group
        joining = call.late_stage is None
        call.late_stage = Stage.QUEUE
        if call.passed_at is not None and call.sticky and not self._staff.free(call.sticky):
            # A colleague to whom a call was passed is asked, not waited for.
            call.sticky = None
        self._peak.wake()
        self._acd.withdraw(call.id)
        self._take_back(call, now)
        facts: dict[str, Json] = {}
        if joining:
            call.sticky = self._handler(call)
        # A call from before a restart may be in a group that the centre no longer has.
        self.move(call, self._centre, now)
        credit_ms = self._groups[call.group].priority_s * 1000
        if repeat_ms := self._repeat_ms(call):
            facts["repeat"] = repeat_ms
        language = self._languages.wanted(call.dialogue.language, call.group, call.queued_at, now)
        request = Request(
            call=call.id,
            group=call.group,
            since=call.since,
            company=call.company or "",
            credit_ms=credit_ms + repeat_ms,
            ring=call.ring,
            sticky=call.sticky,
            language=language,
        )
        assignment = self._acd.offer(request)
        if joining:
            facts |= {"position": self._acd.position(call.id) or 1, "agents": self._staff.states(call.group)}
            facts |= {"who": who} if (who := self._staff.who(call.group, 1)) else {}
            facts |= {"sticky": call.sticky} if call.sticky else {}
            if why := self._peak.called_up_for(call.group):
                facts["called_up"] = why
            facts |= spoken(call.dialogue.language) | ({"speakers": True} if language else {})
            facts |= {"since": call.place} if call.place is not None else {}
            if assignment is None and (stretch := self._ladders.stretch(call.group, now)) != 1:
                facts["stretch"] = round(stretch, 2)
            if assignment is None and (expected := self._expected(call, now)):
                call.forecast_s = facts["forecast_s"] = round(expected.mean_s)
            self._write(call, Kind.QUEUED, call.queued_at, group=call.group, **facts)
        if assignment:
            self._connect(assignment, now)
            return
        if call.sticky:
            self._out.append(StartTimer(f"sticky:{call.id}", self._centre.waiting.sticky_s * 1000))
        if language:
            self._languages.awaits(call.id, call.queued_at, now)
        self.wait(call, now, tell=joining)

    def wait(self, call: Call, now: int, tell: bool) -> None:
        """The caller hears the music, and now and then its position; on joining also that all agents are busy."""
        if not call.dialogue.answered:
            call.dialogue.answered = True
            self._out.append(Answer(call.id))
        company = call.dialogue.company
        self._out.append(HoldInQueue(call.id, company.id if company and company.music else ""))
        self.begin_climbing(call, now)
        self.await_closing(call, now)
        self.telling.begins(call, now, joining=tell)

    def leave(self, call: Call) -> None:
        """The call no longer waits: whatever plays, and every timer of its waiting, ends."""
        self._acd.withdraw(call.id)
        self._ladders.leaves(call.id)
        self._languages.over(call.id)
        self._out.append(StopTimer(f"closing:{call.id}"))
        self.telling.ends(call)
        if call.sticky:
            self._out.append(StopTimer(f"sticky:{call.id}"))
        if call.talk:
            self._out += call.talk.hush()
            call.talk = None

    def timer(self, what: str, call: Call, now: int) -> None:
        """One of the call's timers ran out while it waits."""
        if what == POSITION:
            self.telling.due(call, now)
        elif what == "closing":
            self._closes(call, now)
        elif what == "sticky" and call.sticky:
            call.sticky = None
            self._widen(call, Climb(call.ring, "sticky"), now)

    def key(self, call: Call, key: str, now: int) -> None:
        """A key pressed while waiting: rather be phoned back, or leave a message."""
        if now - call.waiting_since < _DEAF_MS:
            return
        if key == CALLBACK_KEY and self._centre.callback and call.callback is None:
            self.telling.hush(call)
            waiting = self._centre.waiting
            call.talk = Wish(
                channel=call.id, language=call.dialogue.language, answered=True,
                caller=call.caller, key_s=waiting.key_s, tries=waiting.key_tries,
                stay="callback-stay" if call.stage is Stage.QUEUE else "menu-goodbye",
            )  # fmt: skip
            self._out += call.talk.begin()
        elif key == MESSAGE_KEY and self._centre.voicemail and call.callback is None:
            self.take_message(call)

    def wish_said(self, call: Call, now: int) -> None:
        """The talk about a callback has come to its end."""
        assert isinstance(call.talk, Wish)
        wish, call.talk = call.talk, None
        if isinstance(wish.outcome, CallMe):
            self.call_back(call, wish.outcome.number, now)
        elif call.stage is not Stage.QUEUE:
            call.why = "closed"
            self._out.append(HangUp(call.id))

    def call_back(self, call: Call, number: str, now: int) -> None:
        """The caller hangs up and will be phoned at this number."""
        group = self._groups.get(call.group or "")
        credit_ms = (group.priority_s * 1000 if group else 0) + self._repeat_ms(call)
        self.leave(call)
        self._callbacks.ask(call, number, credit_ms, now)
        call.late_stage, call.why = Stage.DONE, "callback"
        self._out += call.dialogue.refuse("callback", "callback-accepted")

    def take_message(self, call: Call) -> None:
        """The caller leaves a message, which the dialplan records; the call ends there."""
        assert self._centre.voicemail
        self.leave(call)
        self._out += call.dialogue.hush()
        if not call.dialogue.answered:
            call.dialogue.answered = True
            self._out.append(Answer(call.id))
        call.late_stage, call.why = Stage.MESSAGE, "voicemail"
        most_s = self._centre.voicemail.most_s
        self._out.append(TakeMessage(call.id, call.group or "", call.company or "", call.dialogue.language, most_s))

    def put_through(self, call: Call, number: str) -> None:
        """The caller is put through to a number outside, and comes back if nobody answers there."""
        self.leave(call)
        call.late_stage, call.why = Stage.ELSEWHERE, "transferred"
        self._out.append(PutThrough(call.id, number, call.group or "", call.company or ""))

    def climb(self, now: int) -> None:
        """Whoever's step of the group's ladder is due climbs it, the longest waiting first."""
        forecast_s = self._forecasts(now)

        def level(group: str) -> float | None:
            return self._health.level(group, now)

        for name, step in self._ladders.climb(now, forecast_s, level):
            if call := self._calls.get(name):
                self._widen(call, step, now)
            elif (item := self._callbacks.items.get(name)) and (
                assignment := self._callbacks.widen(item, step.ring, now)
            ):
                self._connect(assignment, now)
        further = self._ladders.climb_further(now, forecast_s, level, self._acd.position)
        last = dict(further)
        for name, step in further:
            if (call := self._calls.get(name)) and call.stage is Stage.QUEUE:
                self._then(call, step, last[name], now)
        self._ladders.plan(now)

    def expected_s(self, now: int) -> dict[str, int]:
        """For each group in whose line somebody waits: the wait that the last of them has to expect in all, seconds.

        Where nothing can be foretold it is the longest wait so far.
        """
        lines: dict[str, list[Call]] = {}
        for call in self._calls.values():
            if call.stage is Stage.QUEUE and call.group:
                lines.setdefault(call.group, []).append(call)
        found = {}
        for group, calls in lines.items():
            foretold_s = self._estimates.joining_s(group, len(calls) - 1, self._staff.able(group, 1), now)
            longest_s = (now - min(call.since for call in calls)) / 1000
            found[group] = round(max(foretold_s or 0.0, longest_s))
        return found

    def open(self, name: str, now: int) -> None:
        """Nobody who speaks the language of this caller or callback was free in time: anybody may take the call."""
        if item := self._callbacks.items.get(name):
            assignment = self._callbacks.open(item)
        elif (call := self._calls.get(name)) and self._languages.over(name):
            self._write(call, Kind.WIDENED, now, group=call.group, ring=call.ring, why="language")
            assignment = self._acd.open(name)
        else:
            return
        if assignment:
            self._connect(assignment, now)

    def _forecasts(self, now: int) -> Callable[[str], float | None]:
        def forecast_s(name: str) -> float | None:
            call, item = self._calls.get(name), self._callbacks.items.get(name)
            group, ring = (call.group, call.ring) if call else (item.callback.group, item.ring) if item else (None, 1)
            if group and self._deserted(group, ring, now):
                return math.inf
            expected = self._expected(call, now) if call else None
            return expected.mean_s if expected else None

        return forecast_s

    def _widen(self, call: Call, step: Climb, now: int) -> None:
        if call.stage is not Stage.QUEUE:
            return
        call.ring = step.ring
        who = self._staff.who(call.group or "", step.ring)
        self._write(
            call, Kind.WIDENED, now, group=call.group, ring=step.ring, why=step.why, **({"who": who} if who else {})
        )
        if assignment := self._acd.widen(call.id, step.ring):
            self._connect(assignment, now)

    def _then(self, call: Call, step: Climb, last: Climb, now: int) -> None:
        """The group's ladder has something else for who still waits; `last`: the last of the steps due together."""
        call.then = step.ring
        then = self._groups[call.group or ""].then
        what, at_last = (then[one.ring - BEFORE_THEN - 1] for one in (step, last))
        if what.do == "callback" and at_last.do in ENDING:
            # Who is sent on this very moment would hear no word of the offer.
            return
        self._write(call, Kind.STEPPED, now, group=call.group, do=what.do, step=step.ring, why=step.why)
        match what.do:
            case "call_up":
                self._peak.demand(call.group or "", now)
            case "callback" if call.talk is None:
                self.telling.offer(call)
            case "voicemail":
                self.take_message(call)
            case "number":
                assert what.number
                self.put_through(call, what.number)
            case _:
                pass

    def begin_climbing(self, call: Call, now: int) -> None:
        """The waiting call's group may have a ladder."""
        assert call.group
        then = None if call.callback else call.then
        since = call.since if call.passed_at is None else call.passed_at
        self._ladders.joins(call.id, call.group, since=since, ring=call.ring, now=now, then=then)

    def await_closing(self, call: Call, now: int) -> None:
        """The waiting caller is told when the hours end, if it is wanted so."""
        if ending := self._ending(call, now):
            left_ms = max(round((ending.at - self._centre.local(now)).total_seconds() * 1000), 0)
            self._out.append(StartTimer(f"closing:{call.id}", left_ms))

    def _closes(self, call: Call, now: int) -> None:
        if ending := self._ending(call, now):
            self.leave(call)
            call.late_stage, call.why = Stage.DONE, "closed"
            self._out += call.dialogue.close(ending)

    def _ending(self, call: Call, now: int) -> Ending | None:
        if call.callback:
            return None
        return self._centre.opening(call.dialogue.company, call.group, self._holidays).ending(self._centre.local(now))

    def move(self, call: Call, former: Centre, now: int) -> None:
        """Whose group is no longer there waits in the one that stands in for it, at the same place by time."""
        assert call.group
        group = standing_in(call.group, former, self._centre, call.dialogue.company)
        if group != call.group:
            facts: dict[str, Json] = {"company": call.company, "category": call.group, "group": group, "how": "moved"}
            self._write(call, Kind.IDENTIFIED, now, **facts)
            call.group, call.ring = group, 1

    def _take_back(self, call: Call, now: int) -> None:
        """Who phones again while a callback is open for the same company gets its place, and the callback goes."""
        if call.callback or call.campaign or not call.caller:
            return
        if item := self._callbacks.of(call.caller, call.company or ""):
            if item.callback.state is State.DIALLING:
                return
            if item.callback.group == call.group:
                call.place = min(item.callback.since, call.since)
            self._callbacks.close(item, State.CANCELLED, "came_back", now)

    def _handler(self, call: Call) -> str | None:
        """The agent who handles this customer's open case, when it is worth waiting for."""
        handler = call.known.handler(call.company) if call.known and self._centre.waiting.sticky_s else None
        return handler if handler and call.group and self._staff.may_serve(handler, call.group) else None

    def _repeat_ms(self, call: Call) -> int:
        repeats = call.callback is None and call.known and call.known.repeats(call.company, call.queued_at)
        return self._centre.waiting.repeat_priority_s * 1000 if repeats else 0

    def _expected(self, call: Call, now: int) -> Estimate | None:
        assert call.group
        agents = self._staff.able(call.group, call.ring)
        # Callbacks stand at the time at which they were asked for, which tells nothing about how the line moves.
        head = next((there for name in self._acd.in_line(call.group) if (there := self._calls.get(name))), None)
        return self._estimates.expected(call, self._acd.position(call.id) - 1, agents, head, now)
