"""What the ledger costs: CPU ms of its process per call at 300 calls/s, each call's entries spread over two seconds.

`python -m tests.benchmarks.ledger_cost [sqlite|postgresql]`
"""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from redis import Redis

from callcenter.calls.journal import Entry
from callcenter.embedded_redis import embedded_redis
from callcenter.ledger.writer import LedgerWriter
from callcenter.store.engine import open_sync_engine
from callcenter.store.migrate import upgrade
from tests.integration.ledger.town_of_calls import call_entries, write_journal, write_spool
from tests.integration.servers import free_port, postgresql

CALLS, RATE, BATCH_S, LASTS_S, FULL_S = 3000, 300, 0.2, 2.0, 47.1


def main(kind: str) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        redis_url = f"redis://127.0.0.1:{free_port()}/0"
        stack.enter_context(embedded_redis(redis_url, folder / "redis"))
        if kind == "postgresql":
            url = stack.enter_context(postgresql())
        else:
            url = f"sqlite+aiosqlite:///{folder / 'callcenter.db'}"
        upgrade(url)
        batches: dict[int, list[Entry]] = {}
        ends: dict[int, list[int]] = {}
        for n in range(CALLS):
            entries = call_entries(n)
            for entry in entries:
                at = n / RATE + (entry.at - entries[0].at) / 1000 * LASTS_S / FULL_S
                batches.setdefault(int(at / BATCH_S), []).append(entry)
            ends.setdefault(int((n / RATE + LASTS_S) / BATCH_S), []).append(n)
        engine = open_sync_engine(url)
        redis = Redis.from_url(redis_url, socket_timeout=None)
        ledger = LedgerWriter(redis, engine, spool=folder / "spool", queue_log=folder / "queue_log")
        ledger.prepare()
        spent, entered = 0.0, 0
        for number in sorted(batches | ends):
            asyncio.run(write_journal(redis_url, batches.get(number, [])))
            for n in ends.get(number, []):
                write_spool(folder / "spool", range(n, n + 1))
            began = time.process_time()
            entered += ledger.step()
            spent += time.process_time() - began
        lines = sum(1 for _ in (folder / "spool" / "20261118.jsonl").open())
        engine.dispose()
        redis.close()
        print(f"{kind}: {1000 * spent / CALLS:.3f} ms CPU a call ({(entered + lines) / CALLS:.1f} entries a call)")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "sqlite")
