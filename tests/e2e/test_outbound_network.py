"""Campaigns towards a telephone network (the town's Asterisk): the night by a moved clock, and all that calls meet."""

from __future__ import annotations

import asyncio
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from callcenter.campaigns.consent import Matter
from callcenter.town.exchange import REJECTED, Exchange
from tests.e2e.harness.campaigns import Person, attempts, begin, rows, stop
from tests.e2e.harness.centre import Centre, open_centre
from tests.e2e.harness.clock import MovedClock, moved_clock
from tests.e2e.harness.fixtures import At
from tests.e2e.harness.invites import Invite, Wire
from tests.e2e.test_outbound import FORM, as_operator

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

SEOUL = ZoneInfo("Asia/Seoul")
#: A phone of flesh and blood with consent to night calls, and one without.
OWL, LARK = "01000000001", "01000000002"
#: The town's: busy at once, so that the next one is dialled.
BUSY = [f"0105555{number:03}2" for number in range(40)]
ADVERTISING = (Matter.MARKETING, Matter.ADVERTISING)


def _evening() -> datetime:
    """The day before yesterday: behind us, so that Redis' own trimming by age spares what is written."""
    return datetime.now(SEOUL).replace(hour=20, minute=50, second=0, microsecond=0) - timedelta(days=2)


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MovedClock]:
    with moved_clock(tmp_path_factory.mktemp("moved") / "clock", _evening()) as clock:
        yield clock


@pytest.fixture(scope="module")
def _house(tmp_path_factory: pytest.TempPathFactory, clock: MovedClock) -> Iterator[Centre]:
    """A centre of its own, whose processes live by the moved clock; it dials two numbers a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CALLCENTER_OUTBOUND_CALLS_PER_SECOND", "2")
        with open_centre(tmp_path_factory.mktemp("centre")) as opened:
            yield opened


@pytest.fixture
async def town(centre: Centre, tmp_path: Path) -> AsyncIterator[Exchange]:
    """The network to which the centre's calls go."""
    town = Exchange(tmp_path / "town")
    async with town.running(centre.settings, ()):
        await registered(town)
        yield town


async def registered(town: Exchange) -> None:
    """Wait until the network is registered at the centre; an earlier one may have left its contact there."""
    async with asyncio.timeout(10):
        while " Registered" not in town.asterisk.command("pjsip show registrations"):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


@pytest.fixture
def wire(centre: Centre, tmp_path: Path) -> Wire:
    folder = tmp_path / "wire"
    folder.mkdir()
    return Wire(centre.house.asterisk, folder)


@pytest.fixture
async def running(centre: Centre) -> AsyncIterator[list[int]]:
    """Campaigns that are stopped after the test."""
    campaigns: list[int] = []
    yield campaigns
    for campaign in campaigns:
        stop(centre, campaign)
        await attempts(centre, campaign, lambda found: None not in found)


def shown_by(clock: MovedClock, invite: Invite) -> datetime:
    """What the clock showed when this went out, if it was not moved since."""
    ahead = clock.now_ms() - time.time_ns() / 1e6
    return datetime.fromtimestamp((invite.at + ahead) / 1000, SEOUL)


async def until(clock: MovedClock, moment: datetime) -> None:
    """Let it become that late; with the machine's pace."""
    await asyncio.sleep(max(moment.timestamp() - clock.now_ms() / 1000, 0))


async def just_dialled(centre: Centre, clock: MovedClock, campaign: int) -> float:
    """Wait until somebody is dialled; how many seconds ago that was."""
    async with asyncio.timeout(20):
        while True:
            [found] = rows(centre, "SELECT max(at) AS last FROM attempt WHERE campaign = ?", campaign)
            if found["last"] and (ago := clock.now_ms() - found["last"]) < 250:
                return ago / 1000
            await asyncio.sleep(0.05)


