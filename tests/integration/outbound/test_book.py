"""What the dialler writes down, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select

from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.interview import End, Interview
from callcenter.campaigns.permission import Refusal, Why, may_dial
from callcenter.campaigns.plan import Plan
from callcenter.campaigns.sheet import Verdict
from callcenter.hours import Hours
from callcenter.outbound.book import Asked, Book, Promise, Work
from callcenter.store.aftermath_models import LowScoreRow, PhoneState
from callcenter.store.attempts import Attempts
from callcenter.store.campaign_models import CampaignRow, ContactRow, DoNotCallRow, ResponseRow
from callcenter.store.campaigns import Campaigns
from callcenter.store.engine import Sessions
from callcenter.store.epoch import to_ms
from callcenter.store.low_scores import LowScoreMovedError, LowScores, Standing
from callcenter.store.models import TicketRow
from callcenter.store.permissions import Permissions
from callcenter.store.scope import OneCompany, WholeCentre
from callcenter.store.settlement_models import UsageEntryRow
from callcenter.store.sheets import Sheets
from callcenter.store.tickets import Note, Tickets
from tests.unit.campaigns.forms import HEAD

pytestmark = pytest.mark.integration
CENTRE, SEOUL = WholeCentre(), ZoneInfo("Asia/Seoul")
#: Noon in Seoul.
NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
FORM = HEAD + '[[question]]\nid = "again"\nkind = "yes_no"\nko = "예?"\nen = "Yes?"\n'
HAND_OVER = FORM + '[[question]]\nid = "agent"\nkind = "transfer"\ngroup = "tv"\nko = "연결"\nen = "Connecting"\n'
NUMBERS = ("01022220000", "01022220001")


async def launched(made: Sessions, text: str = FORM, **changed: Any) -> int:
    always = Hours(**dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00"))
    async with made.begin() as session:
        form = await Campaigns(session, CENTRE).save_form("nurim", "f", text, "op", 1)
        since = NOON - timedelta(days=1)
        Permissions(session, CENTRE).add_caller_number("nurim", "15880000", "proof", since, NOON + timedelta(days=1))
        values: dict[str, Any] = {
            "company": "nurim", "name": "해피콜", "kind": "happy_call", "own_reward": False, "state": "running",
            "mode": "agentless", "form": form.id, "caller": "15880000", "made_at": 1, "made_by": "op",
            "plan": Plan(hours=always, most_a_day=2).model_dump(mode="json"),
        }  # fmt: skip
        row = await Campaigns(session, CENTRE).add(CampaignRow(**values | changed))
        for place, number in enumerate(NUMBERS):
            session.add(
                ContactRow(
                    company="nurim", campaign=row.number, number=number, name="", language="ko", segment=f"s{place}",
                    product="", more={}, case="", first_due_at=1, due_at=1 + place, tries=0, held=False,
                )
            )  # fmt: skip
    return row.number


async def work_of(book: Book, number: int, now: datetime = NOON) -> Work:
    work = await book.work(number, frozenset(), now)
    assert work is not None
    return work


def asked(work: Work, attempt: str, end: End, **answers: str) -> Asked:
    interview = Interview(channel=f"survey-{attempt}", form=work.form, prefix="survey/x", answers=answers, end=end)
    return Asked.of(interview, to_ms(NOON) + 5_000, to_ms(NOON) + 25_000)


async def test_an_attempt_is_written_once_and_does_not_count_against_itself(made: Sessions) -> None:
    book = Book(made, SEOUL)
    work = await work_of(book, await launched(made))
    first, second = await book.find(work, 5, NOON)
    assert (first.person.number, second.person.number) == NUMBERS
    attempt = f"{work.number}-{first.contact}-1"
    written = await book.write(work, {attempt: first.contact}, NOON)
    person, customer = written[attempt]
    assert (person.rung, customer.segment) == ((), "s0")
    assert await book.write(work, {attempt: first.contact}, NOON) == {}
    assert [(row.id, agent) for row, _, agent in await book.pending()] == [(attempt, None)]
    assert [one.contact for one in await book.find(work, 5, NOON)] == [second.contact]


async def test_a_complete_interview_is_kept_and_charged_once(made: Sessions) -> None:
    book = Book(made, SEOUL)
    work = await work_of(book, await launched(made))
    contact = (await book.find(work, 1, NOON))[0].contact
    attempt = f"{work.number}-{contact}-1"
    await book.write(work, {attempt: contact}, NOON)
    for _ in range(2):
        await book.finish(work, attempt, Outcome.COMPLETED, NOON, asked(work, attempt, End.FINISHED, again="1"))
    async with made() as session:
        [response] = await session.scalars(select(ResponseRow))
        [used] = await session.scalars(select(UsageEntryRow))
        refusals = list(await session.scalars(select(DoNotCallRow)))
    assert (response.answers, response.complete, response.end) == ({"again": "1"}, True, "finished")
    assert (used.call, used.kind, used.talk_ms, used.line) == (f"survey-{attempt}", "happy", 20_000, None)
    assert refusals == []
    assert await book.pending() == []


async def test_a_refusal_by_key_is_for_good_and_costs_nothing(made: Sessions) -> None:
    book = Book(made, SEOUL)
    work = await work_of(book, await launched(made, kind="usefulness"))
    async with made.begin() as session:
        contact = (await Campaigns(session, CENTRE).due(work.number, to_ms(NOON), 1))[0].id
        attempt = f"{work.number}-{contact}-1"
        assert await Attempts(session, CENTRE).write({attempt: contact}, NOON)
    await book.finish(work, attempt, Outcome.REFUSED, NOON, asked(work, attempt, End.REFUSED))
    async with made() as session:
        [refusal] = await session.scalars(select(DoNotCallRow))
        assert list(await session.scalars(select(UsageEntryRow))) == []
        [response] = await session.scalars(select(ResponseRow))
    assert (refusal.number, refusal.extent, refusal.by) == (NUMBERS[0], "marketing", "key")
    assert not response.complete


@pytest.mark.parametrize(("hour", "found"), [("20:59:59", 2), ("21:00:00", 0), ("07:59:59", 0), ("08:00:00", 2)])
async def test_at_the_edges_of_the_night_contacts_are_found_or_put_off(made: Sessions, hour: str, found: int) -> None:
    now = datetime.fromisoformat(f"2026-11-24T{hour}").replace(tzinfo=SEOUL).astimezone(UTC)
    book = Book(made, SEOUL)
    work = await work_of(book, await launched(made))
    assert len(await book.find(work, 5, now)) == found
    # Whoever is put off stands in nobody's way, and comes back.
    if not found:
        async with made() as session:
            campaigns = Campaigns(session, CENTRE)
            assert await campaigns.due(work.number, to_ms(now), 5) == []
            # At the latest when the night is over, on the second.
            again = min(now + timedelta(minutes=10), now.replace(hour=23, minute=0, second=0))
            assert await campaigns.due(work.number, to_ms(again) - 1, 5) == []
            assert len(await campaigns.due(work.number, to_ms(again), 5)) == 2


async def test_whoever_rang_too_often_waits_and_lets_others_go_first(made: Sessions) -> None:
    book = Book(made, SEOUL)
    work = await work_of(book, await launched(made))
    first = (await book.find(work, 1, NOON))[0].contact
    for number in (1, 2):
        attempt = f"{work.number}-{first}-{number}"
        async with made.begin() as session:
            row = await session.get(ContactRow, first)
            assert row is not None
            row.due_at = 1
        await book.write(work, {attempt: first}, NOON)
        await book.finish(work, attempt, Outcome.NO_ANSWER, NOON, None)
    later = NOON + timedelta(hours=4)
    assert [one.person.number for one in await book.find(work, 1, later)] == [NUMBERS[1]]


async def same_number(made: Sessions, campaign: int) -> list[int]:
    """The contacts of a campaign in which one number stands three times, for three cases, and another once."""
    async with made.begin() as session:
        for case in ("call-2", "call-3"):
            session.add(
                ContactRow(
                    company="nurim", campaign=campaign, number=NUMBERS[0], name="", language="ko", segment="",
                    product="", more={}, case=case, first_due_at=1, due_at=10, tries=0, held=False,
                )
            )  # fmt: skip
    async with made() as session:
        rows = await session.scalars(select(ContactRow).where(ContactRow.campaign == campaign).order_by(ContactRow.id))
        return [row.id for row in rows]


async def test_of_contacts_with_one_number_as_many_are_found_as_may_ring_and_the_rest_wait(made: Sessions) -> None:
    book = Book(made, SEOUL)
    work = await work_of(book, await launched(made))
    await same_number(made, work.number)
    found = await book.find(work, 9, NOON)
    assert sorted(one.person.number for one in found) == [NUMBERS[0], NUMBERS[0], NUMBERS[1]]
    async with made() as session:
        waits = await Campaigns(session, CENTRE).due(work.number, to_ms(NOON) + 600_000, 9)
        assert len(waits) == 4
        assert [row.due_at for row in waits if row.id not in {one.contact for one in found}] == [to_ms(NOON) + 600_000]


async def test_of_attempts_at_one_number_in_one_batch_as_many_are_permitted_as_may_ring(made: Sessions) -> None:
    book = Book(made, SEOUL)
    work = await work_of(book, await launched(made))
    contacts = await same_number(made, work.number)
    asked = {f"{work.number}-{contact}-1": contact for contact in contacts}
    written = await book.write(work, asked, NOON)
    local = NOON.astimezone(SEOUL)
    decisions = {attempt: may_dial(person, work.setup.rules, local) for attempt, (person, _) in written.items()}
    withheld = [attempt for attempt, decision in decisions.items() if isinstance(decision, Refusal)]
    assert withheld == [f"{work.number}-{contacts[-1]}-1"]
    assert decisions[withheld[0]] == Refusal(Why.TOO_OFTEN)
    # It has used up nothing, and comes back once the number may ring again.
    await book.finish(work, withheld[0], Outcome.WITHHELD, NOON, None)
    for later, found in ((NOON + timedelta(hours=1), []), (NOON + timedelta(days=1, minutes=11), [contacts[-1]])):
        assert [one.contact for one in await book.find(work, 9, later)] == found


async def test_an_unproven_number_or_a_transfer_holds_the_campaign_and_sets_nobody_aside(made: Sessions) -> None:
    book = Book(made, SEOUL)
    number = await launched(made)
    assert (await work_of(book, number)).on
    assert not (await work_of(book, number, NOON + timedelta(days=2))).on
    assert (await work_of(book, await launched(made, HAND_OVER))).on
    assert (await work_of(book, await launched(made, mode="progressive"))).on
    assert not (await work_of(book, await launched(made, state="paused"))).on


async def entered(made: Sessions, attempt: str, verdict: Verdict | None, wished: datetime | None = None) -> None:
    async with made.begin() as session:
        sheets = Sheets(session, CENTRE)
        row = await sheets.get(attempt)
        assert row is not None
        answers = {"again": "1"} if verdict in (Verdict.FINISHED, None) else {}
        assert await sheets.keep(row, answers, verdict, wished)


async def spoken(made: Sessions, **changed: Any) -> tuple[Book, Work, str]:
    """An agent speaks with the first contact, five seconds after the attempt was written."""
    book = Book(made, SEOUL)
    work = await work_of(book, await launched(made, **{"mode": "progressive", **changed}))
    async with made.begin() as session:
        contact = (await Campaigns(session, CENTRE).due(work.number, to_ms(NOON), 1))[0].id
        attempt = f"{work.number}-{contact}-1"
        assert await Attempts(session, CENTRE).write({attempt: contact}, NOON)
    await book.open_sheet(attempt, "1001", NOON + timedelta(seconds=5))
    return book, work, attempt


async def test_what_an_agent_entered_is_the_result_and_charged_like_the_voice(made: Sessions) -> None:
    book, work, attempt = await spoken(made)
    assert [(row.id, agent) for row, _, agent in await book.pending()] == [(attempt, "1001")]
    assert await book.entered(work, [attempt]) == {}
    await entered(made, attempt, Verdict.FINISHED)
    assert await book.entered(work, [attempt]) == {attempt: Outcome.COMPLETED}
    over = NOON + timedelta(seconds=65)
    for _ in range(2):
        await book.finish(work, attempt, Outcome.COMPLETED, NOON + timedelta(seconds=80), None, over)
    async with made() as session:
        [response] = await session.scalars(select(ResponseRow))
        [used] = await session.scalars(select(UsageEntryRow))
    assert (response.answers, response.complete, response.end) == ({"again": "1"}, True, "finished")
    assert (used.call, used.kind, used.talk_ms) == (f"survey-{attempt}", "happy", 60_000)
    async with made.begin() as session:
        sheets = Sheets(session, CENTRE)
        row = await sheets.get(attempt)
        assert row is not None
        assert not await sheets.keep(row, {"again": "2"}, Verdict.BROKEN_OFF), "what is said for good stays"


async def test_an_agent_who_says_nothing_leaves_what_was_entered(made: Sessions) -> None:
    book, work, attempt = await spoken(made)
    await entered(made, attempt, None)
    assert await book.concluded(work, attempt) is Outcome.COMPLETED
    assert await book.concluded(work, "1-99-1") is Outcome.UNCERTAIN


async def test_a_customer_who_refuses_to_the_agent_is_left_alone(made: Sessions) -> None:
    book, work, attempt = await spoken(made, kind="usefulness")
    await entered(made, attempt, Verdict.REFUSED)
    [outcome] = (await book.entered(work, [attempt])).values()
    await book.finish(work, attempt, outcome, NOON, None)
    async with made() as session:
        [refusal] = await session.scalars(select(DoNotCallRow))
        assert list(await session.scalars(select(UsageEntryRow))) == []
    assert (outcome, refusal.number, refusal.extent, refusal.by) == (
        Outcome.REFUSED, NUMBERS[0], "marketing", "agent",
    )  # fmt: skip


async def test_a_wish_to_be_called_again_is_an_appointment(made: Sessions) -> None:
    book, work, attempt = await spoken(made)
    wished = NOON + timedelta(days=2)
    await entered(made, attempt, Verdict.CALLBACK, wished)
    await book.finish(work, attempt, Outcome.CALLBACK, NOON, None)
    async with made() as session:
        contact = await session.get(ContactRow, int(attempt.split("-")[1]))
    assert contact is not None
    assert (contact.due_at, contact.held) == (to_ms(wished), False)


async def test_a_wrong_number_is_done_with(made: Sessions) -> None:
    book, work, attempt = await spoken(made)
    await entered(made, attempt, Verdict.WRONG_NUMBER)
    [outcome] = (await book.entered(work, [attempt])).values()
    await book.finish(work, attempt, outcome, NOON, None)
    async with made() as session:
        contact = await session.get(ContactRow, int(attempt.split("-")[1]))
        assert list(await session.scalars(select(ResponseRow))) == []
    assert contact is not None
    assert (contact.due_at, contact.outcome) == (None, "wrong_number")


async def test_the_ceiling_counts_over_the_campaign(made: Sessions) -> None:
    book, work, attempt = await spoken(made, mode="predictive")
    assert (work.ceiling, work.answered, work.abandoned) == (0.03, 0, 0)
    await book.finish(work, attempt, Outcome.ABANDONED, NOON, None)
    again = await work_of(book, work.number)
    assert (again.answered, again.abandoned) == (1, 1)


QUOTA_HOURS = {"tue": "00:00-24:00"}


async def quota_work(made: Sessions, *quotas: dict[str, Any]) -> tuple[Book, Work]:
    plan = Plan.model_validate({"quotas": quotas, "hours": QUOTA_HOURS})
    book = Book(made, SEOUL)
    return book, await work_of(book, await launched(made, plan=plan.model_dump(mode="json")))


async def interviewed(book: Book, work: Work, contact: int, **answers: str) -> str:
    attempt = f"{work.number}-{contact}-1"
    assert await book.write(work, {attempt: contact}, NOON)
    await book.finish(work, attempt, Outcome.COMPLETED, NOON, asked(work, attempt, End.FINISHED, **answers))
    return attempt


async def test_a_full_segment_is_not_phoned_and_keeps_nobody_else_waiting(made: Sessions) -> None:
    book, work = await quota_work(made, {"most": 1, "segment": "s0"})
    first, second = await book.find(work, 5, NOON)
    async with made.begin() as session:
        # Due before the other, and of the segment that is going to be full.
        row = await session.get(ContactRow, second.contact)
        assert row is not None
        third = ContactRow(
            company="nurim", campaign=work.number, number="01022220002", name="", language="ko", segment="s0",
            product="", more={}, case="", first_due_at=0, due_at=0, tries=0, held=False,
        )  # fmt: skip
        session.add(third)
        await session.flush()
        other = third.id
    await interviewed(book, work, first.contact, again="1")
    assert [one.contact for one in await book.find(await work_of(book, work.number), 5, NOON)] == [second.contact]
    assert await book.write(work, {f"{work.number}-{other}-1": other}, NOON) == {}
    async with made() as session:
        left = await session.get(ContactRow, other)
        assert left is not None
        assert (left.due_at, left.held, left.tries, left.why) == (0, False, 0, None)


async def test_only_as_many_are_phoned_at_once_as_are_wanted(made: Sessions) -> None:
    book, work = await quota_work(made, {"most": 1})
    [only] = await book.find(work, 5, NOON)
    assert await book.write(work, {f"{work.number}-{only.contact}-1": only.contact}, NOON)
    # While that call may still complete, nobody else is wanted; when it did not, the next is.
    assert await book.find(work, 5, NOON) == ()
    await book.finish(work, f"{work.number}-{only.contact}-1", Outcome.NO_SUCH_NUMBER, NOON, None)
    assert len(await book.find(work, 5, NOON)) == 1


async def test_an_answer_beyond_its_quota_is_kept_and_not_charged(made: Sessions) -> None:
    book, work = await quota_work(made, {"most": 1, "question": "again", "answer": "1"})
    one, other = await book.find(work, 5, NOON)
    await interviewed(book, work, one.contact, again="1")
    late = await interviewed(book, work, other.contact, again="1")
    async with made() as session:
        rows = {row.attempt: row for row in await session.scalars(select(ResponseRow))}
        assert len(list(await session.scalars(select(UsageEntryRow)))) == 1
    assert (rows[late].complete, rows[late].end, rows[late].answers) == (False, "quota_full", {"again": "1"})
    [quota] = (await work_of(book, work.number)).quotas
    assert (quota.count, quota.full) == (1, True)


async def test_a_contact_set_aside_is_not_found_again(made: Sessions) -> None:
    book = Book(made, SEOUL)
    work = await work_of(book, await launched(made))
    first = (await book.find(work, 1, NOON))[0].contact
    await book.set_aside(first, Why.DO_NOT_CALL)
    assert [one.person.number for one in await book.find(work, 5, NOON)] == [NUMBERS[1]]


SCORE = FORM + (
    '[[question]]\nid = "score"\nkind = "scale"\nalarm_at = 2\nsupervisor = true\nko = "몇 점?"\nen = "Score?"\n'
)


async def scored(made: Sessions, end: End, outcome: Outcome, **answers: str) -> str:
    """The first contact's interview of a happy call that follows a ticket; the attempt."""
    book = Book(made, SEOUL)
    work = await work_of(book, await launched(made, SCORE))
    contact = (await book.find(work, 1, NOON))[0].contact
    async with made.begin() as session:
        note = Note(at=1, call=None, agent=None, reason="fault", text="", result="")
        person = {"customer_name": "김고객", "customer_phone": NUMBERS[0], "product": "믹서", "symptom": ""}
        former = await Tickets(session, CENTRE).open("nurim", note, **person)
        row = await session.get(ContactRow, contact)
        assert row is not None
        row.case = f"ticket-{former.number}"
    attempt = f"{work.number}-{contact}-1"
    await book.write(work, {attempt: contact}, NOON)
    # A dialler that was killed before it heard of the commit writes the outcome down once more.
    for one in (book, Book(made, SEOUL)):
        await one.finish(work, attempt, outcome, NOON, asked(work, attempt, end, **answers))
    return attempt


