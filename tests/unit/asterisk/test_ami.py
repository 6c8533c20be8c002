"""The wrapper against a peer that does to it what was seen to break panoramisk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from callcenter.asterisk.ami import AmiClient, AmiError, Phones

Answer = Callable[[dict[str, str], asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def manager_interface(answer: Answer) -> AsyncIterator[tuple[int, list[str]]]:
    """A manager interface on a free port that logs anybody in; the actions it was sent."""
    seen: list[str] = []
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        try:
            while True:
                raw = (await reader.readuntil(b"\r\n\r\n")).decode()
                action = dict(line.split(": ", 1) for line in raw.splitlines() if ": " in line)
                seen.append(action["Action"])
                if action["Action"] == "Login":
                    writer.write(reply(action, "Response: Success") + b"Event: FullyBooted\r\n\r\n")
                else:
                    await answer(action, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], seen
    finally:
        for writer in writers:
            writer.close()
        server.close()
        await server.wait_closed()


def reply(action: dict[str, str], *lines: str) -> bytes:
    return "\r\n".join((*lines, f"ActionID: {action['ActionID']}", "", "")).encode()


@asynccontextmanager
async def connected(port: int, on_event: Callable[[Any], None] = lambda _: None) -> AsyncIterator[AmiClient]:
    client = AmiClient("127.0.0.1", port, "u", "s")
    there = asyncio.Event()

    async def greet() -> None:
        there.set()

    task = asyncio.get_running_loop().create_task(client.run(on_event, greet))
    try:
        async with asyncio.timeout(5):
            await there.wait()
        yield client
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_name_cut_in_the_middle_of_a_syllable_arrives_whole() -> None:
    async def halves(action: dict[str, str], writer: asyncio.StreamWriter) -> None:
        whole = reply(action, "Response: Success", "Message: 김민수 고객")
        cut = whole.index("민".encode()) + 1
        writer.write(whole[:cut])
        await writer.drain()
        await asyncio.sleep(0.05)  # the two halves must be two segments
        writer.write(whole[cut:])

    async with manager_interface(halves) as (port, _), connected(port) as client:
        [answer] = await client.ask("CoreStatus")
        assert answer["message"] == "김민수 고객"


async def test_a_line_break_in_a_value_is_refused_before_it_is_sent() -> None:
    async def never(action: dict[str, str], writer: asyncio.StreamWriter) -> None:
        raise AssertionError

    async with manager_interface(never) as (port, seen), connected(port) as client:
        with pytest.raises(AmiError, match="line break"):
            await client.ask("Originate", Channel="x\r\nApplication: System")
        assert seen == ["Login"]


async def test_a_callback_that_fails_does_not_cost_the_connection() -> None:
    heard: list[str] = []

    def fails(event: Any) -> None:
        heard.append(event["event"])
        raise ValueError

    async def with_events(action: dict[str, str], writer: asyncio.StreamWriter) -> None:
        writer.write(b"Event: ContactStatus\r\n\r\n" + reply(action, "Response: Success", "Message: ok"))

    async with manager_interface(with_events) as (port, seen), connected(port, fails) as client:
        assert (await client.ask("Ping"))[0]["message"] == "ok"
        assert heard == ["FullyBooted", "ContactStatus"]
        assert seen.count("Login") == 1


async def test_an_action_cut_off_by_a_lost_connection_fails_and_is_not_sent_again() -> None:
    async def hang_up(action: dict[str, str], writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with manager_interface(hang_up) as (port, seen), connected(port) as client:
        with pytest.raises(AmiError):
            await client.ask("Originate", Channel="x")
        async with asyncio.timeout(5):
            while seen.count("Login") < 2 or not client.connected:  # noqa: ASYNC110 - the client has no event for it
                await asyncio.sleep(0.02)
        assert seen.count("Originate") == 1


async def test_a_list_that_is_refused_ends() -> None:
    async def none(action: dict[str, str], writer: asyncio.StreamWriter) -> None:
        writer.write(reply(action, "Response: Error", "Message: No Contacts found"))

    changes: list[tuple[str, bool]] = []
    async with manager_interface(none) as (port, _), connected(port) as client:
        phones = Phones(client, lambda account, reachable: changes.append((account, reachable)))
        phones.event({"event": "ContactStatus", "aor": "1001", "contactstatus": "Reachable"})
        await phones.ask_all()
    assert changes == [("1001", True), ("1001", False)]


async def test_the_list_of_contacts_tells_accounts_of_both_kinds() -> None:
    async def two(action: dict[str, str], writer: asyncio.StreamWriter) -> None:
        writer.write(reply(action, "Response: Success", "EventList: start", "Message: A listing follows"))
        for name, status in (("1001;@abc", "Reachable"), ("selftest@@def", "NonQualified"), ("1002;@x", "Unreachable")):
            writer.write(reply(action, "Event: ContactList", f"ObjectName: {name}", f"Status: {status}"))
        writer.write(reply(action, "Event: ContactListComplete", "EventList: Complete"))

    changes: set[tuple[str, bool]] = set()
    async with manager_interface(two) as (port, _), connected(port) as client:
        await Phones(client, lambda account, reachable: changes.add((account, reachable))).ask_all()
    assert changes == {("1001", True), ("selftest", True)}


def test_a_removed_contact_is_a_doubt_and_no_news() -> None:
    changes: list[object] = []
    phones = Phones(AmiClient("h", 1, "u", "s"), lambda *change: changes.append(change))
    phones.event({"event": "ContactStatus", "aor": "1001", "contactstatus": "Removed"})
    assert phones.doubtful.is_set()
    assert not changes
