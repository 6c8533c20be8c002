"""Password hashes: Argon2id with the library's RFC 9106 parameters, off the event loop, a few at a time."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

#: A password shorter than this is refused when it is set.
SHORTEST = 10

_hasher = PasswordHasher()

#: Each hash takes 64 MiB and a core for a fifth of a second; a storm of log-ins queues here instead of exhausting both.
_room = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")

#: Checked when the user does not exist, so that the answer takes as long and tells nothing: the hash of a password that
#: nobody knows. Made anew at each start it would cost every process a third of a second.
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$j6JzZPWKcrqBq5EwGKgROA$0dq/AyD7pBkH4Bf75X7TTqctEaI13cqco71JIEff5as"


async def hash_password(password: str) -> str:
    """The Argon2id hash to store."""
    return await asyncio.get_running_loop().run_in_executor(_room, _hasher.hash, password)


async def password_fits(password: str, stored: str | None) -> bool:
    """Whether this is the password; None (no such user) never fits and takes equally long."""
    fits = await asyncio.get_running_loop().run_in_executor(_room, _verify, password, stored or NOBODY)
    return fits and stored is not None


def _verify(password: str, stored: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
