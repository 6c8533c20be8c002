"""Three ways to phone customers for a survey, each a running system of its own on the same Asterisk configuration."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, select, text, update

from callcenter.asterisk.local import LocalAsterisk
from callcenter.asterisk.obtain import obtain_asterisk
from callcenter.campaigns.consent import Act, Entry, Matter
from callcenter.campaigns.plan import Plan, State
from callcenter.centre import Hours, load_centre
from callcenter.embedded_redis import embedded_redis
from callcenter.house import furnish
from callcenter.store.campaign_models import CampaignRow, ContactRow, ResponseRow
from callcenter.store.campaigns import Campaigns
from callcenter.store.engine import open_engine, open_sync_engine, sessions
from callcenter.store.epoch import to_ms
from callcenter.store.migrate import upgrade
from callcenter.store.permissions import Permissions
from callcenter.store.scope import WholeCentre
from tests.benchmarks.calls.processes import cpu_seconds, ended, family_seconds
from tests.benchmarks.calls.ways import channels_of, process_of, until
from tests.benchmarks.dial.survey import FORM, KEYS, dialplan, record
from tests.e2e.harness.ports import free_ports
from tests.integration.servers import postgresql

_CENTRE = WholeCentre()
_COMPANY, _SHOWN = "nurim", "07000000101"
_ALWAYS = Hours(**dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00"))


class Way(StrEnum):
    """Who phones."""

    #: A script that leaves call files at an even pace, and a dialplan that asks with Read().
    FILES = "call files"
    #: `callcenter dialler` on SQLite, which works inside the dialler's own process.
    SQLITE = "dialler, SQLite"
    POSTGRESQL = "dialler, PostgreSQL"


@dataclass(frozen=True, kw_only=True, slots=True)
class System:
    """One running system under test."""

    way: Way
    phones_port: int
    #: Have these numbers phoned at the rate the system was opened for.
    phone: Callable[[Sequence[str]], None]
    #: How many of the numbers phoned last have given exactly the keys they pressed.
    complete: Callable[[], int]
    channels: Callable[[], int]
    #: Processor seconds so far, by part.
    used: Callable[[], dict[str, float]]


@contextmanager
def opened(way: Way, folder: Path, rate: int) -> Iterator[System]:
    """A fresh system of this way, which will phone so many numbers a second."""
    first = free_ports(6)
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        database = {"database_url": stack.enter_context(postgresql())} if way is Way.POSTGRESQL else {}
        settings = furnish(
            folder,
            sip_host="127.0.0.1",
            sip_port=first,
            ari_port=first + 2,
            ami_port=first + 3,
            redis_url=f"redis://127.0.0.1:{first + 4}/0",
            rtp_first=12000,
            rtp_last=19999,
            outbound_channels=2000,
            outbound_calls_per_second=rate,
            **database,
        )
        asterisk = LocalAsterisk(programs=obtain_asterisk(), home=folder / "asterisk")
        asterisk.prepare(load_centre(settings.centre), settings)
        record(settings.sounds)
        results = folder / "results.csv"
        _configure(asterisk, first + 5, results)
        process = asterisk.start()
        stack.enter_context(ended(process))
        until(lambda: "fully booted" in asterisk.command("core waitfullybooted"), "Asterisk up")
        used = {"asterisk": partial(cpu_seconds, process.pid)}
        if way is Way.FILES:
            files = _Files(asterisk.folders.spool, results, rate)
            phone, complete = files.phone, files.complete
        else:
            upgrade(settings.database_url)
            campaigns = _Campaigns(settings.database_url)
            stack.callback(campaigns.close)
            redis = stack.enter_context(embedded_redis(settings.redis_url, folder / "redis"))
            used["Redis"] = partial(cpu_seconds, redis)
            if way is Way.POSTGRESQL:
                used["PostgreSQL"] = partial(family_seconds, campaigns.server())
            dialler = stack.enter_context(process_of(folder, "dialler"))
            used["dialler"] = partial(cpu_seconds, dialler)
            until(lambda: "dialler.at_work" in (folder / "dialler.log").read_text(), "the dialler up")
            phone, complete = campaigns.phone, campaigns.complete
        yield System(
            way=way,
            phones_port=first + 5,
            phone=phone,
            complete=complete,
            channels=partial(channels_of, asterisk),
            used=lambda: {part: seconds() for part, seconds in used.items()},
        )


def _configure(asterisk: LocalAsterisk, phones_port: int, results: Path) -> None:
    etc = asterisk.folders.etc
    # Phones that send no sound have not vanished.
    (etc / "pjsip_custom.conf").write_text(
        "[network](+type=endpoint)\nrtp_timeout = 0\nrtp_timeout_hold = 0\ndtmf_mode = info\n"
        f"[network](+type=aor)\ncontact = sip:127.0.0.1:{phones_port}\nqualify_frequency = 0\n"
    )
    (etc / "extensions_custom.conf").write_text(dialplan(results))
    with (etc / "modules.conf").open("a") as modules:
        modules.write("load = app_read.so\nload = pbx_spool.so\n")
    for name in ("outgoing", "outgoing_done", "tmp"):
        (asterisk.folders.spool / name).mkdir()


class _Files:
    """What a user would write: one call file a customer, moved where Asterisk looks, at an even pace."""

    def __init__(self, spool: Path, results: Path, rate: int) -> None:
        self._spool, self._results, self._rate = spool, results, rate
        self._numbers: Sequence[str] = ()

    def phone(self, numbers: Sequence[str]) -> None:
        self._numbers = numbers
        threading.Thread(target=self._leave, args=(numbers, time.monotonic())).start()

    def _leave(self, numbers: Sequence[str], began: float) -> None:
        for n, number in enumerate(numbers):
            time.sleep(max(0.0, began + n / self._rate - time.monotonic()))
            file = self._spool / "tmp" / f"{number}.call"
            file.write_text(
                f"Channel: PJSIP/{number}@network\nCallerID: <{_SHOWN}>\nWaitTime: 25\n"
                f"Context: bench\nExtension: s\nPriority: 1\nSetvar: CUSTOMER={number}\n"
            )
            file.rename(self._spool / "outgoing" / file.name)

    def complete(self) -> int:
        lines = Counter(self._results.read_text().splitlines() if self._results.exists() else ())
        return sum(lines[",".join((number, *KEYS.values()))] == 1 for number in self._numbers)


class _Campaigns:
    """What a campaign operator would do in the pages, each time as a campaign of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine: Engine = open_sync_engine(url)
        self._campaign = 0

    def close(self) -> None:
        self._engine.dispose()

    def server(self) -> int:
        """PostgreSQL's first process."""
        with self._engine.connect() as connection:
            own = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        fields = Path(f"/proc/{own}/stat").read_text().rpartition(")")[2].split()
        return int(fields[1])

    def phone(self, numbers: Sequence[str]) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(CampaignRow).values(state=State.STOPPED))
        self._campaign = asyncio.run(_launch(self._url, numbers))

    def complete(self) -> int:
        asked = select(ResponseRow).where(ResponseRow.campaign == self._campaign, ResponseRow.complete)
        with self._engine.connect() as connection:
            rows = connection.execute(asked).all()
        return sum(row.answers == KEYS and not row.invalid and not row.silent for row in rows)


