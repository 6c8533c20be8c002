"""Notifications to the browsers of an agent by Web Push (RFC 8030). The message holds nothing about anybody."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

import orjson
from aiohttp import ClientSession
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from callcenter.call_up.delivery import PAUSES_S, Delivery, deliver
from callcenter.call_up.encryption import encrypt
from callcenter.call_up.vapid import authorization
from callcenter.settings import Settings
from callcenter.store.models import PushSubscriptionRow

_ORIGIN = re.compile(r"https?://[a-z0-9.:-]+")
#: The push service forgets a message that it could not bring for so long: help that comes later is no help.
_LIVES_S = 300
#: What a push service answers for a browser that no longer wants to hear from us.
GONE = (404, 410)


def of_a_push_service(endpoint: str, services: Sequence[str]) -> bool:
    """Whether this address may be posted to: agents' browsers name it, so that it must be one of the known services'.

    `services` are origins, the host with `*` for any labels.
    """
    target = urlsplit(endpoint)
    origin = f"{target.scheme}://{target.netloc}".lower()
    return _ORIGIN.fullmatch(origin) is not None and any(fnmatchcase(origin, service) for service in services)


class Push:
    """Sends to one browser after the other."""

    def __init__(
        self,
        settings: Settings,
        key: EllipticCurvePrivateKey,
        http: ClientSession,
        *,
        pauses_s: Sequence[float] = PAUSES_S,
    ) -> None:
        self._contact = settings.push_contact
        self._key = key
        self._http = http
        self._pauses_s = pauses_s

    async def send(self, browser: PushSubscriptionRow, title: str, body: str) -> Delivery:
        """Show this on the browser; one of `GONE` says that it never will again."""
        message = orjson.dumps({"title": title, "body": body, "lang": browser.language})
        headers = {
            "authorization": authorization(self._key, browser.endpoint, contact=self._contact, now_s=int(time.time())),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(_LIVES_S),
            "urgency": "high",
            # A later call-up takes the place of one not brought yet.
            "topic": "call-up",
        }
        sealed = encrypt(message, p256dh=browser.p256dh, auth=browser.auth)
        return await deliver(self._http, browser.endpoint, sealed, headers, pauses_s=self._pauses_s)
