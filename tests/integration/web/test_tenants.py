"""The canary: whatever company B asks for, nothing of company A comes back."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute

from callcenter.calls.callers import Mark
from callcenter.store.models import EventRow, TicketEntryRow, TicketRow, TicketStatus
from callcenter.store.scope import WholeCentre
from callcenter.store.users import Users
from callcenter.store.work_models import CallbackRow, MarkedNumberRow, MessageRow, MessageState
from callcenter.web.app import ROOMS
from callcenter.web.tokens import make_token
from routing.callback import State
from tests.integration.web.conftest import browser
from tests.web_centre import WebCentre, now_ms, record

pytestmark = pytest.mark.integration

#: Stands in every field of company A that a page could show.
CANARY = "카나리아새"
CALL = "cc-1795429970.7"
NUMBER = "01099998888"

#: Of these, nothing is a company's own: they show the whole centre to its people, or nothing at all.
PUBLIC = {"/", "/login", "/logout", "/compare", "/health/live", "/health/ready", "/metrics", "/language/{language}"}


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


def addresses() -> list[tuple[str, str]]:
    """Every address of the application, filled with company A's ids and asked for company A."""
    found = []
    for room in ROOMS:
        for route in room.router.routes:
            assert isinstance(route, APIRoute)
            if route.path in PUBLIC:
                continue
            asked = route.path.format(
                call=CALL,
                number=1,
                change=1,
                agent="1001",
                company="hanbit",
                month="2026-11",
                verb="ready",
                prompt="closed",
                group="kitchen",
                language="ko",
            )
            for method in route.methods:
                found.append((method, asked))
                found.append((method, f"{asked}?company=hanbit&month=2026-11&since=2020-01-01&until=2030-01-01"))
    return found


def leaks(body: str) -> list[str]:
    """What of company A stands in this answer, beyond the ids that were sent in the address."""
    return [secret for secret in (CANARY, NUMBER, "010-9999-8888", "****-8888", "한빛주방", "Hanbit") if secret in body]


async def test_a_company_finds_nothing_of_another_at_any_address(web: WebCentre) -> None:
    await plant(web)
    asked = addresses()
    assert len(asked) > 40
    async with browser(web, "nurim") as other:
        for method, address in asked:
            if method == "GET":
                status, body = await other.get(address)
            else:
                status, body = await other.post(address, {"reason": "fault", "company": "hanbit", "ticket": "1"})
            assert status in {200, 303, 401, 403, 404, 405, 409, 422}, (method, address, status)
            assert leaks(body) == [], (method, address)
            assert CALL in address or CALL not in body, (method, address)


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
        for address in (f"/records/{CALL}", "/tickets", "/tickets/1", "/portal", f"/api/v1/records/{CALL}"):
            status, body = await owner.get(address)
            assert status == 200
            assert CANARY in body, address
        assert "****-8888" in (await owner.get("/records"))[1]
    async with browser(web, "sup") as supervisor:
        assert "한빛주방" in (await supervisor.get("/board"))[1]
