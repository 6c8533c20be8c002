from __future__ import annotations

import time

import pytest

from callcenter.web.tokens import login_of_token, make_token, token_holds

SECRET = "a secret for tests"


def test_a_token_speaks_for_its_user() -> None:
    token = make_token(SECRET, "누림.api", "hash", days=1)
    assert login_of_token(token) == "누림.api"
    assert token_holds(SECRET, token, "누림.api", "hash")


def test_a_new_password_another_secret_or_another_user_ends_it() -> None:
    token = make_token(SECRET, "nurim", "hash", days=1)
    assert not token_holds(SECRET, token, "nurim", "new hash")
    assert not token_holds("another", token, "nurim", "hash")
    assert not token_holds(SECRET, token, "hanbit", "hash")
    assert not token_holds("", token, "nurim", "hash")


def test_it_cannot_be_prolonged() -> None:
    prefix, login, ends, seal = make_token(SECRET, "nurim", "hash", days=1).split(".")
    assert not token_holds(SECRET, f"{prefix}.{login}.{int(ends) + 1}.{seal}", "nurim", "hash")


def test_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    token = make_token(SECRET, "nurim", "hash", days=1)
    monkeypatch.setattr(time, "time", lambda: float(token.split(".")[2]))
    assert login_of_token(token) is None


@pytest.mark.parametrize(
    "token", ["", "x", "cc1.a.b.c", "cc1.bnVyaW0.99999999999", "cc2.bnVyaW0.99999999999.00", "cc1.///.99999999999.0"]
)
def test_anything_else_is_nobodys(token: str) -> None:
    assert login_of_token(token) is None


def test_without_a_secret_key_no_token_is_made() -> None:
    with pytest.raises(ValueError, match="CALLCENTER_SECRET_KEY"):
        make_token("", "nurim", "hash", days=1)
