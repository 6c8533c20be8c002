"""What the dialler reads and writes down: campaigns at work, contacts due, attempts and what came of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.campaigns.attempts import REACHED, Outcome, Retry
from callcenter.campaigns.completion import Filled, Quota, filled, overfilled, room, transfer_of
from callcenter.campaigns.dialler import Setup
from callcenter.campaigns.events import Candidate
from callcenter.campaigns.form import Form
from callcenter.campaigns.interview import End, Interview
from callcenter.campaigns.kinds import Kind
from callcenter.campaigns.machines import Heard, listens
from callcenter.campaigns.pacing import Mode
from callcenter.campaigns.permission import PASSING, Person, Refusal, Why, may_dial
from callcenter.campaigns.plan import Plan, State
from callcenter.campaigns.refusals import By, extent_by_key, marketing
from callcenter.campaigns.sheet import Verdict, end_of, on_the_way, outcome_by
from callcenter.campaigns.windows import next_opening
from callcenter.store.attempts import Attempts
from callcenter.store.campaign_models import AttemptRow, CampaignRow, ContactRow, ResponseRow, SheetRow
from callcenter.store.campaign_rules import CampaignRules, form_of
from callcenter.store.campaigns import Campaigns
from callcenter.store.engine import Sessions
from callcenter.store.epoch import from_ms, to_ms
from callcenter.store.low_scores import LowScores
from callcenter.store.permissions import Permissions
from callcenter.store.scope import WholeCentre, select_within
from callcenter.store.settlement_models import UsageEntryRow
from callcenter.store.sheets import Sheets

_CENTRE = WholeCentre()
#: Contacts looked at in one go.
_AT_ONCE = 100
#: Whoever must not be rung just now is looked at again at most so much later, and keeps nobody else waiting.
_LATER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A campaign as it stands in the database, with the version of the form that it asks."""

    number: int
    company: str
    kind: Kind
    mode: Mode
    #: Whose agents work for it.
    groups: tuple[str, ...]
    #: Of the answered, at most this share abandoned; and how many were of each so far.
    ceiling: float
    answered: int
    abandoned: int
    form_id: int
    text: str
    form: Form
    setup: Setup
    retries: Mapping[Outcome, Retry]
    quotas: tuple[Filled, ...]
    #: Whether it may ring anybody; the number shown must be proven for that.
    on: bool
    proven: bool


@dataclass(frozen=True, slots=True)
class Customer:
    """Whom an attempt phones."""

    language: str
    segment: str