async def test_advertising_rings_until_the_night_begins_and_again_from_its_last_second_on(
    centre: Centre, clock: MovedClock, town: Exchange, wire: Wire, at: At, running: list[int]
) -> None:
    night = _evening().replace(hour=21, minute=0)
    morning = night.replace(hour=8) + timedelta(days=1)
    begins = round(night.timestamp() * 1000)
    owl, lark = await at("customer1"), await at("customer2")
    people = [
        Person(LARK, ADVERTISING, begins + 1_000),
        Person(OWL, (*ADVERTISING, Matter.NIGHT), begins + 1_000),
        *(Person(number, ADVERTISING, begins - 10_000) for number in BUSY),
    ]
    now = datetime.fromtimestamp(clock.now_ms() / 1000, UTC)
    campaign = await begin(centre, people, now, kind="image", text=FORM)
    running.append(campaign)
    clock.move_to(night - timedelta(seconds=10))
    # The dialler looks at the clock once a second, or a little less often: let the next look be in the last second.
    clock.move_to(night - timedelta(seconds=1.6 - await just_dialled(centre, clock, campaign)))
    moved = time.time_ns() / 1e6
    assert await owl.rings(20)
    await owl.hang_up()
    await until(clock, night + timedelta(seconds=6))
    dialled = [(one.to, shown_by(clock, one)) for one in wire.invites() if one.at > moved]
    by_day = [moment for number, moment in dialled if number in BUSY]
    assert by_day[-1] < night
    assert by_day[-1] >= night - timedelta(seconds=1), "nobody was dialled in the last second of the day"
    assert [moment >= night for number, moment in dialled if number not in BUSY] == [True]

    clock.move_to(morning - timedelta(seconds=4))
    moved = time.time_ns() / 1e6
    assert await lark.rings(20)
    await lark.hang_up()
    await until(clock, morning + timedelta(seconds=4))
    dialled = [(one.to, shown_by(clock, one)) for one in wire.invites() if one.at > moved]
    assert all(moment >= morning for number, moment in dialled if number in BUSY or "customer2" in number)
    assert min(moment for _, moment in dialled) < morning + timedelta(seconds=4)


#: How the town's people answer by the last digit, and what is written down. The first presses keys until the form is
#: done; the second and the last say things, the third nothing: they press no key, so nothing is answered.
MEETS = {
    "01000020001": "completed",
    "01055551001": "break_off",
    "01055551004": "break_off",
    "01055551006": "break_off",
    "01055551002": "busy",
    "01055551003": "no_answer",
    "01055551005": "break_off",
    "01055551008": "no_such_number",
    "01000020000": "refused",
}
ONE_QUESTION = (
    FORM.split("[[question]]")[0] + '[[question]]\nid = "score"\nkind = "scale"\nko = "점수는?"\nen = "Score?"\n'
)


async def page_says(centre: Centre, campaign: int, words: str) -> None:
    """Wait until the campaign's page has heard from the dialler, which tells how it stands once a second."""
    async with asyncio.timeout(10):
        while words not in (await as_operator(centre, f"/campaigns/{campaign}")).decode():  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def measured(centre: Centre) -> str:
    address = f"http://{centre.settings.web_host}:{centre.settings.web_port}/metrics"

    def read() -> str:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return str(answer.read().decode())

    return await asyncio.to_thread(read)


async def test_while_the_carrier_refuses_one_line_tries_and_then_everybody_is_phoned_whatever_they_do(
    centre: Centre, clock: MovedClock, town: Exchange, wire: Wire, running: list[int]
) -> None:
    clock.move_to(_evening().replace(hour=14) + timedelta(days=1))
    town.carry(calls=False)
    now = datetime.fromtimestamp(clock.now_ms() / 1000, UTC)
    campaign = await begin(centre, [Person(number) for number in MEETS], now, text=ONE_QUESTION)
    running.append(campaign)
    await attempts(centre, campaign, lambda found: "congestion" in found, 15)
    seen: list[Invite] = []
    async with asyncio.timeout(20):
        # Whoever was dialled before the first refusal came, and then one line to try.
        while len({int(one.at / 4_000) for one in seen}) < 2:
            await asyncio.sleep(0.5)
            seen = wire.invites()
    await page_says(centre, campaign, "통신사에 빈 회선이 없습니다(503)")
    assert "callcenter_carrier_refuses 1.0" in await measured(centre)
    gaps = [later.at - one.at for one, later in pairwise(seen)]
    assert max(gaps) > 4_500, "it did not pause"
    tried = len(seen)

    town.carry(calls=True)
    # Whoever was refused is due again after minutes.
    clock.move_to(datetime.fromtimestamp(clock.now_ms() / 1000 + 130, SEOUL))
    found = await attempts(centre, campaign, lambda found: None not in found and _ended(centre, campaign), 120)
    assert "callcenter_carrier_refuses 0.0" in await measured(centre)
    for number, outcome in MEETS.items():
        theirs = [one["outcome"] for one in found if one["number"] == number]
        assert theirs == ["congestion"] * (len(theirs) - 1) + [outcome], number
    refused = sum(one["outcome"] == "congestion" for one in found)
    assert refused >= tried
    assert len(wire.invites()) == len(found), "an attempt is a call, and a call an attempt"
    # Nobody lost a try by it.
    [busy] = rows(centre, "SELECT * FROM contact WHERE campaign = ? AND outcome = 'busy'", campaign)
    [last] = [one for one in found if one["outcome"] == "busy"]
    assert busy["due_at"] - last["at"] == 15 * 60_000


