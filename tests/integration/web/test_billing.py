"""The clerk's pages: a month from open to closed, a statement opened to its calls, a tariff tried."""

from __future__ import annotations

import asyncio
import html
import io
import os
import re
import sys
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from alembic import command
from pypdf import PdfReader
from ruamel.yaml import YAML

from billing.month import Month
from callcenter.settlement.bookkeeping import bookkeeping
from callcenter.store.engine import open_sync_engine
from callcenter.store.migrate import configuration
from callcenter.store.models import Level
from callcenter.store.periods import Actor
from callcenter.store.settlement_models import CorrectionReason
from tests.integration.web.conftest import Browser, browser
from tests.integration.web.test_company import colleague
from tests.web_centre import WebCentre, now_ms, record

pytestmark = pytest.mark.integration
#: 10:00 on 5 October 2026 in Seoul.
AT = 1_791_162_000_000


@asynccontextmanager
async def worker(web: WebCentre) -> AsyncIterator[None]:
    """A worker process of this centre, which takes its tables for the newest."""
    engine = open_sync_engine(web.settings.database_url)
    with engine.begin() as connection:
        command.stamp(configuration(connection), "head")
    engine.dispose()
    names = ("database_url", "redis_url", "centre", "tariffs", "data")
    settings = {f"CALLCENTER_{name.upper()}": str(getattr(web.settings, name)) for name in names}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "callcenter", "worker", env={**os.environ, **settings}
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def page_when(clerk: Browser, what: str) -> str:
    """The month's page once this stands on it."""
    for _ in range(600):
        if what in (body := (await clerk.get("/billing?month=2026-10"))[1]):
            return body
        await asyncio.sleep(0.05)
    raise AssertionError(f"{what} did not appear")


BY_NAME = [
    *("길손카", "누림전자", "다솜유아", "등불조명", "미래메디", "새벽가구", "소리담", "아름뷰티", "하늘소프트"),
    "한빛주방",
]


def companies_of(page: str) -> list[str]:
    """The month's table, from its top."""
    return re.findall(r'<tr data-href="[^"]+"><td><a href="/billing/\d{4}-\d\d/\w+">([^<]+)</a>', page)


async def test_a_month_is_settled_closed_and_corrected_by_its_pages(
    web: WebCentre,
) -> None:
    await web.add(*(record(f"cc-{n}", entered_at=AT + n * 60_000) for n in range(3)))
    await web.add(record("cc-9", entered_at=AT, company="hanbit", outcome="abandoned_queue", talk_ms=0))
    async with browser(web, "bill") as clerk:
        status, body = await clerk.get("/billing?month=2026-10")
        assert status == 200
        assert 'action="/billing/2026-10/settle"' in body
        status, _ = await clerk.post("/billing/2026-10/nurim/adjust", {"amount": "-2500", "reason": "장애 보상"})
        assert status in {200, 303}
        assert "장애 보상" in (await clerk.get("/billing/2026-10/nurim"))[1]

        assert (await clerk.post("/billing/2026-10/settle", {}))[0] in {200, 303}
        assert 'hx-trigger="every 2s"' in (await clerk.get("/billing?month=2026-10"))[1]
        # Two workers, and the button pressed again: the month is settled once.
        await clerk.post("/billing/2026-10/settle", {})
        async with worker(web), worker(web):
            body = await page_when(clerk, 'action="/billing/2026-10/close"')
        assert companies_of(body) == BY_NAME
        assert re.search(r'id="sum">1,622,500<', body), "ten statements of 162,500, one of them 2,500 less"
        assert (await clerk.post("/billing/2026-10/nurim/adjust", {"amount": "-1", "reason": "x"}))[0] == 409

        await clerk.post("/billing/2026-10/close", {})
        async with worker(web):
            body = await page_when(clerk, "2026-10-00001")
        assert "/settle" not in body

        statement = (await clerk.get("/billing/2026-10/nurim?line=rule.answered"))[1]
        assert statement.count('data-href="/records/cc-') == 3
        assert (await clerk.get("/billing/2026-10/hanbit?line=usage"))[1].count('data-href="/records/cc-') == 0
        note = {"supply": "-1000", "reason": "mistake", "note": "금액 착오"}
        assert (await clerk.post("/billing/2026-10/nurim/correct", note))[0] in {200, 303}
        assert "금액 착오" in (await clerk.get("/billing/2026-10/nurim"))[1]
        assert (await clerk.post("/billing/2026-10/nurim/correct", note | {"supply": "-999999"}))[0] == 409

        payers = (await clerk.get("/billing/2026-10/payers"))[1]
        assert "2,625,000" in payers
        assert companies_of(payers)[:10] == BY_NAME
        assert "임시" not in payers
        cancelled = {"reason": "cancelled", "note": "계약 해제"}
        assert (await clerk.post("/billing/2026-10/dasom/cancel", cancelled))[0] in {200, 303}
        assert re.search(r'id="corrected">0', (await clerk.get("/billing/2026-10/dasom"))[1])
        assert (await clerk.post("/billing/2026-10/dasom/cancel", cancelled))[0] == 409
        async with clerk.http.get(f"{web.url}/billing/2026-10/dasom/statement.pdf") as answer:
            paper = PdfReader(io.BytesIO(await answer.read())).pages[0].extract_text()
        assert "계약 해제" in paper
        assert "수정 후 청구 금액" in paper
        status, _ = await clerk.get("/billing/2026-10/nurim/tax-invoice.json")
        assert status == 409, "there is no parties.toml beside this centre's file"


