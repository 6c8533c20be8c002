"""What is known of a caller before anybody speaks: open cases, the last call, a mark that people set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

#: A call within so long after the last one with the same company is a repeat call.
REPEAT_MS = 24 * 3600 * 1000


class Mark(StrEnum):
    """How a number is treated that supervisors have marked, from mild to hard."""

    #: Served as anybody; the agent is told beforehand.
    CAUTION = "caution"
    #: Served as anybody who phones, but never phoned by the centre.
    NEVER_CALL = "never_call"
    #: May leave a message; no agent is asked.
    MESSAGE_ONLY = "message_only"
    #: Told that no calls are taken from this number.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that is known of one number; companies are apart, so that none learns of another's customer."""

    mark: Mark | None = None
    #: The agent who handles the open case, by company.
    cases: Mapping[str, str] = field(default_factory=dict)
    #: End of the last call, epoch ms, by company.
    last: Mapping[str, int] = field(default_factory=dict)

    def handler(self, company: str | None) -> str | None:
        """The agent who handles this company's open case."""
        return self.cases.get(company or "")

    def repeats(self, company: str | None, now: int) -> bool:
        """Whether this is a repeat call: the customer phoned the same company within a day."""
        last = self.last.get(company or "")
        return last is not None and now - last < REPEAT_MS


#: Of a withheld number, or as long as nothing has been heard.
NOTHING = Known()
