"""The live board: what the controller tells now, joined with the day's calls. Pure: time is an argument.

The service level printed on it is answered within T ÷ (answered + abandoned − abandoned within 5 s). Customers who
waited and gave up count against the centre; those who hung up at once (a misdial, a second thought) no agent could have
served. `answered within T ÷ answered` would look perfect while everybody gives up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from callcenter.call_up.report import Report
from callcenter.store.figures import Figures
from callcenter.web.work import Work

#: An abandoned call that waited less than this never had a fair chance of an answer.
SHORT_ABANDON_S = 5

#: A favour to a group that is worth less waiting than this seldom decides anything, and most groups lag by a little.
FAVOUR_SHOWN_S = 10

#: The controller writes twice a second; an older board is not live.
STALE_AFTER_MS = 5_000

#: Order of the states on every page: those who can help first.
STATES = ("ready", "ringing", "talking", "wrapup", "paused", "offline")


@dataclass(slots=True)
class Line:
    """One line of the board: the whole centre, a group or a company."""

    #: Callers in the queue now; those whose agent's phone rings still wait.
    waiting: int = 0
    #: Since when the longest waiting caller waits, epoch ms.
    longest_since: int | None = None
    talking: int = 0
    ready: int = 0
    #: Customers who will be phoned back.
    callbacks: int = 0
    #: Messages that nobody has taken yet.
    messages: int = 0
    #: Calls that entered today.
    day: Figures = field(default_factory=Figures)

    def add_waiting(self, since: int) -> None:
        """Count a caller who waits since then."""
        self.waiting += 1
        self.longest_since = since if self.longest_since is None else min(self.longest_since, since)

    @property
    def active(self) -> bool:
        """Whether anything happens now or happened today."""
        return bool(self.waiting or self.talking or self.callbacks or self.messages or self.day.entered)


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What the board stands on."""

    #: The controller lives and its board is fresh.
    controller: bool
    ari: bool
    ami: bool
    #: When the controller last wrote its board, epoch ms.
    last_seen: int | None
    #: Differences between the engine and Asterisk that it found and mended.
    healed: int
    #: The day's figures could be read.
    database: bool
    #: Live figures could be read.
    redis: bool

    @property
    def live(self) -> bool:
        """Whether the figures can be believed as of now."""
        return self.controller and self.ari and self.redis


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """Everything a supervisor sees at one moment."""

    #: Epoch ms by this server's clock.
    at: int
    total: Line
    groups: Mapping[str, Line]
    companies: Mapping[str, Line]
    #: As in `cc:board`, the longest waiting first.
    waiting: Sequence[Mapping[str, Any]]
    #: As in `cc:board`, those who can help first, then by time in the state.
    agents: Sequence[Mapping[str, Any]]
    #: How many agents are in each state.
    states: Mapping[str, int]
    #: Companies below their promised service level, whose callers go first: `level`, `floor` and `credit_s`.
    favoured: Mapping[str, Mapping[str, float]]
    #: Groups that lag behind all together, the furthest first: `level`, `of_all` and `credit_s`.
    favoured_groups: Mapping[str, Mapping[str, float]]
    #: Peak-time agents are asked to come on line.
    called_up: bool
    #: What became of the last call-up's messages.
    call_up: Report | None
    #: What waits to be done, by the page where it is.
    todo: Mapping[str, int]
    #: Callers who are still in greeting or menu.
    in_menu: int
    health: Health


def compute_board(
    live: Mapping[str, Any] | None,
    controller: Mapping[str, Any] | None,
    day: Iterable[Figures],
    *,
    at: int,
    groups: Iterable[str],
    companies: Iterable[str],
    database: bool = True,
    redis: bool = True,
    call_up: Report | None = None,
    work: Work | None = None,
) -> Board:
    """The board at this moment.

    live: `cc:board`, controller: `cc:controller` (docs/architecture.md), None when absent; at: epoch ms now.
    Every group and company of the centre has a line, and so has one that only today's calls still know.
    """
    total = Line()
    by_group = {slug: Line() for slug in groups}
    by_company = {slug: Line() for slug in companies}

    def lines(group: str | None, company: str | None) -> list[Line]:
        found = [total]
        if group is not None:
            found.append(by_group.setdefault(group, Line()))
        if company is not None:
            found.append(by_company.setdefault(company, Line()))
        return found

    for figures in day:
        for line in lines(figures.group, figures.company):
            line.day += figures

    agents: list[Mapping[str, Any]] = list(live["agents"]) if live else []
    states = dict.fromkeys(STATES, 0)
    for call in live["waiting"] if live else ():
        for line in lines(call["group"], call["company"]):
            line.add_waiting(int(call["since"]))
    for agent in agents:
        states[agent["state"]] += 1
        if agent["state"] == "ready":
            total.ready += 1
            for group in agent["groups"]:
                by_group.setdefault(group, Line()).ready += 1
        elif agent["state"] == "talking" and (call := agent["call"]):
            for line in lines(call["group"], call["company"]):
                line.talking += 1

    for item in work.callbacks if work else ():
        for line in lines(item.callback.group, item.callback.company or None):
            line.callbacks += 1
    for group, new in work.messages.items() if work else ():
        for line in lines(group, None):
            line.messages += new

    fresh = live is not None and at - int(live["at"]) <= STALE_AFTER_MS
    return Board(
        at=at,
        total=total,
        groups=by_group,
        companies=by_company,
        waiting=sorted(live["waiting"], key=lambda call: call["since"]) if live else [],
        agents=sorted(agents, key=lambda agent: (STATES.index(agent["state"]), agent["since"])),
        states=states,
        # While an upgrade goes on, the controller that leads may not tell these yet.
        favoured=live.get("favoured", {}) if live else {},
        favoured_groups=_lagging(live.get("favoured_groups", {}) if live else {}),
        called_up=bool(live and live.get("called_up")),
        call_up=call_up,
        todo=work.counts(None) if work else {},
        in_menu=int(live["in_menu"]) if live else 0,
        health=Health(
            controller=fresh and controller is not None,
            ari=bool(controller and controller["ari"]),
            ami=bool(controller and controller["ami"]),
            last_seen=int(live["at"]) if live else None,
            healed=int(live["healed"]) if live else 0,
            database=database,
            redis=redis,
        ),
    )


def _lagging(favoured: Mapping[str, Mapping[str, float]]) -> dict[str, Mapping[str, float]]:
    shown = [(group, favour) for group, favour in favoured.items() if favour["credit_s"] >= FAVOUR_SHOWN_S]
    return dict(sorted(shown, key=lambda one: (-one[1]["credit_s"], one[1]["level"])))
