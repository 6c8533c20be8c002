from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.calls.journal import Entry, Kind
from callcenter.ledger.cdr import cdr_lines
from callcenter.ledger.fold import fold
from callcenter.ledger.reconcile import AsteriskCall, Discrepancy, compare, read_cdrs
from callcenter.ledger.record import CallRecord, Outcome
from callcenter.store.models import DiscrepancyKind
from callcenter.store.span import Span

UTC = ZoneInfo("UTC")
#: 2026-11-23 11:13:23 UTC.
ENTERED = 1795432403_000
CALL = f"cc-{ENTERED // 1000}.3"
ALWAYS = Span(0, 2**53)
#: As Asterisk 22 wrote it: an answered call, its greeting three seconds long.
ANSWERED = (
    '"hanbit","01000000001","1001*20*kitchen*hanbit*r","cc-connect","""customer1"" <01000000001>",'
    '"PJSIP/customer1-00000001","PJSIP/1001-00000002","Dial","PJSIP/1001,20,gm(default)U(cc-answered^x^r)",'
    '"2026-11-23 11:13:23","2026-11-23 11:13:23","2026-11-23 11:13:29",6,6,"ANSWERED","DOCUMENTATION",'
    f'"{CALL}","{CALL}"'
)
NO_AGENT_ANSWERED = ANSWERED.replace('"ANSWERED"', '"NO ANSWER"')
AFTERWARDS = ANSWERED.replace('"PJSIP/1001-00000002"', '""')
MISSED_BEFORE = NO_AGENT_ANSWERED.replace("11:13:29", "11:13:25")
FEATURE_CODE = ANSWERED.replace('"cc-connect"', '"from-agent"')


def record(*, talk_ms: int | None = 3_004) -> CallRecord:
    """Our record of that call; `talk_ms` None: nobody answered."""
    told = [
        (Kind.ENTERED, ENTERED + 120, {"caller": "01000000001", "dnis": "07000000102"}),
        (Kind.IDENTIFIED, ENTERED + 130, {"company": "hanbit", "group": "kitchen"}),
        (Kind.QUEUED, ENTERED + 3_600, {"group": "kitchen"}),
        (Kind.ENDED, ENTERED + 6_670, {"by": "caller"}),
    ]
    if talk_ms is not None:
        told.append((Kind.ANSWERED, ENTERED + 6_670 - talk_ms, {"agent": "1001"}))
    return fold(Entry(key=f"{CALL}:{kind}", kind=kind, at=at, call=CALL, data=dict(data)) for kind, at, data in told)


def differences(records: list[CallRecord], *lines: str, span: Span = ALWAYS, settled: int = 2**53) -> list[Discrepancy]:
    return compare(records, read_cdrs(lines, UTC), span=span, settled=settled)


def kinds(records: list[CallRecord], *lines: str) -> list[DiscrepancyKind]:
    return [one.kind for one in differences(records, *lines)]


def test_the_greeting_is_no_talk() -> None:
    assert differences([record()], ANSWERED) == []


def test_one_answered_cdr_among_several_makes_the_call_answered() -> None:
    assert read_cdrs([MISSED_BEFORE, ANSWERED, AFTERWARDS], UTC) == {
        CALL: AsteriskCall(
            call=CALL,
            company="hanbit",
            start=ENTERED,
            answer=ENTERED,
            end=ENTERED + 6_000,
            answered=True,
            talks=(ENTERED + 6_000,),
        )
    }


def test_a_channel_that_only_heard_the_greeting_was_not_answered_by_anybody() -> None:
    assert differences([record(talk_ms=None)], NO_AGENT_ANSWERED, AFTERWARDS) == []


def test_asterisk_knows_a_call_that_we_do_not() -> None:
    (found,) = differences([], ANSWERED)
    assert (found.kind, found.call, found.company, found.at, found.ours, found.asterisk) == (
        DiscrepancyKind.MISSING_RECORD, CALL, "hanbit", ENTERED, "", "ANSWERED",
    )  # fmt: skip


