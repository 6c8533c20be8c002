"""Callbacks at work: in line like callers, dialled when an agent is reserved, written down at every step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, time

from callcenter.calls.call import Call
from callcenter.calls.calling_hours import calling_hours
from callcenter.calls.commands import Command, StartTimer, StopTimer, Write
from callcenter.calls.journal import Entry, Json, Kind
from callcenter.calls.ladders import Ladders
from callcenter.calls.languages import Languages
from callcenter.centre import Centre
from routing.acd import Acd, Assignment
from routing.callback import Callback, CallbackRule, CallingHours, Outcome, State

#: The timer's name begins so, and the name in line of a callback.
CALLBACK = "callback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A callback and what is needed to carry it out. The callback's id is the asking call's with a prefix."""

    callback: Callback
    #: The call that asked for it.
    call: str
    number: str
    #: The dialled number, which the customer will see.
    dnis: str
    language: str
    ring: int = 1
    credit_ms: int = 0
    #: The channel of the attempt under way.
    channel: str | None = None
    why: str | None = None

    def to_json(self) -> dict[str, Json]:
        """The whole item, as the journal and Redis keep it."""
        c = self.callback
        return {
            "id": c.id, "group": c.group, "company": c.company, "since": c.since, "requested_at": c.requested_at,
            "due_at": c.due_at, "attempts": c.attempts, "state": c.state.value, "call": self.call,
            "number": self.number, "dnis": self.dnis, "language": self.language, "ring": self.ring,
            "credit_ms": self.credit_ms, "channel": self.channel, "why": self.why,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: dict[str, Json]) -> Item:
        """The item that `to_json` wrote. Raises `KeyError`, `TypeError` or `ValueError` for anything else."""
        whole = {name: int(str(data[name])) for name in ("since", "requested_at", "due_at", "attempts")}
        callback = Callback(
            id=str(data["id"]), group=str(data["group"]), company=str(data["company"] or ""),
            state=State(str(data["state"])), **whole,
        )  # fmt: skip
        channel, why = data["channel"], data["why"]
        return cls(
            callback=callback, call=str(data["call"]), number=str(data["number"]), dnis=str(data["dnis"]),
            language=str(data["language"]), ring=int(str(data["ring"])), credit_ms=int(str(data["credit_ms"])),
            channel=None if channel is None else str(channel), why=None if why is None else str(why),
        )  # fmt: skip


