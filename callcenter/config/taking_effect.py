"""The controller's part: a new version of the centre's file takes effect on Asterisk first, then on the floor."""

from __future__ import annotations

from pathlib import Path

import structlog
from redis.asyncio import Redis

from callcenter.asterisk.ami import AmiClient, AmiError, Phones
from callcenter.asterisk.telephony import Telephony
from callcenter.centre import Centre
from callcenter.config.announcement import Announcement, follow
from dialplan.render import RELOADED

log = structlog.get_logger()


class TakingEffect:
    """`run` follows the announcements; `asterisk_connected` belongs to every connection of the manager interface."""

    def __init__(self, file: Path, known: str, ami: AmiClient, phones: Phones, telephony: Telephony) -> None:
        self._file = file
        self._ami = ami
        self._phones = phones
        self._telephony = telephony
        #: The stamp of the text that the floor works by.
        self.stamp = known
        #: Modules that have not read their files again yet; at the start nobody knows which of them should.
        self._unread = set(RELOADED.values())

    async def run(self, blocking: Redis) -> None:
        """Let every further version take effect; runs until cancelled."""
        await follow(blocking, self._file, self.stamp, self._use)

    async def asterisk_connected(self) -> None:
        """What was written while the manager interface was away is read now."""
        await self._reload()
        await self._phones.ask_all()

    async def _use(self, news: Announcement, centre: Centre) -> None:
        self._unread |= set(news.modules if news.before == self.stamp else RELOADED.values())
        await self._reload()
        self._telephony.reconfigure(centre, news.number, news.by)
        # Phones of agents who returned may have been registered all the time.
        self._phones.tell_again()
        self.stamp = news.stamp
        log.info("config.in_effect", version=news.number)

    async def _reload(self) -> None:
        if not self._ami.connected:
            return
        for module in sorted(self._unread):
            try:
                await self._ami.ask("Reload", Module=module)
            except (AmiError, TimeoutError) as error:
                log.error("config.reload_failed", module=module, error=str(error))
            else:
                self._unread.discard(module)
