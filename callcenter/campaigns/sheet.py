"""What an agent enters about a campaign's call: answers on the form, and how the conversation ended. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.completion import outcome_of, way
from callcenter.campaigns.form import Form, Question, QuestionKind
from callcenter.campaigns.interview import End

#: An open answer is typed, and no longer than this.
MOST_LETTERS = 2000


class Verdict(StrEnum):
    """How the agent says that it ended."""

    FINISHED = "finished"
    #: The customer did not want to go on, and may be called again.
    BROKEN_OFF = "broken_off"
    #: Wants no such calls any more.
    REFUSED = "refused"
    #: Wants to be called at another time.
    CALLBACK = "callback"
    WRONG_NUMBER = "wrong_number"
    MACHINE = "machine"


_ENDS = {Verdict.FINISHED: End.FINISHED, Verdict.REFUSED: End.REFUSED}
_WITHOUT_FORM = {
    Verdict.CALLBACK: Outcome.CALLBACK,
    Verdict.WRONG_NUMBER: Outcome.WRONG_NUMBER,
    Verdict.MACHINE: Outcome.MACHINE,
}


def end_of(verdict: Verdict | None) -> End:
    """The same in the words of an interview; None: the agent said nothing, and the customer is gone."""
    return _ENDS.get(verdict, End.HUNG_UP) if verdict else End.HUNG_UP


def outcome_by(form: Form, answers: Mapping[str, str], verdict: Verdict | None) -> Outcome:
    """What the attempt comes to."""
    if verdict in _WITHOUT_FORM:
        return _WITHOUT_FORM[verdict]
    return outcome_of(form, on_the_way(form, answers), end_of(verdict))


def entered(form: Form, typed: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The valid answers among what was typed and ticked, by question; what is no answer is left out."""
    found = {}
    for question in form.question:
        answer = _one(question, [value.strip() for value in typed.get(question.id, ()) if value.strip()])
        if question.asks and answer and question.valid(answer):
            found[question.id] = answer
    return found


def on_the_way(form: Form, answers: Mapping[str, str]) -> dict[str, str]:
    """Only the answers to questions that these answers lead to; an optional one without an answer is passed over."""
    passed_over = {question.id: "" for question in form.question if question.asks and not question.required}
    passed, _ = way(form, passed_over | dict(answers))
    return {question.id: answers.get(question.id, "") for question in passed if question.asks}


def missing(form: Form, answers: Mapping[str, str]) -> Question | None:
    """The first required question on the way without an answer; None: the form is finished."""
    passed_over = {question.id: "" for question in form.question if question.asks and not question.required}
    return way(form, passed_over | dict(answers))[1]


def _one(question: Question, values: list[str]) -> str:
    if question.kind is QuestionKind.MULTIPLE:
        return ",".join(sorted(values))
    answer = values[0] if values else ""
    return answer[:MOST_LETTERS] if question.kind is QuestionKind.OPEN else answer
