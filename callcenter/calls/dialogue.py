"""What a caller hears and presses until it is known which group shall take the call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from callcenter.calls.commands import Command
from callcenter.calls.talk import Talk
from callcenter.calls.wish import CALLBACK_KEY, MESSAGE_KEY, OFFERS
from callcenter.centre import Centre, Company
from callcenter.hours import Ending

_CODE_LENGTH = 3
#: A language, the key before a code, the code and a category.
_MOST_AHEAD = 6
_MAIN, _CODE, _CLOSED = "menu-main", "menu-code", "menu-closed"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The dialogue is over: this group takes the call. `how`: dnis, menu or code."""

    group: str
    how: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The dialogue is over: nobody takes the call. `why` is the journal's reason."""

    why: str


@dataclass(frozen=True, slots=True)
class Wants:
    """The dialogue is over: while nobody takes calls the caller wants a callback (its key in line), or `message`."""

    what: str


@dataclass(slots=True, kw_only=True)
class Dialogue(Talk):
    """One caller's way through greeting and menus. Each method gives the commands that follow; `outcome` ends it."""

    dnis: str
    centre: Centre
    #: Public holidays of Korea.
    holidays: frozenset[date] = frozenset()
    company: Company | None = None
    #: The group that would take the call were it open, once that is known.
    closed: Chosen | None = None
    outcome: Chosen | Refused | Wants | None = None
    #: A menu with keys was reached; before that an abandoned call was abandoned in the greeting.
    in_menu: bool = False
    #: The caller chose the language by a key.
    _chose_language: bool = False
    #: A group took the call.
    _chosen: bool = False
    _keys: str = ""
    #: Pressed before there was a menu, by somebody who knows the way.
    _ahead: str = ""
    _tries: int = 0
    _local: datetime | None = None

    def begin(self, local: datetime) -> list[Command]:
        """Start for a call that came in at this local time."""
        self._local = local
        self.company = self.centre.company_of_number(self.dnis)
        self.language = self.centre.language_of_number(self.dnis) or self.language
        if self.company is None and self.dnis not in self.centre.hotlines:
            return self._say(("number-unknown",), self._finish(Refused("unknown_number")))
        if shut := self._shut(self._only_group()):
            return self._closed(shut)
        if self.company is None:
            greeting = ("greeting-hotline", "notice-recording", "notice-abuse")
            return self._say(greeting, lambda: self._enter(_MAIN))
        if not self.company.greeting:
            return self._after_company("dnis")
        company = self.company
        prompts = [f"greeting-{company.id}", *(["notice-recording"] if company.recording else []), "notice-abuse"]
        return self._say(tuple(prompts), lambda: self._after_company("dnis"))

    def resume(self) -> list[Command]:
        """Start again at the menu, for a caller whom a restart of the engine interrupted."""
        self.company = self.company or self.centre.company_of_number(self.dnis)
        return self._after_company("dnis") if self.company else self._enter(_MAIN)

    def key(self, key: str) -> list[Command]:
        """A key in a menu counts at once; one during the notices, which everybody hears to their end, counts there."""
        if not self._menu:
            self._ahead = (self._ahead + key)[:_MOST_AHEAD]
            return []
        return Talk.key(self, key)

    def know(self, centre: Centre) -> None:
        """The menus are behind the caller: another description of the centre counts from here on."""
        self.centre = centre
        if self.company:
            company = self.company.id
            self.company = next((one for one in centre.company if one.id == company), self.company)

    def _pressed(self, key: str) -> list[Command]:
        if self._menu == _CLOSED:
            choice = self._closed_choices().get(key)
            return choice() if choice else self._await_key(self.centre.waiting.key_s)
        return self._code_key(key) if self._menu == _CODE else self._menu_key(key)

    def _silent(self) -> list[Command]:
        if self._menu == _CLOSED:
            return self._finish(Refused("closed"))()
        return self._wrong("menu-silent")

    def close(self, ending: Ending) -> list[Command]:
        """The hours end while the caller still waits: told so, and refused, asked what is wanted, or for a message."""
        if ending.how == "callback":
            return self._closed(*ending.prompts)
        if ending.how == "voicemail" and self.centre.voicemail:
            self._menu = ""
            return self._say(ending.prompts, self._finish(Wants("message")))
        return self.refuse("closed", *ending.prompts)

    def refuse(self, why: str, *prompts: str) -> list[Command]:
        """The caller hears this, and the call ends."""
        self._menu = ""
        return self._say(prompts, self._finish(Refused(why)))

    def _closed(self, *prompts: str) -> list[Command]:
        choices = self._closed_choices()
        if not choices:
            return self.refuse("closed", *prompts)
        self._menu, self._ahead = _CLOSED, ""
        offers = [prompt for key, prompt in OFFERS.items() if key in choices]
        return self._say((*prompts, *offers), lambda: self._await_key(self.centre.waiting.key_s))

    def _closed_choices(self) -> Mapping[str, Callable[[], list[Command]]]:
        """What a caller may do while it is closed; a call without company and group has no line to call back from."""
        choices: dict[str, Callable[[], list[Command]]] = {}
        if (self.company or self.closed or self._chosen) and self.centre.callback:
            choices[CALLBACK_KEY] = self._finish(Wants(CALLBACK_KEY))
        if self.centre.voicemail:
            choices[MESSAGE_KEY] = self._finish(Wants("message"))
        return choices

    def _only_group(self) -> str | None:
        """The group of all calls of the company, which is known before anything is said."""
        return self.company.categories[0] if self.company and len(self.company.categories) == 1 else None

    def _shut(self, group: str | None) -> str | None:
        """What is said because calls of the company and this group are not taken now; None when they are."""
        opening = self.centre.opening(self.company, group, self.holidays)
        return opening.closed(self._local) if self._local else None

    def _choose(self, group: str, how: str) -> Callable[[], list[Command]]:
        def end() -> list[Command]:
            if shut := self._shut(group):
                self.closed = Chosen(group, how)
                return self._closed(shut)
            self._chosen = True
            return self._finish(Chosen(group, how))()

        return end

    def _finish(self, outcome: Chosen | Refused | Wants) -> Callable[[], list[Command]]:
        def end() -> list[Command]:
            self._menu = ""
            self.outcome = outcome
            return []

        return end

    def _enter(self, menu: str, *before: str) -> list[Command]:
        self._menu, self._keys, self.in_menu = menu, "", True
        if self._ahead[:1] in self._choices():
            return self._await_key(self.centre.waiting.key_s)
        self._ahead = ""
        prompt = menu
        if menu == _MAIN:
            prompt = self.centre.menu_prompt(menu)
        elif menu != _CODE:
            prompt = self.centre.menu_prompt(menu, self._categories())
        return self._say((*before, prompt), lambda: self._await_key(self.centre.waiting.key_s))

    def _await_key(self, within_s: int) -> list[Command]:
        if self._ahead:
            key, self._ahead = self._ahead[0], self._ahead[1:]
            return self._pressed(key)
        return Talk._await_key(self, within_s)

    def _categories(self) -> tuple[str, ...]:
        """What the keys of the company's or the family's menu stand for, in their order."""
        if self.company:
            return self.company.categories
        return next(k.categories for k in self.centre.menu if self._menu == f"menu-family-{k.key}")

    def _choices(self) -> Mapping[str, Callable[[], list[Command]]]:
        if self._menu == _CODE:
            return {digit: partial(self._code_key, digit) for digit in "0123456789"}
        if self._menu == _MAIN:
            families = {k.key: partial(self._enter, f"menu-family-{k.key}") for k in self.centre.menu}
            code, english, korean = (
                partial(self._enter, _CODE),
                partial(self._speak, "en"),
                partial(self._speak, "ko"),
            )
            return families | {"9": code, "0": english, "*": korean}
        choices = {str(i + 1): self._choose(c, "menu") for i, c in enumerate(self._categories())}
        return choices if self.company else choices | {"*": partial(self._enter, _MAIN)}

    def _speak(self, language: str) -> list[Command]:
        self.language, self._chose_language = language, True
        return self._enter(_MAIN)

    def _menu_key(self, key: str) -> list[Command]:
        choice = self._choices().get(key)
        return choice() if choice else self._wrong("menu-invalid")

    def _code_key(self, key: str) -> list[Command]:
        if key in "*#":
            return self._enter(_MAIN)
        self._keys += key
        if len(self._keys) < _CODE_LENGTH:
            return self._await_key(self.centre.waiting.key_s)
        company = self.centre.company_of_code(self._keys)
        if company is None:
            return self._wrong("code-unknown")
        self.company, self._menu = company, ""
        if company.language and not self._chose_language:
            self.language = company.language
        if shut := self._shut(self._only_group()):
            return self._closed(shut)
        return self._say((f"greeting-{company.id}",), lambda: self._after_company("code"))

    def _after_company(self, how: str) -> list[Command]:
        assert self.company
        if len(self.company.categories) == 1:
            return self._choose(self.company.categories[0], how)()
        return self._enter(f"menu-company-{self.company.id}")

    def _wrong(self, said: str) -> list[Command]:
        self._tries += 1
        self._ahead = ""
        if self._tries < self.centre.waiting.key_tries:
            return self._enter(self._menu, said)
        group = self.company.categories[0] if self.company else self.centre.undecided
        self._menu = ""
        if group is None:
            return self._say(("menu-goodbye",), self._finish(Refused("no_choice")))
        return self._say(("menu-giveup",), self._choose(group, "undecided"))
