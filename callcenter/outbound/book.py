"""What the dialler reads and writes down: campaigns at work, contacts due, attempts and what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.campaigns.attempts import Outcome, Retry
from callcenter.campaigns.completion import Quota, full
from callcenter.campaigns.dialler import Setup
from callcenter.campaigns.events import Candidate
from callcenter.campaigns.form import Form, QuestionKind
from callcenter.campaigns.interview import End, Interview
from callcenter.campaigns.kinds import Kind
from callcenter.campaigns.pacing import Mode
from callcenter.campaigns.permission import PASSING, Person, Refusal, Why, may_dial
from callcenter.campaigns.plan import Plan, State
from callcenter.campaigns.refusals import By, extent_by_key
from callcenter.store.attempts import Attempts
from callcenter.store.campaign_models import AttemptRow, CampaignRow, ContactRow, ResponseRow
from callcenter.store.campaign_rules import CampaignRules, form_of
from callcenter.store.campaigns import Campaigns
from callcenter.store.engine import Sessions
from callcenter.store.epoch import to_ms
from callcenter.store.permissions import Permissions
from callcenter.store.scope import WholeCentre, select_within
from callcenter.store.settlement_models import UsageEntryRow

_CENTRE = WholeCentre()
#: Contacts looked at in one go.
_AT_ONCE = 100
#: Whoever must not be rung just now is looked at again after so long, and keeps nobody else waiting.
_LATER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A campaign as it stands in the database, with the version of the form that it asks."""

    number: int
    company: str
    kind: Kind
    form_id: int
    text: str
    form: Form
    setup: Setup
    retries: Mapping[Outcome, Retry]
    #: Quotas of which there are enough.
    full: tuple[Quota, ...]
    #: Whether it may ring anybody.
    on: bool


