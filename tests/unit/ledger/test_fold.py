"""A call's record, told as the entries that lead to it."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.calls.journal import Entry, Json, Kind
from callcenter.ledger.fold import fold
from callcenter.ledger.record import CallRecord, Direction, EndedBy, Outcome, Via

CALL = "cc-1795000000.7"
T = 1_795_000_000_000


def told(kind: Kind, at: int, **data: Json) -> Entry:
    """An entry of the call, `at` ms after its beginning."""
    key = f"{data['channel']}:leg.ended" if kind is Kind.LEG_ENDED else f"{CALL}:{kind}:{T + at}"
    return Entry(key=key, kind=kind, at=T + at, call=CALL, data=data)


def entered() -> Entry:
    return told(Kind.ENTERED, 0, dnis="07000000102", caller="01000000001", channel="PJSIP/x-1", via="inbound")


def queued(at: int = 4000) -> list[Entry]:
    return [
        entered(),
        told(Kind.IDENTIFIED, 100, company="hanbit", category="kitchen", group="kitchen", how="dnis"),
        told(Kind.QUEUED, at, group="kitchen", position=1),
    ]


def answered() -> list[Entry]:
    return [
        *queued(),
        told(Kind.OFFERED, 5000, group="kitchen", agent="1001"),
        told(Kind.ANSWERED, 8000, agent="1001", agent_channel="cc-1795000005.8", recording="r"),
    ]


def caller_leg(at: int, **data: Json) -> Entry:
    return told(Kind.LEG_ENDED, at, **{"leg": "caller", "channel": CALL, "by": "caller", "cause": 16, **data})


def agent_leg(at: int, **data: Json) -> Entry:
    return told(
        Kind.LEG_ENDED, at, **{"leg": "agent", "channel": "cc-1795000005.8", "by": "caller", "cause": 16, **data}
    )


def ended(at: int, by: str, stage: str, **data: Json) -> Entry:
    return told(Kind.ENDED, at, by=by, cause=16, stage=stage, **data)


def test_an_answered_call() -> None:
    record = fold(
        [*answered(), agent_leg(38_000, talk_ms=29_990), caller_leg(38_010), ended(38_100, "agent", "talking")]
    )
    assert record.outcome is Outcome.ANSWERED
    assert (record.company, record.category, record.group) == ("hanbit", "kitchen", "kitchen")
    assert (record.dnis, record.caller) == ("07000000102", "01000000001")
    assert (record.entered_at, record.queued_at, record.answered_at) == (T, T + 4000, T + 8000)
    assert (record.greeting_ms, record.wait_ms, record.ring_ms, record.talk_ms) == (4000, 4000, 3000, 29_990)
    assert (record.agent, record.agent_channel, record.recording) == ("1001", "cc-1795000005.8", "r")
    assert [(o.agent, o.status, o.ring_ms) for o in record.offers] == [("1001", "ANSWER", 3000)]


@pytest.mark.parametrize("told_by", ["number", "code"])
def test_a_caller_who_hung_up_in_the_greeting_belongs_to_the_company_that_was_reached(told_by: str) -> None:
    first, last = entered(), ended(3000, "caller", "greeting")
    (first if told_by == "number" else last).data["company"] = "hanbit"
    record = fold([first, last, caller_leg(3000)])
    assert (record.company, record.category, record.outcome) == ("hanbit", None, Outcome.ABANDONED_GREETING)


def test_a_company_that_was_reached_by_number_gives_way_to_the_one_that_the_agent_noted() -> None:
    first, *others = answered()
    first.data["company"] = "nurim"
    assert fold([first, *others, caller_leg(38_010)]).company == "hanbit"


@pytest.mark.parametrize("via", [Via.CAMPAIGN, Via.TRANSFER])
def test_a_customer_whom_a_campaign_phoned(via: Via) -> None:
    first, *others = answered()
    phoned = told(Kind.ENTERED, 0, **{**first.data, "via": via.value, "campaign": 7})
    record = fold([phoned, *others, agent_leg(38_000, talk_ms=29_990), caller_leg(38_010)])
    assert (record.direction, record.via, record.outcome) == (Direction.OUTBOUND, via, Outcome.ANSWERED)


def test_a_campaigns_call_is_known_by_its_id_where_the_engine_wrote_nothing() -> None:
    leg = Entry(key="survey-7-31-1:leg.ended", kind=Kind.LEG_ENDED, at=T, call="survey-7-31-1", data={"leg": "caller"})
    record = fold([leg])
    assert (record.direction, record.via) == (Direction.OUTBOUND, Via.CAMPAIGN)


def test_asterisk_knows_better_when_and_by_whom_a_call_ended() -> None:
    record = fold([*answered(), caller_leg(38_000, by="caller", cause=16), ended(38_500, "agent", "talking")])
    assert (record.ended_at, record.ended_by, record.cause) == (T + 38_000, EndedBy.CALLER, 16)


def test_a_call_answered_while_the_engine_was_away_is_reconstructed_from_its_legs() -> None:
    record = fold([*queued(), caller_leg(30_000, agent="1002"), agent_leg(30_000, talk_ms=12_000, recording="r")])
    assert record.outcome is Outcome.ANSWERED
    assert (record.answered_at, record.talk_ms, record.agent) == (T + 18_000, 12_000, "1002")
    assert (record.agent_channel, record.recording) == ("cc-1795000005.8", "r")


def test_a_missed_ring_keeps_its_place_in_the_record() -> None:
    record = fold(
        [
            *queued(),
            told(Kind.OFFERED, 5000, group="kitchen", agent="1001"),
            told(Kind.MISSED, 25_000, agent="1001", status="NOANSWER", ring_ms=20_000),
            told(Kind.OFFERED, 26_000, group="kitchen", agent="1001"),
            caller_leg(30_000),
        ]
    )
    assert record.outcome is Outcome.ABANDONED_RINGING
    assert [(o.status, o.ring_ms) for o in record.offers] == [("NOANSWER", 20_000), ("CANCEL", 4000)]
    assert (record.ring_ms, record.wait_ms) == (4000, 26_000)


@pytest.mark.parametrize(
    ("entries", "outcome"),
    [
        ([entered(), caller_leg(900)], Outcome.ABANDONED_GREETING),
        ([entered(), ended(900, "caller", "menu"), caller_leg(890)], Outcome.ABANDONED_GREETING),
        ([*queued(), caller_leg(9000)], Outcome.ABANDONED_QUEUE),
        ([*queued(), ended(9000, "caller", "queue")], Outcome.ABANDONED_QUEUE),
        ([entered(), ended(3000, "system", "greeting", why="closed"), caller_leg(3000, by="system")], Outcome.CLOSED),
        ([entered(), ended(3000, "caller", "greeting", why="closed"), caller_leg(3000)], Outcome.CLOSED),
        ([entered(), ended(1, "system", "greeting", why="unknown_number")], Outcome.UNKNOWN_NUMBER),
        ([entered(), ended(1, "system", "menu", why="no_choice")], Outcome.NO_CHOICE),
        ([*queued(), ended(9000, "system", "ringing", why="failed")], Outcome.FAILED),
        ([*queued(), caller_leg(9000, by="system")], Outcome.LOST),
        ([*answered(), ended(9000, "system", "talking", why="lost")], Outcome.LOST),
        # The engine believed the call lost, but Asterisk had seen it to its end.
        ([*answered(), ended(99_000, "system", "talking", why="lost"), caller_leg(9000)], Outcome.ANSWERED),
        ([caller_leg(9000, fallback=True)], Outcome.ABANDONED_QUEUE),
        ([caller_leg(9000, fallback=True, recording="voicemail/x")], Outcome.VOICEMAIL),
        ([caller_leg(9000, fallback=True, agent="1"), agent_leg(9000, talk_ms=5)], Outcome.FALLBACK_ANSWERED),
        (answered(), None),
        ([entered()], None),
    ],
)
def test_how_a_call_leaves(entries: list[Entry], outcome: Outcome | None) -> None:
    record = fold(entries)
    assert record.outcome is outcome
    assert record.closed is (outcome is not None)


def test_a_call_that_only_the_dialplan_saw_waited_from_its_entrance() -> None:
    record = fold([caller_leg(30_000, fallback=True, agent="1001", dnis="1", caller="2", company="hanbit"),
                   agent_leg(30_000, talk_ms=10_000)])  # fmt: skip
    assert record.via is Via.FALLBACK
    assert (record.entered_at, record.queued_at, record.wait_ms, record.talk_ms) == (T, T, 20_000, 10_000)
    assert (record.dnis, record.caller, record.company) == ("1", "2", "hanbit")


def test_a_call_that_the_engine_saw_late_entered_when_its_channel_was_made() -> None:
    late = told(Kind.ENTERED, 12_000, dnis="1", caller="2", channel="x", via="inbound")
    assert fold([late]).entered_at == T
    assert fold([entered()]).entered_at == T


def test_an_agents_note_corrects_the_company_and_the_last_note_counts() -> None:
    first = told(Kind.NOTED, 50_000, agent="1001", reason="usage", product="p", symptom="s", result="r", ticket=1)
    last = told(Kind.NOTED, 60_000, agent="1001", company="nurim", reason="fault", product="q", ticket=2)
    record = fold([last, *answered(), first])
    assert (record.company, record.reason, record.product, record.symptom, record.ticket) == (
        "nurim", "fault", "q", None, 2,
    )  # fmt: skip


def test_audio_is_that_of_the_worse_direction() -> None:
    leg = caller_leg(38_000, rx_lost=5, rx_count=95, rx_jitter_ms=4, tx_lost=1, tx_count=100, tx_jitter_ms=9, rtt_ms=40)
    audio = fold([*answered(), leg]).caller_audio
    assert audio is not None
    assert (audio.loss, audio.jitter_ms, audio.rtt_ms) == (5.0, 9.0, 40.0)
    assert 3.5 < audio.mos < 4.2
    assert fold(answered()).caller_audio is None


_ENDINGS = st.sampled_from(["caller", "agent", "system", ""])


@st.composite
def stories(draw: st.DrawFn) -> list[Entry]:
    """Any entries of one call, sensible or not, each with a key of its own."""
    kinds = st.sampled_from([k for k in Kind if k.value.startswith(("call.", "leg."))])
    entries = []
    for n, kind in enumerate(draw(st.lists(kinds, min_size=1, max_size=12))):
        data: dict[str, Any] = {
            "leg": draw(st.sampled_from(["caller", "agent"])),
            "channel": draw(st.sampled_from(["a", "b"])),
            "agent": draw(st.sampled_from(["1001", "1002"])),
            "agent_channel": draw(st.sampled_from(["a", "b", ""])),
            "by": draw(_ENDINGS),
            "talk_ms": draw(st.none() | st.integers(0, 9000)),
            "ring_ms": draw(st.none() | st.integers(0, 9000)),
            "dialstatus": draw(st.sampled_from(["", "ANSWER", "NOANSWER"])),
            "fallback": draw(st.booleans()),
            "why": draw(st.sampled_from(["", "closed", "lost", "failed", "strange"])),
            "stage": draw(st.sampled_from(["greeting", "queue", "ringing", "talking", "done", ""])),
        }
        at = T + draw(st.integers(-5000, 20_000))
        entries.append(Entry(key=f"{n}", kind=kind, at=at, call=CALL, data=data))
    return entries


@given(stories(), st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(entries: list[Entry], chance: random.Random) -> None:
    shuffled = entries + chance.choices(entries, k=chance.randrange(5))
    chance.shuffle(shuffled)
    assert fold(shuffled) == fold(entries)


@given(stories())
def test_a_call_that_ended_left_in_exactly_one_way_and_time_never_ran_backwards(entries: list[Entry]) -> None:
    record = fold(entries)
    over = any(e.kind is Kind.ENDED or (e.kind is Kind.LEG_ENDED and e.data["leg"] == "caller") for e in entries)
    assert (record.outcome is not None) == over == (record.ended_at is not None) == (record.ended_by is not None)
    times = [t for t in (record.entered_at, record.queued_at, record.answered_at, record.ended_at) if t is not None]
    assert times == sorted(times)
    assert min(record.greeting_ms, record.wait_ms, record.ring_ms, record.talk_ms) >= 0
    assert_consistent(record)


def assert_consistent(record: CallRecord) -> None:
    spoke = record.outcome in (Outcome.ANSWERED, Outcome.FALLBACK_ANSWERED)
    assert not spoke or record.answered_at is not None
    assert record.answered_at is None or record.queued_at is not None
    assert record.talk_ms == 0 or record.answered_at is not None
