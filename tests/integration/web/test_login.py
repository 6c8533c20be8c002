"""Signing in and out, throttling, sessions, forged requests."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from callcenter.web.sessions import end_sessions
from callcenter.web.throttle import FAILURES
from tests.integration.web.conftest import browser
from tests.web_centre import WebCentre

pytestmark = pytest.mark.integration


async def test_nobody_is_sent_to_the_login_page(web: WebCentre) -> None:
    async with browser(web) as nobody:
        for page in ("/board", "/agent", "/records", "/billing", "/portal", "/tickets"):
            assert await nobody.get(page) == (303, "")


@pytest.mark.parametrize(
    ("login", "page"),
    [("sup", "/board"), ("bill", "/billing"), ("admin", "/board"), ("a1001", "/agent"), ("nurim", "/portal")],
)
async def test_everybody_lands_on_their_page(web: WebCentre, login: str, page: str) -> None:
    async with browser(web) as somebody:
        assert await somebody.sign_in(login) == (303, page)


async def test_a_wrong_password_says_so_and_a_sixth_try_is_locked_even_with_the_right_one(web: WebCentre) -> None:
    async with browser(web) as guesser:
        for _ in range(FAILURES):
            status, page = await guesser.sign_in("sup", "not the password")
            assert status == 401
            assert "맞지 않습니다" in page
        status, page = await guesser.sign_in("sup")
        assert status == 429
        assert "잠갔습니다" in page


async def test_an_unknown_user_is_told_the_same_as_a_wrong_password(web: WebCentre) -> None:
    async with browser(web) as guesser:
        unknown = await guesser.sign_in("nobody", "something else")
        known = await guesser.sign_in("sup", "something else")
        assert unknown[0] == known[0] == 401
        assert unknown[1].replace("nobody", "sup") == known[1]


async def test_the_session_changes_at_login_and_ends_at_logout(web: WebCentre) -> None:
    async with browser(web) as somebody:
        somebody.http.cookie_jar.update_cookies({"cc_session": "planted-by-somebody-else"})
        await somebody.sign_in("sup")
        held = {cookie.key: cookie for cookie in somebody.http.cookie_jar}["cc_session"]
        assert held.value != "planted-by-somebody-else"
        assert held["httponly"]
        assert held["samesite"] == "lax"
        assert await web.redis.keys("cc:session:*" + held.value + "*") == []
        assert (await somebody.get("/board"))[0] == 200
        assert await somebody.post("/logout") == (303, "/login")
        somebody.http.cookie_jar.update_cookies({"cc_session": held.value})
        assert (await somebody.get("/board"))[0] == 303


async def test_ending_all_sessions_signs_out_everywhere(web: WebCentre) -> None:
    async with browser(web, "sup") as here, browser(web, "sup") as there, browser(web, "bill") as other:
        await end_sessions(web.redis, "sup")
        assert (await here.get("/board"))[0] == 303
        assert (await there.get("/board"))[0] == 303
        assert (await other.get("/compare"))[0] == 200


async def test_a_form_from_elsewhere_is_refused(web: WebCentre) -> None:
    async with browser(web, "a1001") as agent:
        assert (await agent.post("/agent/ready", Origin="https://elsewhere.example"))[0] == 403
        assert (await agent.post("/agent/ready", **{"Sec-Fetch-Site": "cross-site"}))[0] == 403
        assert (await agent.post("/agent/ready", **{"X-Form-Token": "0" * 64}))[0] == 403
        assert await web.redis.xlen("cc:commands") == 0


async def test_language_is_switched_and_kept(web: WebCentre) -> None:
    async with browser(web, "sup") as somebody:
        assert "비용 비교" in (await somebody.get("/compare"))[1]
        assert await somebody.post("/language/en", {"back": "//evil.example"}) == (303, "/")
        assert "Cost comparison" in (await somebody.get("/compare"))[1]
    async with browser(web, "sup") as later:
        assert "Cost comparison" in (await later.get("/compare"))[1]


async def test_pages_carry_the_safe_headers_and_no_inline_script(web: WebCentre) -> None:
    async with browser(web) as somebody, somebody.http.get(web.url + "/login") as answer:
        page = await answer.text()
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert "<script>" not in page
        assert "style=" not in page


async def test_a_database_that_is_away_is_told_in_words(web: WebCentre) -> None:
    async with web.sessions.begin() as session:
        await session.execute(text("drop table user_account"))
    async with browser(web) as somebody:
        status, page = await somebody.sign_in("sup")
        assert status == 503
        assert "데이터베이스가 응답하지 않습니다" in page
