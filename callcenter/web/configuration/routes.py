"""The configuration page: what is in force and since when, forms and text to change it, what a change would do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from redis.exceptions import RedisError

from callcenter.asterisk.obtain import ObtainError
from callcenter.centre import Centre, CentreError, read_centre
from callcenter.config.announcement import announce
from callcenter.config.apply import apply, in_force
from callcenter.config.diff import Change, differences
from callcenter.config.edit import Whose, without_closing
from callcenter.config.mistakes import Mistake
from callcenter.config.versions import Version, Versions, stamp
from callcenter.store.models import Role
from callcenter.web.configuration import centre_forms, forms
from callcenter.web.errors import Refused
from callcenter.web.guard import allow
from callcenter.web.pages import language_of, render
from callcenter.web.people import Person
from callcenter.web.services import Services, services_of
from callcenter.web.words import phrase
from dialplan.voice import VoiceError
from routing.acd import Strategy

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
    why: str = ""


@router.get("")
async def page(request: Request, services: Uses, _: Supervisor, done: int = 0, late: bool = False) -> Response:
    """What is in force; `done`: the version that was just applied, `late`: the controller has not taken it yet."""
    return await _page(request, services, done=done, late=late)


@router.get("/group/{group}")
async def group_form(request: Request, services: Uses, _: Supervisor, group: str) -> Response:
    """A group's ladder, strategy, priority and peak-time agents."""
    found = next((one for one in services.centre.group if one.id == group), None)
    if found is None:
        raise Refused(404, "not_found")
    further = [(step, forms.conditions_of(step)) for step in found.then]
    return await _page(request, services, group=found, ladder=forms.ladder_of(found), further=further)


@router.get("/agent/{agent}")
async def agent_form(request: Request, services: Uses, _: Supervisor, agent: str) -> Response:
    """An agent's groups and levels."""
    found = next((one for one in services.centre.agent if one.id == agent), None)
    if found is None:
        raise Refused(404, "not_found")
    groups = set(found.groups)
    known = [one for one in services.centre.company if one.id in found.companies or groups & set(one.categories)]
    return await _page(request, services, agent=found, known=known)


@router.get("/company/{company}")
async def company_form(request: Request, services: Uses, _: Supervisor, company: str) -> Response:
    """What a company's callers speak and hear, and what it was promised."""
    found = next((one for one in services.centre.company if one.id == company), None)
    if found is None:
        raise Refused(404, "not_found")
    return await _page(request, services, heard_of=found)


@router.get("/waiting")
async def waiting_form(request: Request, services: Uses, _: Supervisor) -> Response:
    """How callers wait, what they hear meanwhile, and how agents are rung."""
    return await _page(request, services, waiting=services.centre.waiting)


@router.get("/relief")
async def relief_form(request: Request, services: Uses, _: Supervisor) -> Response:
    """What relieves the line: peak-time agents, callbacks, voicemail."""
    return await _page(request, services, relief=centre_forms.relief_of(services.centre))


@router.get("/menu")
async def menu_form(request: Request, services: Uses, _: Supervisor) -> Response:
    """The hotline's numbers and its menu."""
    return await _page(request, services, menu=centre_forms.menu_of(services.centre))


@router.get("/hours")
async def hours_form(request: Request, services: Uses, _: Supervisor, company: str = "", group: str = "") -> Response:
    """The opening times of the centre, or of a company or a group."""
    centre = services.centre
    whose = _whose(company, group)
    parts = {("company", one.id): one.hours for one in centre.company}
    parts |= {("group", one.id): one.hours for one in centre.group}
    if whose and whose not in parts:
        raise Refused(404, "not_found")
    own = parts[whose] if whose else None
    return await _page(request, services, hours=own or centre.hours, company=company, of_group=group)


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
    text: Annotated[str, Form(max_length=_LARGEST)] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """What the text, or the uploaded file, would change."""
    if file is not None and file.size:
        try:
            text = (await file.read()).decode("utf-8")
        except UnicodeDecodeError:
            raise Refused(422, "encoding") from None
    return await _preview(request, services, text.replace("\r\n", "\n"))


@router.post("/group/{group}")
async def change_group(request: Request, services: Uses, _: Supervisor, group: str) -> Response:
    """What another ladder of the group would change."""
    sent = await request.form()
    return await _changed(request, services, lambda text: forms.changed_group(text, group, sent))


@router.post("/agent/{agent}")
async def change_agent(request: Request, services: Uses, _: Supervisor, agent: str) -> Response:
    """What other groups of the agent would change."""
    sent = await request.form()
    return await _changed(request, services, lambda text: forms.changed_agent(text, agent, services.centre, sent))


@router.post("/company/{company}")
async def change_company(request: Request, services: Uses, _: Supervisor, company: str) -> Response:
    """What it would change if the company's callers heard something else."""
    sent = await request.form()
    return await _changed(request, services, lambda text: forms.changed_company(text, company, sent))


