"""Text messages by way of a gateway of the operator's choice.

The gateway gets `POST` with JSON `{"id", "to", "text"}` and `Callcenter-Signature: t=<epoch s>,v1=<hex>`, where v1 is
HMAC-SHA256 with the shared secret over `<t>.<body>`. Tries of one message have one id; a 2xx answer takes it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import Sequence
from pathlib import Path

import orjson
from aiohttp import ClientSession

from callcenter.call_up.delivery import PAUSES_S, Delivery, deliver
from callcenter.settings import Settings

#: With "file" instead of a gateway the messages stand in this file of the data folder, as JSON lines.
FILE = "sms.jsonl"


def signature(secret: str, body: bytes, at_s: int) -> str:
    """The value of the header `Callcenter-Signature`."""
    digest = hmac.new(secret.encode(), f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={digest}"


class Sms:
    """Sends text messages as the settings say; nowhere if they say nothing."""

    def __init__(self, settings: Settings, http: ClientSession, *, pauses_s: Sequence[float] = PAUSES_S) -> None:
        self._gateway = settings.sms_gateway
        self._secret = settings.sms_secret.get_secret_value()
        self._file = settings.data / FILE
        self._http = http
        self._pauses_s = pauses_s

    @property
    def configured(self) -> bool:
        """Whether messages go anywhere."""
        return bool(self._gateway)

    async def send(self, number: str, text: str, *, ident: str) -> Delivery:
        """Hand one message over; `ident` lets the gateway know a repetition. Never raises for the gateway's sake."""
        body = orjson.dumps({"id": ident, "to": number, "text": text})
        if self._gateway == "file":
            return await asyncio.to_thread(_append, self._file, body)
        headers = {
            "content-type": "application/json",
            "callcenter-signature": signature(self._secret, body, int(time.time())),
        }
        return await deliver(self._http, self._gateway, body, headers, pauses_s=self._pauses_s)


def _append(file: Path, line: bytes) -> Delivery:
    try:
        file.touch(mode=0o600)
        with file.open("ab") as lines:
            lines.write(line + b"\n")
    except OSError:
        return Delivery(None, "file")
    return Delivery(201)
