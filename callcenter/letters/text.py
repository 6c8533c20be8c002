"""What a letter says: chosen by the state of the participation, written in one language, kept as it was sent."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from billing.contracts.guarantee import deposit_due
from billing.contracts.participation import Participation, Status
from billing.contracts.registration import written
from billing.contracts.reminders import EXPIRY_DAYS
from billing.contracts.terms import FIRST_YEARS, contract_year
from callcenter.letters.layout import Letter

_WORDS: Mapping[str, Mapping[str, Any]] = {
    language: tomllib.loads((Path(__file__).parent / "words" / f"{language}.toml").read_text("utf-8"))
    for language in ("ko", "en")
}


class Kind(StrEnum):
    """Which letter it is."""

    SELECTED = "selected"
    REFUSED = "refused"
    DEPOSIT_REQUEST = "deposit_request"
    CERTIFICATE_EXPIRING = "certificate_expiring"
    RENEWAL = "renewal"
    EXTENDED = "extended"
    ARREARS = "arrears"
    ENDED = "ended"
    REFUNDED = "refunded"


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """What a letter is about."""

    application: int
    form: Mapping[str, str]
    state: Participation
    today: date
    #: What has to be secured for the next contract year, in won.
    insured_sum: int
    deposit: int
    #: The centre's name and the reasons of a refusal, in the letter's language.
    sender: str
    reasons: tuple[str, ...] = ()


def possible(state: Participation, today: date) -> tuple[Kind, ...]:
    """The letters that make sense now."""
    status, account = state.status(today), state.account
    ends = max((one.valid_to for one in state.insurances), default=None)
    holds = {
        Kind.SELECTED: status in {Status.SELECTED, Status.GUARANTEED},
        Kind.REFUSED: status is Status.REFUSED,
        Kind.DEPOSIT_REQUEST: status is Status.SELECTED and state.insurer_refused is not None,
        Kind.CERTIFICATE_EXPIRING: status in {Status.ACTIVE, Status.RENEWAL}
        and ends is not None
        and (ends - today).days < EXPIRY_DAYS,
        Kind.RENEWAL: status is Status.RENEWAL and len(state.signed) < state.most_years,
        Kind.EXTENDED: state.extended is not None and status in {Status.ACTIVE, Status.RENEWAL},
        Kind.ARREARS: account.arrears(today) > 0,
        Kind.ENDED: bool(state.notice) or status in {Status.ENDED, Status.TERMINATED},
        Kind.REFUNDED: account.money_out > 0,
    }
    return tuple(kind for kind, sensible in holds.items() if sensible)


def compose(kind: Kind, case: Case, language: str) -> dict[str, Any]:
    """The letter's words, as they are kept."""
    words = _WORDS[language]
    facts = [(words["fact"][name], value) for name, value in _facts(kind, case, words)]
    return {
        "day": case.today.isoformat(),
        "to": words["letter"]["to"].format(
            company=case.form["company_name"], representative=case.form["representative"]
        ),
        "title": words[kind]["title"],
        "paragraphs": list(words[kind]["body"]),
        "facts": facts,
        "sender": case.sender,
    }


def letter(data: Mapping[str, Any], *, application: int, number: int, language: str, at: int) -> Letter:
    """The letter as it was kept, with its number."""
    return Letter(
        language=language,
        number=_WORDS[language]["letter"]["number"].format(application=application, letter=number),
        day=data["day"],
        to=data["to"],
        title=data["title"],
        paragraphs=tuple(data["paragraphs"]),
        facts=tuple((label, value) for label, value in data["facts"]),
        sender=data["sender"],
        at=at,
    )


def _facts(kind: Kind, case: Case, words: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    state = case.state

    def won(amount: int) -> str:
        return str(words["letter"]["won"].format(amount=f"{amount:,}"))

    yield "application", str(case.application)
    yield "registration", written(case.form["registration_digits"])
    match kind:
        case Kind.SELECTED:
            assert state.start
            yield "start", str(state.start)
            yield "term", f"{state.start} – {contract_year(state.start, FIRST_YEARS).last}"
            yield "insured_sum", won(case.insured_sum)
            yield "insured_by", str(state.start)
            yield "deposit", won(case.deposit)
            yield "deposit_by", str(deposit_due(state.start))
        case Kind.DEPOSIT_REQUEST:
            assert state.start
            yield "start", str(state.start)
            yield "deposit", won(case.deposit)
            yield "deposit_by", str(deposit_due(state.start))
        case Kind.REFUSED:
            assert state.refused
            lines = [*case.reasons, *([state.refused.note] if state.refused.note else [])]
            yield "reason", "\n".join(words["letter"]["bullet"].format(reason=line) for line in lines)
        case Kind.CERTIFICATE_EXPIRING:
            yield "expires", str(max(one.valid_to for one in state.insurances))
            yield "last_day", str(state.last_day)
            yield "insured_sum", won(case.insured_sum)
        case Kind.RENEWAL | Kind.EXTENDED:
            yield "year", f"{state.years[-1].first} – {state.years[-1].last}"
            yield "insured_sum", won(case.insured_sum)
        case Kind.ARREARS:
            yield "owed", won(state.account.arrears(case.today))
            yield "oldest", str(state.account.open_charges()[0].due)
        case Kind.ENDED:
            yield "last_day", str(state.ended)
            if state.terminated:
                yield "reason", state.terminated.reason
            yield "held", won(state.account.held)
        case Kind.REFUNDED:
            yield "last_day", str(state.ended)
            yield "paid_back", won(state.account.money_out)
