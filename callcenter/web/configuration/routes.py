"""The configuration page: what is in force and since when, forms and text to change it, what a change would do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeVar

import structlog
from fastapi import APIRouter, Depends, File, Request, UploadFile
from fastapi import Form as Field
from fastapi.responses import RedirectResponse, Response
from redis.exceptions import RedisError

from callcenter.asterisk.obtain import ObtainError
from callcenter.centre import Agent, Centre, CentreError, Company, Group, read_centre
from callcenter.config.announcement import announce
from callcenter.config.apply import apply, in_force
from callcenter.config.diff import Change, differences
from callcenter.config.edit import without_closing
from callcenter.config.mistakes import Mistake
from callcenter.config.versions import Version, Versions, stamp
from callcenter.store.models import Role
from callcenter.web.configuration import centre_forms, forms, hours_forms
from callcenter.web.configuration.centre_forms import MenuForm, ReliefForm, WaitingForm
from callcenter.web.configuration.fields import Changed, Filled, Form, Shown
from callcenter.web.configuration.forms import AgentForm, CompanyForm, GroupForm
from callcenter.web.configuration.hours_forms import ClosingForm, DayForm, WeekForm
from callcenter.web.errors import Refused
from callcenter.web.guard import allow
from callcenter.web.pages import language_of, render
from callcenter.web.people import Person
from callcenter.web.services import Services, services_of
from callcenter.web.words import phrase
from dialplan.voice import VoiceError

router = APIRouter(prefix="/configuration", include_in_schema=False)
log = structlog.get_logger(__name__)

Uses = Annotated[Services, Depends(services_of)]
Supervisor = Annotated[Person, Depends(allow(Role.SUPERVISOR, Role.ADMIN))]

#: How long a page waits for the controller to say that it works by the new version.
_PATIENCE_S = 10.0
_LARGEST = 2_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What a text would do if it were applied."""

    text: str
    mistakes: list[Mistake]
    changes: list[Change]
    #: The version that it was compared with.
    base: str


@router.get("")
async def page(request: Request, services: Uses, _: Supervisor, done: int = 0, late: bool = False) -> Response:
    """What is in force; `done`: the version that was just applied, `late`: the controller has not taken it yet."""
    return await _page(request, services, done=done, late=late)


@router.get("/group/{group}")
async def group_form(request: Request, services: Uses, _: Supervisor, group: str) -> Response:
    """A group's ladder, strategy, priority and peak-time agents."""
    return await _open(request, services, _group(services.centre, group))


@router.get("/agent/{agent}")
async def agent_form(request: Request, services: Uses, _: Supervisor, agent: str) -> Response:
    """An agent's groups and levels."""
    return await _open(request, services, _agent(services.centre, agent))


@router.get("/company/{company}")
async def company_form(request: Request, services: Uses, _: Supervisor, company: str) -> Response:
    """What a company's callers speak and hear, and what it was promised."""
    return await _open(request, services, _company(services.centre, company))


@router.get("/waiting")
async def waiting_form(request: Request, services: Uses, _: Supervisor) -> Response:
    """How callers wait, what they hear meanwhile, and how agents are rung."""
    return await _open(request, services, WaitingForm(services.centre))


@router.get("/relief")
async def relief_form(request: Request, services: Uses, _: Supervisor) -> Response:
    """What relieves the line: peak-time agents, callbacks, voicemail."""
    return await _open(request, services, ReliefForm(services.centre))


@router.get("/menu")
async def menu_form(request: Request, services: Uses, _: Supervisor) -> Response:
    """The hotline's numbers and its menu."""
    return await _open(request, services, MenuForm(services.centre))


@router.get("/hours")
async def hours_form(request: Request, services: Uses, _: Supervisor, company: str = "", group: str = "") -> Response:
    """The opening times of the centre, or of a company or a group."""
    return await _open(request, services, *_hours(services.centre, company, group))


@router.get("/version/{number}")
async def version_text(services: Uses, _: Supervisor, number: int) -> Response:
    """A version's text, to be kept elsewhere."""
    version = await _version(services, number)
    headers = {"content-disposition": f'attachment; filename="centre-{number:04}.toml"'}
    return Response(version.text, media_type="application/toml", headers=headers)


