"""Everything that can happen to a participation, each with its day; the whole history is a list of these."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, get_args

from billing.contracts.eligibility import Doubt, Refusal
from billing.month import Month


class By(StrEnum):
    """Who ends a contract."""

    COMPANY = "company"
    CENTRE = "centre"


class Source(StrEnum):
    """What arrears are taken from."""

    DEPOSIT = "deposit"
    INSURANCE = "insurance"


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened on a day of the centre."""

    kind: ClassVar[str]
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Applied(Event):
    """An application came in; the rules said so."""

    kind: ClassVar[str] = "applied"
    refusals: tuple[Refusal, ...] = ()
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewBegun(Event):
    """Somebody looks at it."""

    kind: ClassVar[str] = "review_begun"


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused(Event):
    """The company is not selected, for these reasons."""

    kind: ClassVar[str] = "refused"
    reasons: tuple[Refusal, ...] = ()
    #: In words, for what the list of reasons does not tell.
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawn(Event):
    """The applicant takes the application back."""

    kind: ClassVar[str] = "withdrawn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Selected(Event):
    """The company takes part; service is meant to begin on `start`."""

    kind: ClassVar[str] = "selected"
    company: str
    start: date


@dataclass(frozen=True, kw_only=True, slots=True)
class StartMoved(Event):
    """Service is to begin on another day."""

    kind: ClassVar[str] = "start_moved"
    start: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Insured(Event):
    """A certificate of guarantee insurance was handed in."""

    kind: ClassVar[str] = "insured"
    amount: int
    valid_from: date
    valid_to: date


@dataclass(frozen=True, kw_only=True, slots=True)
class InsurerRefused(Event):
    """Proof was handed in that the insurer does not insure this company; `proof` is the document's number."""

    kind: ClassVar[str] = "insurer_refused"
    proof: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed(Event):
    """The contract of a year was made; so much had to be secured for it, by one of the two."""

    kind: ClassVar[str] = "signed"
    year: int
    insured_sum: int
    deposit: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Extended(Event):
    """Reviewed in the third year: two more years are allowed."""

    kind: ClassVar[str] = "extended"


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeGiven(Event):
    """One side ends the contract with this last day."""

    kind: ClassVar[str] = "notice_given"
    by: By
    last: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Terminated(Event):
    """The centre ends the contract at once, for this reason."""

    kind: ClassVar[str] = "terminated"
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DepositReceived(Event):
    """The company paid (a part of) its deposit."""

    kind: ClassVar[str] = "deposit_received"
    amount: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Charged(Event):
    """A month is to be paid by `due`; `statement` is its closed statement, empty for one that was settled elsewhere."""

    kind: ClassVar[str] = "charged"
    month: Month
    amount: int
    due: date
    statement: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Corrected(Event):
    """A charged month costs so much more or less, by this note; what is more is to be paid by `due`."""

    kind: ClassVar[str] = "corrected"
    month: Month
    amount: int
    due: date
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Paid(Event):
    """The company paid; the oldest charge first."""

    kind: ClassVar[str] = "paid"
    amount: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Offset(Event):
    """Arrears were taken from the deposit, or paid by the insurer."""

    kind: ClassVar[str] = "offset"
    amount: int
    source: Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Refunded(Event):
    """What the centre still held was paid back."""

    kind: ClassVar[str] = "refunded"
    amount: int


MoneyEvent = DepositReceived | Charged | Corrected | Paid | Offset | Refunded
LifeEvent = (
    Applied
    | ReviewBegun
    | Refused
    | Withdrawn
    | Selected
    | StartMoved
    | Insured
    | InsurerRefused
    | Signed
    | Extended
    | NoticeGiven
    | Terminated
)
AnyEvent = LifeEvent | MoneyEvent

KINDS: dict[str, type[AnyEvent]] = {event.kind: event for event in (*get_args(LifeEvent), *get_args(MoneyEvent))}

_ENUMS: dict[str, type[StrEnum]] = {
    "refusals": Refusal,
    "reasons": Refusal,
    "doubts": Doubt,
    "by": By,
    "source": Source,
}
_DAYS = {"on", "start", "valid_from", "valid_to", "last", "due"}


def to_data(event: AnyEvent) -> dict[str, Any]:
    """The event as JSON can hold it; `from_data` gives it back."""
    return {field.name: _plain(getattr(event, field.name)) for field in fields(event)}


def from_data(kind: str, data: dict[str, Any]) -> AnyEvent:
    """The event that was stored so. Raises `KeyError`: there is no such kind."""
    return KINDS[kind](**{name: _rich(name, value) for name, value in data.items()})


def _plain(value: Any) -> Any:
    match value:
        case tuple():
            return [str(part) for part in value]
        case date():
            return value.isoformat()
        case Month():
            return str(value)
    return value


def _rich(name: str, value: Any) -> Any:
    if name in _DAYS:
        return date.fromisoformat(value)
    if name == "month":
        return Month.parse(value)
    if name in _ENUMS:
        known = _ENUMS[name]
        return tuple(known(one) for one in value) if isinstance(value, list) else known(value)
    return value
