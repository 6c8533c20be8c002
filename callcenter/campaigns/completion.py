"""Whether an interview is complete: the campaign's own rule, which decides what is charged. Also enough of a kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.form import Form, Question, QuestionKind
from callcenter.campaigns.form_check import leads_to
from callcenter.campaigns.interview import End


def way(form: Form, answers: Mapping[str, str]) -> tuple[list[Question], Question | None]:
    """The questions on the way that these answers took, and the one that waits for its answer; None: the end.

    An empty answer passes over an optional question. The form must have no loop.
    """
    passed: list[Question] = []
    question: Question | None = form.first
    while question is not None:
        answer = answers.get(question.id)
        if question.asks and not (question.valid(answer or "") or (answer == "" and not question.required)):
            return passed, question
        passed.append(question)
        question = form.after(question, answer or None)
    return passed, None


def transfer_of(form: Form, answers: Mapping[str, str]) -> str | None:
    """The group to whose agents these answers lead; None: to nobody."""
    passed, _ = way(form, answers)
    return next((question.group for question in passed if question.kind is QuestionKind.TRANSFER), None)


def outcome_of(form: Form, answers: Mapping[str, str], end: End) -> Outcome:
    """What the interview comes to by the form's rule of completion."""
    passed, waiting = way(form, answers)
    asked = [question for question in passed if question.asks]
    answered = sum(bool(answers[question.id]) for question in asked)
    left = _fewest(form, waiting) if waiting else 0
    share = answered / (len(asked) + left) if asked or left else 0.0
    rule = form.completion
    if rule.complete_share is not None:
        complete = share >= rule.complete_share
    else:
        complete = waiting is None and end in (End.FINISHED, End.TRANSFERRED, End.HUNG_UP)
    if complete and end is not End.QUOTA_FULL:
        return Outcome.COMPLETED
    if end is End.REFUSED:
        return Outcome.REFUSED
    if end is End.QUOTA_FULL:
        return Outcome.QUOTA_FULL
    return Outcome.PARTIAL if share >= rule.partial_share else Outcome.BREAK_OFF


def _fewest(form: Form, question: Question) -> int:
    """How many answers the shortest way from here to the end still needs."""
    ways = leads_to(form, question)
    return question.asks + min(_fewest(form, one) if (one := form.get(to)) else 0 for to in ways)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Enough is enough: at most so many complete interviews in all, of a segment, or with this answer to a question."""

    most: int
    segment: str = ""
    question: str = ""
    answer: str = ""

    def met_by(self, segment: str, answers: Mapping[str, str]) -> bool:
        """Whether an interview counts towards it."""
        answered = not self.question or self.answer in answers.get(self.question, "").split(",")
        return answered and self.concerns(segment)

    def concerns(self, segment: str) -> bool:
        """Whether contacts of this segment may count towards it."""
        return self.segment in ("", segment)


@dataclass(frozen=True, slots=True)
class Filled:
    """How far a quota is filled by complete interviews."""

    quota: Quota
    count: int

    @property
    def full(self) -> bool:
        """Whether there are enough."""
        return self.count >= self.quota.most


def filled(quotas: Iterable[Quota], complete: Iterable[tuple[str, Mapping[str, str]]]) -> tuple[Filled, ...]:
    """How far the complete interviews (segment, answers) have filled each quota."""
    counted = list(complete)
    return tuple(Filled(q, sum(q.met_by(segment, answers) for segment, answers in counted)) for q in quotas)


def overfilled(quotas: Iterable[Filled], segment: str, answers: Mapping[str, str]) -> bool:
    """Whether one more complete interview like this would be more than enough."""
    return any(one.full and one.quota.met_by(segment, answers) for one in quotas)


def full_answers(quotas: Iterable[Filled], segment: str) -> frozenset[tuple[str, str]]:
    """(question, answer) of which there are enough of this segment: who gives one is thanked at once."""
    return frozenset(
        (one.quota.question, one.quota.answer)
        for one in quotas
        if one.full and one.quota.question and one.quota.concerns(segment)
    )


def room(quotas: Iterable[Filled], under_way: Mapping[str, int], segment: str) -> int | None:
    """How many more contacts of this segment may be rung now, if each might become a complete interview; None: any.

    `under_way`: attempts without an outcome, by segment. What the answers will be nobody knows before.
    """
    rooms = [
        one.quota.most - one.count - sum(n for of, n in under_way.items() if one.quota.concerns(of))
        for one in quotas
        if not one.quota.question and one.quota.concerns(segment)
    ]
    return max(0, min(rooms)) if rooms else None