@router.post("/check")
async def check(
    request: Request,
    services: Uses,
    _: Supervisor,
    text: Annotated[str, Field(max_length=_LARGEST)] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """What the text, or the uploaded file, would change."""
    if file is not None and file.size:
        try:
            text = (await file.read()).decode("utf-8")
        except UnicodeDecodeError:
            return await _page(request, services, status_code=422, written=text, unreadable=True)
    return await _preview(request, services, text)


@router.post("/group/{group}")
async def change_group(request: Request, services: Uses, _: Supervisor, group: str) -> Response:
    """What another ladder of the group would change."""
    return await _try(request, services, _group(services.centre, group))


@router.post("/agent/{agent}")
async def change_agent(request: Request, services: Uses, _: Supervisor, agent: str) -> Response:
    """What other groups of the agent would change."""
    return await _try(request, services, _agent(services.centre, agent))


@router.post("/company/{company}")
async def change_company(request: Request, services: Uses, _: Supervisor, company: str) -> Response:
    """What it would change if the company's callers heard something else."""
    return await _try(request, services, _company(services.centre, company))


@router.post("/waiting")
async def change_waiting(request: Request, services: Uses, _: Supervisor) -> Response:
    """What it would change if callers waited, or agents were rung, otherwise."""
    return await _try(request, services, WaitingForm(services.centre))


@router.post("/relief")
async def change_relief(request: Request, services: Uses, _: Supervisor) -> Response:
    """What it would change if the line were relieved otherwise."""
    return await _try(request, services, ReliefForm(services.centre))


@router.post("/menu")
async def change_menu(request: Request, services: Uses, _: Supervisor) -> Response:
    """What another menu of the hotline would change."""
    return await _try(request, services, MenuForm(services.centre))


@router.post("/hours")
async def change_hours(request: Request, services: Uses, _: Supervisor, company: str = "", group: str = "") -> Response:
    """What other opening times would change."""
    day, week = _hours(services.centre, company, group)
    return await _try(request, services, week, before=[day])


@router.post("/day")
async def change_day(request: Request, services: Uses, _: Supervisor, company: str = "", group: str = "") -> Response:
    """What a single day's closing or opening would change."""
    day, week = _hours(services.centre, company, group)
    return await _try(request, services, day, after=[week])


@router.post("/closing")
async def close_now(request: Request, services: Uses, person: Supervisor) -> Response:
    """Close the centre, a group or a company from now on until a time; in force at once."""
    sent = await _sent(request)
    form = ClosingForm(datetime.now(services.centre.zone))
    changed = form.changed(await asyncio.to_thread(in_force, services.settings), sent)
    seen = await _seen(services, changed.text)
    if seen.mistakes:
        return await _page(request, services, preview=seen, closing=_as_sent(form, sent, changed, seen))
    return await _put(request, services, person, changed.text, phrase(language_of(request), "configuration.close_now"))


@router.post("/closing/{number}/end")
async def open_again(
    request: Request, services: Uses, person: Supervisor, number: int, base: Annotated[str, Field(max_length=32)]
) -> Response:
    """The closing of this number in the text of that stamp is over; in force at once."""
    text = await asyncio.to_thread(in_force, services.settings)
    if stamp(text) != base:
        raise Refused(409, "config_changed")
    try:
        opened = without_closing(text, number)
    except KeyError:
        raise Refused(404, "not_found") from None
    return await _put(request, services, person, opened, phrase(language_of(request), "configuration.open_again"))


@router.post("/version/{number}")
async def back(request: Request, services: Uses, _: Supervisor, number: int) -> Response:
    """What going back to a version would change."""
    version = await _version(services, number)
    return await _preview(request, services, version.text)


@router.post("/apply")
async def put_in_force(
    request: Request,
    services: Uses,
    person: Supervisor,
    text: Annotated[str, Field(max_length=_LARGEST)],
    base: Annotated[str, Field(max_length=32)],
    why: Annotated[str, Field(max_length=200)] = "",
    again: Annotated[str, Field(pattern=r"^/configuration/[\w/?=-]+$")] = "/configuration/check",
) -> Response:
    """Put the text in force; when somebody else was quicker, what was sent for it is sent `again`, to be seen anew."""
    if stamp(await asyncio.to_thread(in_force, services.settings)) != base:
        joint = "&" if "?" in again else "?"
        return RedirectResponse(f"{again}{joint}overtaken=true", status_code=307)
    return await _put(request, services, person, text.replace("\r\n", "\n"), why.strip())


async def _put(request: Request, services: Services, person: Person, text: str, why: str) -> Response:
    language = language_of(request)
    try:
        news = await asyncio.to_thread(apply, services.settings, text, by=person.login, why=why, language=language)
    except CentreError:
        return await _preview(request, services, text)
    except (ObtainError, VoiceError, OSError) as error:
        log.error("config.not_applied", error=str(error))
        raise Refused(500, "config_failed") from error
    try:
        in_effect = await announce(services.redis, news, _PATIENCE_S)
    except RedisError:
        in_effect = False
    log.info("config.applied", login=person.login, version=news.number, in_effect=in_effect)
    late = "" if in_effect else "&late=true"
    return RedirectResponse(f"/configuration?done={news.number}{late}", status_code=303)


_One = TypeVar("_One", Group, Agent, Company)


def _one(parts: Iterable[_One], slug: str) -> _One:
    found = next((part for part in parts if part.id == slug), None)
    if found is None:
        raise Refused(404, "not_found")
    return found


def _group(centre: Centre, group: str) -> GroupForm:
    return GroupForm(_one(centre.group, group))


def _agent(centre: Centre, agent: str) -> AgentForm:
    return AgentForm(_one(centre.agent, agent), centre)


def _company(centre: Centre, company: str) -> CompanyForm:
    return CompanyForm(_one(centre.company, company), centre)


def _hours(centre: Centre, company: str, group: str) -> tuple[DayForm, WeekForm]:
    if group:
        _one(centre.group, group)
    elif company:
        _one(centre.company, company)
    whose = ("group", group) if group else ("company", company) if company else None
    return DayForm(centre, whose, datetime.now(centre.zone).date()), WeekForm(centre, whose)


async def _version(services: Services, number: int) -> Version:
    version = await asyncio.to_thread(Versions(services.settings.centre).get, number)
    if version is None:
        raise Refused(404, "not_found")
    return version


async def _open(request: Request, services: Services, first: Form, *others: Form) -> Response:
    return await _page(request, services, shown=[_as_it_is(first, focus=first.first), *map(_as_it_is, others)])


async def _try(
    request: Request, services: Services, form: Form, *, before: Iterable[Form] = (), after: Iterable[Form] = ()
) -> Response:
    """What the form would change, above the form as it was sent; others stand before and after it."""
    sent = await _sent(request)
    try:
        changed = form.changed(await asyncio.to_thread(in_force, services.settings), sent)
    except (StopIteration, KeyError) as error:
        # Another version without this part came in between.
        raise Refused(409, "config_changed") from error
    seen = await _seen(services, changed.text)
    tried = _as_sent(form, sent, changed, seen)
    shown = [*map(_as_it_is, before), tried, *map(_as_it_is, after)]
    return await _page(request, services, preview=seen, shown=shown, tried=tried)


async def _sent(request: Request) -> Filled:
    """What a form sends, without what is around it."""
    around = {"form_token", "text", "base", "why", "again"}
    sent = (await request.form()).items()
    return {name: value for name, value in sent if isinstance(value, str) and name not in around}


def _as_it_is(form: Form, focus: str = "") -> Shown:
    return Shown(form=form, filled=form.filled(), focus=focus)


def _as_sent(form: Form, sent: Filled, changed: Changed, seen: Preview) -> Shown:
    wrong = changed.wrong(seen.mistakes)
    return Shown(form=form, filled=sent, wrong=wrong, focus=next(iter(wrong), ""))


async def _seen(services: Services, text: str) -> Preview:
    text = text.replace("\r\n", "\n")
    before = await asyncio.to_thread(in_force, services.settings)
    centre, mistakes = await asyncio.to_thread(read_centre, text)
    changes: list[Change] = []
    if centre is not None:
        former, _ = await asyncio.to_thread(read_centre, before)
        changes = differences(former or services.centre, centre)
    return Preview(text=text, mistakes=mistakes, changes=changes, base=stamp(before))


async def _preview(request: Request, services: Services, text: str) -> Response:
    return await _page(request, services, preview=await _seen(services, text))


async def _page(
    request: Request,
    services: Services,
    *,
    status_code: int = 200,
    preview: Preview | None = None,
    shown: Sequence[Shown] = (),
    tried: Shown | None = None,
    closing: Shown | None = None,
    written: str | None = None,
    **told: object,
) -> Response:
    """`written`: what stands in the field of the whole file, where it is no text that was looked at."""
    versions = await asyncio.to_thread(Versions(services.settings.centre).all)
    text = await asyncio.to_thread(in_force, services.settings)
    centre: Centre = services.centre
    now = datetime.now(centre.zone)
    whose = next((one.form.whose for one in shown if isinstance(one.form, DayForm)), None)
    if written is None:
        written = preview.text if preview else text
    return render(
        request,
        "configuration/templates/page.html",
        status_code=422 if preview and preview.mistakes else status_code,
        versions=versions[::-1],
        text=text,
        written=written,
        base=stamp(text),
        preview=preview,
        overtaken="overtaken" in request.query_params,
        why=(await request.form()).get("why", ""),
        tried=tried,
        shown=shown,
        of_centre=centre_forms,
        of_parts=forms,
        of_hours=hours_forms,
        here=shown[0].form.address if shown else "",
        closing=closing or _as_it_is(ClosingForm(now, whose)),
        closings=[(number, one) for number, one in enumerate(centre.closing) if not one.over(now)],
        **{"done": 0, "late": False, "unreadable": False, **told},
    )
