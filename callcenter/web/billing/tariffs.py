"""The tariffs' page: read a version before it is used, save it, see what it would make of a month that is closed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from billing.month import Month
from billing.tariff import Tariff, TariffError, in_order
from billing.volumes import TALK_MINUTES, Volume, costs
from callcenter.settlement.again import effects
from callcenter.settlement.bookkeeping import Bookkeeping
from callcenter.store.models import Role
from callcenter.store.periods import Actor
from callcenter.store.settlement_models import PeriodState
from callcenter.tariffs import SUFFIXES, load_tariffs, read_text, versions
from callcenter.web.billing.books import change
from callcenter.web.errors import Refused
from callcenter.web.guard import allow
from callcenter.web.months import chosen_month
from callcenter.web.pages import render
from callcenter.web.people import Person
from callcenter.web.services import Services, services_of

router = APIRouter(include_in_schema=False)
Uses = Annotated[Services, Depends(services_of)]
Clerk = Annotated[Person, Depends(allow(Role.BILLING, Role.ADMIN))]
#: Volumes for which a preview tells what a month costs.
_VOLUMES = (0, 1, 100, 200, 201, 400, 600, 1000, 2000, 4000, 6000, 10_000)


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What a text is good for."""

    tariff: Tariff | None
    #: The version that saving replaces; empty: a new one.
    replaces: str
    problems: tuple[str, ...]
    rows: tuple[Volume, ...]


@router.get("/billing/tariff")
async def tariff(request: Request, services: Uses, _: Clerk, version: str = "") -> Response:
    """A version's words, the newest by default, with its preview."""
    names = _versions(services)
    chosen = version if version in names else names[-1] if names else ""
    # What is no text in UTF-8 is shown as far as it is, to be mended.
    text = (services.settings.tariffs / chosen).read_text(encoding="utf-8", errors="replace") if chosen else ""
    return await _page(request, services, text, chosen)


@router.post("/billing/tariff")
async def save(
    request: Request,
    services: Uses,
    person: Clerk,
    text: Annotated[str, Form()],
    what: Annotated[str, Form()],
    version: Annotated[str, Form()] = "",
) -> Response:
    """Preview a text, or save it: in the place of the version it was made from, or as another one."""
    text = text.replace("\r\n", "\n")
    version = version if version in _versions(services) else ""
    seen = preview(text, services, version)
    if what != "save" or seen.tariff is None:
        return await _page(request, services, text, version)
    first, taken = seen.tariff.valid_from, _versions(services)
    suffix = Path(_named_like(version)).suffix
    names = (f"{first}{suffix}", *(f"{first}-{n}{suffix}" for n in range(2, len(taken) + 3)))
    name = seen.replaces or next(name for name in names if name not in taken)

    def write(books: Bookkeeping, actor: Actor) -> None:
        books.save_tariff(name, text, first, actor)

    await change(services, person, write)
    return RedirectResponse(f"/billing/tariff?version={name}", status_code=303)


@router.post("/billing/tariff/rerate")
async def rerate(
    services: Uses,
    person: Clerk,
    text: Annotated[str, Form()],
    month: Annotated[str, Form()],
    version: Annotated[str, Form()] = "",
) -> Response:
    """What this text would make of a closed month; nothing is changed."""
    chosen = chosen_month(services, month)
    text = text.replace("\r\n", "\n")
    try:
        other = read_text(text, _named_like(version))
    except ValueError as error:
        raise Refused(422, "tariff_text") from error
    await change(services, person, lambda books, actor: books.rerate(chosen, other, text, actor).id)
    return RedirectResponse(f"/billing/tariff/{chosen}", status_code=303)


@router.get("/billing/tariff/{month}")
async def proposals(request: Request, services: Uses, person: Clerk, month: str) -> Response:
    """What other tariffs would make of the month."""
    chosen = chosen_month(services, month)
    rows = await change(
        services, person, lambda books, _: [(one, books.payers(one)) for one in books.reratings(chosen)]
    )
    return render(request, "billing/templates/rerating.html", month=chosen, proposals=rows, effects=effects)


@router.post("/billing/tariff/{month}/{number}")
async def decide(services: Uses, person: Clerk, month: str, number: int, what: Annotated[str, Form()]) -> Response:
    """Carry a proposal out by correcting notes, or drop it."""
    chosen = chosen_month(services, month)
    await change(services, person, lambda books, actor: books.decide(number, actor, approve=what == "approve"))
    return RedirectResponse(f"/billing/tariff/{chosen}", status_code=303)


def preview(text: str, services: Services, version: str) -> Preview:
    """What the text means, or everything that is wrong with it, alone and beside the other versions.

    `version`: the file it was made from; empty: none. It takes that file's place only with the same first month, or if
    that file cannot be read.
    """
    try:
        tariff = read_text(text, _named_like(version))
        others = list(load_tariffs(services.settings.tariffs, but_for=version))
        replaces = version
        if version and (before := _readable(services, version)) and before.valid_from != tariff.valid_from:
            others.append(before)
            replaces = ""
        in_order([*others, tariff])
    except TariffError as error:
        return Preview(tariff=None, replaces="", problems=error.problems, rows=())
    except ValueError as error:
        return Preview(tariff=None, replaces="", problems=(str(error),), rows=())
    rows = tuple(costs(tariff, calls) for calls in _VOLUMES)
    return Preview(tariff=tariff, replaces=replaces, problems=(), rows=rows)


def _named_like(version: str) -> str:
    """The name of a text that is in no file yet, and written as the version that it was made from."""
    suffix = Path(version).suffix
    return f"tariff{suffix if suffix in SUFFIXES else '.toml'}"


def _readable(services: Services, version: str) -> Tariff | None:
    try:
        return read_text((services.settings.tariffs / version).read_text(encoding="utf-8"), version)
    except (TariffError, ValueError, OSError):
        return None


def _versions(services: Services) -> list[str]:
    return [path.name for path in versions(services.settings.tariffs)]


async def _page(request: Request, services: Services, text: str, version: str) -> Response:
    person: Person = request.state.person
    closed = await change(
        services,
        person,
        lambda books, _: [row.month for row in books.periods() if row.state is PeriodState.CLOSED],
    )
    return render(
        request,
        "billing/templates/tariff.html",
        text=text,
        version=version,
        versions=_versions(services),
        preview=preview(text, services, version),
        talk_minutes=TALK_MINUTES,
        closed=[Month.parse(one) for one in reversed(closed)],
    )
