"""Many texts spoken at once, one process a core: turning speech into telephone sound is work for the processor.

Each process is this module itself: a JSON line in for a text, an answering line out when its file is in place.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from dialplan.audio import write_wav
from dialplan.voice import Language, Voice, VoiceError

_DONE = "done"


@dataclass(frozen=True, kw_only=True, slots=True)
class Song:
    """One text to be spoken into a file."""

    name: str
    text: str
    language: Language
    target: Path


def sing(voice: Voice, songs: Sequence[Song]) -> Iterator[Song]:
    """Speak every text; each comes back as soon as its file is in place. Raises `VoiceError` at the first failure."""
    singers = min(os.cpu_count() or 1, len(songs))
    if not singers:
        return
    idle: SimpleQueue[subprocess.Popen[str]] = SimpleQueue()
    with ExitStack() as stack:
        for _ in range(singers):
            process = stack.enter_context(_singer())
            stack.callback(process.terminate)
            idle.put(process)

        def perform(song: Song) -> Song:
            process = idle.get()
            try:
                _ask(process, voice, song)
            finally:
                idle.put(process)
            return song

        pool = stack.enter_context(ThreadPoolExecutor(singers))
        stack.callback(pool.shutdown, cancel_futures=True)
        longest_first = sorted(songs, key=lambda song: -len(song.text))
        for done in as_completed([pool.submit(perform, song) for song in longest_first]):
            yield done.result()


def _singer() -> subprocess.Popen[str]:
    room = Path(__file__).resolve().parent.parent
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(room), os.environ.get("PYTHONPATH"))))}
    return subprocess.Popen(
        [sys.executable, "-m", __name__], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _ask(process: subprocess.Popen[str], voice: Voice, song: Song) -> None:
    assert process.stdin
    assert process.stdout
    line = json.dumps([voice.command, dict(voice.environment), song.text, song.language, str(song.target)])
    process.stdin.write(line + "\n")
    process.stdin.flush()
    answer = process.stdout.readline().strip()
    if answer != json.dumps(_DONE):
        raise VoiceError(f"{song.name}: {json.loads(answer) if answer else 'the speaking process ended'}")


def _perform(line: str) -> str:
    command, environment, text, language, target = json.loads(line)
    voice = Voice(command=tuple(command), environment=environment)
    try:
        write_wav(Path(target), voice.speak(text, Language(language)))
    except (VoiceError, OSError) as error:
        return str(error)
    return _DONE


if __name__ == "__main__":
    for _line in sys.stdin:
        print(json.dumps(_perform(_line)), flush=True)  # noqa: T201
