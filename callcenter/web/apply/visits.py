"""Which application a browser has open. After half an hour without a click only the code opens it again, so that the
next user of a shared computer finds nothing; the draft itself stays.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request
from fastapi.responses import Response
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.store.applications import Applications
from callcenter.store.contract_models import ApplicationRow
from callcenter.store.scope import WholeCentre
from callcenter.web.errors import Refused
from callcenter.web.services import Services

COOKIE = "cc_application"
#: The programme's limit on a form session.
IDLE = timedelta(minutes=30)
#: A browser is offered its draft for so long.
OFFERED = timedelta(days=30)
#: New drafts from one address in an hour; a whole office may sit behind one.
MOST_NEW = 200

#: Letters and digits that people take for each other.
_ALIKE = str.maketrans("O01", "88I")


@dataclass(frozen=True, slots=True)
class Visit:
    """What the cookie opens: `row` while the form is open; `closed` when only the code helps."""

    row: ApplicationRow | None
    closed: bool = False


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _code(services: Services, row: ApplicationRow) -> str:
    """Twelve letters and digits."""
    key = services.settings.secret_key.get_secret_value().encode()
    made = hmac.new(key, f"application\n{row.number}\n{row.begun_at}".encode(), hashlib.sha256).digest()
    return base64.b32encode(made[:8])[:12].decode().translate(_ALIKE)


def shown_code(services: Services, row: ApplicationRow) -> str | None:
    """The code as the applicant notes it down; None after the installation got another secret key."""
    code = _code(services, row)
    return "-".join((code[:4], code[4:8], code[8:])) if _hash(code) == row.code_hash else None


async def visit(request: Request, session: AsyncSession, now: int, *, touch: bool = True) -> Visit:
    """What this browser has open; touching it begins the half hour anew."""
    token = request.cookies.get(COOKIE)
    row = await Applications(session, WholeCentre()).by_cookie(_hash(token)) if token else None
    if row is None:
        return Visit(None)
    if now - row.touched_at > IDLE / timedelta(milliseconds=1):
        return Visit(None, closed=True)
    if touch:
        row.touched_at = now
    return Visit(row)


async def opened(request: Request, session: AsyncSession, now: int) -> ApplicationRow:
    """The same where it must be open. Raises `Refused`."""
    found = await visit(request, session, now)
    if found.closed:
        raise Refused(409, "form_closed")
    if found.row is None:
        raise Refused(409, "no_draft")
    return found.row


async def begin(request: Request, services: Services, session: AsyncSession, now: int) -> tuple[ApplicationRow, str]:
    """A new draft and its cookie. Raises `Refused`: too many from this address."""
    await _slow_down(services.redis, request)
    token = secrets.token_urlsafe(32)
    row = await Applications(session, WholeCentre()).begin(
        code_hash=_hash(secrets.token_hex()), cookie_hash=_hash(token), at=now
    )
    row.code_hash = _hash(_code(services, row))
    return row, token


async def resume(session: AsyncSession, written: str, now: int) -> str | None:
    """The cookie for the application of this code; None if there is none such."""
    code = "".join(letter for letter in written.upper() if letter.isalnum()).translate(_ALIKE)
    row = await Applications(session, WholeCentre()).by_code(_hash(code))
    if row is None:
        return None
    token = secrets.token_urlsafe(32)
    row.cookie_hash, row.touched_at = _hash(token), now
    return token


def hand_over(answer: Response, services: Services, token: str) -> None:
    """Give the browser its cookie."""
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(OFFERED.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=services.settings.web_secure_cookies,
    )


async def _slow_down(redis: Redis, request: Request) -> None:
    host = request.client.host if request.client else ""
    key = "cc:apply:" + _hash(host)
    async with redis.pipeline(transaction=True) as pipe:
        pipe.incr(key)
        pipe.expire(key, 3600, nx=True)
        count, _ = await pipe.execute()
    if int(count) > MOST_NEW:
        raise Refused(429, "apply_slow")
