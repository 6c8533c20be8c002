"""Asterisk: version, modules, phones, clock, and the echo call."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from importlib.resources import files

import aiohttp

from callcenter.centre import Centre
from callcenter.doctor import judge
from callcenter.doctor.ari import Ari, ari_of
from callcenter.doctor.echo import echo_call
from callcenter.doctor.finding import Finding, failed
from callcenter.doctor.services import Clocks
from callcenter.settings import Settings


async def ari_answers(settings: Settings) -> str:
    """`open`, `refused` (the password is not Asterisk's) or `silent`."""
    try:
        async with ari_of(settings) as ari:
            await ari.get("asterisk/ping")
    except aiohttp.ClientResponseError as error:
        return "refused" if error.status in (401, 403) else "silent"
    except (aiohttp.ClientError, OSError, TimeoutError):
        return "silent"
    return "open"


async def examine_asterisk(settings: Settings, centre: Centre | None, clocks: Clocks) -> AsyncIterator[Finding]:
    """Everything that ARI can tell; for an Asterisk whose ARI is open."""
    try:
        async with ari_of(settings) as ari:
            info = await ari.get("asterisk/info")
            yield judge.version(info["system"]["version"])
            running = {module["name"] for module in await ari.get("asterisk/modules") if module["status"] == "Running"}
            yield judge.modules(wanted_modules(), running)
            yield await echo_call(ari, settings.media)
            if centre is not None:
                yield judge.phones([agent.id for agent in centre.agent], await _online(ari))
            clocks["Asterisk"] = await ari.clock_ahead_s()
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        yield failed("asterisk.lost", why=str(error) or type(error).__name__)


def wanted_modules() -> list[str]:
    """The modules that the configuration loads."""
    template = files("dialplan") / "templates" / "modules.conf.j2"
    return re.findall(r"^load = (\S+)$", template.read_text("utf-8"), re.MULTILINE)


async def _online(ari: Ari) -> set[str]:
    return {phone["resource"] for phone in await ari.get("endpoints/PJSIP") if phone["state"] == "online"}
