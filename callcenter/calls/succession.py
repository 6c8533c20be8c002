"""Which group takes the callers of one that the centre no longer has."""

from __future__ import annotations

from collections.abc import Iterator

from callcenter.centre import Centre, Company


def standing_in(group: str, former: Centre, centre: Centre, company: Company | None) -> str:
    """The group itself while it is there; else the nearest similar one, the company's next category, the undecided's.

    `former`: a description of the centre that still has the group. At last any group is better than a lost caller.
    """
    there = {one.id for one in centre.group}
    return next(slug for slug in _in_question(group, former, centre, company) if slug in there)


def _in_question(group: str, former: Centre, centre: Centre, company: Company | None) -> Iterator[str]:
    yield group
    yield from next((one.similar for one in former.group if one.id == group), ())
    if company:
        now = next((one for one in centre.company if one.id == company.id), company)
        yield from now.categories
    if centre.undecided:
        yield centre.undecided
    yield centre.group[0].id
