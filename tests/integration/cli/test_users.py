"""`callcenter users` against a real database and Redis."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from redis import Redis
from sqlalchemy import text
from typer.testing import CliRunner

from callcenter.cli import app
from callcenter.embedded_redis import embedded_redis
from callcenter.redis import command_client
from callcenter.settings import Settings
from callcenter.store.engine import open_sync_engine
from callcenter.store.models import Base, Role
from callcenter.web.people import Person
from callcenter.web.sessions import begin_session
from tests.web_centre import EXAMPLE, free_port

pytestmark = pytest.mark.integration

PASSWORD = "a long enough one\n"


@pytest.fixture
def redis_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    url = f"redis://127.0.0.1:{free_port()}/0"
    database = f"sqlite+aiosqlite:///{tmp_path}/callcenter.db"
    shutil.copy(EXAMPLE / "centre.toml", tmp_path / "centre.toml")
    for name, value in {
        "CALLCENTER_DATA": str(tmp_path),
        "CALLCENTER_CENTRE": str(tmp_path / "centre.toml"),
        "CALLCENTER_DATABASE_URL": database,
        "CALLCENTER_REDIS_URL": url,
        "CALLCENTER_SECRET_KEY": "a secret for tests only",
    }.items():
        monkeypatch.setenv(name, value)
    engine = open_sync_engine(database)
    Base.metadata.create_all(engine)
    engine.dispose()
    with embedded_redis(url, tmp_path / "redis"):
        yield url


def run(*words: str, typed: str = PASSWORD) -> Result:
    return CliRunner().invoke(app, ["users", *words], input=typed)


@pytest.mark.usefixtures("redis_url")
def test_people_are_added_and_listed() -> None:
    assert run("add", "sup", "--role", "supervisor", "--name", "팀장", "--password-stdin").exit_code == 0
    assert run("add", "nurim", "--role", "company", "--company", "nurim", "--password-stdin").exit_code == 0
    assert run("list").output.splitlines() == ["nurim\tcompany\tnurim\tnurim", "sup\tsupervisor\t\t팀장"]


@pytest.mark.usefixtures("redis_url")
def test_a_companys_first_user_is_its_administrator_and_others_as_told() -> None:
    for login, words in (("first", ()), ("second", ("--level", "viewer")), ("sup", ("--role", "supervisor"))):
        whose = words if "--role" in words else ("--role", "company", "--company", "nurim", *words)
        assert run("add", login, *whose, "--password-stdin").exit_code == 0
    engine = open_sync_engine(Settings().database_url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT login, level FROM user_account ORDER BY login"))
        assert [tuple(row) for row in found] == [("first", "admin"), ("second", "viewer"), ("sup", None)]
    engine.dispose()


@pytest.mark.usefixtures("redis_url")
@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (("add", "x", "--role", "company"), PASSWORD, "--company"),
        (("add", "x", "--role", "company", "--company", "nobody"), PASSWORD, "expected one of nurim"),
        (("add", "x", "--role", "agent", "--agent", "9999"), PASSWORD, "expected one of 1001"),
        (("add", "x", "--role", "supervisor", "--agent", "1001"), PASSWORD, "--agent"),
        (("add", "a b", "--role", "supervisor"), PASSWORD, "LOGIN"),
        (("add", "x", "--role", "supervisor", "--lang", "fr"), PASSWORD, "ko or en"),
        (("add", "x", "--role", "supervisor"), "short\n", "at least 10"),
        (("password", "nobody"), PASSWORD, "no user 'nobody'"),
    ],
)
def test_mistakes_are_told_and_nothing_is_added(words: tuple[str, ...], typed: str, said: str) -> None:
    result = run(*words, "--password-stdin", typed=typed)
    assert result.exit_code == 2
    assert said in result.stderr
    assert run("list").output == ""


@pytest.mark.usefixtures("redis_url")
def test_nobody_is_added_twice() -> None:
    assert run("add", "sup", "--role", "supervisor", "--password-stdin").exit_code == 0
    assert "callcenter users password sup" in run("add", "sup", "--role", "admin", "--password-stdin").stderr
    assert run("list").output == "sup\tsupervisor\t\tsup\n"


def test_a_new_password_signs_out_everywhere_and_ends_tokens(redis_url: str) -> None:
    run("add", "sup", "--role", "supervisor", "--password-stdin")
    first = run("token", "sup").output

    async def sign_in() -> None:
        redis = command_client(redis_url)
        await begin_session(redis, Person(login="sup", role=Role.SUPERVISOR, language="ko"))
        await redis.aclose()

    asyncio.run(sign_in())
    with Redis.from_url(redis_url) as redis:
        assert len(redis.keys("cc:session:*")) == 1
        assert run("password", "sup", "--password-stdin", typed="another long one\n").exit_code == 0
        assert redis.keys("cc:session:*") == []
    assert first.split(".")[3] != run("token", "sup").output.split(".")[3]
