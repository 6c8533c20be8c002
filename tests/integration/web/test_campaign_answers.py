"""What customers answered, as it may be heard and seen: by whom, and never with a number."""

from __future__ import annotations

from html import unescape
from pathlib import Path
from typing import Any

import pytest

from callcenter.campaigns.plan import Plan
from callcenter.campaigns.spoken import Ended
from callcenter.store.aftermath_models import DestroyedRow, LowScoreRow, PhoneState
from callcenter.store.campaign_models import AttemptRow, CampaignRow, ContactRow, FormRow, ResponseRow
from callcenter.store.models import Level, Role, TicketRow, TicketStatus, UserRow
from tests.integration.web.conftest import browser
from tests.unit.campaigns.forms import SURVEY
from tests.web_centre import HASHED, WebCentre

pytestmark = pytest.mark.integration
NUMBER, NAME = "01022223333", "김고객"
ATTEMPT = "1-1-1"
RECORDING = f"survey-{ATTEMPT}:why:0"
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(28)
AUDIO = f"/campaigns/1/responses/{ATTEMPT}/why/audio"


async def plant(web: WebCentre, **changed: Any) -> Path:
    """A campaign with one interview, in which the last question was answered in words; the file."""
    common = {"company": "nurim", "made_at": 1, "made_by": "op"}
    person = {"name": "x", "agent": None, "password_hash": HASHED, "language": "ko"}
    attempt = {"company": "nurim", "campaign": 1, "contact": 1}
    answers = {"overall": "1", "why": RECORDING, "which": "1,2", "again": "2"}
    for row in (
        UserRow(login="op", role=Role.CAMPAIGNS, company=None, **person),
        UserRow(login="viewer", role=Role.COMPANY, company="nurim", level=Level.VIEWER, **person),
        FormRow(id=1, name="f", version=1, text=SURVEY, **common),
        CampaignRow(
            **{
                "number": 1, "name": "가을 해피콜", "kind": "happy_call", "own_reward": False, "state": "running",
                "mode": "agentless", "form": 1, "caller": "15880000", "plan": Plan().model_dump(mode="json"),
                **common, **changed,
            }
        ),
        ContactRow(
            id=1, company="nurim", campaign=1, number=NUMBER, name=NAME, language="ko", segment="서울", product="",
            more={}, case="", first_due_at=1, due_at=None, tries=1, held=False, outcome="completed",
        ),
        AttemptRow(id=ATTEMPT, try_=1, number=NUMBER, at=1, outcome="completed", ended_at=2, **attempt),
        ResponseRow(
            attempt=ATTEMPT, form=1, segment="서울", at=1_795_429_970_000, answers=answers, invalid={}, silent={},
            end="finished", complete=True, **attempt,
        ),
    ):  # fmt: skip
        await web.add(row)
    file = web.settings.answers / f"{RECORDING}.wav"
    file.parent.mkdir(parents=True)
    file.write_bytes(WAV)
    return file


@pytest.mark.parametrize("login", ["op", "sup", "nurim"])
async def test_an_answer_in_words_is_heard_without_the_customers_number(web: WebCentre, login: str) -> None:
    await plant(web)
    async with browser(web, login) as page:
        _, campaign = await page.get("/campaigns/1")
        assert "/campaigns/1/spoken" in campaign
        for address in ("/campaigns/1/spoken", f"/campaigns/1/responses/{ATTEMPT}"):
            status, body = await page.get(address)
            assert status == 200
            assert AUDIO in body
            assert "믹서, 밥솥" in body
            assert not [one for one in (NUMBER, "2222-3333", "3333", NAME) if one in body]
        async with page.http.get(web.url + AUDIO, headers={"Range": "bytes=0-3"}) as answer:
            assert (answer.status, await answer.read()) == (206, b"RIFF")
            assert answer.headers["content-type"] == "audio/wav"


@pytest.mark.parametrize(
    ("login", "status"), [("hanbit", 404), ("viewer", 403), ("bill", 403), ("a1001", 403), (None, 303)]
)
async def test_others_hear_nothing(web: WebCentre, login: str | None, status: int) -> None:
    await plant(web)
    async with browser(web, login) as page:
        for address in ("/campaigns/1/spoken", f"/campaigns/1/responses/{ATTEMPT}", AUDIO):
            assert (await page.get(address))[0] == status


@pytest.mark.parametrize("question", ["overall", "again", "nothing", "..%2Fwhy", "why:0"])
async def test_only_what_was_said_in_answer_to_that_question_is_sent(web: WebCentre, question: str) -> None:
    await plant(web)
    async with browser(web, "op") as page:
        assert (await page.get(AUDIO.replace("/why/", f"/{question}/")))[0] == 404
        assert (await page.get(AUDIO.replace(ATTEMPT, "1-1-2")))[0] == 404
        assert (await page.get(AUDIO.replace("/campaigns/1/", "/campaigns/2/")))[0] == 404


async def test_a_recordings_name_that_is_not_its_answers_opens_no_other_file(web: WebCentre) -> None:
    file = await plant(web)
    (file.parent / "survey-9-9-9:why:0.wav").write_bytes(WAV)
    for name in ("survey-9-9-9:why:0", "../answers/" + RECORDING, "survey-1-1-1:overall:0"):
        async with web.sessions.begin() as session:
            row = await session.get(ResponseRow, ATTEMPT)
            assert row is not None
            row.answers = {**row.answers, "why": name}
        async with browser(web, "op") as page:
            assert (await page.get(AUDIO))[0] == 404