@dataclass(frozen=True, slots=True)
class Promise:
    """A customer is to come into this group's line."""

    company: str
    group: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a customer answered, and between which times (epoch ms) it was."""

    answers: Mapping[str, str]
    end: End
    since: int
    until: int
    #: Keys that were no answer, and answers that did not come, by question.
    invalid: Mapping[str, int] = field(default_factory=dict)
    silent: Mapping[str, int] = field(default_factory=dict)
    #: How a refusal would have come.
    by: By = By.KEY

    @classmethod
    def of(cls, interview: Interview, since: int, until: int) -> Asked:
        """By the recorded voice."""
        assert interview.end is not None
        return cls(
            answers=dict(interview.answers), end=interview.end, since=since, until=until,
            invalid=dict(interview.invalid), silent=dict(interview.silent),
        )  # fmt: skip

    @classmethod
    def entered(cls, form: Form, sheet: SheetRow, until: int) -> Asked:
        """By an agent."""
        answers = on_the_way(form, sheet.answers)
        end = end_of(Verdict(sheet.verdict) if sheet.verdict else None)
        return cls(answers=answers, end=end, since=sheet.at, until=max(until, sheet.at), by=By.AGENT)


class Book:
    """Each method is one transaction."""

    def __init__(self, sessions: Sessions, zone: ZoneInfo) -> None:
        self._sessions = sessions
        self._zone = zone
        #: By campaign: how many interviews are complete, and how far they fill the quotas.
        #: By id: versions of forms never change.
        self._forms: dict[int, tuple[str, Form]] = {}
        self._tallies: dict[int, tuple[int, tuple[Filled, ...]]] = {}

    async def running(self, free: frozenset[date], now: datetime) -> list[Work]:
        """Campaigns at work; `free`: the holidays."""
        async with self._sessions() as session:
            query = select_within(_CENTRE, CampaignRow).where(CampaignRow.state == State.RUNNING)
            rows = list(await session.scalars(query.order_by(CampaignRow.number)))
            return [work for row in rows if (work := await self._work(session, row, free, now))]

    async def work(self, number: int, free: frozenset[date], now: datetime) -> Work | None:
        """One campaign, whatever its state."""
        async with self._sessions() as session:
            row = await Campaigns(session, _CENTRE).get(number)
            return await self._work(session, row, free, now) if row else None

    async def _work(self, session: AsyncSession, row: CampaignRow, free: frozenset[date], now: datetime) -> Work | None:
        if row.form is None or (found := await self._form(session, row.form)) is None:
            return None
        text, form = found
        plan = Plan.model_validate(row.plan)
        rules = await CampaignRules(session, _CENTRE, free, now).rules(row)
        quotas = await self._filled(session, row.number, tuple(one.quota() for one in plan.quotas))
        mode = Mode(row.mode)
        reached: Counter[Outcome] = Counter()
        if mode is Mode.PREDICTIVE:
            reached = await Attempts(session, _CENTRE).reached(row.number)
        proven = rules.caller is not None and rules.caller.proven(now)
        return Work(
            number=row.number,
            company=row.company,
            kind=Kind(row.kind),
            mode=mode,
            groups=plan.groups,
            ceiling=plan.ceiling_percent / 100,
            answered=reached.total(),
            abandoned=reached[Outcome.ABANDONED],
            form_id=row.form,
            text=text,
            form=form,
            setup=Setup(
                campaign=str(row.number),
                rules=rules,
                zone=self._zone,
                ring_s=plan.ring_s,
                yields_over_s=plan.yields_over_s,
                listens=listens(mode, wanted=plan.machines),
            ),
            retries=plan.retry_rules(),
            quotas=quotas,
            on=row.state == State.RUNNING and proven,
            proven=proven,
        )

    async def _form(self, session: AsyncSession, number: int) -> tuple[str, Form] | None:
        if number not in self._forms:
            version = await Campaigns(session, _CENTRE).form(number)
            form = form_of(version.text if version else None)
            if version is None or form is None:
                return None
            self._forms[number] = version.text, form
        return self._forms[number]

    async def _filled(self, session: AsyncSession, number: int, quotas: tuple[Quota, ...]) -> tuple[Filled, ...]:
        """How far the quotas are filled now; answers are read anew only when there are more of them."""
        if not quotas:
            return ()
        attempts = Attempts(session, _CENTRE)
        count = await attempts.complete(number)
        read = self._tallies.get(number)
        if read is None or read[0] != count or tuple(one.quota for one in read[1]) != quotas:
            read = self._tallies[number] = count, filled(quotas, await attempts.complete_answers(number))
        return read[1]

    async def find(self, work: Work, most: int, now: datetime) -> tuple[Candidate, ...]:
        """Contacts that are due, with all that is known of them; those who must wait are put off."""
        async with self._sessions.begin() as session:
            campaigns = Campaigns(session, _CENTRE)
            quotas = await self._filled(session, work.number, tuple(one.quota for one in work.quotas))
            under_way = Counter(await campaigns.under_way(work.number) if quotas else {})
            if room(quotas, under_way, "") == 0:
                return ()
            full = {one.quota.segment for one in quotas if room(quotas, under_way, one.quota.segment) == 0}
            rows = await campaigns.due(work.number, to_ms(now), max(most, _AT_ONCE), without=full)
            people = await self._people(session, work, [row.number for row in rows], now)
            found: list[Candidate] = []
            for row in rows:
                person = people[row.number]
                decision = may_dial(person, work.setup.rules, now.astimezone(self._zone))
                if isinstance(decision, Refusal) and decision.why in PASSING:
                    row.due_at = to_ms(_again(work, decision.why, now.astimezone(self._zone)))
                elif len(found) < most and room(quotas, under_way, row.segment) != 0:
                    under_way[row.segment] += 1
                    found.append(Candidate(row.id, person, row.tries))
                    # Another contact of the same number finds that it rings.
                    people[row.number] = replace(person, rung=(*person.rung, now))
        return tuple(found)

    async def write(self, work: Work, asked: Mapping[str, int], now: datetime) -> dict[str, tuple[Person, Customer]]:
        """Write attempts down, by their contacts; each person as known after that, without this attempt and those
        after it. Who is left out must not be dialled.
        """
        async with self._sessions.begin() as session:
            if work.quotas:
                asked = await self._with_room(session, work, asked)
            taken = await Attempts(session, _CENTRE).write(asked, now) if asked else {}
            people = await self._people(session, work, [one.number for one in taken.values()], now)
        written: dict[str, tuple[Person, Customer]] = {}
        # These attempts are the latest, and have not rung yet; of one number the first goes before the others.
        not_yet = Counter(one.number for one in taken.values())
        for attempt in asked:
            if one := taken.get(attempt):
                person = people[one.number]
                rung = sorted(person.rung)
                before = replace(person, rung=tuple(rung[: len(rung) - not_yet[one.number]]))
                written[attempt] = before, Customer(one.language, one.segment)
                not_yet[one.number] -= 1
        return written

    async def _with_room(self, session: AsyncSession, work: Work, asked: Mapping[str, int]) -> dict[str, int]:
        """Those with whom there would not be too many of a segment, whoever is phoned now."""
        quotas = await self._filled(session, work.number, tuple(one.quota for one in work.quotas))
        segments = select_within(_CENTRE, ContactRow, ContactRow.id, ContactRow.segment).where(
            ContactRow.id.in_(asked.values())
        )
        of = {row.id: row.segment for row in await session.execute(segments)}
        under_way = Counter(await Campaigns(session, _CENTRE).under_way(work.number))
        found = {}
        for attempt, contact in asked.items():
            if contact in of and room(quotas, under_way, of[contact]) != 0:
                under_way[of[contact]] += 1
                found[attempt] = contact
        return found

    async def _people(
        self, session: AsyncSession, work: Work, numbers: Sequence[str], now: datetime
    ) -> dict[str, Person]:
        """What the decision about each of these numbers needs."""
        if not numbers:
            return {}
        compared = marketing(work.setup.rules.purpose)
        return await Permissions(session, _CENTRE).people(work.company, numbers, now, compared=compared)

    async def set_aside(self, contact: int, why: Why) -> None:
        """The contact must not be called, for a lasting reason."""
        async with self._sessions.begin() as session:
            await Attempts(session, _CENTRE).set_aside(contact, why)

    async def heard(self, attempt: str, heard: Heard) -> None:
        """Who answered, as far as that was heard."""
        async with self._sessions.begin() as session:
            await Attempts(session, _CENTRE).heard(attempt, heard)

    async def open_sheet(self, attempt: str, agent: str, at: datetime) -> None:
        """The agent speaks with the customer."""
        async with self._sessions.begin() as session:
            await Sheets(session, _CENTRE).open(attempt, agent, at)

    async def entered(self, work: Work, attempts: Collection[str]) -> dict[str, Outcome]:
        """What agents have entered for good about these attempts."""
        async with self._sessions() as session:
            sheets = await Sheets(session, _CENTRE).of(attempts)
        return {name: _outcome(work.form, sheet) for name, sheet in sheets.items() if sheet.verdict}

    async def concluded(self, work: Work, attempt: str) -> Outcome:
        """What an attempt comes to about which nothing more will be entered."""
        async with self._sessions() as session:
            sheet = await Sheets(session, _CENTRE).get(attempt)
        return _outcome(work.form, sheet) if sheet else Outcome.UNCERTAIN

    async def finish(
        self,
        work: Work,
        attempt: str,
        outcome: Outcome,
        now: datetime,
        asked: Asked | None,
        spoke_until: datetime | None = None,
    ) -> None:
        """Write down how an attempt ended, with the answers, a refusal, and what is to be charged.

        Without `asked` what an agent entered is taken; `spoke_until`: when that conversation was over, if it is.
        """
        async with self._sessions.begin() as session:
            attempts = Attempts(session, _CENTRE)
            # The recorded voice keeps no sheet.
            sheet = None if asked or work.mode is Mode.AGENTLESS else await Sheets(session, _CENTRE).get(attempt)
            wished = from_ms(sheet.wished_at) if sheet and sheet.wished_at else None
            if sheet is not None and outcome in REACHED:
                asked = Asked.entered(work.form, sheet, to_ms(spoke_until or now))
            end = asked.end if asked else None
            if asked and outcome is Outcome.COMPLETED and await self._overtaken(session, work, attempt, asked):
                # Others were quicker: it is kept, but neither counted nor charged.
                outcome, end = Outcome.QUOTA_FULL, End.QUOTA_FULL
            done = await attempts.finish(attempt, outcome, work.retries, now, wished)
            if asked is None or done is None:
                return
            row, contact = done
            complete = outcome is Outcome.COMPLETED
            response = ResponseRow(
                attempt=attempt,
                company=work.company,
                campaign=work.number,
                contact=row.contact,
                form=work.form_id,
                segment=contact.segment,
                at=asked.until,
                answers=dict(asked.answers),
                invalid=dict(asked.invalid),
                silent=dict(asked.silent),
                end=end,
                complete=complete,
            )
            attempts.answer(response)
            await LowScores(session, _CENTRE).follow(work.form, response, contact)
            if end is End.REFUSED:
                extent = extent_by_key(work.setup.rules.purpose)
                await Permissions(session, _CENTRE).refuse(work.company, row.number, extent, asked.by, now)
            if complete:
                session.add(
                    UsageEntryRow(
                        call=f"survey-{attempt}",
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

    async def _overtaken(self, session: AsyncSession, work: Work, attempt: str, asked: Asked) -> bool:
        if not work.quotas:
            return False
        quotas = await self._filled(session, work.number, tuple(one.quota for one in work.quotas))
        row = await Attempts(session, _CENTRE).get(attempt)
        contact = await Campaigns(session, _CENTRE).contact(row.contact) if row else None
        return contact is not None and overfilled(quotas, contact.segment, asked.answers)

    async def promised(self, attempt: str) -> Promise | None:
        """What the customer of an attempt that is over was promised, if it was an agent."""
        async with self._sessions() as session:
            response = (
                await session.scalars(select_within(_CENTRE, ResponseRow).where(ResponseRow.attempt == attempt))
            ).first()
            if response is None or response.end != End.TRANSFERRED:
                return None
            campaigns = Campaigns(session, _CENTRE)
            version, contact = await campaigns.form(response.form), await campaigns.contact(response.contact)
        form = form_of(version.text if version else None)
        group = transfer_of(form, response.answers) if form else None
        return Promise(response.company, group, contact.language) if group and contact else None

    async def pending(self) -> list[tuple[AttemptRow, Customer, str | None]]:
        """Attempts without an outcome, whom they phone, and the agent who speaks or spoke with the customer."""
        async with self._sessions() as session:
            rows = await Attempts(session, _CENTRE).pending()
            query = select_within(_CENTRE, ContactRow).where(ContactRow.id.in_([row.contact for row in rows]))
            contacts = {contact.id: contact for contact in await session.scalars(query)}
            sheets = await Sheets(session, _CENTRE).of([row.id for row in rows])
            found = []
            for row in rows:
                contact, sheet = contacts[row.contact], sheets.get(row.id)
                customer = Customer(contact.language, contact.segment)
                found.append((row, customer, sheet.agent if sheet else None))
            return found


def _again(work: Work, why: Why, local: datetime) -> datetime:
    """When somebody is looked at again who must not be rung now: the morning and the window begin on the second."""
    later = local + _LATER
    opening = next_opening(work.setup.rules.window, local) if why in (Why.NIGHT, Why.NOT_NOW) else None
    return min(opening, later) if opening else later


def _outcome(form: Form, sheet: SheetRow) -> Outcome:
    return outcome_by(form, sheet.answers, Verdict(sheet.verdict) if sheet.verdict else None)
