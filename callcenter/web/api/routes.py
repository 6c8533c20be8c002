"""JSON for programs, by a token (`callcenter users token`) or a session. Times are epoch ms, durations ms."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from redis.exceptions import RedisError

from callcenter.ledger.record import CallRecord, Outcome
from callcenter.store.figures import Figures
from callcenter.store.models import Role
from callcenter.store.records import Filters, Records
from callcenter.store.scope import WholeCentre
from callcenter.store.span import Span, day_span
from callcenter.store.users import Users
from callcenter.web.board import Line
from callcenter.web.engine import command, read_json
from callcenter.web.errors import Refused, SignInNeeded
from callcenter.web.guard import signed_in
from callcenter.web.people import Person
from callcenter.web.scoping import need_customers, scope_of
from callcenter.web.services import Services, services_of
from callcenter.web.tokens import login_of_token, token_holds

router = APIRouter(prefix="/api/v1", tags=["v1"])
Uses = Annotated[Services, Depends(services_of)]
bearer = HTTPBearer(auto_error=False, description="A token of `callcenter users token`.")


async def caller(
    request: Request, services: Uses, given: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]
) -> Person:
    """Who asks: the user of the token, else of the session."""
    if given is None:
        return await signed_in(request, services)
    login = login_of_token(given.credentials)
    if login is not None:
        async with services.sessions() as session:
            user = await Users(session, WholeCentre()).get(login)
        secret = services.settings.secret_key.get_secret_value()
        known = user is not None and user.disabled_at is None
        if known and user is not None and token_holds(secret, given.credentials, login, user.password_hash):
            return Person(
                login=login,
                role=user.role,
                language=user.language,
                company=user.company,
                agent=user.agent,
                level=user.level,
            )
    raise SignInNeeded


Caller = Annotated[Person, Depends(caller)]


def _need(person: Person, *roles: Role) -> None:
    if person.role not in roles:
        raise Refused(403, "forbidden")


class RecordPage(BaseModel):
    """Call records, newest first."""

    records: list[CallRecord]
    #: On all pages.
    total: int


class BoardLine(BaseModel):
    """One line of the board."""

    waiting: int
    longest_since: int | None
    talking: int
    ready: int
    day: Figures
    service_level: float | None

    @classmethod
    def of(cls, line: Line) -> BoardLine:
        """The same line for a program."""
        return cls(
            waiting=line.waiting,
            longest_since=line.longest_since,
            talking=line.talking,
            ready=line.ready,
            day=line.day,
            service_level=line.day.service_level,
        )


class BoardAnswer(BaseModel):
    """The live board; `live` tells whether its figures can be believed as of `at`."""

    at: int
    live: bool
    total: BoardLine
    groups: dict[str, BoardLine]
    companies: dict[str, BoardLine]
    states: dict[str, int]


class Wish(BaseModel):
    """What an agent is to become; `reason` for a pause: break, meal, training, meeting, paperwork or other."""

    verb: Literal["login", "logout", "ready", "pause"]
    reason: str = ""


class Granted(BaseModel):
    """The engine's answer; `error` tells why not."""

    ok: bool
    error: str | None


@router.get("/records")
async def records(
    services: Uses,
    person: Caller,
    since: date | None = None,
    until: date | None = None,
    company: str | None = None,
    group: str | None = None,
    outcome: Outcome | None = None,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> RecordPage:
    """Calls that entered from `since` to `until` (days of the centre, both included; today by default)."""
    _need(person, Role.SUPERVISOR, Role.ADMIN, Role.COMPANY, Role.BILLING)
    need_customers(person)
    zone = services.centre.zone
    last = until or datetime.now(zone).date()
    span = Span(day_span(since or last, zone).since, day_span(last, zone).until)
    async with services.sessions() as session:
        found = await Records(session, scope_of(person)).page(
            span, Filters(company=company, group=group, outcome=outcome), offset=offset, limit=limit
        )
    return RecordPage(records=found.records, total=found.total)


@router.get("/records/{call}")
async def record(services: Uses, person: Caller, call: str) -> CallRecord:
    """One call."""
    _need(person, Role.SUPERVISOR, Role.ADMIN, Role.COMPANY, Role.BILLING)
    need_customers(person)
    async with services.sessions() as session:
        found = await Records(session, scope_of(person)).get(call)
    if found is None:
        raise Refused(404, "no_call")
    return found


@router.get("/board")
async def board(services: Uses, person: Caller) -> BoardAnswer:
    """The live board of the whole centre."""
    _need(person, Role.SUPERVISOR, Role.ADMIN)
    now = await services.board.now()
    return BoardAnswer(
        at=now.at,
        live=now.health.live and now.health.database,
        total=BoardLine.of(now.total),
        groups={slug: BoardLine.of(line) for slug, line in now.groups.items()},
        companies={slug: BoardLine.of(line) for slug, line in now.companies.items()},
        states=dict(now.states),
    )


def _agent(services: Services, person: Person, agent: str) -> str:
    """An agent whom this person may look after: a supervisor all, an agent only themselves."""
    if person.role is not Role.AGENT or person.agent != agent:
        _need(person, Role.SUPERVISOR, Role.ADMIN)
    if agent not in {known.id for known in services.centre.agent}:
        raise Refused(404, "not_found")
    return agent


@router.get("/agents/{agent}/state")
async def agent_state(services: Uses, person: Caller, agent: str) -> dict[str, Any]:
    """An agent as in `cc:agent:<id>` (docs/architecture.md); the caller's number only for the agent themselves."""
    _agent(services, person, agent)
    (state,) = await read_json(services.redis, f"cc:agent:{agent}")
    if state is None:
        raise Refused(404, "not_found")
    if person.agent != agent and state["call"]:
        state["call"].pop("caller", None)
    return state


@router.post("/agents/{agent}/state")
async def move_agent(services: Uses, person: Caller, agent: str, wish: Wish) -> Granted:
    """Log an agent in or out, make ready or pause."""
    _agent(services, person, agent)
    try:
        reply = await command(services.redis, services.blocking, agent=agent, verb=wish.verb, reason=wish.reason)
    except (RedisError, OSError) as error:
        raise Refused(503, "redis_away") from error
    return Granted(ok=reply.ok, error=reply.error)
