"""Tokens by which programs speak for a user. Nothing is stored: a new password or secret key ends a user's tokens."""

from __future__ import annotations

import hashlib
import hmac
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode

_PREFIX = "cc1"


def _seal(secret: str, login: str, ends: int, password_hash: str) -> str:
    message = f"{login}\n{ends}\n{password_hash}".encode()
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def make_token(secret: str, login: str, password_hash: str, *, days: int) -> str:
    """A token for this user that lasts so many days. Raises `ValueError`: the installation has no secret key."""
    if not secret:
        raise ValueError("CALLCENTER_SECRET_KEY is not set")
    ends = int(time.time()) + days * 86_400
    named = urlsafe_b64encode(login.encode()).decode().rstrip("=")
    return f"{_PREFIX}.{named}.{ends}.{_seal(secret, login, ends, password_hash)}"


def login_of_token(token: str) -> str | None:
    """Whose token it claims to be; None if it is none of ours or over."""
    parts = token.split(".")
    if len(parts) != 4 or parts[0] != _PREFIX or not parts[2].isdecimal() or int(parts[2]) <= time.time():
        return None
    try:
        return urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)).decode()
    except ValueError:
        return None


def token_holds(secret: str, token: str, login: str, password_hash: str) -> bool:
    """Whether we made this token for the user as they are now."""
    _, _, ends, seal = token.split(".")
    return bool(secret) and hmac.compare_digest(seal.encode(), _seal(secret, login, int(ends), password_hash).encode())
