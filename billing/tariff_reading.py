"""From a tariff's TOML form to a `Tariff`, or to every mistake in it at once: file, key, what is expected."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import TypeVar

from billing.month import Month
from billing.rounding import Rounding, Rule
from billing.tariff import COMPANY, Band, Form, FreeService, Meter, OwnCentre, Payer, Tariff, TariffError
from billing.usage import Billable

_Choice = TypeVar("_Choice", bound=StrEnum)
#: Far above any real amount of won; a slip of the hand is caught, not billed.
_LARGEST = 10**12
_EXACT = re.compile(r"[0-9]{1,12}(/0*[1-9][0-9]{0,11}|\.[0-9]{1,12})?", re.ASCII)
_SLUG = re.compile(r"[a-z][a-z0-9_-]{0,31}", re.ASCII)


def read_tariff(
    raw: Mapping[str, object], source: str, *, directions: Collection[str], outcomes: Collection[str]
) -> Tariff:
    """The tariff that this parsed TOML describes.

    `source` names the file in messages; `directions` and `outcomes` are the words that call records use.
    Raises `TariffError` with all mistakes.
    """
    file = _Table(raw, source)
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
        billable=tuple(_billable(part, directions, outcomes) for part in file.tables("billable")),
        free=tuple(
            FreeService(meter=part.choice("meter", Meter), name=part.text("name"), name_en=part.text("name_en"))
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
    file.refuse_unknown()
    if file.problems:
        raise TariffError(file.problems)
    return tariff


def _payers(file: _Table) -> tuple[Payer, ...]:
    problems_before = len(file.problems)
    payers = [
        Payer(
            id=part.slug("id"),
            name=part.text("name"),
            name_en=part.text("name_en"),
            share=part.exact("share", Fraction(0), at_most=1),
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


def _billable(part: _Table, directions: Collection[str], outcomes: Collection[str]) -> Billable:
    return Billable(
        direction=part.word("direction", directions),
        outcomes=part.words("outcomes", outcomes),
    )


def _bands(file: _Table, form: Form) -> tuple[Band, ...]:
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


@dataclass
class _Table:
    """A TOML table that notes what is wrong with its values and goes on with a harmless one.

    Tables inside it share the list of problems.
    """

    raw: Mapping[str, object]
    source: str
    path: str = ""
    problems: list[str] = field(default_factory=list)
    _parts: list[_Table] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)

    def wrong(self, key: str, why: str) -> None:
        self.problems.append(f"{self.source}: {self.path}{key}: {why}")

    def refuse_unknown(self) -> None:
        for key in self.raw:
            if key not in self._known:
                self.wrong(key, "unknown key; check the spelling or remove it")
        for part in self._parts:
            part.refuse_unknown()

    def _value(self, key: str, expected: str, *, required: bool = True) -> object:
        self._known.add(key)
        if key not in self.raw and required:
            self.wrong(key, f"is absent; expected {expected}")
        return self.raw.get(key)

    def _part(self, raw: Mapping[str, object], path: str) -> _Table:
        part = _Table(raw, self.source, path, self.problems)
        self._parts.append(part)
        return part

    def table(self, key: str) -> _Table:
        value = self._value(key, f"a table [{key}]")
        if isinstance(value, Mapping):
            return self._part(value, f"{self.path}{key}.")
        if value is not None:
            self.wrong(key, f"expected a table [{key}]")
        # Its absence is reported; its keys need not be reported one by one.
        return _Table({}, self.source, f"{self.path}{key}.", [])

    def tables(self, key: str, *, at_least: int = 1) -> list[_Table]:
        expected = f"one table [[{key}]] or more"
        value = self._value(key, expected, required=at_least > 0)
        if value is None:
            return []
        if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(v, Mapping) for v in value):
            self.wrong(key, f"expected tables, each under [[{key}]]")
            return []
        if len(value) < at_least:
            self.wrong(key, f"is empty; expected {expected}")
        return [self._part(raw, f"{self.path}{key}.{place}.") for place, raw in enumerate(value, start=1)]

    def has(self, key: str) -> bool:
        return key in self.raw

    def whole(self, key: str, *, at_least: int = 0, at_most: int = _LARGEST) -> int:
        expected = f"a whole number from {at_least} to {at_most}"
        value = self._value(key, expected)
        if isinstance(value, int) and not isinstance(value, bool) and at_least <= value <= at_most:
            return value
        if value is not None:
            self.wrong(key, f"is {_shown(value)}; expected {expected}")
        return at_least

    def exact(self, key: str, instead: Fraction, *, at_most: int = 10**6) -> Fraction:
        expected = f'an exact fraction from 0 to {at_most} in quotes, such as "7/10" or "0.7"'
        value = self._value(key, expected)
        if isinstance(value, str) and _EXACT.fullmatch(value) and Fraction(value) <= at_most:
            return Fraction(value)
        if value is not None:
            self.wrong(key, f"is {_shown(value)}; expected {expected}")
        return instead

    def truth(self, key: str) -> bool:
        value = self._value(key, "true or false")
        if value is not None and not isinstance(value, bool):
            self.wrong(key, f"is {_shown(value)}; expected true or false")
        return value is True

    def text(self, key: str) -> str:
        value = self._value(key, "text")
        if isinstance(value, str) and value.strip():
            return value
        if value is not None:
            self.wrong(key, f"is {_shown(value)}; expected text")
        return ""

    def slug(self, key: str) -> str:
        expected = "a short name of small letters, digits, - and _"
        value = self._value(key, expected)
        if isinstance(value, str) and _SLUG.fullmatch(value):
            return value
        if value is not None:
            self.wrong(key, f"is {_shown(value)}; expected {expected}")
        return ""

    def month(self, key: str) -> Month | None:
        value = self._value(key, 'a month in quotes such as "2026-11"')
        if value is None:
            return None
        try:
            return Month.parse(str(value))
        except ValueError as error:
            self.wrong(key, str(error))
            return None

    def choice(self, key: str, kind: type[_Choice]) -> _Choice:
        return kind(self.word(key, [choice.value for choice in kind]) or next(iter(kind)))

    def word(self, key: str, choices: Collection[str]) -> str:
        expected = "one of " + ", ".join(choices)
        value = self._value(key, expected)
        if isinstance(value, str) and value in choices:
            return value
        if value is not None:
            self.wrong(key, f"is {_shown(value)}; expected {expected}")
        return ""

    def words(self, key: str, choices: Collection[str]) -> frozenset[str]:
        expected = "a list of some of " + ", ".join(choices)
        value = self._value(key, expected)
        if isinstance(value, list) and value and all(isinstance(word, str) and word in choices for word in value):
            return frozenset(value)
        if value is not None:
            self.wrong(key, f"is {_shown(value)}; expected {expected}")
        return frozenset()


def _shown(value: object) -> str:
    return repr(value)[:60]
