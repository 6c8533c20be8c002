"""The customers' phones: one SIPp that answers every call and presses the keys of the survey."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.calls.load import EMPTY, MOST_CPU, SDP, RigError, answer, errors, expect_untroubled, note, sipp
from tests.benchmarks.calls.processes import cpu_seconds
from tests.benchmarks.dial.survey import FIRST_KEY_S, KEYS, NEXT_KEY_S

_EVERY_S = 0.5
_TO = "[last_To:];tag=[pid]t[call_number]"


@dataclass(frozen=True, slots=True)
class Phones:
    """Phones that are switched on."""

    _notes: Path

    def rung(self, numbers: Sequence[str]) -> dict[str, list[float]]:
        """When each of these numbers was phoned, epoch s; one that was phoned twice has two times."""
        found: dict[str, list[float]] = {number: [] for number in numbers}
        for line in self._notes.read_text(errors="replace").splitlines() if self._notes.exists() else ():
            words = line.split()
            if words[0] == "rung" and words[1] in found:
                found[words[1]].append(float(words[-1]))
        return found


@contextmanager
def phones(folder: Path, port: int, keys: Sequence[str] = tuple(KEYS.values())) -> Iterator[Phones]:
    """Phones on this port, each pressing these keys.

    Raises `RigError` at the end of the block when the phones themselves were in trouble.
    """
    folder.mkdir(parents=True)
    (folder / "scenario.xml").write_text(_scenario(keys))
    process = sipp(folder, "-p", str(port))
    over, shares = threading.Event(), [0.0]
    watching = threading.Thread(target=_watch, args=(process, over, shares))
    watching.start()
    try:
        yield Phones(folder / "notes.log")
        if process.poll() is not None:
            raise RigError(f"the phones' SIPp ended with {process.returncode}: {errors(folder)}")
        process.send_signal(signal.SIGUSR1)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired as error:
            raise RigError("calls of the phones' SIPp never ended") from error
        expect_untroubled(folder / "statistics.csv")
        if max(shares) > MOST_CPU:
            raise RigError(f"the phones' SIPp used {max(shares):.0%} of a core: it was over-loaded")
    finally:
        over.set()
        watching.join()
        if process.poll() is None:
            process.kill()
            process.wait()


def _watch(process: subprocess.Popen[bytes], over: threading.Event, shares: list[float]) -> None:
    """Note which share of a core it used in each stretch."""
    try:
        before, at = cpu_seconds(process.pid), time.monotonic()
        while not over.wait(_EVERY_S):
            used, now = cpu_seconds(process.pid), time.monotonic()
            shares.append((used - before) / (now - at))
            before, at = used, now
    except (FileNotFoundError, ProcessLookupError):
        return


def _key(key: str, sequence: int) -> str:
    """The request that tells of a key; in the other direction than the call's own."""
    return f"""<send retrans="500"><![CDATA[
INFO [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From:[$to];tag=[pid]t[call_number]
To:[$from]
Call-ID: [call_id]
CSeq: {sequence} INFO
Contact: <sip:[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/dtmf-relay
Content-Length: [len]

Signal={key}
Duration=100
]]></send>
<recv response="200"/>
"""


def _scenario(keys: Sequence[str]) -> str:
    pressing = "".join(
        f'<pause milliseconds="{round(1000 * (NEXT_KEY_S if n else FIRST_KEY_S))}"/>\n{_key(key, n + 1)}'
        for n, key in enumerate(keys)
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="customers">
<recv request="INVITE" rrs="true" crlf="true"><action>
<ereg regexp="sip:([0-9]+)@" search_in="hdr" header="To:" assign_to="whole,number"/>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>
{note("rung", "[$number]")}
</action></recv>
<Reference variables="whole"/>
<send><![CDATA[
{answer("180 Ringing", _TO, EMPTY)}
]]></send>
<send retrans="500"><![CDATA[
{answer("200 OK", _TO, SDP)}
]]></send>
<recv request="ACK"/>
{pressing}<recv request="BYE"/>
<send><![CDATA[
{answer("200 OK", "[last_To:]", EMPTY)}
]]></send>
</scenario>
"""
