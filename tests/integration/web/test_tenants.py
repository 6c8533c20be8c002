"""The canary: whatever company B asks for, nothing of company A comes back."""

from __future__ import annotations

import io
from contextlib import suppress
from zipfile import ZipFile

import pytest
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from starlette.routing import Mount, Route

from callcenter import papers
from callcenter.calls.callers import Mark
from callcenter.store.aftermath_models import LowScoreRow, PhoneState
from callcenter.store.applications import Applications, history
from callcenter.store.campaign_models import (
    AttemptRow,
    CampaignRow,
    ConsentRow,
    ContactRow,
    DoNotCallRow,
    FormRow,
    ImportRow,
    ResponseRow,
)
from callcenter.store.contract_models import (
    ApplicationRow,
    ContractDocumentRow,
    ContractEventRow,
    DataRequestRow,
    LetterRow,
    RightsChangeRow,
    ServiceFormulaRow,
)
from callcenter.store.models import EventRow, Level, Role, TicketEntryRow, TicketRow, TicketStatus, UserRow
from callcenter.store.requests import Requests
from callcenter.store.scope import OneCompany, WholeCentre
from callcenter.store.service_figures import versions
from callcenter.store.settlement_models import (
    LINES_A_STATEMENT,
    AdjustmentRow,
    CorrectionRow,
    PeriodRow,
    StatementRow,
    TariffTextRow,
    UsageEntryRow,
)
from callcenter.store.tickets import Tickets
from callcenter.store.users import Users
from callcenter.store.work_models import CallbackRow, MarkedNumberRow, MessageRow, MessageState
from callcenter.web.tokens import make_token
from routing.callback import State
from tests.applicant import FORM, PDF
from tests.integration.web.conftest import browser
from tests.web_centre import EXAMPLE, WebCentre, now_ms, record

pytestmark = pytest.mark.integration

#: Stands in every field of company A that a page could show.
CANARY = "카나리아새"
CALL = "cc-1795429970.7"
NUMBER = "01099998888"
TARIFF = (EXAMPLE / "tariffs" / "2026-01.toml").read_text(encoding="utf-8")

#: What stands in the gaps of addresses: ids of company A's.
OF_COMPANY_A = {
    "call": CALL,
    "number": 1,
    "agent": "1001",
    "company": "hanbit",
    "month": "2026-11",
    "verb": "ready",
    "prompt": "closed",
    "language": "ko",
    "document": 1,
    "letter": 1,
    "login": "hanbit-user",
    "kind": "paid",
    "change": 1,
    "group": "kitchen",
    "what": "settle",
    "form": "pdf",
    "verdict": "finished",
    "press": "dial",
    "attempt": "1-1-1",
    "question": "reason",
}

#: Files that are the same for everybody.
MOUNTED = {"/static"}

#: Of these, nothing is a company's own: they show the whole centre to its people, or nothing at all.
PUBLIC = {"/", "/login", "/logout", "/compare", "/health/live", "/health/ready", "/metrics", "/language/{language}"}
PUBLIC |= {"/api/openapi.json"}


