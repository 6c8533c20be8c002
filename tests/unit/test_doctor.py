"""What the doctor makes of the facts, and what it says."""

from __future__ import annotations

import math
import random
import re
import string
from pathlib import Path

import pytest

from callcenter.doctor import finding, judge
from callcenter.doctor.finding import WORDS, Finding, Result, failed, ok, warning, worst
from callcenter.doctor.installation import read_settings
from callcenter.doctor.telephony import wanted_modules
from callcenter.doctor.trunk import address, last_answers

RATE, HZ = 8000, 1004.0


def case(found: Finding) -> tuple[Result, str]:
    return found.result, found.case


def tone(seconds: float, hz: float = HZ, dbfs: float = -12.0) -> list[int]:
    amplitude = 32768 * 10 ** (dbfs / 20)
    return [int(amplitude * math.sin(2 * math.pi * hz * n / RATE)) for n in range(int(seconds * RATE))]


@pytest.mark.parametrize(
    ("free", "verdict"),
    [(1000, "disk.free"), (999, "disk.low"), (300, "disk.low"), (299, "disk.full"), (0, "disk.full")],
)
def test_disk(free: int, verdict: str) -> None:
    assert judge.disk("/data", free).case == verdict


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("22.10.0~dfsg+~cs6.15-1", Result.OK),
        ("23.0.1", Result.OK),
        ("22.9.2", Result.FAILED),
        ("20.15.0", Result.FAILED),
        ("GIT-master", Result.FAILED),
    ],
)
def test_version_of_asterisk(text: str, result: Result) -> None:
    assert judge.version(text).result is result


def test_a_module_that_does_not_run_is_named() -> None:
    found = judge.modules(["app_dial.so", "res_srtp.so", "app_echo.so"], ["app_dial.so", "chan_other.so"])
    assert case(found) == (Result.FAILED, "modules.missing")
    assert "app_echo.so, res_srtp.so" in found.sentence("en")
    assert judge.modules(["app_dial.so"], ["app_dial.so"]).result is Result.OK
    # Listening for answering machines needs its own.
    wanted = wanted_modules()
    without = judge.modules(wanted, set(wanted) - {"app_amd.so"})
    assert (case(without), "app_amd.so" in without.sentence("ko")) == ((Result.FAILED, "modules.missing"), True)


def test_agents_without_a_phone_are_a_warning() -> None:
    found = judge.phones(["1001", "1002", "1003"], {"1002", "customer1"})
    assert case(found) == (Result.WARNING, "registrations.absent")
    assert found.gaps == {"there": 1, "all": 3, "ids": "1001, 1003"}
    assert judge.phones(["1001"], {"1001"}).result is Result.OK


def test_redis_must_keep_everything() -> None:
    sound = {"appendonly": "yes", "maxmemory-policy": "noeviction"}
    assert list(judge.redis_settings(sound, used=10, limit=0)) == []
    bad = judge.redis_settings({"appendonly": "no", "maxmemory-policy": "allkeys-lru"}, used=81, limit=100)
    assert [case(one) for one in bad] == [
        (Result.FAILED, "redis.forgets"),
        (Result.FAILED, "redis.evicts"),
        (Result.WARNING, "redis.memory"),
    ]


def test_controller() -> None:
    assert judge.controller(None).case == "controller.absent"
    assert judge.controller({"ari": True, "ami": True}).result is Result.OK
    parted = judge.controller({"ari": True, "ami": False})
    assert parted.case == "controller.parted"
    assert parted.gaps == {"names": "AMI"}


def test_ledger() -> None:
    assert judge.ledger(250, 3).result is Result.OK
    assert case(judge.ledger(250, 2001)) == (Result.WARNING, "ledger.behind")
    assert case(judge.ledger(15_001, 0)) == (Result.FAILED, "ledger.absent")
    assert case(judge.ledger(None, 0)) == (Result.FAILED, "ledger.absent")


