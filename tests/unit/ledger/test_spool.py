"""Lines as Asterisk's dialplan writes them."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from callcenter.calls.journal import Kind
from callcenter.ledger.spool import Spool

CALLER = {
    "call": "cc-1795432403.3", "leg": "caller", "channel": "cc-1795432403.3",
    "channel_name": "PJSIP/customer1-00000001", "at": "1795432409670", "by": "PJSIP/customer1-00000001",
    "cause": "16", "dialstatus": "ANSWER", "agent": "1001", "agent_channel": "PJSIP/1001-00000002", "ring_ms": "1",
    "dnis": "07000000102", "caller": "01000000001", "company": "hanbit", "group": "kitchen", "fallback": "",
    "voicemail": "", "rx_lost": "0", "rx_count": "311", "rx_jitter": "0.001375", "tx_lost": "2", "tx_count": "310",
    "tx_jitter": "0.001125", "rtt": "65535.999755",
}  # fmt: skip
AGENT = {
    "call": "cc-1795432403.3", "leg": "agent", "channel": "cc-1795432404.4", "channel_name": "PJSIP/1001-00000002",
    "at": "1795432409670", "by": "PJSIP/customer1-00000001", "cause": "", "talk_ms": "3004",
    "recording": "20261123/cc-1795432403.3", "rx_lost": "", "rx_count": "", "rx_jitter": "", "rtt": "0.020000",
}  # fmt: skip


def written(folder: Path, *lines: dict[str, str] | bytes, day: str = "20261123") -> None:
    with (folder / f"{day}.jsonl").open("ab") as file:
        for line in lines:
            file.write(line if isinstance(line, bytes) else orjson.dumps(line) + b"\n")


def test_the_callers_line_is_an_entry_of_its_call(tmp_path: Path) -> None:
    written(tmp_path, CALLER)
    [entry], _ = Spool(tmp_path).read({})
    assert (entry.key, entry.kind, entry.at) == ("cc-1795432403.3:leg.ended", Kind.LEG_ENDED, 1_795_432_409_670)
    assert entry.call == "cc-1795432403.3"
    assert entry.data == {
        "leg": "caller", "channel": "cc-1795432403.3", "by": "caller", "cause": 16, "fallback": False,
        "dialstatus": "ANSWER", "agent": "1001", "agent_channel": "PJSIP/1001-00000002", "dnis": "07000000102",
        "caller": "01000000001", "company": "hanbit", "group": "kitchen", "rx_lost": 0, "rx_count": 311,
        "rx_jitter_ms": 1, "tx_lost": 2, "tx_count": 310, "tx_jitter_ms": 1,
    }  # fmt: skip


def test_the_agents_line_tells_how_long_they_talked(tmp_path: Path) -> None:
    written(tmp_path, AGENT)
    [entry], _ = Spool(tmp_path).read({})
    assert entry.call == "cc-1795432403.3"
    assert entry.data == {
        "leg": "agent", "channel": "cc-1795432404.4", "by": "caller", "fallback": False, "talk_ms": 3004,
        "recording": "20261123/cc-1795432403.3", "rtt_ms": 20,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("source", "by"),
    [
        ("PJSIP/customer1-00000001", "caller"),
        ("PJSIP/1001-00000002", "agent"),
        ("", "system"),
        ("dialplan/builtin", "system"),
    ],
)
def test_who_hung_up(tmp_path: Path, source: str, by: str) -> None:
    written(tmp_path, CALLER | {"by": source})
    [entry], _ = Spool(tmp_path).read({})
    assert entry.data["by"] == by


def test_reading_goes_on_where_it_stopped_and_leaves_a_line_that_is_not_whole(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    whole = orjson.dumps(AGENT) + b"\n"
    written(tmp_path, CALLER, whole[:50])
    first, places = spool.read({})
    assert [e.data["leg"] for e in first] == ["caller"]
    assert spool.read(places) == ([], {})
    written(tmp_path, whole[50:])
    written(tmp_path, CALLER, day="20261124")
    second, places = spool.read(places)
    assert [e.data["leg"] for e in second] == ["agent", "caller"]
    assert sorted(places) == ["20261123.jsonl", "20261124.jsonl"]


@pytest.mark.parametrize(
    "line",
    [b"{\n", b"\xff\xfe\n", b"[1]\n", b"7\n", b'{"call":"x"}\n', b'{"call":"x","channel":"x","at":""}\n', b"y" * 2**21],
)
def test_what_is_no_line_is_kept_aside_and_stops_nothing(tmp_path: Path, line: bytes) -> None:
    written(tmp_path, line, b"\n", CALLER)
    entries, places, bad = [], {}, tmp_path / "20261123.bad"
    for _ in range(5):
        found, reached = Spool(tmp_path).read(places)
        entries += found
        places |= reached
    assert [e.key for e in entries] == ["cc-1795432403.3:leg.ended"]
    assert bad.read_bytes().replace(b"\n", b"") == line.replace(b"\n", b"")
