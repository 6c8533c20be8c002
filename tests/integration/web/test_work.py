"""Callbacks, messages and marked numbers as their pages treat them: whose they are, what is asked of the engine."""

from __future__ import annotations

import asyncio
import wave
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from callcenter.callers import key, marked_numbers, remember_mark
from callcenter.calls.callbacks import Item
from callcenter.calls.callers import Mark
from callcenter.journal import CALLBACKS
from callcenter.store.models import TicketRow, TicketStatus
from callcenter.store.work_models import CallbackRow, MarkedNumberRow, MessageRow, MessageState
from callcenter.web.services import open_services
from routing.callback import Callback, State
from tests.integration.web.conftest import Browser, browser
from tests.web_centre import WebCentre, now_ms, record

pytestmark = pytest.mark.integration

CALL, OTHERS = "cc-1795429970.7", "cc-1795429970.8"
NUMBER = "01012345678"


async def open_callback(web: WebCentre, call: str = CALL, group: str = "kitchen", state: State = State.DUE) -> None:
    at = now_ms()
    callback = Callback(
        id=f"callback:{call}", group=group, company="nurim", since=at, requested_at=at, due_at=at, state=state
    )
    item = Item(callback=callback, call=call, number=NUMBER, dnis="07000000101", language="ko")
    await web.redis.hset(CALLBACKS, call, orjson.dumps(item.to_json()))


