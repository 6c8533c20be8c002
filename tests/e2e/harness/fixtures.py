"""What end-to-end tests ask for by name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.e2e.harness.centre import Centre
from tests.e2e.harness.exchange import Exchange, open_exchange
from tests.e2e.phones import Phone, open_phone
from tests.e2e.tones import write_tone

#: Each voice is a whole number of Hz, none a multiple of another, none a DTMF frequency.
CUSTOMER_HZ, AGENT_HZ, OTHER_HZ = 437, 1117, 1823


@pytest.fixture(scope="session")
def voices(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Microphones by frequency: a customer's, an agent's, another's; 0 is somebody who says nothing."""
    folder = tmp_path_factory.mktemp("voices")
    return {hz: write_tone(folder / f"{hz}.wav", hz) for hz in (0, CUSTOMER_HZ, AGENT_HZ, OTHER_HZ)}


@pytest.fixture
async def exchange(tmp_path: Path) -> AsyncIterator[Exchange]:
    """An Asterisk without the engine, to try the harness itself."""
    async with open_exchange(tmp_path / "exchange") as opened:
        yield opened


SwitchOn = Callable[..., Awaitable[Phone]]


@pytest.fixture
async def switch_on(tmp_path: Path, voices: dict[int, Path]) -> AsyncIterator[SwitchOn]:
    """Switches phones on: `await switch_on(server, "1001", password=…, hz=AGENT_HZ)`; all are off after the test."""
    async with AsyncExitStack() as stack:
        count = 0

        async def on(
            server: str,
            account: str,
            *,
            password: str | None = None,
            hz: int = CUSTOMER_HZ,
            register: bool = True,
            auto_answer: bool = False,
        ) -> Phone:
            nonlocal count
            count += 1
            return await stack.enter_async_context(
                open_phone(
                    tmp_path / f"phone-{count}-{account}",
                    server,
                    account,
                    password=password,
                    microphone=voices[hz],
                    register=register,
                    auto_answer=auto_answer,
                )
            )

        yield on


At = Callable[[str], Awaitable[Phone]]


@pytest.fixture
async def at(centre: Centre, switch_on: SwitchOn) -> AsyncIterator[At]:
    """`await at("1001")`: that account's phone, registered; agents are logged out at the end."""
    agents: list[str] = []

    async def on(account: str) -> Phone:
        is_agent = account.isdigit()
        phone = await switch_on(
            centre.server, account, password=centre.password(account), hz=AGENT_HZ if is_agent else CUSTOMER_HZ
        )
        if is_agent:
            agents.append(account)
            await centre.board(lambda b: any(a["id"] == account and a["registered"] for a in b["agents"]))
        return phone

    yield on
    for agent in agents:
        await centre.wish(agent, "logout")
        await centre.agent(agent, "offline")


@asynccontextmanager
async def ready(centre: Centre, at: At, account: str = "1001") -> AsyncIterator[Phone]:
    """An agent on line, by feature code."""
    phone = await at(account)
    await phone.dial("*451")
    await phone.talks()
    await phone.ended()
    # A call may be waiting, which then rings at once.
    await centre.agent(account, "ready", "ringing")
    yield phone