async def test_a_destroyed_recording_says_so_and_is_never_sent(web: WebCentre) -> None:
    file = await plant(web)
    await web.add(
        DestroyedRow(name=RECORDING, company="nurim", campaign=1, recorded_at=1, at=1_795_429_980_000,
                     why=Ended.WITHDRAWN)
    )  # fmt: skip
    assert file.exists()  # the moment between row and file
    async with browser(web, "op") as page:
        _, body = await page.get("/campaigns/1/spoken")
        assert "파기됨. 고객이 동의를 거두었습니다." in body
        assert "<audio" not in body
        assert (await page.get(AUDIO))[0] == 404


async def low_score(web: WebCentre, state: PhoneState | None = PhoneState.OPEN) -> None:
    await plant(web)
    await web.add(
        TicketRow(number=1, company="nurim", customer_name=NAME, customer_phone=NUMBER, product="", symptom="낮음",
                  status=TicketStatus.OPEN, opened_at=1_795_429_970_000, changed_at=1_795_429_970_000)
    )  # fmt: skip
    await web.add(
        LowScoreRow(attempt=ATTEMPT, company="nurim", campaign=1, ticket=1, scores={"overall": 1}, state=state, by=None,
                    answered_at=1_795_429_970_000, at=1_795_429_970_000)
    )  # fmt: skip


async def test_a_supervisor_takes_a_low_score_on_phones_and_says_what_came_of_it(web: WebCentre) -> None:
    await low_score(web)
    where = f"/campaigns/low-scores/{ATTEMPT}"
    async with browser(web, "sup") as page, browser(web, "admin") as other:
        _, body = await page.get("/campaigns/low-scores")
        assert "전화할 고객 1명" in body
        assert '"low_scores":1' in unescape(body)
        assert "만족도를 눌러 주세요. <strong" in body
        assert "2222-3333" not in body  # until somebody takes it on
        assert (await page.post(f"{where}/done", {"result": "x"}))[0] == 409
        assert (await page.post(f"{where}/take"))[0] == 303
        assert "010-2222-3333" in (await page.get("/campaigns/low-scores"))[1]
        assert "2222-3333" not in (await other.get("/campaigns/low-scores"))[1]
        assert (await other.post(f"{where}/take"))[0] == 409
        assert (await page.post(f"{where}/release"))[0] == 303
        assert (await other.post(f"{where}/take"))[0] == 303
        status, body = await other.post(f"{where}/done", {"result": "  "})
        assert (status, "통화 결과를 적어 주세요" in body) == (422, True)
        assert (await other.post(f"{where}/done", {"result": "교환해 드림", "closed": "true"}))[0] == 303
        assert "전화할 고객이 없습니다" in (await page.get("/campaigns/low-scores"))[1]
        _, ticket = await page.get("/tickets/1")
        assert "교환해 드림" in ticket
        assert f"/campaigns/1/responses/{ATTEMPT}" in ticket
        assert "티켓 모두 닫힘" in (await page.get("/campaigns/1"))[1]


@pytest.mark.parametrize("login", ["nurim", "op", "a1001", "bill"])
async def test_only_supervisors_phone_customers_about_scores(web: WebCentre, login: str) -> None:
    await low_score(web)
    async with browser(web, login) as page:
        assert (await page.get("/campaigns/low-scores"))[0] == 403
        assert (await page.post(f"/campaigns/low-scores/{ATTEMPT}/take"))[0] == 403


@pytest.mark.parametrize(
    ("login", "status", "link"),
    [("nurim", 200, True), ("sup", 200, True), ("bill", 200, False), ("hanbit", 404, False), ("viewer", 403, False)],
)
async def test_an_interview_on_a_statement_opens_to_what_became_of_it(
    web: WebCentre, login: str, status: int, link: bool
) -> None:
    await plant(web)
    async with browser(web, login) as page:
        answered, body = await page.get(f"/records/survey-{ATTEMPT}")
        assert answered == status
        assert (f"/campaigns/1/responses/{ATTEMPT}" in body) is link
        assert ("가을 해피콜" in body) is (status == 200)
        assert not [one for one in (NUMBER, "3333", NAME) if one in body]
        assert (await page.get("/records/survey-9-9-9"))[0] == (403 if login == "viewer" else 404)


@pytest.mark.parametrize(("login", "links"), [("nurim", True), ("viewer", False), ("op", False)])
async def test_the_campaign_says_how_many_low_scores_are_open(web: WebCentre, login: str, links: bool) -> None:
    await low_score(web)
    async with browser(web, login) as page:
        _, body = await page.get("/campaigns/1")
        assert "낮은 점수 1건" in body
        assert "열린 티켓 1" in body
        assert "전화할 고객 1명" in body
        assert ('href="/tickets/1"' in body) is links


async def test_a_score_for_which_a_ticket_is_enough_waits_for_nobody(web: WebCentre) -> None:
    await low_score(web, state=None)
    async with browser(web, "sup") as page:
        assert "전화할 고객이 없습니다" in (await page.get("/campaigns/low-scores"))[1]
        assert (await page.post(f"/campaigns/low-scores/{ATTEMPT}/take"))[0] == 404
