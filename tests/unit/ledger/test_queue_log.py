from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from callcenter.calls.journal import Entry, Json, Kind
from callcenter.ledger.fold import fold
from callcenter.ledger.queue_log import agent_lines, call_lines
from callcenter.ledger.record import Outcome, Via

CALL = "cc-1000.1"
Told = tuple[Kind, int, dict[str, Json]]


def entries(*told: Told) -> list[Entry]:
    return [Entry(key=f"{CALL}:{kind}:{at}", kind=kind, at=at, call=CALL, data=data) for kind, at, data in told]


def lines(*told: Told) -> list[str]:
    written = entries((Kind.ENTERED, 1_000_000, {"caller": "0101", "dnis": "07000000101"}), *told)
    return [line for _, line in call_lines(written, fold(written))]


QUEUED: Told = (Kind.QUEUED, 1_004_000, {"group": "kitchen", "position": 3})
MISSED: tuple[Told, ...] = (
    (Kind.OFFERED, 1_005_000, {"group": "kitchen", "agent": "1001"}),
    (Kind.MISSED, 1_025_050, {"agent": "1001", "status": "NOANSWER", "ring_ms": 20_050}),
)
ANSWERED: tuple[Told, ...] = (
    (Kind.OFFERED, 1_026_000, {"group": "kitchen", "agent": "1002"}),
    (Kind.ANSWERED, 1_030_500, {"agent": "1002", "agent_channel": "cc-1026.9"}),
)


def test_a_call_missed_by_one_agent_and_taken_by_the_next() -> None:
    assert lines(QUEUED, *MISSED, *ANSWERED, (Kind.ENDED, 1_090_900, {"by": "caller"})) == [
        "1004|cc-1000.1|kitchen|NONE|ENTERQUEUE||0101|3",
        "1025|cc-1000.1|kitchen|Agent/1001|RINGNOANSWER|20050",
        "1030|cc-1000.1|kitchen|Agent/1002|CONNECT|26|cc-1026.9|4",
        "1090|cc-1000.1|kitchen|Agent/1002|COMPLETECALLER|26|60|3",
    ]


def test_the_agent_hung_up() -> None:
    last = lines(QUEUED, *ANSWERED, (Kind.ENDED, 1_090_900, {"by": "agent"}))[-1]
    assert last == "1090|cc-1000.1|kitchen|Agent/1002|COMPLETEAGENT|26|60|3"


def test_the_caller_gave_up_while_a_phone_rang() -> None:
    assert lines(QUEUED, *MISSED[:1], (Kind.ENDED, 1_010_000, {"by": "caller", "stage": "ringing"}))[1:] == [
        "1010|cc-1000.1|kitchen|NONE|ABANDON|3|3|6",
    ]


def test_the_system_ended_the_wait() -> None:
    assert lines(QUEUED, (Kind.ENDED, 1_010_000, {"by": "system"}))[-1].split("|")[4:] == ["EXITEMPTY", "3", "3", "6"]


def test_the_caller_left_a_message() -> None:
    told = entries(QUEUED, (Kind.ENDED, 1_010_000, {"by": "caller"}))
    record = replace(fold(told), outcome=Outcome.VOICEMAIL)
    assert list(call_lines(told, record))[-1][1].split("|")[4:6] == ["EXITWITHKEY", "2"]
    alone = replace(record, via=Via.FALLBACK)
    assert list(call_lines(told, alone))[-1][1].split("|")[4] == "EXITWITHTIMEOUT"


def test_a_call_that_never_joined_and_one_that_still_waits() -> None:
    assert lines((Kind.ENDED, 1_002_000, {"by": "caller", "stage": "menu"})) == []
    assert [line.split("|")[4] for line in lines(QUEUED)] == ["ENTERQUEUE"]


def test_an_agents_shift() -> None:
    def did(kind: Kind, at: int, **data: Json) -> Entry:
        return Entry(key=f"1001:{kind}:{at}", kind=kind, at=at, agent="1001", data=data)

    shift = [
        did(Kind.LOGGED_IN, 1_000_000, groups=["kitchen"], how="page"),
        did(Kind.READY, 1_010_000, previous="paused"),
        did(Kind.READY, 1_100_000, previous="wrapup"),
        did(Kind.PAUSED, 1_200_000, reason="meal"),
        did(Kind.READY, 1_260_000, previous="paused"),
        did(Kind.LOGGED_OUT, 1_300_900, how="page"),
    ]
    assert [line for entry in shift for _, line in agent_lines(entry, shift[0])] == [
        "1000|NONE|NONE|Agent/1001|AGENTLOGIN|PJSIP/1001",
        "1000|NONE|kitchen|Agent/1001|ADDMEMBER|",
        "1010|NONE|NONE|Agent/1001|UNPAUSEALL|",
        "1200|NONE|NONE|Agent/1001|PAUSEALL|meal",
        "1260|NONE|NONE|Agent/1001|UNPAUSEALL|",
        "1300|NONE|kitchen|Agent/1001|REMOVEMEMBER|",
        "1300|NONE|NONE|Agent/1001|AGENTLOGOFF|PJSIP/1001|300",
    ]


@given(st.text())
def test_no_value_breaks_a_line(text: str) -> None:
    written = entries(
        (Kind.ENTERED, 1_000_000, {"caller": text, "dnis": "07000000101"}), QUEUED, (Kind.ENDED, 1_010_000, {})
    )
    enterqueue = next(call_lines(written, fold(written)))[1]
    assert enterqueue.count("|") == 7
    assert not set("\r\n") & set(enterqueue)


@given(st.permutations(entries(QUEUED, *MISSED, *ANSWERED, (Kind.ENDED, 1_090_900, {"by": "caller"}))))
def test_lines_and_their_keys_do_not_depend_on_the_order_of_entries(shuffled: list[Entry]) -> None:
    ordered = sorted(shuffled, key=lambda entry: entry.at)
    told = list(call_lines(shuffled, fold(shuffled)))
    assert sorted(told) == sorted(call_lines(ordered, fold(ordered)))
    assert len(dict(told)) == len(told)