async def plant(web: WebCentre) -> None:
    """Company A (hanbit) has a call, a ticket, a note."""
    at = now_ms() - 1000
    await web.add(
        record(
            CALL,
            company="hanbit",
            caller=NUMBER,
            reason="fault",
            product=CANARY,
            symptom=CANARY,
            result=CANARY,
            ticket=1,
            recording=f"20261123/{CALL}",
        ),
        EventRow(key="k", at=at, kind="call.noted", call=CALL, agent="1001", data={"product": CANARY}),
        TicketRow(
            number=1,
            company="hanbit",
            customer_name=CANARY,
            customer_phone=NUMBER,
            product=CANARY,
            symptom=CANARY,
            status=TicketStatus.OPEN,
            opened_at=at,
            changed_at=at,
        ),
    )
    await plant_campaign(web, at)
    await web.add(
        MessageRow(call=CALL, company="hanbit", group="kitchen", left_at=at, state=MessageState.NEW, agent=None, at=at),
        CallbackRow(
            key="c",
            call=CALL,
            company="hanbit",
            group="kitchen",
            number=NUMBER,
            requested_at=at,
            attempts=1,
            state=State.EXPIRED,
            why="busy",
            at=at,
        ),
        MarkedNumberRow(number=NUMBER, mark=Mark.CAUTION, reason=CANARY, until=None, by="sup", at=at),
        TicketEntryRow(
            ticket=1,
            company="hanbit",
            at=at,
            call=CALL,
            agent="1001",
            reason="fault",
            text=CANARY,
            result=CANARY,
        ),
    )
    await web.add(
        ApplicationRow(
            number=1,
            code_hash="c",
            cookie_hash="k",
            form={**FORM, "company_name": CANARY, "products": CANARY},
            begun_at=at,
            touched_at=at,
            submitted_at=at,
            registration="1248100998",
            company="hanbit",
            going_on=True,
        ),
        UserRow(
            login="hanbit-user",
            name=CANARY,
            role=Role.COMPANY,
            company="hanbit",
            agent=None,
            password_hash="x",
            language="ko",
            level=Level.STAFF,
            disabled_at=None,
        ),
        DataRequestRow(
            id=1, company="hanbit", kind="access", text=CANARY, at=at, by="hanbit", due="2026-12-01",
            granted=None, answer=None, answered_at=None, answered_by=None,
        ),
        RightsChangeRow(company="hanbit", login=CANARY, what="added", level="staff", at=at, by="hanbit"),
        ServiceFormulaRow(
            company="hanbit", version=1, since="2020-01-01", formula="all", in_time_s=77, short_s=5, target=None,
            at=at, by=CANARY,
        ),
    )  # fmt: skip
    for place, (kind, data) in enumerate(
        [("applied", {}), ("selected", {"company": "hanbit", "start": "2026-11-01"})], 1
    ):
        await web.add(
            ContractEventRow(
                application=1,
                place=place,
                company="hanbit",
                kind=kind,
                data={"on": "2026-10-01", **data},
                at=at,
                by=CANARY,
            )
        )
    await web.add(
        ContractDocumentRow(
            application=1,
            company="hanbit",
            paper="registration",
            name=CANARY,
            media_type="application/pdf",
            size=len(PDF),
            sha256="x",
            at=at,
            by=None,
        ),
        LetterRow(
            application=1,
            company="hanbit",
            kind="selected",
            language="ko",
            data={"day": "", "to": CANARY, "title": CANARY, "paragraphs": [], "facts": [], "sender": ""},
            at=at,
            by="bill",
        ),
    )
    papers.keep(web.settings.data, 1, 1, PDF + CANARY.encode())
    await web.add(TariffTextRow(digest="t", source="t.toml", text=TARIFF))
    await web.add(
        AdjustmentRow(company="hanbit", month="2026-11", amount=-1, reason=CANARY, by="bill", at=at),
        PeriodRow(
            month="2026-10",
            state="closed",
            tariff="t",
            companies=1,
            done=1,
            entries=1,
            expected=1,
            key="",
            began_at=at,
            closed_at=at,
        ),
        StatementRow(
            id=7,
            company="hanbit",
            month="2026-10",
            number="2026-10-00001",
            tariff="t",
            records=1,
            counted=1,
            supply=162_500,
            vat=0,
            total=162_500,
            digest="",
        ),
    )
    await web.add(
        UsageEntryRow(
            call=CALL,
            kind="inbound",
            company="hanbit",
            at=at,
            ended_at=at + 30_000,
            talk_ms=1000,
            outcome="answered",
            caller="1",
            line=7 * LINES_A_STATEMENT,
        ),
        CorrectionRow(
            number="C2026-11-00001",
            statement=7,
            company="hanbit",
            reason="mistake",
            note=CANARY,
            shares={},
            supply=-1,
            vat=0,
            by="bill",
            at=at,
        ),
    )
    await web.feed_agent(
        "1001",
        "talking",
        call={"id": CALL, "company": "hanbit", "group": "kitchen", "caller": NUMBER, "since": at, "stage": "talking"},
    )
    await web.feed_board(
        waiting=[
            {
                "call": CALL,
                "company": "hanbit",
                "group": "kitchen",
                "since": at,
                "position": 1,
                "stage": "queue",
                "ring": 1,
            }
        ]
    )


