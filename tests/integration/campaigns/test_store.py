"""Outbound in the database: never twice, the ledger's history, comparisons, imports that were killed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.campaigns.attempts import RETRIES, Outcome
from callcenter.campaigns.columns import Contact
from callcenter.campaigns.consent import Act, Entry, Matter
from callcenter.campaigns.machines import Heard, Sum, Verdict
from callcenter.campaigns.permission import Why
from callcenter.campaigns.refusals import By, Extent
from callcenter.jobs import contacts as job
from callcenter.settings import Settings
from callcenter.store.attempts import Attempts
from callcenter.store.campaign_models import CampaignRow, ImportRow, ResponseRow
from callcenter.store.campaigns import Campaigns
from callcenter.store.engine import Sessions
from callcenter.store.epoch import to_ms
from callcenter.store.permissions import Permissions
from callcenter.store.scope import OneCompany, WholeCentre
from tests.web_centre import EXAMPLE

pytestmark = pytest.mark.integration
CENTRE, NURIM, HANBIT = WholeCentre(), OneCompany("nurim"), OneCompany("hanbit")
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
NUMBERS = [f"0102222{n:04d}" for n in range(5)]


def campaign(company: str = "nurim", **changed: Any) -> CampaignRow:
    values: dict[str, Any] = {
        "company": company, "name": "조사", "kind": "improvement", "own_reward": False, "state": "draft",
        "mode": "agentless", "form": None, "caller": "15880000", "plan": {}, "made_at": 1, "made_by": "op",
    }  # fmt: skip
    return CampaignRow(**values | changed)


def consent(matter: Matter = Matter.MARKETING, act: Act = Act.GIVEN, at: datetime = NOW) -> Entry:
    return Entry(matter=matter, act=act, at=at - timedelta(days=1), proof="form")


async def with_contacts(session: AsyncSession, numbers: list[str] = NUMBERS) -> CampaignRow:
    campaigns = Campaigns(session, CENTRE)
    row = await campaigns.add(campaign())
    campaigns.add_contacts(row, [Contact(number=n, more={}) for n in numbers], to_ms(NOW), None)
    await session.flush()
    return row


async def test_an_attempt_is_written_once_whoever_asks(made: Sessions) -> None:
    async with made.begin() as session:
        row = await with_contacts(session)
        contact = (await Campaigns(session, CENTRE).due(row.number, to_ms(NOW), 1))[0]
        attempt = f"{row.number}-{contact.id}-1"
    async with made.begin() as session:
        assert await Attempts(session, CENTRE).write({attempt: contact.id}, NOW)
        assert await Attempts(session, CENTRE).write({attempt: contact.id}, NOW) == {}
    async with made.begin() as session:
        attempts = Attempts(session, CENTRE)
        assert await attempts.write({attempt: contact.id}, NOW) == {}
        assert await attempts.write({f"{row.number}-{contact.id}-2": contact.id}, NOW) == {}
        due = await Campaigns(session, CENTRE).due(row.number, to_ms(NOW), 10)
        assert contact.id not in {one.id for one in due}
        assert len(due) == 4
        assert [one.id for one in await attempts.pending()] == [attempt]
    async with made.begin() as session:
        attempts = Attempts(session, CENTRE)
        assert await attempts.finish(attempt, Outcome.BUSY, RETRIES, NOW)
        assert not await attempts.finish(attempt, Outcome.COMPLETED, RETRIES, NOW)
        assert await attempts.pending() == []
        assert len(await Campaigns(session, CENTRE).due(row.number, to_ms(NOW), 10)) == 4
        later = to_ms(NOW + timedelta(minutes=15))
        assert len(await Campaigns(session, CENTRE).due(row.number, later, 10)) == 5
        assert await attempts.write({f"{row.number}-{contact.id}-2": contact.id}, NOW)
        with pytest.raises(LookupError):
            await attempts.finish("1-2-3", Outcome.BUSY, RETRIES, NOW)


async def test_a_finished_contact_is_never_due_again(made: Sessions) -> None:
    async with made.begin() as session:
        row = await with_contacts(session, NUMBERS[:2])
        one, two = await Campaigns(session, CENTRE).due(row.number, to_ms(NOW), 2)
        attempts = Attempts(session, CENTRE)
        await attempts.write({f"{row.number}-{one.id}-1": one.id}, NOW)
        await attempts.finish(f"{row.number}-{one.id}-1", Outcome.COMPLETED, RETRIES, NOW)
        await attempts.set_aside(two.id, Why.REGISTERED)
        far = to_ms(NOW + timedelta(days=300))
        assert await Campaigns(session, CENTRE).due(row.number, far, 10) == []
        counts = await Campaigns(session, CENTRE).counts([row.number])
        assert counts == {
            (row.number, "completed", None, True): 1,
            (row.number, None, "registered", False): 1,
        }


async def test_what_was_heard_is_kept_and_counted(made: Sessions) -> None:
    async with made.begin() as session:
        row = await with_contacts(session)
        due = await Campaigns(session, CENTRE).due(row.number, to_ms(NOW), 5)
        attempts = Attempts(session, CENTRE)
        assert await attempts.listened(row.number) == []
        for contact, verdict, ms, outcome in zip(
            due,
            (Verdict.HUMAN, Verdict.HUMAN, Verdict.MACHINE, Verdict.HANGUP, None),
            (1000, 2600, 2400, 700, 0),
            (Outcome.COMPLETED, Outcome.COMPLETED, Outcome.MACHINE, Outcome.ABANDONED, Outcome.MACHINE),
            strict=True,
        ):
            name = f"{row.number}-{contact.id}-1"
            await attempts.write({name: contact.id}, NOW)
            if verdict:
                await attempts.heard(name, Heard(verdict, "X-1-2", ms))
            await attempts.finish(name, outcome, RETRIES, NOW)
        sums = {one.verdict: one for one in await attempts.listened(row.number)}
        assert sums[Verdict.HUMAN] == Sum(
            verdict=Verdict.HUMAN, outcome=Outcome.COMPLETED, count=2, ms=3600, longest_ms=2600, late=1
        )
        assert {verdict: one.count for verdict, one in sums.items()} == {
            Verdict.HUMAN: 2, Verdict.MACHINE: 1, Verdict.HANGUP: 1
        }  # fmt: skip
        # An agent said so of the other.
        assert await attempts.unheard(row.number) == 1
        assert await Attempts(session, HANBIT).listened(row.number) == []
        found = await attempts.of_call(f"survey-{row.number}-{due[2].id}-1")
        assert found is not None
        assert (found.heard, found.heard_cause, found.heard_ms) == ("machine", "X-1-2", 2400)
        assert await attempts.of_call("cc-1.2") is None


async def test_answers_are_kept_once(made: Sessions) -> None:
    def response(answer: str) -> ResponseRow:
        return ResponseRow(
            attempt=attempt, company="nurim", campaign=row.number, contact=contact.id, form=form.id, segment="",
            at=1, answers={"a": answer}, invalid={}, silent={}, end="finished", complete=True,
        )  # fmt: skip

    async with made.begin() as session:
        row = await with_contacts(session)
        form = await Campaigns(session, CENTRE).save_form("nurim", "만족도", "text", "op", 1)
        contact = (await Campaigns(session, CENTRE).due(row.number, to_ms(NOW), 1))[0]
        attempt = f"{row.number}-{contact.id}-1"
        attempts = Attempts(session, CENTRE)
        await attempts.write({attempt: contact.id}, NOW)
        attempts.answer(response("1"))
        assert [one.answers for one in await attempts.responses(row.number)] == [{"a": "1"}]
        assert await Attempts(session, HANBIT).responses(row.number) == []
    with pytest.raises(IntegrityError):
        async with made.begin() as session:
            Attempts(session, CENTRE).answer(response("2"))


async def test_forms_have_versions_and_stay_with_their_company(made: Sessions) -> None:
    async with made.begin() as session:
        campaigns = Campaigns(session, CENTRE)
        first = await campaigns.save_form("nurim", "만족도", "one", "op", 1)
        assert (await campaigns.save_form("nurim", "만족도", "one", "op", 2)).id == first.id
        second = await campaigns.save_form("nurim", "만족도", "two", "op", 3)
        assert (first.version, second.version) == (1, 2)
        assert [one.id for one in await campaigns.forms()] == [second.id]
        assert await Campaigns(session, HANBIT).form(first.id) is None
        with pytest.raises(PermissionError):
            await Campaigns(session, HANBIT).save_form("nurim", "x", "x", "op", 1)


async def test_what_is_known_of_a_person_is_one_companys(made: Sessions) -> None:
    one = NUMBERS[0]
    async with made.begin() as session:
        permissions = Permissions(session, CENTRE)
        permissions.add_consents("nurim", one, [consent()], "op", NOW)
        permissions.add_consents("hanbit", one, [consent(Matter.NIGHT)], "op", NOW)
        assert await permissions.refuse("hanbit", one, Extent.ALL, By.KEY, NOW)
        assert not await permissions.refuse("hanbit", one, Extent.ALL, By.KEY, NOW)
        await session.flush()
        person = (await permissions.people("nurim", [one], NOW))[one]
        assert ([c.matter for c in person.consents], person.refused) == ([Matter.MARKETING], ())
        other = (await permissions.people("hanbit", [one], NOW))[one]
        assert ([c.matter for c in other.consents], other.refused) == ([Matter.NIGHT], (Extent.ALL,))
        assert await Permissions(session, NURIM).ledger("hanbit", one) == []


async def test_the_register_strikes_out_who_does_not_come_back(made: Sessions) -> None:
    async with made.begin() as session:
        await with_contacts(session)
        permissions = Permissions(session, CENTRE)
        scrub, numbers = await permissions.export_scrub("nurim", "op", NOW)
        assert numbers == NUMBERS
        people = await permissions.people("nurim", NUMBERS, NOW)
        assert people[NUMBERS[0]].scrub is None
        with pytest.raises(ValueError, match="foreign"):
            await permissions.import_scrub(scrub, {"01099999999"}, "h", "op", NOW)
        await permissions.import_scrub(scrub, set(NUMBERS[1:]), "h", "op", NOW)
        with pytest.raises(ValueError, match="answered"):
            await permissions.import_scrub(scrub, set(), "h", "op", NOW)
        people = await permissions.people("nurim", NUMBERS, NOW)
        found = [people[n].scrub for n in NUMBERS]
        assert [scrub and scrub.cleared for scrub in found] == [False, True, True, True, True]
        assert await permissions.compared("nurim") == NOW
        assert await permissions.compared("hanbit") is None


async def test_the_number_shown_must_be_registered(made: Sessions) -> None:
    async with made.begin() as session:
        permissions = Permissions(session, CENTRE)
        permissions.add_caller_number("nurim", "15880000", "증명원", NOW - timedelta(days=9), NOW + timedelta(days=1))
        await session.flush()
        found = await permissions.caller_number("nurim", "15880000", NOW)
        assert found is not None
        assert found.proven(NOW)
        assert not found.proven(NOW + timedelta(days=1))
        assert await permissions.caller_number("hanbit", "15880000", NOW) is None


async def test_a_file_is_read_with_its_bad_rows_and_again_after_a_kill(made: Sessions, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, centre=EXAMPLE / "centre.toml")
    (tmp_path / "imports").mkdir()
    lines = [f"010-3333-{n:04d},Y,2026-01-05,가입서" for n in range(2_500)]
    lines += ["010-3333-0000,Y,2026-01-05,가입서", "=12,N,,", "010-4444-0000,Y,2026-01-05,"]
    content = ("휴대폰,마케팅동의,동의일,증빙\n" + "\n".join(lines)).encode("cp949")
    async with made.begin() as session:
        row = await with_contacts(session)
        added = await Campaigns(session, CENTRE).add_import(
            ImportRow(
                company="nurim", campaign=row.number, file_name="a.csv", state="uploaded", rows=0, good=0, faults={},
                columns={"0": "number", "1": "marketing", "2": "consent_at", "3": "proof"}, made_at=1, made_by="op",
            )
        )  # fmt: skip
    for _ in range(2):
        # The second time stands for a worker that was killed after its last batch.
        job.uploaded(settings, added.id).write_bytes(content)
        await job.read_contacts(settings, made, added.id)
        async with made.begin() as session:
            done = await Campaigns(session, CENTRE).import_(added.id)
            assert done is not None
            assert (done.state, done.rows, done.good) == ("done", 2_503, 2_500)
            assert done.faults == {"duplicate": 1, "not_a_number": 1, "no_proof": 1}
            assert await Campaigns(session, CENTRE).count(row.number) == 2_505
            assert len(await Permissions(session, CENTRE).ledger("nurim", "01033330001")) == 1
            done.state = "running"
    bad = job.bad_rows(settings, added.id).read_text("utf-8-sig").splitlines()
    assert bad[0] == "line,reason,휴대폰,마케팅동의,동의일,증빙"
    assert bad[2] == "2503,not_a_number,'=12,N,,"


async def test_a_file_that_is_no_table_fails_with_the_reason(made: Sessions, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, centre=EXAMPLE / "centre.toml")
    (tmp_path / "imports").mkdir()
    async with made.begin() as session:
        row = await with_contacts(session)
        added = await Campaigns(session, CENTRE).add_import(
            ImportRow(
                company="nurim", campaign=row.number, file_name="a.xls", state="uploaded", rows=0, good=0, faults={},
                columns={"0": "number"}, made_at=1, made_by="op",
            )
        )  # fmt: skip
    job.uploaded(settings, added.id).write_bytes(b"\xd0\xcf\x11\xe0" + bytes(100))
    await job.read_contacts(settings, made, added.id)
    async with made() as session:
        done = await Campaigns(session, CENTRE).import_(added.id)
        assert done is not None
        assert (done.state, done.fault) == ("failed", "format")