def test_clocks() -> None:
    assert [one.case for one in judge.clocks({"Redis": 0.0, "Asterisk": -2.9}, None)] == ["time.together"]
    apart = list(judge.clocks({"Redis": 0.0, "Asterisk": -60.0}, None))
    assert [one.case for one in apart] == ["time.apart"]
    assert apart[0].gaps == {"part": "Asterisk", "seconds": "-60"}
    assert [one.case for one in judge.clocks({}, 3600.0)] == ["time.back"]
    assert list(judge.clocks({}, -86_400.0)) == []


def test_the_tone_comes_back() -> None:
    assert judge.echo([0] * 4000 + tone(2.0), RATE, HZ).case == "audio.heard"


def test_half_of_the_tone_is_torn() -> None:
    found = judge.echo(tone(0.7) + [0] * 8000, RATE, HZ)
    assert found.case == "audio.torn"
    assert found.gaps["seconds"] == "0.7"


def test_nothing_comes_back() -> None:
    assert judge.echo([0] * 16000, RATE, HZ).case == "audio.silent"
    assert judge.echo([], RATE, HZ).case == "audio.silent"


def test_other_sound_is_not_the_tone() -> None:
    noise = random.Random(1)
    assert judge.tone_seconds([noise.randint(-20_000, 20_000) for _ in range(16000)], RATE, HZ) == 0
    assert judge.tone_seconds(tone(2.0, hz=440), RATE, HZ) == 0
    assert judge.tone_seconds(tone(2.0, dbfs=-40), RATE, HZ) == 0


def test_the_gravest_finding_decides() -> None:
    fine, doubt, bad = ok("time.synchronised"), warning("time.unsynchronised"), failed("controller.absent")
    assert worst([]) is Result.OK
    assert worst([fine, doubt]) is Result.WARNING
    assert worst([doubt, bad, fine]) is Result.FAILED


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('redis_url = "127.0.0.1:6390"', "redis_url: expected"),
        ('database_url = "callcenter.db"', "database_url: expected"),
        ('database_url = "nosuch://x"', "database_url: expected"),
        ('sip_port = "s3cret"', "sip_port: Input should be a valid integer"),
        ('no_such_setting = "s3cret"', "no_such_setting: Extra inputs"),
        ("web_port = ", "Invalid value"),
    ],
)
def test_a_wrong_setting_is_told_by_its_key_and_never_by_its_value(
    line: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.toml").write_text(line + "\n")
    monkeypatch.setenv("CALLCENTER_DATA", str(tmp_path))
    settings, [wrong] = read_settings()
    assert settings is None
    assert wrong.case == "configuration.settings"
    assert told in wrong.sentence("ko")
    assert "s3cret" not in wrong.sentence("ko")


def used() -> dict[str, str]:
    """Every case that the doctor's code may find, with its result."""
    source = "".join(path.read_text("utf-8") for path in Path(finding.__file__).parent.glob("*.py"))
    return {name: result for result, name in re.findall(r'\b(ok|warning|failed)\(\s*"([a-z.]+)"', source)}


def test_every_finding_has_its_words_and_no_word_is_idle() -> None:
    assert used().keys() == WORDS.keys()


@pytest.mark.parametrize("name", sorted(WORDS))
def test_both_languages_say_what_is_so_and_what_is_wrong_says_what_to_do(name: str) -> None:
    words = WORDS[name]
    assert words["ko"] != words["en"]
    assert ("mend_ko" in words, "mend_en" in words) == (used()[name] != "ok",) * 2
    gaps = {key: {gap for _, gap, _, _ in string.Formatter().parse(text) if gap} for key, text in words.items()}
    assert gaps["ko"] == gaps["en"]
    # What to do must be told with the numbers that the sentence already has, in both languages alike.
    assert gaps.get("mend_ko") == gaps.get("mend_en")


def registration(status: str = "Rejected", answer: int | None = None, *, found: bool = True) -> judge.Registration:
    return judge.Registration(server="sip.carrier.example", status=status, answer=answer, found=found)


def contact(status: str = "Reachable", roundtrip_ms: float | None = 12.3, *, found: bool = True) -> judge.Contact:
    return judge.Contact(where="sip.carrier.example:5060", status=status, roundtrip_ms=roundtrip_ms, found=found)


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        # What it complained of before it was taken is over.
        (registration("Registered", 401), (Result.OK, "trunk.registered")),
        (registration(answer=401), (Result.FAILED, "trunk.refused")),
        (registration(answer=403, found=False), (Result.FAILED, "trunk.refused")),
        (registration(answer=503), (Result.FAILED, "trunk.declined")),
        (registration(answer=0), (Result.FAILED, "trunk.silent")),
        (registration("Unregistered"), (Result.FAILED, "trunk.silent")),
        (registration(answer=0, found=False), (Result.FAILED, "trunk.nameless")),
        (registration(), (Result.FAILED, "trunk.unregistered")),
        (registration("Stopped"), (Result.FAILED, "trunk.unregistered")),
    ],
)
def test_a_registration_with_the_carrier(one: judge.Registration, verdict: tuple[Result, str]) -> None:
    found, answers = judge.trunk([one], [contact()])
    assert (case(found), answers.case) == (verdict, "trunk.answers")


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (contact(), (Result.OK, "trunk.answers")),
        (contact(roundtrip_ms=300), (Result.OK, "trunk.answers")),
        (contact(roundtrip_ms=301), (Result.WARNING, "trunk.slow")),
        (contact("Unreachable", None), (Result.FAILED, "trunk.unreachable")),
        (contact("Unreachable", None, found=False), (Result.FAILED, "trunk.nameless")),
        (contact("NonQualified", None), (Result.WARNING, "trunk.unasked")),
        (contact("Unknown", None), (Result.WARNING, "trunk.unasked")),
    ],
)
def test_the_other_end_of_the_trunk(one: judge.Contact, verdict: tuple[Result, str]) -> None:
    assert [case(found) for found in judge.trunk([], [one])] == [verdict]


