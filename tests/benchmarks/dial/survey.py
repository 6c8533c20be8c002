"""What is asked, alike in both ways: three questions, each answered by one key."""

from __future__ import annotations

from pathlib import Path

from callcenter.campaigns.form import read_form
from callcenter.outbound.prompts import missing, prefix_of
from tests.e2e.tones import write_tone

FORM = """
[title]
ko = "측정"
en = "Benchmark"
[opening]
ko = "안녕하세요."
en = "Hello."
[thanks]
ko = "고맙습니다."
en = "Thank you."
[[question]]
id = "again"
kind = "yes_no"
ko = "다시 이용하시겠습니까?"
en = "Would you come again?"
[[question]]
id = "repair"
kind = "scale"
ko = "수리에 만족하셨습니까?"
en = "Are you satisfied with the repair?"
[[question]]
id = "counsel"
kind = "scale"
ko = "상담에 만족하셨습니까?"
en = "Are you satisfied with the advice?"
"""
#: The key that every phone presses at each question.
KEYS = {"again": "1", "repair": "4", "counsel": "5"}
#: Seconds of sound: the keys come while a question is spoken.
_OPENING_S, _QUESTION_S, _THANKS_S = 1.0, 4.0, 0.5
#: A phone presses its first key so long after its answer, each other one so long after the one before.
FIRST_KEY_S, NEXT_KEY_S = 2.5, 1.5
#: How long a call takes.
CALL_S = FIRST_KEY_S + 2 * NEXT_KEY_S + _THANKS_S


def record(sounds: Path) -> None:
    """Put tones where the prompts are looked for, of the lengths above."""
    lengths = {"opening": _OPENING_S, "thanks": _THANKS_S}
    for song in missing(sounds, FORM, read_form(FORM)):
        song.target.parent.mkdir(parents=True, exist_ok=True)
        write_tone(song.target, 440, seconds=lengths.get(song.name, _QUESTION_S))


def dialplan(results: Path) -> str:
    """The same survey as a user would write it into extensions.conf: Read() for each question, a line a customer."""
    prompt = prefix_of(FORM)
    lines = ["exten => s,1,Answer()", f"Playback({prompt}-opening)"]
    lines += [f"Read({question.upper()},{prompt}-q-{question},1,,2,5)" for question in KEYS]
    answers = ",".join(f"${{{question.upper()}}}" for question in KEYS)
    lines += [f"Set(FILE({results},,,al,u)=${{CUSTOMER}},{answers})", f"Playback({prompt}-thanks)", "Hangup()"]
    return "[bench]\n" + "\n same => n,".join(lines) + "\n"
