"""An agent's desk: presence by commands to the engine, the call at hand pushed, the note of the call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from callcenter.agents.presence import CHOSEN_BY_PEOPLE
from callcenter.callers import remember_case
from callcenter.calls.journal import Entry, Kind
from callcenter.desk.tickets import CallNote, Reason, take_note, ticket_number
from callcenter.store.marked_numbers import MarkedNumbers, NumberError, read_number
from callcenter.store.messages import Messages
from callcenter.store.models import Role
from callcenter.store.records import Records
from callcenter.store.scope import WholeCentre
from callcenter.store.tickets import Tickets
from callcenter.web.agent.previews import previewed
from callcenter.web.engine import command, now_ms, read_json
from callcenter.web.errors import Refused
from callcenter.web.guard import allow
from callcenter.web.pages import fill, language_of, render
from callcenter.web.people import Person
from callcenter.web.push import push
from callcenter.web.services import Services, services_of
from callcenter.web.work import groups_of

router = APIRouter(prefix="/agent", include_in_schema=False)
log = structlog.get_logger(__name__)

Uses = Annotated[Services, Depends(services_of)]
Agent = Annotated[Person, Depends(allow(Role.AGENT))]

#: A note is refused rather than kept waiting when the journal's Redis is away; the draft stays in the browser.
JOURNAL_PATIENCE_S = 5


def own_extension(person: Person) -> str:
    """The person's extension; refused with words for one who has none."""
    if person.agent is None:
        raise Refused(403, "no_extension")
    return person.agent


async def _state(services: Services, person: Person, agent: str) -> dict[str, Any]:
    """The agent's state, whether the engine lives, what else waits, and the time, for the live part of the page."""
    try:
        state, controller = await read_json(services.redis, f"cc:agent:{agent}", "cc:controller")
    except (RedisError, OSError):
        state = controller = None
    work, groups = await services.work.now(), groups_of(services.centre, person)
    waiting, first = work.line(groups or frozenset())
    return {
        "state": state,
        "engine": controller is not None,
        "at": now_ms(),
        "counts": work.counts(groups),
        "waiting": waiting,
        "first_since": first,
        "preview": await previewed(services, agent),
    }


async def _why_marked(services: Services, state: dict[str, Any] | None) -> str | None:
    """The reason that supervisors gave for the mark of the caller at hand; None when it cannot be read."""
    call = state["call"] if state else None
    if not call or not call.get("mark"):
        return None
    try:
        async with services.sessions() as session:
            found = await MarkedNumbers(session).of(call["caller"], now_ms())
    except (SQLAlchemyError, OSError):
        return None
    return found.reason if found else None


@router.get("")
async def desk(request: Request, services: Uses, person: Agent) -> Response:
    """The page."""
    agent = own_extension(person)
    seen = await _state(services, person, agent)
    return render(
        request,
        "agent/templates/desk.html",
        agent=agent,
        reasons=CHOSEN_BY_PEOPLE,
        push_key=services.push_key if any(one.id == agent and one.peak for one in services.centre.agent) else None,
        why_marked=await _why_marked(services, seen["state"]),
        **seen,
    )


@router.get("/live", response_class=EventSourceResponse)
async def live(request: Request, services: Uses, person: Agent) -> AsyncIterator[ServerSentEvent]:
    """The agent's state and call, whenever they change and every two seconds."""
    agent, language = own_extension(person), language_of(request)

    async def parts() -> AsyncGenerator[tuple[int, str]]:
        async with aclosing(services.agents.changes(agent)) as changes:
            async for state in changes:
                seen = {**await _state(services, person, agent), "agent": agent}
                if state is not None:
                    seen["state"] = state
                seen["why_marked"] = await _why_marked(services, seen["state"])
                html = fill(
                    "agent/templates/live.html",
                    centre=services.centre,
                    language=language,
                    reasons=CHOSEN_BY_PEOPLE,
                    **seen,
                )
                yield seen["at"], html

    async with aclosing(push(request, services, parts())) as events:
        async for event in events:
            yield event


