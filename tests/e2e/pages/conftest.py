"""The pages in a real browser: Debian's chromium, headless."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

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

# A busy machine is no fault of a page.
expect.set_options(timeout=20_000)

#: Signs somebody in and gives the page that they land on.
SignIn = Callable[..., Awaitable[Page]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser lives in one event loop, and so do the tests that use it."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


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


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(browser_path: str) -> AsyncIterator[Browser]:
    """One browser for all tests; each has its own profile in it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def web(redis_url: str, tmp_path: Path) -> AsyncIterator[WebCentre]:
    async with running_web(redis_url, tmp_path) as centre:
        yield centre


@pytest_asyncio.fixture(loop_scope="session")
async def sign_in(web: WebCentre, chromium: Browser) -> AsyncIterator[SignIn]:
    complaints: list[str] = []
    async with AsyncExitStack() as stack:

        async def signed_in(login: str | None, *, width: int = 1440, height: int = 900, locale: str = "ko-KR") -> Page:
            context = await chromium.new_context(locale=locale, viewport={"width": width, "height": height})
            stack.push_async_callback(context.close)
            page = await context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
            if login is not None:
                # Its own page has tests of its own.
                form = {"login": login, "password": PASSWORD}
                answer = await context.request.post(f"{web.url}/login", form=form, max_redirects=0)
                assert answer.status == 303
            await page.goto(web.url)
            return page

        yield signed_in
    # A page that throws or breaks the content policy has failed, whatever it shows; a network that was cut has not.
    assert [told for told in complaints if "Failed to" not in told] == []
