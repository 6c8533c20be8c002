"""The pages in a real browser: Debian's chromium, headless."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from callcenter.embedded_redis import embedded_redis
from tests.debian import install
from tests.web_centre import PASSWORD, WebCentre, free_port, running_web

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]

#: Signs somebody in and gives the page that they land on.
SignIn = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    url = f"redis://127.0.0.1:{free_port()}/0"
    with embedded_redis(url, tmp_path_factory.mktemp("redis")):
        yield url


@pytest.fixture(scope="session")
def browser_path() -> str:
    """A browser of this machine, installed first where there is none."""
    if not any(map(shutil.which, BROWSERS)):
        install("chromium", "fonts-nanum")
    return next(found for name in BROWSERS if (found := shutil.which(name)))


@pytest.fixture
async def web(redis_url: str, tmp_path: Path) -> AsyncIterator[WebCentre]:
    async with running_web(redis_url, tmp_path) as centre:
        yield centre


@pytest.fixture
async def sign_in(web: WebCentre, browser_path: str) -> AsyncIterator[SignIn]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        complaints: list[str] = []

        async def signed_in(login: str | None, *, width: int = 1440, height: int = 900, locale: str = "ko-KR") -> Page:
            context = await browser.new_context(locale=locale, viewport={"width": width, "height": height})
            page = await context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
            await page.goto(web.url + "/login")
            if login is not None:
                await page.fill("#login", login)
                await page.fill("#password", PASSWORD)
                await page.keyboard.press("Enter")
                await page.wait_for_url(lambda url: "/login" not in url)
            return page

        yield signed_in
        await browser.close()
        # A page that throws or breaks the content policy has failed, whatever it shows; a network that was cut has not.
        assert [told for told in complaints if "Failed to" not in told] == []
