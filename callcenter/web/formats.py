"""How times, lengths, numbers and amounts are written for people: Korean time, Korean telephone grouping, whole won."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Seoul")
NOTHING = "–"
#: 주식회사 and the like before or behind a name.
_KIND = re.compile(r"\(주\)|\(유\)|㈜|㈲|^(?:주식|유한)회사\b|\b(?:주식|유한)회사$")

_AREA = r"(?:02|0[3-6][1-5]|070|080|01[016789]|050\d)"
_SHAPES = (
    (re.compile(r"^(1[5-8]\d\d)(\d{4})$"), r"\1-\2"),
    (re.compile(rf"^({_AREA})(\d{{3,4}})(\d{{4}})$"), r"\1-\2-\3"),
)


def from_ms(at: int) -> datetime:
    """A journal's time as a datetime in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC)


def telephone(number: str | None) -> str:
    """A Korean number in its usual groups; anything else as it came; an anonymous caller as a dash."""
    if not number:
        return NOTHING
    for shape, groups in _SHAPES:
        if shape.match(number):
            return shape.sub(groups, number)
    return number


def masked_telephone(number: str | None) -> str:
    """A number with its middle hidden, for lists where nobody needs to dial it."""
    if not number or len(number) < 7:
        return NOTHING if not number else "*" * len(number)
    return telephone(number[:-8] + "****" + number[-4:]) if len(number) < 9 else f"{number[:3]}-****-{number[-4:]}"


def duration(seconds: float | None) -> str:
    """`m:ss`, from an hour on `h:mm:ss`."""
    if seconds is None:
        return NOTHING
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def duration_ms(milliseconds: int | None) -> str:
    """The same for a length in milliseconds."""
    return duration(None if milliseconds is None else milliseconds / 1000)


def moment(at: datetime | None) -> str:
    """Date and time in Seoul, `2026-11-23 14:05:09`."""
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S") if at else NOTHING


def day(at: date | datetime | None) -> str:
    """The date in Seoul, `2026-11-23`."""
    if at is None:
        return NOTHING
    return (at.astimezone(ZONE) if isinstance(at, datetime) else at).strftime("%Y-%m-%d")


def clock(at: datetime | None) -> str:
    """Time of day in Seoul, `14:05:09`."""
    return at.astimezone(ZONE).strftime("%H:%M:%S") if at else NOTHING


def percent(share: float | Fraction | None, digits: int = 0) -> str:
    """A share of 1 as a percentage; a dash when there was nothing to measure."""
    return NOTHING if share is None else f"{float(share) * 100:.{digits}f} %"


def looked_up(name: str) -> str:
    """Orders companies' names as people look for them: without what kind of company it is, capitals as small letters.
    Hangul's syllables stand in Unicode as in a dictionary.
    """
    composed = unicodedata.normalize("NFC", name)
    return _KIND.sub("", composed).strip().casefold() or composed


def plain(typed: str) -> str:
    """What somebody typed, without blanks around it and without the one character that a database cannot keep."""
    return typed.replace("\0", "").strip()


def whole(number: int | None) -> str:
    """A whole number in groups of three."""
    return NOTHING if number is None else f"{number:,}"
