"""One HTTP message to a service that may be slow, broken or away: a few tries, each with its time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import ClientError, ClientSession, ClientTimeout

_TIMEOUT_S = 5.0
#: Before the second and the third try.
PAUSES_S = (1.0, 4.0)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of it: the last answer's status, else in a word why there was none."""

    status: int | None
    error: str | None = None

    @property
    def accepted(self) -> bool:
        """The service took the message."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def told(self) -> str:
        """The failure as a slug: `timeout`, `unreachable`, or `status_503`; empty for none."""
        return "" if self.accepted else self.error or f"status_{self.status}"


async def deliver(
    http: ClientSession,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    pauses_s: Sequence[float] = PAUSES_S,
    timeout_s: float = _TIMEOUT_S,
) -> Delivery:
    """POST it; again while the service does not answer, is busy (429) or broken (5xx). Follows no redirection.

    There is one try more than there are pauses; each may take `timeout_s`.
    """
    for pause in (*pauses_s, None):
        found = await _once(http, url, body, headers, ClientTimeout(total=timeout_s))
        passing = found.status is None or found.status == 429 or found.status >= 500
        if not passing or pause is None:
            break
        await asyncio.sleep(pause)
    return found


async def _once(
    http: ClientSession, url: str, body: bytes, headers: Mapping[str, str], timeout: ClientTimeout
) -> Delivery:
    try:
        async with http.post(url, data=body, headers=headers, timeout=timeout, allow_redirects=False) as answer:
            return Delivery(answer.status)
    except TimeoutError:
        return Delivery(None, "timeout")
    except (ClientError, OSError, ValueError):
        # Never the exception's own text: it names the address, which is a secret of the browser.
        return Delivery(None, "unreachable")
