"""The supervisor's staff plan, and the call-up as a peak-time agent meets it."""

from __future__ import annotations

import asyncio
import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import orjson
import pytest
from playwright.async_api import Page, expect

from callcenter.call_up.report import Report, add
from callcenter.store.models import EventRow, Role, UserRow
from callcenter.store.subscriptions import Subscriptions
from tests.e2e.pages.conftest import SignIn
from tests.unit.call_up.test_encryption import AUTH, P256DH
from tests.web_centre import HASHED, WebCentre, now_ms, record

pytestmark = pytest.mark.e2e
SEOUL = ZoneInfo("Asia/Seoul")
MONDAY = date(2026, 11, 16)
ENDPOINT = "https://push.example.net/browser"


def at(day: date, hour: int) -> int:
    return int(datetime.combine(day, time(hour), SEOUL).timestamp()) * 1000


async def test_the_day_s_plan_is_read_and_turned_by_keys(web: WebCentre, sign_in: SignIn) -> None:
    for back in range(1, 6):
        day = MONDAY - timedelta(weeks=back)
        await web.add(*(record(f"{back}-{n}", entered_at=at(day, 10) + n * 1000) for n in range(40)))
        await web.add(*(record(f"{back}+{n}", entered_at=at(day, 10) + n, group="baby") for n in range(8)))
    page = await sign_in("sup")
    await page.goto(f"{web.url}/staff?date={MONDAY}")
    await expect(page.locator("h1")).to_contain_text("2026-11-16 월요일")
    await expect(page.locator("main")).to_contain_text("같은 성격의 날 5일(전체 기록 5일)")
    await expect(page.locator("svg.plot rect.calls")).not_to_have_count(0)
    ten = page.locator(".plan tr", has=page.get_by_role("rowheader", name="10:00"))
    await expect(ten.locator("td").nth(0)).to_have_text("40.0")
    await expect(page.locator(".hours tr", has_text="주방가전")).to_contain_text("40")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_role("link", name="유아용품").click()
    await expect(page.locator(".hours tr", has_text="유아용품")).to_contain_text("8.0")
    await page.keyboard.press("n")
    await expect(page.locator("h1")).to_contain_text("2026-11-17 화요일")
    await expect(page.locator(".notice").first).to_contain_text("같은 요일의 통화 기록이 하루도 없어")
    await page.keyboard.press("p")
    await expect(page.locator("h1")).to_contain_text("2026-11-16 월요일")


async def test_paid_minutes_are_a_key_away(web: WebCentre, sign_in: SignIn) -> None:
    now = now_ms()
    # Both in this month, however early in it the test runs.
    came = at(datetime.fromtimestamp(now / 1000, SEOUL).date().replace(day=1), 0)
    await web.add(
        EventRow(key="c", at=came, kind="peak.came", call=None, agent="1010", data={"until": came}),
        EventRow(key="l", at=came + 90_000, kind="peak.left", call=None, agent="1010", data={"came": came}),
    )
    page = await sign_in("sup")
    await page.goto(f"{web.url}/staff")
    await page.keyboard.press("m")
    await expect(page.locator("main")).to_contain_text("합계 2분")
    await expect(page.locator("main")).to_contain_text("한지우")


async def test_a_gateway_that_is_away_is_shown_to_the_supervisor(web: WebCentre, sign_in: SignIn) -> None:
    await add(web.redis, Report(at=now_ms(), asked=1, pushed=1, reached=1, text_error="unreachable"))
    await web.feed_board(called_up=True)
    page = await sign_in("sup")
    await expect(page.locator(".call-up-failed")).to_have_text("호출 문자를 보내지 못함: 연결되지 않음")
    await page.goto(f"{web.url}/staff")
    await expect(page.locator("main")).to_contain_text("1명 가운데 1명에게 알림 (웹 푸시 1, 문자 0)")
    await expect(page.locator(".call-up-failed")).to_be_visible()


async def peak_agent(web: WebCentre, sign_in: SignIn, state: str = "offline", **fields: object) -> Page:
    user = {"login": "a1010", "name": "a1010", "role": Role.AGENT, "agent": "1010", "language": "ko"}
    await web.add(UserRow(**user, company=None, password_hash=HASHED))
    await web.feed_controller()
    await web.feed_agent("1010", state, peak=True, **fields)
    return await sign_in("a1010")


