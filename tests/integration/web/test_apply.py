"""The public application: draft, half an hour, code, mistakes, papers, reasons."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import update

from callcenter.papers import LARGEST, MOST
from callcenter.store.applications import Applications, history, papers
from callcenter.store.contract_models import ApplicationRow
from callcenter.store.scope import WholeCentre
from callcenter.web.apply.visits import IDLE
from tests.applicant import FORM, PDF, apply, paper
from tests.integration.web.conftest import browser
from tests.web_centre import WebCentre, now_ms

pytestmark = pytest.mark.integration


def code_on(page: str) -> str:
    found = re.search(r'class="code">([A-Z0-9-]{14})<', page)
    assert found
    return found[1]


async def time_passes(web: WebCentre, ms: int) -> None:
    async with web.sessions.begin() as session:
        await session.execute(update(ApplicationRow).values(touched_at=now_ms() - ms))


async def count(web: WebCentre) -> int:
    async with web.sessions() as session:
        return len(await Applications(session, WholeCentre()).untouched(now_ms() + 10_000))


async def test_nobody_needs_a_login_and_looking_leaves_nothing(web: WebCentre) -> None:
    async with browser(web) as applicant:
        status, page = await applicant.get("/apply")
        assert status == 200
        assert "사업자등록번호" in page
    assert await count(web) == 0


async def test_what_is_typed_is_kept_however_unfinished(web: WebCentre) -> None:
    async with browser(web) as applicant:
        status, told = await applicant.post(
            "/apply/draft", {"company_name": "\0한빛주방산업 ", "registration": "12"}, **{"HX-Request": "true"}
        )
        assert status == 200
        code_on(told)
        _, page = await applicant.get("/apply")
        assert 'value="한빛주방산업"' in page
        assert 'value="12"' in page


async def test_after_half_an_hour_only_the_code_opens_the_draft_again(web: WebCentre) -> None:
    async with browser(web) as applicant:
        _, told = await applicant.post("/apply/draft", {"company_name": "한빛주방산업"}, **{"HX-Request": "true"})
        code = code_on(told)
        await time_passes(web, int(IDLE.total_seconds() * 1000) - 5_000)
        assert "한빛주방산업" in (await applicant.get("/apply"))[1]
        await time_passes(web, int(IDLE.total_seconds() * 1000) + 1)
        _, closed = await applicant.get("/apply")
        assert "한빛주방산업" not in closed
        assert "30분" in closed
        status, lost = await applicant.post("/apply/draft", {"company_name": "다른 이름"})
        assert (status, "이어 쓰기" in lost) == (409, True)
        assert (await applicant.post("/apply/resume", {"code": "AAAA-AAAA-AAAA"}))[0] == 422
        assert (await applicant.post("/apply/resume", {"code": code.lower()}))[0] == 303
        assert 'value="한빛주방산업"' in (await applicant.get("/apply"))[1]
    async with browser(web) as elsewhere:
        assert (await elsewhere.post("/apply/resume", {"code": code}))[0] == 303
        assert 'value="한빛주방산업"' in (await elsewhere.get("/apply"))[1]


async def test_the_draft_closed_on_this_computer_stays_for_the_code(web: WebCentre) -> None:
    async with browser(web) as applicant:
        _, told = await applicant.post("/apply/draft", {"company_name": "한빛주방산업"}, **{"HX-Request": "true"})
        assert (await applicant.post("/apply/leave"))[0] == 303
        assert "한빛주방산업" not in (await applicant.get("/apply"))[1]
        assert (await applicant.post("/apply/resume", {"code": code_on(told)}))[0] == 303
        assert "한빛주방산업" in (await applicant.get("/apply"))[1]


async def test_mistakes_are_told_beside_their_fields_and_nothing_is_lost(web: WebCentre) -> None:
    async with browser(web) as applicant:
        wrong = {**FORM, "registration": "124-81-00999", "contact_email": "park", "calls_per_month": "많이", "made": ""}
        status, page = await applicant.post("/apply", wrong)
        assert status == 422
        assert "고칠 곳이 5군데" in page
        for field in ("registration", "contact_email", "calls_per_month", "made", "papers"):
            assert f'id="{field}-wrong"' in page
        assert 'value="124-81-00999"' in page
        assert 'value="많이"' in page
        assert "전기밥솥" in (await applicant.get("/apply"))[1]


async def test_an_application_in_order_is_told_where_it_stands(web: WebCentre) -> None:
    async with browser(web) as applicant:
        number = await apply(applicant)
        _, page = await applicant.get("/apply/status")
        assert "접수" in page
        assert "검토를 기다리고" in page
        assert (await applicant.get("/apply"))[0] == 303
        assert (await applicant.post("/apply/draft", FORM))[0] == 409
    async with web.sessions() as session:
        row = await Applications(session, WholeCentre()).get(number)
        assert row
        assert row.registration == "1248100998"
        assert [one.kind for one in await history(session, row)] == ["applied"]


async def test_every_reason_against_it_is_told_at_once(web: WebCentre) -> None:
    async with browser(web) as applicant:
        await apply(applicant, business="도소매업", made="abroad", goods="food", category="none")
        _, page = await applicant.get("/apply/status")
        for reason in ("업태에", "해외 공장", "식품은"):
            assert reason in page
    async with browser(web) as applicant:
        await apply(applicant, registration="1168200276", calls_per_month="3", large_group="unknown")
        _, page = await applicant.get("/apply/status")
        assert "예상 통화 수가 적습니다" in page
        assert "대기업 계열 여부" in page


async def test_who_has_applied_already_is_refused_for_it(web: WebCentre) -> None:
    async with browser(web) as first, browser(web) as second:
        await apply(first)
        await apply(second)
        assert "이미 신청했거나" in (await second.get("/apply/status"))[1]


async def test_an_applicant_withdraws(web: WebCentre) -> None:
    async with browser(web) as applicant:
        await apply(applicant)
        assert (await applicant.post("/apply/withdraw"))[0] == 303
        assert "취소되었습니다" in (await applicant.get("/apply/status"))[1]
        assert (await applicant.post("/apply/withdraw"))[0] == 409
        assert (await applicant.post("/apply/papers", paper("insurance")))[0] == 409
    async with browser(web) as again:
        await apply(again)
        assert "이미 신청했거나" not in (await again.get("/apply/status"))[1]


async def test_files_that_are_no_papers_are_refused_with_the_reason(web: WebCentre) -> None:
    async with browser(web) as applicant:
        for content, why in ((b"", "빈 파일"), (b"MZ\x90" * 99, "PDF, JPG"), (b"%PDF-" + b"0" * LARGEST, "10 MB")):
            status, page = await applicant.post("/apply/papers", paper("registration", content))
            assert (status, why in page) == (422, True)
        for _ in range(MOST):
            assert (await applicant.post("/apply/papers", paper("other")))[0] == 303
        status, page = await applicant.post("/apply/papers", paper("other"))
        assert (status, "30개" in page) == (422, True)


async def test_a_paper_is_its_owners_alone_and_lies_under_no_name_of_theirs(web: WebCentre) -> None:
    async with browser(web) as applicant, browser(web) as stranger:
        await applicant.post("/apply/papers", paper("registration", name="../../../etc/passwd.pdf"))
        async with web.sessions() as session:
            (row,) = await Applications(session, WholeCentre()).untouched(now_ms() + 10_000)
            (kept,) = await papers(session, row)
        (there,) = [file for file in Path(web.settings.data, "papers").rglob("*") if file.is_file()]
        assert there.name == f"{kept.id}.bin"
        assert there.read_bytes() == PDF
        assert there.stat().st_mode & 0o077 == 0
        assert (await applicant.get(f"/apply/papers/{kept.id}"))[0] == 200
        await stranger.post("/apply/draft", {"company_name": "x"})
        assert (await stranger.get(f"/apply/papers/{kept.id}"))[0] == 404
        assert (await stranger.post(f"/apply/papers/{kept.id}/remove"))[0] == 404
        assert (await applicant.post(f"/apply/papers/{kept.id}/remove"))[0] == 303
        assert not there.exists()


async def test_another_site_cannot_apply_in_somebodys_name(web: WebCentre) -> None:
    async with browser(web) as applicant:
        await applicant.post("/apply/draft", {"company_name": "한빛주방산업"})
        for address in ("/apply/draft", "/apply", "/apply/withdraw", "/apply/resume", "/apply/leave"):
            status, _ = await applicant.post(address, {"code": "x"}, Origin="https://elsewhere.example")
            assert status == 403
