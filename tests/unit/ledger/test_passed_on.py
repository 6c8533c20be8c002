"""A call that was passed on stays one call: its record, its queue_log, its CDRs, and what each agent did."""

from __future__ import annotations

import random
from zoneinfo import ZoneInfo

import pytest

from callcenter.calls.journal import Entry, Json, Kind
from callcenter.ledger.fold import fold
from callcenter.ledger.queue_log import call_lines
from callcenter.ledger.reconcile import compare, read_cdrs
from callcenter.ledger.record import EndedBy, Outcome
from callcenter.ledger.work import further_parts
from callcenter.store.models import DiscrepancyKind
from callcenter.store.span import Span

#: 2026-11-23 11:13:20 UTC.
T = 1_795_432_400_000
CALL, FIRST, SECOND = f"cc-{T // 1000}.1", "cc-1795432405.2", "cc-1795432440.3"


def told(kind: Kind, at: int, **data: Json) -> Entry:
    agent = data.get("agent")
    key = f"{data['channel']}:leg.ended" if kind is Kind.LEG_ENDED else f"{CALL}:{kind}:{at}"
    return Entry(key=key, kind=kind, at=T + at, call=CALL, agent=str(agent) if agent else None, data=data)


def leg(channel: str, at: int, **data: Json) -> Entry:
    return told(Kind.LEG_ENDED, at, leg="caller" if channel == CALL else "agent", channel=channel, cause=16, **data)


JOINED = [
    told(Kind.ENTERED, 0, dnis="07000000102", caller="0101", channel=CALL, via="inbound"),
    told(Kind.IDENTIFIED, 10, company="hanbit", category="kitchen", group="kitchen", how="dnis"),
    told(Kind.QUEUED, 3000, group="kitchen", position=2),
    told(Kind.OFFERED, 4000, group="kitchen", agent="1001"),
    told(Kind.ANSWERED, 6000, agent="1001", agent_channel=FIRST, recording="r"),
]
PASSED = [
    *JOINED,
    told(Kind.PASSED, 26_000, agent="1001", group="furniture", talk_ms=20_000, how="page"),
    leg(FIRST, 25_995, by="system", talk_ms=19_990),
]
TAKEN = [
    *PASSED,
    told(Kind.OFFERED, 36_000, group="furniture", agent="1003"),
    told(Kind.ANSWERED, 40_000, agent="1003", agent_channel=SECOND, recording="r"),
]
WHOLE = [
    *TAKEN,
    leg(SECOND, 50_000, by="agent", talk_ms=9990),
    leg(CALL, 50_010, by="system", dialstatus="ANSWER", agent="1003"),
    told(Kind.ENDED, 50_020, by="agent", cause=16, stage="talking"),
]
LOST = [*PASSED, leg(CALL, 60_000, by="caller", dialstatus="ANSWER", agent="1001"),
        told(Kind.ENDED, 60_010, by="caller", cause=16, stage="queue")]  # fmt: skip


def test_it_is_one_call_that_the_last_agent_answered_and_each_agent_s_talk_is_kept() -> None:
    record = fold(WHOLE)
    assert (record.outcome, record.agent, record.agent_channel) == (Outcome.ANSWERED, "1003", SECOND)
    assert (record.company, record.category, record.group) == ("hanbit", "furniture", "furniture")
    assert (record.answered_at, record.wait_ms, record.talk_ms) == (T + 6000, 3000, 29_980)
    assert [(t.agent, t.ring_ms, t.talk_ms) for t in record.talks] == [("1001", 2000, 19_990), ("1003", 4000, 9990)]
    assert (record.ended_by, record.recording) == (EndedBy.AGENT, "r")
    shuffled = WHOLE[:]
    random.Random(7).shuffle(shuffled)
    assert fold(shuffled) == record


def test_a_caller_lost_after_being_passed_on_is_no_ordinary_abandon() -> None:
    record = fold(LOST)
    assert (record.outcome, record.agent, record.answered_at) == (Outcome.ABANDONED_PASSED, "1001", T + 6000)
    assert (record.talk_ms, record.wait_ms, record.agent_channel) == (19_990, 3000, FIRST)


@pytest.mark.parametrize(("why", "outcome"), [("closed", Outcome.CLOSED), ("lost", Outcome.LOST)])
def test_what_the_engine_did_with_who_waited_again_is_told(why: str, outcome: Outcome) -> None:
    assert fold([*PASSED, told(Kind.ENDED, 60_000, by="system", cause=16, stage="queue", why=why)]).outcome is outcome


def test_a_conversation_after_which_nobody_told_anything_is_known_by_its_leg() -> None:
    """The engine died after passing the call on; the dialplan let an agent answer."""
    record = fold(
        [*PASSED, leg(SECOND, 50_000, by="caller", talk_ms=9000), leg(CALL, 50_000, by="caller", agent="1003")]
    )
    assert (record.outcome, record.agent, record.talk_ms) == (Outcome.ANSWERED, "1003", 28_990)


