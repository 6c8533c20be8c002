"""What the application form asks, and what is wrong with an answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from billing.contracts.eligibility import Answer, Facts, Goods, Made
from billing.contracts.registration import RegistrationError, parse
from callcenter.web.formats import plain

#: Longest answer by field; what is not named here is not kept.
FIELDS = {
    "company_name": 100,
    "company_name_en": 100,
    "registration": 20,
    "representative": 50,
    "business": 200,
    "address": 200,
    "category": 40,
    "products": 2000,
    "goods": 20,
    "made": 20,
    "large_group": 10,
    "blocked_credit": 10,
    "calls_per_month": 12,
    "contact_name": 50,
    "contact_phone": 30,
    "contact_email": 200,
    "consent": 5,
}
#: May be left out.
OPTIONAL = frozenset({"company_name_en"})
#: Chosen when none of the centre's categories fits.
NO_CATEGORY = "none"

_TELEPHONE = re.compile(r"0\d{8,10}|1[5-8]\d{6}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
MOST_CALLS = 10_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """A form without mistakes."""

    registration: str
    facts: Facts


def kept(sent: Mapping[str, object]) -> dict[str, str]:
    """The answers of a form as they are kept in a draft, finished or not; too long ones are cut."""
    return {
        name: told[:longest]
        for name, longest in FIELDS.items()
        if isinstance(value := sent.get(name, ""), str) and (told := plain(value))
    }


def mistakes(form: Mapping[str, str], categories: Collection[str]) -> dict[str, str]:
    """Field to the phrase `apply_error.<...>` that says what is expected; nothing if the form may be sent."""
    found = {name: "needed" for name in FIELDS if name not in OPTIONAL and not form.get(name)}
    if "registration" not in found:
        try:
            parse(form["registration"])
        except RegistrationError as error:
            found["registration"] = f"registration_{error.key}"
    if "calls_per_month" not in found and _number(form["calls_per_month"]) is None:
        found["calls_per_month"] = "number"
    if "contact_phone" not in found and not _TELEPHONE.fullmatch(re.sub(r"[-\s]", "", form["contact_phone"])):
        found["contact_phone"] = "telephone"
    if "contact_email" not in found and not _EMAIL.fullmatch(form["contact_email"]):
        found["contact_email"] = "email"
    choices: dict[str, set[str]] = {"category": {*categories, NO_CATEGORY}, "goods": set(Goods), "made": set(Made)}
    choices |= {"large_group": set(Answer), "blocked_credit": set(Answer), "consent": {"yes"}}
    for name, known in choices.items():
        if name not in found and form[name] not in known:
            found[name] = "needed"
    return found


def answers(form: Mapping[str, str]) -> Answers:
    """What the rules look at. The form has no `mistakes`."""
    calls = _number(form["calls_per_month"])
    assert calls is not None
    return Answers(
        registration=parse(form["registration"]),
        facts=Facts(
            business=form["business"],
            category=None if form["category"] == NO_CATEGORY else form["category"],
            goods=Goods(form["goods"]),
            made=Made(form["made"]),
            large_group=Answer(form["large_group"]),
            blocked_credit=Answer(form["blocked_credit"]),
            calls_per_month=calls,
        ),
    )


def _number(written: str) -> int | None:
    digits = written.replace(",", "").strip()
    if not (digits.isascii() and digits.isdecimal()):
        return None
    return int(digits) if int(digits) <= MOST_CALLS else None
