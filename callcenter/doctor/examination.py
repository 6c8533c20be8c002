"""The whole examination, in the order in which one fault explains the next."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

from callcenter.centre import Centre
from callcenter.doctor import judge
from callcenter.doctor.finding import Finding, failed, ok
from callcenter.doctor.installation import clock, disks, prompts, read_centre, read_settings
from callcenter.doctor.ports import ami_answer, free_ports, sip_answers, web_answers
from callcenter.doctor.services import Clocks, examine_database, examine_redis, redis_answers
from callcenter.doctor.telephony import ari_answers, examine_asterisk
from callcenter.doctor.trunk import examine_trunk
from callcenter.settings import Settings

#: Ports can be tried only where the centre will run.
_HERE = ("127.0.0.1", "localhost")


async def examine() -> AsyncIterator[Finding]:
    """Everything that can be found out, each finding as soon as it is known; takes about five seconds."""
    settings, findings = read_settings()
    for finding in findings:
        yield finding
    if settings is None:
        return
    centre, findings = read_centre(settings)
    for finding in (*findings, *disks(settings)):
        yield finding
    if centre is not None:
        yield prompts(centre, settings.sounds)
    for finding in clock(centre):
        yield finding
    async for finding in _running_parts(settings, centre):
        yield finding


async def _running_parts(settings: Settings, centre: Centre | None) -> AsyncIterator[Finding]:
    web, ami, sip, ari, redis = await asyncio.gather(
        web_answers(settings),
        ami_answer(settings),
        sip_answers(settings),
        ari_answers(settings),
        asyncio.to_thread(redis_answers, settings),
    )
    clocks: Clocks = {}
    if not (web or sip or redis) and ami == ari == "silent":
        yield failed("centre.down")
        if settings.asterisk_host in _HERE:
            for finding in free_ports(settings):
                yield finding
        yield await asyncio.to_thread(examine_database, settings, clocks)
        return
    for finding in _ports(settings, web=web, sip=sip, ari=ari, ami=ami):
        yield finding
    for finding in await asyncio.to_thread(lambda: list(examine_redis(settings, clocks))):
        yield finding
    yield await asyncio.to_thread(examine_database, settings, clocks)
    if ari == "open":
        async for finding in examine_asterisk(settings, centre, clocks):
            yield finding
    if ami == "open":
        async for finding in examine_trunk(settings):
            yield finding
    for finding in judge.clocks(clocks, None):
        yield finding


def _ports(settings: Settings, *, web: bool, sip: bool, ari: str, ami: str) -> Iterator[Finding]:
    findings = []
    if not web:
        findings.append(failed("ports.web", port=settings.web_port))
    if not sip:
        findings.append(failed("ports.sip", port=settings.sip_port))
    for name, answer, port in (("ARI", ari, settings.ari_port), ("AMI", ami, settings.ami_port)):
        if answer == "refused":
            findings.append(failed("ports.password", name=name, port=port))
        elif answer == "silent":
            findings.append(failed("ports.asterisk", name=name, port=port))
    numbers = (settings.web_port, settings.sip_port, settings.ari_port, settings.ami_port)
    yield from findings or [ok("ports.answer", ports=", ".join(str(number) for number in numbers))]
