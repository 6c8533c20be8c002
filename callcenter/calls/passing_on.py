"""An agent passes the caller on: to a group's line, to a colleague who is ready, or to a number outside.

Asterisk takes the caller out of the conversation and gives it back to the engine (`Redirect`, then `CallPassed`): only
then it has happened and is written down. The caller is told, and waits at the place of its first arrival.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callcenter.agents.presence import Presence, State
from callcenter.calls import events
from callcenter.calls.call import Call, Stage
from callcenter.calls.commands import Command, Redirect, Reply
from callcenter.calls.greeting import Greeting
from callcenter.calls.journal import Json, Kind
from callcenter.centre import Company, Outside

if TYPE_CHECKING:
    from callcenter.calls.floor import Floor


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Where to: a group's line; there an agent is asked first, if one is named. Or outside, and to the line if nobody
    answers there.
    """

    group: str
    agent: str | None = None
    outside: Outside | None = None


@dataclass(slots=True, kw_only=True)
class Told(Greeting):
    """The caller hears that the call is passed on; then it joins the line."""

    topic: str = "passed"

    def begin(self, company: Company | None) -> list[Command]:
        """The caller is back from the conversation."""
        return self._say(("queue-passed",), self._end)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    agent: str
    aim: Aim
    how: str
    #: The page that waits for the answer.
    ticket: str | None


class PassingOn:
    """Calls that agents want to pass on, until Asterisk has given them back. Times are epoch milliseconds."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._asked: dict[str, _Asked] = {}
        #: The numbers outside for callers who hear just now that they are passed on.
        self._outside: dict[str, str] = {}

    def asked(self, agent: str, target: str, how: str, now: int, ticket: str | None = None) -> str | None:
        """An agent wants the present call passed on to `group:ID`, to `agent:ID`, or to `outside:ID` of the company's
        numbers; the slug of why not, else None.

        `ticket` is replied to when it is done or has failed.
        """
        presence = self._floor.staff.agents.get(agent)
        call = self._floor.calls.get(presence.call or "") if presence else None
        if presence is None or call is None or presence.state is not State.TALKING or call.stage is not Stage.TALKING:
            return "no_call"
        if call.id in self._asked:
            return "already_passed"
        aim = self._aim(presence, call, target)
        if isinstance(aim, str):
            return aim
        self._asked[call.id] = _Asked(agent=agent, aim=aim, how=how, ticket=ticket)
        self._floor.command(Redirect(call.id, "cc-passed", "s"))
        return None

    def happened(self, channel: str, now: int) -> None:
        """Asterisk has taken the caller out of the conversation."""
        asked, call = self._asked.pop(channel, None), self._floor.calls.get(channel)
        if call is None:
            return
        if asked is None:
            # Asked of an engine that has died since: the caller goes on where it last was in line.
            call.agent = None
            self._floor.rejoin(call, now)
            return
        agent = self._floor.staff.agents[asked.agent]
        self._reply(asked, None)
        to: dict[str, Json] = {"to": asked.aim.agent} if asked.aim.agent else {}
        if asked.aim.outside:
            to = {"outside": asked.aim.outside.id}
            self._outside[call.id] = asked.aim.outside.number
        talk_ms = now - (call.answered_at or now)
        self._floor.write(
            call, Kind.PASSED, now, agent=agent.id, group=asked.aim.group, talk_ms=talk_ms, how=asked.how, **to
        )
        self._floor.estimates.handled(call, now)
        call.passed_by, call.passed_at = agent.id, now
        call.group, call.sticky, call.ring, call.then = asked.aim.group, asked.aim.agent, 1, 1
        call.agent = call.agent_channel = call.answered_at = call.forecast_s = call.told_wait = None
        call.late_stage = Stage.GREETING
        call.talk = Told(channel=call.id, language=call.dialogue.language, answered=True)
        for command in call.talk.begin(None):
            self._floor.command(command)
        self._floor.release(call, now)
        if agent.call == call.id:
            self._floor.staff.call_over(agent, now)

    def goes_on(self, call: Call, now: int) -> None:
        """The caller has heard it."""
        if number := self._outside.pop(call.id, None):
            self._floor.line.put_through(call, number)
        else:
            self._floor.line.join(call, now)

    def failed(self, channel: str) -> None:
        """Asterisk could not take the caller out; the conversation goes on, or the caller has just gone."""
        self._outside.pop(channel, None)
        if asked := self._asked.pop(channel, None):
            self._reply(asked, "not_passed")

    def _aim(self, presence: Presence, call: Call, target: str) -> Aim | str:
        what, _, who = target.partition(":")
        if what == "group" and who in {group.id for group in self._floor.centre.group}:
            return Aim(group=who)
        company = self._floor.companies.get(call.company or "")
        number = next((one for one in company.outside if one.id == who), None) if company else None
        if what == "outside" and number and call.group:
            return Aim(group=call.group, outside=number)
        colleague = self._floor.staff.agents.get(who)
        if what == "agent" and colleague and colleague is not presence:
            if not colleague.available or not colleague.groups:
                return "colleague_busy"
            return Aim(group=call.group if call.group in colleague.groups else colleague.groups[0], agent=who)
        return "unknown_target"

    def _reply(self, asked: _Asked, error: str | None) -> None:
        if asked.ticket:
            self._floor.command(Reply(asked.ticket, error))


def wanted(passing: PassingOn, event: events.AgentAsked, now: int) -> Reply | None:
    """The page's wish; what to reply at once: nothing as long as it is under way."""
    error = passing.asked(event.agent, event.reason or "", "page", now, event.ticket)
    return Reply(event.ticket, error) if error else None
