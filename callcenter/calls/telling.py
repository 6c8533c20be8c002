"""What callers hear between the music while they wait: that all are busy, their place, the wait, comfort, offers.

Each kind of message comes no more often than its own setting, and what falls due within a few seconds is said in one
go, so that the music is interrupted as seldom as possible. Nothing is said while a phone rings for the caller: the call
is not in line then.
"""

from __future__ import annotations

from collections.abc import Callable

from callcenter.calls.call import Call
from callcenter.calls.commands import Command, Play, StartTimer, StopPlaying, StopTimer
from callcenter.calls.estimates import Estimates
from callcenter.calls.wish import CALLBACK_KEY, MESSAGE_KEY, OFFERS
from callcenter.centre import Centre
from routing.acd import Acd
from routing.forecast import Estimate

#: The timer's name.
POSITION = "position"
_POSITIONS_RECORDED = 30
#: Messages due so soon after one another are said together; so long one waits for another that is being said.
_TOGETHER_MS = 5_000
#: A timer may run out so much early by the clock of the day, which is not the timer's.
_EARLY_MS = 50


class Telling:
    """Times are epoch milliseconds; intervals are those of `[waiting]`."""

    def __init__(
        self,
        centre: Centre,
        acd: Acd,
        out: list[Command],
        estimates: Estimates,
        expected: Callable[[Call, int], Estimate | None],
    ) -> None:
        """`expected`: the wait that still lies before a call."""
        self._out = out
        self._estimates = estimates
        self._expected = expected
        self.know(centre, acd)

    def know(self, centre: Centre, acd: Acd) -> None:
        """Work by this description on this distribution; who waits already has to be told `begins` anew."""
        self._centre = centre
        self._acd = acd
        self._every_ms = centre.waiting.position_every_s * 1000
        self._comfort_ms = centre.waiting.comfort_every_s * 1000 if centre.waiting.comfort else 0

    def begins(self, call: Call, now: int, *, joining: bool) -> None:
        """The call waits from now on; who has just joined the line hears at once how it stands."""
        call.position_at = now
        if joining:
            call.comforted_at = now
            company = call.dialogue.company
            own = (f"announcement-{company.id}",) if company and company.announcement else ()
            if self._every_ms:
                self._say(call, ("queue-wait", *own, *self._place(call, now), *self._choices(call)))
            elif own:
                self._say(call, own)
        self._plan(call, now, now)

    def due(self, call: Call, now: int) -> None:
        """The timer ran out while the call waits."""
        by = now + _EARLY_MS
        if call.playback is None and call.talk is None:
            prompts: list[str] = []
            if self._every_ms and by >= call.position_at + self._every_ms:
                call.position_at = now
                prompts += [*self._place(call, now), *(self._choices(call) if call.told % 2 else ())]
            if self._comfort_ms and by >= call.comforted_at + self._comfort_ms:
                call.comforted_at = now
                messages = self._centre.waiting.comfort
                prompts.append(messages[call.comforted % len(messages)].prompt)
                call.comforted += 1
            if prompts:
                self._say(call, tuple(prompts))
        self._plan(call, now, now + _TOGETHER_MS)

    def offer(self, call: Call) -> None:
        """The group's ladder has the caller told what may be pressed instead of waiting."""
        self.hush(call)
        self._say(call, ("queue-sorry", *self._choices(call)))

    def hush(self, call: Call) -> None:
        """Whatever is being said ends."""
        if call.playback:
            self._out.append(StopPlaying(call.playback))
            call.playback = None

    def ends(self, call: Call) -> None:
        """The call waits no longer."""
        self._out.append(StopTimer(f"{POSITION}:{call.id}"))
        self.hush(call)

    def _plan(self, call: Call, now: int, earliest: int) -> None:
        times = [call.position_at + self._every_ms] if self._every_ms else []
        times += [call.comforted_at + self._comfort_ms] if self._comfort_ms else []
        if times:
            # The sooner one waits for the later one rather than that one comes before its time.
            at = max(due for due in times if due <= min(times) + _TOGETHER_MS)
            self._out.append(StartTimer(f"{POSITION}:{call.id}", max(at, earliest) - now))

    def _place(self, call: Call, now: int) -> tuple[str, ...]:
        position = self._acd.position(call.id)
        told = str(position) if position <= _POSITIONS_RECORDED else "many"
        return (f"queue-position-{told}", *self._estimates.prompts(call, self._expected(call, now), now))

    def _choices(self, call: Call) -> tuple[str, ...]:
        if call.callback:
            return ()
        there = {CALLBACK_KEY: self._centre.callback, MESSAGE_KEY: self._centre.voicemail}
        return tuple(prompt for key, prompt in OFFERS.items() if there[key])

    def _say(self, call: Call, prompts: tuple[str, ...]) -> None:
        call.told += 1
        call.playback = f"{call.id}:position:{call.told}"
        self._out.append(Play(call.id, call.playback, prompts, call.dialogue.language))
