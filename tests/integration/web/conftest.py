"""The web process over HTTP, as a browser or a program meets it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from callcenter.embedded_redis import embedded_redis
from tests.web_centre import PASSWORD, WebCentre, free_port, running_web


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    url = f"redis://127.0.0.1:{free_port()}/0"
    with embedded_redis(url, tmp_path_factory.mktemp("redis")):
        yield url


@pytest.fixture
async def web(redis_url: str, tmp_path: Path) -> AsyncIterator[WebCentre]:
    async with running_web(redis_url, tmp_path) as centre:
        yield centre


class Browser:
    """Somebody's browser: cookies, no following of redirects, the form's token from the page."""

    def __init__(self, web: WebCentre, http: aiohttp.ClientSession) -> None:
        self.web, self.http, self.form_token = web, http, ""

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        async with self.http.get(self.web.url + path, headers=headers, allow_redirects=False) as answer:
            body = (await answer.read()).decode(errors="replace")
            if found := re.search(r'data-form-token="(\w+)"', body):
                self.form_token = found[1]
            return answer.status, body

    async def post(self, path: str, fields: dict[str, Any] | None = None, **headers: str) -> tuple[int, str]:
        sent = {"X-Form-Token": self.form_token, "Origin": self.web.url, **headers}
        async with self.http.post(
            self.web.url + path, data=fields or {}, headers=sent, allow_redirects=False
        ) as answer:
            return answer.status, answer.headers.get("location") or await answer.text()

    async def sign_in(self, login: str, password: str = PASSWORD) -> tuple[int, str]:
        answer = await self.post("/login", {"login": login, "password": password})
        await self.get("/compare")
        return answer


@asynccontextmanager
async def browser(web: WebCentre, login: str | None = None) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        made = Browser(web, http)
        if login:
            status, _ = await made.sign_in(login)
            assert status == 303
        yield made
