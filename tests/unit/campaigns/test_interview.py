"""The interview by voice: keys, silence, recordings, every way to its end."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from callcenter.calls.commands import Play, StartTimer, StopPlaying
from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.commands import Command, HandOver, Record
from callcenter.campaigns.completion import Filled, Quota, filled, full_answers, outcome_of, overfilled, room, way
from callcenter.campaigns.form import END, Form, Question, read_form
from callcenter.campaigns.form_check import check
from callcenter.campaigns.interview import End, Interview, announcement
from callcenter.campaigns.kinds import Purpose
from tests.unit.campaigns.forms import SURVEY, form, question


class Phone:
    """A customer at the phone: hears prompts out, presses keys."""

    def __init__(self, form: Form, **more: object) -> None:
        self.interview = Interview(channel="c", form=form, prefix="f", **more)  # type: ignore[arg-type]
        self.heard: list[str] = []
        self.waits: int | None = None
        self.recording: str | None = None
        self.handed: str | None = None
        self.take(self.interview.begin())

    def take(self, commands: list[Command]) -> None:
        self.waits = None
        for command in commands:
            match command:
                case Play(_, playback, prompts, _):
                    self.heard += prompts
                    self.playback = playback
                case StartTimer(_, after_ms):
                    self.waits = after_ms
                case Record(_, recording, _):
                    self.recording = recording
                case HandOver(_, group):
                    self.handed = group

    def listen(self) -> None:
        self.take(self.interview.playback_finished(self.playback))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.take(self.interview.key(key))

    def speak(self, ms: int) -> None:
        assert self.recording
        self.take(self.interview.recorded(self.recording, ms))

    @property
    def outcome(self) -> Outcome:
        assert self.interview.end
        return outcome_of(self.interview.form, self.interview.answers, self.interview.end)


def test_a_satisfied_customer_goes_straight_through() -> None:
    phone = Phone(read_form(SURVEY), announce=announcement(Purpose.ADVERTISING, "nurim"))
    assert phone.heard == ["survey-advert-nurim", "f-opening"]
    assert announcement(Purpose.SURVEY, "nurim") == announcement(Purpose.SERVICE, "nurim") == ()
    phone.press("5")
    assert phone.interview.answers == {}
    phone.listen()
    phone.press("5")
    phone.press("1")
    assert phone.waits == 2500
    phone.press("0")
    phone.press("2", "1")
    phone.press("1")
    assert phone.interview.answers == {"overall": "5", "recommend": "10", "which": "1,2", "again": "1"}
    assert phone.heard[-1] == "f-thanks"
    assert not phone.interview.over
    phone.listen()
    assert phone.interview.over
    assert phone.outcome is Outcome.COMPLETED


def test_a_key_cuts_the_question_short_and_an_outdated_playback_means_nothing() -> None:
    phone = Phone(read_form(SURVEY))
    phone.listen()
    asking = phone.playback
    assert StopPlaying(asking) in phone.interview.key("4")
    assert phone.interview.playback_finished(asking) == []


def test_a_low_score_is_asked_why_and_the_answer_recorded() -> None:
    phone = Phone(read_form(SURVEY))
    phone.listen()
    phone.press("1")
    assert phone.heard[-1] == "f-q-why"
    phone.listen()
    phone.press("7")
    phone.speak(4_000)
    assert phone.interview.answers["why"] == "c:why:0"
    assert phone.heard[-1] == "f-q-which"


def test_wrong_and_missing_keys_are_counted_apart() -> None:
    phone = Phone(read_form(SURVEY))
    phone.listen()
    phone.press("9")
    assert phone.heard[-2:] == ["survey-invalid", "f-q-overall"]
    phone.listen()
    phone.take(phone.interview.silence())
    assert phone.heard[-2:] == ["survey-silent", "f-q-overall"]
    phone.press("0")
    assert (phone.interview.invalid["overall"], phone.interview.silent["overall"]) == (2, 1)
    assert phone.heard[-1] == "f-thanks"
    assert phone.interview.end is End.GAVE_UP
    assert phone.outcome is Outcome.BREAK_OFF


def test_an_optional_question_may_stay_unanswered() -> None:
    phone = Phone(read_form(SURVEY))
    phone.listen()
    phone.press("1")
    phone.listen()
    for _ in range(3):
        phone.speak(200)
        phone.listen()
    assert phone.heard[-1] == "f-q-which"
    phone.press("#", "#", "#")
    assert phone.heard[-1] == "f-q-again"
    phone.press("2")
    assert phone.interview.answers == {"overall": "1", "why": "", "which": "", "again": "2"}
    assert phone.outcome is Outcome.COMPLETED


def test_the_star_refuses_at_any_time() -> None:
    for steps in range(3):
        phone = Phone(read_form(SURVEY))
        for _ in range(steps):
            phone.listen()
            phone.press("5")
        phone.press("*")
        assert phone.interview.end is End.REFUSED
        assert phone.heard[-1] == "survey-refused"
        assert phone.outcome is Outcome.REFUSED


def test_who_hangs_up_half_way_is_partial_and_before_it_a_break_off() -> None:
    phone = Phone(read_form(SURVEY))
    phone.listen()
    phone.press("5")
    phone.interview.hung_up()
    assert phone.outcome is Outcome.BREAK_OFF
    phone = Phone(read_form(SURVEY))
    phone.listen()
    phone.press("5", "9", "1", "#")
    phone.interview.hung_up()
    assert phone.outcome is Outcome.PARTIAL


def test_who_hangs_up_at_the_thanks_is_complete() -> None:
    phone = Phone(form(question("a")))
    phone.listen()
    phone.press("1")
    phone.interview.hung_up()
    assert phone.outcome is Outcome.COMPLETED


def test_the_rule_of_completion_is_the_forms_own() -> None:
    lenient = read_form(SURVEY + "\n[completion]\ncomplete_share = 0.5\n")
    assert outcome_of(lenient, {"overall": "5", "recommend": "9"}, End.HUNG_UP) is Outcome.COMPLETED
    assert outcome_of(read_form(SURVEY), {"overall": "5", "recommend": "9"}, End.HUNG_UP) is Outcome.PARTIAL


def test_a_full_quota_ends_the_interview_kindly() -> None:
    phone = Phone(form(question("a"), question("b")), full=frozenset({("a", "2")}))
    phone.listen()
    phone.press("2")
    assert phone.interview.end is End.QUOTA_FULL
    assert phone.outcome is Outcome.QUOTA_FULL


def test_quotas_count_segments_and_answers() -> None:
    complete = [("seoul", {"a": "1"}), ("seoul", {"a": "2"}), ("busan", {"a": "1,2"})]
    segment, answer = Quota(most=2, segment="seoul"), Quota(most=2, question="a", answer="2")
    both, more = Quota(most=1, segment="busan", question="a", answer="1"), Quota(most=3, question="a", answer="1")
    in_all = Quota(most=4)
    counted = filled([segment, answer, both, more, in_all], complete)
    assert [one.count for one in counted] == [2, 2, 1, 2, 3]
    assert [one.full for one in counted] == [True, True, True, False, False]


def test_an_answer_of_which_there_are_enough_meanwhile_ends_the_interview_at_the_next() -> None:
    phone = Phone(form(question("a"), question("b"), question("c")))
    phone.listen()
    phone.press("2")
    phone.interview.full = frozenset({("a", "2")})
    phone.listen()
    phone.press("1")
    assert phone.interview.end is End.QUOTA_FULL


def test_full_answers_are_those_of_the_segment() -> None:
    quotas = [
        Filled(Quota(most=1, question="a", answer="1"), 1),
        Filled(Quota(most=1, question="a", answer="2"), 0),
        Filled(Quota(most=1, segment="seoul", question="b", answer="1"), 1),
        Filled(Quota(most=1, segment="seoul"), 1),
    ]
    assert full_answers(quotas, "seoul") == {("a", "1"), ("b", "1")}
    assert full_answers(quotas, "busan") == {("a", "1")}
    assert overfilled(quotas, "busan", {"a": "1"})
    assert not overfilled(quotas, "busan", {"a": "2", "b": "1"})


def test_no_more_are_rung_than_might_still_complete() -> None:
    seoul, in_all, answer = Quota(most=5, segment="seoul"), Quota(most=8), Quota(most=1, question="a", answer="1")
    assert room([Filled(answer, 1)], {"seoul": 9}, "seoul") is None
    assert room([Filled(seoul, 3)], {"seoul": 1, "busan": 9}, "seoul") == 1
    assert room([Filled(seoul, 3)], {"seoul": 1}, "busan") is None
    assert room([Filled(seoul, 1), Filled(in_all, 5)], {"seoul": 1, "busan": 1}, "seoul") == 1
    assert room([Filled(in_all, 7)], {"busan": 1}, "seoul") == 0
    assert room([Filled(in_all, 9)], {}, "") == 0


def test_a_transfer_hands_the_customer_over() -> None:
    phone = Phone(form(question("a", "", "yes_no"), question("b", 'group = "kitchen"', "transfer")))
    phone.listen()
    phone.press("1")
    phone.listen()
    assert phone.handed == "kitchen"
    assert phone.interview.over
    assert phone.outcome is Outcome.COMPLETED


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """Any form without a fatal flaw."""
    count = draw(st.integers(1, 6))
    parts = []
    for n in range(count):
        kinds = ["yes_no", "scale", "number", "multiple", "choice", "open", "say"]
        kind = draw(st.sampled_from(kinds if n else kinds[:-1]))
        if n and n == count - 1:
            kind = draw(st.sampled_from([*kinds, "transfer"]))
        more = f"required = {str(not n or draw(st.booleans())).lower()}\n"
        if kind in ("multiple", "choice"):
            more += 'choices = [{ key = "1", ko = "a", en = "a" }, { key = "3", ko = "b", en = "b" }]\n'
        if kind in ("scale", "number"):
            more += draw(st.sampled_from(["low = 1\nhigh = 5\n", "low = 0\nhigh = 10\n"]))
        if kind == "transfer":
            more += 'group = "kitchen"\n'
        target = draw(st.sampled_from([*(f"q{later}" for later in range(n + 1, count)), END]))
        if kind in ("yes_no", "scale", "number", "choice") and draw(st.booleans()):
            skips = draw(st.booleans())
            following = f"q{n + 1}" if n + 1 < count else END
            more += f'branch = [{{ answers = ["1"], go = "{following if skips else target}" }}]\n'
            more += f'next = "{target}"\n' if skips else ""
        parts.append(question(f"q{n}", more, kind))
    made = form(*parts)
    assume(not any(finding.fatal for finding in check(made)))
    return made


@given(forms(), st.data())
def test_every_way_through_a_form_ends(form: Form, data: st.DataObject) -> None:
    """Whatever is pressed or not: the interview ends, and what was answered is what the form allows."""
    phone = Phone(form)
    most = 10 + len(form.question) * form.tries * 12
    for _ in range(most):
        if phone.interview.over:
            break
        if phone.recording:
            recording, phone.recording = phone.recording, None
            phone.take(phone.interview.recorded(recording, data.draw(st.sampled_from([0, 3000]))))
        elif phone.waits is not None:
            if data.draw(st.booleans()):
                phone.take(phone.interview.silence())
            else:
                phone.press(data.draw(st.sampled_from("0123456789#")))
        else:
            playing = phone.playback
            if data.draw(st.integers(0, 4)) == 0:
                phone.press(data.draw(st.sampled_from("0123456789#")))
            if phone.playback == playing and phone.waits is None:
                phone.listen()
    assert phone.interview.over
    assert phone.interview.end in (End.FINISHED, End.GAVE_UP, End.TRANSFERRED)
    questions: dict[str, Question] = {one.id: one for one in form.question}
    for name, answer in phone.interview.answers.items():
        assert questions[name].valid(answer) or (answer == "" and not questions[name].required)
    passed, waiting = way(form, phone.interview.answers)
    assert (waiting is None) == (phone.interview.end is not End.GAVE_UP)
    assert {one.id for one in passed if one.asks} == set(phone.interview.answers)
    assert (phone.outcome is Outcome.COMPLETED) == (phone.interview.end is not End.GAVE_UP)
