"""People are told within 14 days what became of their consent, refusal or withdrawal (정보통신망법 제50조 제7항)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from callcenter.campaigns.consent import Act, Matter

WITHIN = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """Somebody who is to be told."""

    #: `c` and the id of a line of the ledger, or `r` and that of a refusal.
    id: str
    number: str
    #: None: refused calls.
    matter: Matter | None
    act: Act
    #: When the person said so.
    at: datetime

    @property
    def due(self) -> datetime:
        """The last moment at which telling is in time."""
        return self.at + WITHIN


def owed(act: Act, said: datetime, written: datetime) -> bool:
    """Whether the centre has to tell: not of a confirmation, which is itself an answer, nor of what was 14 days old
    when the centre heard of it, since whoever took it down had to tell by then.
    """
    return act is not Act.CONFIRMED and written <= said + WITHIN
