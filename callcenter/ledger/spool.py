"""Reads what Asterisk's hang-up handlers leave: one JSON line a channel that ended, one file a UTC day."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import structlog

from callcenter.calls.journal import Entry, Json, Kind

_WHOLE = ("cause", "talk_ms", "rx_lost", "rx_count", "tx_lost", "tx_count")
#: Asterisk gives jitter and round trip in seconds.
_SECONDS = {"rx_jitter": "rx_jitter_ms", "tx_jitter": "tx_jitter_ms", "rtt": "rtt_ms"}
#: A round trip of 18 hours is what a first report without an answer looks like.
_SENSIBLE_S = 60
_TEXT = ("dialstatus", "agent", "agent_channel", "dnis", "caller", "company", "group", "recording")
_MOST = 1 << 20

log = structlog.get_logger()


class Spool:
    """A folder of such files. It remembers nothing: places come from the caller and go back to it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, known: Mapping[str, int]) -> tuple[list[Entry], dict[str, int]]:
        """New whole lines of all files, and the place now reached in each file that grew."""
        entries: list[Entry] = []
        places: dict[str, int] = {}
        for path in sorted(self._folder.glob("*.jsonl")):
            place = known.get(path.name, 0)
            if path.stat().st_size <= place:
                continue
            with path.open("rb") as file:
                file.seek(place)
                block = file.read(_MOST)
            # A block without any line's end is no line of ours, however long it goes on.
            whole = block[: block.rfind(b"\n") + 1] or (block if len(block) == _MOST else b"")
            for line in whole.split(b"\n"):
                entry = _entry(line)
                if entry is not None:
                    entries.append(entry)
                elif line.strip():
                    log.error("spool.unreadable", file=path.name)
                    with path.with_suffix(".bad").open("ab") as bad:
                        bad.write(line + b"\n")
            if whole:
                places[path.name] = place + len(whole)
        return entries, places


def _entry(line: bytes) -> Entry | None:
    try:
        raw: dict[str, Any] = orjson.loads(line)
        at, call, channel = int(raw["at"]), str(raw["call"]), str(raw["channel"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None
    leg = "agent" if raw.get("leg") == "agent" else "caller"
    other = "caller" if leg == "agent" else "agent"
    source = str(raw.get("by") or "")
    # Asterisk names itself for the dialplan's own Hangup().
    by_system = not source or source.startswith("dialplan/")
    data: dict[str, Json] = {
        "leg": leg,
        "channel": channel,
        "by": "system" if by_system else leg if source == raw.get("channel_name") else other,
        "fallback": raw.get("fallback") in ("1", 1),
    }
    data |= {name: raw[name] for name in _TEXT if raw.get(name)}
    if raw.get("voicemail"):
        data["recording"] = f"voicemail/{call}"
        # Whoever hung up while speaking left no length, but the time at which the recording began.
        began, length = _number(raw.get("message_at")), _number(raw.get("message_ms"))
        data["message_ms"] = length if length is not None else at - began if began is not None else 0
    data |= {name: whole for name in _WHOLE if (whole := _number(raw.get(name))) is not None}
    for name, ms in _SECONDS.items():
        seconds = _number(raw.get(name), float)
        if seconds is not None and seconds < _SENSIBLE_S:
            data[ms] = round(seconds * 1000)
    return Entry(key=f"{channel}:leg.ended", kind=Kind.LEG_ENDED, at=at, call=call, data=data)


def _number(value: Any, kind: type[Any] = int) -> Any:
    try:
        return kind(value)
    except (TypeError, ValueError):
        return None
