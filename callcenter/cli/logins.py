"""The demo's people: made once, with passwords of their own, and told at each start."""

from __future__ import annotations

import asyncio
import secrets
import tomllib
from pathlib import Path

from callcenter.centre import Centre
from callcenter.settings import Settings
from callcenter.store.engine import open_engine, sessions
from callcenter.store.models import Level, Role, UserRow
from callcenter.store.scope import WholeCentre
from callcenter.store.users import Users
from callcenter.web.passwords import hash_password


def ensure_logins(settings: Settings, centre: Centre) -> dict[str, str]:
    """Log-in to password: a supervisor, a billing clerk, an administrator, each agent, two companies."""
    wanted: dict[str, tuple[Role, str | None, str | None, str]] = {
        "supervisor": (Role.SUPERVISOR, None, None, "관리자"),
        "billing": (Role.BILLING, None, None, "정산 담당"),
        "admin": (Role.ADMIN, None, None, "시스템 관리자"),
        **{company.id: (Role.COMPANY, company.id, None, company.name) for company in centre.company[:2]},
        **{agent.id: (Role.AGENT, None, agent.id, agent.name) for agent in centre.agent},
    }
    kept = Path(settings.data) / "logins.toml"
    known: dict[str, str] = tomllib.loads(kept.read_text()) if kept.exists() else {}
    new = {login: secrets.token_hex(4) for login in wanted if login not in known}
    if new:
        asyncio.run(_make(settings, {login: (*wanted[login], password) for login, password in new.items()}))
        known |= new
        kept.touch(mode=0o600)
        kept.write_text("".join(f'"{login}" = "{password}"\n' for login, password in known.items()))
    return known


async def _make(settings: Settings, people: dict[str, tuple[Role, str | None, str | None, str, str]]) -> None:
    engine = open_engine(settings.database_url)
    try:
        async with sessions(engine)() as session, session.begin():
            users = Users(session, WholeCentre())
            for login, (role, company, agent, name, password) in people.items():
                hashed = await hash_password(password)
                await users.save(
                    UserRow(
                        login=login,
                        name=name,
                        role=role,
                        company=company,
                        agent=agent,
                        password_hash=hashed,
                        language="ko",
                        level=Level.ADMIN if company else None,
                    )
                )
    finally:
        await engine.dispose()