async def plant_campaign(web: WebCentre, at: int) -> None:
    """Company A has a form, a campaign with a contact, a file, a consent and a refusal."""
    form = (EXAMPLE / "forms" / "happy-call.toml").read_text("utf-8").replace("상담에 얼마나", CANARY)
    made = {"company": "hanbit", "made_at": at, "made_by": "op"}
    await web.add(FormRow(id=1, name=CANARY, version=1, text=form, **made))
    await web.add(
        CampaignRow(
            number=1, name=CANARY, kind="happy_call", own_reward=False, state="draft", mode="agentless", form=1,
            caller=NUMBER, plan={}, **made,
        )
    )  # fmt: skip
    file = {"state": "done", "columns": {}, "rows": 1, "good": 0, "faults": {"empty": 1}}
    person = {"company": "hanbit", "number": NUMBER}
    await web.add(
        ImportRow(id=1, campaign=1, file_name=CANARY, **file, **made),
        ContactRow(
            id=1, campaign=1, name=CANARY, language="ko", segment=CANARY, product=CANARY, more={}, case="",
            first_due_at=at, due_at=at, tries=0, held=False, **person,
        ),
        ConsentRow(matter="marketing", act="given", at=at, proof=CANARY, written_at=at, written_by="op", **person),
        DoNotCallRow(extent="all", by="key", at=at, **person),
    )  # fmt: skip
    attempt = {"company": "hanbit", "campaign": 1, "contact": 1}
    await web.add(AttemptRow(id="1-1-1", try_=1, number=NUMBER, at=at, outcome="completed", ended_at=at, **attempt))
    await web.add(
        ResponseRow(
            attempt="1-1-1", form=1, segment=CANARY, at=at, answers={"reason": "survey-1-1-1:reason:0"}, invalid={},
            silent={}, end="finished", complete=True, **attempt,
        )
    )  # fmt: skip
    await web.add(
        LowScoreRow(attempt="1-1-1", company="hanbit", campaign=1, ticket=1, scores={"service": 1}, by=CANARY,
                    state=PhoneState.OPEN, answered_at=at, at=at)
    )  # fmt: skip
    web.settings.answers.mkdir(parents=True)
    (web.settings.answers / "survey-1-1-1:reason:0.wav").write_bytes(CANARY.encode())


def every_route(web: WebCentre) -> list[tuple[str, set[str]]]:
    """Path and methods of whatever the application answers to, however it was put there."""
    found: list[tuple[str, set[str]]] = []
    for route in web.app.routes:
        if isinstance(route, Mount):
            assert route.path in MOUNTED, f"{route.path}: what is mounted here answers for itself; say that it may"
        elif isinstance(route, Route):
            found.append((route.path, set(route.methods or ())))
        else:
            # A room as FastAPI keeps it; a change there fails here, so that no room is passed over.
            found += [(one.path, set(one.methods)) for one in route.effective_route_contexts()]
    return found


def addresses(web: WebCentre) -> list[tuple[str, str]]:
    """Every address of the application, filled with company A's ids and asked for company A."""
    found = []
    for path, methods in every_route(web):
        if path in PUBLIC:
            continue
        # A new kind of gap is a KeyError: say here what stands in it for company A.
        asked = path.format_map(OF_COMPANY_A)
        for method in methods - {"HEAD"}:
            found.append((method, asked))
            found.append((method, f"{asked}?company=hanbit&month=2026-11&since=2020-01-01&until=2030-01-01"))
    return found


#: Whatever any form may ask for, pointing at company A.
FIELDS = {
    "reason": "fault",
    "company": "hanbit",
    "ticket": "1",
    "login": "hanbit-user",
    "name": "x",
    "level": "admin",
    "wish": "access",
    "text": "x",
    "granted": "true",
    "on": "2026-11-23",
    "amount": "1",
    "letter": "arrears",
    "since": "2030-01",
    "formula": "all",
    "in_time_s": "20",
    "short_s": "5",
    "code": "AAAA-AAAA-AAAA",
}