async def test_a_low_score_opens_one_ticket_and_has_a_supervisor_phone(made: Sessions) -> None:
    attempt = await scored(made, End.FINISHED, Outcome.COMPLETED, again="1", score="2")
    async with made() as session:
        [low] = await session.scalars(select(LowScoreRow))
        [_, ticket] = await session.scalars(select(TicketRow).order_by(TicketRow.number))
        [entry] = await Tickets(session, CENTRE).history(ticket.number)
        standing = await LowScores(session, CENTRE).standing(low.campaign)
        assert await LowScores(session, OneCompany("hanbit")).to_phone() == []
    assert (low.attempt, low.ticket, low.scores, low.state) == (attempt, ticket.number, {"score": 2}, "open")
    assert (ticket.company, ticket.customer_name, ticket.customer_phone) == ("nurim", "김고객", NUMBERS[0])
    assert (ticket.product, ticket.status, entry.reason) == ("믹서", "open", "low_score")
    assert ticket.symptom == entry.text == "만족도 조사\n몇 점? → 2"
    assert standing == Standing(all=1, open=1, to_phone=1)


@pytest.mark.parametrize("score", ["3", ""])
async def test_no_low_score_opens_no_ticket(made: Sessions, score: str) -> None:
    await scored(made, End.HUNG_UP, Outcome.PARTIAL, again="1", **({"score": score} if score else {}))
    async with made() as session:
        assert list(await session.scalars(select(LowScoreRow))) == []
        assert len(await Tickets(session, CENTRE).page()) == 1


