"""A survey form as data: what is asked, in which words, with which answers, and where each answer leads."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,23}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[0-9]$")]
#: Where a question or branch leads to when the interview is over.
END = "thanks"


class FormError(ValueError):
    """The text describes no form; each line names the place and what is expected there."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Part):
    """What is said or shown, in both languages."""

    ko: str = Field(min_length=1, max_length=600)
    en: str = Field(min_length=1, max_length=600)


class QuestionKind(StrEnum):
    """What kind of answer is asked for."""

    #: One key of a few.
    CHOICE = "choice"
    #: A number from `low` to `high`, at most 0 to 10.
    SCALE = "scale"
    #: 1 yes, 2 no.
    YES_NO = "yes_no"
    #: A whole number from `low` to `high`, ended by #.
    NUMBER = "number"
    #: Any of a few keys, ended by #.
    MULTIPLE = "multiple"
    #: Spoken freely and recorded, ended by #.
    OPEN = "open"
    #: Nothing is asked; something is said.
    SAY = "say"
    #: The customer is handed to an agent; the form ends here.
    TRANSFER = "transfer"


class Measure(StrEnum):
    """Which known figure a question yields."""

    #: Share of 4 and 5 on a scale of 1 to 5.
    CSAT = "csat"
    #: Of a scale of 0 to 10.
    NPS = "nps"
    #: Mean of a scale of 1 to 7.
    CES = "ces"


class Choice(Words):
    """One answer and its key."""

    key: Key


class Branch(_Part):
    """Where some answers lead: those named, or the numbers from `at_least` to `at_most`."""

    answers: tuple[str, ...] = ()
    at_least: int | None = None
    at_most: int | None = None
    go: str

    def takes(self, answer: str) -> bool:
        """Whether this answer goes here; of a multiple choice, whether any of the keys does."""
        if self.answers:
            return bool(set(self.answers) & set(answer.split(",")))
        if not re.fullmatch(r"\d+", answer) or (self.at_least is None and self.at_most is None):
            return False
        value = int(answer)
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


class Question(Words):
    """One step of the interview."""

    id: Id
    kind: QuestionKind
    #: Without a valid answer the interview is not complete.
    required: bool = True
    choices: tuple[Choice, ...] = ()
    low: int = Field(1, ge=0, le=999_999)
    high: int = Field(5, ge=1, le=999_999)
    measure: Measure | None = None
    #: An open answer is cut after so long.
    most_s: int = Field(60, ge=5, le=180)
    #: The group of agents that a transfer goes to.
    group: str = ""
    #: A low score: this many or fewer opens a ticket.
    alarm_at: int | None = None
    #: A supervisor is to phone whoever scored so low.
    supervisor: bool = False
    branch: tuple[Branch, ...] = ()
    #: Where the other answers lead; unset: the question that stands next.
    next: str | None = None

    @property
    def asks(self) -> bool:
        """Whether an answer is expected."""
        return self.kind not in (QuestionKind.SAY, QuestionKind.TRANSFER)

    def possible(self) -> tuple[str, ...] | range:
        """The answers that there can be, as text; a range of numbers for scales and numbers; nothing for open ones."""
        match self.kind:
            case QuestionKind.CHOICE | QuestionKind.MULTIPLE:
                return tuple(choice.key for choice in self.choices)
            case QuestionKind.YES_NO:
                return ("1", "2")
            case QuestionKind.SCALE | QuestionKind.NUMBER:
                return range(self.low, self.high + 1)
            case _:
                return ()

    def valid(self, answer: str) -> bool:
        """Whether this is an answer to the question."""
        possible = self.possible()
        if self.kind is QuestionKind.OPEN:
            return bool(answer)
        if isinstance(possible, range):
            return re.fullmatch(r"\d{1,6}", answer, re.ASCII) is not None and int(answer) in possible
        keys = answer.split(",") if self.kind is QuestionKind.MULTIPLE else [answer]
        return len(set(keys)) == len(keys) and all(key in possible for key in keys)


