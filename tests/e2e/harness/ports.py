"""Free ports of this machine for servers that a test starts."""

from __future__ import annotations

import random
import socket

#: Below the kernel's ephemeral range, so that no outgoing connection takes a port between the choice and its use.
_FIRST, _LAST = 20000, 31000


def free_ports(count: int) -> int:
    """The first of `count` ports in a row, all free for UDP and TCP on every address; always even, as RTP wants it."""
    for _ in range(200):
        first = random.randrange(_FIRST, _LAST - count, 2)
        if all(_is_free(port) for port in range(first, first + count)):
            return first
    raise OSError(f"no {count} free ports in a row between {_FIRST} and {_LAST}")


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("0.0.0.0", port))
            except OSError:
                return False
    return True
