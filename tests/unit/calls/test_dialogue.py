"""What callers hear and press."""

from __future__ import annotations

import pytest

from callcenter.calls import commands, events
from callcenter.calls.journal import Kind
from tests.unit.calls.script import Script

HOTLINE = "16000000"


def group_of(script: Script, call: str = "cc-1.1") -> str | None:
    found = script.floor.calls.get(call)
    return found.group if found else None


def press(script: Script, keys: str, call: str = "cc-1.1") -> None:
    for key in keys:
        script.happens(events.KeyPressed(call, key))


def test_a_company_greets_with_its_name_and_both_notices() -> None:
    script = Script()
    script.call(dnis="07000000102")
    assert script.out[0] != commands.Answer("cc-1.1")  # the journal first
    assert commands.Answer("cc-1.1") in script.out
    assert script.prompt_ends() == ("greeting-hanbit", "notice-recording", "notice-abuse")
    assert group_of(script) == "kitchen"


def test_a_company_of_several_categories_asks_which() -> None:
    script = Script()
    script.call(dnis="07000000101")
    script.prompt_ends()
    assert script.prompt_ends() == (script.floor.centre.menu_prompt("menu-company-nurim", ("kitchen", "av")),)
    press(script, "2")
    assert group_of(script) == "av"
    assert script.wrote(Kind.IDENTIFIED)[0].data["company"] == "nurim"


def test_the_hotline_leads_by_family_and_category() -> None:
    script = Script()
    script.call(dnis=HOTLINE)
    assert script.prompt_ends() == ("greeting-hotline", "notice-recording", "notice-abuse")
    press(script, "1")
    stopped = script.said(commands.StopPlaying)
    assert len(stopped) == 1, "a key cuts the menu short"
    assert script.prompt_ends() == (
        script.floor.centre.menu_prompt("menu-family-1", script.floor.centre.menu[0].categories),
    )
    press(script, "2")
    assert group_of(script) == "av"
    assert script.wrote(Kind.IDENTIFIED)[0].data == {"company": None, "category": "av", "group": "av", "how": "menu"}


@pytest.mark.parametrize(
    ("keys", "led", "how"),
    [
        ("12", "av", "menu"),
        # English, a code, and the second of the company's categories.
        ("09101" + "2", "av", "code"),
        ("*9102", "kitchen", "code"),
    ],
)
def test_keys_during_the_notices_count_once_these_were_heard(keys: str, led: str, how: str) -> None:
    script = Script()
    script.call(dnis=HOTLINE)
    press(script, keys)
    assert script.said(commands.StopPlaying) == [], "the notices are heard to their end"
    assert script.prompt_ends() == ("greeting-hotline", "notice-recording", "notice-abuse")
    if how == "code":
        script.prompt_ends()
    assert group_of(script) == led


def test_keys_during_the_notices_that_lead_nowhere_cost_no_try() -> None:
    script = Script()
    script.call(dnis=HOTLINE)
    press(script, "#8" + "1")
    assert script.prompt_ends()[0] == "greeting-hotline"
    main = (script.floor.centre.menu_prompt("menu-main"),)
    assert script.prompt_ends() == main
    # Half a code and no more: the rest is asked for.
    script = Script()
    script.call(dnis=HOTLINE)
    press(script, "91")
    script.prompt_ends()
    assert script.said(commands.StartTimer)
    press(script, "02")
    assert script.prompt_ends() == ("greeting-hanbit",)


def test_a_key_while_the_company_found_by_its_code_greets_is_for_its_menu() -> None:
    script = Script()
    script.call(dnis=HOTLINE)
    script.prompt_ends()
    press(script, "9")
    script.prompt_ends()
    press(script, "101" + "2")
    assert script.prompt_ends() == ("greeting-nurim",)
    assert group_of(script) == "av"


def test_a_company_code_leads_to_the_company() -> None:
    script = Script()
    script.call(dnis=HOTLINE)
    script.prompt_ends()
    press(script, "9")
    assert script.prompt_ends() == ("menu-code",)
    press(script, "102")
    assert script.prompt_ends() == ("greeting-hanbit",)
    assert script.wrote(Kind.IDENTIFIED)[0].data["how"] == "code"


def test_the_company_of_a_caller_who_comes_no_further_is_known_by_number_or_code() -> None:
    script = Script()
    script.hangs_up(script.call("cc-1.2", "07000000101"))
    channel = script.call(dnis=HOTLINE)
    script.prompt_ends()
    press(script, "9")
    script.prompt_ends()
    press(script, "101")
    script.hangs_up(channel)
    assert [e.data.get("company") for e in script.wrote(Kind.ENTERED)] == ["nurim", None]
    assert [e.data.get("company") for e in script.wrote(Kind.ENDED)] == ["nurim", "nurim"]
    assert script.wrote(Kind.IDENTIFIED) == []


def test_a_code_that_no_company_has_is_said_and_asked_again() -> None:
    script = Script()
    script.call(dnis=HOTLINE)
    script.prompt_ends()
    press(script, "9999")
    assert script.prompt_ends() == ("code-unknown", "menu-code")
    press(script, "#")
    assert script.prompt_ends() == (script.floor.centre.menu_prompt("menu-main"),)


@pytest.mark.parametrize("mistake", ["8", None])
def test_three_mistakes_bring_a_person_all_the_same(mistake: str | None) -> None:
    script = Script()
    script.call(dnis=HOTLINE)
    script.prompt_ends()
    for _ in range(3):
        if mistake:
            press(script, mistake)
        else:
            script.prompt_ends()
            script.happens(events.TimerFired("key:cc-1.1"))
    assert script.prompt_ends() == ("menu-giveup",)
    assert group_of(script) == "furniture"
    assert script.wrote(Kind.IDENTIFIED)[0].data["how"] == "undecided"


def test_english_is_a_key_and_stays() -> None:
    script = Script()
    script.call(dnis=HOTLINE)
    script.prompt_ends()
    press(script, "01")
    assert {play.language for play in script.said(commands.Play)} >= {"en"}
    press(script, "1")
    assert script.said(commands.Play)[-1].language == "en"


def test_an_unknown_number_is_told_so_and_ends() -> None:
    script = Script()
    script.call(dnis="07099999999")
    assert script.prompt_ends() == ("number-unknown",)
    assert commands.HangUp("cc-1.1") in script.out
    assert script.wrote(Kind.ENDED)[0].data["why"] == "unknown_number"


def test_a_closed_company_says_when_it_opens() -> None:
    script = Script()
    script.passes(9 * 3600)
    script.call(dnis="07000000104")
    assert script.prompt_ends() == ("closed-office",)
    assert script.wrote(Kind.ENDED)[0].data["why"] == "closed"


def test_who_hangs_up_in_the_greeting_never_queued() -> None:
    script = Script()
    call = script.call(dnis="07000000102")
    script.happens(events.ChannelGone(call, 16))
    assert script.wrote(Kind.ENDED)[0].data["stage"] == "greeting"
    assert not script.wrote(Kind.QUEUED)


def test_the_end_of_a_prompt_that_a_hang_up_cut_short_leads_nowhere() -> None:
    script = Script()
    call = script.call(dnis="07000000102")
    script.happens(events.HangsUp(call))
    script.prompt_ends()
    assert not script.wrote(Kind.QUEUED)
    script.happens(events.ChannelGone(call, 16))
    assert script.wrote(Kind.ENDED)[0].data["stage"] == "greeting"