class Completion(_Part):
    """When an interview counts as complete. Only a complete one is charged, so each version of a form has its own rule.

    Complete: the end was reached and every required question on the way has a valid answer; or, where
    `complete_share` is set, at least that share of the questions on the way is answered, end or no end. Partial: at
    least `partial_share` of them (AAPOR, Standard Definitions: define in advance; 50 % and 80 % are its examples).
    """

    complete_share: float | None = Field(None, gt=0, le=1)
    partial_share: float = Field(0.5, gt=0, le=1)


class Form(_Part):
    """A whole interview."""

    title: Words
    #: Who calls, why, how long it takes.
    opening: Words
    thanks: Words
    #: Wrong or missing answers to one question before the rest is skipped.
    tries: int = Field(3, ge=1, le=5)
    #: A question waits this long for the first key.
    key_s: int = Field(6, ge=3, le=20)
    completion: Completion = Completion()
    question: tuple[Question, ...] = Field(min_length=1, max_length=60)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if problems := list(_inconsistencies(self)):
            raise ValueError("\n".join(problems))
        return self

    def get(self, question: str) -> Question | None:
        """The question of this id; None for the end."""
        return next((one for one in self.question if one.id == question), None)

    @property
    def first(self) -> Question:
        """Where the interview begins."""
        return self.question[0]

    def after(self, question: Question, answer: str | None) -> Question | None:
        """What follows this answer (None: there was none); None is the end."""
        if question.kind is QuestionKind.TRANSFER:
            return None
        if answer is not None:
            for branch in question.branch:
                if branch.takes(answer):
                    return self.get(branch.go)
        return self.get(self.default_after(question))

    def default_after(self, question: Question) -> str:
        """The id where answers go that no branch takes."""
        if question.next is not None:
            return question.next
        return next((b.id for a, b in pairwise(self.question) if a.id == question.id), END)


def _inconsistencies(form: Form) -> Iterator[str]:
    ids = [question.id for question in form.question]
    for double in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"question id '{double}' stands more than once"
    if END in ids:
        yield f"question id '{END}' is the end's name; choose another"
    for question in form.question:
        where = f"question '{question.id}'"
        for target in [*(branch.go for branch in question.branch), *([question.next] if question.next else [])]:
            if target != END and target not in ids:
                yield f"{where}: leads to '{target}', which is no question; expected a question's id or '{END}'"
        keys = [choice.key for choice in question.choices]
        if question.kind in (QuestionKind.CHOICE, QuestionKind.MULTIPLE):
            if len(keys) < 2:
                yield f"{where}: expected at least two choices"
            if len(set(keys)) < len(keys):
                yield f"{where}: a key stands more than once among the choices"
        elif keys:
            yield f"{where}: choices belong to the kinds choice and multiple only"
        if question.low >= question.high:
            yield f"{where}: low {question.low} is not below high {question.high}"
        if question.kind is QuestionKind.SCALE and question.high > 10:
            yield f"{where}: a scale goes to 10 at most; use the kind number"
        expected = {Measure.CSAT: (1, 5), Measure.NPS: (0, 10), Measure.CES: (1, 7)}
        if question.measure and (question.kind, question.low, question.high) != (
            QuestionKind.SCALE,
            *expected[question.measure],
        ):
            low, high = expected[question.measure]
            yield f"{where}: {question.measure} needs a scale from {low} to {high}"
        if question.alarm_at is not None and (
            question.kind not in (QuestionKind.SCALE, QuestionKind.NUMBER)
            or not question.low <= question.alarm_at < question.high
        ):
            yield f"{where}: alarm_at needs a scale or a number, and a value from its low to below its high"
        if question.supervisor and question.alarm_at is None:
            yield f"{where}: supervisor needs alarm_at, the score at which somebody is to phone"
        if question.kind is QuestionKind.TRANSFER and not question.group:
            yield f"{where}: a transfer needs the group of agents"


def read_form(text: str) -> Form:
    """The form that this TOML describes. Raises `FormError`: what is wrong where, a line each."""
    try:
        return Form.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise FormError(f"TOML: {error}") from error
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            where = ".".join(str(part) for part in problem["loc"])
            said = re.sub("^Value error, ", "", problem["msg"])
            lines += [f"{where}: {line}" if where else line for line in said.splitlines()]
        raise FormError("\n".join(lines)) from error
