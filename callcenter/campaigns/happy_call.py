"""Which finished cases are followed by a happy call, and when: a fair sample, nobody too often, at a friendly hour."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from callcenter.campaigns.windows import Window, next_opening


@dataclass(frozen=True, slots=True, kw_only=True)
class HappyRule:
    """A company's wish."""

    #: So long after the end of the case.
    after: timedelta = timedelta(hours=24)
    #: One in so many cases is drawn: 1 draws all.
    share: float = 0.2
    #: A person is asked at most once within so long.
    spared: timedelta = timedelta(days=90)
    #: A case older than this when its turn comes is let go: nobody remembers it.
    stale: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Case:
    """A call or ticket that ended."""

    id: str
    number: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class HappyCall:
    """A case that is followed up, not before `due`."""

    case: Case
    due: datetime


def drawn(case: str, share: float) -> bool:
    """Whether the case is in the sample: by a hash of its id, so that agents cannot steer it and asking again, or on
    another machine, gives the same.
    """
    return int.from_bytes(hashlib.sha256(case.encode()).digest()[:8], "big") < share * 2**64


def select(
    cases: Iterable[Case], rule: HappyRule, window: Window, asked: Mapping[str, datetime], now: datetime
) -> list[HappyCall]:
    """The cases to follow up, in the order in which they ended; `asked`: when each number was last asked.

    `window` is in the local time that `now` is in. A person with several cases is asked about the first that is drawn.
    """
    chosen: list[HappyCall] = []
    last = dict(asked)
    for case in sorted(cases, key=lambda case: (case.ended_at, case.id)):
        if not case.number or not drawn(case.id, rule.share):
            continue
        due = next_opening(window, (case.ended_at + rule.after).astimezone(now.tzinfo))
        if due is None or due > case.ended_at + rule.stale or now > case.ended_at + rule.stale:
            continue
        if case.number in last and due < last[case.number] + rule.spared:
            continue
        last[case.number] = due
        chosen.append(HappyCall(case, due))
    return chosen
