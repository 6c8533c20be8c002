"""A script of what Asterisk tells while the first list of channels is being read."""

from __future__ import annotations

from callcenter.asterisk.meanwhile import Meanwhile
from callcenter.calls.events import AsteriskSeen, SeenCall

SEEN = AsteriskSeen(
    calls=(SeenCall("cc-1", "07040000001", "01000000001", "held"), SeenCall("cc-2", "07040000001", "", "talking")),
    channels=frozenset({"cc-1", "cc-2", "agent-1"}),
    fresh=True,
)
EVENT = {"args": ["inbound", "07040000001"]}


def test_who_hung_up_since_is_not_seen_any_more() -> None:
    meanwhile = Meanwhile()
    meanwhile.gone("cc-1")
    meanwhile.gone("agent-1")
    corrected = meanwhile.corrected(SEEN)
    assert [call.channel for call in corrected.calls] == ["cc-2"]
    assert corrected.channels == {"cc-2"}
    assert corrected.fresh


def test_who_came_too_late_to_be_seen_is_told_once_and_in_order() -> None:
    meanwhile = Meanwhile()
    for channel in ("cc-2", "cc-4", "cc-3"):
        meanwhile.entered({"id": channel}, EVENT)
    assert meanwhile.unseen(SEEN) == [({"id": "cc-4"}, EVENT), ({"id": "cc-3"}, EVENT)]


def test_who_came_and_left_again_is_not_told() -> None:
    meanwhile = Meanwhile()
    meanwhile.entered({"id": "cc-3"}, EVENT)
    meanwhile.gone("cc-3")
    assert meanwhile.unseen(SEEN) == []
