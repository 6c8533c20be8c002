"""Messages that callers left: a queue of their own, taken by one person, listened to, answered, done."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from redis.exceptions import RedisError

from callcenter.calls.wish import callable_number
from callcenter.desk.tickets import ticket_number
from callcenter.ledger.record import CallRecord
from callcenter.store.messages import MessageMovedError, Messages
from callcenter.store.models import Role
from callcenter.store.records import Records
from callcenter.store.scope import WholeCentre
from callcenter.store.span import day_span
from callcenter.store.tickets import Tickets
from callcenter.store.work_models import MessageRow, MessageState
from callcenter.web.engine import Reply, now_ms, order
from callcenter.web.errors import Refused
from callcenter.web.guard import allow
from callcenter.web.pages import render
from callcenter.web.people import Person
from callcenter.web.push import every, push
from callcenter.web.records.audio import message_path
from callcenter.web.services import Services, services_of
from callcenter.web.work import groups_of
from callcenter.wishes import PHONE

router = APIRouter(prefix="/messages", include_in_schema=False)
log = structlog.get_logger(__name__)

Uses = Annotated[Services, Depends(services_of)]
Reader = Annotated[Person, Depends(allow(Role.AGENT, Role.SUPERVISOR, Role.ADMIN))]


async def _seen(services: Services, person: Person) -> dict[str, Any]:
    groups, zone = groups_of(services.centre, person), services.centre.zone
    work = await services.work.now()
    async with services.sessions() as session:
        messages = Messages(session, WholeCentre())
        waiting = await messages.waiting(groups=groups)
        done = await messages.done(since=day_span(datetime.now(zone).date(), zone).since, groups=groups)
    return {"at": now_ms(), "waiting": waiting, "done": done, "counts": work.counts(groups)}


@router.get("")
async def messages(request: Request, services: Uses, person: Reader) -> Response:
    """The page: the queue, and beside it the message that is open."""
    return render(request, "messages/templates/messages.html", opened=None, **await _seen(services, person))


@router.get("/live", response_class=EventSourceResponse)
async def live(request: Request, services: Uses, person: Reader) -> AsyncIterator[ServerSentEvent]:
    """The queue as it changes."""

    async def seen() -> dict[str, Any]:
        return await _seen(services, person)

    parts: AsyncGenerator[tuple[int, str]] = every(request, services, "messages/templates/live.html", seen)
    async with aclosing(push(request, services, parts)) as events:
        async for event in events:
            yield event


async def _one(services: Services, person: Person, call: str) -> tuple[MessageRow, CallRecord]:
    groups = groups_of(services.centre, person)
    async with services.sessions() as session:
        message = await Messages(session, WholeCentre()).get(call)
        record = await Records(session, WholeCentre()).get(call)
    if message is None or record is None or not (groups is None or message.group is None or message.group in groups):
        raise Refused(404, "no_message")
    return message, record


def _may_change(person: Person, message: MessageRow) -> bool:
    """Whoever took it; supervisors any."""
    return person.role is not Role.AGENT or (message.agent == person.agent and message.state is MessageState.TAKEN)


async def _panel(
    request: Request, services: Services, person: Person, call: str, reply: Reply | None = None, status_code: int = 200
) -> Response:
    """The message as it stands now, with what came of a command."""
    message, record = await _one(services, person, call)
    async with services.sessions() as session:
        ticket = await Tickets(session, WholeCentre()).get(record.ticket) if record.ticket else None
    return render(
        request,
        "messages/templates/one.html",
        status_code=status_code,
        message=message,
        record=record,
        ticket=ticket,
        ticket_number=ticket_number,
        playable=message_path(services.settings.media, record) is not None,
        # The note of a message may be written by whoever took it, also when it is done.
        noted=message.agent is not None and message.agent == person.agent,
        may_change=_may_change(person, message),
        may_phone=services.centre.callback is not None and callable_number(record.caller),
        reply=reply,
    )


@router.get("/{call}")
async def one(request: Request, services: Uses, person: Reader, call: str) -> Response:
    """One message, to be shown beside the queue."""
    return await _panel(request, services, person, call)


@router.get("/{call}/audio")
async def audio(services: Uses, person: Reader, call: str) -> Response:
    """What the caller said."""
    _, record = await _one(services, person, call)
    path = message_path(services.settings.media, record)
    if path is None:
        raise Refused(404, "no_recording")
    log.info("message.opened", login=person.login, call=call)
    return FileResponse(path, media_type="audio/wav")


@router.post("/{call}/phone")
async def phone(request: Request, services: Uses, person: Reader, call: str) -> Response:
    """Have the customer phoned in the group's line, at the place of the message."""
    message, record = await _one(services, person, call)
    if not _may_change(person, message):
        raise Refused(409, "message_moved")
    group = message.group or services.centre.undecided or services.centre.group[0].id
    try:
        reply = await order(
            services.redis, services.blocking, call=call, verb=PHONE, by=person.login, number=record.caller,
            dnis=record.dnis, group=group, company=message.company or "", since=message.left_at,
        )  # fmt: skip
    except (RedisError, OSError) as error:
        raise Refused(503, "redis_away") from error
    log.info("callback.ordered", login=person.login, call=call, verb="phone", error=reply.error)
    services.work.changed()
    return await _panel(request, services, person, call, reply)


@router.post("/{call}/{verb}")
async def move(
    request: Request, services: Uses, person: Reader, call: str, verb: Literal["take", "done", "release"]
) -> Response:
    """Take it, say that it is done, or put it back for others."""
    await _one(services, person, call)
    try:
        async with services.sessions.begin() as session:
            messages = Messages(session, WholeCentre())
            message = await messages.get(call)
            assert message
            if verb == "take":
                if message.state is not MessageState.NEW or person.agent is None:
                    raise MessageMovedError(call)
                await messages.move(message, MessageState.TAKEN, agent=person.agent, now=now_ms())
            elif not _may_change(person, message):
                raise MessageMovedError(call)
            elif verb == "done":
                await messages.move(message, MessageState.DONE, agent=message.agent, now=now_ms())
            else:
                await messages.move(message, MessageState.NEW, agent=None, now=now_ms())
    except MessageMovedError as error:
        raise Refused(409, "message_moved") from error
    log.info("message.moved", login=person.login, call=call, verb=verb)
    services.work.changed()
    return await _panel(request, services, person, call)