@router.post("/waiting")
async def change_waiting(request: Request, services: Uses, _: Supervisor) -> Response:
    """What it would change if callers waited, or agents were rung, otherwise."""
    waiting = centre_forms.waiting_sent(await request.form())
    return await _changed(request, services, lambda text: centre_forms.changed_waiting(text, waiting), waiting=waiting)


@router.post("/relief")
async def change_relief(request: Request, services: Uses, _: Supervisor) -> Response:
    """What it would change if the line were relieved otherwise."""
    relief = centre_forms.relief_sent(await request.form())
    return await _changed(request, services, lambda text: centre_forms.changed_relief(text, relief), relief=relief)


@router.post("/menu")
async def change_menu(request: Request, services: Uses, _: Supervisor) -> Response:
    """What another menu of the hotline would change."""
    menu = centre_forms.menu_sent(await request.form())
    return await _changed(request, services, lambda text: centre_forms.changed_menu(text, menu), menu=menu)


@router.post("/hours")
async def change_hours(request: Request, services: Uses, _: Supervisor, company: str = "", group: str = "") -> Response:
    """What other opening times would change."""
    sent = await request.form()
    return await _changed(request, services, lambda text: forms.changed_hours(text, _whose(company, group), sent))


@router.post("/day")
async def change_day(request: Request, services: Uses, _: Supervisor, company: str = "", group: str = "") -> Response:
    """What a single day's closing or opening would change."""
    sent = await request.form()
    return await _changed(request, services, lambda text: forms.changed_day(text, _whose(company, group), sent))


@router.post("/closing")
async def close_now(request: Request, services: Uses, person: Supervisor) -> Response:
    """Close the centre, a group or a company from now on until a time; in force at once."""
    sent = await request.form()
    text = await asyncio.to_thread(in_force, services.settings)
    closed = forms.closed_now(text, datetime.now(services.centre.zone), sent)
    return await _put(request, services, person, closed, phrase(language_of(request), "configuration.close_now"))


@router.post("/closing/{number}/end")
async def open_again(
    request: Request, services: Uses, person: Supervisor, number: int, base: Annotated[str, Form(max_length=32)]
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
    text: Annotated[str, Form(max_length=_LARGEST)],
    base: Annotated[str, Form(max_length=32)],
    why: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Put the text in force, unless somebody else was quicker."""
    if stamp(await asyncio.to_thread(in_force, services.settings)) != base:
        raise Refused(409, "config_changed")
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


def _whose(company: str, group: str) -> Whose:
    return ("group", group) if group else ("company", company) if company else None


async def _version(services: Services, number: int) -> Version:
    version = await asyncio.to_thread(Versions(services.settings.centre).get, number)
    if version is None:
        raise Refused(404, "not_found")
    return version


async def _changed(request: Request, services: Services, change: Callable[[str], str], **form: object) -> Response:
    """`form` is shown again as it was sent, below what it would change."""
    try:
        text = change(await asyncio.to_thread(in_force, services.settings))
    except (StopIteration, KeyError) as error:
        # Another version without this part came in between.
        raise Refused(409, "config_changed") from error
    return await _preview(request, services, text, **form)


async def _preview(request: Request, services: Services, text: str, **form: object) -> Response:
    before = await asyncio.to_thread(in_force, services.settings)
    centre, mistakes = await asyncio.to_thread(read_centre, text)
    changes: list[Change] = []
    if centre is not None:
        former, _ = await asyncio.to_thread(read_centre, before)
        changes = differences(former or services.centre, centre)
    preview = Preview(text=text, mistakes=mistakes, changes=changes, base=stamp(before))
    wrong = centre_forms.wrong_fields(text, mistakes) if form else set()
    return await _page(request, services, preview=preview, status_code=422 if mistakes else 200, wrong=wrong, **form)


async def _page(request: Request, services: Services, *, status_code: int = 200, **parts: object) -> Response:
    versions = await asyncio.to_thread(Versions(services.settings.centre).all)
    text = await asyncio.to_thread(in_force, services.settings)
    centre: Centre = services.centre
    now = datetime.now(centre.zone)
    shown = {"done": 0, "late": False, "preview": None, "group": None, "agent": None, "hours": None, "company": ""}
    return render(
        request,
        "configuration/templates/page.html",
        status_code=status_code,
        versions=versions[::-1],
        text=text,
        days=forms.DAYS,
        spoken=forms.LANGUAGES,
        conditions=forms.CONDITIONS,
        doings=forms.DOINGS,
        strategies=[one.value for one in Strategy],
        closings=[(number, one) for number, one in enumerate(centre.closing) if not one.over(now)],
        base=stamp(text),
        now=now,
        soon=now + timedelta(hours=1),
        of_centre=centre_forms,
        **{
            **shown,
            "ladder": {},
            "further": [],
            "known": [],
            "of_group": "",
            "heard_of": None,
            "waiting": None,
            "relief": None,
            "menu": None,
            "wrong": (),
            **parts,
        },
    )
