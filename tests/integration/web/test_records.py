"""Call records: narrowing, paging, one call, both voices with ranges, the table for spreadsheets."""

from __future__ import annotations

import csv
import io
import wave
from datetime import UTC, datetime
from pathlib import Path

import pytest

from callcenter.store.figures import day_figures
from callcenter.store.models import EventRow
from callcenter.store.scope import WholeCentre
from callcenter.store.span import Span
from tests.integration.web.conftest import browser
from tests.web_centre import WebCentre, now_ms, record

pytestmark = pytest.mark.integration


async def test_a_list_is_narrowed_and_paged(web: WebCentre) -> None:
    await web.add(*(record(f"cc-1795400000.{n}", entered_at=now_ms() - n * 10) for n in range(60)))
    await web.add(record("cc-1795400001.1", company="hanbit", outcome="abandoned_queue", answered_at=None, agent=None))
    async with browser(web, "sup") as supervisor:
        first = (await supervisor.get("/records"))[1]
        assert "61건 · 1/2쪽" in first
        assert (await supervisor.get("/records?page=2"))[1].count("data-href=") == 11
        narrowed = (await supervisor.get("/records?outcome=abandoned_queue"))[1]
        assert narrowed.count("data-href=") == 1
        assert "대기 중 포기" in narrowed
        assert (await supervisor.get("/records?company=nurim&group=av"))[1].count("data-href=") == 0
        assert (await supervisor.get("/records?since=2020-01-01&until=2020-01-02"))[1].count("data-href=") == 0


@pytest.mark.parametrize("query", ["since=yesterday", "outcome=nonsense", "page=0", "page=x"])
async def test_a_wrong_question_is_answered_in_words(web: WebCentre, query: str) -> None:
    async with browser(web, "sup") as supervisor:
        status, page = await supervisor.get(f"/records?{query}")
        assert status == 422
        assert "할 수 없습니다" in page


async def test_one_call_shows_its_story(web: WebCentre) -> None:
    call = "cc-1795400000.1"
    await web.add(
        record(call, reason="fault", symptom="<script>alert(1)</script>"),
        EventRow(key="a", at=1, kind="call.entered", call=call, agent=None, data={}),
        EventRow(key="b", at=2, kind="call.offered", call=call, agent="1002", data={"agent": "1002"}),
        EventRow(key="c", at=3, kind="call.ended", call=call, agent=None, data={"by": "caller"}),
    )
    async with browser(web, "sup") as supervisor:
        page = (await supervisor.get(f"/records/{call}"))[1]
        story = page[page.index("timeline") :]
        assert story.index("들어옴") < story.index("이준호") < story.index("끝남")
        assert "010-1234-5678" in page
        assert "&lt;script&gt;" in page
        assert "<script>alert" not in page
        assert (await supervisor.get("/records/cc-1.1"))[0] == 404


async def test_who_of_the_agents_stood_how_and_whose_call_was_passed_over_is_for_the_centre_s_own_people(
    web: WebCentre,
) -> None:
    call, other = "cc-1795400000.1", "cc-1795400000.7"
    who = {"1001": "paused:meal", "1002": "ready"}
    offer = {"agent": "1002", "rule": "favoured", "passed_over": other}
    await web.add(
        record(call),
        EventRow(key="a", at=1, kind="call.queued", call=call, agent=None, data={"group": "kitchen", "who": who}),
        EventRow(key="b", at=2, kind="call.offered", call=call, agent="1002", data=offer),
    )
    async with browser(web, "sup") as supervisor:
        page = (await supervisor.get(f"/records/{call}"))[1]
        assert "김서연 휴식 · 식사, 이준호 상담 가능" in page
        assert f'href="/records/{other}"' in page
    for login in ("nurim", "a1001"):
        async with browser(web, login) as reader:
            page = (await reader.get(f"/records/{call}"))[1]
            assert "식사" not in page
            assert other not in page


async def test_the_table_for_spreadsheets(web: WebCentre) -> None:
    await web.add(record("cc-1795400000.1", reason="fault"))
    async with browser(web, "nurim") as company:
        status, body = await company.get("/records.csv")
        assert status == 200
        rows = list(csv.DictReader(io.StringIO(body.removeprefix("\ufeff"))))
        assert [(row["기업"], row["고객 번호"], row["결과"], row["통화"]) for row in rows] == [
            ("누림전자", "010-****-5678", "응답", "30")
        ]


