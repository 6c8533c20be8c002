"""Answers that were spoken: what their recordings are called, and when a recording must be destroyed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from callcenter.campaigns.consent import Act, Entry, Matter
from callcenter.campaigns.kinds import Purpose
from callcenter.campaigns.refusals import Extent, marketing

_NAME = re.compile(r"survey-(\d+-\d+-\d+):([a-z][a-z0-9_]{0,23}):\d")


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a recording is of."""

    attempt: str
    question: str


def spoken(recording: str) -> Spoken | None:
    """What the recording of this name is of; None: no interview gives such a name."""
    found = _NAME.fullmatch(recording)
    return Spoken(found[1], found[2]) if found else None


def recording_name(channel: str, question: str, place: int) -> str:
    """What the recording is called that this interview (its channel `survey-<attempt>`) makes of the question."""
    return f"{channel}:{question}:{place}"


class Ended(StrEnum):
    """Why a recording is destroyed."""

    #: The term of keeping is over.
    EXPIRED = "expired"
    #: The person took back what allowed it, or refused everything.
    WITHDRAWN = "withdrawn"
    #: It belongs to no answer: the customer said nothing, or the interview was begun anew.
    UNUSED = "unused"


def to_be_destroyed(
    answered: datetime, oldest: datetime, purpose: Purpose, consents: Iterable[Entry], refused: Iterable[Extent]
) -> Ended | None:
    """Why an answer of that time is destroyed, if it is; `oldest`: the earliest time of which answers are still kept.

    Consent to marketing use that was withdrawn after the answer ends what the answer was asked for (개인정보보호법
    제21조, 제37조), of surveys and advertising; a refusal of every call ends it for happy calls as well.
    """
    if answered < oldest:
        return Ended.EXPIRED
    if Extent.ALL in refused:
        return Ended.WITHDRAWN
    withdrawn = (
        entry.matter is Matter.MARKETING and entry.act is Act.WITHDRAWN and entry.at >= answered for entry in consents
    )
    return Ended.WITHDRAWN if marketing(purpose) and any(withdrawn) else None
