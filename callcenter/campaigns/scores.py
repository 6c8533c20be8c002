"""What the answers say: counts with intervals, CSAT, NPS, CES; and which answers call for somebody at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, fmean, stdev

from callcenter.campaigns.form import Form, Measure, Question, QuestionKind

#: Two-sided 95 %.
_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and where the truth lies with 95 % confidence."""

    value: float
    low: float
    high: float


def wilson(part: int, whole: int) -> Interval | None:
    """A share of 0 to 1 with Wilson's score interval (1927); None of nothing."""
    if not whole:
        return None
    share = part / whole
    middle = (share + _Z**2 / (2 * whole)) / (1 + _Z**2 / whole)
    half = _Z / (1 + _Z**2 / whole) * sqrt(share * (1 - share) / whole + _Z**2 / (4 * whole**2))
    return Interval(share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)))


@dataclass(frozen=True, slots=True)
class Bar:
    """One answer and how many gave it, of those who answered the question."""

    answer: str
    count: int
    share: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tabulated:
    """The answers to one question."""

    question: Question
    answered: int
    bars: tuple[Bar, ...]
    #: CSAT in %, NPS in points, CES as a mean; None without the measure or an answer.
    score: Interval | None
    #: Names of the recordings of an open question.
    recordings: tuple[str, ...] = ()


#: A number with more possible values than this is shown in as many classes.
_MOST_BARS = 12


def tabulate(form: Form, responses: Iterable[Mapping[str, str]]) -> list[Tabulated]:
    """Every question's answers in the form's order; no answer counts as none, never as zero."""
    given: dict[str, list[str]] = {question.id: [] for question in form.question if question.asks}
    for answers in responses:
        for question, answer in answers.items():
            if answer and question in given:
                given[question].append(answer)
    return [_tabulated(question, given[question.id]) for question in form.question if question.asks]


def _tabulated(question: Question, answers: Sequence[str]) -> Tabulated:
    whole = len(answers)
    if question.kind is QuestionKind.OPEN:
        return Tabulated(question=question, answered=whole, bars=(), score=None, recordings=tuple(answers))
    counts = Counter(part for answer in answers for part in answer.split(","))
    bars = tuple(Bar(label, n, wilson(n, whole)) for label, n in _classes(question, counts))
    return Tabulated(question=question, answered=whole, bars=bars, score=_score(question, answers))


def _classes(question: Question, counts: Counter[str]) -> list[tuple[str, int]]:
    possible = question.possible()
    if not isinstance(possible, range) or len(possible) <= _MOST_BARS:
        return [(str(answer), counts[str(answer)]) for answer in possible]
    width = -(-len(possible) // _MOST_BARS)
    found = []
    for low in range(possible.start, possible.stop, width):
        high = min(low + width, possible.stop) - 1
        found.append((f"{low}–{high}", sum(n for answer, n in counts.items() if low <= int(answer) <= high)))
    return found


def _score(question: Question, answers: Sequence[str]) -> Interval | None:
    values = [int(answer) for answer in answers] if question.measure else []
    if not values:
        return None
    match question.measure:
        case Measure.CSAT:
            found = wilson(sum(value >= 4 for value in values), len(values))
            return found and Interval(100 * found.value, 100 * found.low, 100 * found.high)
        case Measure.NPS:
            return _mean([100 * ((value >= 9) - (value <= 6)) for value in values], -100, 100)
        case _:
            return _mean(values, question.low, question.high)


def _mean(values: Sequence[float], least: float, most: float) -> Interval:
    """The mean with the normal interval; of one value, or of equal ones, nothing is known but the scale's ends."""
    mean = fmean(values)
    if len(values) < 2:
        return Interval(mean, least, most)
    half = _Z * stdev(values) / sqrt(len(values))
    return Interval(mean, max(least, mean - half), min(most, mean + half))


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the interviews: those of a segment, of a day."""

    name: str
    complete: int
    #: CSAT, NPS and CES of these, in the order of the form's measured questions; None without an answer.
    scores: tuple[Interval | None, ...]


def parts(form: Form, responses: Iterable[tuple[str, Mapping[str, str]]]) -> list[Part]:
    """Interviews (the part's name, the answers) by part, sorted by name."""
    of: dict[str, list[Mapping[str, str]]] = {}
    for name, answers in responses:
        of.setdefault(name, []).append(answers)
    return [
        Part(name, len(of[name]), tuple(one.score for one in tabulate(form, of[name]) if one.question.measure))
        for name in sorted(of)
    ]


@dataclass(frozen=True, slots=True)
class LowScore:
    """An answer that calls for somebody."""

    question: Question
    score: int


def low_scores(form: Form, answers: Mapping[str, str]) -> list[LowScore]:
    """Answers so low that a ticket is opened, in the form's order."""
    return [
        LowScore(question, int(answer))
        for question in form.question
        if question.alarm_at is not None
        and (answer := answers.get(question.id))
        and question.valid(answer)
        and int(answer) <= question.alarm_at
    ]
