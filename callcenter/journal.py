"""The journal in Redis: the first place where anything about a call is written down.

One stream holds every entry; the hash `cc:open` remembers where each call that still lasts began in it, so that
a controller can start again where it was; the hash `cc:callbacks` holds each open callback as it stands.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping
from typing import cast

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from callcenter.calls.callbacks import Item
from callcenter.calls.journal import Entry, Kind
from callcenter.redis_pipe import RedisPipe

STREAM = "cc:journal"
OPEN = "cc:open"
CALLBACKS = "cc:callbacks"

#: Entries that wait in memory while Redis is away: an hour of a busy centre in about 100 MB.
_LIMIT = 200_000
_BATCH = 500
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 2.0
#: The first entry goes out at once; what follows it this soon goes together.
_PACE_S = 0.02

_Messages = list[tuple[bytes, dict[bytes, bytes]]]

#: XADD gives the id that `cc:open` must hold, so both happen in one script: a call is never in the stream and not open.
_APPEND = """
local first = 1
while first < #ARGV do
  local key, kind, at, call, agent, data = unpack(ARGV, first, first + 5)
  local id = redis.call('XADD', KEYS[1], '*', 'k', key, 'n', kind, 't', at, 'c', call, 'a', agent, 'd', data)
  if kind == 'call.entered' then redis.call('HSETNX', KEYS[2], call, id) end
  if kind == 'call.ended' then redis.call('HDEL', KEYS[2], call) end
  if kind == 'callback.asked' or kind == 'callback.moved' then redis.call('HSET', KEYS[3], call, data) end
  if kind == 'callback.closed' then redis.call('HDEL', KEYS[3], call) end
  first = first + 6
end
"""

log = structlog.get_logger()


def decode(fields: Mapping[bytes, bytes]) -> Entry:
    """The entry that a message of the stream holds."""
    return Entry(
        key=fields[b"k"].decode(),
        kind=Kind(fields[b"n"].decode()),
        at=int(fields[b"t"]),
        call=fields[b"c"].decode() or None,
        agent=fields[b"a"].decode() or None,
        data=orjson.loads(fields[b"d"]),
    )


def _encode(entry: Entry) -> tuple[str, str, int, str, str, bytes]:
    return entry.key, entry.kind.value, entry.at, entry.call or "", entry.agent or "", orjson.dumps(entry.data)


class JournalWriter:
    """Writes entries in the order given, without ever making the caller wait.

    While Redis is away entries wait in memory and are tried again; a batch that was written without the answer
    arriving is written twice, which changes nothing because entries have keys.
    """

    def __init__(self, redis: RedisPipe) -> None:
        self._redis = redis
        self._waiting: deque[Entry] = deque()
        self._something = asyncio.Event()
        self._nothing = asyncio.Event()
        self._nothing.set()
        #: Entries that found no room while Redis was away too long; anything but 0 is an alarm.
        self.lost = 0

    @property
    def waiting(self) -> int:
        """Entries that are not in Redis yet."""
        return len(self._waiting)

    def append(self, entries: Iterable[Entry]) -> None:
        """Have these written soon."""
        for entry in entries:
            if len(self._waiting) >= _LIMIT:
                self.lost += 1
                continue
            self._waiting.append(entry)
            self._something.set()
            self._nothing.clear()

    async def flush(self) -> None:
        """Return when everything appended before is in Redis; put a time-out around it."""
        await self._nothing.wait()

    async def run(self) -> None:
        """Write until cancelled; belongs into the process's task group."""
        pause = _FIRST_PAUSE_S
        while True:
            await self._something.wait()
            batch = [self._waiting[n] for n in range(min(_BATCH, len(self._waiting)))]
            try:
                values = [value for entry in batch for value in _encode(entry)]
                await self._redis.ask(("EVAL", _APPEND, 3, STREAM, OPEN, CALLBACKS, *values))
            except RedisError as error:
                log.warning("journal.redis_away", waiting=self.waiting, lost=self.lost, error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
                continue
            pause = _FIRST_PAUSE_S
            for _ in batch:
                self._waiting.popleft()
            if not self._waiting:
                self._something.clear()
                self._nothing.set()
            await asyncio.sleep(_PACE_S)


async def read_open(redis: Redis) -> list[Entry]:
    """Every entry of every call that entered and has not ended, each once, in the order of writing."""
    begun = cast(dict[bytes, bytes], await redis.hgetall(OPEN))
    if not begun:
        return []
    entries: dict[str, Entry] = {}
    start = min(begun.values(), key=stream_id)
    while messages := cast(_Messages, await redis.xrange(STREAM, min=start, count=1000)):
        for _, fields in messages:
            if fields[b"c"] in begun:
                entry = decode(fields)
                entries.setdefault(entry.key, entry)
        start = b"(" + messages[-1][0]
    return list(entries.values())


async def read_callbacks(redis: Redis) -> list[Item]:
    """Every open callback."""
    stored = cast(dict[bytes, bytes], await redis.hgetall(CALLBACKS))
    return [Item.from_json(orjson.loads(raw)) for raw in stored.values()]


def stream_id(raw: bytes) -> tuple[int, int]:
    """A stream id as a pair of numbers that compares as Redis orders it."""
    ms, _, n = raw.partition(b"-")
    return int(ms), int(n)
