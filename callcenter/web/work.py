"""What waits to be done beside the live phone: open callbacks, new messages, low scores and campaigns that are stuck,
read once for all who look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from callcenter.calls.callbacks import Item
from callcenter.centre import Centre
from callcenter.journal import read_callbacks
from callcenter.store.engine import Sessions
from callcenter.store.low_scores import LowScores
from callcenter.store.messages import Messages
from callcenter.store.models import Role
from callcenter.store.scope import WholeCentre
from callcenter.web.engine import read_json
from callcenter.web.people import Person

log = structlog.get_logger(__name__)

#: Both stores are asked at most this often.
_EVERY_S = 1.0

#: Why a campaign stands still until somebody does something (`cc:outbound`).
_STUCK = frozenset({"carrier_refuses", "unproven", "engine_away"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """As last read; `certain` is False while one of the stores does not answer."""

    #: The next to be dialled first.
    callbacks: tuple[Item, ...] = ()
    #: New messages by group; of no group under None.
    messages: Mapping[str | None, int] = field(default_factory=dict)
    #: Callers in line or being rung for, as on the board.
    waiting: tuple[Mapping[str, Any], ...] = ()
    #: Customers with a low score whom nobody has taken on to phone.
    low_scores: int = 0
    #: Campaigns that dial nobody until somebody does something.
    stuck: int = 0
    certain: bool = True

    def callbacks_of(self, groups: Collection[str] | None) -> list[Item]:
        """Open callbacks of these groups; None: of all."""
        return [item for item in self.callbacks if groups is None or item.callback.group in groups]

    def line(self, groups: Collection[str]) -> tuple[int, int | None]:
        """How many callers wait for these groups, and since when the first of them does (epoch ms)."""
        since = [call["since"] for call in self.waiting if call["group"] in groups]
        return len(since), min(since, default=None)

    def counts(self, groups: Collection[str] | None) -> dict[str, int]:
        """The figures that stand beside the pages' names in the header."""
        new = sum(n for group, n in self.messages.items() if groups is None or group is None or group in groups)
        return {
            "callbacks": len(self.callbacks_of(groups)),
            "messages": new,
            "low_scores": self.low_scores,
            "campaigns": self.stuck,
        }


class WorkFeed:
    """The work as of a second ago, for any number of viewers."""

    def __init__(self, redis: Redis, sessions: Sessions) -> None:
        self._redis = redis
        self._sessions = sessions
        self._reading = asyncio.Lock()
        self._read_at = float("-inf")
        self._work = Work()

    async def now(self) -> Work:
        """The work; a store that does not answer leaves what was last read from it."""
        async with self._reading:
            if asyncio.get_running_loop().time() - self._read_at >= _EVERY_S:
                self._work = await self._read()
                self._read_at = asyncio.get_running_loop().time()
            return self._work

    def changed(self) -> None:
        """Somebody just changed it: whoever asks next reads it anew."""
        self._read_at = float("-inf")

    async def _read(self) -> Work:
        callbacks, messages, low_scores = self._work.callbacks, self._work.messages, self._work.low_scores
        waiting: tuple[Mapping[str, Any], ...] = ()
        stuck = 0
        certain = True
        try:
            board, outbound = await read_json(self._redis, "cc:board", "cc:outbound")
            waiting = tuple(board["waiting"]) if board else ()
            stuck = sum(one["why"] in _STUCK for one in outbound["campaigns"].values()) if outbound else 0
            callbacks = tuple(sorted(await read_callbacks(self._redis), key=_turn))
            async with self._sessions() as session:
                messages = await Messages(session, WholeCentre()).new_by_group()
                low_scores = await LowScores(session, WholeCentre()).waiting()
        except (RedisError, SQLAlchemyError, OSError) as error:
            certain = False
            log.warning("work.unreadable", error=type(error).__name__)
        return Work(
            callbacks=callbacks,
            messages=messages,
            waiting=waiting,
            low_scores=low_scores,
            stuck=stuck,
            certain=certain,
        )


def _turn(item: Item) -> tuple[int, int]:
    return max(item.callback.due_at, item.callback.since), item.callback.requested_at


def groups_of(centre: Centre, person: Person) -> frozenset[str] | None:
    """The groups whose work this person sees: an agent's own; None: all."""
    if person.role is not Role.AGENT:
        return None
    return frozenset(group for agent in centre.agent if agent.id == person.agent for group in agent.groups)
