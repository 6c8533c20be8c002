"""The header: which pages a person has, which stand together, and the letter that leads to each after `g`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from callcenter.store.models import Level, Role
from callcenter.web.people import Person

_FLOOR = frozenset({Role.SUPERVISOR, Role.ADMIN})
_ADMIN = frozenset({Role.ADMIN})
_AGENT = frozenset({Role.AGENT})
_COMPANY = frozenset({Role.COMPANY})
_OUTBOUND = _FLOOR | {Role.CAMPAIGNS}
_BOOKS = _FLOOR | {Role.BILLING}
_CLERK = frozenset({Role.BILLING, Role.ADMIN})

#: So few pages are found without headings above them.
_FEW = 5


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the header; its name is the phrase `nav.<slug>`."""

    slug: str
    #: Pressed after `g`; no two pages of a person share it.
    letter: str
    roles: Collection[Role]
    #: Of a company's people, who opens it.
    levels: Collection[Level] = frozenset(Level)
    #: Where it is, if not at its own name.
    address: str = ""

    @property
    def path(self) -> str:
        """Its address."""
        return self.address or f"/{self.slug}"

    def opens_to(self, person: Person) -> bool:
        """Whether this person has it."""
        return person.role in self.roles and (person.level is None or person.level in self.levels)


#: All pages by what they are for; the heading of a section is the phrase `section.<slug>`.
SECTIONS: dict[str, tuple[Page, ...]] = {
    "now": (
        Page("board", "b", _FLOOR),
        Page("staff", "s", _FLOOR),
        Page("agent", "d", _AGENT),
        Page("portal", "d", _COMPANY),
    ),
    "calls": (
        Page("callbacks", "c", _FLOOR | _AGENT),
        Page("messages", "m", _FLOOR | _AGENT),
        Page("records", "r", _FLOOR | _COMPANY),
        Page("tickets", "t", _FLOOR | _COMPANY, levels={Level.ADMIN, Level.STAFF}),
    ),
    "outbound": (
        Page("campaigns", "o", _OUTBOUND | _COMPANY),
        Page("low_scores", "l", _FLOOR, address="/campaigns/low-scores"),
        Page("consents", "y", _OUTBOUND, address="/campaigns/consents"),
    ),
    "figures": (
        Page("report", "p", _FLOOR),
        Page("service", "s", _COMPANY),
        Page("history", "h", _BOOKS),
    ),
    "contracts": (
        Page("billing", "i", _CLERK),
        Page("statement", "i", _COMPANY),
        Page("contracts", "a", _BOOKS),
        Page("contract", "a", _COMPANY, levels={Level.ADMIN}),
        Page("requests", "q", _FLOOR | _COMPANY, levels={Level.ADMIN}),
        Page("compare", "v", _CLERK | _AGENT),
    ),
    "setup": (
        Page("configuration", "e", _FLOOR),
        Page("prompts", "w", _ADMIN),
        Page("marked", "n", _FLOOR),
        Page("members", "u", _COMPANY, levels={Level.ADMIN}),
    ),
}


@dataclass(frozen=True, slots=True)
class Navigation:
    """One person's header on one page."""

    sections: tuple[tuple[str, tuple[Page, ...]], ...] = ()
    #: The page that is open, or that what is open belongs to.
    here: Page | None = None

    @property
    def headed(self) -> bool:
        """Whether its sections need their headings."""
        return sum(len(pages) for _, pages in self.sections) > _FEW


def navigation(person: Person | None, path: str) -> Navigation:
    """The header of this person at this address; empty for nobody."""
    if person is None:
        return Navigation()
    own = ((slug, tuple(page for page in pages if page.opens_to(person))) for slug, pages in SECTIONS.items())
    sections = tuple((slug, pages) for slug, pages in own if pages)
    under = [page for _, pages in sections for page in pages if f"{path}/".startswith(f"{page.path}/")]
    return Navigation(sections, max(under, key=lambda page: len(page.path), default=None))
