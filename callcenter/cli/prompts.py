"""`callcenter prompts`: what callers and agents hear, and recordings in place of the synthetic voice."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from callcenter.asterisk.obtain import ObtainError, obtain_voice
from callcenter.centre import Centre, CentreError, load_centre
from callcenter.settings import Settings
from dialplan import sounds
from dialplan.audio import write_wav
from dialplan.recording import RecordingError
from dialplan.voice import Language, Voice, VoiceError, spoken

app = typer.Typer(no_args_is_help=True, help="What callers and agents hear.")

Name = Annotated[str, typer.Argument(help="Name of a prompt, as `prompts list` shows it.")]
Spoken = Annotated[Language, typer.Option("--lang", help="Korean or English.")]


@app.command("list")
def show(lang: Spoken = Language.KO) -> None:
    """Every prompt with its text; * marks those that a recording replaces, ! those not made yet."""
    settings, centre = _installation()
    for prompt in sounds.prompts_of(centre, settings.media):
        if prompt.language is lang:
            mark = "*" if prompt.original else " " if prompt.file.is_file() else "!"
            print(f"{mark} {prompt.name:24} {prompt.text}")


@app.command()
def make() -> None:
    """Speak every prompt that is missing or whose text has changed; recordings stay."""
    settings, centre = _installation()

    def progress(done: int, of: int) -> None:
        if done == of or not done % 20:
            print(f"{done} of {of} spoken", flush=True)

    try:
        voice = _voice()
        made = sounds.ensure_prompts(centre, settings.media, voice.command, voice.environment, progress)
    except (ObtainError, VoiceError) as error:
        _stop(str(error))
    print(f"{made} sounds made in {settings.sounds}" if made else f"All sounds are in {settings.sounds}")


@app.command()
def replace(
    name: Name,
    recording: Annotated[Path, typer.Argument(help="A wav, mp3, flac or ogg file.")],
    lang: Spoken = Language.KO,
) -> None:
    """Let callers hear a recording in place of the synthetic voice, from the next call on."""
    settings, centre = _installation()
    try:
        sounds.replace(centre, settings.media, name, lang, recording.read_bytes(), recording.name)
    except OSError as error:
        _stop(f"{recording}: {error.strerror}")
    except RecordingError as error:
        _stop(str(error))
    print(f"{name} ({lang}) is replaced by {recording.name}")


@app.command()
def revert(name: Name, lang: Spoken = Language.KO) -> None:
    """Let callers hear the synthetic voice again."""
    settings, centre = _installation()
    try:
        sounds.revert(centre, settings.media, name, lang)
    except RecordingError as error:
        _stop(str(error))
    print(f"{name} ({lang}) is spoken by the synthetic voice")


@app.command()
def say(
    text: Annotated[str, typer.Argument(help="What to say.")],
    out: Annotated[Path, typer.Option(help="The wav file to write.")],
    lang: Spoken = Language.KO,
) -> None:
    """Try how a text sounds: shows how it is read and writes it as a file."""
    for language, words in spoken(text, lang):
        print(f"{language}: {words}")
    try:
        write_wav(out, _voice().speak(text, lang))
    except (ObtainError, VoiceError) as error:
        _stop(str(error))
    except OSError as error:
        _stop(f"{out}: {error.strerror}")


def _voice() -> Voice:
    command, environment = obtain_voice()
    return Voice(command=tuple(command), environment=environment)


def _installation() -> tuple[Settings, Centre]:
    settings = Settings()
    try:
        return settings, load_centre(settings.centre)
    except CentreError as error:
        _stop(str(error))


def _stop(why: str) -> NoReturn:
    print(why, file=sys.stderr)
    raise typer.Exit(2)