def test_no_trunk_at_all_is_a_warning_as_it_is_so_in_the_demonstration() -> None:
    assert [case(found) for found in judge.trunk([], [])] == [(Result.WARNING, "trunk.absent")]


def test_asterisks_log_tells_what_the_carrier_answered_last_to_each_registration() -> None:
    says = "[2026-11-28 09:26:03.002] WARNING[31017] res_pjsip_outbound_registration.c:"
    on = "on registration attempt to"
    assert last_answers(
        [
            f"{says} No response received from 'sip:one.example' {on} 'sip:7001@one.example', retrying",
            f"{says} Temporal response '401' received from 'sip:one.example' {on} 'sip:7001@one.example', retrying",
            f"{says} No response received from 'sip:10.1.2.403:5060' {on} 'sip:7002@10.1.2.403', retrying in '60'",
            f"{says} 403 Forbidden fatal response received from 'sip:two.example' {on} 'sip:7003@two.example'",
            "[2026-11-28 09:26:04.314] ERROR[31017] res_pjsip_outbound_authenticator_digest.c: There were no auth ids",
            f"{says} Maximum retries reached when attempting outbound registration to 'sip:two.example'",
        ]
    ) == {
        ("sip:one.example", "sip:7001@one.example"): 401,
        ("sip:10.1.2.403:5060", "sip:7002@10.1.2.403"): 0,
        ("sip:two.example", "sip:7003@two.example"): 403,
    }


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("sip:07012345678@sip.carrier.example:5080;transport=tcp", "sip.carrier.example:5080"),
        ("sips:sip.carrier.example", "sip.carrier.example"),
        ("sip:07012345678@[2001:db8::1]:5060", "[2001:db8::1]:5060"),
        ("nonsense", "?"),
    ],
)
def test_of_an_address_the_account_is_left_out(uri: str, shown: str) -> None:
    assert address(uri) == shown