async def test_who_refuses_after_a_low_score_has_a_ticket_and_is_not_phoned(made: Sessions) -> None:
    await scored(made, End.REFUSED, Outcome.REFUSED, again="1", score="1")
    async with made() as session:
        [low] = await session.scalars(select(LowScoreRow))
        assert low.state is None
        assert await LowScores(session, CENTRE).waiting() == 0


async def test_two_supervisors_do_not_phone_the_same_customer(made: Sessions) -> None:
    attempt = await scored(made, End.FINISHED, Outcome.COMPLETED, again="1", score="1")
    async with made() as first, made() as second:
        one, other = LowScores(first, CENTRE), LowScores(second, CENTRE)
        mine, theirs = await one.get(attempt), await other.get(attempt)
        assert mine is not None
        assert theirs is not None
        await one.move(mine, PhoneState.TAKEN, by="sup", now=1)
        await first.commit()
        with pytest.raises(LowScoreMovedError):
            await other.move(theirs, PhoneState.TAKEN, by="admin", now=2)


async def test_what_the_carrier_did_not_put_through_counts_neither_as_a_try_nor_as_a_ringing(made: Sessions) -> None:
    book = Book(made, SEOUL)
    work = await work_of(book, await launched(made))
    contact = (await book.find(work, 1, NOON))[0].contact
    # The number may ring twice a day; the carrier refused it more often.
    for number in range(1, 4):
        attempt = f"{work.number}-{contact}-{number}"
        assert await book.write(work, {attempt: contact}, NOON)
        await book.finish(work, attempt, Outcome.CONGESTION, NOON, None)
    later = NOON + timedelta(minutes=4)
    assert contact not in [one.contact for one in await book.find(work, 5, later - timedelta(seconds=1))]
    [again] = [one for one in await book.find(work, 5, later) if one.contact == contact]
    assert (again.person.rung, again.tries) == ((), 3)
    async with made() as session:
        row = await Campaigns(session, CENTRE).contact(contact)
    assert row is not None
    assert row.outcome is None


