"""Applications on both databases: what is entered stays, in its order, for whom it belongs to."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from billing.contracts import events
from billing.contracts.events import Applied, Insured, Refused, Selected, Signed, Terminated
from billing.contracts.participation import Status
from billing.contracts.problem import ContractError
from callcenter.store.applications import (
    Applications,
    Entry,
    history,
    letters,
    new_letter,
    papers,
    participation,
    participations,
)
from callcenter.store.contract_models import ApplicationRow, ContractDocumentRow, ContractEventRow
from callcenter.store.engine import Sessions
from callcenter.store.scope import OneCompany, WholeCentre

pytestmark = pytest.mark.integration
CENTRE = WholeCentre()
numbers = count()
OCTOBER, JANUARY = date(2026, 10, 1), date(2027, 1, 1)


def entry(on: date, by: str | None = "clerk") -> Entry:
    return Entry(by=by, at=1_000, today=on)


async def submitted(made: Sessions, registration: str = "1248100998") -> int:
    async with made.begin() as session:
        mine = Applications(session, CENTRE)
        row = await mine.begin(code_hash=f"c{next(numbers)}", cookie_hash=f"k{next(numbers)}", at=1)
        row.submitted_at, row.registration = 2, registration
        await mine.append(row, Applied(on=OCTOBER), entry(OCTOBER, None))
        return row.number


async def happen(made: Sessions, number: int, *told: events.AnyEvent) -> Status:
    async with made.begin() as session:
        mine = Applications(session, CENTRE)
        row = await mine.get(number)
        assert row
        for event in told:
            state = await mine.append(row, event, entry(event.on))
        return state.status(told[-1].on)


def selected(company: str = "nurim", on: date = OCTOBER, start: date = JANUARY) -> Selected:
    return Selected(on=on, company=company, start=start)


async def under_contract(made: Sessions, company: str, **changed: Any) -> int:
    number = await submitted(made, **changed)
    insured = Insured(on=OCTOBER, amount=5_000_000, valid_from=JANUARY, valid_to=date(2027, 12, 31))
    signed = Signed(on=OCTOBER, year=1, insured_sum=5_000_000, deposit=5_000_000)
    await happen(made, number, selected(company), insured, signed)
    return number


async def test_the_history_is_read_back_in_its_order(made: Sessions) -> None:
    number = await under_contract(made, "nurim")
    async with made() as session:
        row = await Applications(session, CENTRE).get(number)
        assert row
        assert [(one.place, one.kind) for one in await history(session, row)] == [
            (1, "applied"), (2, "selected"), (3, "insured"), (4, "signed"),
        ]  # fmt: skip
        assert (await participation(session, row)).status(JANUARY) is Status.ACTIVE
        assert (await participations(session, [row]))[number].company == "nurim"


async def test_what_cannot_happen_leaves_no_trace(made: Sessions) -> None:
    number = await submitted(made)
    with pytest.raises(ContractError, match="not_now"):
        await happen(made, number, Terminated(on=OCTOBER, reason="x"))
    async with made() as session:
        row = await Applications(session, CENTRE).get(number)
        assert row
        assert len(await history(session, row)) == 1


async def test_a_company_sees_its_own_and_an_unselected_application_is_no_companys(made: Sessions) -> None:
    mine, other, open_yet = [await submitted(made, str(n)) for n in range(3)]
    await happen(made, mine, selected("nurim"))
    await happen(made, other, selected("hanbit"))
    async with made() as session:
        nurim = Applications(session, OneCompany("nurim"))
        assert [row.number for row in await nurim.all(going_on=True)] == [mine]
        assert await nurim.get(other) is None
        assert await nurim.get(open_yet) is None
        assert await nurim.of_company("hanbit") == []


async def test_a_company_takes_part_once_at_a_time(made: Sessions) -> None:
    await under_contract(made, "nurim")
    again = await submitted(made)
    with pytest.raises(ContractError, match="company_taken"):
        await happen(made, again, selected("nurim"))
    # The database itself says so, whoever forgets to ask.
    async with made() as session:
        row = await Applications(session, CENTRE).get(again)
        assert row
        row.company = "nurim"
        with pytest.raises(IntegrityError):
            await session.flush()


async def test_a_contract_that_ran_out_makes_room_for_another(made: Sessions) -> None:
    await under_contract(made, "nurim")
    again, later = await submitted(made), date(2028, 1, 1)
    assert await happen(made, again, selected("nurim", later, later)) is Status.SELECTED


async def test_two_clerks_cannot_both_write_the_next_event(made: Sessions) -> None:
    number = await submitted(made)
    await happen(made, number, Refused(on=OCTOBER, note="x"))
    second = ContractEventRow(
        application=number, place=2, company=None, kind="review_begun", data={"on": "2026-10-01"}, at=1, by="b"
    )
    async with made() as session:
        session.add(second)
        with pytest.raises(IntegrityError):
            await session.flush()


async def test_what_a_business_did_before_is_known_by_its_number(made: Sessions) -> None:
    number = await under_contract(made, "nurim")
    async with made() as session:
        mine = Applications(session, CENTRE)
        during = await mine.standing("1248100998", apart_from=0, today=date(2027, 6, 1))
        assert (during.years, during.taking_part) == (1, True)
        after = await mine.standing("1248100998", apart_from=0, today=date(2028, 6, 1))
        assert (after.years, after.taking_part) == (1, False)
        assert (await mine.standing("1248100998", apart_from=number, today=JANUARY)).years == 0
        assert not (await mine.standing("1168200276", apart_from=0, today=JANUARY)).taking_part


async def test_papers_and_letters_follow_the_company(made: Sessions) -> None:
    number = await submitted(made)
    async with made.begin() as session:
        row = await Applications(session, CENTRE).get(number)
        assert row
        session.add(
            ContractDocumentRow(
                application=number,
                company=None,
                paper="registration",
                name="a.pdf",
                media_type="application/pdf",
                size=3,
                sha256="0",
                at=1,
                by=None,
            )
        )
    await happen(made, number, selected("nurim"))
    async with made.begin() as session:
        row = await Applications(session, OneCompany("nurim")).get(number)
        assert row
        session.add(new_letter(row, kind="selected", language="ko", data={"a": 1}, at=1, by="clerk"))
        await session.flush()
        assert [paper.company for paper in await papers(session, row)] == ["nurim"]
        assert [letter.company for letter in await letters(session, row)] == ["nurim"]


async def test_drafts_are_found_by_code_and_by_cookie_and_are_not_submitted(made: Sessions) -> None:
    async with made.begin() as session:
        mine = Applications(session, CENTRE)
        row: ApplicationRow | None = await mine.begin(code_hash="code", cookie_hash="cookie", at=5)
        assert row
        assert await mine.get(row.number) is None
        assert await mine.by_code("code") is row
        assert await mine.by_cookie("cookie") is row
        assert await mine.by_code("other") is None
        assert await mine.all(going_on=False) == []
        assert await mine.untouched(6) == [row]
        assert await mine.untouched(5) == []
