"""A campaign's call at the agent's desk: what is entered is kept, and nobody else's."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from sqlalchemy import select

from callcenter.campaigns.plan import Plan
from callcenter.store.campaign_models import AttemptRow, CampaignRow, ContactRow, SheetRow
from callcenter.store.campaigns import Campaigns
from callcenter.store.scope import WholeCentre
from callcenter.store.sheets import Sheets
from tests.integration.web.conftest import browser
from tests.unit.campaigns.forms import HEAD
from tests.web_centre import WebCentre, now_ms

pytestmark = pytest.mark.integration

FORM = HEAD + (
    '[[question]]\nid = "again"\nkind = "yes_no"\nko = "다시 이용?"\nen = "Again?"\n'
    'branch = [{ answers = ["2"], go = "why" }]\nnext = "likes"\n'
    '[[question]]\nid = "why"\nkind = "open"\nko = "왜?"\nen = "Why?"\n'
    '[[question]]\nid = "likes"\nkind = "multiple"\nrequired = false\nko = "무엇이?"\nen = "What?"\n'
    'choices = [{ key = "1", ko = "값", en = "price" }, { key = "2", ko = "질", en = "quality" }]\n'
)


async def talking(web: WebCentre, agent: str = "1001") -> str:
    """An agent speaks with a campaign's customer; the call."""
    async with web.sessions.begin() as session:
        campaigns = Campaigns(session, WholeCentre())
        form = await campaigns.save_form("nurim", "f", FORM, "op", 1)
        campaign = await campaigns.add(
            CampaignRow(
                company="nurim", name="해피콜", kind="happy_call", own_reward=False, state="running",
                mode="progressive", form=form.id, caller="15880000", plan=Plan().model_dump(mode="json"),
                made_at=1, made_by="op",
            )
        )  # fmt: skip
        contact = ContactRow(
            company="nurim", campaign=campaign.number, number="01012345678", name="홍길동", language="ko",
            segment="서울", product="밥솥", more={}, case="", first_due_at=1, due_at=1, tries=1, held=True,
        )  # fmt: skip
        session.add(contact)
        await session.flush()
        attempt = f"{campaign.number}-{contact.id}-1"
        session.add(
            AttemptRow(
                id=attempt, company="nurim", campaign=campaign.number, contact=contact.id, try_=1,
                number=contact.number, at=1,
            )
        )  # fmt: skip
    call = f"survey-{attempt}"
    shown: dict[str, Any] = {"id": call, "company": "nurim", "group": "kitchen", "caller": "01012345678"}
    shown |= {"since": now_ms(), "campaign": campaign.number, "sheet": True, "stage": "talking"}
    await web.feed_agent(agent, "talking", call=shown)
    return call


async def sheet(web: WebCentre) -> SheetRow:
    async with web.sessions() as session:
        return (await session.scalars(select(SheetRow))).one()


async def test_the_form_on_screen_is_kept_and_is_there_again_after_a_reload(web: WebCentre) -> None:
    call = await talking(web)
    async with browser(web, "a1001") as page:
        status, shown = await page.get(f"/agent/sheets/{call}")
        assert status == 200
        assert all(word in shown for word in ("홍길동", "서울", "밥솥", "다시 이용?"))
        assert "01012345678" not in shown
        status, told = await page.post(f"/agent/sheets/{call}/draft", {"again": "2", "why": " 느려서 ", "likes": "9"})
        assert (status, json.loads(told)) == (200, {"hidden": []})
        assert (await sheet(web)).answers == {"again": "2", "why": "느려서"}
        _, again = await page.get(f"/agent/sheets/{call}")
        assert "느려서</textarea>" in again
        await page.post(f"/agent/sheets/{call}/draft", {"again": "1", "why": "느려서"})
        assert 'data-question="why" hidden' in (await page.get(f"/agent/sheets/{call}"))[1]
        # Whoever reloads in wrap-up, or later, still finds it.
        await web.feed_agent("1001", "ready")
        assert (await page.get(f"/agent/sheets/{call}"))[0] == 200


