"""The trunk to the telephone company: whether Asterisk is registered there, and whether the other end answers.

The manager interface tells the state of each registration but not what the carrier answered; that stands in
Asterisk's log only.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from callcenter.asterisk.addresses import TRUNK
from callcenter.asterisk.ami import AmiClient, AmiError, Message
from callcenter.doctor import judge
from callcenter.doctor.finding import Finding, failed
from callcenter.doctor.judge import Contact, Registration
from callcenter.settings import Settings

_ANSWER_S = 5.0
#: A registration that fails is tried, and complained of, once a minute or so.
_LOG_BYTES = 1_000_000
#: What Asterisk 22 writes about a registration: `Temporal response '401' received from '<server>' on …`,
#: `403 Forbidden fatal response received …`, `No response received …`.
_COMPLAINT = re.compile(
    r"res_pjsip_outbound_registration\.c: (.*received from '(.*)' on registration attempt to '(.*?)')"
)
_ANSWER = re.compile(r"\b([3-6]\d\d)\b")
_ADDRESS = re.compile(r"sips?:(?:[^@;>]*@)?(\[[^]]+\]|[^:;>]+)(:\d+)?")


async def examine_trunk(settings: Settings) -> AsyncIterator[Finding]:
    """Everything about the trunk; for an Asterisk whose manager interface is open."""
    ami = AmiClient(settings.asterisk_host, settings.ami_port, "callcenter", settings.ami_password.get_secret_value())
    there = asyncio.Event()

    async def connected() -> None:
        there.set()

    registrations: list[Message] = []
    contacts: list[Message] = []
    lost = None
    async with asyncio.TaskGroup() as tasks:
        connection = tasks.create_task(ami.run(lambda _: None, connected))
        try:
            async with asyncio.timeout(_ANSWER_S):
                await there.wait()
            registrations = await _listed(ami, "PJSIPShowRegistrationsOutbound", "OutboundRegistrationDetail")
            contacts = await _listed(ami, "PJSIPShowEndpoint", "ContactStatusDetail", Endpoint=TRUNK)
        except (TimeoutError, AmiError) as error:
            lost = failed("asterisk.lost", why=str(error) or type(error).__name__)
        connection.cancel()
    if lost:
        yield lost
        return
    answers = last_answers(_log(settings.data / "asterisk" / "log" / "messages"))
    for found in judge.trunk(
        [await _registration(one, answers) for one in registrations], [await _contact(one) for one in contacts]
    ):
        yield found


async def _listed(ami: AmiClient, action: str, event: str, **values: str) -> list[Message]:
    return [one for one in await ami.ask(action, **values) if one.get("event") == event]


async def _registration(told: Message, answers: dict[tuple[str, str], int]) -> Registration:
    server = told["serveruri"]
    return Registration(
        server=address(server),
        status=told["status"],
        answer=answers.get((server, told["clienturi"])),
        found=await _found(server),
    )


async def _contact(told: Message) -> Contact:
    micros = told["roundtripusec"]
    return Contact(
        where=address(told["uri"]),
        status=told["status"],
        roundtrip_ms=int(micros) / 1000 if micros.isdecimal() else None,
        found=await _found(told["uri"]),
    )


async def _found(uri: str) -> bool:
    """Whether the name of the address can be found from here, where Asterisk usually is too."""
    host = _ADDRESS.match(uri)
    try:
        await asyncio.get_running_loop().getaddrinfo(host[1].strip("[]") if host else "?", None)
    except OSError:
        return False
    return True


def address(uri: str) -> str:
    """Host, and port where one is named, of a SIP address: whose account it is is nobody's business."""
    found = _ADDRESS.match(uri)
    return found[1] + (found[2] or "") if found else "?"


def last_answers(lines: Iterable[str]) -> dict[tuple[str, str], int]:
    """Server and client of each registration that Asterisk complained of → the last SIP status; 0: no answer came."""
    answers = {}
    for line in lines:
        if told := _COMPLAINT.search(line):
            status = _ANSWER.search(told[1].partition("received")[0])
            answers[told[2], told[3]] = int(status[1]) if status else 0
    return answers


def _log(file: Path) -> list[str]:
    """Its last lines; none where Asterisk is elsewhere."""
    try:
        with file.open("rb") as log:
            log.seek(max(0, file.stat().st_size - _LOG_BYTES))
            return log.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []
