"""What an open month comes to so far over all companies: computed in a thread, remembered for a minute."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from billing.month import Month
from billing.payers import Told
from billing.tariff import Tariff
from callcenter.settlement.bookkeeping import bookkeeping
from callcenter.settlement.provisional import Provisional
from callcenter.web.engine import now_ms
from callcenter.web.services import Services

#: A look at the month passes all its calls; nobody needs the next look sooner.
_REMEMBERED_S = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class SoFar:
    """The month if it were closed at this moment (epoch ms)."""

    at: int
    told: tuple[Told, ...]
    #: Calls and responses that count, by company.
    counted: Mapping[str, int]
    #: Companies whose adjustments take off more than there is to pay.
    impossible: tuple[str, ...]
    #: Company, why it is not charged, and how many things.
    faults: tuple[tuple[str, str, int], ...]


async def so_far(services: Services, month: Month, tariff: Tariff) -> SoFar:
    """What is recorded now, or was a minute ago."""
    # Whatever changes the sums by a person's hand, but for calls, gives another key.
    words = await asyncio.to_thread((services.settings.tariffs / tariff.source).read_bytes)
    stamp = hashlib.sha256(words).hexdigest()[:16]
    key = f"{_key(month)}:{stamp}"
    if remembered := await services.redis.get(key):
        return _read(month, remembered)

    def look() -> Provisional:
        with bookkeeping(services.settings) as books:
            return books.provisional(month, tariff)

    written = _written(now_ms(), await asyncio.to_thread(look))
    await services.redis.set(key, written, ex=_REMEMBERED_S)
    return _read(month, written)


async def forget(services: Services, month: Month) -> None:
    """Somebody changed something of the month: the next look is a new one."""
    keys = [key async for key in services.redis.scan_iter(match=f"{_key(month)}:*")]
    if keys:
        await services.redis.delete(*keys)


def _key(month: Month) -> str:
    return f"cc:provisional:{month}"


def _written(at: int, found: Provisional) -> bytes:
    return orjson.dumps(
        {
            "at": at,
            "companies": [
                [one.company, found.statements[one.company].counted, dict(one.shares), one.supply, one.vat]
                for one in found.told()
            ],
            "impossible": found.impossible,
            "faults": [[company, str(why), count] for (company, why), count in sorted(found.faults.items())],
        }
    )


def _read(month: Month, written: bytes | str) -> SoFar:
    raw = orjson.loads(written)
    return SoFar(
        at=raw["at"],
        told=tuple(
            Told(company=company, month=month, shares=shares, supply=supply, vat=vat)
            for company, _, shares, supply, vat in raw["companies"]
        ),
        counted={company: counted for company, counted, *_ in raw["companies"]},
        impossible=tuple(raw["impossible"]),
        faults=tuple((company, why, count) for company, why, count in raw["faults"]),
    )