async def test_finishing_needs_every_answer_and_stands_for_good(web: WebCentre) -> None:
    call = await talking(web)
    async with browser(web, "a1001") as page:
        await page.get(f"/agent/sheets/{call}")
        status, said = await page.post(f"/agent/sheets/{call}/finished", {"again": "2"})
        assert status == 422
        assert "왜?" in said
        status, said = await page.post(f"/agent/sheets/{call}/finished", {"again": "2", "why": "x", "likes": "2"})
        assert status == 200
        assert 'id="sheet-over"' in said
        assert (await page.post(f"/agent/sheets/{call}/refused"))[0] == 409
        await page.post(f"/agent/sheets/{call}/draft", {"again": "1"})
    kept = await sheet(web)
    assert (kept.verdict, kept.agent, kept.answers) == ("finished", "1001", {"again": "2", "why": "x", "likes": "2"})


async def test_a_draft_that_comes_late_changes_nothing_that_was_said_for_good(web: WebCentre) -> None:
    call = await talking(web)
    async with browser(web, "a1001") as page:
        await page.get(f"/agent/sheets/{call}")
        async with web.sessions() as session:
            late = Sheets(session, WholeCentre())
            row = await late.get(call.removeprefix("survey-"))
            assert row is not None
            assert (await page.post(f"/agent/sheets/{call}/finished", {"again": "2", "why": "x"}))[0] == 200
            assert not await late.keep(row, {"again": "2"})
            await session.commit()
    assert (await sheet(web)).answers == {"again": "2", "why": "x"}


@pytest.mark.parametrize("wished", ["", "gestern", "2020-01-01T10:00", "2090-01-01T10:00"])
async def test_an_appointment_needs_a_time_that_comes_soon(web: WebCentre, wished: str) -> None:
    call = await talking(web)
    async with browser(web, "a1001") as page:
        status, _ = await page.post(f"/agent/sheets/{call}/callback", {"wished": wished})
    assert status == 422


async def test_an_appointment_is_kept_at_the_centres_time(web: WebCentre) -> None:
    call = await talking(web)
    in_two_days = datetime.now(ZoneInfo("Asia/Seoul")) + timedelta(days=2)
    soon = in_two_days.replace(hour=10, minute=30, second=0, microsecond=0)
    async with browser(web, "a1001") as page:
        wished = soon.strftime("%Y-%m-%dT%H:%M")
        status, said = await page.post(f"/agent/sheets/{call}/callback", {"wished": wished})
        assert status == 200
        assert "10:30" in said
    assert (await sheet(web)).wished_at == int(soon.astimezone(UTC).timestamp() * 1000)


async def test_another_agent_does_not_see_the_call(web: WebCentre) -> None:
    call = await talking(web, "1002")
    async with browser(web, "a1001") as page:
        assert (await page.get(f"/agent/sheets/{call}"))[0] == 404
        assert (await page.post(f"/agent/sheets/{call}/refused"))[0] == 404
        assert (await page.get("/agent/sheets/cc-1795429970.7"))[0] == 404
        assert (await page.get("/agent/sheets/survey-99-99-1"))[0] == 404


async def test_the_next_contact_is_shown_and_dialled_or_skipped(web: WebCentre) -> None:
    attempt = (await talking(web, "1002")).removeprefix("survey-")
    campaign, contact, _ = (int(part) for part in attempt.split("-"))
    async with browser(web, "a1001") as page:
        await web.feed_agent("1001")
        assert (await page.post("/agent/preview/dial"))[0] == 409
        await web.redis.set("cc:preview:1001", orjson.dumps({"campaign": campaign, "contact": contact}))
        _, desk = await page.get("/agent")
        assert 'id="preview"' in desk
        assert "홍길동" in desk
        assert (await page.post("/agent/preview/dial"))[0] == 204
        assert (await page.post("/agent/preview/later"))[0] == 204
        pressed = await web.redis.xrange("cc:preview")
        assert [(fields[b"agent"], fields[b"verb"]) for _, fields in pressed] == [
            (b"1001", b"dial"),
            (b"1001", b"skip"),
        ]
        await web.redis.delete("cc:preview", "cc:preview:1001")
