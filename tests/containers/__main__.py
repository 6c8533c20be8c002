"""`scripts/try-containers`: a customer and an agent talk through the ports that docker/compose.yaml publishes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
import tomllib
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp

from tests.e2e.phones import Phone, open_phone
from tests.e2e.tones import expect_no_tone, expect_tone, write_tone

ENV = Path(__file__).parents[2] / "docker/.env"
CUSTOMER_HZ, AGENT_HZ = 437, 1117
COMPANY, NUMBER = "hanbit", "07000000102"
PAPER = "/tmp/statement.pdf"  # noqa: S108 (in the container)


def run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"{' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


class Stack:
    """The running containers, whichever Compose started them."""

    def __init__(self) -> None:
        lines = [line for line in ENV.read_text().splitlines() if "=" in line and not line.startswith("#")]
        self._env = dict(line.split("=", 1) for line in lines)
        self.address = self._env["PUBLIC_ADDRESS"]
        self.server = f"{self.address}:{self._env['SIP_PORT']}"
        self.pages = f"http://127.0.0.1:{self._env['WEB_PORT']}"
        self._passwords = tomllib.loads(self.inside("web", "cat", "/data/settings.toml"))["sip_passwords"]

    def container(self, service: str) -> str:
        project = f"label=com.docker.compose.project={self._env['COMPOSE_PROJECT_NAME']}"
        found = run(
            "docker", "ps", "-q", "--filter", project, "--filter", f"label=com.docker.compose.service={service}"
        )
        assert found, f"{service} does not run: cd docker && docker compose up -d"
        return found.split()[0]

    def inside(self, service: str, *words: str) -> str:
        return run("docker", "exec", self.container(service), *words)

    def fetch(self, inside: str, to: Path) -> Path:
        run("docker", "cp", f"{self.container('web')}:{inside}", str(to))
        return to

    def password(self, account: str) -> str:
        return str(self._passwords[account])

    async def restarted(self, service: str, before: int, within: float = 60) -> None:
        """Wait until the engine has started the container's process again and its check finds it at work."""
        async with asyncio.timeout(within):
            while self.restarts(service) == before or self._state(service, ".State.Health.Status") != "healthy":  # noqa: ASYNC110 (the engine tells nobody)
                await asyncio.sleep(0.5)

    def restarts(self, service: str) -> int:
        return int(self._state(service, ".RestartCount"))

    def _state(self, service: str, what: str) -> str:
        return run("docker", "inspect", "-f", f"{{{{{what}}}}}", self.container(service)).strip()

    async def metric(self, sample: str, value: float, within: float = 60) -> None:
        """Wait until the pages expose this."""
        async with asyncio.timeout(within):
            while f"{sample} {value}" not in (await self.page("/metrics")).splitlines():  # noqa: ASYNC110 (to be asked)
                await asyncio.sleep(0.5)

    async def page(self, path: str) -> str:
        """What the pages answer. Raises `aiohttp.ClientError`."""
        async with aiohttp.ClientSession(raise_for_status=True) as http, http.get(self.pages + path) as answer:
            return await answer.text()


def say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {what}", flush=True)


async def main() -> None:
    stack = Stack()
    await stack.page("/health/ready")
    say("everything is ready")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with AsyncExitStack() as switched_on:

            async def phone(account: str, hz: int) -> Phone:
                return await switched_on.enter_async_context(
                    open_phone(
                        folder / account,
                        stack.server,
                        account,
                        password=stack.password(account),
                        microphone=write_tone(folder / f"{hz}.wav", hz),
                        address=stack.address,
                    )
                )

            await talk(stack, await phone("1001", AGENT_HZ), await phone("customer1", CUSTOMER_HZ))
        written_down(stack, folder)


async def talk(stack: Stack, agent: Phone, customer: Phone) -> None:
    """A conversation during which the controller is killed."""
    await agent.dial("*451")
    await agent.ended()
    await stack.metric('callcenter_agents{state="ready"}', 1.0)
    say("agent 1001 is on line")
    await customer.dial(NUMBER)
    await agent.answers_call(60)
    began = time.monotonic()
    await stack.metric('callcenter_agents{state="talking"}', 1.0)
    before = stack.restarts("controller")
    # docker kill would be taken for a wish that it stays down.
    stack.inside("controller", "sh", "-c", "kill -9 $(cat /proc/1/task/1/children)")
    await stack.restarted("controller", before)
    await stack.metric('callcenter_agents{state="talking"}', 1.0)
    say("they talk; the controller was killed and is back")
    length = time.monotonic() - began
    await customer.hang_up()
    await agent.ended()
    expect_tone(agent.heard, CUSTOMER_HZ, length - 1)
    expect_tone(customer.heard, AGENT_HZ, length - 1)
    expect_no_tone(agent.heard, AGENT_HZ)
    say(f"each heard the other all the time, {length:.0f} s")
    await stack.metric('callcenter_agents{state="ready"}', 1.0)
    await agent.dial("*450")
    await agent.ended()


def written_down(stack: Stack, folder: Path) -> None:
    """Record, recordings, Asterisk's own CDR and the statement tell of the call."""
    today = datetime.now(ZoneInfo("Asia/Seoul"))
    day, month = f"{today:%Y-%m-%d}", f"{today:%Y-%m}"
    at, call, *rest = stack.inside("web", "callcenter", "records", "list", "--day", day).splitlines()[0].split("\t")
    assert rest[0] == COMPANY, rest
    assert rest[-1] == "answered", rest
    [agents] = stack.inside("web", "find", "/data/media/recordings", "-name", f"{call}-agent.wav").split()
    expect_tone(stack.fetch(agents, folder / "agent.wav"), AGENT_HZ, 5)
    expect_tone(stack.fetch(agents.replace("-agent.", "-caller."), folder / "caller.wav"), CUSTOMER_HZ, 5)
    stack.inside("web", "callcenter", "records", "reconcile", "--day", day)
    words = ("web", "callcenter", "bill", "statement", "--company", COMPANY, "--month", month)
    assert call in stack.inside(*words), "the call is not on the statement"
    stack.inside(*words, "--format", "pdf", "--out", PAPER)
    paper = stack.fetch(PAPER, folder / "statement.pdf").read_bytes()
    assert b"NanumGothic" in paper, "the paper lacks its typeface"
    say(f"call {call} of {at}: record, recordings, CDR, statement and its PDF agree")


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except (AssertionError, OSError, TimeoutError, aiohttp.ClientError) as error:
        sys.exit(f"failed: {str(error) or 'not in time'}")
