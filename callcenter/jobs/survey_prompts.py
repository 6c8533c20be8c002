"""The job that speaks a form's prompts; what is spoken already stays."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import structlog
from redis import Redis
from rq.exceptions import DuplicateJobError

from callcenter.asterisk.obtain import obtain_voice
from callcenter.campaigns.form import read_form
from callcenter.jobs.frame import opened
from callcenter.jobs.schedule import job_queue
from callcenter.outbound.prompts import missing
from callcenter.store.campaigns import Campaigns
from callcenter.store.scope import WholeCentre
from dialplan.choir import sing
from dialplan.voice import Voice

_TIMEOUT_S = 600

log = structlog.get_logger()


def enqueue_prompts(redis_url: str, form: int) -> None:
    """Let a worker speak this version's prompts; once a minute at most. Raises `redis.exceptions.RedisError`."""
    with Redis.from_url(redis_url, socket_timeout=2, socket_connect_timeout=2) as redis, suppress(DuplicateJobError):
        job_queue(redis).enqueue(
            "callcenter.jobs.survey_prompts.speak",
            form,
            job_id=f"survey-prompts-{form}-{datetime.now(UTC):%Y%m%dT%H%MZ}",
            unique=True,
            job_timeout=_TIMEOUT_S,
            result_ttl=_TIMEOUT_S,
        )


async def speak(form: int) -> None:
    """The job. Raises `VoiceError` or `ObtainError`: there is no voice; the dialler asks again."""
    async with opened() as (settings, made), made() as session:
        row = await Campaigns(session, WholeCentre()).form(form)
    if row is None:
        return
    command, environment = obtain_voice()
    voice = Voice(command=tuple(command), environment=environment)
    spoken = list(sing(voice, missing(settings.sounds, row.text, read_form(row.text))))
    log.info("survey.spoken", form=form, prompts=len(spoken))