async def test_a_clerk_opens_a_line_to_its_calls_and_a_call_to_what_became_of_it_without_the_customer(
    web: WebCentre,
) -> None:
    await web.add(record("cc-1", entered_at=AT, caller="01077776666", reason="fault", symptom="전원이 안 켜짐"))
    async with browser(web, "bill") as clerk:
        assert 'href="/records/cc-1"' in (await clerk.get("/billing/2026-10/nurim?line=usage"))[1]
        status, page = await clerk.get("/records/cc-1")
        assert status == 200
        assert "010-****-6666" in page
        for secret in ("01077776666", "010-7777-6666", "전원이 안", "<audio"):
            assert secret not in page
        assert 'href="/billing?month=2026-10"' in page
        for address in ("/records/cc-1/audio", "/records", "/records.csv", "/tickets"):
            assert (await clerk.get(address))[0] == 403, address
    await colleague(web, "viewer", Level.VIEWER)
    async with browser(web, "viewer") as viewer:
        status, page = await viewer.get("/statement?month=2026-10&line=usage")
        assert (status, "/records/cc-1" in page) == (200, False), "no link to what is not theirs"


async def test_the_pdf_of_the_page_is_the_statement(web: WebCentre) -> None:
    await web.add(record("cc-1", entered_at=AT))
    address = f"{web.url}/billing/2026-10/nurim/statement.pdf"
    async with browser(web, "bill") as clerk, clerk.http.get(address) as answer:
        content = await answer.read()
    text = PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert "누림전자 귀중" in text
    assert "162,500" in text