def test_while_it_lasts_it_is_open() -> None:
    for entries in (PASSED, TAKEN):
        record = fold(entries)
        assert (record.outcome, record.talk_ms) == (None, 0)
    assert fold(TAKEN).agent == "1003"


def test_the_note_of_the_last_agent_counts_and_that_of_the_first_as_long_as_there_is_no_other() -> None:
    first = told(Kind.NOTED, 70_000, agent="1001", company="nurim", category="kitchen", symptom="first")
    last = told(Kind.NOTED, 65_000, agent="1003", category="av", symptom="last")
    record = fold([*WHOLE, first])
    assert (record.symptom, record.company, record.category) == ("first", "nurim", "furniture")
    record = fold([*WHOLE, first, last])
    assert (record.symptom, record.category, record.group) == ("last", "av", "furniture")


def test_the_queue_log_tells_it_as_app_queue_does() -> None:
    assert [line for _, line in call_lines(WHOLE, fold(WHOLE))] == [
        f"1795432403|{CALL}|kitchen|NONE|ENTERQUEUE||0101|2",
        f"1795432406|{CALL}|kitchen|Agent/1001|CONNECT|3|{FIRST}|2",
        f"1795432426|{CALL}|kitchen|Agent/1001|BLINDTRANSFER|furniture|cc-passed|3|19|2",
        f"1795432426|{CALL}|furniture|NONE|ENTERQUEUE||0101|2",
        f"1795432440|{CALL}|furniture|Agent/1003|CONNECT|14|{SECOND}|4",
        f"1795432450|{CALL}|furniture|Agent/1003|COMPLETEAGENT|14|9|2",
    ]
    assert [line for _, line in call_lines(LOST, fold(LOST))][-1] == (
        f"1795432460|{CALL}|furniture|NONE|ABANDON|2|2|34"
    )


def test_a_line_once_told_is_not_told_otherwise_when_the_call_goes_on() -> None:
    before = list(call_lines(JOINED, fold(JOINED)))
    assert before == list(call_lines(WHOLE, fold(WHOLE)))[: len(before)]
    keys = [key for key, _ in call_lines(WHOLE, fold(WHOLE))]
    assert len(keys) == len(set(keys))


def cdr(agent: str, start: str, end: str) -> str:
    return (
        f'"hanbit","0101","{agent}*20*x*hanbit*r","cc-connect","","PJSIP/customer1-1","PJSIP/{agent}-2","Dial","",'
        f'"2026-11-23 {start}","2026-11-23 {start}","2026-11-23 {end}",6,6,"ANSWERED","DOCUMENTATION","{CALL}","{CALL}"'
    )


def test_asterisk_has_a_cdr_for_each_agent_and_the_time_between_is_no_talk() -> None:
    cdrs = [cdr("1001", "11:13:20", "11:13:46"), cdr("1003", "11:13:46", "11:14:10")]
    always = Span(0, 2**53)
    assert compare([fold(WHOLE)], read_cdrs(cdrs, ZoneInfo("UTC")), span=always, settled=2**53) == []
    later = [cdrs[0], cdr("1003", "11:13:46", "11:14:20")]
    [found] = compare([fold(WHOLE)], read_cdrs(later, ZoneInfo("UTC")), span=always, settled=2**53)
    assert found.kind is DiscrepancyKind.TALK


def test_the_tariff_is_told_of_each_further_agent_once_the_call_is_over() -> None:
    [part] = further_parts([fold(WHOLE)])
    assert (part.call, part.kind, part.company, part.at) == (f"{CALL}/2", "transfer", "hanbit", T + 40_000)
    assert further_parts([fold(TAKEN), fold(LOST)]) == []


def test_passed_on_to_a_number_outside_it_was_answered_by_the_agent() -> None:
    outside = told(Kind.PASSED, 26_000, agent="1001", group="kitchen", talk_ms=20_000, how="page", outside="repair")
    over = [*JOINED, outside, told(Kind.ENDED, 90_000, by="caller", cause=16, stage="elsewhere", why="transferred")]
    record = fold(over)
    assert (record.outcome, record.agent, record.talk_ms) == (Outcome.ANSWERED, "1001", 20_000)
    assert [line.split("|")[4:6] for _, line in call_lines(over, record)][2:] == [["BLINDTRANSFER", "repair"]]


def test_who_waits_again_has_a_cdr_without_an_agent_behind_that_of_the_talk() -> None:
    waiting = cdr("1001", "11:13:46", "11:14:20").replace('"PJSIP/1001-2"', '""').replace("cc-connect", "cc-passed")
    cdrs = [cdr("1001", "11:13:20", "11:13:46"), waiting]
    assert compare([fold(LOST)], read_cdrs(cdrs, ZoneInfo("UTC")), span=Span(0, 2**53), settled=2**53) == []
