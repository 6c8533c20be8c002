"""Whether each port answers in its own protocol, or, with the centre down, is free."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Iterator

import aiohttp

from callcenter.doctor.finding import Finding, failed, ok
from callcenter.settings import Settings

_ANSWER_S = 3.0


async def web_answers(settings: Settings) -> bool:
    """The pages."""
    timeout = aiohttp.ClientTimeout(total=_ANSWER_S)
    host = _reached("127.0.0.1", settings.web_host)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.get(f"http://{host}:{settings.web_port}/health/live") as answer,
        ):
            return answer.status == 200
    except (aiohttp.ClientError, OSError, TimeoutError):
        return False


async def ami_answer(settings: Settings) -> str:
    """The manager interface: `open`, `refused` (the password is not Asterisk's) or `silent`."""
    secret = settings.ami_password.get_secret_value()
    try:
        async with asyncio.timeout(_ANSWER_S):
            reader, writer = await asyncio.open_connection(settings.asterisk_host, settings.ami_port)
            try:
                if not (await reader.readline()).startswith(b"Asterisk Call Manager"):
                    return "silent"
                login = f"Action: Login\r\nUsername: callcenter\r\nSecret: {secret}\r\nEvents: off\r\n\r\n"
                writer.write(login.encode())
                return "open" if b"Success" in await reader.readline() else "refused"
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return "silent"


class _Answer(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.came: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        if not self.came.done():
            self.came.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self.came.done():
            self.came.set_result(b"")


async def sip_answers(settings: Settings) -> bool:
    """SIP over UDP: any answer to OPTIONS, be it a refusal, is Asterisk's."""
    host, port = _reached(settings.asterisk_host, settings.sip_host), settings.sip_port
    try:
        transport, answer = await asyncio.get_running_loop().create_datagram_endpoint(_Answer, remote_addr=(host, port))
    except OSError:
        return False
    try:
        own_host, own_port = transport.get_extra_info("sockname")[:2]
        transport.sendto(_options(host, port, own_host, own_port))
        async with asyncio.timeout(_ANSWER_S):
            return (await answer.came).startswith(b"SIP/2.0")
    except TimeoutError:
        return False
    finally:
        transport.close()


def _options(host: str, port: int, own_host: str, own_port: int) -> bytes:
    unique = secrets.token_hex(8)
    lines = [
        f"OPTIONS sip:{host}:{port} SIP/2.0",
        f"Via: SIP/2.0/UDP {own_host}:{own_port};branch=z9hG4bK{unique};rport",
        f"From: <sip:doctor@{own_host}>;tag={unique}",
        f"To: <sip:{host}:{port}>",
        f"Call-ID: {unique}@{own_host}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:doctor@{own_host}:{own_port}>",
        "Max-Forwards: 5",
        "Content-Length: 0",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def free_ports(settings: Settings) -> Iterator[Finding]:
    """For a centre that does not run: whether it could take its ports."""
    wanted = [
        ("CALLCENTER_WEB_PORT", settings.web_host, settings.web_port, socket.SOCK_STREAM),
        ("CALLCENTER_ARI_PORT", "127.0.0.1", settings.ari_port, socket.SOCK_STREAM),
        ("CALLCENTER_AMI_PORT", "127.0.0.1", settings.ami_port, socket.SOCK_STREAM),
        ("CALLCENTER_SIP_PORT", settings.sip_host, settings.sip_port, socket.SOCK_STREAM),
        ("CALLCENTER_SIP_PORT", settings.sip_host, settings.sip_port, socket.SOCK_DGRAM),
    ]
    taken = [
        failed("ports.taken", port=port, transport="udp" if kind == socket.SOCK_DGRAM else "tcp", setting=setting)
        for setting, host, port, kind in wanted
        if not _is_free(host, port, kind)
    ]
    yield from taken or [ok("ports.free", ports=", ".join(str(port) for port in sorted({w[2] for w in wanted})))]


def _is_free(host: str, port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(type=kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _reached(otherwise: str, host: str) -> str:
    """Where to reach what listens on `host`."""
    return otherwise if host == "0.0.0.0" else host
