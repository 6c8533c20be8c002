"""A participation as the centre's people lead it, from the application to the refund."""

from __future__ import annotations

import io
import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from billing.contracts.terms import add_months
from callcenter.store.applications import Applications, papers
from callcenter.store.scope import WholeCentre
from callcenter.store.settlement_models import PeriodRow, TariffTextRow
from tests.applicant import apply, paper
from tests.integration.web.conftest import Browser, browser
from tests.web_centre import WebCentre

pytestmark = pytest.mark.integration


def today() -> date:
    return datetime.now(ZoneInfo("Asia/Seoul")).date()


async def enter(clerk: Browser, number: int, kind: str, **fields: Any) -> tuple[int, str]:
    """Enter an event of today; where it goes, or the page that says why not."""
    await clerk.get(f"/contracts/{number}")
    return await clerk.post(f"/contracts/{number}/events/{kind}", {"on": str(today()), **fields})


async def done(clerk: Browser, number: int, kind: str, **fields: Any) -> None:
    status, there = await enter(clerk, number, kind, **fields)
    assert (status, there) == (303, f"/contracts/{number}"), re.findall(r'role="alert">(.*?)<', there)


async def refused(clerk: Browser, number: int, kind: str, **fields: Any) -> str:
    status, page = await enter(clerk, number, kind, **fields)
    assert status == 409
    (told,) = re.findall(r'class="alert" role="alert">(.*?)<', page)
    return told


async def new_application(web: WebCentre, **changes: Any) -> int:
    async with browser(web) as applicant:
        return await apply(applicant, **changes)


async def test_from_the_application_to_the_contract_with_insurance(web: WebCentre) -> None:
    number, start = await new_application(web), today() + timedelta(days=40)
    async with browser(web, "sup") as boss, browser(web, "bill") as clerk:
        assert "한빛주방산업" in (await boss.get("/contracts"))[1]
        await done(boss, number, "selected", company="hanbit", start=start)
        _, page = await clerk.get(f"/contracts/{number}")
        # 2,000 calls a month in the example's bands are what the tariff in force says; the sum stands on the page.
        needed = re.search(r'name="amount" inputmode="numeric" value="(\d+)"', page)
        assert needed
        amount = int(needed[1])
        assert amount % 4 == 0
        assert "모자랍니다" in await refused(clerk, number, "signed")
        last = add_months(start, 12) - timedelta(days=1)
        await done(clerk, number, "insured", amount=f"{amount:,}", valid_from=start, valid_to=last)
        await done(clerk, number, "signed")
        _, page = await clerk.get(f"/contracts/{number}")
        assert "계약 체결" in page
        assert f"{start} – {last}" in page
        assert "보증보험증권 받기" not in (await clerk.get("/contracts"))[1]


async def test_a_deposit_takes_the_insurers_refusal_and_goes_back_at_the_end(web: WebCentre) -> None:
    number, start = await new_application(web, calls_per_month="20"), today() + timedelta(days=40)
    async with browser(web, "sup") as boss, browser(web, "bill") as clerk:
        await done(boss, number, "selected", company="hanbit", start=start)
        assert "증빙" in await refused(clerk, number, "deposit_received", amount="3000000")
        assert "증빙" in await refused(clerk, number, "insurer_refused", proof="99")
        await clerk.get(f"/contracts/{number}")
        sent = paper("insurer_refusal", form_token=clerk.form_token)
        assert (await clerk.post(f"/contracts/{number}/papers", sent))[0] == 303
        async with web.sessions() as session:
            row = await Applications(session, WholeCentre()).get(number)
            assert row
            proof = (await papers(session, row))[-1]
        await done(clerk, number, "insurer_refused", proof=proof.id)
        assert "3,000,000" in (await clerk.get(f"/contracts/{number}"))[1]
        await done(clerk, number, "deposit_received", amount="3,000,000")
        await done(clerk, number, "signed")
        assert "끝난 뒤" in await refused(clerk, number, "refunded", amount="3000000")
        await done(boss, number, "terminated", reason="폐업")
        assert "환급" in (await clerk.get("/contracts"))[1]
        await done(clerk, number, "refunded", amount="3000000")
        assert "환급" not in (await clerk.get("/contracts"))[1]
        _, page = await clerk.get(f"/contracts/{number}")
        assert "폐업" in page
        assert "해지" in page


