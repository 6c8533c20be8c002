"""Preview: the contact that an agent may dial next, as the dialler shows it."""

from __future__ import annotations

from typing import Any

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from callcenter.store.campaigns import Campaigns
from callcenter.store.scope import WholeCentre
from callcenter.web.engine import read_json
from callcenter.web.services import Services


async def previewed(services: Services, agent: str) -> dict[str, Any] | None:
    """The contact that the agent may dial next, and its campaign; None: there is none, or nobody can tell."""
    try:
        (told,) = await read_json(services.redis, f"cc:preview:{agent}")
        if told is None:
            return None
        async with services.sessions() as session:
            campaigns = Campaigns(session, WholeCentre())
            contact, campaign = await campaigns.contact(told["contact"]), await campaigns.get(told["campaign"])
    except (RedisError, SQLAlchemyError, OSError):
        return None
    return {"contact": contact, "campaign": campaign} if contact and campaign else None
