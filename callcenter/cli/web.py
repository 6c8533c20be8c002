"""`callcenter web` and `callcenter users`."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, NoReturn, TypeVar

import typer
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.centre import Centre, CentreError, load_centre
from callcenter.logs import configure_logs
from callcenter.redis import command_client
from callcenter.settings import Settings
from callcenter.store.engine import open_engine, sessions
from callcenter.store.models import Level, Role, UserRow
from callcenter.store.scope import WholeCentre
from callcenter.store.users import Users
from callcenter.web.app import create_app
from callcenter.web.passwords import SHORTEST, hash_password
from callcenter.web.server import PageServer
from callcenter.web.sessions import end_sessions
from callcenter.web.tokens import make_token

users = typer.Typer(no_args_is_help=True, help="People who may sign in.")

_Result = TypeVar("_Result")
PasswordFromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking for it.")
]


def web() -> None:
    """Serve the pages, the API, live push, metrics and health."""
    settings = Settings()
    configure_logs(as_json=settings.log_json)
    _centre(settings)
    server = PageServer(create_app(settings), settings)
    server.run()
    if not server.started:
        _stop(
            f"The pages cannot be served on {settings.web_host}:{settings.web_port} (see above); "
            "is the port taken? Set CALLCENTER_WEB_PORT to another."
        )


@users.command()
def add(
    login: str,
    role: Annotated[Role, typer.Option(help="What the person may do.")],
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
    company: Annotated[str, typer.Option(help="A company's user: the company's id in the centre's file.")] = "",
    agent: Annotated[str, typer.Option(help="An agent's user: the extension.")] = "",
    level: Annotated[Level, typer.Option(help="A company's user: how much of its data.")] = Level.ADMIN,
    language: Annotated[str, typer.Option("--lang", help="ko or en; the person can change it.")] = "ko",
    password_stdin: PasswordFromInput = False,
) -> None:
    """Add a person who may sign in."""
    settings = Settings()
    centre = _centre(settings)
    if not re.fullmatch(r"[A-Za-z0-9._@-]{1,64}", login):
        _stop("LOGIN: expected 1 to 64 letters, digits or . _ @ -")
    if (role is Role.COMPANY) != bool(company):
        _stop("--company: needed with --role company, and only there")
    if (role is Role.AGENT) != bool(agent):
        _stop("--agent: needed with --role agent, and only there")
    if company and company not in {one.id for one in centre.company}:
        _stop(f"--company: no company '{company}'; expected one of " + ", ".join(one.id for one in centre.company))
    if agent and agent not in {one.id for one in centre.agent}:
        _stop(f"--agent: no agent '{agent}'; expected one of " + ", ".join(one.id for one in centre.agent))
    if language not in {"ko", "en"}:
        _stop("--lang: expected ko or en")
    password = _password(password_stdin)

    async def work(session: AsyncSession) -> None:
        found = Users(session, WholeCentre())
        if await found.get(login) is not None:
            _stop(f"'{login}' exists; set a new password with: callcenter users password {login}")
        await found.save(
            UserRow(
                login=login,
                name=name or login,
                role=role,
                company=company or None,
                agent=agent or None,
                password_hash=await hash_password(password),
                language=language,
                level=level if company else None,
            )
        )

    _with_database(settings, work)
    print(f"{login}: added as {role}.")


@users.command()
def password(login: str, password_stdin: PasswordFromInput = False) -> None:
    """Set a person's password; whoever is signed in with the old one is signed out, tokens end."""
    settings = Settings()
    chosen = _password(password_stdin)

    async def work(session: AsyncSession) -> None:
        (await _user(session, login)).password_hash = await hash_password(chosen)

    _with_database(settings, work)

    async def sign_out() -> None:
        redis = command_client(settings.redis_url)
        try:
            await end_sessions(redis, login)
        finally:
            await redis.aclose()

    try:
        asyncio.run(sign_out())
    except (RedisError, OSError):
        _stop("The password is set, but open sessions could not be ended: Redis does not answer. Try again later.")
    print(f"{login}: password set, signed out everywhere.")


@users.command(name="list")
def list_users() -> None:
    """Everybody who may sign in."""

    async def work(session: AsyncSession) -> list[UserRow]:
        return await Users(session, WholeCentre()).all()

    for user in _with_database(Settings(), work):
        print("\t".join((user.login, user.role, user.company or user.agent or "", user.name)))


@users.command()
def token(login: str, days: Annotated[int, typer.Option(min=1, max=3650)] = 365) -> None:
    """Print a token by which a program speaks for this user; a new password ends it."""
    settings = Settings()

    async def work(session: AsyncSession) -> str:
        return (await _user(session, login)).password_hash

    held = _with_database(settings, work)
    try:
        print(make_token(settings.secret_key.get_secret_value(), login, held, days=days))
    except ValueError as error:
        _stop(f"No token: {error}; start the centre once, or set it to a long random text.")


async def _user(session: AsyncSession, login: str) -> UserRow:
    found = await Users(session, WholeCentre()).get(login)
    if found is None:
        _stop(f"no user '{login}'; callcenter users list shows them")
    return found


def _centre(settings: Settings) -> Centre:
    try:
        return load_centre(settings.centre)
    except CentreError as error:
        _stop(str(error))


def _password(from_input: bool) -> str:
    given = (
        sys.stdin.readline().rstrip("\r\n")
        if from_input
        else str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    )
    if len(given) < SHORTEST:
        _stop(f"the password needs at least {SHORTEST} characters")
    return given


def _with_database(settings: Settings, work: Callable[[AsyncSession], Awaitable[_Result]]) -> _Result:
    async def run() -> _Result:
        engine = open_engine(settings.database_url)
        try:
            async with sessions(engine).begin() as session:
                return await work(session)
        finally:
            await engine.dispose()

    try:
        return asyncio.run(run())
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        _stop(f"The database cannot be used ({reason}); has the centre been started once, is its database up?")


def _stop(why: str) -> NoReturn:
    print(why, file=sys.stderr)
    raise typer.Exit(2)
