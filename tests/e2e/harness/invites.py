"""The INVITEs that really went out, from what Asterisk's own logger put into a file of packets."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path

from callcenter.asterisk.local import LocalAsterisk

_INVITE = re.compile(rb"INVITE sip:([^@;> ]+)@.*?\r\nCall-ID: ([^\r]+)\r\nCSeq: (\d+) INVITE", re.S | re.I)


@dataclass(frozen=True, slots=True)
class Invite:
    """One call that was begun: when by the machine's clock (epoch ms), to which number or account."""

    at: float
    to: str


class Wire:
    """What goes over an Asterisk's wire from now on."""

    def __init__(self, asterisk: LocalAsterisk, folder: Path) -> None:
        self._asterisk, self._folder, self._files = asterisk, folder, 0
        self._next_file()
        for word in ("verbose off", "on"):
            asterisk.command(f"pjsip set logger {word}")

    def _next_file(self) -> None:
        """Asterisk writes a file out when it begins another."""
        self._files += 1
        self._asterisk.command(f"pjsip set logger pcap {self._folder}/{self._files:03}.pcap")

    def invites(self) -> list[Invite]:
        """Each call once, however often its INVITE was sent or challenged."""
        self._next_file()
        found: dict[bytes, Invite] = {}
        for file in sorted(self._folder.glob("*.pcap")):
            self._read(file.read_bytes(), found)
        return sorted(found.values(), key=lambda one: one.at)

    def _read(self, content: bytes, found: dict[bytes, Invite]) -> None:
        place = 24
        while place + 16 <= len(content):
            seconds, micros, length, _ = struct.unpack_from("<IIII", content, place)
            packet = content[place + 16 : place + 16 + length]
            place += 16 + length
            if told := _INVITE.search(packet):
                found.setdefault(told[2], Invite(seconds * 1000 + micros / 1000, told[1].decode()))
