"""Campaigns over HTTP: from a form to a started campaign, and everything that must be refused on the way."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import aiohttp
import orjson
import pytest
from pypdf import PdfReader

from callcenter.campaigns.attempts import RETRIES, Outcome
from callcenter.campaigns.machines import Heard, Verdict
from callcenter.campaigns.plan import Again, Enough, Plan
from callcenter.campaigns.refusals import Extent
from callcenter.jobs import contacts as job
from callcenter.store.attempts import Attempts
from callcenter.store.campaign_models import CampaignRow, ResponseRow
from callcenter.store.campaigns import Campaigns
from callcenter.store.models import Role, UserRow
from callcenter.store.permissions import Permissions
from callcenter.store.scope import WholeCentre
from callcenter.store.users import Users
from callcenter.web.tokens import make_token
from tests.integration.web.conftest import Browser, browser
from tests.web_centre import EXAMPLE, HASHED, WebCentre, now_ms

pytestmark = pytest.mark.integration

FORM = (EXAMPLE / "forms" / "improvement.toml").read_text("utf-8")
SHEET = "이름,휴대폰,마케팅동의,동의일,증빙,지역\n" + "\n".join(
    f"고객{n},010-2222-{n:04d},{'Y' if n % 2 else 'N'},2026-10-01,가입서 {n},{'서울' if n < 5 else '부산'}"
    for n in range(10)
)


async def operator(web: WebCentre) -> None:
    await web.add(
        UserRow(
            login="op", name="op", role=Role.CAMPAIGNS, company=None, agent=None, password_hash=HASHED, language="ko"
        )
    )


def upload(content: str | bytes, name: str = "contacts.csv") -> aiohttp.FormData:
    data = aiohttp.FormData()
    data.add_field("file", content.encode() if isinstance(content, str) else content, filename=name)
    return data


async def drafted(page: Browser, **changed: str) -> str:
    status, where = await page.post("/campaigns/forms/save", {"company": "nurim", "name": "개선", "text": FORM})
    assert status == 303
    await page.post(
        "/campaigns/consents/numbers",
        {"company": "nurim", "number": "1588-0000", "proof": "증명원 1", "since": "2026-01-01"},
    )
    fields = {
        "name": "가을 조사", "company": "nurim", "kind": "improvement", "mode": "progressive",
        "form": where.rsplit("/", 1)[1], "caller": "15880000", "weekdays": "10:00-20:00", "saturday": "", "sunday": "",
        "groups": "kitchen",
    }  # fmt: skip
    status, where = await page.post("/campaigns/new", fields | changed)
    assert status == 303, where
    return where


async def filled(web: WebCentre, page: Browser, campaign: str) -> str:
    status, where = await page.post(f"{campaign}/contacts", upload(SHEET))  # type: ignore[arg-type]
    assert status == 303
    _, body = await page.get(where)
    columns = dict(re.findall(r'<select name="(column-\d)".*?<option value="(\w+)" selected', body, re.S))
    assert columns == {
        "column-0": "name", "column-1": "number", "column-2": "marketing", "column-3": "consent_at",
        "column-4": "proof", "column-5": "segment",
    }  # fmt: skip
    assert (await page.post(f"{where}/start", columns))[0] == 303
    await job.read_contacts(web.settings, web.sessions, int(where.rsplit("/", 1)[1]))
    return where


async def scrubbed(page: Browser, *without: str) -> None:
    _, listed = await page.post("/campaigns/consents/scrub", {"company": "nurim"})
    left = "\n".join(line for line in listed.lstrip("\ufeff").splitlines() if line not in without)
    _, body = await page.get("/campaigns/consents?company=nurim")
    number = re.findall(r"/campaigns/consents/scrub/(\d+)", body)[0]
    status, _ = await page.post(f"/campaigns/consents/scrub/{number}", upload(left))  # type: ignore[arg-type]
    assert status == 303


async def test_with_agents_a_campaign_needs_a_group(web: WebCentre) -> None:
    await operator(web)
    async with browser(web, "op") as page:
        campaign = await drafted(page, groups="")
        assert "상담 그룹이 있어야 합니다" in (await page.get(campaign))[1]
        campaign = await drafted(page, groups="", mode="agentless")
        assert "상담 그룹이 있어야 합니다" not in (await page.get(campaign))[1]


async def test_from_a_form_to_a_started_campaign(web: WebCentre) -> None:
    await operator(web)
    async with browser(web, "op") as page:
        campaign = await drafted(page)
        _, body = await page.get(campaign)
        assert "연락처가 없습니다" in body
        assert "주방가전" in body
        assert "대조를 한 적이 없습니다" in body
        assert (await page.post(f"{campaign}/start"))[0] == 409
        where = await filled(web, page, campaign)
        _, body = await page.get(where)
        assert "다 읽음" in body
        assert (await page.post(f"{campaign}/start"))[0] == 409
        await scrubbed(page, "01022220001")
        _, body = await page.get(f"{campaign}/dry-run")
        found = dict(re.findall(r'<span class="state \w+">([^<]+)</span></th><td class="number">(\d+)', body))
        assert found == {"겁니다": "4", "동의 없음": "5", "두낫콜 등록": "1"}
        assert "010-****-0001" in body
        assert "01022220001" not in body
        assert (await page.post(f"{campaign}/start"))[0] == 303
        _, body = await page.get(campaign)
        assert "진행 중" in body
        assert "발신기가 실행되고 있지 않습니다" in body
        stands = {"why": "no_agents", "lines": 0, "agents": 0, "carrier": None, "carrier_until": None}
        told = {"at": now_ms(), "campaigns": {campaign.rsplit("/", 1)[1]: stands}}
        await web.redis.set("cc:outbound", orjson.dumps(told), ex=60)
        assert "비어 있는 상담사가 없습니다" in (await page.get(campaign))[1]
        await web.redis.delete("cc:outbound")
        assert (await page.post(f"{campaign}/start"))[0] == 409
        assert (await page.post(f"{campaign}/stop"))[0] == 303
        assert (await page.post(f"{campaign}/start"))[0] == 409


async def test_ready_to_start_says_how_many_contacts_the_national_comparison_left_out(web: WebCentre) -> None:
    await operator(web)
    async with browser(web, "op") as page:
        campaign = await drafted(page)
        await filled(web, page, campaign)
        register = '<a href="/campaigns/consents?company=nurim">'
        _, body = await page.get(campaign)
        assert re.search(rf"대조를 한 적이 없습니다[^<]* {re.escape(register)}", body)
        await scrubbed(page, "01022220001")
        _, body = await page.get(campaign)
        assert "시작할 수 있습니다" in body
        assert "대조하지 않아" not in body, "whoever was struck out was compared"

        more = "이름,전화번호,마케팅 동의,동의일,증빙,구분\n" + "".join(
            f"아무개,010-2222-11{n:02},Y,2026-10-01,신청서,서울\n" for n in range(3)
        )
        _, where = await page.post(f"{campaign}/contacts", upload(more))  # type: ignore[arg-type]
        _, body = await page.get(where)
        columns = dict(re.findall(r'<select name="(column-\d)".*?<option value="(\w+)" selected', body, re.S))
        assert (await page.post(f"{where}/start", columns))[0] == 303
        await job.read_contacts(web.settings, web.sessions, int(where.rsplit("/", 1)[1]))
        # A list that was taken down and is not answered compares nobody.
        await page.post("/campaigns/consents/scrub", {"company": "nurim"})
        _, body = await page.get(campaign)
        assert "시작할 수 있습니다" in body
        assert re.search(rf"연락처 3건은 최근 30일 안에 두낫콜과 대조하지 않아[^<]* {re.escape(register)}", body)

        happy = await drafted(page, kind="happy_call")
        await filled(web, page, happy)
        assert "대조" not in (await page.get(happy))[1], "a happy call needs none"


async def test_a_refusal_takes_effect_at_once(web: WebCentre) -> None:
    await operator(web)
    async with browser(web, "op") as page:
        campaign = await drafted(page, kind="happy_call")
        await filled(web, page, campaign)
        assert '겁니다</span></th><td class="number">10' in (await page.get(f"{campaign}/dry-run"))[1]
        fields = {"company": "nurim", "number": "010 2222 0003", "extent": "all"}
        _, body = await page.post("/campaigns/consents/refuse", fields)
        assert "모든 전화 거부" in body
        assert '수신거부</span></th><td class="number">1' in (await page.get(f"{campaign}/dry-run"))[1]


async def test_consent_is_written_with_proof_and_withdrawn_without(web: WebCentre) -> None:
    await operator(web)
    async with browser(web, "op") as page:
        fields = {"company": "nurim", "number": "010-2222-3333", "matter": "marketing", "act": "given", "proof": ""}
        assert (await page.post("/campaigns/consents/add", fields))[0] == 422
        _, body = await page.post("/campaigns/consents/add", fields | {"proof": "녹음 7"})
        assert "유효" in body
        _, body = await page.post("/campaigns/consents/add", fields | {"act": "withdrawn"})
        assert "철회" in body
        assert body.count('class="ledger"') == 2


async def test_the_editor_says_what_is_wrong_and_refuses_to_keep_it(web: WebCentre) -> None:
    await operator(web)
    async with browser(web, "op") as page:
        assert (await page.get("/campaigns/forms/new?example=improvement"))[0] == 200
        looped = FORM.replace('id = "again"', 'id = "again"\nnext = "aspect"')
        for text, said in (
            (looped, "돌고 돕니다"),
            ("[[x", "TOML"),
            (FORM.replace("next", "nxt"), "고칠 점이 없습니다"),
        ):
            assert said in (await page.post("/campaigns/forms/check", {"text": text}))[1]
        status, _ = await page.post("/campaigns/forms/save", {"company": "nurim", "name": "x", "text": looped})
        assert status == 422
        for version in (1, 2, 2):
            text = FORM if version == 1 else FORM + "\n"
            _, where = await page.post("/campaigns/forms/save", {"company": "nurim", "name": "y", "text": text})
            assert f"{version}판" in (await page.get(where))[1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "빈 파일"),
        (b"\xd0\xcf\x11\xe0" + bytes(99), "표가 아니거나"),
        (b"a,\x81\x20\xff\xff", "글자를 알 수 없습니다"),
    ],
)
async def test_files_that_are_no_table_are_refused_at_once(web: WebCentre, content: str | bytes, said: str) -> None:
    await operator(web)
    async with browser(web, "op") as page:
        campaign = await drafted(page)
        status, body = await page.post(f"{campaign}/contacts", upload(content))  # type: ignore[arg-type]
        assert status == 422
        assert said in body


async def test_a_campaign_with_wrong_parts_is_not_made(web: WebCentre) -> None:
    await operator(web)
    async with browser(web, "op") as page:
        await drafted(page)
        fields = {
            "name": "x",
            "company": "hanbit",
            "kind": "image",
            "mode": "preview",
            "form": "1",
            "caller": "15880000",
        }
        assert "같은 기업의 양식" in (await page.post("/campaigns/new", fields))[1]
        status, body = await page.post("/campaigns/new", fields | {"company": "nurim", "weekdays": "20:00-10:00"})
        assert (status, "시간대는" in body) == (422, True)


async def test_every_setting_of_a_campaign_is_asked_for_kept_and_shown(web: WebCentre) -> None:
    await operator(web)
    async with browser(web, "op") as page:
        campaign = await drafted(
            page, mode="predictive", ring_s="30", ceiling_percent="2.5", most_a_day="2", most_in_30_days="6",
            yields_over_s="", after_busy="20", most_busy="5", most_no_answer="0", after_partial="60", most_partial="1",
            quota_segment_0="서울", quota_most_0="100", quota_question_2="again", quota_answer_2="1", quota_most_2="50",
        )  # fmt: skip
        await filled(web, page, campaign)
        async with web.sessions() as session:
            row = await Campaigns(session, WholeCentre()).get(int(campaign.rsplit("/", 1)[1]))
        assert row is not None
        plan = Plan.model_validate(row.plan)
        assert (plan.ring_s, plan.ceiling_percent, plan.yields_over_s) == (30, 2.5, None)
        assert (plan.most_a_day, plan.most_in_30_days) == (2, 6)
        assert plan.retries[Outcome.BUSY] == Again(after_min=20, most=5)
        assert plan.retries[Outcome.PARTIAL] == Again(after_min=60, most=1)
        assert Outcome.NO_ANSWER not in plan.retries
        assert plan.quotas == (Enough(most=100, segment="서울"), Enough(most=50, question="again", answer="1"))
        _, shown = await page.get(campaign)
        for said in ("통화 중: 20분 뒤, 5번까지", "하루 2번, 30일 6번", "2.5 %", "양보하지 않음"):
            assert said in shown
        _, body = await page.get(f"{campaign}/dry-run")
        assert "0 / 100" in body
        assert "0 / 50" in body
        assert "이번에 걸 사람 0명" in body  # none of them is compared with the register yet


async def test_bad_rows_come_back_with_the_reason_in_the_readers_language(web: WebCentre) -> None:
    await operator(web)
    async with browser(web, "op") as page:
        campaign = await drafted(page)
        sheet = SHEET + '\n"=cmd(), 주소",010-12,Y,2026-10-01,가입서,서울\n고객,010-2222-0001,Y,2026-10-01,가입서,서울'
        _, where = await page.post(f"{campaign}/contacts", upload(sheet))  # type: ignore[arg-type]
        columns = {
            f"column-{n}": field for n, field in enumerate(("name", "number", "marketing", "consent_at", "proof"))
        }
        assert (await page.post(f"{where}/start", columns))[0] == 303
        await job.read_contacts(web.settings, web.sessions, int(where.rsplit("/", 1)[1]))
        _, korean = await page.get(f"{where}/bad.csv")
        await page.post("/language/en")
        _, english = await page.get(f"{where}/bad.csv")
    assert list(csv.reader(io.StringIO(korean.lstrip("\ufeff")))) == [
        ["줄", "사유", "이름", "휴대폰", "마케팅동의", "동의일", "증빙", "지역"],
        ["12", "번호가 짧음", "'=cmd(), 주소", "010-12", "Y", "2026-10-01", "가입서", "서울"],
        ["13", "중복", "고객", "010-2222-0001", "Y", "2026-10-01", "가입서", "서울"],
    ]
    assert english.startswith("\ufeffline,reason,")
    assert "12,Number too short," in english


MISTAKES = (
    ({"most_busy": "11"}, "통화 중 · 몇 번까지: 0부터 10 사이의 수를 적으세요."),
    ({"after_busy": "곧"}, "통화 중 · 몇 분 뒤: 1부터 43200 사이의 수를 적으세요."),
    ({"ceiling_percent": "0"}, "포기율 한도: 0보다 크고 10 이하인 수"),
    ({"ceiling_percent": "nan"}, "포기율 한도: 0보다 크고 10 이하인 수"),
    ({"most_a_day": "9", "most_in_30_days": "8"}, "30일 최대가 하루 최대보다 작습니다"),
    ({"ring_s": "5"}, "벨 울리는 시간 (초): 15부터 60 사이의 수"),
    ({"first": "2027-03-01", "last": "2027-02-01"}, "마지막 날이 첫날보다 앞섭니다"),
    ({"weekdays": "22:00-23:00", "saturday": "", "sunday": ""}, "거는 시간이 한 번도 열리지 않습니다"),
    ({"last": "2020-01-01"}, "거는 시간이 한 번도 열리지 않습니다"),
    ({"quota_segment_1": "서울"}, "할당 2행 · 최대: 1부터 1000000 사이의 수"),
    (
        {"quota_question_0": "x", "quota_answer_0": "1", "quota_most_0": "5"},
        "쓸 수 있는 질문: aspect, recommend, again",
    ),
    ({"quota_question_0": "again", "quota_answer_0": "3", "quota_most_0": "5"}, "쓸 수 있는 답: 1, 2"),
    ({"quota_question_0": "recommend", "quota_answer_0": "11", "quota_most_0": "5"}, "쓸 수 있는 답: 0–10"),
    ({"caller": "01012345678"}, "발신번호 등록부에 있는 번호를 고르세요"),
)


async def test_each_mistake_in_a_new_campaign_is_named_and_nothing_typed_is_lost(web: WebCentre) -> None:
    await operator(web)
    async with browser(web, "op") as page:
        await drafted(page)
        fields = {
            "name": "겨울 조사", "company": "nurim", "kind": "usefulness", "mode": "agentless", "form": "1",
            "caller": "15880000", "weekdays": "10:00-20:00", "most_no_answer": "4",
        }  # fmt: skip
        for changed, said in MISTAKES:
            status, body = await page.post("/campaigns/new", fields | changed)
            assert (status, unescape(body).count(said)) == (422, 1), said
            assert 'value="겨울 조사"' in body
            assert re.search(r'name="most_no_answer"[^>]*value="4"', body)
            for value in changed.values():
                assert f'value="{value}"' in body or value == "01012345678"
        assert (await page.get("/campaigns"))[1].count("겨울 조사") == 0


async def test_results_are_shown_to_the_company_and_exported_without_names(web: WebCentre) -> None:
    await operator(web)
    async with browser(web, "op") as page:
        campaign = await drafted(page)
        await filled(web, page, campaign)
    number, now = int(campaign.rsplit("/", 1)[1]), datetime.now(UTC)
    async with web.sessions.begin() as session:
        campaigns, attempts = Campaigns(session, WholeCentre()), Attempts(session, WholeCentre())
        row = await campaigns.get(number)
        assert isinstance(row, CampaignRow)
        due = await campaigns.due(number, int((now + timedelta(hours=1)).timestamp() * 1000), 4)
        for contact, outcome in zip(
            due, (Outcome.COMPLETED, Outcome.COMPLETED, Outcome.BUSY, Outcome.REFUSED), strict=True
        ):
            name = f"{number}-{contact.id}-1"
            await attempts.write({name: contact.id}, now)
            await attempts.finish(name, outcome, RETRIES, now)
            if outcome is Outcome.COMPLETED:
                answers = {"aspect": "1", "recommend": "10", "again": "2"}
                attempts.answer(
                    ResponseRow(
                        attempt=name,
                        company="nurim",
                        campaign=number,
                        contact=contact.id,
                        form=row.form,
                        segment="서울",
                        at=1,
                        answers=answers,
                        invalid={},
                        silent={},
                        end="finished",
                        complete=True,
                    )
                )
    async with browser(web, "nurim") as company:
        _, body = await company.get(campaign)
        funnel = re.findall(r'<td class="number">(\d+)</td><td class="number muted">', body)
        assert funnel == ["10", "10", "4", "3", "2"]
        assert "100.0</span> NPS" in body
        _, exported = await company.get(f"{campaign}/results.csv")
        assert "서울,내구성,10,2" in exported
        assert "고객" not in exported
        assert "0102222" not in exported
        async with company.http.get(f"{web.url}{campaign}/results.xlsx") as answer:
            assert (await answer.read()).startswith(b"PK")
        async with company.http.get(f"{web.url}{campaign}/results.pdf") as answer:
            assert answer.content_type == "application/pdf"
            pages = PdfReader(io.BytesIO(await answer.read())).pages
        said = "".join(page.extract_text() for page in pages)
        for part in (
            "가을 조사",
            "누림전자",
            "RR1",
            "50.0 %",
            "내구성",
            "100 % (34–100)",
            "NPS 100.0",
            "95 % 신뢰구간",
        ):
            assert part in said, part
        assert not [one for one in ("고객", "01022", "2222") if one in said]
        assert (await company.post(f"{campaign}/start"))[0] == 403
        assert (await company.get("/campaigns/consents"))[0] == 403
    async with browser(web, "hanbit") as other:
        assert (await other.get(campaign))[0] == 404
        assert (await other.get(f"{campaign}/results.csv"))[0] == 404


async def test_listening_for_machines_is_off_until_it_is_asked_for_and_its_figures_are_shown(web: WebCentre) -> None:
    await operator(web)
    async with browser(web, "op") as page:
        _, wizard = await page.get("/campaigns/new")
        assert re.search(r'name="machines" value="true">', wizard)
        assert "침묵" in wizard
        off = await drafted(page)
        assert "자동응답 판별</dt><dd>하지 않음" in (await page.get(off))[1]
        on = await drafted(page, mode="progressive", machines="true")
        body = (await page.get(on))[1]
        assert "상담사 연결 전에 듣고 판별" in body
        assert 'id="machines"' not in body
        preview = await drafted(page, mode="preview", machines="true")
        assert "자동응답 판별" not in (await page.get(preview))[1]
        await filled(web, page, on)
    number, now = int(on.rsplit("/", 1)[1]), datetime.now(UTC)
    async with web.sessions.begin() as session:
        attempts = Attempts(session, WholeCentre())
        due = await Campaigns(session, WholeCentre()).due(number, int(now.timestamp() * 1000) + 3_600_000, 2)
        for contact, verdict in zip(due, (Verdict.HUMAN, Verdict.MACHINE), strict=True):
            name = f"{number}-{contact.id}-1"
            await attempts.write({name: contact.id}, now)
            await attempts.heard(name, Heard(verdict, "X-1-2", 1500))
            outcome = Outcome.MACHINE if verdict is Verdict.MACHINE else Outcome.COMPLETED
            await attempts.finish(name, outcome, RETRIES, now)
    async with browser(web, "op") as page:
        body = (await page.get(on))[1]
        assert re.search(r'자동응답으로 판별</th><td class="number">1<', body)
        assert "평균 1.5초 · 최대 1.5초" in body
        async with page.http.get(f"{web.url}{on}/results.pdf") as answer:
            pages = PdfReader(io.BytesIO(await answer.read())).pages
        assert "자동응답으로 판별 1" in "".join(one.extract_text() for one in pages)
        _, told = await page.get(f"/api/v1/campaigns/{number}/results")
        found = orjson.loads(told)
        assert found["listened"]["machines"] == found["listened"]["people"] == 1
        assert (found["listened"]["mean_s"], found["outcomes"]["machine"]) == (1.5, 1)
        # A machine that no person heard: unknown, so no contact, and half of the eligibility is known.
        assert (found["rates"]["rr1"], found["rates"]["con1"], found["rates"]["e"]) == (0.5, 0.5, 1.0)


async def test_a_program_makes_a_campaign_and_is_told_what_is_wrong(web: WebCentre) -> None:
    await operator(web)
    async with web.sessions() as session:
        user = await Users(session, WholeCentre()).get("op")
    assert user is not None
    token = make_token(web.settings.secret_key.get_secret_value(), "op", user.password_hash, days=1)
    async with browser(web, "op") as page:
        made = int((await drafted(page)).rsplit("/", 1)[1])
    address = f"{web.url}/api/v1/campaigns"
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as http:
        new = {"company": "nurim", "name": "api", "kind": "happy_call", "form": made, "caller": "15880000"}
        new["plan"] = {"groups": ["nowhere"]}
        async with http.post(address, json=new) as answer:
            assert (answer.status, (await answer.json())["error"]) == (422, "unknown_group")
        new["plan"] = {"groups": ["kitchen"]}
        async with http.post(address, json=new) as answer:
            assert answer.status == 201
            number = (await answer.json())["number"]
        async with http.post(address, json={**new, "company": "hanbit"}) as answer:
            assert (answer.status, (await answer.json())["error"]) == (422, "form_of_another")
        consent = {"matter": "marketing", "at": 1_700_000_000_000, "proof": "p"}
        people = [
            {"number": "010-2222-3333", "consents": [consent]},
            {"number": "+821022223333"},
            {"number": "1588-0000"},
            {"number": "010-2222-4444", "consents": [{**consent, "at": 4_000_000_000_000}]},
        ]
        async with http.post(f"{address}/{number}/contacts", json=people) as answer:
            taken = {"added": 1, "refused": {"1": "duplicate", "2": "not_a_person", "3": "no_consent_day"}}
            assert await answer.json() == taken
        async with http.get(f"{address}/{number}/hindrances") as answer:
            assert await answer.json() == []
        for verb, state in (("start", "running"), ("pause", "paused"), ("stop", "stopped")):
            async with http.post(f"{address}/{number}/{verb}") as answer:
                assert (await answer.json())["state"] == state
        async with http.post(f"{address}/{number}/contacts", json=people) as answer:
            assert answer.status == 409
        async with http.get(f"{address}/{number}/results") as answer:
            found = await answer.json()
            assert found["funnel"] == {"contacts": 1, "permitted": 1, "dialled": 0, "answered": 0, "complete": 0}
            assert [one["question"] for one in found["questions"]] == ["aspect", "recommend", "again"]


async def test_whoever_refuses_is_told_within_fourteen_days_with_evidence(web: WebCentre) -> None:
    await operator(web)
    async with browser(web, "op") as page:
        await page.get("/campaigns/notices")
        await page.post("/campaigns/consents/refuse", {"company": "nurim", "number": "01022223333", "extent": "all"})
        fields = {"company": "nurim", "number": "01022224444", "matter": "advertising", "act": "given", "proof": "녹음"}
        await page.post("/campaigns/consents/add", fields)
        _, body = await page.get("/campaigns/notices?company=nurim")
        assert "2건" in body
        assert "010-****-3333" in body
        assert "01022223333" not in body
        _, listed = await page.post("/campaigns/notices/list", {"company": "nurim"})
        assert "01022223333" in listed
        assert "전화 수신 거부를 처리했습니다" in listed
        assert "광고 수신에 동의하신 것을 등록했습니다" in listed
        lines = listed.lstrip("\ufeff").splitlines()
        sent = upload("\n".join(line for line in lines if "01022224444" not in line))
        sent.add_field("company", "nurim")
        sent.add_field("channel", "sms")
        assert (await page.post("/campaigns/notices/told", sent))[0] == 303  # type: ignore[arg-type]
        _, body = await page.get("/campaigns/notices?company=nurim")
        assert "010-****-3333" not in body
        assert "010-****-4444" in body
        assert "문자" in body
        for nobody in ("", "x,y\n1,2"):
            wrong = upload(nobody)
            wrong.add_field("company", "nurim")
            wrong.add_field("channel", "sms")
            status, body = await page.post("/campaigns/notices/told", wrong)  # type: ignore[arg-type]
            assert (status, "받은 명단을 그대로 올리세요" in body) == (422, True)
    async with browser(web, "nurim") as company:
        assert (await company.get("/campaigns/notices"))[0] == 403


async def test_a_file_that_gives_no_contact_says_why(web: WebCentre) -> None:
    await operator(web)
    async with browser(web, "op") as page:
        campaign = await drafted(page)
        first = await filled(web, page, campaign)
        again = await filled(web, page, campaign)
        assert "모두 이미 이 캠페인에" not in (await page.get(first))[1]
        assert "모두 이미 이 캠페인에 있습니다" in (await page.get(again))[1]
        _, where = await page.post(f"{campaign}/contacts", upload("번호\n없음\n?\n"))  # type: ignore[arg-type]
        assert (await page.post(f"{where}/start", {"column-0": "number"}))[0] == 303
        await job.read_contacts(web.settings, web.sessions, int(where.rsplit("/", 1)[1]))
        assert "연락처가 하나도 나오지 않았습니다" in (await page.get(where))[1]


async def test_a_list_of_refusals_counts_at_once_or_not_at_all(web: WebCentre) -> None:
    await operator(web)
    async with browser(web, "op") as page:
        campaign = await drafted(page, kind="happy_call")
        await filled(web, page, campaign)
        for text, status, said in (
            ("번호\n010-2222-0001\n거부", 422, "3번째 줄은 전화번호가 아닙니다. 아무것도 올리지 않았으니"),
            ("", 422, "빈 파일"),
            ("번호\n010-2222-0001\n+82 10 2222 0002\n", 303, ""),
        ):
            sent = upload(text)
            for name, value in (("company", "nurim"), ("extent", "all"), ("by", "free_number")):
                sent.add_field(name, value)
            answer, body = await page.post("/campaigns/consents/refusals", sent)  # type: ignore[arg-type]
            assert (answer, said in body) == (status, True)
            left = 8 if status == 303 else 10
            assert f'겁니다</span></th><td class="number">{left}' in (await page.get(f"{campaign}/dry-run"))[1]
        assert "080 번호" in (await page.get("/campaigns/consents?company=nurim"))[1]


async def test_the_free_number_hands_refusals_in_by_the_interface(web: WebCentre) -> None:
    await operator(web)
    secret = web.settings.secret_key.get_secret_value()
    async with web.sessions() as session:
        users = {login: await Users(session, WholeCentre()).get(login) for login in ("op", "nurim")}
    tokens = {login: make_token(secret, login, user.password_hash, days=1) for login, user in users.items() if user}
    address = f"{web.url}/api/v1/refusals"
    sent = {"company": "nurim", "numbers": ["010-2222-3333", "02-123", "+82 10 2222 4444", "01022223333"]}

    async def hand_in(login: str, body: dict[str, object]) -> tuple[int, object]:
        headers = {"Authorization": f"Bearer {tokens[login]}"}
        async with aiohttp.ClientSession(headers=headers) as http, http.post(address, json=body) as answer:
            return answer.status, await answer.json()

    assert await hand_in("op", sent) == (200, {"added": 2, "known": 1, "refused": {"1": "too_short"}})
    assert await hand_in("op", sent) == (200, {"added": 0, "known": 3, "refused": {"1": "too_short"}})
    assert (await hand_in("nurim", sent))[0] == 403
    assert (await hand_in("op", {**sent, "company": "nobody"}))[0] == 422
    assert (await hand_in("op", {**sent, "numbers": []}))[0] == 422
    async with web.sessions() as session:
        now = datetime.now(UTC)
        known = await Permissions(session, WholeCentre()).people("nurim", ["01022224444"], now)
    assert known["01022224444"].refused == (Extent.MARKETING,)
