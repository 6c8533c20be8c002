"""A participation from the application to the end, as the fold of its events. Days come in; there is no clock.

applied → in review → selected → guaranteed → signed → active → (renewal) → ended
                    → refused                                            → terminated
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from billing.contracts.account import Account
from billing.contracts.eligibility import Doubt, Refusal
from billing.contracts.events import (
    AnyEvent,
    Applied,
    Charged,
    Corrected,
    DepositReceived,
    Extended,
    Insured,
    InsurerRefused,
    LifeEvent,
    MoneyEvent,
    NoticeGiven,
    Offset,
    Paid,
    Refunded,
    Refused,
    ReviewBegun,
    Selected,
    Signed,
    Source,
    StartMoved,
    Terminated,
    Withdrawn,
)
from billing.contracts.guarantee import deposit_due
from billing.contracts.problem import ContractError
from billing.contracts.terms import FIRST_YEARS, MOST_YEARS, Year, contract_year
from billing.month import Month

#: So long before a contract year ends its renewal is on the table.
RENEWAL_DAYS = 60


class Status(StrEnum):
    """Where a participation stands on a day."""

    APPLIED = "applied"
    REVIEW = "review"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    #: Selected, but nothing secured yet.
    SELECTED = "selected"
    #: Secured, the contract not made yet.
    GUARANTEED = "guaranteed"
    #: The contract is made and has not begun.
    SIGNED = "signed"
    ACTIVE = "active"
    #: Active, the year nearly over, no contract for the next.
    RENEWAL = "renewal"
    ENDED = "ended"
    TERMINATED = "terminated"


#: States in which nobody is waiting for anything to begin any more.
OVER = frozenset({Status.REFUSED, Status.WITHDRAWN, Status.ENDED, Status.TERMINATED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Participation:
    """The state after some events; `Participation()` is before all of them."""

    applied: date | None = None
    refusals: tuple[Refusal, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    review: date | None = None
    refused: Refused | None = None
    withdrawn: date | None = None
    selected: date | None = None
    company: str | None = None
    start: date | None = None
    insurances: tuple[Insured, ...] = ()
    #: Number of the document that proves the insurer's refusal.
    insurer_refused: int | None = None
    #: Each payment of the deposit: its day, and all that had come by then.
    deposit_complete: tuple[tuple[date, int], ...] = ()
    signed: tuple[Signed, ...] = ()
    extended: date | None = None
    notice: NoticeGiven | None = None
    terminated: Terminated | None = None
    account: Account = field(default_factory=Account)
    #: Day of the last event of its life.
    since: date | None = None

    # What follows from it

    @property
    def years(self) -> tuple[Year, ...]:
        """The contract years made so far."""
        return tuple(contract_year(self.start, one.year) for one in self.signed) if self.start else ()

    @property
    def most_years(self) -> int:
        """How many contract years are allowed as things stand."""
        return MOST_YEARS if self.extended else FIRST_YEARS

    @property
    def last_day(self) -> date | None:
        """The last day under contract, as things stand; None while no contract is made."""
        if not self.signed or self.start is None:
            return None
        last = contract_year(self.start, self.signed[-1].year).last
        if self.notice:
            last = min(last, self.notice.last)
        if self.terminated:
            last = min(last, self.terminated.on)
        return last

    @property
    def ended(self) -> date | None:
        """The day it came to its end or will, as things stand; None while it has no end."""
        if self.refused:
            return self.refused.on
        if self.terminated and not self.signed:
            return self.terminated.on
        return self.withdrawn or self.last_day

    def under_contract(self, day: date) -> bool:
        """Whether the company is served under a contract on this day."""
        return self.start is not None and self.last_day is not None and self.start <= day <= self.last_day

    def settles(self, month: Month) -> bool:
        """Whether a statement of the month may be this contract's: late calls stand on those after its end."""
        return bool(self.signed) and self.start is not None and Month(self.start.year, self.start.month) <= month

    def over(self, today: date) -> bool:
        """Whether nothing of it goes on, the last day under contract included."""
        last = self.last_day
        return self.status(today) in OVER and (last is None or last < today)

    def status(self, today: date) -> Status:
        """Where it stands. Raises `ContractError`: nobody has applied."""
        if self.applied is None:
            raise ContractError("not_applied")
        if self.refused:
            return Status.REFUSED
        if self.withdrawn:
            return Status.WITHDRAWN
        if self.terminated:
            return Status.TERMINATED
        last = self.last_day
        if self.start is None:
            return Status.REVIEW if self.review else Status.APPLIED
        if last is None:
            return Status.GUARANTEED if self.secured(self.start) else Status.SELECTED
        if today > last:
            return Status.ENDED
        if today < self.start:
            return Status.SIGNED
        may_renew = self.notice is None and len(self.signed) < MOST_YEARS
        return Status.RENEWAL if may_renew and today > last - timedelta(days=RENEWAL_DAYS) else Status.ACTIVE

    def insured(self, day: date) -> int:
        """What certificates secure on this day, in won: the highest, for one replaces another."""
        return max((one.amount for one in self.insurances if one.valid_from <= day <= one.valid_to), default=0)

    def secured(self, day: date) -> bool:
        """Whether there is any security on this day."""
        return bool(self.insured(day) or self.account.deposit)

    def after(self, event: AnyEvent) -> Participation:
        """The state after this event. Raises `ContractError`: it cannot happen now, and nothing has changed."""
        match event:
            case DepositReceived() | Charged() | Corrected() | Paid() | Offset() | Refunded():
                return _money(self, event)
            case _:
                if self.since is not None and event.on < self.since:
                    raise ContractError("before_last", day=self.since)
                return replace(_life(self, event), since=event.on)