async def test_the_attempts_of_a_moment_are_written_with_few_statements(made: Sessions) -> None:
    book = Book(made, SEOUL)
    work = await work_of(book, await launched(made))
    asked_for = {f"{work.number}-{one.contact}-1": one.contact for one in await book.find(work, 5, NOON)}
    taken_already = dict([asked_for.popitem()])
    assert await book.write(work, taken_already, NOON)
    engine = made.kw["bind"].sync_engine
    said: list[str] = []

    def note(*words: Any) -> None:
        said.append(words[2].split()[0])

    event.listen(engine, "before_cursor_execute", note)
    try:
        written = await book.write(work, asked_for | taken_already, NOON)
        [attempt] = written
        await book.finish(work, attempt, Outcome.COMPLETED, NOON, asked(work, attempt, End.FINISHED, again="1"))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert set(written) == set(asked_for)
    # Written: taken, kept, and asked for consents, refusals and ringings. Ended: read once, then four rows.
    assert said == ["UPDATE", "INSERT", "SELECT", "SELECT", "SELECT", "SELECT", "UPDATE", "UPDATE", "INSERT", "INSERT"]


async def test_whom_an_agent_was_promised_is_known_by_the_answers(made: Sessions) -> None:
    book = Book(made, SEOUL)
    work = await work_of(book, await launched(made, HAND_OVER))
    one, other = await book.find(work, 2, NOON)
    ends = {f"{work.number}-{one.contact}-1": End.TRANSFERRED, f"{work.number}-{other.contact}-1": End.FINISHED}
    await book.write(work, dict(zip(ends, (one.contact, other.contact), strict=True)), NOON)
    for attempt, end in ends.items():
        assert await book.promised(attempt) is None
        await book.finish(work, attempt, Outcome.COMPLETED, NOON, asked(work, attempt, end, again="1"))
    assert [await book.promised(attempt) for attempt in ends] == [Promise("nurim", "tv", "ko"), None]
