"""Forms: what is refused, what is warned of, how long they take."""

from __future__ import annotations

import pytest

from callcenter.campaigns.form import FormError, read_form
from callcenter.campaigns.form_check import Finding, Flaw, check, longest_s
from tests.unit.campaigns.forms import HEAD, SURVEY, form, question


def test_a_sound_form_has_no_flaw() -> None:
    found = read_form(SURVEY)
    assert check(found) == []
    assert 40 < longest_s(found) < 80


@pytest.mark.parametrize(
    ("questions", "said"),
    [
        ((question("a", 'next = "b"'),), "leads to 'b'"),
        ((question("a"), question("a")), "stands more than once"),
        ((question("a", kind="choice"),), "at least two choices"),
        ((question("a", "low = 5\nhigh = 5", "scale"),), "not below"),
        ((question("a", "high = 11", "scale"),), "10 at most"),
        ((question("a", 'measure = "nps"', "scale"),), "nps needs a scale from 0 to 10"),
        ((question("a", kind="transfer"),), "needs the group"),
        ((question("a", "colour = 3"),), "question.0.colour"),
        (("[[question]",), "TOML"),
    ],
)
def test_what_is_no_form_is_refused_with_the_place(questions: tuple[str, ...], said: str) -> None:
    with pytest.raises(FormError, match=said):
        read_form(HEAD + "".join(questions))


def test_a_question_that_nobody_reaches_is_found() -> None:
    found = check(form(question("a", 'next = "c"'), question("b"), question("c")))
    assert found == [Finding(Flaw.UNREACHABLE, ("b",))]
    covered = form(question("a", 'branch = [{ answers = ["1", "2"], go = "c" }]'), question("b"), question("c"))
    assert check(covered) == [Finding(Flaw.UNREACHABLE, ("b",))]


def test_a_loop_is_found_with_its_questions() -> None:
    found = check(form(question("a"), question("b", 'branch = [{ answers = ["2"], go = "a" }]')))
    assert found == [Finding(Flaw.LOOP, ("a", "b"))]
    assert check(form(question("a", 'next = "a"')))[0].flaw is Flaw.LOOP


@pytest.mark.parametrize(
    "branches",
    [
        '[{ answers = ["3"], go = "b" }]',
        '[{ answers = ["1"], go = "b" }, { answers = ["1"], go = "b" }]',
        '[{ go = "b" }]',
    ],
)
def test_a_branch_that_no_answer_takes_is_warned_of(branches: str) -> None:
    found = check(form(question("a", f"branch = {branches}"), question("b")))
    assert found == [Finding(Flaw.DEAD_BRANCH, ("a",))]
    assert not found[0].fatal


def test_numbers_branch_at_their_edges() -> None:
    numbers = "low = 0\nhigh = 100\n"
    assert not check(form(question("a", numbers + 'branch = [{ at_least = 100, go = "b" }]', "number"), question("b")))
    for dead in ("at_least = 101", "at_most = 50, go = 'b' }, { at_least = 10, at_most = 20"):
        branch = f"branch = [{{ {dead}, go = 'b' }}]"
        found = check(form(question("a", numbers + branch, "number"), question("b")))
        assert [one.flaw for one in found] == [Flaw.DEAD_BRANCH]


def test_more_than_three_minutes_are_warned_of() -> None:
    found = check(form(*(question(f"q{n}", "most_s = 120", "open") for n in range(3))))
    assert [one.flaw for one in found] == [Flaw.TOO_LONG]
    assert found[0].seconds > 180


def test_a_form_that_asks_nothing_for_certain_is_refused() -> None:
    found = check(form(question("a", "required = false")))
    assert [one.flaw for one in found] == [Flaw.NOTHING_REQUIRED]
    assert found[0].fatal
