from __future__ import annotations

from argon2 import PasswordHasher

from callcenter.web.passwords import NOBODY, hash_password, password_fits


def test_a_check_for_nobody_is_as_much_work_as_for_somebody() -> None:
    assert not PasswordHasher().check_needs_rehash(NOBODY)


async def test_a_password_fits_its_own_hash_alone_and_never_nobody() -> None:
    stored = await hash_password("a long password")
    assert await password_fits("a long password", stored)
    assert not await password_fits("another password", stored)
    assert not await password_fits("a long password", None)
