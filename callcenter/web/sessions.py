"""Signed-in people, kept in Redis so that any session can be ended at once.

The browser holds a random token; Redis holds its SHA-256 (`cc:session:<sha256>`), so a copy of Redis opens nothing.
`cc:sessions:<login>` lists a person's sessions for ending them all.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
from redis.asyncio import Redis

from callcenter.store.models import Level, Role
from callcenter.web.people import ABSOLUTE, IDLE, Person

COOKIE = "cc_session"


def _key(token: str) -> str:
    return "cc:session:" + hashlib.sha256(token.encode()).hexdigest()


def _index(login: str) -> str:
    return f"cc:sessions:{login}"


def form_token(token: str) -> str:
    """The secret that a form of this session must send back; it cannot be turned into the session's token."""
    return hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()


async def begin_session(redis: Redis, person: Person) -> str:
    """Sign in; returns the token for the cookie, always a new one."""
    token = secrets.token_urlsafe(32)
    await _write(redis, _key(token), person, ends=int((datetime.now(UTC) + ABSOLUTE).timestamp()))
    async with redis.pipeline(transaction=True) as pipe:
        pipe.sadd(_index(person.login), _key(token))
        pipe.expire(_index(person.login), ABSOLUTE)
        await pipe.execute()
    return token


async def find_session(redis: Redis, token: str, *, touch: bool = True) -> Person | None:
    """Who holds this token; None when it is unknown, idle too long or over. Touching begins the idle time anew."""
    raw = await redis.get(_key(token))
    if raw is None:
        return None
    held = orjson.loads(raw)
    ends = held.pop("ends")
    person = _person(held)
    now = datetime.now(UTC)
    if now.timestamp() >= ends:
        await redis.delete(_key(token))
        return None
    if touch:
        await redis.expireat(_key(token), min(int((now + IDLE[person.role]).timestamp()), ends))
    return person


async def set_session_language(redis: Redis, token: str, language: str) -> None:
    """Continue this session in another language."""
    raw = await redis.get(_key(token))
    if raw is not None:
        held = orjson.loads(raw)
        ends = held.pop("ends")
        person = _person(held)
        await _write(redis, _key(token), replace(person, language=language), ends=ends)


async def end_session(redis: Redis, token: str) -> None:
    """Sign out."""
    await redis.delete(_key(token))


async def end_sessions(redis: Redis, login: str) -> None:
    """Sign a person out everywhere, as after a new password."""
    keys = await redis.smembers(_index(login))
    await redis.delete(_index(login), *keys)


def _person(held: dict[str, Any]) -> Person:
    level = held.get("level")
    return Person(**{**held, "role": Role(held["role"]), "level": Level(level) if level else None})


async def _write(redis: Redis, key: str, person: Person, *, ends: int) -> None:
    held = {
        "login": person.login,
        "role": person.role,
        "language": person.language,
        "company": person.company,
        "agent": person.agent,
        "level": person.level,
        "ends": ends,
    }
    idle = int((datetime.now(UTC) + IDLE[person.role]).timestamp())
    await redis.set(key, orjson.dumps(held), exat=min(idle, ends))