def words_of(body: bytes) -> str:
    """What a reader finds in an answer, also where it is packed: a PDF's text, a workbook's cells."""
    if body.startswith(b"PK"):
        with ZipFile(io.BytesIO(body)) as workbook:
            return "".join(workbook.read(name).decode(errors="replace") for name in workbook.namelist())
    text = body.decode(errors="replace")
    if body.startswith(b"%PDF"):
        with suppress(PyPdfError):
            text += "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    return text


def leaks(body: str) -> list[str]:
    """What of company A stands in this answer, beyond the ids that were sent in the address."""
    return [secret for secret in (CANARY, NUMBER, "010-9999-8888", "****-8888", "한빛주방", "Hanbit") if secret in body]


async def test_a_company_finds_nothing_of_another_at_any_address(web: WebCentre) -> None:
    await plant(web)
    asked = addresses(web)
    assert len(asked) > 120
    before = await whats_there(web)
    async with browser(web, "nurim") as other:
        for method, address in asked:
            if method == "GET":
                async with other.http.get(web.url + address, allow_redirects=False) as answer:
                    status, body = answer.status, words_of(await answer.read())
            else:
                status, body = await other.post(address, FIELDS)
            assert status in {200, 303, 401, 403, 404, 405, 409, 422}, (method, address, status)
            assert leaks(body) == [], (method, address)
            assert CALL in address or CALL not in body, (method, address)
        assert (await other.get("/portal"))[0] == 200, "signed out on the way: the rest was asked by nobody"
    # Nor has anything of company A changed.
    assert await whats_there(web) == before


async def whats_there(web: WebCentre) -> list[object]:
    """Company A's rows that an address might change."""
    async with web.sessions() as session:
        users = [(one.login, one.level, one.disabled_at, one.password_hash) for one in
                 await Users(session, OneCompany("hanbit")).all()]  # fmt: skip
        rows = await Applications(session, OneCompany("hanbit")).all(going_on=True)
        told = [(one.place, one.kind) for row in rows for one in await history(session, row)]
        asked = [(one.id, one.text, one.answer) for one in await Requests(session, OneCompany("hanbit")).all()]
        agreed = await versions(session, OneCompany("hanbit"))
        tickets = [one.changed_at for one in await Tickets(session, OneCompany("hanbit")).page()]
        return [users, told, asked, agreed, tickets]


async def test_a_companys_token_opens_its_own_records_only(web: WebCentre) -> None:
    await plant(web)
    async with web.sessions() as session:
        user = await Users(session, WholeCentre()).get("nurim")
    assert user is not None
    token = make_token(web.settings.secret_key.get_secret_value(), "nurim", user.password_hash, days=1)
    async with browser(web) as program:
        sent = {"Authorization": f"Bearer {token}"}
        for address in (
            "/api/v1/records?company=hanbit",
            f"/api/v1/records/{CALL}",
            "/api/v1/board",
            "/api/v1/agents/1001/state",
        ):
            _, body = await program.get(address, **sent)
            assert leaks(body) == []
        assert (await program.get(f"/api/v1/records/{CALL}", **sent))[0] == 404
        assert (await program.get("/api/v1/board", **sent))[0] == 403


async def test_the_canary_is_there_to_be_found(web: WebCentre) -> None:
    await plant(web)
    async with browser(web, "hanbit") as owner:
        shown = (f"/records/{CALL}", "/tickets", "/tickets/1", "/portal", f"/api/v1/records/{CALL}")
        statements = ("/statement?month=2026-11", "/statement?month=2026-10")
        for address in (*shown, *statements, "/campaigns", "/campaigns/1", "/contract", "/members", "/requests"):
            status, body = await owner.get(address)
            assert status == 200
            assert CANARY in body, address
        assert "77초" in (await owner.get("/service"))[1]
        assert (await owner.get("/contract/1/letters/1.pdf"))[0] == 200
        assert "****-8888" in (await owner.get("/records"))[1]
    async with browser(web, "sup") as supervisor:
        for address in ("/contracts", "/contracts/1", "/contracts/1/papers/1", "/requests"):
            status, body = await supervisor.get(address)
            assert (status, CANARY in body) == (200, True), address
        assert "한빛주방" in (await supervisor.get("/board"))[1]
