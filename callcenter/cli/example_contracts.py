"""The demo's contracts: one runs, one is to be renewed, one is in arrears, one is an application. All fictional."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from billing.contracts.eligibility import Doubt
from billing.contracts.events import AnyEvent, Applied, Charged, Insured, Paid, ReviewBegun, Selected, Signed
from billing.contracts.terms import add_months, contract_year
from billing.month import Month
from callcenter.centre import Centre
from callcenter.settings import Settings
from callcenter.store.applications import Applications, Entry
from callcenter.store.engine import open_engine, sessions
from callcenter.store.scope import WholeCentre

#: What a month of at most 200 calls costs a company under the example's tariff, and four of them.
_MONTHLY, _SECURED = 162_500, 650_000
#: What has to be paid instead of a certificate at the least.
_DEPOSIT = 3_000_000
_PAY_WITHIN = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """An application and what came of it."""

    form: dict[str, str]
    #: The company of the centre that it became; None: not selected yet.
    company: str | None
    events: tuple[AnyEvent, ...]


def stories(today: date) -> tuple[Story, ...]:
    """What has happened by this day."""
    first = today.replace(day=1)
    return (
        _contract(today, "nurim", "누림전자", "124-86-00014", "home-appliances", add_months(first, -5), unpaid=0),
        _contract(today, "hanbit", "한빛주방", "124-86-00028", "kitchen", add_months(today, -12) + timedelta(days=30)),
        _contract(today, "soridam", "소리담", "124-86-00033", "av", add_months(first, -4), unpaid=3),
        _in_review(today),
    )


def _contract(
    today: date, company: str, name: str, registration: str, category: str, start: date, *, unpaid: int = 0
) -> Story:
    """A contract since `start`, of whose months so many at the end are not paid."""
    before, year = start - timedelta(days=60), contract_year(start, 1)
    told: list[AnyEvent] = [
        Applied(on=before),
        Selected(on=before + timedelta(days=10), company=company, start=start),
        Insured(on=start - timedelta(days=10), amount=_SECURED, valid_from=start, valid_to=year.last),
        Signed(on=start - timedelta(days=9), year=1, insured_sum=_SECURED, deposit=_DEPOSIT),
    ]
    charges = list(_charges(start, today))
    for place, charge in enumerate(charges):
        told.append(charge)
        paid = Paid(on=charge.on + timedelta(days=20), amount=charge.amount)
        if place < len(charges) - unpaid and paid.on <= today:
            told.append(paid)
    return Story(form=_form(name, registration, category), company=company, events=tuple(told))


def _charges(start: date, today: date) -> Iterator[Charged]:
    """Of each month that is over: as if it had been settled before this centre began."""
    month = Month(start.year, start.month)
    while (sent := date(month.next.year, month.next.number, 1)) <= today:
        yield Charged(on=sent, month=month, amount=_MONTHLY, due=sent + _PAY_WITHIN)
        month = month.next


def _in_review(today: date) -> Story:
    applied = today - timedelta(days=6)
    return Story(
        form=_form("온새미리빙", "123-45-67891", "household") | {"made": "partly"},
        company=None,
        events=(Applied(on=applied, doubts=(Doubt.PARTLY_ABROAD,)), ReviewBegun(on=applied + timedelta(days=2))),
    )


def _form(name: str, registration: str, category: str) -> dict[str, str]:
    return {
        "company_name": name,
        "company_name_en": "",
        "registration": registration,
        "representative": "홍예시",
        "business": "제조업",
        "address": "서울시 예시구 예시로 1",
        "category": category,
        "products": "예시 제품",
        "goods": "finished",
        "made": "korea",
        "large_group": "no",
        "blocked_credit": "no",
        "calls_per_month": "150",
        "contact_name": "예시 담당",
        "contact_phone": "02-000-0000",
        "contact_email": "example@example.kr",
        "consent": "yes",
    }


def ensure_contracts(settings: Settings, centre: Centre) -> None:
    """Write them down, unless somebody has applied already or the centre has other companies."""
    today = datetime.now(centre.zone).date()
    told = stories(today)
    if {story.company for story in told if story.company} <= {company.id for company in centre.company}:
        asyncio.run(_write(settings, told, today))


async def _write(settings: Settings, told: tuple[Story, ...], today: date) -> None:
    engine, now = open_engine(settings.database_url), time.time_ns() // 1_000_000
    try:
        async with sessions(engine).begin() as session:
            mine = Applications(session, WholeCentre())
            if await mine.all(going_on=True, limit=1) or await mine.all(going_on=False, limit=1):
                return
            for story in told:
                row = await mine.begin(code_hash=secrets.token_hex(32), cookie_hash=secrets.token_hex(32), at=now)
                row.form, row.submitted_at = story.form, now
                row.registration = story.form["registration"].replace("-", "")
                for event in story.events:
                    by = None if isinstance(event, Applied) else "billing"
                    await mine.append(row, event, Entry(by=by, at=now, today=today))
    finally:
        await engine.dispose()
