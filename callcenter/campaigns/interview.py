"""One customer's way through a form by voice and keys: events in, commands out; wrong and absent keys apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from callcenter.calls.commands import Play, StartTimer, StopPlaying, StopTimer
from callcenter.campaigns.commands import Command, HandOver, Record
from callcenter.campaigns.form import Form, Question, QuestionKind
from callcenter.campaigns.kinds import Purpose
from callcenter.campaigns.spoken import recording_name

#: The key that refuses for good, at any time.
REFUSE = "*"
#: Further digits of a number are waited for so long.
_DIGITS_MS = 2500


class End(StrEnum):
    """How the interview ended."""

    #: The form's end was reached.
    FINISHED = "finished"
    #: Too many wrong or missing answers: the rest was skipped.
    GAVE_UP = "gave_up"
    HUNG_UP = "hung_up"
    #: `REFUSE` was pressed.
    REFUSED = "refused"
    #: Enough others have answered the like.
    QUOTA_FULL = "quota_full"
    TRANSFERRED = "transferred"


def announcement(purpose: Purpose, company: str) -> tuple[str, ...]:
    """The prompts that come before the opening: advertising names itself, the sender and the way to refuse first."""
    return (f"survey-advert-{company}",) if purpose is Purpose.ADVERTISING else ()


@dataclass(slots=True, kw_only=True)
class Interview:
    """Give it each event; it gives the commands that follow. `end` tells that it is over: then hang up."""

    channel: str
    form: Form
    #: Names the prompts of this version of the form: `<prefix>-opening`, `<prefix>-q-<id>`, `<prefix>-thanks`.
    prefix: str
    language: str = "ko"
    #: Said before the opening (`announcement`).
    announce: tuple[str, ...] = ()
    #: (question, answer) of which there are enough; may grow while the interview is on.
    full: frozenset[tuple[str, str]] = frozenset()
    #: By question: the keys (several joined by commas), the number, or the recording's name; empty: passed over.
    answers: dict[str, str] = field(default_factory=dict)
    invalid: Counter[str] = field(default_factory=Counter)
    silent: Counter[str] = field(default_factory=Counter)
    end: End | None = None
    #: The question that is asked, or was when it ended.
    question: Question | None = None
    _entry: str = ""
    _tries: int = 0
    _open: bool = False
    _recording: str | None = None
    _playing: str | None = None
    _played: int = 0
    _after: Callable[[], list[Command]] | None = None

    def begin(self) -> list[Command]:
        """Start; the channel is answered."""
        return self._say((*self.announce, f"{self.prefix}-opening"), lambda: self._ask(self.form.first))

    def playback_finished(self, playback: str) -> list[Command]:
        """What follows a prompt; an outdated playback means nothing."""
        if playback != self._playing:
            return []
        self._playing = None
        after, self._after = self._after, None
        return after() if after else []

    def key(self, key: str) -> list[Command]:
        """A key answers the question that is asked, also while it is still being spoken."""
        if self.end is not None:
            return []
        if key == REFUSE:
            return [*self._hush(), *self._finish(End.REFUSED, "survey-refused")]
        if not self._open or self._recording is not None or self.question is None:
            return []
        return [*self._hush(), *self._pressed(self.question, key)]

    def silence(self) -> list[Command]:
        """No further key came in time."""
        if not self._open or self._recording is not None or self.question is None:
            return []
        if self._entry:
            return self._entered(self.question)
        self.silent[self.question.id] += 1
        return self._again(self.question, "survey-silent")

    def recorded(self, recording: str, length_ms: int) -> list[Command]:
        """A recording ended; shorter than a second it holds no answer."""
        if recording != self._recording or self.question is None or self.end is not None:
            return []
        self._recording = None
        if length_ms < 1000:
            self.silent[self.question.id] += 1
            return self._again(self.question, "survey-silent")
        return self._answered(self.question, recording)

    def hung_up(self) -> list[Command]:
        """The customer is gone."""
        commands = self._hush()
        self._playing = self._after = None
        self._open = False
        self.end = self.end or End.HUNG_UP
        return commands

    @property
    def timer(self) -> str:
        """The name of the timer that waits for keys."""
        return f"survey:{self.channel}"

    def _say(self, prompts: tuple[str, ...], after: Callable[[], list[Command]]) -> list[Command]:
        self._played += 1
        self._playing = f"{self.channel}:survey:{self._played}"
        self._after = after
        return [Play(self.channel, self._playing, prompts, self.language)]

    def _hush(self) -> list[Command]:
        commands: list[Command] = [StopTimer(self.timer)]
        if self._playing:
            commands.append(StopPlaying(self._playing))
            self._playing = self._after = None
        return commands

    def _ask(self, question: Question | None, *before: str) -> list[Command]:
        """Ask it; nothing more to ask is the end."""
        if not before:
            self._tries = 0
        self._entry, self._recording = "", None
        if question is None:
            return self._finish(End.FINISHED)
        self.question = question
        prompts = (*before, f"{self.prefix}-q-{question.id}")
        match question.kind:
            case QuestionKind.SAY:
                self._open = False
                return self._say(prompts, lambda: self._ask(self.form.after(question, None)))
            case QuestionKind.TRANSFER:
                self._open = False
                return self._say(prompts, lambda: self._transfer(question))
            case QuestionKind.OPEN:
                self._open = False
                return self._say(prompts, lambda: self._record(question))
            case _:
                self._open = True
                return self._say(prompts, lambda: [StartTimer(self.timer, self.form.key_s * 1000)])

    def _record(self, question: Question) -> list[Command]:
        self._recording = recording_name(self.channel, question.id, self._tries)
        return [Record(self.channel, self._recording, question.most_s)]

    def _transfer(self, question: Question) -> list[Command]:
        self.end = End.TRANSFERRED
        return [HandOver(self.channel, question.group)]

    def _pressed(self, question: Question, key: str) -> list[Command]:
        wait: list[Command] = [StartTimer(self.timer, _DIGITS_MS)]
        if question.kind is QuestionKind.MULTIPLE:
            if key == "#":
                return self._entered(question)
            keys = [*(k for k in self._entry.split(",") if k), key]
            if not question.valid(",".join(keys)):
                return self._wrong(question)
            self._entry = ",".join(sorted(keys))
            return self._entered(question) if len(keys) == len(question.choices) else wait
        if question.kind in (QuestionKind.SCALE, QuestionKind.NUMBER):
            if key == "#":
                return self._entered(question)
            self._entry += key
            longer = int(self._entry) * 10 <= question.high and self._entry != "0"
            return wait if longer else self._entered(question)
        self._entry = key
        return self._entered(question)

    def _entered(self, question: Question) -> list[Command]:
        entry, self._entry = self._entry, ""
        return self._answered(question, entry) if question.valid(entry) else self._wrong(question)

    def _answered(self, question: Question, answer: str) -> list[Command]:
        self._open = False
        self.answers[question.id] = answer
        if any((asked, part) in self.full for asked, given in self.answers.items() for part in given.split(",")):
            return self._finish(End.QUOTA_FULL)
        return self._ask(self.form.after(question, answer))

    def _wrong(self, question: Question) -> list[Command]:
        self.invalid[question.id] += 1
        return self._again(question, "survey-invalid")

    def _again(self, question: Question, said: str) -> list[Command]:
        self._tries += 1
        if self._tries < self.form.tries:
            return self._ask(question, said)
        self._open = False
        if question.required:
            return self._finish(End.GAVE_UP)
        self.answers[question.id] = ""
        return self._ask(self.form.after(question, None))

    def _finish(self, end: End, prompt: str = "") -> list[Command]:
        """Say the last words; `end` stands from here, whether or not they are heard out."""
        self._open = False
        self._recording = None
        self.end = end
        return self._say((prompt or f"{self.prefix}-thanks",), lambda: [])

    @property
    def over(self) -> bool:
        """Whether the last word is said (or handed over), so that the channel may go."""
        return self.end is not None and self._playing is None
