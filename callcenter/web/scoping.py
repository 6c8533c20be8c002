"""Whose data somebody sees: a company its own, the centre's people all; and how much of it."""

from __future__ import annotations

from callcenter.store.models import Role
from callcenter.store.scope import OneCompany, Scope, WholeCentre
from callcenter.web.errors import Refused
from callcenter.web.people import Person


def scope_of(person: Person) -> Scope:
    """The scope of every query that is made for this person."""
    if person.role is Role.COMPANY or person.company is not None:
        return OneCompany(person.company or "")
    return WholeCentre()


def need_customers(person: Person) -> None:
    """Raises `Refused` for whom they are not."""
    if not person.sees_customers:
        raise Refused(403, "forbidden")