async def test_a_doubt_is_reviewed_and_a_refusal_says_why(web: WebCentre) -> None:
    number = await new_application(web, made="partly")
    async with browser(web, "sup") as boss:
        start = today() + timedelta(days=40)
        assert "먼저 심사" in await refused(boss, number, "selected", company="hanbit", start=start)
        await done(boss, number, "review_begun")
        assert "사유를 하나" in await refused(boss, number, "refused")
        await done(boss, number, "refused", reasons="made_abroad", note="대부분 해외에서 생산")
        assert "한빛주방산업" not in (await boss.get("/contracts"))[1]
        assert "한빛주방산업" in (await boss.get("/contracts?over=true"))[1]


async def test_the_applicant_reads_the_reasons_and_the_letter(web: WebCentre) -> None:
    async with browser(web) as applicant, browser(web, "sup") as boss:
        number = await apply(applicant, goods="food")
        assert "선정할 수 없습니다" in await refused(
            boss, number, "selected", company="hanbit", start=today() + timedelta(days=1)
        )
        await done(boss, number, "refused", reasons="food")
        await boss.get(f"/contracts/{number}")
        assert (await boss.post(f"/contracts/{number}/letters", {"letter": "selected"}))[0] == 409
        assert (await boss.post(f"/contracts/{number}/letters", {"letter": "refused"}))[0] == 303
        _, page = await applicant.get("/apply/status")
        assert "식품은 대상이 아닙니다" in page
        link = re.search(r"/apply/letters/\d+\.pdf", page)
        assert link
        async with applicant.http.get(web.url + link[0]) as answer:
            text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(await answer.read())).pages)
        assert "한빛주방산업" in text
        assert "식품은 대상이 아닙니다" in text.replace("\n", " ")
        async with browser(web) as stranger:
            assert (await stranger.get(link[0]))[0] == 409


async def test_who_decides_and_who_keeps_the_money(web: WebCentre) -> None:
    number = await new_application(web)
    async with browser(web, "bill") as clerk, browser(web, "sup") as boss, browser(web, "a1001") as agent:
        assert (await enter(clerk, number, "review_begun"))[0] == 403
        await done(boss, number, "selected", company="hanbit", start=today() + timedelta(days=40))
        assert (await enter(boss, number, "insured", amount="1"))[0] == 403
        assert (await enter(boss, number, "no_such_thing"))[0] == 403
        assert (await agent.get("/contracts"))[0] == 403
        assert (await agent.get(f"/contracts/{number}"))[0] == 403


async def test_mistyped_fields_are_named(web: WebCentre) -> None:
    number = await new_application(web)
    async with browser(web, "admin") as admin:
        assert "개시일" in await refused(admin, number, "selected", company="hanbit", start="내일")
        assert "개시일" in await refused(admin, number, "selected", company="hanbit", start="9999-12-31")
        assert "센터에 없는 기업" in await refused(admin, number, "selected", company="nobody", start=today())
        assert "앞날" in await refused(admin, number, "review_begun", on=today() + timedelta(days=1))
        assert (await admin.get("/contracts/999"))[0] == 404


async def test_a_second_company_of_the_same_name_cannot_be_selected(web: WebCentre) -> None:
    first = await new_application(web)
    second = await new_application(web, registration="116-82-00276")
    start = today() + timedelta(days=40)
    async with browser(web, "sup") as boss:
        await done(boss, first, "selected", company="hanbit", start=start)
        assert "이미 선정" in await refused(boss, second, "selected", company="hanbit", start=start)


async def test_a_month_that_was_settled_here_is_charged_by_closing_and_by_nobody_else(web: WebCentre) -> None:
    number, start = await new_application(web, calls_per_month="20"), today()
    month = f"{start:%Y-%m}"
    async with browser(web, "sup") as boss, browser(web, "bill") as clerk:
        await done(boss, number, "selected", company="hanbit", start=start)
        last = add_months(start, 12) - timedelta(days=1)
        await done(clerk, number, "insured", amount="9000000", valid_from=start, valid_to=last)
        await done(clerk, number, "signed")
        async with web.sessions.begin() as session:
            session.add(TariffTextRow(digest="d", source="x.toml", text=""))
            await session.flush()
            session.add(
                PeriodRow(
                    month=month,
                    state="review",
                    tariff="d",
                    companies=0,
                    done=0,
                    entries=0,
                    expected=0,
                    key="",
                    began_at=1,
                )
            )
        assert "요금 마감이 청구합니다" in await refused(
            clerk, number, "charged", month=month, amount="5", due=start + timedelta(days=30)
        )
        async with web.sessions.begin() as session:
            await session.delete(await session.get_one(PeriodRow, month))
        await done(clerk, number, "charged", month=month, amount="5", due=start + timedelta(days=30))
