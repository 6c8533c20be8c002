"""What somebody at the centre has to do about a participation, and by when: a function of its state and the day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from billing.contracts.guarantee import deposit_due
from billing.contracts.participation import OVER, RENEWAL_DAYS, Participation, Status
from billing.contracts.terms import FIRST_YEARS, MOST_YEARS

#: An application is answered within this; ours, the programme names none.
DECIDE_DAYS = 14
#: A new certificate is asked for so long before the old one ends.
EXPIRY_DAYS = 60
#: The review for two more years, and the farewell after five, begin so long before the last day.
TERM_DAYS = 90
#: What is still held goes back within this after the end; ours, the programme names none.
REFUND_DAYS = 30


class Task(StrEnum):
    """What there is to do."""

    DECIDE = "decide"
    GUARANTEE = "guarantee"
    DEPOSIT = "deposit"
    SIGN = "sign"
    GUARANTEE_EXPIRES = "guarantee_expires"
    RENEW = "renew"
    REVIEW_TERM = "review_term"
    FAREWELL = "farewell"
    ARREARS = "arrears"
    REFUND = "refund"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reminder:
    """A task with its last day; late when that day is over."""

    task: Task
    due: date
    #: Won that it is about; None if it is not about money.
    amount: int | None = None

    def late(self, today: date) -> bool:
        """Whether its day has passed."""
        return today > self.due


def reminders(state: Participation, today: date) -> tuple[Reminder, ...]:
    """All that is due or soon will be, the most urgent first."""
    return tuple(sorted(_all(state, today), key=lambda one: (one.due, one.task)))


def _all(state: Participation, today: date) -> Iterator[Reminder]:
    status = state.status(today)
    if status in {Status.APPLIED, Status.REVIEW} and state.applied:
        yield Reminder(task=Task.DECIDE, due=state.applied + timedelta(days=DECIDE_DAYS))
    if state.start is None:
        return
    for charge in state.account.open_charges():
        if charge.due < today:
            yield Reminder(task=Task.ARREARS, due=charge.due, amount=charge.amount)
    if status in OVER:
        if state.account.held and not state.account.owed:
            ended = state.ended or today
            yield Reminder(task=Task.REFUND, due=ended + timedelta(days=REFUND_DAYS), amount=state.account.held)
        return
    if status is Status.SELECTED:
        task = Task.GUARANTEE if state.insurer_refused is None else Task.DEPOSIT
        due = state.start if state.insurer_refused is None else deposit_due(state.start)
        yield Reminder(task=task, due=due)
    if status is Status.GUARANTEED:
        yield Reminder(task=Task.SIGN, due=state.start)
    if status in {Status.SIGNED, Status.ACTIVE, Status.RENEWAL}:
        yield from _under_contract(state, today)


def _under_contract(state: Participation, today: date) -> Iterator[Reminder]:
    last = state.last_day
    assert last is not None
    ends = max((one.valid_to for one in state.insurances), default=None)
    if not state.account.deposit and ends is not None and ends < last and _near(today, ends, EXPIRY_DAYS):
        yield Reminder(task=Task.GUARANTEE_EXPIRES, due=ends)
    if state.notice:
        return
    years = len(state.signed)
    if years == FIRST_YEARS and not state.extended and _near(today, last, TERM_DAYS):
        yield Reminder(task=Task.REVIEW_TERM, due=last)
    elif years == MOST_YEARS and _near(today, last, TERM_DAYS):
        yield Reminder(task=Task.FAREWELL, due=last)
    elif years < state.most_years and _near(today, last, RENEWAL_DAYS):
        yield Reminder(task=Task.RENEW, due=last)


def _near(today: date, day: date, days: int) -> bool:
    return today > day - timedelta(days=days)
