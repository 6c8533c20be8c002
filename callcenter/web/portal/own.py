"""Whose portal it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from callcenter.store.models import Level, Role
from callcenter.store.scope import OneCompany
from callcenter.web.errors import Refused
from callcenter.web.guard import allow
from callcenter.web.people import Person
from callcenter.web.services import Services, services_of

Uses = Annotated[Services, Depends(services_of)]
Member = Annotated[Person, Depends(allow(Role.COMPANY))]


def own(services: Services, person: Person) -> str:
    """The company of this person. Raises `Refused`: the centre does not know it any more."""
    if person.company is None or person.company not in {one.id for one in services.centre.company}:
        raise Refused(403, "no_company")
    return person.company


async def _chief(services: Uses, person: Member) -> Person:
    """The company's administrator."""
    if person.level is not Level.ADMIN:
        raise Refused(403, "forbidden")
    own(services, person)
    return person


Chief = Annotated[Person, Depends(_chief)]


def scope_of_own(services: Services, person: Person) -> OneCompany:
    """The scope of every query that the portal makes."""
    return OneCompany(own(services, person))