async def _launch(url: str, numbers: Sequence[str]) -> int:
    """A running campaign of happy calls to these numbers; its own number."""
    engine, now = open_engine(url), datetime.now(UTC)
    yesterday = now - timedelta(days=1)
    try:
        async with sessions(engine).begin() as session:
            campaigns, permissions = Campaigns(session, _CENTRE), Permissions(session, _CENTRE)
            form = await campaigns.save_form(_COMPANY, "bench", FORM, "bench", 1)
            permissions.add_caller_number(_COMPANY, _SHOWN, "proof.pdf", yesterday, None)
            plan = Plan(hours=_ALWAYS, most_a_day=20, most_in_30_days=100)
            row = await campaigns.add(
                CampaignRow(
                    company=_COMPANY, name="bench", kind="happy_call", own_reward=False, state=State.RUNNING,
                    mode="agentless", form=form.id, caller=_SHOWN, made_at=to_ms(now), made_by="bench",
                    plan=plan.model_dump(mode="json"),
                )
            )  # fmt: skip
            # Measurements are made at any hour.
            night = Entry(matter=Matter.NIGHT, act=Act.GIVEN, at=yesterday, proof="form")
            for number in numbers:
                permissions.add_consents(_COMPANY, number, [night], "bench", now)
                session.add(
                    ContactRow(
                        company=_COMPANY, campaign=row.number, number=number, name="", language="ko", segment="",
                        product="", more={}, case="", first_due_at=1, due_at=1, tries=0, held=False,
                    )
                )  # fmt: skip
            return row.number
    finally:
        await engine.dispose()
