"""Single questions to Asterisk's REST interface over plain HTTP: no application, so the controller is not disturbed."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from callcenter.settings import Settings

_ANSWER_S = 5.0


class Ari:
    """Every method raises `aiohttp.ClientError` or `TimeoutError`; a refusal is a `ClientResponseError`."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def get(self, what: str) -> Any:
        """What stands under `/ari/<what>`."""
        async with self._http.get(f"/ari/{what}", raise_for_status=True) as answer:
            return await answer.json()

    async def exists(self, what: str) -> bool:
        """Whether there is such a thing."""
        async with self._http.get(f"/ari/{what}") as answer:
            return answer.status == 200

    async def post(self, what: str, **query: str | int) -> None:
        """Make something."""
        async with self._http.post(f"/ari/{what}", params=query, raise_for_status=True):
            pass

    async def delete(self, what: str) -> None:
        """Remove something; no matter if it is gone already."""
        async with self._http.delete(f"/ari/{what}"):
            pass

    async def clock_ahead_s(self) -> float:
        """How far Asterisk's clock is ahead of ours; exact to a second, as it comes from the `Date` of an answer."""
        async with self._http.get("/ari/asterisk/ping", raise_for_status=True) as answer:
            return parsedate_to_datetime(answer.headers["Date"]).timestamp() + 0.5 - time.time()


@asynccontextmanager
async def ari_of(settings: Settings) -> AsyncIterator[Ari]:
    """The interface of this installation."""
    async with aiohttp.ClientSession(
        f"http://{settings.asterisk_host}:{settings.ari_port}",
        headers={"Authorization": aiohttp.encode_basic_auth("callcenter", settings.ari_password.get_secret_value())},
        timeout=aiohttp.ClientTimeout(total=_ANSWER_S),
    ) as http:
        yield Ari(http)