def fold(events: Iterable[AnyEvent]) -> Participation:
    """The state after all of them. Raises `ContractError`: they cannot have happened in this order."""
    state = Participation()
    for event in events:
        state = state.after(event)
    return state


def may_begin(others: Iterable[Participation], today: date) -> bool:
    """Whether a company with these participations may be selected anew: none of them goes on."""
    return all(other.over(today) for other in others)


def _life(state: Participation, event: LifeEvent) -> Participation:
    if isinstance(event, Applied):
        if state.applied:
            raise ContractError("applied_before")
        return replace(state, applied=event.on, refusals=event.refusals, doubts=event.doubts)
    status = state.status(event.on)
    match event:
        case ReviewBegun():
            _need(status, Status.APPLIED)
            return replace(state, review=event.on)
        case Refused():
            _need(status, Status.APPLIED, Status.REVIEW)
            if not event.reasons and not event.note.strip():
                raise ContractError("reason_needed")
            return replace(state, refused=event)
        case Withdrawn():
            _need(status, Status.APPLIED, Status.REVIEW, Status.SELECTED, Status.GUARANTEED)
            return replace(state, withdrawn=event.on)
        case Selected():
            return _select(state, status, event)
        case StartMoved():
            _need(status, Status.SELECTED, Status.GUARANTEED)
            if event.start < event.on:
                raise ContractError("start_past", day=event.on)
            return replace(state, start=event.start)
        case Insured():
            _need(status, *_GOES_ON)
            if event.amount <= 0:
                raise ContractError("amount")
            if event.valid_to < event.valid_from:
                raise ContractError("validity")
            return replace(state, insurances=(*state.insurances, event))
        case InsurerRefused():
            _need(status, *_GOES_ON)
            return replace(state, insurer_refused=event.proof)
        case Signed():
            return _sign(state, status, event)
        case Extended():
            _need(status, Status.ACTIVE, Status.RENEWAL)
            if state.extended or len(state.signed) != FIRST_YEARS:
                raise ContractError("extension_only_in_third", years=FIRST_YEARS)
            return replace(state, extended=event.on)
        case NoticeGiven():
            _need(status, Status.SIGNED, Status.ACTIVE, Status.RENEWAL)
            if state.notice:
                raise ContractError("notice_before", day=state.notice.last)
            if not event.on <= event.last <= state.years[-1].last:
                raise ContractError("notice_span", first=event.on, last=state.years[-1].last)
            return replace(state, notice=event)
        case Terminated():
            _need(status, Status.SELECTED, Status.GUARANTEED, Status.SIGNED, Status.ACTIVE, Status.RENEWAL)
            if not event.reason.strip():
                raise ContractError("reason_needed")
            return replace(state, terminated=event)