class Callbacks:
    """Every open callback; one whose turn has come goes to `dial` with its reserved agent. Times are epoch ms."""

    def __init__(
        self,
        centre: Centre,
        holidays: frozenset[date],
        acd: Acd,
        out: list[Command],
        ladders: Ladders,
        languages: Languages,
        dial: Callable[[Item, Assignment, int], None],
    ) -> None:
        self._holidays = holidays
        self._out = out
        self._ladders = ladders
        self._languages = languages
        self._dial = dial
        self.items: dict[str, Item] = {}
        self._channels = 0
        self.know(centre, acd)

    def know(self, centre: Centre, acd: Acd) -> None:
        """Work by this description on this distribution; what stands in line is `calls/reconfigure.py`'s business."""
        self._acd = acd
        settings = centre.callback
        self._rule = CallbackRule()
        self._centre = centre
        #: By company and group, as they are asked for.
        self._hours: dict[tuple[str, str], CallingHours] = {}
        if settings:
            self._rule = CallbackRule(
                attempts=settings.attempts, spacing_s=settings.spacing_s, expires_s=settings.expires_h * 3600
            )

    def ask(self, call: Call, number: str, credit_ms: int, now: int) -> None:
        """The caller gives up waiting for this; another callback to the same number for the same company goes."""
        assert call.group
        if other := self.of(number, call.company or ""):
            self.close(other, State.CANCELLED, "asked_again", now)
        callback = Callback.requested(
            f"{CALLBACK}:{call.id}", call.group, call.company or "",
            since=call.since, now=now, rule=self._rule, hours=self._hours_of(call.company or "", call.group),
        )  # fmt: skip
        item = Item(
            callback=callback, call=call.id, number=number, dnis=call.dnis,
            language=call.dialogue.language, ring=call.ring, credit_ms=credit_ms,
        )  # fmt: skip
        self._write(item, Kind.CALLBACK_ASKED, now)
        self._put(item, now)

    def of(self, number: str, company: str) -> Item | None:
        """The open callback to this number for this company."""
        return next((i for i in self.items.values() if i.number == number and i.callback.company == company), None)

    def turn(self, assignment: Assignment, now: int) -> bool:
        """Whether the call that got an agent is a callback; then it is dialled."""
        item = self.items.get(assignment.call)
        if item is None:
            return False
        self._ladders.leaves(item.callback.id)
        self._languages.over(item.callback.id)
        # In the ids of Asterisk's own channels the running number is small.
        self._channels += 1
        node = item.call.rpartition("-")[0]
        channel = f"{node}-{now // 1000}.{900_000_000 + now % 1000 * 1000 + self._channels % 1000}"
        item = replace(item, callback=item.callback.dial(), channel=channel)
        self._move(item, now)
        self._dial(item, assignment, now)
        return True

    def attempted(self, callback: str, outcome: Outcome, why: str, now: int) -> None:
        """The attempt under way is over."""
        item = self.items.get(callback)
        if item is None or item.callback.state is not State.DIALLING:
            return
        after = item.callback.next_attempt(now, outcome, self._rule, self._hours_for(item))
        self._put(replace(item, callback=after, channel=None, why=why), now)

    def due(self, callback: str, now: int) -> None:
        """The timer of this callback ran out."""
        if item := self.items.get(callback):
            self._leave(callback)
            self._put(replace(item, callback=item.callback.look(now, self._rule, self._hours_for(item))), now)

    def widen(self, item: Item, ring: int, now: int) -> Assignment | None:
        """More agents may take it from now on."""
        self._move(replace(item, ring=ring), now)
        return self._acd.widen(item.callback.id, ring)

    def open(self, item: Item) -> Assignment | None:
        """Agents who do not speak the customer's language may take it as well."""
        self._languages.over(item.callback.id)
        return self._acd.open(item.callback.id)

    def hurry(self, item: Item, now: int) -> State:
        """Its time is now, as far as the calling hours allow; how it stands then."""
        sooner = replace(item.callback, due_at=now).look(now, self._rule, self._hours_for(item))
        self._put(replace(item, callback=sooner), now)
        return sooner.state

    def close(self, item: Item, state: State, why: str, now: int) -> None:
        """It is over without a further attempt."""
        self._leave(item.callback.id)
        self._put(replace(item, callback=replace(item.callback, state=state), why=why), now)

    def restore(self, items: Iterable[Item], dialling: Callable[[str], bool], now: int) -> None:
        """Go on after an interruption; `dialling` tells whether the call of an attempt is known to be under way."""
        for item in items:
            self.items[item.callback.id] = item
        for item in list(self.items.values()):
            if item.callback.state is not State.DIALLING:
                self.due(item.callback.id, now)
            elif item.channel is None or not dialling(item.channel):
                self.attempted(item.callback.id, Outcome.NO_ANSWER, "interrupted", now)

    def _hours_for(self, item: Item) -> CallingHours:
        return self._hours_of(item.callback.company, item.callback.group)

    def _hours_of(self, company: str, group: str) -> CallingHours:
        settings = self._centre.callback
        if settings is None:
            return lambda _: None
        if (company, group) not in self._hours:
            first, last = (time.fromisoformat(clock) for clock in settings.between.split("-"))
            known = next((one for one in self._centre.company if one.id == company), None)
            opening = self._centre.opening(known, group, self._holidays)
            self._hours[company, group] = calling_hours(opening, (first, last))
        return self._hours[company, group]

    def _put(self, item: Item, now: int) -> None:
        callback = item.callback
        if not callback.state.open:
            self.items.pop(callback.id, None)
            self._out.append(StopTimer(callback.id))
            self._write(item, Kind.CALLBACK_CLOSED, now)
            return
        self._move(item, now)
        wake_at = callback.wake_at(self._rule, self._hours_for(item))
        if wake_at is not None:
            self._out.append(StartTimer(callback.id, max(wake_at - now, 0)))
        if callback.state is State.DUE:
            language = self._languages.wanted(item.language, callback.group, now, now)
            assignment = self._acd.offer(callback.request(item.ring, item.credit_ms, language))
            if assignment:
                self.turn(assignment, now)
                return
            self.climbs(item, now)
            if language:
                self._languages.awaits(callback.id, now, now)

    def climbs(self, item: Item, now: int) -> None:
        """The callback stands in line: its group's ladder holds for it as for a caller."""
        callback = item.callback
        self._ladders.joins(callback.id, callback.group, since=callback.since, ring=item.ring, now=now)

    def regroup(self, item: Item, group: str, now: int) -> None:
        """Its group is no longer there; another one stands in."""
        self._move(replace(item, callback=replace(item.callback, group=group), ring=1), now)

    def _leave(self, callback: str) -> None:
        self._acd.withdraw(callback)
        self._ladders.leaves(callback)
        self._languages.over(callback)

    def _move(self, item: Item, now: int) -> None:
        before = self.items.get(item.callback.id)
        self.items[item.callback.id] = item
        if before != item:
            self._write(item, Kind.CALLBACK_MOVED, now)

    def _write(self, item: Item, kind: Kind, now: int) -> None:
        key = f"{item.callback.id}:{kind}:{now}:{item.callback.state}:{item.callback.attempts}:{item.ring}"
        self._out.append(Write(Entry(key=key, kind=kind, at=now, call=item.call, data=item.to_json())))
