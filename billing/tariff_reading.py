"""From a tariff's file, parsed, to a `Tariff`, or to every mistake in it at once: file, key, what is expected."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from fractions import Fraction
from itertools import pairwise

from billing.month import Month
from billing.rounding import Rounding, Rule
from billing.rules import ANSWERED_FORMS, SMS_OUTCOMES, Charge, Kind, UsageRule
from billing.table import Table
from billing.tariff import (
    COMPANY,
    Band,
    CallPrice,
    ContractTerms,
    Form,
    FreeService,
    Meter,
    Outside,
    OwnCentre,
    PartMonth,
    Payer,
    Tariff,
    TariffError,
)

_DIGITS = re.compile(r"[0-9]{3,15}", re.ASCII)


def read_tariff(raw: Mapping[str, object], source: str, *, outcomes: Collection[str]) -> Tariff:
    """The tariff that this parsed TOML or YAML describes.

    `source` names the file in messages; `outcomes` are the words that call records use for how a call ended.
    Raises `TariffError` with all mistakes.
    """
    file = Table(raw, source)
    labour, rounding = file.table("labour"), file.table("rounding")
    vat, own = file.table("vat"), file.table("own_centre")
    form = file.choice("form", Form)
    rate = vat.exact("rate", Fraction(0), at_most=1)
    tariff = Tariff(
        source=source,
        valid_from=file.month("valid_from") or Month(2000, 1),
        valid_to=file.month("valid_to") if file.has("valid_to") else None,
        form=form,
        bands=_bands(file, form),
        base_fee=file.whole("base_fee"),
        agent_per_year=labour.whole("agent_per_year"),
        manager_per_year=labour.whole("manager_per_year"),
        calls_per_agent_day=labour.whole("calls_per_agent_day", at_least=1),
        working_days_per_month=labour.whole("working_days_per_month", at_least=1, at_most=31),
        payers=_payers(file),
        rounding=Rounding(rule=rounding.choice("rule", Rule), unit=rounding.whole("unit", at_least=1)),
        vat=rate if vat.truth("charged") else None,
        basic_calls=file.whole("basic_calls"),
        call_price=_call_price(file),
        contract=_contract(file),
        minimum=file.whole("minimum") if file.has("minimum") else None,
        cap=file.whole("cap") if file.has("cap") else None,
        rules=_rules(file, outcomes),
        test_numbers=file.texts("test_numbers", "a list of telephone numbers as digits in quotes", _DIGITS),
        free=tuple(
            FreeService(
                meter=part.choice("meter", Meter),
                name=part.text("name"),
                name_en=part.text("name_en"),
                price=part.exact("price", Fraction(0)),
            )
            for part in file.tables("free", at_least=0)
        ),
        own_centre=OwnCentre(
            managers=own.whole("managers"),
            seat_per_month=own.whole("seat_per_month"),
            telecom_per_month=own.whole("telecom_per_month"),
            unit=own.whole("unit", at_least=1),
        ),
    )
    if tariff.valid_to is not None and tariff.valid_to < tariff.valid_from:
        file.wrong("valid_to", f"is before valid_from; expected {tariff.valid_from} or later")
    if tariff.minimum is not None and tariff.cap is not None and tariff.cap < tariff.minimum:
        file.wrong("cap", f"is below the minimum; expected {tariff.minimum} or more")
    file.refuse_unknown()
    if file.problems:
        raise TariffError(file.problems)
    return tariff


def _payers(file: Table) -> tuple[Payer, ...]:
    problems_before = len(file.problems)
    payers = [
        Payer(
            id=part.slug("id"),
            name=part.text("name"),
            name_en=part.text("name_en"),
            share=part.exact("share", Fraction(0), at_most=1),
            yearly_budget=part.whole("yearly_budget") if part.has("yearly_budget") else None,
        )
        for part in file.tables("payer")
    ]
    if len(file.problems) > problems_before:
        return ()
    ids = [payer.id for payer in payers]
    for twice in sorted({payer for payer in ids if ids.count(payer) > 1}):
        file.wrong("payer", f"'{twice}' stands more than once; expected each payer once")
    if COMPANY not in ids:
        file.wrong("payer", f"expected one with id = '{COMPANY}', who gets the statement (its share may be 0)")
    shares = sum((payer.share for payer in payers), Fraction(0))
    if shares != 1:
        file.wrong("payer", f"the shares add up to {shares}; expected exactly 1")
    return tuple(sorted(payers, key=lambda payer: payer.id != COMPANY))


def _call_price(file: Table) -> CallPrice:
    if not file.has("call_price"):
        return CallPrice(connect=Fraction(0), minute=Fraction(0), increment_ms=1)
    part = file.table("call_price")
    return CallPrice(
        connect=part.exact("connect", Fraction(0)),
        minute=part.exact("minute", Fraction(0)),
        increment_ms=part.whole("increment_s", at_least=1, at_most=3600) * 1000,
    )


def _contract(file: Table) -> ContractTerms:
    if not file.has("contract"):
        return ContractTerms()
    part = file.table("contract")
    return ContractTerms(
        outside=part.choice("outside", Outside),
        base_fee=part.choice("base_fee", PartMonth),
        pay_within_days=part.whole("pay_within_days", at_most=365),
    )


def _rules(file: Table, outcomes: Collection[str]) -> tuple[UsageRule, ...]:
    problems_before = len(file.problems)
    kinds = [kind.value for kind in Kind]
    words = sorted({*outcomes, *ANSWERED_FORMS, *SMS_OUTCOMES})
    rules = []
    for part in file.tables("rule"):
        rule = UsageRule(
            id=part.slug("id"),
            name=part.text("name"),
            name_en=part.text("name_en"),
            kinds=part.words("kinds", kinds),
            outcomes=part.words("outcomes", words) if part.has("outcomes") else None,
            repeat_within_ms=_minutes(part, "repeat_within_minutes"),
            charge=part.choice("charge", Charge),
        )
        rules.append(rule)
        if rule.charge is Charge.SURVEY and rule.kinds != {Kind.SURVEY}:
            part.wrong("charge", 'only surveys use up basic calls; expected kinds = ["survey"]')
    if len(file.problems) > problems_before:
        return ()
    ids = [rule.id for rule in rules]
    for twice in sorted({rule for rule in ids if ids.count(rule) > 1}):
        file.wrong("rule", f"'{twice}' stands more than once; expected each id once")
    for kind in kinds:
        possible = SMS_OUTCOMES if kind == Kind.SMS else outcomes
        possible = ANSWERED_FORMS if kind in (Kind.SURVEY, Kind.HAPPY) else possible
        undecided = [
            outcome
            for outcome in possible
            if not any(
                kind in rule.kinds
                and (rule.outcomes is None or outcome in rule.outcomes)
                and rule.repeat_within_ms is None
                for rule in rules
            )
        ]
        if undecided:
            file.wrong(
                "rule",
                f"nothing decides '{kind}' that ends as {', '.join(undecided)}; expected a rule that does, "
                "such as a last one without outcomes",
            )
    return tuple(rules)


def _minutes(part: Table, key: str) -> int | None:
    return part.whole(key, at_least=1, at_most=24 * 60) * 60_000 if part.has(key) else None


def _bands(file: Table, form: Form) -> tuple[Band, ...]:
    problems_before = len(file.problems)
    parts = file.tables("band", at_least=1 if form is Form.BANDS else 0)
    if parts and form is Form.CONTINUOUS:
        file.wrong("band", f"the continuous form has no bands; expected none, or form = '{Form.BANDS}'")
    bands = [
        Band(
            first=part.whole("first"),
            last=part.whole("last") if part.has("last") else None,
            agents=part.exact("agents", Fraction(0)),
        )
        for part in parts
    ]
    if len(file.problems) > problems_before or not bands:
        return tuple(bands)
    if bands[0].first != 0:
        parts[0].wrong("first", f"there is a gap below {bands[0].first} calls; expected the first band to start at 0")
    for part, band in zip(parts, bands, strict=True):
        if band.last is not None and band.last < band.first:
            part.wrong("last", f"is before the band's first call; expected {band.first} or more")
    for part, (lower, upper) in zip(parts[1:], pairwise(bands), strict=True):
        if lower.last is None:
            part.wrong(
                "first", "overlaps the band before it, which has no end; expected a 'last' in all bands but the last"
            )
        elif upper.first <= lower.last:
            part.wrong("first", f"overlaps the band before it, which ends at {lower.last}; expected {lower.last + 1}")
        elif upper.first > lower.last + 1:
            part.wrong(
                "first", f"there is a gap after {lower.last}, where the band before it ends; expected {lower.last + 1}"
            )
        if upper.agents < lower.agents:
            part.wrong("agents", f"more calls would need fewer agents; expected {lower.agents} or more")
    if bands[-1].last is not None:
        parts[-1].wrong("last", f"there is a gap above {bands[-1].last} calls; expected no 'last' in the last band")
    return tuple(bands)
