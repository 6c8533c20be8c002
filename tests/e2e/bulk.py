"""Many callers at once: SIPp, whose own trouble is never taken for the engine's, nor the reverse."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from callcenter.asterisk.obtain import PHONES, obtain
from tests.e2e.harness.ports import free_ports

#: Under this share of the rate asked for, the figures are SIPp's own limit and tell nothing of the engine.
_LEAST_RATE = 0.9


class BulkError(Exception):
    """SIPp itself failed or could not keep up: nothing can be said about the system under test."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of the callers; `completed + failed == created` when nothing was cut short."""

    created: int
    completed: int
    failed: int
    #: Of the failed: an answer or request that the caller did not expect (486, 503, an early BYE …).
    unexpected: int
    #: Of the failed: no answer at all.
    timed_out: int
    retransmissions: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """Callers under way."""

    _process: asyncio.subprocess.Process
    _folder: Path
    _calls: int
    _rate: float

    async def outcome(self, within: float = 60.0) -> Outcome:
        """Wait until every caller is done.

        Raises `BulkError`: SIPp broke off, placed fewer calls than asked, or placed them too slowly.
        """
        async with asyncio.timeout(within):
            code = await self._process.wait()
        return judge(self._folder / "statistics.csv", code, self._calls, self._rate, self._folder / "errors.log")


def judge(statistics: Path, code: int, calls: int, rate: float, errors: Path) -> Outcome:
    """The outcome of a finished SIPp, by its exit code (0: all completed, 1: some failed) and its statistics."""
    if code not in (0, 1):
        said = errors.read_text(errors="replace")[-500:] if errors.exists() else "it wrote no error"
        raise BulkError(f"SIPp ended with {code}: {said}")
    if not statistics.exists():
        raise BulkError("SIPp left no statistics")
    with statistics.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    if not rows:
        raise BulkError("SIPp left no statistics")
    last = {name: value for name, value in rows[-1].items() if name}
    created = int(last["TotalCallCreated"])
    if created < calls:
        raise BulkError(f"SIPp placed {created} of {calls} calls")
    if int(last["WatchdogMajor(C)"]) or int(last["FatalErrors(C)"]) or int(last["FailedCannotSendMessage(C)"]):
        raise BulkError("SIPp was over-loaded: its watchdog barked or it could not send")
    # The ramp is judged at the last row that still placed calls: what follows is only waiting for them to end.
    ramp = next(row for row in rows if int(row["TotalCallCreated"]) >= calls)
    seconds = _epoch(ramp["CurrentTime"]) - _epoch(ramp["StartTime"])
    # Statistics come once a second, so a second of doubt is allowed.
    if seconds > 1.0 and calls / (seconds - 1.0) < rate * _LEAST_RATE:
        raise BulkError(f"SIPp placed {calls / seconds:.1f} calls a second, not {rate:g}: it was over-loaded")
    return Outcome(
        created=created,
        completed=int(last["SuccessfulCall(C)"]),
        failed=int(last["FailedCall(C)"]),
        unexpected=int(last["FailedUnexpectedMessage(C)"]),
        timed_out=int(last["FailedMaxUDPRetrans(C)"]) + int(last["FailedTimeoutOnRecv(C)"]),
        retransmissions=int(last["Retransmissions(C)"]),
    )


def _epoch(stamp: str) -> float:
    """SIPp writes date, time and epoch seconds with tabs between."""
    return float(stamp.split("\t")[2])


@asynccontextmanager
async def bulk_callers(
    folder: Path,
    server: str,
    number: str,
    *,
    calls: int,
    rate: float,
    hold_s: float,
    account: str = "network",
    password: str | None = None,
    first_caller: int = 1050000000,
) -> AsyncIterator[Crowd]:
    """`calls` callers, `rate` a second, who phone `number`, stay `hold_s` after the answer and hang up; without sound.

    They come through the trunk `account` with numbers counting up from 0`first_caller`; whoever is still on the line at
    the end is ended with SIPp.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scenario, callers = folder / "scenario.xml", folder / "callers.csv"
    scenario.write_text(_scenario(account, password))
    callers.write_text("SEQUENTIAL\n" + "".join(f"0{first_caller + i}\n" for i in range(calls)))
    with (folder / "screen").open("wb") as screen:
        process = await asyncio.create_subprocess_exec(
            *obtain(PHONES).command("sipp"),
            *("-sf", str(scenario), "-inf", str(callers), server, "-s", number),
            *("-i", "127.0.0.1", "-p", str(free_ports(2)), "-m", str(calls), "-l", str(calls)),
            *("-r", str(rate), "-rp", "1s") if rate >= 1 else ("-r", "1", "-rp", f"{round(1000 / rate)}ms"),
            *("-d", str(round(hold_s * 1000)), "-nostdin", "-aa", "-recv_timeout", "30000"),
            *("-trace_stat", "-stf", str(folder / "statistics.csv"), "-fd", "1"),
            *("-trace_err", "-error_file", str(folder / "errors.log")),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=screen,
            stderr=screen,
            cwd=folder,
        )
    try:
        yield Crowd(process, folder, calls, rate)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _request(method: str, sequence: int, to_tag: str = "", extra: str = "", body: str = "") -> str:
    end = f"Content-Type: application/sdp\nContent-Length: [len]\n\n{body}" if body else "Content-Length: 0\n\n"
    return (
        f"{method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n"
        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"
        "From: <sip:{account}@[local_ip]>;tag=[pid]t[call_number]\n"
        f"To: <sip:[service]@[remote_ip]:[remote_port]>{to_tag}\n"
        "Call-ID: [call_id]\n"
        f"CSeq: {sequence} {method}\n"
        "Contact: <sip:{account}@[local_ip]:[local_port]>\n"
        "P-Asserted-Identity: <sip:[field0]@[local_ip]>\n"
        "Max-Forwards: 70\n"
        f"{extra}{end}"
    )


_SDP = """v=0
o=- 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
"""
_PROVISIONAL = "".join(f'<recv response="{code}" optional="true"/>' for code in (100, 180, 183))


def _scenario(account: str, password: str | None) -> str:
    def send(text: str, *, retrans: bool = True) -> str:
        lines = text.replace("{account}", escape(account))
        again = ' retrans="500"' if retrans else ""
        return f"<send{again}><![CDATA[\n{lines}\n]]></send>\n"

    challenge, sequence, extra = "", 1, ""
    if password is not None:
        challenge = (
            send(_request("INVITE", 1, body=_SDP))
            + '<recv response="100" optional="true"/><recv response="401" auth="true"/>\n'
            + send(_request("ACK", 1, "[peer_tag_param]"), retrans=False)
        )
        sequence, extra = 2, f"[authentication username={account} password={password}]\n"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="callers">\n'
        + challenge
        + send(_request("INVITE", sequence, extra=extra, body=_SDP))
        + f'{_PROVISIONAL}<recv response="200" rrs="true"/>\n'
        + send(_request("ACK", sequence, "[peer_tag_param]"), retrans=False)
        + "<pause/>\n"
        + send(_request("BYE", sequence + 1, "[peer_tag_param]"))
        + '<recv response="200"/>\n</scenario>\n'
    )
