"""Callers and agents for the benchmark: SIPp, whose own notes tell when each call passed each point.

A caller's number tells its notes from all others', at the agent too. SIPp's own trouble raises `RigError`; a
measurement in which it happened counts for nothing.
"""

from __future__ import annotations

import csv
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from callcenter.asterisk.obtain import PHONES, obtain
from tests.benchmarks.calls.processes import cpu_seconds
from tests.e2e.bulk import BulkError, Outcome, judge

#: A SIPp that needs more of a core than this measures its own queue.
MOST_CPU = 0.85
_TROUBLE = ("WatchdogMajor(C)", "FatalErrors(C)", "FailedCannotSendMessage(C)")


class RigError(Exception):
    """The rig itself failed or was over-loaded: nothing can be said about the system under test."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SetUp:
    """One call's way to its agent, in ms: INVITE in → INVITE to the agent; the agent's 200 → the caller's 200."""

    route_ms: float
    connect_ms: float

    @property
    def total_ms(self) -> float:
        """All that the system adds before two people can talk."""
        return self.route_ms + self.connect_ms


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """`calls` callers, `rate` a second, who stay `hold_s` after the answer and hang up."""

    calls: int
    rate: float
    hold_s: float

    @property
    def seconds(self) -> float:
        """How long it lasts when nobody waits."""
        return self.calls / self.rate + self.hold_s


@contextmanager
def agents(folder: Path, port: int) -> Iterator[Path]:
    """Every agent's phone, on one port, answering at once; gives the file of its notes.

    Raises `RigError` at the end of the block when the phones themselves were in trouble.
    """
    folder.mkdir(parents=True)
    (folder / "scenario.xml").write_text(_AGENT)
    process = sipp(folder, "-p", str(port), "-aa")
    try:
        yield folder / "notes.log"
        if process.poll() is not None:
            raise RigError(f"the agents' SIPp ended with {process.returncode}: {errors(folder)}")
        process.send_signal(signal.SIGUSR1)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired as error:
            raise RigError("calls of the agents' SIPp never ended") from error
        expect_untroubled(folder / "statistics.csv")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def expect_untroubled(statistics: Path) -> None:
    """Raises `RigError` when the agents' SIPp says that it was over-loaded."""
    last = _rows(statistics)[-1]
    if any(int(last[name]) for name in _TROUBLE):
        raise RigError("the agents' SIPp was over-loaded: its watchdog barked or it could not send")


def register(folder: Path, server: str, passwords: Mapping[str, str], port: int) -> None:
    """Register every account at the agents' port. Raises `RigError` when one is refused."""
    folder.mkdir(parents=True)
    (folder / "scenario.xml").write_text(_REGISTER.replace("{port}", str(port)))
    rows = (f"{account};[authentication username={account} password={word}]\n" for account, word in passwords.items())
    (folder / "accounts.csv").write_text("SEQUENTIAL\n" + "".join(rows))
    count = str(len(passwords))
    process = sipp(folder, server, "-inf", str(folder / "accounts.csv"), "-m", count, "-l", count, "-r", "150")
    try:
        code = process.wait(30)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.wait()
        raise RigError("registering the agents took too long") from error
    if code:
        raise RigError(f"the agents could not all be registered: {errors(folder)}")


@contextmanager
def waiting_callers(folder: Path, server: str, number: str, count: int, rate: float = 80) -> Iterator[None]:
    """`count` callers who phone `number` and stay. They may not all be there yet when the block begins."""
    if not count:
        yield
        return
    process = _callers(folder, server, [number], Load(calls=count, rate=rate, hold_s=3600), first_caller=1090000000)
    try:
        yield
        if process.poll() is not None:
            raise RigError(f"the waiting callers' SIPp ended with {process.returncode}: {errors(folder)}")
    finally:
        process.kill()
        process.wait()


def place(folder: Path, server: str, numbers: Sequence[str], load: Load, first_caller: int) -> Outcome:
    """Place the calls, over `numbers` in turn, and wait until all have ended.

    Raises `RigError`: SIPp broke off, was over-loaded, or placed the calls too slowly.
    """
    process = _callers(folder, server, numbers, load, first_caller)
    began = time.monotonic()
    used = 0.0
    deadline = began + load.seconds + 45
    while process.poll() is None:
        if time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise RigError("the callers' SIPp did not end")
        used = max(used, _cpu_of_running(process))
        time.sleep(0.1)
    share = used / (time.monotonic() - began)
    if share > MOST_CPU:
        raise RigError(f"the callers' SIPp used {share:.0%} of a core: it was over-loaded")
    try:
        return judge(folder / "statistics.csv", process.returncode, load.calls, load.rate, folder / "errors.log")
    except BulkError as error:
        raise RigError(str(error)) from error


def set_ups(callers: Path, called: Path, first_caller: int, calls: int) -> list[SetUp]:
    """Each call's set-up times, from the notes of both sides.

    Raises `RigError`: of a call there are not all four notes.
    """
    seen: dict[str, dict[str, float]] = {f"0{first_caller + i}": {} for i in range(calls)}
    for file in (callers, called):
        for line in file.read_text(errors="replace").splitlines():
            words = line.split()
            if len(words) >= 3 and words[1] in seen:
                # The first note counts: a retransmission is not another call.
                seen[words[1]].setdefault(words[0], float(words[-1]))
    incomplete = sum(len(notes) < 4 for notes in seen.values())
    if incomplete:
        raise RigError(f"{incomplete} of {calls} calls were not noted on both sides")
    return [
        SetUp(
            route_ms=(notes["rung"] - notes["invited"]) * 1000,
            connect_ms=(notes["through"] - notes["answered"]) * 1000,
        )
        for notes in seen.values()
    ]


