"""What customers and simulated agents say: Korean sentences, synthesised once."""

from __future__ import annotations

import array
import subprocess
import wave
from itertools import accumulate
from math import pi, sin
from pathlib import Path

from callcenter.asterisk.obtain import obtain_voice

RATE = 8000
#: Name of the sound → what is said about a fault, the use of a product, or buying one.
CUSTOMERS = {
    "fault-1": "안녕하세요. 지난주에 산 제품이 전원이 켜지지 않아요. 수리를 받고 싶습니다.",
    "fault-2": "돌아가다가 자꾸 멈추고 이상한 소리가 나요. 어떻게 해야 하나요?",
    "fault-3": "화면에 오류 표시가 뜨고 아무 버튼도 눌리지 않아요. 출장 수리가 되나요?",
    "usage-1": "시간 예약을 하고 싶은데 사용법을 모르겠어요. 설명을 부탁드립니다.",
    "usage-2": "설명서를 잃어버렸어요. 처음 설정은 어떻게 하나요?",
    "purchase-1": "새 제품을 사고 싶은데 가격과 배송 기간이 궁금합니다.",
    "purchase-2": "부품만 따로 살 수 있을까요? 어디에서 파는지 알려 주세요.",
}
AGENTS = {
    "agent-1": "네, 고객님. 불편을 드려 죄송합니다. 바로 확인해 드리겠습니다.",
    "agent-2": "제품 이름과 구입하신 날짜를 말씀해 주시겠습니까?",
    "agent-3": "전원을 껐다가 일 분 뒤에 다시 켜 보시겠습니까?",
    "agent-4": "네, 접수해 드렸습니다. 더 궁금하신 점이 있으신가요?",
}
MACHINE = "machine"
_OTHERS = {
    "agent-hello": "반갑습니다. 상담사입니다. 무엇을 도와드릴까요?",
    MACHINE: "지금은 전화를 받을 수 없습니다. 삐 소리가 난 뒤에 말씀을 남겨 주세요.",
}


def prepare_speech(folder: Path) -> None:
    """Make every sentence that is not in the folder yet: 8 kHz mono 16-bit wavs.

    Raises `ObtainError`: the voice cannot be had.
    """
    folder.mkdir(parents=True, exist_ok=True)
    espeak, environment = obtain_voice()
    for number, (name, text) in enumerate((CUSTOMERS | AGENTS | _OTHERS).items()):
        target = folder / f"{name}.wav"
        if not target.exists():
            voice = f"ko+{('f2', 'm3', 'f4', 'm1')[number % 4]}"
            samples = _synthesise(espeak, environment, voice, text, folder)
            _write(target, samples + _beep() if name == MACHINE else samples)


def _synthesise(
    espeak: list[str], environment: dict[str, str], voice: str, text: str, folder: Path
) -> array.array[int]:
    spoken = folder / ".spoken.wav"
    words = ["-v", voice, "-s", "150", "-w", str(spoken), text]
    subprocess.run([*espeak, *words], env=environment, check=True, capture_output=True)
    with wave.open(str(spoken), "rb") as file:
        rate, samples = file.getframerate(), array.array("h", file.readframes(file.getnframes()))
    spoken.unlink()
    return _slower(samples, rate)


def _slower(samples: array.array[int], rate: int) -> array.array[int]:
    """The same sound at 8 kHz: each new sample is the mean of the time it covers, which keeps out what is too high."""
    sums = [0, *accumulate(samples)]
    step = rate / RATE

    def until(moment: float) -> float:
        whole = int(moment)
        return sums[whole] + (moment - whole) * (sums[min(whole + 1, len(samples))] - sums[whole])

    count = int(len(samples) / step)
    return array.array("h", (round((until((i + 1) * step) - until(i * step)) / step) for i in range(count)))


def _beep() -> array.array[int]:
    return array.array("h", (round(9000 * sin(2 * pi * 1000 * i / RATE)) for i in range(RATE // 2)))


def _write(target: Path, samples: array.array[int]) -> None:
    begun = target.with_suffix(".part")
    with wave.open(str(begun), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    begun.rename(target)
