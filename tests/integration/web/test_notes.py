"""The note of a call: a ticket, a journal entry, corrections, other people's calls."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from callcenter.calls.journal import Kind
from callcenter.journal import STREAM, decode
from callcenter.store.models import TicketEntryRow, TicketRow, TicketStatus
from tests.integration.web.conftest import browser
from tests.web_centre import WebCentre, now_ms, record

pytestmark = pytest.mark.integration

CALL = "cc-1795429970.7"
NOTE = {
    "reason": "fault",
    "company": "nurim",
    "category": "kitchen",
    "product": "전기밥솥",
    "symptom": "전원이 켜지지 않음",
    "result": "방문 수리 접수",
    "customer": "홍길동",
}


async def rings(web: WebCentre, call: str = CALL, company: str | None = "nurim", caller: str = "01012345678") -> None:
    await web.feed_agent(
        "1001",
        "talking",
        call={
            "id": call,
            "company": company,
            "group": "kitchen",
            "caller": caller,
            "since": now_ms(),
            "stage": "talking",
        },
    )


async def tickets(web: WebCentre) -> list[TicketRow]:
    async with web.sessions() as session:
        return list(await session.scalars(select(TicketRow).order_by(TicketRow.number)))


async def entries(web: WebCentre) -> list[TicketEntryRow]:
    async with web.sessions() as session:
        return list(await session.scalars(select(TicketEntryRow).order_by(TicketEntryRow.id)))


async def test_a_note_opens_a_ticket_and_is_written_in_the_journal(web: WebCentre) -> None:
    await rings(web)
    async with browser(web, "a1001") as agent:
        status, said = await agent.post(f"/agent/calls/{CALL}/note", NOTE)
        assert status == 200
        assert "티켓 A-" in said
    (ticket,) = await tickets(web)
    assert (ticket.company, ticket.customer_name, ticket.customer_phone) == ("nurim", "홍길동", "01012345678")
    assert (ticket.product, ticket.status) == ("전기밥솥", TicketStatus.OPEN)
    ((_, fields),) = await web.redis.xrange(STREAM)
    entry = decode(fields)
    assert (entry.kind, entry.call, entry.agent) == (Kind.NOTED, CALL, "1001")
    assert entry.data == {
        "agent": "1001",
        "company": "nurim",
        "category": "kitchen",
        "reason": "fault",
        "product": "전기밥솥",
        "symptom": "전원이 켜지지 않음",
        "result": "방문 수리 접수",
        "ticket": ticket.number,
    }


async def test_saving_again_corrects_the_note_and_opens_no_second_ticket(web: WebCentre) -> None:
    await rings(web)
    async with browser(web, "a1001") as agent:
        await agent.post(f"/agent/calls/{CALL}/note", NOTE)
        await agent.post(f"/agent/calls/{CALL}/note", {**NOTE, "result": "부품 발송", "settled": "true"})
    (ticket,) = await tickets(web)
    (entry,) = await entries(web)
    assert (entry.result, ticket.status) == ("부품 발송", TicketStatus.CLOSED)
    assert await web.redis.xlen(STREAM) == 2


async def test_a_second_call_continues_the_ticket(web: WebCentre) -> None:
    await rings(web)
    async with browser(web, "a1001") as agent:
        await agent.post(f"/agent/calls/{CALL}/note", NOTE)
        (ticket,) = await tickets(web)
        await rings(web, "cc-1795429999.8")
        form = (await agent.get("/agent/calls/cc-1795429999.8/form"))[1]
        assert f'name="ticket" value="{ticket.number}"' in form
        assert "홍길동" in form
        await agent.post(
            "/agent/calls/cc-1795429999.8/note", {**NOTE, "ticket": str(ticket.number), "result": "수리 완료"}
        )
    assert len(await tickets(web)) == 1
    assert [entry.result for entry in await entries(web)] == ["방문 수리 접수", "수리 완료"]


async def test_who_withholds_the_number_may_be_asked_where_to_be_reached(web: WebCentre) -> None:
    await rings(web, caller="")
    where = f"/agent/calls/{CALL}/note"
    async with browser(web, "a1001") as agent:
        assert "발신번호 표시제한" in (await agent.get("/agent"))[1]
        assert 'name="phone"' in (await agent.get(f"/agent/calls/{CALL}/form"))[1]
        for typed, said in (("공일공", "숫자로만"), ("1234", "너무 짧습니다")):
            status, answer = await agent.post(where, {**NOTE, "phone": typed})
            assert status == 422
            assert said in answer
        assert await tickets(web) == []
        await agent.post(where, {**NOTE, "phone": "+82 10-2345-6789"})
        [ticket] = await tickets(web)
        assert ticket.customer_phone == "01023456789"
        assert await web.redis.hget("cc:caller:01023456789", "case:nurim") == b"1001"
        # Corrected without the number, it stays; with another one, that one counts.
        await agent.post(where, NOTE)
        await agent.post(where, {**NOTE, "phone": "02-345-6789"})
    [ticket] = await tickets(web)
    assert ticket.customer_phone == "023456789"


async def test_a_known_callers_note_takes_no_other_number(web: WebCentre) -> None:
    await rings(web)
    async with browser(web, "a1001") as agent:
        assert 'name="phone"' not in (await agent.get(f"/agent/calls/{CALL}/form"))[1]
        await agent.post(f"/agent/calls/{CALL}/note", {**NOTE, "phone": "02-345-6789"})
    [ticket] = await tickets(web)
    assert ticket.customer_phone == "01012345678"


async def test_a_company_chosen_wrongly_and_corrected_leaves_nothing_behind(web: WebCentre) -> None:
    await rings(web, company=None)
    async with browser(web, "a1001") as agent:
        await agent.post(f"/agent/calls/{CALL}/note", {**NOTE, "company": "hanbit"})
        await agent.post(f"/agent/calls/{CALL}/note", NOTE)
    (ticket,) = await tickets(web)
    (entry,) = await entries(web)
    assert ticket.company == entry.company == "nurim"


async def test_another_companys_ticket_cannot_be_continued(web: WebCentre) -> None:
    await rings(web)
    at = now_ms()
    await web.add(
        TicketRow(
            number=5,
            company="hanbit",
            customer_name="",
            customer_phone="01012345678",
            product="",
            symptom="",
            status=TicketStatus.OPEN,
            opened_at=at,
            changed_at=at,
        )
    )
    async with browser(web, "a1001") as agent:
        status, said = await agent.post(f"/agent/calls/{CALL}/note", {**NOTE, "ticket": "5"})
        assert (status, "다른 티켓을 고르거나" in said) == (409, True)
    assert await entries(web) == []
    assert await web.redis.xlen(STREAM) == 0


async def test_without_a_company_the_note_needs_no_ticket(web: WebCentre) -> None:
    await rings(web, company=None)
    async with browser(web, "a1001") as agent:
        assert "기업을 고르면" in (await agent.get(f"/agent/calls/{CALL}/form"))[1]
        status, said = await agent.post(f"/agent/calls/{CALL}/note", {"reason": "other", "symptom": "잘못 건 전화"})
        assert (status, "메모를 저장했습니다" in said) == (200, True)
    assert await tickets(web) == []
    assert await web.redis.xlen(STREAM) == 1


async def test_a_done_call_of_ones_own_can_still_be_noted_but_nobody_elses(web: WebCentre) -> None:
    await web.add(record(CALL), record("cc-1795429970.8", agent="1002"))
    async with browser(web, "a1001") as agent:
        assert (await agent.post(f"/agent/calls/{CALL}/note", NOTE))[0] == 200
        assert (await agent.post("/agent/calls/cc-1795429970.8/note", NOTE))[0] == 404
        assert (await agent.get("/agent/calls/cc-1795429970.8/form"))[0] == 404
        assert (await agent.get("/agent/calls/cc-1.1/history?company=nurim"))[0] == 404


async def test_the_form_shows_the_customers_earlier_calls_with_this_company_only(web: WebCentre) -> None:
    await rings(web)
    await web.add(
        record("cc-1795400000.1", product="우리 회사 제품"),
        record("cc-1795400000.2", company="hanbit", product="남의 회사 제품"),
        record("cc-1795400000.3", caller="0311112222", product="남의 제품"),
    )
    async with browser(web, "a1001") as agent:
        form = (await agent.get(f"/agent/calls/{CALL}/form"))[1]
        assert "우리 회사 제품" in form
        assert "남의" not in form
        assert "남의 회사 제품" in (await agent.get(f"/agent/calls/{CALL}/history?company=hanbit"))[1]


@pytest.mark.parametrize("wrong", [{"reason": "curiosity"}, {"company": "nobody"}, {"symptom": "x" * 5000}])
async def test_a_wrong_note_is_refused_in_words(web: WebCentre, wrong: dict[str, str]) -> None:
    await rings(web)
    async with browser(web, "a1001") as agent:
        status, said = await agent.post(f"/agent/calls/{CALL}/note", {**NOTE, **wrong}, **{"HX-Request": "true"})
        assert status == 422
        assert "입력이 맞지 않습니다" in said
    assert await tickets(web) == []


async def test_the_agent_s_day_lists_own_calls_and_those_without_a_note(web: WebCentre) -> None:
    await web.add(
        record("cc-1795400000.1", talk_ms=60_000),
        record("cc-1795400000.2", talk_ms=30_000, reason="fault", product="전기밥솥"),
        record("cc-1795400000.3", agent="1002"),
        record("cc-1795400000.4", entered_at=now_ms() - 3 * 86_400_000),
    )
    async with browser(web, "a1001") as agent:
        status, day = await agent.get("/agent/day")
    assert status == 200
    assert "응답 2" in day
    assert "평균 통화 0:45" in day
    assert "메모 없음 1" in day
    assert day.count("hx-get=") == 2
    assert "고장 · 전기밥솥" in day
    assert "cc-1795400000.3" not in day
    assert "01012345678" not in day
    assert "1234-5678" not in day
