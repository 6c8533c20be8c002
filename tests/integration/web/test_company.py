"""What a company does for itself: its users and their levels, its service by its formula, its requests."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from callcenter.store.models import Level, Role, UserRow
from callcenter.store.scope import OneCompany, WholeCentre
from callcenter.store.tickets import Note, Tickets
from callcenter.store.users import Users
from callcenter.web.tokens import make_token
from tests.applicant import apply, paper
from tests.integration.web.conftest import browser
from tests.web_centre import HASHED, WebCentre, now_ms, record

pytestmark = pytest.mark.integration


async def colleague(web: WebCentre, login: str, level: Level) -> None:
    await web.add(
        UserRow(
            login=login, name=login, role=Role.COMPANY, company="nurim", agent=None, password_hash=HASHED,
            language="ko", level=level, disabled_at=None,
        )
    )  # fmt: skip


def given(page: str) -> str:
    found = re.search(r'class="code">([^<]+)<', page)
    assert found
    return found[1]


async def of(web: WebCentre, login: str) -> UserRow:
    async with web.sessions() as session:
        user = await Users(session, WholeCentre()).get(login)
    assert user
    return user


async def test_the_administrator_adds_a_colleague_who_signs_in(web: WebCentre) -> None:
    async with browser(web, "nurim") as chief, browser(web) as other:
        await chief.get("/members")
        status, page = await chief.post("/members", {"login": "nurim.lee", "name": "이담당", "level": "staff"})
        assert status == 200
        assert (await other.sign_in("nurim.lee", given(page))) == (303, "/portal")
        assert (await other.get("/tickets"))[0] == 200
        assert (await other.get("/members"))[0] == 403
        assert (await other.get("/contract"))[0] == 403
        assert "이담당" in (await chief.get("/members"))[1]
    assert (await of(web, "nurim.lee")).company == "nurim"


@pytest.mark.parametrize(
    ("login", "name", "status", "told"),
    [
        ("x y", "이", 422, "3자 이상"),
        ("ab", "이", 422, "3자 이상"),
        ("abc", " ", 422, "이름도"),
        ("hanbit", "이", 409, "이미 쓰이는"),
        ("sup", "이", 409, "이미 쓰이는"),
    ],
)
async def test_a_log_in_that_cannot_be(web: WebCentre, login: str, name: str, status: int, told: str) -> None:
    async with browser(web, "nurim") as chief:
        await chief.get("/members")
        answered, page = await chief.post("/members", {"login": login, "name": name, "level": "admin"})
        assert (answered, told in page) == (status, True)
    if status == 409:
        assert (await of(web, login)).company != "nurim"


async def test_a_viewer_sees_figures_and_no_customer(web: WebCentre) -> None:
    await colleague(web, "viewer", Level.VIEWER)
    await web.add(record("cc-1", caller="01077776666", symptom="전원이 안 켜짐"))
    async with web.sessions.begin() as session:
        note = Note(at=now_ms(), call="cc-1", agent="1001", reason="fault", text="x", result="y")
        await Tickets(session, OneCompany("nurim")).open(
            "nurim",
            note,
            customer_name="김고객",
            customer_phone="01077776666",
            product="밥솥",
            symptom="전원이 안 켜짐",
        )
    async with browser(web, "viewer") as viewer:
        for address in ("/portal", "/records", "/service", "/statement", "/records.csv"):
            status, page = await viewer.get(address)
            assert status == 200, address
            for secret in ("01077776666", "010-7777-6666", "김고객", "전원이 안"):
                assert secret not in page, address
        shut = ("/records/cc-1", "/records/cc-1/audio", "/tickets", "/tickets/1", "/members", "/contract", "/requests")
        for address in (*shut, "/api/v1/records", "/api/v1/records/cc-1"):
            assert (await viewer.get(address))[0] == 403, address
    async with browser(web, "nurim") as chief:
        assert "010-7777-6666" in (await chief.get("/records/cc-1"))[1]


async def test_a_new_level_holds_at_once(web: WebCentre) -> None:
    await colleague(web, "lee", Level.STAFF)
    async with browser(web, "nurim") as chief, browser(web, "lee") as lee:
        assert (await lee.get("/tickets"))[0] == 200
        await chief.get("/members")
        assert (await chief.post("/members/lee/level", {"level": "viewer"}))[0] == 303
        assert (await lee.get("/tickets")) == (303, "")
        await lee.sign_in("lee")
        assert (await lee.get("/tickets"))[0] == 403


async def test_who_is_disabled_is_out_and_stays_out(web: WebCentre) -> None:
    await colleague(web, "lee", Level.STAFF)
    token = make_token(web.settings.secret_key.get_secret_value(), "lee", (await of(web, "lee")).password_hash, days=1)
    bearer = {"Authorization": f"Bearer {token}"}
    async with browser(web, "nurim") as chief, browser(web, "lee") as lee, browser(web) as program:
        assert (await program.get("/api/v1/records", **bearer))[0] == 200
        await chief.get("/members")
        assert (await chief.post("/members/lee/disable"))[0] == 303
        assert (await lee.get("/portal"))[0] == 303
        assert (await lee.sign_in("lee"))[0] == 401
        assert (await program.get("/api/v1/records", **bearer))[0] == 401
        assert (await chief.post("/members/lee/enable"))[0] == 303
        assert (await lee.sign_in("lee"))[0] == 303
        _, page = await chief.get("/members")
        history = page[page.index("권한 변경 이력") :]
        assert history.index("다시 사용") < history.index("사용 중지")


async def test_a_new_password_ends_the_old_one(web: WebCentre) -> None:
    await colleague(web, "lee", Level.STAFF)
    async with browser(web, "nurim") as chief, browser(web, "lee") as lee:
        await chief.get("/members")
        status, page = await chief.post("/members/lee/password")
        assert status == 200
        assert (await lee.get("/portal"))[0] == 303
        assert (await lee.sign_in("lee"))[0] == 401
        assert (await lee.sign_in("lee", given(page)))[0] == 303


async def test_an_administrator_cannot_shut_themselves_out(web: WebCentre) -> None:
    async with browser(web, "nurim") as chief:
        await chief.get("/members")
        assert (await chief.post("/members/nurim/disable"))[0] == 409
        assert (await chief.post("/members/nurim/level", {"level": "viewer"}))[0] == 409
        assert (await chief.post("/members/hanbit/disable"))[0] == 404
        assert (await chief.post("/members/sup/password"))[0] == 404
    assert (await of(web, "sup")).disabled_at is None


async def lines_of_today(web: WebCentre) -> None:
    """Two answered in time, one late, one gave up at once, one gave up late."""
    at = now_ms() - 600_000
    gone = {"answered_at": None, "talk_ms": 0, "agent": None, "outcome": "abandoned_queue"}
    await web.add(
        record("cc-1", entered_at=at, wait_ms=7_000),
        record("cc-2", entered_at=at, wait_ms=20_000),
        record("cc-3", entered_at=at, wait_ms=25_000),
        record("cc-4", entered_at=at, wait_ms=2_000, **gone),
        record("cc-5", entered_at=at, wait_ms=60_000, **gone),
        record("cc-6", entered_at=at, wait_ms=1_000, company="hanbit"),
    )


async def test_the_service_level_follows_the_contracts_formula_and_says_which(web: WebCentre) -> None:
    await lines_of_today(web)
    async with browser(web) as applicant:
        number = await apply(applicant)
    async with browser(web, "nurim") as chief, browser(web, "sup") as boss:
        _, page = await chief.get("/service")
        assert "60.0 %" in page  # answered 3 of 5 offered
        assert "50.0 %" in page  # 2 in time of 3 answered + 2 abandoned - 1 short
        assert "센터의 산식" in page
        today = datetime.now(ZoneInfo("Asia/Seoul"))
        await boss.get(f"/contracts/{number}")
        start = {"company": "nurim", "start": f"{today.year + 1}-01-04", "on": str(today.date())}
        assert (await boss.post(f"/contracts/{number}/events/selected", start))[0] == 303
        asked = {"since": f"{today:%Y-%m}", "formula": "answered", "in_time_s": "25", "short_s": "5", "target": "80"}
        assert (await boss.post(f"/contracts/{number}/formula", asked))[0] == 303
        _, page = await chief.get("/service")
        assert "100.0 %" in page  # 3 of 3 answered within 25 s
        assert "계약 산식 1판" in page
        assert "25초 안 응답 ÷ 응답" in page
        assert "목표 80 %" in page
        _, home = await chief.get("/portal")
        assert "25초 안 응답 ÷ 응답" in home
        assert "100 %" in home
        _, table = await chief.get("/service.csv")
        assert f"{today:%Y-%m-%d},5,3,3,2,60.0,100.0,answered v1" in table
        assert len(table.splitlines()) >= 30
        assert (await boss.post(f"/contracts/{number}/formula", {**asked, "since": "2020-01"}))[0] == 422
        assert (await boss.post(f"/contracts/{number}/formula", {**asked, "target": "101"}))[0] == 422
        async with browser(web, "bill") as clerk:
            assert (await clerk.post(f"/contracts/{number}/formula", asked))[0] == 403


async def test_a_company_asks_and_the_centre_answers_once(web: WebCentre) -> None:
    async with browser(web, "nurim") as chief, browser(web, "hanbit") as other, browser(web, "sup") as boss:
        await chief.get("/requests")
        assert (await chief.post("/requests", {"wish": "correction", "text": " "}))[0] == 422
        assert (await chief.post("/requests", {"wish": "correction", "text": "티켓 12의 이름을 고쳐 주세요"}))[0] == 303
        assert "티켓 12" not in (await other.get("/requests"))[1]
        assert "티켓 12" in (await boss.get("/requests"))[1]
        assert (await chief.post("/requests/1/answer", {"granted": "true", "text": "x"}))[0] == 403
        assert (await boss.post("/requests/1/answer", {"granted": "true", "text": "고쳤습니다"}))[0] == 303
        assert (await boss.post("/requests/1/answer", {"granted": "false", "text": "아니요"}))[0] == 409
        _, page = await chief.get("/requests")
        assert "고쳤습니다" in page
        assert "수락" in page


async def test_a_company_sees_its_contract_and_reads_its_letter(web: WebCentre) -> None:
    async with browser(web) as applicant:
        number = await apply(applicant)
    today = datetime.now(ZoneInfo("Asia/Seoul")).date()
    async with browser(web, "nurim") as chief, browser(web, "sup") as boss:
        assert "아직 없습니다" in (await chief.get("/contract"))[1]
        await boss.get(f"/contracts/{number}")
        start = {"company": "nurim", "start": f"{today.year + 1}-06-01", "on": str(today)}
        assert (await boss.post(f"/contracts/{number}/events/selected", start))[0] == 303
        assert (await boss.post(f"/contracts/{number}/letters", {"letter": "selected"}))[0] == 303
        _, page = await chief.get("/contract")
        assert "이행보증보험증권 받기" in page
        link = re.search(r"/contract/\d+/letters/\d+\.pdf", page)
        assert link
        assert (await chief.get(link[0]))[1].startswith("%PDF")
        handed = f"/contract/{number}/papers"
        assert (await chief.post(handed, paper("insurance", form_token=chief.form_token)))[0] == 303
        assert (await chief.post(handed, paper("insurance", b"MZ", form_token=chief.form_token)))[0] == 422
        assert (await chief.get("/contract"))[1].count("이행보증보험증권 <span") == 1
        async with browser(web, "hanbit") as other:
            assert (await other.get(link[0]))[0] == 404
            assert (await other.post(handed, paper("insurance", form_token=other.form_token)))[0] == 404