async def test_a_tariff_is_previewed_with_every_mistake_and_saved_only_without(web: WebCentre) -> None:
    folder = web.settings.data / "tariffs"
    folder.mkdir()
    for path in web.settings.tariffs.glob("*.toml"):
        (folder / path.name).write_bytes(path.read_bytes())
    web.settings.tariffs = folder
    text = (folder / "2026-01.toml").read_text("utf-8").replace('valid_from = "2026-01"', 'valid_from = "2030-01"')
    async with browser(web, "bill") as clerk:
        assert "162,500" in (await clerk.get("/billing/tariff"))[1]
        wrong = text.replace("first = 201", "first = 301")
        for what in ("preview", "save"):
            body = (await clerk.post("/billing/tariff", {"text": wrong, "what": what}))[1]
            assert "there is a gap after 200" in body
        assert not (folder / "2030-01.toml").exists()
        await clerk.post("/billing/tariff", {"text": text, "what": "save", "version": "2026-01.toml"})
        assert (folder / "2030-01.toml").read_text("utf-8") == text
        # Another text for the same first month is refused, unless it was made from that version.
        dearer = text.replace("base_fee = 50_000", "base_fee = 60_000")
        for version in ("", "2026-01.toml"):
            body = (await clerk.post("/billing/tariff", {"text": dearer, "what": "save", "version": version}))[1]
            assert "2030-01 is already the first month of 2030-01.toml" in body
        body = (await clerk.post("/billing/tariff", {"text": dearer, "what": "preview", "version": "2030-01.toml"}))[1]
        assert "저장하면 2030-01.toml 버전을 이 내용으로 바꿉니다" in body
        assert (folder / "2030-01.toml").read_text("utf-8") == text
        (folder / "2030-01.toml").rename(folder / "wage-round.toml")
        await clerk.post("/billing/tariff", {"text": dearer, "what": "save", "version": "wage-round.toml"})
        assert (folder / "wage-round.toml").read_text("utf-8") == dearer
        assert not (folder / "2030-01.toml").exists(), "a version is never there twice, whatever its file is called"
        # Nor does a new version take another's file.
        (folder / "wage-round.toml").rename(folder / "2031-01.toml")
        later = dearer.replace('valid_from = "2030-01"', 'valid_from = "2031-01"')
        await clerk.post("/billing/tariff", {"text": later, "what": "save", "version": "2031-01.toml"})
        assert (folder / "2031-01.toml").read_text("utf-8") == dearer
        assert (folder / "2031-01-2.toml").read_text("utf-8") == later
        # A file that somebody broke by hand is mended here, and hinders nothing but the others.
        (folder / "2031-01-2.toml").write_text("base_fee = ", "utf-8")
        assert "2031-01-2.toml: not valid TOML" in (await clerk.get("/billing/tariff?version=2026-01.toml"))[1]
        for outside in ("", "../tariffs/2031-01-2.toml"):
            form = {"text": later, "what": "save", "version": outside}
            assert "2031-01-2.toml: not valid TOML" in (await clerk.post("/billing/tariff", form))[1]
        await clerk.post("/billing/tariff", {"text": later, "what": "save", "version": "2031-01-2.toml"})
        assert (folder / "2031-01-2.toml").read_text("utf-8") == later
        (folder / "2031-01-2.toml").write_bytes(b"# \xc7\xd1\n" + later.encode())
        status, body = await clerk.get("/billing/tariff?version=2031-01-2.toml")
        assert (status, "2031-01" in body) == (200, True)
        await clerk.post("/billing/tariff", {"text": later, "what": "save", "version": "2031-01-2.toml"})
        assert (folder / "2031-01-2.toml").read_text("utf-8") == later
        folder.rename(folder.with_name("elsewhere"))
        assert (await clerk.get("/billing/tariff"))[0] == 200, "without a folder the page says what is wrong"
    async with browser(web, "nurim") as company:
        assert (await company.get("/billing/tariff"))[0] == 403