@router.post("/{verb}")
async def ask(
    request: Request,
    services: Uses,
    person: Agent,
    verb: Literal["login", "logout", "ready", "pause", "abuse"],
    reason: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """Log in or out, ready, pause; the answer is the engine's."""
    if verb == "pause" and reason not in CHOSEN_BY_PEOPLE:
        raise Refused(422, "invalid")
    try:
        reply = await command(services.redis, services.blocking, agent=own_extension(person), verb=verb, reason=reason)
    except (RedisError, OSError) as error:
        raise Refused(503, "redis_away") from error
    return render(request, "agent/templates/reply.html", reply=reply)


async def _call(services: Services, agent: str, call: str) -> dict[str, Any]:
    """The call if it is or was this agent's: its company, group, caller's number and beginning, whatever is known."""
    (state,) = await read_json(services.redis, f"cc:agent:{agent}")
    at_hand = state["call"] if state else None
    if at_hand and at_hand["id"] == call:
        return {
            "id": call,
            "company": at_hand["company"],
            "group": at_hand["group"],
            "caller": at_hand["caller"],
            "since": at_hand["since"],
        }
    async with services.sessions() as session:
        record = await Records(session, WholeCentre()).get(call)
        message = await Messages(session, WholeCentre()).get(call)
    spoke = {record.agent, *(talk.agent for talk in record.talks)} if record else set()
    if record is None or agent not in (*spoke, message.agent if message else None):
        raise Refused(404, "no_call")
    return {
        "id": call,
        "company": record.company,
        "group": record.category or record.group,
        "caller": record.caller,
        "since": record.entered_at,
    }


def _known_company(services: Services, company: str | None) -> str | None:
    return company if company in {known.id for known in services.centre.company} else None


async def _history(services: Services, call: dict[str, Any], company: str | None) -> dict[str, Any]:
    """What one company's customer behind this number did before; nothing across companies."""
    if company is None or not call["caller"]:
        return {"earlier": [], "open_tickets": []}
    async with services.sessions() as session:
        return {
            "earlier": await Records(session, WholeCentre()).earlier(
                company, call["caller"], before=call["since"], but=call["id"], limit=8
            ),
            "open_tickets": await Tickets(session, WholeCentre()).open_of(company, call["caller"]),
        }


async def _remember_handler(
    services: Services, caller: str, *, former: str | None, company: str, agent: str | None
) -> None:
    """Lead a customer with an open ticket to this agent from now on, one without to anybody; `former` is the company
    that the call was believed to be for. The note is kept whatever becomes of this.
    """
    try:
        for one in {former, company} - {None, ""}:
            assert one
            async with services.sessions() as session:
                tickets = await Tickets(session, WholeCentre()).open_of(one, caller)
            if not tickets:
                await remember_case(services.redis, caller, one, None)
            elif one == company and agent:
                await remember_case(services.redis, caller, one, agent)
    except (RedisError, SQLAlchemyError, OSError) as error:
        log.warning("case.not_remembered", error=type(error).__name__)


@router.get("/calls/{call}/form")
async def form(request: Request, services: Uses, person: Agent, call: str) -> Response:
    """The note of a call at hand or done, filled with what is known."""
    found = await _call(services, own_extension(person), call)
    async with services.sessions() as session:
        record = await Records(session, WholeCentre()).get(call)
        ticket = await Tickets(session, WholeCentre()).get(record.ticket) if record and record.ticket else None
    company = _known_company(services, record.company if record and record.company else found["company"])
    history = await _history(services, found, company)
    return render(
        request,
        "agent/templates/note.html",
        call=found,
        record=record,
        ticket=ticket,
        company=company,
        reasons=list(Reason),
        ticket_number=ticket_number,
        **history,
    )


@router.get("/calls/{call}/history")
async def history(request: Request, services: Uses, person: Agent, call: str, company: str = "") -> Response:
    """The customer's earlier calls and open tickets with the company just chosen."""
    found = await _call(services, own_extension(person), call)
    chosen = _known_company(services, company)
    return render(
        request,
        "agent/templates/history.html",
        record=None,
        company=chosen,
        ticket_number=ticket_number,
        **await _history(services, found, chosen),
    )


async def keep(services: Services, entry: Entry) -> None:
    """Have this in the journal, or refuse."""
    services.journal.append([entry])
    try:
        async with asyncio.timeout(JOURNAL_PATIENCE_S):
            await services.journal.flush()
    except TimeoutError as error:
        raise Refused(503, "redis_away") from error


@router.post("/calls/{call}/note")
async def save(
    request: Request,
    services: Uses,
    person: Agent,
    call: str,
    reason: Annotated[Reason, Form()],
    company: Annotated[str, Form(max_length=32)] = "",
    category: Annotated[str, Form(max_length=32)] = "",
    product: Annotated[str, Form(max_length=200)] = "",
    symptom: Annotated[str, Form(max_length=4000)] = "",
    result: Annotated[str, Form(max_length=4000)] = "",
    customer: Annotated[str, Form(max_length=100)] = "",
    phone: Annotated[str, Form(max_length=40)] = "",
    ticket: Annotated[str, Form(max_length=20)] = "",
    settled: Annotated[bool, Form()] = False,
) -> Response:
    """Keep the note: in a ticket of the company, and in the journal. Saving again replaces it.

    `phone`: where a customer who withholds the number can be reached.
    """
    agent = own_extension(person)
    found = await _call(services, agent, call)
    group = category if category in {known.id for known in services.centre.group} else None
    if company and _known_company(services, company) is None:
        raise Refused(422, "invalid")
    try:
        reached_at = found["caller"] or (read_number(phone) if phone.strip() else "")
    except NumberError as error:
        raise Refused(422, f"phone_{error.slug}") from error
    at = now_ms()
    opened = None
    if company:
        note = CallNote(
            call=call,
            agent=agent,
            at=at,
            company=company,
            reason=reason,
            product=product.strip(),
            symptom=symptom.strip(),
            result=result.strip(),
            customer_name=customer.strip(),
            customer_phone=reached_at,
            ticket=int(ticket) if ticket.isdecimal() else None,
            settled=settled,
        )
        try:
            async with services.sessions.begin() as session:
                opened = await take_note(session, note)
        except LookupError as error:
            raise Refused(409, "ticket_gone") from error
    entry = Entry(
        key=f"{call}:{Kind.NOTED}:{at}",
        kind=Kind.NOTED,
        at=at,
        call=call,
        agent=agent,
        data={
            "agent": agent,
            "company": company or None,
            "category": group,
            "reason": reason.value,
            "product": product.strip(),
            "symptom": symptom.strip(),
            "result": result.strip(),
            "ticket": opened.number if opened else None,
        },
    )
    await keep(services, entry)
    await _remember_handler(
        services, reached_at, former=found["company"], company=company, agent=None if settled else agent
    )
    log.info("call.noted", call=call, agent=agent, ticket=opened.number if opened else None)
    return render(request, "agent/templates/saved.html", ticket=opened, ticket_number=ticket_number, at=at)