def voices(folder: Path, call: str) -> None:
    """A second of both voices of the call."""
    folder.mkdir(parents=True)
    for leg, sample in (("caller", b"\x01\x00"), ("agent", b"\x02\x00")):
        with wave.open(str(folder / f"{call}-{leg}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(sample * 8000)


async def test_both_voices_are_played_and_jumped_in(web: WebCentre) -> None:
    call = f"cc-{now_ms() // 1000}.1"
    folder = web.settings.recordings / datetime.fromtimestamp(now_ms() // 1000, UTC).strftime("%Y%m%d")
    voices(folder, call)
    await web.add(record(call, recording=f"{folder.name}/{call}"), record("cc-1795400000.2"))
    async with browser(web, "sup") as supervisor:
        address = f"{web.url}/records/{call}/audio"
        async with supervisor.http.get(address) as answer:
            assert (answer.status, answer.content_type) == (200, "audio/wav")
            whole = await answer.read()
            assert len(whole) == int(answer.headers["content-length"]) == 44 + 8000 * 4
            assert whole[44:48] == b"\x01\x00\x02\x00"
        for asked, first, last in (
            ("bytes=100-199", 100, 199),
            ("bytes=32000-", 32_000, 32_043),
            ("bytes=-10", 32_034, 32_043),
        ):
            async with supervisor.http.get(address, headers={"Range": asked}) as answer:
                assert answer.status == 206
                assert answer.headers["content-range"] == f"bytes {first}-{last}/32044"
                assert await answer.read() == whole[first : last + 1]
        async with supervisor.http.get(address, headers={"Range": "bytes=99999-"}) as answer:
            assert answer.status == 416
        assert (await supervisor.get("/records/cc-1795400000.2/audio"))[0] == 404
    async with browser(web, "hanbit") as other, other.http.get(f"{web.url}/records/{call}/audio") as answer:
        assert answer.status == 404


async def test_a_customer_is_found_by_the_number_on_any_day(web: WebCentre) -> None:
    await web.add(
        record("cc-1795400000.1", entered_at=now_ms() - 90 * 86_400_000),
        record("cc-1795400000.2", company="hanbit"),
        record("cc-1795400000.3", caller="01000001111"),
    )
    async with browser(web, "sup") as supervisor:
        status, page = await supervisor.post("/records/customer", {"caller": "+82 10-1234-5678"})
        assert status == 200
        assert page.count("data-href=") == 2
        assert "010-1234-5678" in page
        status, page = await supervisor.post("/records/customer", {"caller": "홍길동"})
        assert status == 422
        assert "숫자로만 적어 주세요" in page
        assert 'value="홍길동"' in page
    async with browser(web, "nurim") as company:
        page = (await company.post("/records/customer", {"caller": "01012345678"}))[1]
        assert page.count("data-href=") == 1


async def test_a_list_is_narrowed_to_one_agent(web: WebCentre) -> None:
    await web.add(record("cc-1795400000.1"), record("cc-1795400000.2", agent="1002"))
    async with browser(web, "sup") as supervisor:
        page = (await supervisor.get("/records?agent=1002"))[1]
        assert page.count("data-href=") == 1
        assert "cc-1795400000.2" in page


async def test_who_still_waits_does_not_depress_the_answer_rate(web: WebCentre) -> None:
    await web.add(
        record("cc-1795400000.1"),
        record("cc-1795400000.2", answered_at=None, ended_at=None, outcome=None, agent=None),
    )
    async with web.sessions() as session:
        (figures,) = await day_figures(session, WholeCentre(), Span(0, now_ms()))
    assert (figures.entered, figures.offered, figures.answer_rate) == (2, 1, 1.0)


async def test_the_evidence_of_abuse_is_heard_by_supervisors_and_by_nobody_else(web: WebCentre) -> None:
    call = "cc-1795400000.1"
    voices(web.settings.evidence / "20261124", call)
    await web.add(record(call, recording=f"20261124/{call}"), record("cc-1795400000.2"))
    async with browser(web, "sup") as supervisor:
        # The recording itself is gone.
        page = (await supervisor.get(f"/records/{call}"))[1]
        assert "녹음이 없습니다" in page
        assert f'src="/records/{call}/evidence"' in page
        async with supervisor.http.get(f"{web.url}/records/{call}/evidence") as answer:
            assert (answer.status, answer.content_type) == (200, "audio/wav")
            assert len(await answer.read()) == 44 + 8000 * 4
        assert (await supervisor.get("/records/cc-1795400000.2/evidence"))[0] == 404
    async with browser(web, "nurim") as company:
        assert (await company.get(f"/records/{call}/evidence"))[0] == 403
        assert "evidence" not in (await company.get(f"/records/{call}"))[1]
