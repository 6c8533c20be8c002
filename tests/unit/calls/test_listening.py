"""A supervisor listens, whispers, joins in: it is written down, and nobody without a phone of one's own can."""

from __future__ import annotations

import pytest

from callcenter.calls import commands, events
from callcenter.calls.floor import Floor
from callcenter.calls.journal import Kind
from tests.unit.calls.script import Script, centre

CALL, LEG = "cc-1.1", "cc-1.1-1001"


def at_work(shown: bool = False) -> Script:
    """1001 talks with a customer; the supervisor's phone is 1901."""
    script = Script(listening_shown=shown)
    described = centre(listening_shown=shown).model_dump() | {"supervisor": [{"login": "sup", "phone": "1901"}]}
    script.floor = Floor(type(script.floor.centre).model_validate(described))
    script.agent_ready("1001")
    script.answers(script.call(), "1001")
    return script


@pytest.fixture
def script() -> Script:
    return at_work()


def asks(script: Script, agent: str = "1001", by: str = "sup") -> str | None:
    script.happens(events.ListenWanted("t", agent, by))
    return script.said(commands.Reply)[-1].error


def listens(script: Script) -> str:
    """The phone rings and is answered; its channel."""
    assert asks(script) is None
    [ring] = script.said(commands.RingListener)
    assert (ring.phone, ring.agent_channel) == ("1901", LEG)
    assert not script.wrote(Kind.LISTENED)
    script.happens(events.ListenerAnswered(ring.channel))
    return ring.channel


def modes(script: Script) -> list[object]:
    return [entry.data["mode"] for entry in script.wrote(Kind.LISTENED)]


def test_the_phone_rings_and_who_listens_is_written_down_before_anything_is_heard(script: Script) -> None:
    channel = listens(script)
    assert script.said(commands.LetListen) == [commands.LetListen(channel)]
    [entry] = script.wrote(Kind.LISTENED)
    assert (entry.call, entry.agent) == (CALL, "1001")
    assert entry.data == {"by": "sup", "phone": "1901", "agent": "1001", "mode": "listen"}


def test_each_change_of_the_mode_is_written_down_and_the_end(script: Script) -> None:
    channel = listens(script)
    for key in "569":
        script.passes(1)
        script.happens(events.KeyPressed(channel, key))
    script.hangs_up(CALL, LEG)
    script.passes(1)
    script.happens(events.ChannelGone(channel, 16))
    assert modes(script) == ["listen", "whisper", "barge", "end"]


def test_a_phone_that_is_not_answered_heard_nothing(script: Script) -> None:
    asks(script)
    [ring] = script.said(commands.RingListener)
    script.happens(events.KeyPressed(ring.channel, "5"))
    script.happens(events.ChannelGone(ring.channel, 19))
    assert modes(script) == []
    assert asks(script) is None


def test_what_is_refused(script: Script) -> None:
    assert asks(script, by="a1001") == "no_phone"
    script.agent_ready("1002")
    assert asks(script, agent="1002") == "nobody_talks"
    assert asks(script, agent="nobody") == "nobody_talks"
    listens(script)
    assert asks(script) == "listens_already"


@pytest.mark.parametrize("shown", [False, True])
def test_the_agent_sees_it_only_if_the_centre_wants_it_so(shown: bool) -> None:
    script = at_work(shown)
    channel = listens(script)
    serving = script.floor.staff.agents["1001"].serving
    assert serving
    assert serving.listened is shown
    script.happens(events.ChannelGone(channel, 16))
    serving = script.floor.staff.agents["1001"].serving
    assert serving
    assert not serving.listened
