"""Whose data somebody sees: a company its own, the centre's people all."""

from __future__ import annotations

from callcenter.store.models import Role
from callcenter.store.scope import OneCompany, Scope, WholeCentre
from callcenter.web.people import Person


def scope_of(person: Person) -> Scope:
    """The scope of every query that is made for this person."""
    if person.role is Role.COMPANY or person.company is not None:
        return OneCompany(person.company or "")
    return WholeCentre()
