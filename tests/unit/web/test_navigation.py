"""The header: every role finds its pages, each by a letter of its own."""

from __future__ import annotations

from itertools import product

import pytest

from callcenter.store.models import Level, Role
from callcenter.web.navigation import SECTIONS, Navigation, navigation
from callcenter.web.people import LANDING, Person

EVERYBODY = [
    Person(login="x", role=role, language="ko", level=level)
    for role, level in product(Role, (None, *Level))
    if (level is not None) == (role is Role.COMPANY)
]


def slugs(found: Navigation) -> list[str]:
    return [page.slug for _, pages in found.sections for page in pages]


@pytest.mark.parametrize("person", EVERYBODY, ids=lambda person: f"{person.role}-{person.level}")
def test_everybody_finds_their_first_page_and_no_letter_leads_two_ways(person: Person) -> None:
    found = navigation(person, LANDING[person.role])
    assert found.here is not None
    assert found.here.path == LANDING[person.role]
    letters = [page.letter for _, pages in found.sections for page in pages]
    assert len(letters) == len(set(letters))
    assert "g" not in letters


def test_no_page_is_without_readers() -> None:
    assert {slug for person in EVERYBODY for slug in slugs(navigation(person, "/"))} == {
        page.slug for pages in SECTIONS.values() for page in pages
    }


def test_a_viewer_of_a_company_has_no_page_of_its_users() -> None:
    seen = navigation(Person(login="x", role=Role.COMPANY, language="ko", level=Level.VIEWER), "/portal")
    assert not {"tickets", "contract", "members", "requests"} & set(slugs(seen))


@pytest.mark.parametrize(
    ("path", "here"),
    [
        ("/campaigns", "campaigns"),
        ("/campaigns/7", "campaigns"),
        ("/campaigns/low-scores", "low_scores"),
        ("/campaigns/consents", "consents"),
        ("/contracts/3", "contracts"),
        ("/staff/paid", "staff"),
        ("/compare", None),
    ],
)
def test_what_is_open_belongs_to_the_nearest_page(path: str, here: str | None) -> None:
    found = navigation(Person(login="x", role=Role.SUPERVISOR, language="ko"), path).here
    assert (found.slug if found else None) == here


def test_few_pages_need_no_headings_and_nobody_sees_none() -> None:
    assert navigation(Person(login="x", role=Role.SUPERVISOR, language="ko"), "/board").headed
    assert not navigation(Person(login="x", role=Role.AGENT, language="ko"), "/agent").headed
    assert navigation(None, "/compare") == Navigation()