async def test_without_its_trunk_the_centre_dials_nobody_says_so_and_goes_on_when_it_is_back(
    centre: Centre, clock: MovedClock, town: Exchange, wire: Wire, running: list[int]
) -> None:
    clock.move_to(_evening().replace(hour=14) + timedelta(days=3))
    town.register(there=False)
    async with asyncio.timeout(10):
        while "network/sip" in centre.house.asterisk.command("pjsip show contacts"):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    now = datetime.fromtimestamp(clock.now_ms() / 1000, UTC)
    numbers = ("01000020031", "01055551042", "01055551048")
    campaign = await begin(centre, [Person(number) for number in numbers], now, text=ONE_QUESTION)
    running.append(campaign)
    await attempts(centre, campaign, lambda found: "congestion" in found, 15)
    await page_says(centre, campaign, "통신사 회선이 등록되어 있지 않거나 응답하지 않아")
    assert "callcenter_carrier_refuses 1.0" in await measured(centre)
    assert wire.invites() == []

    # The carrier is back, and does not know our account any more: the third tells, for the first two could be barred.
    town.carry(calls=False, cause=REJECTED)
    town.register(there=True)
    await registered(town)
    tried = len(rows(centre, "SELECT id FROM attempt WHERE campaign = ?", campaign))
    clock.move_to(datetime.fromtimestamp(clock.now_ms() / 1000 + 130, SEOUL))
    await attempts(centre, campaign, lambda found: len(found) > tried and found[-1] == "congestion", 30)
    await page_says(centre, campaign, "통신사가 우리 계정이나 발신번호를 거절합니다")

    town.carry(calls=True)
    clock.move_to(datetime.fromtimestamp(clock.now_ms() / 1000 + 3700, SEOUL))
    found = await attempts(centre, campaign, lambda found: None not in found and _ended(centre, campaign), 120)
    last = {one["number"]: one["outcome"] for one in found}
    assert last == dict(zip(numbers, ("completed", "busy", "no_such_number"), strict=True))
    assert {one["outcome"] for one in found} == {"congestion", "barred", *last.values()}
    assert sum(one["outcome"] == "barred" for one in found) == 2
    assert "callcenter_carrier_refuses 0.0" in await measured(centre)
    # Nobody lost a try by it: the one who was busy is due by the rule for the first time.
    [busy] = rows(centre, "SELECT * FROM contact WHERE campaign = ? AND outcome = 'busy'", campaign)
    [at] = [one["at"] for one in found if one["outcome"] == "busy"]
    assert busy["due_at"] - at == 15 * 60_000


async def test_a_number_that_the_carrier_does_not_connect_stops_nobody_and_is_tried_again_an_hour_later(
    centre: Centre, clock: MovedClock, town: Exchange, running: list[int]
) -> None:
    clock.move_to(_evening().replace(hour=14) + timedelta(days=5))
    # It would be answered, were it connected.
    barred, *others = ("01000020051", "01055551052", "01055551062", "01055551058", "01055551068")
    town.bar(barred)
    now = datetime.fromtimestamp(clock.now_ms() / 1000, UTC)
    campaign = await begin(centre, [Person(barred)], now, text=ONE_QUESTION)
    running.append(campaign)
    [first] = await attempts(centre, campaign, lambda found: found == ["barred"], 15)
    [its] = rows(centre, "SELECT * FROM contact WHERE campaign = ?", campaign)
    assert its["due_at"] - first["at"] == 60 * 60_000
    # Nobody waits for it: another campaign's people are phoned at once.
    another = await begin(centre, [Person(number) for number in others], now, text=ONE_QUESTION)
    running.append(another)
    found = await attempts(centre, another, lambda found: len(found) == 4 and None not in found, 15)
    assert {one["outcome"] for one in found} == {"busy", "no_such_number"}
    assert "callcenter_carrier_refuses 0.0" in await measured(centre)
    await page_says(centre, campaign, "통신사가 연결 거절 1")

    town.bar("0")
    clock.move_to(datetime.fromtimestamp(clock.now_ms() / 1000 + 3700, SEOUL))
    found = await attempts(centre, campaign, lambda found: len(found) == 2 and None not in found, 40)
    # Whoever is reached presses keys at random, so the answer may be none.
    assert found[0]["outcome"] == "barred"
    assert found[1]["outcome"] in ("completed", "break_off")


def _ended(centre: Centre, campaign: int) -> bool:
    """Whether every contact was reached by the network."""
    waits = "SELECT id FROM contact WHERE campaign = ? AND (outcome IS NULL OR outcome = 'barred')"
    return not rows(centre, waits, campaign)
