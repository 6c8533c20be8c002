"""Who is signed in, and what they may open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from callcenter.store.models import Level, Role

#: Where each person lands after signing in.
LANDING = {
    Role.AGENT: "/agent",
    Role.SUPERVISOR: "/board",
    Role.BILLING: "/billing",
    Role.CAMPAIGNS: "/campaigns",
    Role.COMPANY: "/portal",
    Role.ADMIN: "/board",
}

#: A shift of an agent or a board on the wall is never cut; whoever sees money, settings or a company's customers from
#: outside the centre is signed out after half an hour without a click (the most that Korean practice allows).
IDLE = {
    Role.AGENT: timedelta(hours=10),
    Role.SUPERVISOR: timedelta(hours=10),
    Role.BILLING: timedelta(minutes=30),
    Role.CAMPAIGNS: timedelta(minutes=30),
    Role.COMPANY: timedelta(minutes=30),
    Role.ADMIN: timedelta(minutes=30),
}

#: Nobody stays signed in longer than this, however busy.
ABSOLUTE = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody signed in, or a program with a token."""

    login: str
    role: Role
    language: str
    #: The only company whose data they see; None for the centre's own people.
    company: str | None = None
    #: How much of their company's data they see; None for the centre's own people.
    level: Level | None = None
    #: The extension they answer, if they are an agent.
    agent: str | None = None

    @property
    def sees_customers(self) -> bool:
        """Whether names, numbers and voices of customers are for them: not for a company's viewers, nor for whoever
        keeps the books.
        """
        if self.role is Role.COMPANY:
            return self.level in {Level.ADMIN, Level.STAFF}
        return self.role is not Role.BILLING

    @property
    def opens_calls(self) -> bool:
        """Whether one call is for them: for billing clerks without the customer, or they could explain no line."""
        return self.sees_customers or self.role is Role.BILLING