async def test_a_tariff_written_as_yaml_is_shown_kept_as_yaml_and_mended_where_it_is_broken(web: WebCentre) -> None:
    folder = web.settings.data / "tariffs"
    folder.mkdir()
    for path in web.settings.tariffs.glob("*.toml"):
        (folder / path.name).write_bytes(path.read_bytes())
    web.settings.tariffs = folder
    words = io.StringIO()
    YAML(typ="safe", pure=True).dump(tomllib.loads((folder / "2026-01.toml").read_text("utf-8")), words)
    text = words.getvalue().replace("2026-01", "2032-01").replace("base_fee: 50000", "base_fee: 61000")
    assert "base_fee: 61000" in text
    file, again = folder / "2032-01.yaml", folder / "2033-01.yaml"
    file.write_text(text, "utf-8")
    address = "/billing/tariff?version=2032-01.yaml"
    async with browser(web, "bill") as clerk:
        # The newest is shown without being asked for, as it is written and with what it costs.
        for where in ("/billing/tariff", address):
            body = html.unescape((await clerk.get(where))[1])
            assert text in body
            assert "<option selected>2032-01.yaml</option>" in body
            assert "173,500" in body
        # Another first month makes another version beside it, in the same language.
        later = text.replace("2032-01", "2033-01")
        assert await clerk.post("/billing/tariff", {"text": later, "what": "save", "version": "2032-01.yaml"}) == (
            303,
            "/billing/tariff?version=2033-01.yaml",
        )
        assert (file.read_text("utf-8"), again.read_text("utf-8")) == (text, later)
        # A mistake is told with its key, and is not saved.
        wrong = later.replace("base_fee: 61000", "base_fee: sixty")
        for what in ("preview", "save"):
            sent = {"text": wrong, "what": what, "version": "2033-01.yaml"}
            body = html.unescape((await clerk.post("/billing/tariff", sent))[1])
            assert "tariff.yaml: base_fee: " in body
            assert wrong in body, "what was typed is lost"
        # TOML is no YAML.
        toml = (folder / "2026-01.toml").read_text("utf-8")
        body = (await clerk.post("/billing/tariff", {"text": toml, "what": "save", "version": "2033-01.yaml"}))[1]
        assert "not valid YAML" in body
        assert again.read_text("utf-8") == later

        # Broken by hand: every version says so, and it is mended in its own place and no other.
        again.write_text("base_fee: [", "utf-8")
        for where, told in (("/billing/tariff", "<li>not valid YAML"), (address, "<li>2033-01.yaml: not valid YAML")):
            assert told in html.unescape((await clerk.get(where))[1])
        sent = {"text": later, "what": "save", "version": "2032-01.yaml"}
        assert "2033-01.yaml: not valid YAML" in html.unescape((await clerk.post("/billing/tariff", sent))[1])
        status, _ = await clerk.post("/billing/tariff", {"text": later, "what": "save", "version": "2033-01.yaml"})
        assert (status, again.read_text("utf-8")) == (303, later)
        assert "173,500" in (await clerk.get("/billing/tariff?version=2033-01.yaml"))[1]
        assert sorted(path.name for path in folder.glob("203*")) == ["2032-01.yaml", "2033-01.yaml"]


async def test_a_preview_costs_what_the_statement_will(web: WebCentre) -> None:
    text = (web.settings.tariffs / "2026-01.toml").read_text("utf-8").replace('from = "2026-01"', 'from = "2030-01"')
    text = text.replace("charged = false", "charged = true").replace("basic_calls", "minimum = 200_000\nbasic_calls", 1)
    text = text.replace("[labour]", '[call_price]\nconnect = "100"\nminute = "36"\nincrement_s = 10\n\n[labour]', 1)
    async with browser(web, "bill") as clerk:
        page = (await clerk.post("/billing/tariff", {"text": text, "what": "preview"}))[1]
    rows = {
        found[0]: found
        for row in re.findall(r"<tr>(.*?)</tr>", page)
        if len(found := re.findall(r'<td class="number[^"]*">([^<]*)<', row)) == 5
    }
    # The least and its VAT; then 100 calls at 100 won and three minutes at 36 won each, with the first band's labour.
    assert rows["0"] == ["0", "375,000", "112,500", "262,500", "220,000"]
    assert rows["200"] == ["200", "416,600", "124,980", "291,620", "220,000"]
    assert rows["400"] == ["400", "833,200", "249,960", "583,240", "329,956"]
    assert "통화 한 건 3분" in page
    assert "합계에 부가세 포함" in page