def test_a_record_that_stays_open_though_the_call_is_over() -> None:
    still_open = replace(record(), ended_at=None, outcome=None)
    assert kinds([still_open], ANSWERED) == [DiscrepancyKind.MISSING_RECORD]
    assert kinds([still_open]) == []


def test_we_know_a_call_that_asterisk_does_not() -> None:
    assert kinds([record()]) == [DiscrepancyKind.MISSING_CDR]


def test_a_call_lost_with_asterisk_needs_no_cdr() -> None:
    assert kinds([replace(record(talk_ms=None), outcome=Outcome.LOST)]) == []


def test_a_customer_for_whom_asterisk_could_make_no_channel_needs_no_cdr_but_a_talk_with_one_does() -> None:
    unreached = replace(record(talk_ms=None), outcome=Outcome.NOT_REACHED)
    assert kinds([unreached]) == []
    assert kinds([unreached], NO_AGENT_ANSWERED) == []
    assert kinds([unreached], ANSWERED) == [DiscrepancyKind.DISPOSITION]


def test_only_one_side_says_answered() -> None:
    assert kinds([record()], NO_AGENT_ANSWERED) == [DiscrepancyKind.DISPOSITION]
    assert kinds([record(talk_ms=None)], ANSWERED) == [DiscrepancyKind.DISPOSITION]


@pytest.mark.parametrize(("off_ms", "found"), [(-2_800, True), (-900, False), (900, False), (2_800, True)])
def test_talk_may_differ_by_a_second_beyond_the_cut_of_asterisks_times(off_ms: int, found: bool) -> None:
    ours = replace(record(), talk_ms=2_330 + off_ms)  # 11:13:29 less the answer at 11:13:26.666
    assert kinds([ours], ANSWERED) == ([DiscrepancyKind.TALK] if found else [])


def test_agents_own_calls_are_not_calls() -> None:
    assert differences([], FEATURE_CODE) == []


def test_a_torn_line_spoils_no_other() -> None:
    torn = ANSWERED[:60]
    assert kinds([record()], torn, ANSWERED) == []
    assert kinds([record()], "", torn, torn.replace("cc-connect", "\0")) == [DiscrepancyKind.MISSING_CDR]


def test_times_are_local() -> None:
    (call,) = read_cdrs([ANSWERED], ZoneInfo("Asia/Seoul")).values()
    assert call.start == ENTERED - 9 * 3_600_000


def test_calls_outside_the_span_are_left_to_another_run() -> None:
    assert differences([record()], span=Span(0, ENTERED)) == []
    assert differences([], ANSWERED, span=Span(ENTERED + 1, 2**53)) == []
    assert len(differences([record()], span=Span(ENTERED, ENTERED + 1_000))) == 1


def test_what_has_just_ended_is_given_time_to_be_written_down() -> None:
    assert differences([record()], settled=ENTERED + 6_000) == []
    assert differences([], ANSWERED, settled=ENTERED + 5_000) == []
    ended_early = replace(record(), ended_at=ENTERED + 4_000)
    assert differences([ended_early], NO_AGENT_ANSWERED, settled=ENTERED + 5_000) == []


@given(
    greeting_ms=st.integers(0, 60_000),
    wait_ms=st.integers(0, 600_000),
    talk_ms=st.one_of(st.none(), st.integers(0, 7_200_000)),
)
def test_our_own_export_agrees_with_our_records(greeting_ms: int, wait_ms: int, talk_ms: int | None) -> None:
    answered_at = ENTERED + greeting_ms + wait_ms
    ours = replace(
        record(talk_ms=None if talk_ms is None else 0),
        answered_at=None if talk_ms is None else answered_at,
        ended_at=answered_at + (talk_ms or 0),
        talk_ms=talk_ms or 0,
    )
    assert differences([ours], *cdr_lines([ours], UTC).splitlines()) == []
