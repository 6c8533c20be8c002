"""The doctor beside a running centre, beside a broken one, and where nothing runs."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from callcenter.house import furnish
from tests.e2e.harness.centre import Centre
from tests.e2e.harness.fixtures import AGENT_HZ, SwitchOn
from tests.e2e.harness.ports import free_ports

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


@dataclass(frozen=True, slots=True)
class Report:
    """What one examination said."""

    status: int
    findings: dict[str, dict[str, Any]]

    def cases(self, *results: str) -> set[str]:
        return {case for case, finding in self.findings.items() if finding["result"] in results}


async def examine(data: Path) -> Report:
    environment = {**os.environ, "CALLCENTER_DATA": str(data)}
    doctor = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "callcenter", "doctor", "--json", "--lang", "en",
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, errors = await doctor.communicate()
    assert not errors, errors.decode()
    assert doctor.returncode is not None
    return Report(doctor.returncode, {finding["case"]: finding for finding in json.loads(out)["findings"]})


async def test_a_sound_centre_is_found_sound_and_left_as_it_was(centre: Centre, switch_on: SwitchOn) -> None:
    await switch_on(centre.server, "1001", password=centre.password("1001"), hz=AGENT_HZ)
    await centre.board(lambda board: any(agent["id"] == "1001" and agent["registered"] for agent in board["agents"]))
    async with Redis.from_url(centre.settings.redis_url) as redis:
        before = await redis.xlen("cc:journal")
        report = await examine(centre.settings.data)
        assert await redis.xlen("cc:journal") == before, "the echo call was taken for a customer's"

    assert report.status == 0
    # Whether a clock is synchronised is the machine's affair, not the test's.
    machine = {"time.synchronised", "time.unsynchronised", "disk.low", "disk.free"}
    assert report.cases("ok") - machine == {
        *("configuration.read", "prompts.there", "time.zone", "ports.answer", "redis.sound", "controller.beats"),
        *("ledger.current", "database.current", "asterisk.version", "modules.loaded", "audio.heard", "time.together"),
    }
    assert report.cases("warning", "failed") - machine == {"registrations.absent", "trunk.absent"}
    absent = report.findings["registrations.absent"]["message"].rpartition(": ")[2].split(", ")
    assert "1002" in absent
    assert "1001" not in absent
    assert list((centre.settings.media / "selftest").iterdir()) == []
    await centre.board(lambda board: board["ari"])


@pytest.fixture
def no_tone(centre: Centre) -> Iterator[None]:
    """The tone that the echo call plays is gone while the test lasts: Asterisk takes either language's."""
    kept = {tone: tone.read_bytes() for tone in centre.settings.sounds.glob("*/cc/selftest.wav")}
    for tone in kept:
        tone.unlink()
    yield
    for tone, sound in kept.items():
        tone.write_bytes(sound)


@pytest.fixture
def no_pages(centre: Centre) -> Iterator[None]:
    """The pages' process is stopped while the test lasts."""
    centre.house.stop("web")
    yield
    centre.house.start("web")
    centre.house.wait_until_ready()


@pytest.mark.usefixtures("no_tone", "no_pages")
async def test_what_is_broken_is_named_with_its_remedy(centre: Centre) -> None:
    report = await examine(centre.settings.data)

    assert report.status == 2
    assert report.cases("failed") == {"ports.web", "prompts.missing", "audio.silent"}
    assert "ko/cc/selftest.wav, en/cc/selftest.wav" in report.findings["prompts.missing"]["message"]
    assert str(centre.settings.web_port) in report.findings["ports.web"]["message"]
    assert all(finding["mend"] for finding in report.findings.values() if finding["result"] != "ok")


async def test_a_centre_that_is_down_is_said_to_be_down(tmp_path: Path) -> None:
    first = free_ports(5)
    ports = {"web_port": first, "ari_port": first + 1, "ami_port": first + 2, "sip_port": first + 4}
    furnish(tmp_path, **ports, sip_host="127.0.0.1", redis_url=f"redis://127.0.0.1:{first + 3}/0")

    report = await examine(tmp_path)
    assert report.status == 2
    assert report.findings["centre.down"]["result"] == "failed"
    assert "scripts/demo" in report.findings["centre.down"]["mend"]
    assert {"ports.free", "configuration.read"} <= report.cases("ok")

    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", ports["sip_port"]))
        taken = (await examine(tmp_path)).findings["ports.taken"]
    assert taken["message"] == f"The udp port {ports['sip_port']} is held by another program."
    assert "CALLCENTER_SIP_PORT" in taken["mend"]


async def test_a_mistake_in_the_centres_file_is_told_with_file_and_key(tmp_path: Path) -> None:
    settings = furnish(tmp_path)
    described = settings.centre.read_text("utf-8")
    settings.centre.write_text(described.replace("[waiting]", "[waiting]\nring_seconds = 3", 1), "utf-8")

    message = (await examine(tmp_path)).findings["configuration.centre"]["message"]
    line = described[: described.index("[waiting]")].count("\n") + 2
    assert f"{settings.centre}:{line}: waiting.ring_seconds: unknown key" in message
