"""What people at the centre may enter about a participation, by whom, and how a form becomes an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from billing.contracts.eligibility import Refusal
from billing.contracts.events import (
    AnyEvent,
    By,
    Charged,
    DepositReceived,
    Extended,
    Insured,
    InsurerRefused,
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
)
from billing.contracts.participation import Participation, Status
from billing.contracts.problem import ContractError
from billing.contracts.terms import FIRST_YEARS
from billing.month import Month
from callcenter.store.models import Role
from callcenter.web.formats import plain

#: Who decides about companies, and who keeps their papers and money.
DECIDES = frozenset({Role.SUPERVISOR, Role.ADMIN})
KEEPS = frozenset({Role.BILLING, Role.ADMIN})

#: Kind of event to who may enter it, in the order of the page.
WHO: Mapping[str, frozenset[Role]] = {
    ReviewBegun.kind: DECIDES,
    Selected.kind: DECIDES,
    Refused.kind: DECIDES,
    StartMoved.kind: KEEPS,
    Insured.kind: KEEPS,
    InsurerRefused.kind: KEEPS,
    DepositReceived.kind: KEEPS,
    Signed.kind: KEEPS,
    Extended.kind: DECIDES,
    Charged.kind: KEEPS,
    Paid.kind: KEEPS,
    Offset.kind: KEEPS,
    NoticeGiven.kind: KEEPS,
    Terminated.kind: DECIDES,
    Refunded.kind: KEEPS,
}

_MOST_WON = 10**12
#: Days outside are slips of the hand.
_FIRST_YEAR, _LAST_YEAR = 2000, 2099


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What the form sent, and what the centre itself knows."""

    fields: Mapping[str, str]
    reasons: tuple[str, ...]
    today: date
    insured_sum: int
    deposit: int
    next_year: int


def sensible(state: Participation, today: date) -> tuple[str, ...]:
    """The events that the page offers now; whether one may happen its own rule says."""
    status = state.status(today)
    secures = status in {Status.SELECTED, Status.GUARANTEED, Status.SIGNED, Status.ACTIVE, Status.RENEWAL}
    runs = status in {Status.ACTIVE, Status.RENEWAL}
    undecided = status in {Status.APPLIED, Status.REVIEW}
    waits = status in {Status.SELECTED, Status.GUARANTEED}
    account = state.account
    offered = {
        ReviewBegun.kind: status is Status.APPLIED,
        Selected.kind: undecided and not state.refusals and not (state.doubts and status is Status.APPLIED),
        Refused.kind: undecided,
        StartMoved.kind: waits,
        Insured.kind: secures,
        InsurerRefused.kind: secures and state.insurer_refused is None,
        DepositReceived.kind: secures and state.insurer_refused is not None,
        Signed.kind: waits or (status is Status.RENEWAL and len(state.signed) < state.most_years),
        Extended.kind: runs and len(state.signed) == FIRST_YEARS and not state.extended,
        Charged.kind: runs or status in {Status.ENDED, Status.TERMINATED},
        Paid.kind: bool(account.owed) or runs,
        Offset.kind: bool(account.arrears(today)),
        NoticeGiven.kind: (runs or status is Status.SIGNED) and not state.notice,
        Terminated.kind: secures,
        Refunded.kind: bool(account.held) and status in {Status.ENDED, Status.TERMINATED, Status.WITHDRAWN},
    }
    return tuple(kind for kind in WHO if offered[kind])


def event_of(kind: str, given: Given) -> AnyEvent:
    """The event that a form describes. Raises `ContractError`: a field is missing or not what it should be."""
    fields, on = given.fields, _day(given.fields, "on")
    if on > given.today:
        raise ContractError("future", day=given.today)
    match kind:
        case ReviewBegun.kind:
            return ReviewBegun(on=on)
        case Selected.kind:
            return Selected(on=on, company=_text(fields, "company"), start=_day(fields, "start"))
        case Refused.kind:
            return Refused(on=on, reasons=_reasons(given.reasons), note=plain(fields.get("note", ""))[:1000])
        case StartMoved.kind:
            return StartMoved(on=on, start=_day(fields, "start"))
        case Insured.kind:
            first, last = _day(fields, "valid_from"), _day(fields, "valid_to")
            return Insured(on=on, amount=_won(fields), valid_from=first, valid_to=last)
        case InsurerRefused.kind:
            return InsurerRefused(on=on, proof=_whole(fields, "proof"))
        case DepositReceived.kind:
            return DepositReceived(on=on, amount=_won(fields))
        case Signed.kind:
            return Signed(on=on, year=given.next_year, insured_sum=given.insured_sum, deposit=given.deposit)
        case Extended.kind:
            return Extended(on=on)
        case Charged.kind:
            return Charged(on=on, month=_month(fields), amount=_won(fields), due=_day(fields, "due"))
        case Paid.kind:
            return Paid(on=on, amount=_won(fields))
        case Offset.kind:
            return Offset(on=on, amount=_won(fields), source=_source(fields))
        case NoticeGiven.kind:
            return NoticeGiven(on=on, by=_by(fields), last=_day(fields, "last"))
        case Terminated.kind:
            return Terminated(on=on, reason=_text(fields, "reason"))
        case Refunded.kind:
            return Refunded(on=on, amount=_won(fields))
    raise ContractError("unknown")


def _text(fields: Mapping[str, str], name: str) -> str:
    written = plain(fields.get(name, ""))[:1000]
    if not written:
        raise ContractError("field_needed", field=name)
    return written


def _day(fields: Mapping[str, str], name: str) -> date:
    try:
        day = date.fromisoformat(fields.get(name, ""))
    except ValueError as error:
        raise ContractError("field_day", field=name) from error
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ContractError("field_day", field=name)
    return day


def _whole(fields: Mapping[str, str], name: str) -> int:
    digits = fields.get(name, "").replace(",", "").strip()
    if not (digits.isascii() and digits.isdecimal()) or int(digits) > _MOST_WON:
        raise ContractError("field_number", field=name)
    return int(digits)


def _won(fields: Mapping[str, str]) -> int:
    return _whole(fields, "amount")


def _month(fields: Mapping[str, str]) -> Month:
    try:
        return Month.parse(fields.get("month", ""))
    except ValueError as error:
        raise ContractError("field_month", field="month") from error


def _reasons(sent: tuple[str, ...]) -> tuple[Refusal, ...]:
    return tuple(reason for reason in Refusal if reason in sent)


def _source(fields: Mapping[str, str]) -> Source:
    if fields.get("source") not in set(Source):
        raise ContractError("field_needed", field="source")
    return Source(fields["source"])


def _by(fields: Mapping[str, str]) -> By:
    if fields.get("by") not in set(By):
        raise ContractError("field_needed", field="by")
    return By(fields["by"])