def _callers(
    folder: Path, server: str, numbers: Sequence[str], load: Load, first_caller: int
) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True)
    (folder / "scenario.xml").write_text(_CALLER)
    rows = (f"0{first_caller + i};{numbers[i % len(numbers)]}\n" for i in range(load.calls))
    (folder / "callers.csv").write_text("SEQUENTIAL\n" + "".join(rows))
    return sipp(
        folder,
        *(server, "-inf", str(folder / "callers.csv"), "-m", str(load.calls), "-l", str(load.calls)),
        *("-r", f"{load.rate:g}", "-d", str(round(load.hold_s * 1000)), "-recv_timeout", "30000"),
    )


def sipp(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """A SIPp that plays the folder's `scenario.xml` and leaves its notes, statistics and errors there."""
    with (folder / "screen").open("wb") as screen:
        return subprocess.Popen(
            [
                *obtain(PHONES).command("sipp"),
                *("-sf", str(folder / "scenario.xml"), "-i", "127.0.0.1", "-nostdin"),
                *("-trace_logs", "-log_file", str(folder / "notes.log")),
                *("-trace_stat", "-stf", str(folder / "statistics.csv"), "-fd", "1"),
                *("-trace_err", "-error_file", str(folder / "errors.log")),
                *words,
            ],
            stdin=subprocess.DEVNULL,
            stdout=screen,
            stderr=screen,
            cwd=folder,
        )


def _cpu_of_running(process: subprocess.Popen[bytes]) -> float:
    try:
        return cpu_seconds(process.pid)
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def _rows(statistics: Path) -> list[dict[str, str]]:
    if not statistics.exists():
        raise RigError("SIPp left no statistics")
    with statistics.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    if not rows:
        raise RigError("SIPp left no statistics")
    return rows


def errors(folder: Path) -> str:
    """What that SIPp complained of at last."""
    written = folder / "errors.log"
    return written.read_text(errors="replace")[-500:] if written.exists() else "it wrote no error"


def note(what: str, number: str) -> str:
    """Where it stands in a scenario, SIPp notes the time with these words."""
    return f'<log message="{what} {number} [timestamp]"/>'


SDP = """Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
"""


def _request(method: str, sequence: int, to_tag: str, end: str) -> str:
    return f"""{method} sip:[field1]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:carrier@[local_ip]>;tag=[pid]t[call_number]
To: <sip:[field1]@[remote_ip]:[remote_port]>{to_tag}
Call-ID: [call_id]
CSeq: {sequence} {method}
Contact: <sip:carrier@[local_ip]:[local_port]>
P-Asserted-Identity: <sip:[field0]@[local_ip]>
Max-Forwards: 70
{end}"""


EMPTY = "Content-Length: 0\n\n"
_CALLER = f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="callers">
<nop><action>{note("invited", "[field0]")}</action></nop>
<send retrans="500"><![CDATA[
{_request("INVITE", 1, "", SDP)}
]]></send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="183" optional="true"/>
<recv response="200" rrs="true"><action>{note("through", "[field0]")}</action></recv>
<send><![CDATA[
{_request("ACK", 1, "[peer_tag_param]", EMPTY)}
]]></send>
<pause/>
<send retrans="500"><![CDATA[
{_request("BYE", 2, "[peer_tag_param]", EMPTY)}
]]></send>
<recv response="200"/>
</scenario>
"""


def answer(status: str, to: str, end: str) -> str:
    """A response as the text of a scenario."""
    return f"""SIP/2.0 {status}
[last_Via:]
[last_From:]
{to}
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
{end}"""


_TO = "[last_To:];tag=[pid]t[call_number]"
_AGENT = f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="agents">
<recv request="INVITE" crlf="true"><action>
<ereg regexp="sip:([0-9]+)@" search_in="hdr" header="From:" assign_to="whole,number"/>
{note("rung", "[$number]")}
</action></recv>
<Reference variables="whole"/>
<send><![CDATA[
{answer("180 Ringing", _TO, EMPTY)}
]]></send>
<nop><action>{note("answered", "[$number]")}</action></nop>
<send retrans="500"><![CDATA[
{answer("200 OK", _TO, SDP)}
]]></send>
<recv request="ACK"/>
<recv request="BYE"/>
<send><![CDATA[
{answer("200 OK", "[last_To:]", EMPTY)}
]]></send>
</scenario>
"""


def _registration(sequence: int, extra: str) -> str:
    return f"""REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[remote_ip]>;tag=[pid]t[call_number]
To: <sip:[field0]@[remote_ip]>
Call-ID: [call_id]
CSeq: {sequence} REGISTER
Contact: <sip:[field0]@[local_ip]:{{port}}>
Max-Forwards: 70
Expires: 7200
{extra}{EMPTY}"""


_REGISTER = f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="registration">
<send retrans="500"><![CDATA[
{_registration(1, "")}
]]></send>
<recv response="401" auth="true"/>
<send retrans="500"><![CDATA[
{_registration(2, "[field1]" + chr(10))}
]]></send>
<recv response="200"/>
</scenario>
"""
