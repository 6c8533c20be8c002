"""What customers answered: one interview's answers, and those in their own words to listen to. Never who it was."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse, Response

from callcenter.campaigns.spoken import spoken
from callcenter.store.campaign_models import CampaignRow
from callcenter.store.campaign_rules import form_of
from callcenter.store.campaigns import Campaigns
from callcenter.store.spoken import SpokenAnswer, SpokenAnswers, open_questions, spoken_answers
from callcenter.web.campaigns.common import Reader, Uses
from callcenter.web.campaigns.results import label
from callcenter.web.errors import Refused
from callcenter.web.pages import render
from callcenter.web.people import Person
from callcenter.web.scoping import need_customers, scope_of
from callcenter.web.services import Services

router = APIRouter(prefix="/campaigns", include_in_schema=False)
log = structlog.get_logger(__name__)

PAGE = 20


async def _listener(person: Reader) -> Person:
    """A voice is a customer's."""
    need_customers(person)
    return person


Listener = Annotated[Person, Depends(_listener)]


def recording_path(folder: Path, answer: SpokenAnswer) -> Path | None:
    """The file of an answer; None when there is none, or its name is not that of this very answer."""
    named = spoken(answer.recording)
    if named is None or (named.attempt, named.question) != (answer.response.attempt, answer.question):
        return None
    path = folder / f"{answer.recording}.wav"
    return path if path.is_file() else None


@router.get("/{number}/spoken")
async def listen(
    request: Request, services: Uses, person: Listener, number: int, page: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> Response:
    """All answers in customers' own words, the newest first."""
    async with services.sessions() as session:
        campaign = await _campaign(Campaigns(session, scope_of(person)), number)
        version = await Campaigns(session, scope_of(person)).form(campaign.form)
        form = form_of(version.text if version else None)
        mine = SpokenAnswers(session, scope_of(person))
        found = await mine.of(number, open_questions(form))
        shown = found[(page - 1) * PAGE : page * PAGE]
        gone = await mine.destroyed([one.recording for one in shown])
    return render(
        request,
        "campaigns/templates/spoken.html",
        campaign=campaign,
        form=form,
        shown=shown,
        total=len(found),
        gone=gone,
        playable=_playable(services, shown),
        page=page,
        pages=max(1, -(-len(found) // PAGE)),
        label=label,
    )


@router.get("/{number}/responses/{attempt}")
async def one(request: Request, services: Uses, person: Listener, number: int, attempt: str) -> Response:
    """One interview's answers."""
    async with services.sessions() as session:
        campaigns, mine = Campaigns(session, scope_of(person)), SpokenAnswers(session, scope_of(person))
        campaign = await _campaign(campaigns, number)
        response = await mine.response(number, attempt)
        if response is None:
            raise Refused(404, "no_response")
        version = await campaigns.form(response.form)
        form = form_of(version.text if version else None)
        answers = spoken_answers(response, open_questions(form))
        gone = await mine.destroyed([one.recording for one in answers])
    return render(
        request,
        "campaigns/templates/response.html",
        campaign=campaign,
        form=form,
        response=response,
        gone=gone,
        playable=_playable(services, answers),
        label=label,
    )


@router.get("/{number}/responses/{attempt}/{question}/audio")
async def audio(services: Uses, person: Listener, number: int, attempt: str, question: str) -> Response:
    """What the customer said; answers `Range`, so that a player can jump."""
    async with services.sessions() as session:
        mine = SpokenAnswers(session, scope_of(person))
        response = await mine.response(number, attempt)
        answers = spoken_answers(response, [question]) if response else []
        gone = await mine.destroyed([one.recording for one in answers])
    path = recording_path(services.settings.answers, answers[0]) if answers and not gone else None
    if path is None:
        raise Refused(404, "no_recording")
    log.info("answer.opened", login=person.login, attempt=attempt, question=question)
    return FileResponse(path, media_type="audio/wav")


def _playable(services: Services, answers: list[SpokenAnswer]) -> set[str]:
    return {one.recording for one in answers if recording_path(services.settings.answers, one)}


async def _campaign(campaigns: Campaigns, number: int) -> CampaignRow:
    campaign = await campaigns.get(number)
    if campaign is None:
        raise Refused(404, "no_campaign")
    return campaign
