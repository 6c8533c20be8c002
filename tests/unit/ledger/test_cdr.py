from __future__ import annotations

import csv
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from callcenter.calls.journal import Entry, Json, Kind
from callcenter.ledger.cdr import COLUMNS, cdr_lines
from callcenter.ledger.fold import fold
from callcenter.ledger.record import CallRecord, Outcome

SEOUL = ZoneInfo("Asia/Seoul")
CALL = "cc-1795359610.7"
#: 2026-11-23 00:00:10 in Seoul, still the day before in UTC.
ENTERED = int(datetime.fromisoformat("2026-11-22T15:00:10+00:00").timestamp() * 1000)


def call(*entries: tuple[Kind, int, dict[str, Json]]) -> CallRecord:
    """The record of a call that entered and then had these entries, each so many ms later."""
    entered: tuple[Kind, int, dict[str, Json]] = (Kind.ENTERED, 0, {"dnis": "07000000101", "caller": "01000000001"})
    return fold(
        Entry(key=f"{CALL}:{kind}:{after}", kind=kind, at=ENTERED + after, call=CALL, data=data)
        for kind, after, data in (entered, *entries)
    )


def answered() -> CallRecord:
    return call(
        (Kind.IDENTIFIED, 0, {"company": "nurim", "category": "kitchen", "group": "kitchen", "how": "dnis"}),
        (Kind.QUEUED, 4_000, {"group": "kitchen", "position": 1}),
        (Kind.OFFERED, 4_100, {"group": "kitchen", "agent": "1001"}),
        (Kind.ANSWERED, 9_300, {"agent": "1001", "agent_channel": "cc-1795359614.8"}),
        (Kind.ENDED, 70_200, {"by": "caller", "cause": 16, "stage": "talking"}),
    )


def cells(record: CallRecord) -> dict[str, str]:
    (row,) = csv.reader(cdr_lines([record], SEOUL).splitlines())
    return dict(zip(COLUMNS, row, strict=True))


def test_an_answered_call_in_the_columns_of_master_csv() -> None:
    assert cdr_lines([answered()], SEOUL) == (
        '"nurim","01000000001","07000000101","from-trunk",""""" <01000000001>","cc-1795359610.7","PJSIP/1001",'
        '"Dial","PJSIP/1001","2026-11-23 00:00:10","2026-11-23 00:00:19","2026-11-23 00:01:20",70,60,"ANSWERED",'
        '"DOCUMENTATION","cc-1795359610.7","cc-1795359610.7"\n'
    )


def test_a_caller_who_gave_up_has_no_answer_time_and_no_talk() -> None:
    row = cells(call((Kind.QUEUED, 4_000, {"group": "kitchen"}), (Kind.ENDED, 9_000, {"by": "caller"})))
    assert (row["answer"], row["billsec"], row["duration"]) == ("", "0", "9")
    assert (row["disposition"], row["dstchannel"], row["lastapp"]) == ("NO ANSWER", "", "Stasis")


def test_a_call_that_asterisk_could_not_carry_out_is_failed() -> None:
    row = cells(call((Kind.ENDED, 1_000, {"by": "system", "why": "failed"})))
    assert row["disposition"] == "FAILED"


def test_the_agent_rung_last_stands_where_nobody_answered() -> None:
    row = cells(
        call(
            (Kind.OFFERED, 1_000, {"agent": "1001"}),
            (Kind.MISSED, 21_000, {"agent": "1001", "status": "NOANSWER", "ring_ms": 20_000}),
            (Kind.OFFERED, 21_100, {"agent": "1002"}),
            (Kind.ENDED, 25_000, {"by": "caller", "stage": "ringing"}),
        )
    )
    assert (row["dstchannel"], row["disposition"]) == ("PJSIP/1002", "NO ANSWER")


def test_a_call_that_lasts_has_no_line() -> None:
    assert cdr_lines([call()], SEOUL) == ""


def test_no_cell_is_a_formula() -> None:
    row = cells(replace(answered(), caller="+821000000001", company="=cmd", dnis="@x"))
    assert (row["src"], row["accountcode"], row["dst"]) == ("'+821000000001", "'=cmd", "'@x")
    assert row["clid"] == '"" <+821000000001>'


def test_every_outcome_has_a_disposition() -> None:
    unanswered = call((Kind.ENDED, 9_000, {"by": "caller"}))
    told = {cells(replace(unanswered, outcome=outcome))["disposition"] for outcome in Outcome}
    assert told == {"NO ANSWER", "FAILED"}
