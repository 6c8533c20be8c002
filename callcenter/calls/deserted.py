"""Lines in which nobody is left who could take a call: what is still ahead of those who wait there has no end."""

from __future__ import annotations

from callcenter.calls.staff import Staff

#: So long nobody must have been at work: an agent may pause for a moment, or miss a call.
AFTER_MS = 15_000
#: What was seen longer ago tells nothing about the time since.
_SEEN_WITHIN_MS = 15_000


class Deserted:
    """Times are epoch milliseconds."""

    def __init__(self, staff: Staff) -> None:
        self._staff = staff
        #: Since when nobody is there, and when that was seen last, by group and ring.
        self._since: dict[tuple[str, int], tuple[int, int]] = {}

    def __call__(self, group: str, ring: int, now: int) -> bool:
        """Whether nobody up to this ring around the group has been at work for a while; to be asked while one waits."""
        if self._staff.able(group, ring):
            self._since.pop((group, ring), None)
            return False
        since, seen = self._since.get((group, ring), (now, now))
        if now - seen > _SEEN_WITHIN_MS:
            since = now
        self._since[group, ring] = since, now
        return now - since >= AFTER_MS
