"""What a waiting caller wants instead of waiting: a callback to a confirmed number, or to leave a message."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from callcenter.calls.commands import Command
from callcenter.calls.talk import Talk

#: The keys in line; the prompts name them.
CALLBACK_KEY, MESSAGE_KEY = "1", "2"
#: The prompts that tell of them.
OFFERS = {CALLBACK_KEY: "queue-callback", MESSAGE_KEY: "queue-voicemail"}

#: Korean numbers that a person answers: mobile, Seoul, regions, internet, personal. Paid services (060) and
#: representative numbers are nobody's own.
_CALLABLE = re.compile(r"01[016789]\d{7,8}|02\d{7,8}|0(3[1-3]|4[1-4]|5[1-5]|6[1-4])\d{7,8}|070\d{8}|050\d{8,9}")
_MOST_DIGITS = 12


def callable_number(number: str) -> bool:
    """Whether the centre may phone this number, written with digits only, when its owner asks for it."""
    return _CALLABLE.fullmatch(number) is not None


@dataclass(frozen=True, slots=True)
class CallMe:
    """The caller hangs up and is phoned at this number when the turn comes."""

    number: str


@dataclass(frozen=True, slots=True)
class Stay:
    """The caller goes on waiting."""


@dataclass(slots=True, kw_only=True)
class Wish(Talk):
    """The talk about a callback, while the caller keeps the place in line. `outcome` ends it."""

    topic: str = "wish"
    #: The number that the caller phones from; empty when withheld.
    caller: str
    key_s: int
    tries: int
    #: Said to who does not want it after all.
    stay: str = "callback-stay"
    outcome: CallMe | Stay | None = None
    _digits: str = ""
    _wrong: int = field(default=0)

    def begin(self) -> list[Command]:
        """The caller pressed the key for a callback."""
        return self._confirm(self.caller) if callable_number(self.caller) else self._type()

    def _confirm(self, number: str) -> list[Command]:
        self._menu, self._digits = "confirm", number
        spoken = tuple(f"digit-{digit}" for digit in number)
        return self._say(("callback-number", *spoken, "callback-confirm"), self._await)

    def _type(self, *before: str) -> list[Command]:
        self._menu, self._digits = "type", ""
        return self._say((*before, "callback-type"), self._await)

    def _await(self) -> list[Command]:
        return self._await_key(self.key_s)

    def _pressed(self, key: str) -> list[Command]:
        if self._menu == "type":
            return self._typed(key)
        if key == "1":
            self._menu, self.outcome = "", CallMe(self._digits)
            return []
        return self._type() if key == "2" else self._stay() if key == "*" else self._again()

    def _typed(self, key: str) -> list[Command]:
        if key == "*":
            return self._stay()
        if key != "#":
            self._digits += key
            if len(self._digits) < _MOST_DIGITS:
                return self._await()
        return self._complete()

    def _complete(self) -> list[Command]:
        return self._confirm(self._digits) if callable_number(self._digits) else self._again()

    def _silent(self) -> list[Command]:
        return self._complete() if self._menu == "type" and self._digits else self._again()

    def _again(self) -> list[Command]:
        self._wrong += 1
        if self._wrong >= self.tries:
            return self._stay()
        if self._menu == "type":
            return self._type("callback-invalid")
        return self._confirm(self._digits)

    def _stay(self) -> list[Command]:
        self._menu = ""

        def end() -> list[Command]:
            self.outcome = Stay()
            return []

        return self._say((self.stay,), end)
