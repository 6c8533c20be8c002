"""Calls as the controller and Asterisk write them down, as many as a test wants."""

from __future__ import annotations

import asyncio
from pathlib import Path

import orjson
from redis import Redis

from callcenter.calls.journal import Entry, Json, Kind
from callcenter.journal import JournalWriter
from callcenter.redis_pipe import RedisPipe

FIRST = 1_795_000_000


def call_entries(n: int) -> list[Entry]:
    """The n-th call: answered; each third caller gives up waiting, each seventh agent misses the call first."""
    second = FIRST + n
    call, start, agent = f"cc-{second}.{n}", second * 1000, f"10{n % 12:02}"

    def told(kind: Kind, at: int, **data: Json) -> Entry:
        return Entry(key=f"{call}:{kind}:{start + at}", kind=kind, at=start + at, call=call, data=data)

    entries = [
        told(Kind.ENTERED, 10, dnis="07000000102", caller=f"010{n:08}", channel="x", via="inbound"),
        told(Kind.IDENTIFIED, 20, company=f"company-{n % 5}", category="kitchen", group="kitchen", how="dnis"),
        told(Kind.QUEUED, 4000, group="kitchen", position=1),
    ]
    if n % 3 == 0:
        return [*entries, told(Kind.ENDED, 9000, by="caller", cause=16, stage="queue")]
    if n % 7 == 0:
        entries += [
            told(Kind.OFFERED, 4100, group="kitchen", agent="1099"),
            told(Kind.MISSED, 14_100, agent="1099", status="NOANSWER", ring_ms=10_000),
        ]
    return [
        *entries,
        told(Kind.OFFERED, 15_000, group="kitchen", agent=agent),
        told(Kind.ANSWERED, 17_000, agent=agent, agent_channel=f"{call}-agent"),
        told(Kind.ENDED, 47_100, by="caller", cause=16, stage="talking"),
    ]


def spool_lines(n: int) -> list[dict[str, str]]:
    """What Asterisk leaves of the same call."""
    second = FIRST + n
    call, start, name = f"cc-{second}.{n}", second * 1000, f"PJSIP/network-{n}"
    lines = [
        {"call": call, "leg": "caller", "channel": call, "channel_name": name, "by": name, "cause": "16",
         "at": str(start + (9000 if n % 3 == 0 else 47_000)), "rx_count": "1500", "rx_lost": "3", "rx_jitter": "0.002"},
    ]  # fmt: skip
    if n % 3:
        lines.append(
            {"call": call, "leg": "agent", "channel": f"{call}-agent", "channel_name": "y", "by": name, "cause": "16",
             "at": str(start + 47_000), "talk_ms": "29990", "recording": f"r/{call}"}
        )  # fmt: skip
    return lines


def agent_entries() -> list[Entry]:
    """One agent's day."""

    def told(kind: Kind, at: int, **data: Json) -> Entry:
        at += FIRST * 1000
        return Entry(key=f"1001:{kind}:{at}", kind=kind, at=at, agent="1001", data=data)

    return [
        told(Kind.LOGGED_IN, 0, groups=["kitchen", "car"], how="page"),
        told(Kind.PAUSED, 60_000, reason="lunch"),
        told(Kind.READY, 120_000, previous="paused"),
        told(Kind.LOGGED_OUT, 180_000, how="page"),
    ]


async def write_journal(url: str, entries: list[Entry]) -> None:
    """Through the writer that the controller uses."""
    redis = RedisPipe(url)
    writer = JournalWriter(redis)
    writer.append(entries)
    writing = asyncio.get_running_loop().create_task(writer.run())
    await asyncio.wait_for(writer.flush(), 20)
    writing.cancel()
    redis.close()


def write_spool(folder: Path, numbers: range) -> None:
    folder.mkdir(exist_ok=True)
    with (folder / "20261118.jsonl").open("ab") as file:
        for n in numbers:
            for line in spool_lines(n):
                file.write(orjson.dumps(line) + b"\n")


def unacknowledged(url: str) -> int:
    """Entries of the journal that the ledger has not confirmed."""
    with Redis.from_url(url) as redis:
        groups = redis.xinfo_groups("cc:journal")
        return (
            sum(int(group["pending"]) + int(group["lag"]) for group in groups)
            if groups
            else int(redis.xlen("cc:journal"))
        )
