"""Both catalogues are complete, and say nothing that no page asks for."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from string import Formatter
from typing import Any, get_args

import pytest

import billing.contracts
from billing.contracts.eligibility import Answer, Doubt, Goods, Made, Refusal, Verdict
from billing.contracts.events import KINDS, By, Source
from billing.contracts.participation import Status
from billing.contracts.reminders import Task
from billing.contracts.service_level import Formula
from billing.rules import Charge
from billing.rules import Why as NotBilled
from callcenter.agents.presence import PauseReason, State
from callcenter.calls.callers import Mark
from callcenter.calls.journal import Kind
from callcenter.calls.replay import Why as NotReplayed
from callcenter.campaigns.attempts import Outcome as AttemptOutcome
from callcenter.campaigns.carrier import Trouble
from callcenter.campaigns.columns import Field, RowFault
from callcenter.campaigns.consent import Act, Matter, Standing
from callcenter.campaigns.form import QuestionKind
from callcenter.campaigns.form_check import Flaw
from callcenter.campaigns.kinds import Kind as CampaignKind
from callcenter.campaigns.kinds import Purpose
from callcenter.campaigns.machines import Verdict as Heard
from callcenter.campaigns.pacing import Mode
from callcenter.campaigns.permission import Why
from callcenter.campaigns.plan import Hindrance
from callcenter.campaigns.plan import State as CampaignState
from callcenter.campaigns.refusals import By as RefusedBy
from callcenter.campaigns.refusals import Extent
from callcenter.campaigns.sheet import Verdict as SheetVerdict
from callcenter.campaigns.sheets import SheetFault
from callcenter.campaigns.spoken import Ended
from callcenter.campaigns.standstill import Standstill
from callcenter.campaigns.telephone import Fault
from callcenter.centre import Language
from callcenter.desk.tickets import Reason
from callcenter.ledger.record import EndedBy, Outcome, Via
from callcenter.letters.text import Kind as LetterKind
from callcenter.papers import Paper
from callcenter.staffing.plan import Lack
from callcenter.store.aftermath_models import PhoneState
from callcenter.store.deeds import SHOWN
from callcenter.store.deeds import Field as Deeds
from callcenter.store.models import Level, TicketStatus
from callcenter.store.report import Rows
from callcenter.store.settlement_models import ByHand, CorrectionReason, PeriodState, ReratingState
from callcenter.store.work_models import MessageState
from callcenter.web.apply.form import FIELDS
from callcenter.web.campaigns.notices import Channel
from callcenter.web.campaigns.wizard import NUMBERS
from callcenter.web.configuration.centre_forms import RELIEF, WAITING
from callcenter.web.deeds.routes import WHAT
from callcenter.web.navigation import SECTIONS
from callcenter.web.requests.routes import Wish
from callcenter.web.supervisor.report import COLUMNS
from callcenter.web.words import CATALOGUE, LANGUAGES, phrase, preferred_language
from callcenter.web.work import Work
from routing.acd import Rule, Strategy
from routing.callback import State as CallbackState

WEB = Path(__file__).parents[3] / "callcenter" / "web"

#: Why an attempt or a callback ended (`calls/callbacks.py`, `calls/line.py`, `calls/orders.py`).
ENDINGS = (
    "asked_again", "came_back", "withdrawn", "never_call", "no_answer", "busy", "unobtainable", "interrupted",
    "hung_up", "reached",
)  # fmt: skip
#: Why a running campaign is not at work, beside what its own dialler says (`outbound/dialling.py`).
HINDERED = ("unproven", "prompts", "engine_away")
#: Of the carrier it is told what ails it.
STANDS = [why for why in Standstill if why is not Standstill.CARRIER_REFUSES]
#: Why an order about a callback was refused (`calls/orders.py`, the controller).
ORDER_ERRORS = (
    "callback_over", "callback_dialling", "callback_in_line", "callback_hours", "callback_open", "callback_number",
    "callback_group", "callback_off", "expired",
)  # fmt: skip

#: Why a call was not passed on (`calls/passing_on.py`).
PASSING_ERRORS = ("unknown_target", "colleague_busy", "already_passed", "not_passed")
#: Why a supervisor's phone was not rung (`calls/listening.py`).
LISTENING_ERRORS = ("no_phone", "listens_already", "nobody_talks")


def _contract_errors() -> set[str]:
    """Whatever the rules can refuse, but for what no page lets anybody do."""
    rules = [*Path(billing.contracts.__file__).parent.glob("*.py"), *(WEB / "contracts").glob("*.py")]
    found = {key for path in rules for key in re.findall(r'ContractError\("([a-z_]+)"', path.read_text("utf-8"))}
    return found - {"not_applied", "applied_before", "unknown"} | {"company_taken", "changed_meanwhile"}


def _shown_fields(kind: type[Any]) -> set[str]:
    return {field.name for field in fields(kind)} - {"refusals", "doubts", "insured_sum"}


def test_the_filter_of_deeds_offers_whatever_the_books_note() -> None:
    paths = [*WEB.parent.joinpath("store").glob("*.py"), *WEB.parent.joinpath("settlement").glob("*.py")]
    noted = {
        what
        for path in paths
        for what in re.findall(r'note\(\s*actor,\s*f?"([a-z.{}]+)"', path.read_text("utf-8"))
        if "{" not in what
    }
    assert noted | {"rerating.approved", "rerating.rejected"} == set(WHAT[Deeds.BOOKS])


def _period_errors() -> set[str]:
    paths = [*WEB.parent.joinpath("store").glob("*.py"), *WEB.parent.joinpath("settlement").glob("*.py")]
    return {key for path in paths for key in re.findall(r'PeriodError\(\s*"([a-z_]+)"', path.read_text("utf-8"))}


#: Keys that a page puts together from a value.
COMPOSED = {
    *(f"section.{section}" for section in SECTIONS),
    *(f"nav.{page.slug}" for pages in SECTIONS.values() for page in pages),
    *(f"todo.{page}" for page in Work().counts(None)),
    *(f"state.{state}" for state in State),
    *(f"pause.{reason}" for reason in PauseReason),
    *(f"reason.{reason}" for reason in Reason),
    *(f"outcome.{outcome}" for outcome in [*Outcome, "running"]),
    *(f"by.{by}" for by in EndedBy),
    *(f"report_by.{by}" for by in Rows),
    *(f"report.{column}" for column in COLUMNS),
    *(f"via.{via}" for via in Via),
    *(f"event.{kind.value.replace('.', '_')}" for kind in Kind),
    *(f"how.{how}" for how in ("dnis", "menu", "code", "undecided", "callback", "moved", "campaign", "transfer")),
    *(f"rule.{rule}" for rule in Rule),
    *(f"strategy.{one}" for one in Strategy),
    "command.no_peak",
    "why.who",
    *(f"climb.{why}" for why in ("after", "forecast", "queue", "sticky", "level", "language", "behind")),
    *(f"dial.{status}" for status in ("noanswer", "busy", "chanunavail", "congestion", "cancel")),
    *(f"why.{part}" for part in ("position", "nobody", "ring", "sticky", "repeat", "place", "reserved", "talked")),
    *(f"mode.{mode}" for mode in ("listen", "whisper", "barge", "end")),
    *(f"why.{part}" for part in ("language", "speakers", "speaks", "called_up", "at_once")),
    *(f"peak_why.{why}" for why in ("forecast", "level", "occupancy", "ladder")),
    *(f"language.{language}" for language in get_args(Language)),
    *("state.unreachable", "state.reserved"),
    *(f"then.{do}" for do in ("call_up", "callback", "voicemail", "number")),
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
    *(f"ordered.{verb}" for verb in ("cancel", "now", "phone")),
    *(f"ending.{why}" for why in ENDINGS),
    *(f"messages.{state}" for state in MessageState),
    *(f"mark.{mark}" for mark in Mark),
    *(f"mark.{mark}_means" for mark in Mark),
    *(f"marked.wrong_{slug}" for slug in ("letters", "short", "long", "level", "reason", "date", "past")),
    *(f"marked.told_{told}" for told in ("added", "removed")),
    *(f"callbacks.done_{verb}" for verb in ("now", "cancel")),
    *(f"command.{error}" for error in (*ORDER_ERRORS, *PASSING_ERRORS, *LISTENING_ERRORS)),
    *(
        f"replay.{word}"
        for word in ("total", "nothing", "then", "now", "nobody", "passed_over", "until", "onwards", "gap")
    ),
    *(f"replay.{why}" for why in NotReplayed),
    *(f"ticket.{status}" for status in TicketStatus),
    *(f"stage.{stage}" for stage in ("greeting", "menu", "queue", "ringing")),
    *(f"agent.call_{stage}" for stage in ("ringing", "talking", "wrapup")),
    *(f"agent.next_{state}" for state in ("ready", "paused", "offline")),
    *(f"command.{error}" for error in ("no_reply", "not_logged_in", "unknown_agent", "resting", "no_call")),
    *(f"configuration.{how}" for how in ("closed", "times", "usual")),
    *(f"configuration.waiting_{about}" for about in WAITING),
    *(f"configuration.offers_{table}{hint}" for table in RELIEF for hint in ("", "_hint")),
    *(f"settlement.state_{state}" for state in PeriodState),
    *(f"settlement.{what}" for what in ("settle", "close", "reopen")),
    *(f"correction.{why}" for why in CorrectionReason),
    *(f"charge.{charge}" for charge in Charge),
    *(f"rerating.{state}" for state in ReratingState),
    *(f"errors.period_{key}" for key in _period_errors()),
    *(f"campaign.state_{state}" for state in CampaignState),
    *(f"campaign.verb_{verb}" for verb in ("start", "pause", "stop")),
    *(f"campaign.mode_{mode}" for mode in Mode),
    *(f"campaign.stands_{why}" for why in [*STANDS, *HINDERED, "none", "no_dialler"]),
    *(f"campaign.stands_carrier_{trouble}" for trouble in Trouble),
    *(f"sheet.{verdict}" for verdict in SheetVerdict),
    *(f"campaign.import_{state}" for state in ("uploaded", "running", "done", "failed")),
    *(f"campaign.{word}" for word in ("response", "at", "segment")),
    *(f"kind.{kind}" for kind in CampaignKind),
    *(f"purpose.{part}{purpose}" for purpose in Purpose for part in ("", "rules_")),
    *(f"hindrance.{one}" for one in Hindrance),
    *(f"refusal.{why}" for why in Why),
    *(f"place.{word}" for word in ("contacts", "permitted", "dialled", "answered", "complete")),
    *(f"rate.{word}" for word in ("rr1", "rr2", "rr3", "coop1", "ref1", "con1")),
    *(f"attempt.{outcome}" for outcome in AttemptOutcome),
    *(f"column.{field}" for field in Field),
    *(f"fault.{fault}" for fault in {*Fault, *RowFault}),
    *(f"form.kind_{kind}" for kind in QuestionKind),
    *(f"form.example_{example}" for example in ("happy_call", "improvement")),
    *(f"spoken.why_{why}" for why in Ended),
    *(f"low_score.state_{state}" for state in PhoneState),
    *("low_score.title", "reason.low_score", "quota.full_segment", "quota.full_answer"),
    *(f"wizard.{name}" for name in NUMBERS),
    *(f"machines.{word}" for word in ("people", "unsure", "taken", "hung_up", "missed", "late", "off")),
    *(
        f"machines.{word}"
        for word in ("on_voice", "on_agents", "heard", "attempt", *(f"verdict_{verdict}" for verdict in Heard))
    ),
    *("notice.title", *(f"notice.{column}" for column in ("id", "number", "due", "text"))),
    *(f"notice.by_{channel}" for channel in Channel),
    *(f"notice.of_{of}" for of in (*Matter, "calls")),
    *(f"notice.told_{act}" for act in ("given", "withdrawn", "refused")),
    *("errors.refusal_line", "errors.scrub_line"),
    *("campaign.import_known", "campaign.import_nothing", "form.alarm", "form.alarm_phone"),
    *("results.by_segment", "results.by_day", "results.as_of"),
    *(f"campaign.{name}" for name in ("first", "last", "yields")),
    *(f"wizard.{key}" for key in ("number", "percent", "day", "days", "hours", "caps_order", "never_open", "quota")),
    *(f"wizard.{key}" for key in ("form_of_another", "caller_of_another", "quota_question", "quota_answer")),
    *(f"wizard.{key}" for key in ("quota_of", "quota_value", "after", "most", "ceiling_percent")),
    "form.forms",
    *(f"flaw.{flaw}" for flaw in Flaw),
    "consent.title",
    *(f"consent.matter_{matter}" for matter in Matter),
    *(f"consent.act_{act}" for act in Act),
    *(f"consent.standing_{standing}" for standing in Standing),
    *(f"consent.extent_{extent}" for extent in Extent),
    *(f"consent.by_{by}" for by in RefusedBy),
    *(f"errors.file_{fault}" for fault in SheetFault),
    *(f"errors.scrub_{why}" for why in ("answered", "foreign")),
    *(f"login.{failure}" for failure in ("wrong", "locked")),
    *(f"records.{column}" for column in ("ticket", "call")),
    *(f"errors.phone_{slug}" for slug in ("letters", "short", "long")),
    *(f"errors.{error}" for error in ("sign_in", "internal", "too_large", "redis_away", "database_away")),
    *(f"apply.{field}" for field in FIELDS),
    *(f"apply.{field}_hint" for field in ("registration", "business", "calls_per_month")),
    *(f"apply_error.{key}" for key in ("needed", "registration_digits", "registration_check", "number", "telephone")),
    *(f"apply_error.{key}" for key in ("email", "registration_paper")),
    *(f"paper.{paper}" for paper in Paper),
    *(f"errors.paper_{key}" for key in ("empty", "too_large", "type", "too_many")),
    *(f"goods.{one}" for one in Goods),
    *(f"made.{one}" for one in Made),
    *(f"answer.{one}" for one in Answer),
    *(f"verdict.{one}" for one in Verdict),
    *(f"refusal.{one}" for one in Refusal),
    *(f"doubt.{one}" for one in Doubt),
    *(f"{section}{status}" for status in Status for section in ("contract_status.", "apply.now_")),
    *(f"task.{task}" for task in Task),
    *(f"happened.{kind}" for kind in KINDS),
    *(f"source.{one}" for one in Source),
    *(f"side.{one}" for one in By),
    *(f"letter.{kind}" for kind in LetterKind),
    *(f"account.{part}" for part in ("charged", "settled", "owed", "deposit", "credit", "money_in", "money_out")),
    *(f"service.{column}" for column in ("day", "offered", "answered", "in_time", "abandoned", "answer_rate")),
    *(f"formula.{one}" for one in Formula),
    *(f"level.{level}{hint}" for level in Level for hint in ("", "_hint")),
    *(f"member.problem_{problem}" for problem in ("login", "taken", "full")),
    *(f"member.did_{what}" for what in ("added", "level", "disabled", "enabled", "password")),
    *(f"request.{one}" for one in [*Wish, "open", "granted", "declined"]),
    *(f"contract_error.{key}" for key in _contract_errors()),
    *(f"unbilled.{why}" for why in NotBilled),
    "settlement.charge_again",
    *(f"deed.{what.replace('.', '_')}" for what in (*WHAT[Deeds.BOOKS], *WHAT[Deeds.CENTRE])),
    *(f"deed.why_{why}" for why in ByHand),
    *(f"tariff.by_hand_{why}" for why in ByHand),
    *(f"deed.field_{field}" for field in Deeds),
    *(f"deed.part_{name}" for name in SHOWN if name != "month"),
    *(f"machines.verdict_{one.value.lower()}" for one in Heard),
    *(f"machines.{word}" for word in ("people", "unsure", "taken", "hung_up", "missed", "late")),
    *(f"machines.{word}" for word in ("off", "on_voice", "on_agents", "attempt", "heard")),
    *(f"contract.field_{name}" for kind in KINDS.values() for name in _shown_fields(kind)),
}


def _asked_for() -> set[str]:
    found: set[str] = set()
    for path in [*WEB.rglob("*.html"), *WEB.rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"""\bt\(\s*["']([a-z_]+\.[a-z_0-9]+)["'](?!\s*[+~])""", text))
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
