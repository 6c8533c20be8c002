"""The demo's campaigns, made in the steps of an operator: number, form, campaign, file of contacts, comparison, start.

The people are the town's; some do not consent, some stand on the national register. All fictional.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from random import Random

from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.campaigns.columns import guess
from callcenter.campaigns.kinds import Kind
from callcenter.campaigns.pacing import Mode
from callcenter.campaigns.plan import Plan, State
from callcenter.centre import Centre
from callcenter.hours import Hours
from callcenter.jobs.contacts import read_contacts, uploaded
from callcenter.public_holidays import free_days
from callcenter.settings import Settings
from callcenter.store.campaign_models import CampaignRow, ImportRow
from callcenter.store.campaign_rules import CampaignRules
from callcenter.store.campaigns import Campaigns
from callcenter.store.engine import Sessions, open_engine, sessions
from callcenter.store.epoch import to_ms
from callcenter.store.permissions import Permissions, digest
from callcenter.store.scope import WholeCentre
from callcenter.town.exchange import RESPONDENTS

_CENTRE = WholeCentre()
#: The demo's campaign operator.
_BY = "campaigns"
#: Last digits of the numbers by how many of a hundred people have them (docs/guide-town.md).
_DIGITS = {"1": 56, "9": 12, "0": 7, "2": 7, "3": 6, "5": 5, "4": 3, "6": 2, "8": 2}
_HEADING = ("전화번호", "이름", "지역", "제품", "마케팅 동의", "야간 동의", "동의일", "증빙")
_REGIONS = ("서울", "경기", "부산", "대구", "광주")
#: Of so many people one did not consent, and of those who did one stands on the national register.
_NO_CONSENT, _REGISTERED = 20, 40
#: A demonstration is given at any hour; who agreed to no night calls is left alone at night all the same.
_ALWAYS = Hours(**dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One campaign."""

    company: str
    name: str
    kind: Kind
    mode: Mode
    form: str
    product: str
    #: Numbers of its people, the last digit left away.
    first: int
    people: int
    groups: tuple[str, ...] = ()


EXAMPLES = (
    Example(
        company="hanbit", name="한빛주방 제품 개선 설문", kind=Kind.IMPROVEMENT, mode=Mode.AGENTLESS,
        form="improvement", product="전기밥솥", first=int(f"{RESPONDENTS}000"), people=600,
    ),
    Example(
        company="nurim", name="누림전자 해피콜", kind=Kind.HAPPY_CALL, mode=Mode.AGENTLESS, form="happy-call",
        product="세탁기", first=int(f"{RESPONDENTS}600"), people=300,
    ),
    Example(
        company="soridam", name="소리담 해피콜 (상담사)", kind=Kind.HAPPY_CALL, mode=Mode.PROGRESSIVE,
        form="happy-call", product="사운드바", first=100001500, people=60, groups=("av",),
    ),
)  # fmt: skip


def contacts_file(example: Example, today: datetime) -> str:
    """Its people as a company would send them in."""
    random = Random(example.name)
    kept = io.StringIO()
    table = csv.writer(kept)
    table.writerow(_HEADING)
    for place in range(example.people):
        digit = random.choices(list(_DIGITS), list(_DIGITS.values()))[0]
        agrees = "Y" if random.randrange(_NO_CONSENT) else "N"
        day = (today - timedelta(days=random.randrange(10, 500))).date()
        number, name = f"0{example.first + place}{digit}", f"예시고객 {place + 1}"
        table.writerow(
            (number, name, random.choice(_REGIONS), example.product, agrees, agrees, day, "구매 등록 때 온라인 동의")
        )
    return kept.getvalue()


def cleared(numbers: list[str]) -> Iterator[str]:
    """Who comes back from the national register: the others stand on it."""
    for place, number in enumerate(numbers):
        if place % _REGISTERED != _REGISTERED - 1:
            yield number


def ensure_campaigns(settings: Settings, centre: Centre, *, start: bool) -> None:
    """Write them down, unless there are campaigns or the centre has other companies; `start`: let the voice dial."""
    if {example.company for example in EXAMPLES} <= {company.id for company in centre.company}:
        asyncio.run(_ensure(settings, centre, start=start))


async def _ensure(settings: Settings, centre: Centre, *, start: bool) -> None:
    engine, now = open_engine(settings.database_url), datetime.now(UTC)
    made = sessions(engine)
    try:
        async with made() as session:
            there = await Campaigns(session, _CENTRE).page(limit=1)
        if not there:
            for example in EXAMPLES:
                await _make(settings, centre, made, example, now)
        if start:
            async with made.begin() as session:
                await _start(session, centre, now)
    finally:
        await engine.dispose()


async def _make(settings: Settings, centre: Centre, made: Sessions, example: Example, now: datetime) -> None:
    company = next(one for one in centre.company if one.id == example.company)
    text = (files("callcenter") / "example" / "forms" / f"{example.form}.toml").read_text("utf-8")
    async with made.begin() as session:
        campaigns, permissions = Campaigns(session, _CENTRE), Permissions(session, _CENTRE)
        proof = "통신서비스 이용증명원 (예시)"
        permissions.add_caller_number(company.id, company.numbers[0], proof, now - timedelta(days=30), None)
        form = await campaigns.save_form(company.id, example.form, text, _BY, to_ms(now))
        plan = Plan(hours=_ALWAYS, groups=example.groups)
        campaign = await campaigns.add(
            CampaignRow(
                company=company.id, name=example.name, kind=example.kind, own_reward=False, state=State.DRAFT,
                mode=example.mode, form=form.id, caller=company.numbers[0], plan=plan.model_dump(mode="json"),
                made_at=to_ms(now), made_by=_BY,
            )
        )  # fmt: skip
        brought = await campaigns.add_import(
            ImportRow(
                company=company.id, campaign=campaign.number, file_name="contacts.csv", state="running",
                columns={str(column): field for column, field in guess(_HEADING).items()},
                rows=0, good=0, faults={}, made_at=to_ms(now), made_by=_BY,
            )
        )  # fmt: skip
        file = uploaded(settings, brought.id)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text(contacts_file(example, now.astimezone(centre.zone)), "utf-8")
    await read_contacts(settings, made, brought.id)
    async with made.begin() as session:
        permissions = Permissions(session, _CENTRE)
        scrub, numbers = await permissions.export_scrub(company.id, _BY, now)
        returned = list(cleared(numbers))
        await permissions.import_scrub(scrub, set(returned), digest("\n".join(returned).encode()), _BY, now)


async def _start(session: AsyncSession, centre: Centre, now: datetime) -> None:
    """The voice's campaigns begin, as far as nothing keeps them; those with agents wait for a supervisor."""
    campaigns = Campaigns(session, _CENTRE)
    rules = CampaignRules(session, _CENTRE, free_days(centre, (now.year, now.year + 1)), now.astimezone(centre.zone))
    names = {example.name for example in EXAMPLES if example.mode is Mode.AGENTLESS}
    for row in await campaigns.page(limit=100):
        if row.state == State.DRAFT and row.made_by == _BY and row.name in names and not await rules.hindrances(row):
            row.state = State.RUNNING