async def message(web: WebCentre, call: str = CALL, group: str | None = "kitchen", caller: str = NUMBER) -> None:
    at = now_ms() - 60_000
    silent = {"answered_at": None, "agent": None, "agent_channel": None, "talk_ms": 0, "outcome": "voicemail"}
    await web.add(
        record(call, group=group, category=group, caller=caller, recording=f"voicemail/{call}", **silent),
        MessageRow(call=call, company="nurim", group=group, left_at=at, state=MessageState.NEW, agent=None, at=at),
    )
    folder = web.settings.media / "voicemail"
    folder.mkdir(parents=True, exist_ok=True)
    with wave.open(str(folder / f"{call}.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x01\x00" * 8000)


async def held(web: WebCentre, call: str = CALL) -> tuple[str, str | None]:
    async with web.sessions() as session:
        row = (await session.scalars(select(MessageRow).where(MessageRow.call == call))).one()
    return row.state, row.agent


async def orders(
    web: WebCentre, who: Browser, path: str, fields: dict[str, Any], reply: dict[str, Any]
) -> tuple[int, str, dict[str, str]]:
    """Post while an engine answers; status, answer, and the command that the engine got."""
    async with asyncio.TaskGroup() as tasks:
        answering = tasks.create_task(web.answer_commands(reply))
        status, said = await who.post(path, fields)
    (told,) = answering.result()
    return status, said, told


# -- callbacks


async def test_an_agent_sees_the_callbacks_of_the_own_groups_with_masked_numbers_and_may_order_nothing(
    web: WebCentre,
) -> None:
    await open_callback(web)
    await open_callback(web, OTHERS, group="furniture")
    at = now_ms()
    await web.add(
        CallbackRow(
            key="k", call="cc-1.1", company="nurim", group="kitchen", number=NUMBER, requested_at=at - 240_000,
            attempts=1, state=State.REACHED, why="reached", at=at,
        )
    )  # fmt: skip
    async with browser(web, "a1001") as agent:
        status, page = await agent.get("/callbacks")
        assert status == 200
        assert page.count('id="open-cc-') == 1
        assert "010-****-5678" in page
        assert NUMBER not in page
        assert "4:00" in page
        assert "/callbacks/now" not in page
        assert (await agent.post("/callbacks/now", {"call": CALL}))[0] == 403
        assert (await agent.post("/callbacks/cancel", {"call": CALL, "reason": "x"}))[0] == 403
    async with browser(web, "sup") as supervisor:
        assert (await supervisor.get("/callbacks"))[1].count('id="open-cc-') == 2
    async with browser(web, "nurim") as company:
        assert (await company.get("/callbacks"))[0] == 403
    assert await web.redis.xlen("cc:commands") == 0


async def test_a_supervisors_order_reaches_the_engine_with_its_reason(web: WebCentre) -> None:
    async with browser(web, "sup") as supervisor:
        sent = {"call": CALL, "reason": " 고객이 방문함 "}
        status, said, told = await orders(web, supervisor, "/callbacks/cancel", sent, {"ok": True})
        assert (status, "취소했습니다" in said) == (200, True)
        del told["id"], told["at"]
        assert told == {
            "agent": "", "verb": "callback.cancel", "call": CALL, "by": "sup", "reason": "고객이 방문함",
        }  # fmt: skip


async def test_what_the_engine_refuses_is_said_in_words(web: WebCentre) -> None:
    async with browser(web, "sup") as supervisor:
        refused = {"ok": False, "error": "callback_dialling"}
        _, said, told = await orders(web, supervisor, "/callbacks/now", {"call": CALL}, refused)
        assert "지금 고객에게 전화를 걸고 있습니다" in said
        assert told["verb"] == "callback.now"
        assert (await supervisor.post("/callbacks/cancel", {"call": CALL, "reason": " "}))[0] == 422


# -- messages


async def test_a_message_is_taken_listened_to_noted_and_done(web: WebCentre) -> None:
    await message(web)
    async with browser(web, "a1001") as agent:
        page = (await agent.get("/messages"))[1]
        assert 'id="message-cc-1795429970-7"' in page
        assert "010-****-5678" in (await agent.get(f"/messages/{CALL}"))[1]
        assert (await agent.get(f"/agent/calls/{CALL}/form"))[0] == 404
        status, panel = await agent.post(f"/messages/{CALL}/take")
        assert (status, f'data-call="{CALL}"' in panel, "010-1234-5678" in panel) == (200, True, True)
        assert await held(web) == ("taken", "1001")
        async with agent.http.get(f"{web.url}/messages/{CALL}/audio", headers={"Range": "bytes=0-43"}) as sound:
            assert (sound.status, sound.content_type, len(await sound.read())) == (206, "audio/wav", 44)
        assert (await agent.get(f"/agent/calls/{CALL}/form"))[0] == 200
        note = {"reason": "fault", "company": "nurim", "symptom": "전원이 켜지지 않음"}
        assert "티켓 A-" in (await agent.post(f"/agent/calls/{CALL}/note", note))[1]
        assert (await agent.post(f"/messages/{CALL}/done"))[0] == 200
        assert 'id="done-cc-1795429970-7"' in (await agent.get("/messages"))[1]
    assert await held(web) == ("done", "1001")


async def test_nobody_takes_what_another_has_and_a_supervisor_puts_it_back(web: WebCentre) -> None:
    await message(web)
    async with web.sessions.begin() as session:
        (await session.scalars(select(MessageRow))).one().agent = "1002"
        (await session.scalars(select(MessageRow))).one().state = MessageState.TAKEN
    async with browser(web, "a1001") as agent:
        for verb in ("take", "done", "release", "phone"):
            assert (await agent.post(f"/messages/{CALL}/{verb}"))[0] == 409
        assert await held(web) == ("taken", "1002")
        async with browser(web, "sup") as supervisor:
            assert (await supervisor.post(f"/messages/{CALL}/take"))[0] == 409
            assert (await supervisor.post(f"/messages/{CALL}/release"))[0] == 200
        assert await held(web) == ("new", None)
        assert (await agent.post(f"/messages/{CALL}/take"))[0] == 200


async def test_a_message_of_another_group_is_not_there_for_an_agent(web: WebCentre) -> None:
    await message(web, group="furniture")
    await message(web, OTHERS, group=None)
    async with browser(web, "a1001") as agent:
        for path in (f"/messages/{CALL}", f"/messages/{CALL}/audio"):
            assert (await agent.get(path))[0] == 404
        assert (await agent.post(f"/messages/{CALL}/take"))[0] == 404
        page = (await agent.get("/messages"))[1]
        assert "message-cc-1795429970-8" in page
        assert "message-cc-1795429970-7" not in page
    async with browser(web, "nurim") as company:
        assert (await company.get(f"/messages/{CALL}/audio"))[0] == 403
        assert (await company.get(f"/records/{CALL}/audio"))[0] == 200
    async with browser(web, "hanbit") as company:
        assert (await company.get(f"/records/{CALL}/audio"))[0] == 404


async def test_the_customer_is_phoned_through_the_engine(web: WebCentre) -> None:
    await message(web)
    async with browser(web, "a1001") as agent:
        await agent.post(f"/messages/{CALL}/take")
        status, said, told = await orders(web, agent, f"/messages/{CALL}/phone", {}, {"ok": True})
        assert (status, "콜백을 만들었습니다" in said) == (200, True)
        async with web.sessions() as session:
            left_at = (await session.scalars(select(MessageRow))).one().left_at
        del told["id"], told["at"]
        assert told == {
            "agent": "", "verb": "callback.phone", "call": CALL, "by": "a1001", "number": NUMBER,
            "dnis": "07000000101", "group": "kitchen", "company": "nurim", "since": str(left_at),
        }  # fmt: skip


async def test_the_counts_stand_on_the_agents_page_and_the_board(web: WebCentre) -> None:
    await open_callback(web)
    await open_callback(web, OTHERS, group="furniture")
    await message(web)
    await message(web, "cc-1.9", group="furniture")
    await web.feed_controller()
    await web.feed_agent("1001")
    await web.feed_board()
    async with browser(web, "a1001") as agent:
        page = (await agent.get("/agent"))[1]
        assert "콜백 대기 1" in page
        assert "새 음성 메시지 1" in page
    async with browser(web, "sup") as supervisor:
        page = (await supervisor.get("/board"))[1]
        assert "콜백 대기 2" in page
        assert "새 음성 메시지 2" in page


async def test_the_agent_reads_why_a_number_is_marked_and_that_the_customer_is_being_phoned(web: WebCentre) -> None:
    await web.add(MarkedNumberRow(number=NUMBER, mark=Mark.CAUTION, reason="지난번 고성", until=None, by="sup", at=1))
    call = {
        "id": CALL, "company": "nurim", "group": "kitchen", "caller": NUMBER, "since": now_ms(), "stage": "ringing",
        "callback": True, "mark": "caution",
    }  # fmt: skip
    await web.feed_agent("1001", "ringing", call=call)
    async with browser(web, "a1001") as agent:
        page = (await agent.get("/agent"))[1]
        assert "주의 고객: 지난번 고성" in page
        assert "고객에게 전화를 거는 중입니다" in page
        await web.feed_agent("1001", "talking", call={**call, "stage": "talking", "mark": None})
        page = (await agent.get("/agent"))[1]
        assert "주의 고객" not in page
        assert "거는 중" not in page


# -- who handles a case


async def case(web: WebCentre, company: str = "nurim") -> str | None:
    found = await web.redis.hget(key(NUMBER), f"case:{company}")
    return found.decode() if found else None


async def test_a_note_tells_who_handles_the_case_until_it_is_settled(web: WebCentre) -> None:
    await web.add(record(CALL), record(OTHERS))
    note = {"reason": "fault", "company": "nurim", "symptom": "소음"}
    async with browser(web, "a1001") as agent:
        await agent.post(f"/agent/calls/{CALL}/note", note)
        assert await case(web) == "1001"
        await agent.post(f"/agent/calls/{CALL}/note", {**note, "company": "hanbit"})
        assert (await case(web), await case(web, "hanbit")) == (None, "1001")
        await agent.post(f"/agent/calls/{CALL}/note", {**note, "company": "hanbit", "settled": "true"})
        assert await case(web, "hanbit") is None


async def test_who_settles_one_case_leaves_the_customers_other_case_with_its_handler(web: WebCentre) -> None:
    at = now_ms()
    await web.redis.hset(key(NUMBER), "case:nurim", "1002")
    await web.add(
        record(CALL),
        TicketRow(
            number=5, company="nurim", customer_name="", customer_phone=NUMBER, product="", symptom="",
            status=TicketStatus.OPEN, opened_at=at, changed_at=at,
        ),
    )  # fmt: skip
    async with browser(web, "a1001") as agent:
        note = {"reason": "usage", "company": "nurim", "settled": "true"}
        assert (await agent.post(f"/agent/calls/{CALL}/note", note))[0] == 200
    assert await case(web) == "1002"


# -- marked numbers


async def test_a_number_is_marked_and_taken_back_and_every_change_is_kept(web: WebCentre) -> None:
    async with browser(web, "sup") as supervisor:
        typed = {"number": "010-1234-5678", "mark": "caution", "reason": "고성", "until": "2099-12-31"}
        status, where = await supervisor.post("/marked", typed)
        assert (status, where) == (303, "/marked?told=added")
        assert await marked_numbers(web.redis) == {NUMBER: Mark.CAUTION}
        page = (await supervisor.get("/marked"))[1]
        assert "2099-12-31" in page
        assert (await supervisor.post("/marked/1/remove"))[1] == "/marked?told=removed"
        assert await marked_numbers(web.redis) == {}
        assert (await supervisor.post("/marked/99/remove"))[0] == 404
    async with web.sessions() as session:
        rows = list(await session.scalars(select(MarkedNumberRow).order_by(MarkedNumberRow.id)))
    assert [(row.number, row.mark, row.by) for row in rows] == [(NUMBER, Mark.CAUTION, "sup"), (NUMBER, None, "sup")]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"number": "일이삼"}, "숫자로만"),
        ({"number": "123"}, "너무 짧습니다"),
        ({"number": "1" * 16}, "너무 깁니다"),
        ({"mark": "hated"}, "단계를 고르세요"),
        ({"reason": " "}, "사유를 적어 주세요"),
        ({"until": "내일"}, "2026-11-23처럼"),
        ({"until": "2020-01-01"}, "지난 날"),
    ],
)
async def test_a_wrong_field_is_told_and_what_was_typed_stays(web: WebCentre, wrong: dict[str, str], said: str) -> None:
    async with browser(web, "sup") as supervisor:
        typed = {"number": "02-000-0001", "mark": "refused", "reason": "장난 전화 반복", "until": "2099-01-01", **wrong}
        status, page = await supervisor.post("/marked", typed)
        assert (status, said in page) == (422, True)
        assert all(value in page for value in typed.values() if value.strip() and value != "hated")
    assert await marked_numbers(web.redis) == {}


async def test_marked_numbers_are_for_supervisors_and_heal_when_the_pages_start(web: WebCentre) -> None:
    await web.add(MarkedNumberRow(number=NUMBER, mark=Mark.REFUSED, reason="r", until=None, by="sup", at=1))
    await remember_mark(web.redis, "0311112222", Mark.REFUSED)
    async with browser(web, "a1001") as agent:
        assert (await agent.get("/marked"))[0] == 403
        assert (await agent.post("/marked", {"number": NUMBER, "mark": "refused", "reason": "x"}))[0] == 403
    async with open_services(web.settings):
        assert await marked_numbers(web.redis) == {NUMBER: Mark.REFUSED}