async def test_a_call_up_stands_out_and_one_tap_accepts(web: WebCentre, sign_in: SignIn) -> None:
    page = await peak_agent(web, sign_in)
    await expect(page.locator("#called-up")).to_have_count(0)
    await web.feed_agent("1010", "offline", peak=True, called_up=True, called_up_at=now_ms())
    banner = page.locator("#called-up")
    await expect(banner).to_contain_text("60분 동안")
    await expect(page.locator("#login")).to_have_count(1)
    answering = asyncio.create_task(web.answer_commands({"ok": True}))  # noqa: TID251 - awaited two lines on
    await banner.get_by_role("button").click()
    (told,) = await answering
    assert (told["agent"], told["verb"]) == ("1010", "login")
    until = now_ms() + 3_600_000
    await web.feed_agent("1010", "ready", peak=True, called_up=True, came=True, came_at=now_ms(), stays_until=until)
    await expect(banner).to_have_count(0)
    clock = f"{datetime.fromtimestamp(until / 1000, SEOUL):%H:%M}"
    await expect(page.locator("#peak-duty")).to_have_text(f"피크 상담 중 · {clock}까지")


async def browsers(web: WebCentre) -> list[str]:
    async with web.sessions() as session:
        return [row.endpoint for row in await Subscriptions(session).of("1010")]


async def test_notices_are_turned_on_shown_and_turned_off(web: WebCentre, sign_in: SignIn) -> None:
    web.settings.push_services = ("https://push.example.net",)
    page = await peak_agent(web, sign_in)
    await page.context.grant_permissions(["notifications"])
    # The browser's own push service is on the internet; what it would answer stands here.
    held = orjson.dumps({"endpoint": ENDPOINT, "keys": {"p256dh": P256DH, "auth": AUTH}}).decode()
    await page.add_init_script(
        f"""
        const held = {{ toJSON: () => ({held}), unsubscribe: async () => sessionStorage.removeItem("held") }};
        PushManager.prototype.subscribe = async (asked) => {{
            sessionStorage.setItem("held", asked.applicationServerKey);
            return held;
        }};
        PushManager.prototype.getSubscription = async () => sessionStorage.getItem("held") ? held : null;
        """
    )
    await page.reload()
    button = page.locator("#notices button")
    await expect(button).to_have_text("이 기기로 알림 받기")
    await button.click()
    await expect(button).to_have_text("알림 끄기")
    assert await browsers(web) == [ENDPOINT]
    assert re.fullmatch(r"[\w-]{87}", await page.evaluate("sessionStorage.getItem('held')"))

    devtools = await page.context.new_cdp_session(page)
    registered = asyncio.Event()
    numbers: list[str] = []

    def seen(event: dict[str, list[dict[str, str]]]) -> None:
        numbers.extend(one["registrationId"] for one in event["registrations"])
        registered.set()

    devtools.on("ServiceWorker.workerRegistrationUpdated", seen)
    await devtools.send("ServiceWorker.enable")
    await registered.wait()
    message = {"title": "지금 상담을 도와주세요", "body": "…", "lang": "ko"}
    await devtools.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": web.url, "registrationId": numbers[0], "data": orjson.dumps(message).decode()},
    )
    await page.wait_for_function(
        """async () => (await (await navigator.serviceWorker.ready).getNotifications()).some(
            (shown) => shown.title === "지금 상담을 도와주세요" && shown.tag === "call-up")"""
    )
    await button.click()
    await expect(button).to_have_text("이 기기로 알림 받기")
    assert await browsers(web) == []


async def test_a_browser_whose_push_service_is_unknown_is_told_so(web: WebCentre, sign_in: SignIn) -> None:
    page = await peak_agent(web, sign_in)
    answer = await page.evaluate(
        f"""async () => {{
            const body = new URLSearchParams({{ endpoint: "https://127.0.0.1/x", p256dh: "{P256DH}", auth: "{AUTH}" }});
            const headers = {{ "X-Form-Token": document.body.dataset.formToken }};
            const answer = await fetch("/agent/call-up/subscribe", {{ method: "POST", body, headers }});
            return [answer.status, await answer.text()];
        }}"""
    )
    assert answer[0] == 422
    assert "알림 서비스는 허용되어 있지 않습니다" in answer[1]
    assert await browsers(web) == []
