"""Who or what answers, as data: people, machines, their words, voices, pauses and noise. Two halves share neither
sentence nor voice: one is there for choosing parameters, the other for measuring them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Half(StrEnum):
    """What a greeting is there for."""

    TUNING = "tuning"
    REPORT = "report"


class Kind(StrEnum):
    """What answers."""

    HELLO = "person, hello"
    QUESTION = "person, a sentence"
    RECEPTION = "person, a company's reception"
    SILENT = "person who says nothing"
    #: The network plays music instead of ringing, then somebody answers.
    RINGBACK = "person, after ring-back music"
    CARRIER = "carrier's mailbox"
    PERSONAL = "personal mailbox"
    FAX = "fax"

    @property
    def machine(self) -> bool:
        """Whether nobody is there."""
        return self in (Kind.CARRIER, Kind.PERSONAL, Kind.FAX)


@dataclass(frozen=True, kw_only=True, slots=True)
class Greeting:
    """One answer; levels are dBFS of the mean power."""

    name: str
    kind: Kind
    half: Half
    words: str
    #: Variant of espeak-ng's Korean voice, words a minute, pitch (0 to 99).
    voice: str
    speed: int
    pitch: int
    #: From the answer to the first sound.
    before_ms: int
    level: float
    noise: float
    #: Others talk in the background, instead of a steady noise.
    babble: bool


_VOICES = {
    Half.TUNING: ("f1", "f3", "m1", "m3", "m7", "aunty"),
    Half.REPORT: ("f2", "f4", "m2", "m4", "m8", "linda"),
}
_WORDS = {
    Half.TUNING: {
        Kind.HELLO: ("여보세요?", "네.", "네, 여보세요."),
        Kind.QUESTION: ("네, 누구세요?", "여보세요, 말씀하세요.", "네, 이정훈입니다."),
        Kind.RECEPTION: ("네, 대한상사입니다.", "감사합니다. 우리전자 영업부 박지영입니다."),
        Kind.SILENT: ("",),
        Kind.RINGBACK: ("여보세요?", "네."),
        Kind.CARRIER: (
            "고객께서 전화를 받을 수 없어 소리샘으로 연결됩니다. 삐 소리가 난 뒤에는 통화료가 부과됩니다.",
            "전원이 꺼져 있어 음성 사서함으로 연결됩니다. 연결된 뒤에는 통화료가 부과됩니다.",
        ),
        Kind.PERSONAL: (
            "안녕하세요. 이정훈입니다. 지금은 전화를 받을 수 없으니 메시지를 남겨 주세요.",
            "지금은 통화할 수 없습니다. 삐 소리가 나면 말씀을 남겨 주십시오. 다시 연락드리겠습니다.",
            "네, 박지영입니다. 잠시 자리를 비웠습니다. 성함과 전화번호를 남겨 주시면 연락드리겠습니다.",
        ),
        Kind.FAX: ("",),
    },
    Half.REPORT: {
        Kind.HELLO: ("예, 여보세요?", "예.", "여보세요. 네."),
        Kind.QUESTION: ("여보세요, 누구시죠?", "네, 말씀하십시오.", "여보세요, 김민수입니다."),
        Kind.RECEPTION: ("네, 한빛주방입니다.", "안녕하십니까. 미래산업 총무과 최영희입니다. 무엇을 도와드릴까요?"),
        Kind.SILENT: ("",),
        Kind.RINGBACK: ("예, 여보세요?", "예."),
        Kind.CARRIER: (
            "지금 거신 전화는 연결이 되지 않아 소리샘으로 넘어갑니다. "
            "삐 소리 이후 통화료가 부과되오니 원하지 않으시면 끊어 주십시오.",
            "전화를 받지 않아 음성 녹음으로 연결합니다. 연결 시 통화료가 부과됩니다.",
        ),
        Kind.PERSONAL: (
            "김민수입니다. 회의 중이라 전화를 받지 못합니다. 용건을 남겨 주시면 전화드리겠습니다.",
            "여보세요. 저는 지금 외출 중입니다. 삐 소리가 난 다음에 녹음해 주세요. 감사합니다.",
            "네, 미래산업 최영희입니다. 통화가 어려우니 문자를 보내 주시거나 메시지를 남겨 주세요.",
        ),
        Kind.FAX: ("",),
    },
}
#: Of each kind in a half.
_COUNT = {
    Kind.HELLO: 24,
    Kind.QUESTION: 24,
    Kind.RECEPTION: 12,
    Kind.SILENT: 6,
    Kind.RINGBACK: 8,
    Kind.CARRIER: 24,
    Kind.PERSONAL: 24,
    Kind.FAX: 4,
}
#: Until somebody or something begins to speak, ms.
_BEFORE = {
    Kind.CARRIER: (100, 700),
    Kind.PERSONAL: (200, 1200),
    Kind.FAX: (500, 1500),
}
_BY_PERSON = (150, 1100)
#: A quiet room, a household, a street.
_NOISES = ((-66.0, 5), (-52.0, 4), (-42.0, 3))


def greetings(half: Half) -> Iterator[Greeting]:
    """The greetings of a half, always the same."""
    for kind, count in _COUNT.items():
        words = _WORDS[half][kind]
        for n in range(count):
            chance = random.Random(f"{half} {kind} {n}")
            yield Greeting(
                name=f"{half}-{kind.name.lower()}-{n}",
                kind=kind,
                half=half,
                words=words[n % len(words)],
                voice=_VOICES[half][n // len(words) % len(_VOICES[half])],
                speed=chance.randrange(125, 190),
                pitch=chance.randrange(30, 70),
                before_ms=chance.randrange(*_BEFORE.get(kind, _BY_PERSON)),
                level=chance.uniform(-28, -17),
                noise=-60.0 if kind.machine else chance.choices(*zip(*_NOISES, strict=True))[0],
                babble=chance.random() < 0.3,
            )
