"""Both catalogues are complete, and say nothing that no page asks for."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from callcenter.agents.presence import PauseReason, State
from callcenter.calls.journal import Kind
from callcenter.calls.replay import Why
from callcenter.desk.tickets import Reason
from callcenter.ledger.record import EndedBy, Outcome, Via
from callcenter.staffing.plan import Lack
from callcenter.store.models import Role, TicketStatus
from callcenter.web.pages import NAVIGATION
from callcenter.web.words import CATALOGUE, LANGUAGES, phrase, preferred_language
from routing.acd import Rule
from routing.callback import State as CallbackState

WEB = Path(__file__).parents[3] / "callcenter" / "web"

#: Keys that a page puts together from a value.
COMPOSED = {
    *(f"nav.{item}" for items in NAVIGATION.values() for item in items),
    *(f"state.{state}" for state in State),
    *(f"pause.{reason}" for reason in PauseReason),
    *(f"reason.{reason}" for reason in Reason),
    *(f"outcome.{outcome}" for outcome in [*Outcome, "running"]),
    *(f"by.{by}" for by in EndedBy),
    *(f"via.{via}" for via in Via),
    *(f"event.{kind.value.replace('.', '_')}" for kind in Kind),
    *(f"how.{how}" for how in ("dnis", "menu", "code", "undecided", "callback", "moved")),
    *(f"rule.{rule}" for rule in Rule),
    *(f"climb.{why}" for why in ("after", "forecast", "queue", "sticky")),
    *(f"dial.{status}" for status in ("noanswer", "busy", "chanunavail", "congestion", "cancel")),
    *(f"why.{part}" for part in ("position", "nobody", "ring", "sticky", "repeat", "place", "reserved")),
    "state.unreachable",
    *(f"callback.{state}" for state in CallbackState),
    *(f"call_up.{word}" for word in ("title", "body", "text", "error_timeout", "error_unreachable", "error_file")),
    *(f"weekday.{day}" for day in range(7)),
    *(f"staff.lack_{lack}" for lack in Lack),
    *(f"staff.{column}" for column in ("quarter", "expected", "needed", "regular", "peak")),
    # Words that only the command says, or that both say.
    *(
        f"staff.{word}"
        for word in ("rests_on", "basis", "block", "nobody_to_call", "short_of_peak", "minutes", "total")
    ),
    *(f"staff.{word}" for word in ("without_end", "nobody_paid")),
    *(
        f"replay.{word}"
        for word in ("total", "nothing", "then", "now", "nobody", "passed_over", "until", "onwards", "gap")
    ),
    *(f"replay.{why}" for why in Why),
    *(f"ticket.{status}" for status in TicketStatus),
    *(f"stage.{stage}" for stage in ("greeting", "menu", "queue", "ringing")),
    *(f"agent.call_{stage}" for stage in ("ringing", "talking", "wrapup")),
    *(f"agent.next_{state}" for state in ("ready", "paused", "offline")),
    *(f"command.{error}" for error in ("no_reply", "not_logged_in", "unknown_agent")),
    *(f"statement.unit_{unit}" for unit in ("call", "agent_month", "month", "minute", "line")),
    *(f"statement.{kind}" for kind in ("usage", "agents", "labour", "base_fee", "vat")),
    *(f"login.{failure}" for failure in ("wrong", "locked")),
    *(f"records.{column}" for column in ("ticket", "call")),
    *(f"errors.{error}" for error in ("sign_in", "internal", "too_large", "redis_away", "database_away")),
}


def _asked_for() -> set[str]:
    found: set[str] = set()
    for path in [*WEB.rglob("*.html"), *WEB.rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"""\bt\(\s*["']([a-z_]+\.[a-z_]+)["'](?!\s*[+~])""", text))
        found |= {
            key for pair in re.findall(r'"([a-z]+\.[a-z_]+)" if [^%}]*? else "([a-z]+\.[a-z_]+)"', text) for key in pair
        }
        found |= {f"errors.{error}" for error in re.findall(r'Refused\(\d+, "([a-z_]+)"', text)}
    return found


def test_both_languages_have_the_same_keys() -> None:
    korean, english = (set(CATALOGUE[language]) for language in LANGUAGES)
    assert korean == english


def test_both_languages_leave_the_same_gaps() -> None:
    for key, korean in CATALOGUE["ko"].items():
        gaps = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (korean, CATALOGUE["en"][key])]
        assert gaps[0] == gaps[1], key


def test_every_phrase_that_a_page_asks_for_exists() -> None:
    assert _asked_for() | COMPOSED <= set(CATALOGUE["ko"])


def test_no_phrase_is_left_over() -> None:
    assert set(CATALOGUE["ko"]) - _asked_for() - COMPOSED == set()


def test_every_role_has_pages() -> None:
    assert set(NAVIGATION) == set(Role)


@pytest.mark.parametrize(
    ("sent", "language"),
    [
        ("", "ko"),
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("en-US,en;q=0.9", "en"),
        ("fr,en;q=0.5,ko;q=0.4", "en"),
        ("fr", "ko"),
    ],
)
def test_a_newcomer_reads_what_the_browser_prefers_and_korean_otherwise(sent: str, language: str) -> None:
    assert preferred_language(sent) == language


def test_gaps_are_filled() -> None:
    assert phrase("ko", "board.within", seconds=20) == "20초 안 응답"