_GOES_ON = (Status.SELECTED, Status.GUARANTEED, Status.SIGNED, Status.ACTIVE, Status.RENEWAL)


def _need(status: Status, *allowed: Status) -> None:
    if status not in allowed:
        raise ContractError("not_now", status=status)


def _select(state: Participation, status: Status, event: Selected) -> Participation:
    _need(status, Status.APPLIED, Status.REVIEW)
    if state.refusals:
        raise ContractError("not_eligible")
    if state.doubts and status is Status.APPLIED:
        raise ContractError("review_first")
    if event.start < event.on:
        raise ContractError("start_past", day=event.on)
    return replace(state, selected=event.on, company=event.company, start=event.start)


def _sign(state: Participation, status: Status, event: Signed) -> Participation:
    if event.year == 1:
        _need(status, Status.SELECTED, Status.GUARANTEED)
    else:
        _need(status, Status.RENEWAL)
    assert state.start is not None
    if event.year != len(state.signed) + 1:
        raise ContractError("next_year", year=len(state.signed) + 1)
    if event.year > state.most_years:
        raise ContractError("term_over", years=state.most_years)
    if state.notice:
        raise ContractError("notice_before", day=state.notice.last)
    first = contract_year(state.start, event.year).first
    if event.on > first and event.year == 1:
        raise ContractError("start_past", day=event.on)
    _secure(state, event, first)
    return replace(state, signed=(*state.signed, event))


def _secure(state: Participation, event: Signed, first: date) -> None:
    """Raises `ContractError` unless the year is secured: by insurance, or by a deposit that came in time."""
    if state.insured(first) >= event.insured_sum:
        return
    if state.insurer_refused is None:
        raise ContractError("insurance_short", needed=event.insured_sum, has=state.insured(first))
    if state.account.deposit < event.deposit:
        raise ContractError("deposit_short", needed=event.deposit, has=state.account.deposit)
    if event.year == 1:
        came = next(day for day, height in state.deposit_complete if height >= event.deposit)
        if came > deposit_due(first):
            raise ContractError("deposit_late", came=came, due=deposit_due(first))


def _money(state: Participation, event: MoneyEvent) -> Participation:
    if state.selected is None or state.start is None:
        raise ContractError("not_selected")
    match event:
        case DepositReceived() if state.insurer_refused is None:
            raise ContractError("deposit_without_proof")
        case DepositReceived() if state.status(event.on) in OVER:
            raise ContractError("not_now", status=state.status(event.on))
        case Charged() if not (state.settles(event.month) if event.statement else _served_in(state, event.month)):
            raise ContractError("charged_outside", month=str(event.month))
        case Offset(source=Source.INSURANCE, amount=amount):
            highest = max((one.amount for one in state.insurances), default=0)
            if state.account.from_insurance + amount > highest:
                raise ContractError("insurance_too_small", most=highest - state.account.from_insurance)
        case Refunded() if state.status(event.on) not in OVER:
            raise ContractError("refund_at_end")
        case Refunded() if (month := _last_month(state)) and all(c.month != month for c in state.account.charges):
            raise ContractError("last_month_first", month=str(month))
    account = state.account.after(event)
    complete = state.deposit_complete
    if isinstance(event, DepositReceived):
        complete = (*complete, (max(event.on, complete[-1][0] if complete else event.on), account.deposited))
    return replace(state, account=account, deposit_complete=complete)


def _last_month(state: Participation) -> Month | None:
    """The last month with service; None if there was none."""
    first, last = state.start, state.last_day
    return Month(last.year, last.month) if first and last and first <= last else None


def _served_in(state: Participation, month: Month) -> bool:
    first, last = state.start, _last_month(state)
    return first is not None and last is not None and Month(first.year, first.month) <= month <= last
