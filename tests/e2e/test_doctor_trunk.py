"""What the doctor says of the trunk: one Asterisk is the centre's, another is the carrier."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from callcenter.doctor.ari import ari_of
from callcenter.doctor.finding import Finding, Result
from callcenter.doctor.trunk import examine_trunk
from tests.e2e.harness.exchange import PASSWORD, Exchange, open_exchange
from tests.e2e.harness.fixtures import SwitchOn

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

GUIDE = Path(__file__).parents[2] / "docs" / "guide-trunk.md"
#: The account that the carrier knows.
ACCOUNT = "7001"
CUSTOMER = "01000000001"


@dataclass(frozen=True, slots=True)
class Trunk:
    """The centre's Asterisk without the engine, and the carrier's."""

    ours: Exchange
    carrier: Exchange

    async def configure(self, server: str, password: str = PASSWORD) -> None:
        """What the guide tells to write, with a carrier who is asked anew every second."""
        written = GUIDE.read_text("utf-8").partition("```ini\n")[2].partition("```")[0]
        for example, real in (
            ("match = sip.carrier.example", "match = 127.0.0.1"),
            ("sip.carrier.example", server),
            ("07012345678", ACCOUNT),
            ("= secret", f"= {password}"),
            ("forbidden_retry_interval = 60", "retry_interval = 1\nforbidden_retry_interval = 1"),
            ("[network](+type=aor)", "[network](+type=aor)\nqualify_frequency = 1"),
        ):
            assert example in written
            written = written.replace(example, real)
        (self.ours.asterisk.folders.etc / "pjsip_custom.conf").write_text(written)
        await self.reload()

    async def reload(self) -> None:
        for module in ("res_pjsip.so", "res_pjsip_outbound_registration.so", "res_pjsip_endpoint_identifier_ip.so"):
            await asyncio.to_thread(self.ours.asterisk.command, f"module reload {module}")

    async def doctor(self, *cases: str) -> dict[str, Finding]:
        """The findings, once they are these."""
        found: dict[str, Finding] = {}
        try:
            async with asyncio.timeout(20):
                while set(found) != set(cases):
                    found = {one.case: one async for one in examine_trunk(self.ours.settings)}
                    await asyncio.sleep(0.2)
        except TimeoutError:
            raise AssertionError(f"at last: {sorted(found)}") from None
        return found


@pytest.fixture
async def trunk(tmp_path: Path) -> AsyncIterator[Trunk]:
    async with open_exchange(tmp_path / "carrier") as carrier, open_exchange(tmp_path / "ours") as ours:
        yield Trunk(ours, carrier)


def told(finding: Finding) -> str:
    """All that a person reads in either language; every finding but a good one says what to do."""
    for language in ("ko", "en"):
        assert finding.result is Result.OK or finding.mend(language)
    return finding.sentence("ko") + finding.sentence("en")


async def test_without_a_trunk_that_is_said_and_equipment_that_registers_is_one(
    trunk: Trunk, switch_on: SwitchOn
) -> None:
    absent = (await trunk.doctor("trunk.absent"))["trunk.absent"]
    assert absent.result is Result.WARNING
    assert "network" in told(absent)

    await switch_on(trunk.ours.server, "network", password=PASSWORD)
    found = await trunk.doctor("trunk.answers")
    assert "network" not in told(found["trunk.answers"])


async def test_a_trunk_written_as_the_guide_says_is_registered_answers_and_carries_calls_both_ways(
    trunk: Trunk,
) -> None:
    await trunk.configure(trunk.carrier.server)
    found = await trunk.doctor("trunk.registered", "trunk.answers")
    assert {one.result for one in found.values()} == {Result.OK}
    assert trunk.carrier.server in told(found["trunk.registered"])
    assert ACCOUNT not in "".join(told(one) for one in found.values()), "an account is no doctor's business"
    assert 0 < float(str(found["trunk.answers"].gaps["ms"])) < 300

    await phone(trunk.ours, "PJSIP/601@network")
    await there(trunk.carrier, "harness!601")
    await phone(trunk.carrier, f"PJSIP/{ACCOUNT}/sip:07000000102@{trunk.ours.server}")
    await there(trunk.ours, "PJSIP/carrier-")


async def phone(exchange: Exchange, whom: str) -> None:
    """Let it make this call, to somebody here who says nothing."""
    async with ari_of(exchange.settings) as ari:
        await ari.post("channels", endpoint=whom, context="harness", extension="601", priority=1, callerId=CUSTOMER)


async def there(exchange: Exchange, words: str) -> None:
    """Wait until one of its channels is told of so."""
    async with asyncio.timeout(10):
        while words not in await asyncio.to_thread(exchange.asterisk.command, "core show channels concise"):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def test_a_wrong_password_is_told_from_a_carrier_who_does_not_answer(trunk: Trunk) -> None:
    await trunk.configure(trunk.carrier.server, password="other")
    refused = (await trunk.doctor("trunk.refused", "trunk.answers"))["trunk.refused"]
    assert refused.result is Result.FAILED
    assert "401" in told(refused)

    # The discard port: nobody there speaks SIP.
    await trunk.configure("127.0.0.1:9")
    found = await trunk.doctor("trunk.silent", "trunk.unreachable")
    assert {one.result for one in found.values()} == {Result.FAILED}
    assert all("127.0.0.1:9" in told(one) for one in found.values())


async def test_a_carrier_whose_name_nobody_knows_is_told_from_one_who_is_silent(trunk: Trunk) -> None:
    await trunk.configure("sip.carrier.invalid")
    nameless = (await trunk.doctor("trunk.nameless"))["trunk.nameless"]
    assert nameless.result is Result.FAILED
    assert "sip.carrier.invalid" in told(nameless)
