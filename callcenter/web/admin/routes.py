"""The prompts that callers and agents hear: read, listen, replace by a recording, go back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, File, Request, UploadFile
from fastapi.responses import FileResponse, Response

from callcenter.store.models import Role
from callcenter.web.errors import Refused
from callcenter.web.guard import allow
from callcenter.web.pages import render
from callcenter.web.people import Person
from callcenter.web.services import Services, services_of
from dialplan import company_music
from dialplan.recording import RecordingError
from dialplan.sounds import Prompt, prompts_of, replace, revert, shared_music
from dialplan.voice import Language

router = APIRouter(prefix="/prompts", include_in_schema=False)
log = structlog.get_logger(__name__)

Uses = Annotated[Services, Depends(services_of)]
Administrator = Annotated[Person, Depends(allow(Role.ADMIN))]

#: Decoding is work for a processor, and the folder is changed by one at a time.
_studio = ThreadPoolExecutor(max_workers=1, thread_name_prefix="prompts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Music:
    """What callers of a company wait to."""

    company: str
    #: Changes with the sound; 0: there is none yet.
    version: int
    uploaded: bool


async def _all(services: Services) -> list[tuple[str, list[Prompt]]]:
    """Each prompt's name with its languages."""
    prompts = await asyncio.to_thread(prompts_of, services.centre, services.settings.media)
    return [(name, list(sides)) for name, sides in groupby(prompts, key=lambda prompt: prompt.name)]


async def _sides(services: Services, prompt: str) -> Sequence[Prompt]:
    found = dict(await _all(services)).get(prompt)
    if found is None:
        raise Refused(404, "not_found")
    return found


def _version(side: Prompt) -> int:
    """Changes with the sound, so that a browser does not play the former one."""
    return side.file.stat().st_mtime_ns if side.file.is_file() else 0


@router.get("")
async def prompts(request: Request, services: Uses, _: Administrator, find: str = "") -> Response:
    """All of them, or those whose name or words hold what is looked for."""
    sought = find.strip().casefold()
    found = [
        (name, sides)
        for name, sides in await _all(services)
        if sought in name or any(sought in side.text.casefold() for side in sides)
    ]
    music = [] if sought else [_music(services, company) for company in company_music.musical(services.centre)]
    return render(
        request, "admin/templates/prompts.html", prompts=found, music=music, find=find, version=_version, told=None
    )


def _music(services: Services, company: str) -> Music:
    media = services.settings.media
    heard = company_music.heard(media, company)
    version = heard.stat().st_mtime_ns if heard.is_file() else 0
    return Music(company=company, version=version, uploaded=company_music.original(media, company) is not None)


@router.get("/music/{company}.wav")
async def listen_to_music(services: Uses, _: Administrator, company: str) -> Response:
    """What callers of this company wait to."""
    file = company_music.heard(services.settings.media, company)
    if company not in company_music.musical(services.centre) or not file.is_file():
        raise Refused(404, "not_found")
    return FileResponse(file, media_type="audio/wav")


@router.post("/music/{company}")
async def upload_music(
    request: Request, services: Uses, person: Administrator, company: str, recording: Annotated[UploadFile, File()]
) -> Response:
    """Let callers of this company wait to this recording."""
    data, name = await recording.read(), recording.filename or ""
    return await _changed_music(
        request,
        services,
        person,
        company,
        partial(company_music.replace_music, services.centre, services.settings.media, company, data, name),
    )


@router.post("/music/{company}/revert")
async def shared_music_again(request: Request, services: Uses, person: Administrator, company: str) -> Response:
    """Let callers of this company wait to the shared music again."""
    media = services.settings.media
    change = partial(company_music.revert_music, services.centre, media, company, shared_music(media))
    return await _changed_music(request, services, person, company, change)


async def _changed_music(
    request: Request, services: Services, person: Person, company: str, change: Callable[[], None]
) -> Response:
    if company not in company_music.musical(services.centre):
        raise Refused(404, "not_found")
    error = None
    try:
        await asyncio.get_running_loop().run_in_executor(_studio, change)
        log.info("music.changed", login=person.login, company=company)
    except RecordingError as wrong:
        error = wrong
    one = _music(services, company)
    status = 422 if error else 200
    return render(request, "admin/templates/music.html", status_code=status, one=one, told=(company, error))


@router.get("/{language}/{prompt}.wav")
async def listen(services: Uses, _: Administrator, language: Language, prompt: str) -> Response:
    """What callers hear."""
    side = next(side for side in await _sides(services, prompt) if side.language == language)
    if not side.file.is_file():
        raise Refused(404, "not_found")
    return FileResponse(side.file, media_type="audio/wav")


@router.post("/{language}/{prompt}")
async def upload(
    request: Request,
    services: Uses,
    person: Administrator,
    language: Language,
    prompt: str,
    recording: Annotated[UploadFile, File()],
) -> Response:
    """Let callers hear this recording instead of the synthetic voice."""
    data = await recording.read()
    try:
        await asyncio.get_running_loop().run_in_executor(
            _studio, replace, services.centre, services.settings.media, prompt, language, data, recording.filename or ""
        )
    except RecordingError as error:
        return await _one(request, services, prompt, language, error)
    log.info("prompt.replaced", login=person.login, prompt=prompt, language=language)
    return await _one(request, services, prompt, language, None)


@router.post("/{language}/{prompt}/revert")
async def go_back(request: Request, services: Uses, person: Administrator, language: Language, prompt: str) -> Response:
    """Let callers hear the synthetic voice again."""
    try:
        await asyncio.get_running_loop().run_in_executor(
            _studio, revert, services.centre, services.settings.media, prompt, language
        )
    except RecordingError as error:
        return await _one(request, services, prompt, language, error)
    log.info("prompt.reverted", login=person.login, prompt=prompt, language=language)
    return await _one(request, services, prompt, language, None)


async def _one(
    request: Request, services: Services, prompt: str, language: Language, error: RecordingError | None
) -> Response:
    """The prompt as it stands now, with what came of the change."""
    sides = await _sides(services, prompt)
    return render(
        request,
        "admin/templates/prompt.html",
        status_code=422 if error else 200,
        prompt=prompt,
        sides=sides,
        version=_version,
        told=(language, error),
    )
