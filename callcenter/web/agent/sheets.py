"""A campaign's call at the agent's desk: the form on screen, how the conversation ended; the contact dialled next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.calls.call import campaign_of
from callcenter.campaigns.form import Form
from callcenter.campaigns.permission import Why
from callcenter.campaigns.sheet import Verdict, entered, missing, on_the_way
from callcenter.store.attempts import Attempts
from callcenter.store.campaign_models import CampaignRow, ContactRow, SheetRow
from callcenter.store.campaign_rules import form_of
from callcenter.store.campaigns import Campaigns
from callcenter.store.epoch import from_ms
from callcenter.store.scope import WholeCentre
from callcenter.store.sheets import Sheets
from callcenter.web.agent.routes import Agent, Uses, own_extension
from callcenter.web.engine import read_json
from callcenter.web.errors import Refused
from callcenter.web.pages import language_of, render
from callcenter.web.services import Services

router = APIRouter(prefix="/agent", include_in_schema=False)
log = structlog.get_logger(__name__)

_CENTRE = WholeCentre()
#: An appointment is for the near future.
_WISHED_WITHIN = timedelta(days=30)
#: Whom an agent puts off is due again so much later.
_PUT_OFF = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Seen:
    """An agent's call of a campaign."""

    sheet: SheetRow
    campaign: CampaignRow
    contact: ContactRow
    form: Form

    def shown(self, call: str) -> dict[str, Any]:
        """What the template needs."""
        answers = self.sheet.answers
        waiting = missing(self.form, answers)
        way = {*on_the_way(self.form, answers), *([waiting.id] if waiting else [])}
        # What is only said is shown where it stands.
        hidden = [one.id for one in self.form.question if one.asks and one.id not in way]
        wished = from_ms(self.sheet.wished_at) if self.sheet.wished_at else None
        return {
            "call": call, "campaign": self.campaign, "contact": self.contact, "form": self.form, "answers": answers,
            "hidden": hidden, "verdict": self.sheet.verdict, "wished": wished,
        }  # fmt: skip


async def _seen(services: Services, session: AsyncSession, agent: str, call: str) -> _Seen:
    """The call with its sheet, if it is or was this agent's. Raises `Refused`."""
    if campaign_of(call) is None:
        raise Refused(404, "no_call")
    attempt = call.removeprefix("survey-")
    sheets = Sheets(session, _CENTRE)
    sheet = await sheets.get(attempt)
    if sheet is None or sheet.agent != agent:
        (state,) = await read_json(services.redis, f"cc:agent:{agent}")
        at_hand = state["call"] if state else None
        if at_hand is None or at_hand["id"] != call or at_hand["stage"] == "ringing":
            raise Refused(404, "no_call")
        try:
            sheet = await sheets.open(attempt, agent, datetime.now(UTC))
        except LookupError as error:
            raise Refused(404, "no_call") from error
    row = await Attempts(session, _CENTRE).get(attempt)
    assert row is not None
    campaigns = Campaigns(session, _CENTRE)
    campaign = await campaigns.get(row.campaign)
    contact = await campaigns.contact(row.contact)
    version = await campaigns.form(campaign.form) if campaign else None
    form = form_of(version.text if version else None)
    if campaign is None or contact is None or form is None:
        raise Refused(404, "no_call")
    return _Seen(sheet, campaign, contact, form)


@router.get("/sheets/{call}")
async def sheet(request: Request, services: Uses, person: Agent, call: str) -> Response:
    """The form of the call at hand, with what was entered so far."""
    async with services.sessions.begin() as session:
        seen = await _seen(services, session, own_extension(person), call)
        return render(request, "agent/templates/sheet.html", **seen.shown(call))


async def _typed(request: Request) -> dict[str, list[str]]:
    data = await request.form()
    return {name: [value for value in data.getlist(name) if isinstance(value, str)] for name in data}


@router.post("/sheets/{call}/draft")
async def keep(request: Request, services: Uses, person: Agent, call: str) -> dict[str, list[str]]:
    """Keep what is entered so far; which questions it does not lead to."""
    typed = await _typed(request)
    async with services.sessions.begin() as session:
        seen = await _seen(services, session, own_extension(person), call)
        await Sheets(session, _CENTRE).keep(seen.sheet, entered(seen.form, typed))
        return {"hidden": seen.shown(call)["hidden"]}


@router.post("/sheets/{call}/{verdict}")
async def end(request: Request, services: Uses, person: Agent, call: str, verdict: Verdict) -> Response:
    """Say how it ended, for good; the dialler makes the outcome of it."""
    typed = await _typed(request)
    wished = _wished(services, (typed.get("wished") or [""])[0]) if verdict is Verdict.CALLBACK else None
    async with services.sessions.begin() as session:
        seen = await _seen(services, session, own_extension(person), call)
        answers = entered(seen.form, typed)
        if verdict is Verdict.FINISHED and (question := missing(seen.form, answers)):
            asked = question.ko if language_of(request) == "ko" else question.en
            raise Refused(422, "sheet_missing", question=asked)
        if not await Sheets(session, _CENTRE).keep(seen.sheet, answers, verdict, wished):
            raise Refused(409, "sheet_over")
    log.info("sheet.ended", agent=own_extension(person), verdict=verdict)
    return render(request, "agent/templates/sheet_over.html", verdict=verdict, wished=wished)


def _wished(services: Services, typed: str) -> datetime:
    try:
        local = datetime.fromisoformat(typed).replace(tzinfo=services.centre.zone)
    except ValueError as error:
        raise Refused(422, "sheet_when") from error
    if not timedelta(0) < local - datetime.now(UTC) < _WISHED_WITHIN:
        raise Refused(422, "sheet_when")
    return local


@router.post("/preview/{press}")
async def press(
    request: Request, services: Uses, person: Agent, press: Literal["dial", "later", "unsuitable"]
) -> Response:
    """Dial the contact that is shown, put it off by a day, or set it aside for good."""
    agent = own_extension(person)
    (told,) = await read_json(services.redis, f"cc:preview:{agent}")
    if told is None:
        raise Refused(409, "preview_gone")
    if press != "dial":
        async with services.sessions.begin() as session:
            if press == "later":
                await Campaigns(session, _CENTRE).put_off(told["contact"], datetime.now(UTC) + _PUT_OFF)
            else:
                await Attempts(session, _CENTRE).set_aside(told["contact"], Why.UNSUITABLE)
        log.info("contact.skipped", agent=agent, how=press)
    wish: dict[Any, Any] = {"agent": agent, "verb": "dial" if press == "dial" else "skip"}
    try:
        await services.redis.xadd("cc:preview", wish, maxlen=1000, approximate=True)
    except (RedisError, OSError) as error:
        raise Refused(503, "redis_away") from error
    return Response(status_code=204)