async def test_what_approving_would_leave_to_a_person_stands_on_the_page_before(web: WebCentre) -> None:
    await web.add(record("cc-1", entered_at=AT))
    month = Month(2026, 10)
    half = (web.settings.tariffs / "2026-01.toml").read_text("utf-8").replace('agents = "1/6"', 'agents = "1/12"', 1)

    def closed() -> None:
        with bookkeeping(web.settings) as books:
            actor = Actor(by="bill", at=AT + 90 * 86_400_000)
            books.settle(month, actor)
            books.close(month, actor)
            for company, supply in (("nurim", -120_000), ("hanbit", -162_500)):
                reason = CorrectionReason.MISTAKE
                books.correct(company, month, reason=reason, supply=supply, vat=0, note="착오", actor=actor)

    await asyncio.to_thread(closed)
    async with browser(web, "bill") as clerk:
        assert (await clerk.post("/billing/tariff/rerate", {"text": half, "month": "2026-10"}))[0] == 303
        page = (await clerk.get("/billing/tariff/2026-10"))[1]
        assert "수정 발행 8건" in page
        assert "기업 2곳이 남습니다" in page
        assert "42,500원만 남아" in page
        assert "이미 전액이 취소되었습니다" in page
        assert (await clerk.post("/billing/tariff/2026-10/1", {"what": "approve"}))[0] == 303
        assert "42,500" in (await clerk.get("/billing/2026-10/nurim"))[1]
        history = (await clerk.get("/history?company=nurim"))[1]
        for told in ("재적용에서 제외", "남은 금액보다 많이", "부담자 몫만 변경", "/billing/tariff/2026-10#proposal-1"):
            assert told in history
        assert re.search(r"정부</span> -131,250", history)


async def test_an_open_month_shows_what_it_comes_to_so_far(web: WebCentre) -> None:
    this_month = Month.of_ms(now_ms(), web.app.state.services.centre.zone)
    address = f"/billing/{this_month}"
    await web.add(*(record(f"cc-{n}", entered_at=now_ms() - 1 - n) for n in range(3)))
    async with browser(web, "bill") as clerk:
        assert f'hx-get="{address}/so-far" hx-trigger="load"' in (await clerk.get("/billing"))[1]
        status, part = await clerk.get(f"{address}/so-far")
        assert companies_of(part) == BY_NAME
        assert status == 200
        assert re.search(r'id="provisional-sum">1,625,000<', part), "ten companies in the first band"
        assert re.search(r'누림전자</a></td><td class="number">3</td>', part)
        assert re.search(r"정부</td><td class=\"number\">2,625,000</td>", part)
        payers = (await clerk.get(f"{address}/payers"))[1]
        assert re.search(r'id="statements">1,625,000<', payers), "the payers' report of an open month too"
        assert "임시" in payers
        assert f'data-href="{address}/nurim"' in payers
        assert "임시 합계 (마감 전),1125000,2625000,500000,0,1625000" in (await clerk.get(f"{address}/payers.csv"))[1]
        # What somebody changes by hand is in the next look at once.
        await clerk.post(f"{address}/nurim/adjust", {"amount": "-2500", "reason": "장애 보상"})
        assert 'id="provisional-sum">1,622,500<' in (await clerk.get(f"{address}/so-far"))[1]
        await clerk.post(f"{address}/hanbit/adjust", {"amount": "-999999", "reason": "오류"})
        assert "한빛주방: 조정으로 빼는" in (await clerk.get(f"{address}/payers"))[1]
        part = (await clerk.get(f"{address}/so-far"))[1]
        assert "한빛주방: 조정으로 빼는 금액이" in part
        assert f'action="{address}/hanbit/adjust"' in part, "it can be put right here"
        assert (await clerk.get(f"{address}/hanbit"))[0] == 409
        assert (await clerk.get("/billing?month=2090-01"))[1].count("hx-get") == 0
    async with browser(web, "nurim") as company:
        assert 'hx-get="/portal/so-far"' in (await company.get("/portal"))[1]
        part = (await company.get("/portal/so-far"))[1]
        assert "지금까지 3콜" in part
        assert "160,000" in part
        assert (await company.get(f"{address}/so-far"))[0] == 403
    async with browser(web, "a1001") as agent:
        assert (await agent.get("/portal/so-far"))[0] == 403
