"""Real calls from one Asterisk to another over SIP: the one listens by AMD(), the other plays greetings."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from callcenter.asterisk.local import LocalAsterisk
from callcenter.asterisk.obtain import obtain_asterisk
from callcenter.centre import load_centre
from callcenter.house import furnish
from dialplan.machines import Listening
from tests.benchmarks.calls.load import RigError
from tests.benchmarks.calls.processes import ended
from tests.benchmarks.calls.ways import until
from tests.benchmarks.machines.greetings import Greeting, Kind
from tests.benchmarks.machines.sound import make, ring_back
from tests.e2e.harness.ports import free_ports

#: Calls begun a second: few, so that no packet comes late.
_RATE = 4.0
_PATIENCE_S = 30.0
_RINGS_S = 5
#: As in the product's dialplan: where it is missing the call goes on.
APPLICATION = "TryExec(AMD({}))"


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What AMD() said about a greeting, and after how long."""

    greeting: Greeting
    status: str
    cause: str
    ms: int

    @property
    def machine(self) -> bool:
        """Whether the customer would be taken for a machine; unsure is a person."""
        return self.status == "MACHINE"


@dataclass(frozen=True, slots=True)
class Rig:
    """Both Asterisks, up."""

    _spool: Path
    _results: Path

    def judge(self, ways: Sequence[str], greetings: Sequence[Greeting]) -> dict[str, list[Judged]]:
        """Phone each greeting once by each way, in an order that favours none. Raises `RigError`: a call was lost."""
        calls = [(way, greeting) for way in ways for greeting in greetings]
        random.Random(0).shuffle(calls)
        began = time.monotonic()
        for n, (way, greeting) in enumerate(calls):
            time.sleep(max(0.0, began + n / _RATE - time.monotonic()))
            self._phone(way, greeting.name)
        until(lambda: len(self._lines()) >= len(calls), f"{len(calls)} calls judged", _PATIENCE_S)
        by_name = {greeting.name: greeting for greeting in greetings}
        found: dict[str, list[Judged]] = {way: [] for way in ways}
        for line in self._lines():
            way, name, status, cause, ms = line.split(",")
            found[way].append(Judged(greeting=by_name[name], status=status, cause=cause, ms=int(ms)))
        if any(sorted(one.greeting.name for one in judged) != sorted(by_name) for judged in found.values()):
            raise RigError("a greeting was not judged exactly once")
        if lost := sum(one.status == "" for judged in found.values() for one in judged):
            raise RigError(f"{lost} calls without an answer of AMD(): is app_amd loaded?")
        return found

    def _phone(self, way: str, name: str) -> None:
        file = self._spool / "tmp" / f"{way}-{name}.call"
        file.write_text(
            f"Channel: PJSIP/{name}@network\nWaitTime: 30\nContext: bench\nExtension: {way}\nPriority: 1\n"
            f"Setvar: GREETING={name}\n"
        )
        file.rename(self._spool / "outgoing" / file.name)

    def _lines(self) -> list[str]:
        return self._results.read_text().splitlines() if self._results.exists() else []


@contextmanager
def opened(folder: Path, sounds: Path, ways: Mapping[str, Listening], greetings: Sequence[Greeting]) -> Iterator[Rig]:
    """Both Asterisks with these ways to listen and these greetings, which are made in `sounds` where they are not."""
    for greeting in greetings:
        make(greeting, sounds)
    ring_back(sounds, _RINGS_S)
    results, first = folder / "results.csv", free_ports(8)
    with ExitStack() as stack:
        theirs = stack.enter_context(_asterisk(folder / "theirs", first, _answering(sounds, greetings), _CALLED))
        ours = stack.enter_context(
            _asterisk(
                folder / "ours", first + 4, _listening(ways, results),
                f"[network](+type=aor)\ncontact = sip:127.0.0.1:{first}\nqualify_frequency = 0\n",
            )
        )  # fmt: skip
        until(lambda: all("fully booted" in one.command("core waitfullybooted") for one in (theirs, ours)), "up")
        yield Rig(ours.folders.spool, results)


_CALLED = (
    "[bench](phone)\ncontext = greetings\naors = bench\n[bench](phone-aor)\n"
    "[bench]\ntype = identify\nendpoint = bench\nmatch = 127.0.0.1\n"
)


@contextmanager
def _asterisk(folder: Path, first: int, extensions: str, accounts: str) -> Iterator[LocalAsterisk]:
    folder.mkdir(parents=True)
    settings = furnish(
        folder, sip_host="127.0.0.1", sip_port=first, ari_port=first + 2, ami_port=first + 3,
        rtp_first=12000 + first % 3000 * 2, rtp_last=12999 + first % 3000 * 2,
    )  # fmt: skip
    asterisk = LocalAsterisk(programs=obtain_asterisk(), home=folder / "asterisk")
    asterisk.prepare(load_centre(settings.centre), settings)
    etc = asterisk.folders.etc
    (etc / "pjsip_custom.conf").write_text(accounts)
    (etc / "extensions_custom.conf").write_text(extensions)
    with (etc / "modules.conf").open("a") as file:
        file.write("load = pbx_spool.so\n")
    for name in ("outgoing", "tmp"):
        (asterisk.folders.spool / name).mkdir()
    process: subprocess.Popen[bytes] = asterisk.start()
    with ended(process):
        yield asterisk


def _listening(ways: Mapping[str, Listening], results: Path) -> str:
    lines = ["[bench]"]
    for way, listening in ways.items():
        lines += [
            f"exten => {way},1,Set(BEGAN=${{STRFTIME(,UTC,%s%3q)}})",
            f" same => n,{APPLICATION.format(listening.arguments)}",
            " same => n,Set(TOOK=$[${STRFTIME(,UTC,%s%3q)} - ${BEGAN}])",
            f" same => n,Set(FILE({results},,,al,u)={way},${{GREETING}},${{AMDSTATUS}},${{AMDCAUSE}},${{TOOK}})",
            " same => n,Hangup()",
        ]
    return "\n".join(lines) + "\n"


def _answering(sounds: Path, greetings: Sequence[Greeting]) -> str:
    lines = ["[greetings]"]
    for greeting in greetings:
        if greeting.kind is Kind.RINGBACK:
            lines.append(f"exten => {greeting.name},1,Progress()")
            lines.append(f" same => n,Playback({sounds / 'ring-back'},noanswer)")
        else:
            lines.append(f"exten => {greeting.name},1,Ringing()")
        # i: a plain Answer() waits half a second for our sound, which does not come.
        lines += [" same => n,Answer(,i)", f" same => n,Playback({sounds / greeting.name})", " same => n,Hangup()"]
    return "\n".join(lines) + "\n"
