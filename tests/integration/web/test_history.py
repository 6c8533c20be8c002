"""Who did what when: seen by those who answer for it, without persons."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from callcenter.config.versions import Versions
from callcenter.store.contract_models import ApplicationRow, ContractEventRow
from callcenter.store.settlement_models import AuditRow
from tests.integration.web.conftest import browser
from tests.web_centre import WebCentre

pytestmark = pytest.mark.integration
#: 1 December 2026, 23:30 in Seoul: in UTC it is the same day, an hour later it is not.
AT = int(datetime(2026, 12, 1, 14, 30, tzinfo=UTC).timestamp() * 1000)
SECRET = "박길동 010-1234-5678"


def deeds(page: str) -> list[str]:
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    return [re.sub(r"<[^>]+>", "|", row) for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)]


async def plant(web: WebCentre) -> None:
    async with web.sessions.begin() as session:
        row = ApplicationRow(
            code_hash="c", cookie_hash="k", form={}, begun_at=1, touched_at=1, submitted_at=2,
            registration="1248100998", company="nurim", going_on=True,
        )  # fmt: skip
        session.add(row)
        await session.flush()
        told = (("refused", {"on": "2026-12-01", "reasons": [], "note": SECRET}), ("paid", {"amount": 4_700_000}))
        session.add_all(
            ContractEventRow(
                application=row.number, place=place, company="nurim", kind=kind, data=data, at=AT + place, by="bill"
            )
            for place, (kind, data) in enumerate(told, 1)
        )
        session.add_all(
            AuditRow(at=at, by=by, what=what, month="2026-11", company=company, detail=detail)
            for at, by, what, company, detail in (
                (AT, "bill", "statement.adjusted", "nurim", {"amount": -10_000, "reason": SECRET}),
                (AT + 3_600_000, "admin", "period.closed", None, {"statements": 10}),
            )
        )
    Versions(web.settings.centre).add("x", by="admin", why=SECRET, at=datetime(2026, 12, 1, tzinfo=UTC))


async def test_everybody_sees_what_they_answer_for_and_nobodys_name(
    web: WebCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = web.settings.data / "centre"
    folder.mkdir()
    monkeypatch.setattr(web.settings, "centre", folder / "centre.toml")
    await plant(web)
    seen = {
        "bill": ("명세서", "입금", "마감"),
        "sup": ("입금", "센터 설정 적용"),
        "admin": ("마감", "입금", "센터 설정 적용"),
    }
    for login, words in seen.items():
        async with browser(web, login) as person:
            status, page = await person.get("/history")
            assert status == 200
            told = "\n".join(deeds(page))
            assert all(word in page for word in words)
            assert ("2026-11" in told) == (login != "sup")
            assert ("판" in told) == (login != "bill")
            assert "박길동" not in page
            assert "4,700,000" in told
    for login in ("nurim", "a1001"):
        async with browser(web, login) as person:
            assert (await person.get("/history"))[0] == 403


async def test_it_is_searched_by_whom_what_about_whom_and_day(web: WebCentre, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = web.settings.data / "centre"
    folder.mkdir()
    monkeypatch.setattr(web.settings, "centre", folder / "centre.toml")
    await plant(web)
    async with browser(web, "admin") as admin:

        async def found(query: str) -> list[str]:
            return deeds((await admin.get(f"/history?{query}"))[1])

        assert len(await found("")) == 5
        assert len(await found("by=admin")) == 2
        (paid,) = await found("what=paid")
        assert "23:30" in paid
        assert len(await found("company=nurim")) == 3
        # Half an hour after midnight in Seoul is another day.
        (closed,) = await found("day=2026-12-02")
        assert "마감" in closed
        assert len(await found("day=2026-12-01")) == 4
        assert len(await found("day=2026-12-01&by=bill&what=statement.adjusted")) == 1
        assert "기록이 없습니다" in (await found("by=nobody"))[0]
        for wrong in ("tomorrow", "9999-12-31"):
            assert (await admin.get(f"/history?day={wrong}"))[0] == 422
