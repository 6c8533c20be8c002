"""What is wrong with a form before anybody is called: loops, questions nobody reaches, dead branches, length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from callcenter.campaigns.form import END, Branch, Form, Question, QuestionKind

#: Longer interviews are warned of: people hang up.
MOST_S = 180


class Flaw(StrEnum):
    """A flaw of a form."""

    #: Some answers lead round and round; such a form is not used.
    LOOP = "loop"
    #: No answers lead here; such a form is not used.
    UNREACHABLE = "unreachable"
    #: No possible answer takes this branch, or an earlier branch takes all of them.
    DEAD_BRANCH = "dead_branch"
    TOO_LONG = "too_long"
    #: Nothing is required, so that an interview without any answer would be complete and charged.
    NOTHING_REQUIRED = "nothing_required"


#: A form with one of these is not used.
FATAL = frozenset({Flaw.LOOP, Flaw.UNREACHABLE, Flaw.NOTHING_REQUIRED})


@dataclass(frozen=True, slots=True)
class Finding:
    """A flaw and where it is; of a loop all questions in it, of the length the seconds."""

    flaw: Flaw
    #: Ids of questions.
    where: tuple[str, ...] = ()
    seconds: int = 0

    @property
    def fatal(self) -> bool:
        """Whether the form cannot be used so."""
        return self.flaw in FATAL


def check(form: Form) -> list[Finding]:
    """Everything that is wrong with the form."""
    findings = [Finding(Flaw.DEAD_BRANCH, (question.id,)) for question in form.question if _dead(question)]
    reached = _reached(form)
    if unreachable := tuple(q.id for q in form.question if q.id not in reached):
        findings.append(Finding(Flaw.UNREACHABLE, unreachable))
    if not any(question.required and question.asks for question in form.question):
        findings.append(Finding(Flaw.NOTHING_REQUIRED))
    if loop := _loop(form):
        findings.append(Finding(Flaw.LOOP, loop))
    elif (seconds := longest_s(form)) > MOST_S:
        findings.append(Finding(Flaw.TOO_LONG, seconds=seconds))
    return findings


def leads_to(form: Form, question: Question) -> set[str]:
    """Ids (or the end's) that some answer, or none, leads to."""
    if question.kind is QuestionKind.TRANSFER:
        return {END}
    taken = {branch.go for branch, alive in zip(question.branch, _alive(question), strict=True) if alive}
    # An optional question may stay unanswered, so its default is always open.
    if _left_over(question) or not question.required:
        taken.add(form.default_after(question))
    return taken


def longest_s(form: Form) -> int:
    """Seconds that the longest way through takes, opening and thanks included; the form must have no loop."""
    known: dict[str, float] = {END: 0.0}

    def from_here(question: Question) -> float:
        if question.id not in known:
            onward = max(from_here(q) if (q := form.get(way)) else 0.0 for way in leads_to(form, question))
            known[question.id] = asking_s(question) + onward
        return known[question.id]

    return round(speaking_s(form.opening.ko) + from_here(form.first) + speaking_s(form.thanks.ko))


def speaking_s(korean: str) -> float:
    """How long a calm voice takes: five and a half syllables a second, a short breath at each mark."""
    marks = len(re.findall(r"[.,?!]", korean))
    return len(re.sub(r"[\s.,?!]", "", korean)) / 5.5 + 0.35 * marks


_ANSWER_S = {
    QuestionKind.CHOICE: 3.0,
    QuestionKind.SCALE: 3.0,
    QuestionKind.YES_NO: 2.5,
    QuestionKind.NUMBER: 6.0,
    QuestionKind.MULTIPLE: 8.0,
    QuestionKind.SAY: 0.0,
    QuestionKind.TRANSFER: 0.0,
}


def asking_s(question: Question) -> float:
    """How long the question and its answer take; an open answer is reckoned with half its limit."""
    answer = question.most_s / 2 if question.kind is QuestionKind.OPEN else _ANSWER_S[question.kind]
    return speaking_s(question.ko) + answer


def _reached(form: Form) -> set[str]:
    reached: set[str] = set()
    ahead = [form.first.id]
    while ahead:
        question = form.get(ahead.pop())
        if question is not None and question.id not in reached:
            reached.add(question.id)
            ahead += leads_to(form, question)
    return reached


def _loop(form: Form) -> tuple[str, ...]:
    """The questions of one loop in their order; empty if there is none."""
    done: set[str] = set()

    def walk(question: Question, way: tuple[str, ...]) -> tuple[str, ...]:
        if question.id in way:
            return way[way.index(question.id) :]
        if question.id in done:
            return ()
        for target in sorted(leads_to(form, question)):
            following = form.get(target)
            if following and (found := walk(following, (*way, question.id))):
                return found
        done.add(question.id)
        return ()

    # Also loops among questions that nobody reaches are found.
    return next((found for question in form.question if (found := walk(question, ()))), ())


def _answers(question: Question) -> set[str]:
    """The answers that a branch can tell apart; of a number only those at the edges of its branches."""
    possible = question.possible()
    if not isinstance(possible, range):
        return set(possible)
    edges = {possible[0], possible[-1]}
    for branch in question.branch:
        for edge in (branch.at_least, branch.at_most, *(int(a) for a in branch.answers if re.fullmatch(r"\d{1,6}", a))):
            edges |= {edge - 1, edge, edge + 1} if edge is not None else set()
    return {str(edge) for edge in edges if edge in possible}


def _alive(question: Question) -> Iterator[bool]:
    left = _answers(question)
    for branch in question.branch:
        taken = {answer for answer in left if branch.takes(answer)}
        yield bool(taken) and _known(question, branch)
        if question.kind is not QuestionKind.MULTIPLE:
            left -= taken


def _known(question: Question, branch: Branch) -> bool:
    """Whether every answer that the branch names is one that can be given."""
    return all(question.valid(answer) for answer in branch.answers)


def _left_over(question: Question) -> bool:
    """Whether an answer remains that no branch takes."""
    left = _answers(question)
    if question.kind is QuestionKind.MULTIPLE or not left:
        covered = {answer for branch in question.branch for answer in branch.answers}
        return not left or bool(left - covered)
    return any(not any(branch.takes(answer) for branch in question.branch) for answer in left)


def _dead(question: Question) -> bool:
    return not all(_alive(question))