@dataclass(frozen=True, slots=True)
class Customer:
    """Whom an attempt phones."""

    language: str
    segment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A finished interview, and between which times (epoch ms) it was."""

    interview: Interview
    since: int
    until: int


class Book:
    """Each method is one transaction."""

    def __init__(self, sessions: Sessions, zone: ZoneInfo) -> None:
        self._sessions = sessions
        self._zone = zone

    async def running(self, free: frozenset[date], now: datetime) -> list[Work]:
        """Campaigns that the recorded voice works on; `free`: the holidays."""
        async with self._sessions() as session:
            query = select_within(_CENTRE, CampaignRow).where(
                CampaignRow.state == State.RUNNING, CampaignRow.mode == Mode.AGENTLESS
            )
            rows = list(await session.scalars(query.order_by(CampaignRow.number)))
            return [work for row in rows if (work := await self._work(session, row, free, now))]

    async def work(self, number: int, free: frozenset[date], now: datetime) -> Work | None:
        """One campaign, whatever its state."""
        async with self._sessions() as session:
            row = await Campaigns(session, _CENTRE).get(number)
            return await self._work(session, row, free, now) if row else None

    async def _work(self, session: AsyncSession, row: CampaignRow, free: frozenset[date], now: datetime) -> Work | None:
        version = await Campaigns(session, _CENTRE).form(row.form)
        form = form_of(version.text if version else None)
        if version is None or form is None:
            return None
        plan = Plan.model_validate(row.plan)
        rules = await CampaignRules(session, _CENTRE, free, now).rules(row)
        enough: list[Quota] = []
        if plan.quotas:
            complete = await Attempts(session, _CENTRE).responses(row.number, complete=True)
            enough = full([one.quota() for one in plan.quotas], [(r.segment, r.answers) for r in complete])
        hands_over = any(question.kind is QuestionKind.TRANSFER for question in form.question)
        proven = rules.caller is not None and rules.caller.proven(now)
        return Work(
            number=row.number,
            company=row.company,
            kind=Kind(row.kind),
            form_id=version.id,
            text=version.text,
            form=form,
            setup=Setup(
                campaign=str(row.number),
                rules=rules,
                zone=self._zone,
                ring_s=plan.ring_s,
                yields_over_s=plan.yields_over_s,
            ),
            retries=plan.retry_rules(),
            full=tuple(enough),
            on=row.state == State.RUNNING and row.mode == Mode.AGENTLESS and proven and not hands_over,
        )

    async def find(self, work: Work, most: int, now: datetime) -> tuple[Candidate, ...]:
        """Contacts that are due, with all that is known of them; those who must wait are put off."""
        async with self._sessions.begin() as session:
            rows = await Campaigns(session, _CENTRE).due(work.number, to_ms(now), max(most, _AT_ONCE))
            people = await Permissions(session, _CENTRE).people(work.company, [row.number for row in rows], now)
            enough = {quota.segment for quota in work.full if not quota.question}
            found: list[Candidate] = []
            for row in rows:
                decision = may_dial(people[row.number], work.setup.rules, now.astimezone(self._zone))
                if row.segment in enough or (isinstance(decision, Refusal) and decision.why in PASSING):
                    row.due_at = to_ms(now + _LATER)
                elif len(found) < most:
                    found.append(Candidate(row.id, people[row.number], row.tries))
        return tuple(found)

    async def write(self, work: Work, attempt: str, contact: int, now: datetime) -> tuple[Person, Customer] | None:
        """Write an attempt down; the person as known after that, without this attempt. None: it must not be dialled."""
        async with self._sessions.begin() as session:
            row = await Attempts(session, _CENTRE).write(attempt, contact, now)
            if row is None:
                return None
            person = (await Permissions(session, _CENTRE).people(work.company, [row.number], now))[row.number]
            rung = sorted(person.rung)
            # This attempt is the latest; it has not rung yet.
            return replace(person, rung=tuple(rung[:-1])), Customer(row.language, row.segment)

    async def set_aside(self, contact: int, why: Why) -> None:
        """The contact must not be called, for a lasting reason."""
        async with self._sessions.begin() as session:
            await Attempts(session, _CENTRE).set_aside(contact, why)

    async def finish(self, work: Work, attempt: str, outcome: Outcome, now: datetime, asked: Asked | None) -> None:
        """Write down how an attempt ended, with the answers, a refusal, and what is to be charged."""
        async with self._sessions.begin() as session:
            attempts = Attempts(session, _CENTRE)
            finished = await attempts.finish(attempt, outcome, work.retries, now)
            if finished is None or asked is None:
                return
            row, contact = finished
            interview, complete = asked.interview, outcome is Outcome.COMPLETED
            assert interview.end is not None
            await attempts.answer(
                ResponseRow(
                    attempt=attempt,
                    company=work.company,
                    campaign=work.number,
                    contact=row.contact,
                    form=work.form_id,
                    segment=contact.segment,
                    at=asked.until,
                    answers=dict(interview.answers),
                    invalid=dict(interview.invalid),
                    silent=dict(interview.silent),
                    end=interview.end,
                    complete=complete,
                )
            )
            if interview.end is End.REFUSED:
                extent = extent_by_key(work.setup.rules.purpose)
                await Permissions(session, _CENTRE).refuse(work.company, row.number, extent, By.KEY, now)
            if complete:
                session.add(
                    UsageEntryRow(
                        call=interview.channel,
                        kind="happy" if work.kind is Kind.HAPPY_CALL else "survey",
                        company=work.company,
                        at=row.at,
                        ended_at=asked.until,
                        talk_ms=asked.until - asked.since,
                        outcome=outcome.value,
                        caller="",
                        line=None,
                    )
                )

    async def pending(self) -> list[tuple[AttemptRow, Customer]]:
        """Attempts without an outcome."""
        async with self._sessions() as session:
            rows = await Attempts(session, _CENTRE).pending()
            query = select_within(_CENTRE, ContactRow).where(ContactRow.id.in_([row.contact for row in rows]))
            contacts = {contact.id: contact for contact in await session.scalars(query)}
            return [(row, Customer(contacts[row.contact].language, contacts[row.contact].segment)) for row in rows]
