"""`callcenter config`: the centre's description checked, compared, put in force, and back to a former version."""

from __future__ import annotations

import asyncio
import getpass
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from redis.exceptions import RedisError

from callcenter.asterisk.obtain import ObtainError
from callcenter.centre import Centre, CentreError, read_centre
from callcenter.cli.asking import remark
from callcenter.config.announcement import Announcement, announce
from callcenter.config.apply import apply as put_in_force
from callcenter.config.apply import in_force
from callcenter.config.diff import differences
from callcenter.config.mistakes import told
from callcenter.config.versions import Versions
from callcenter.config.words import say
from callcenter.redis import command_client
from callcenter.settings import Settings
from dialplan.voice import Language, VoiceError

_PATIENCE_S = 15.0

app = typer.Typer(no_args_is_help=True, help="The centre's description: check, compare, put in force, go back.")

File = Annotated[Path, typer.Argument(help="A centre's file (TOML).")]
Spoken = Annotated[Language, typer.Option("--lang", help="Korean or English.")]
Why = Annotated[str, typer.Option("--why", help="The reason, for the history.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.command()
def check(file: File, lang: Spoken = Language.KO) -> None:
    """Say every mistake in the file, each with line, key and what is expected."""
    centre, _ = _read(file, lang)
    print(say(lang, "cli.right", groups=len(centre.group), companies=len(centre.company), agents=len(centre.agent)))


@app.command()
def diff(file: File, lang: Spoken = Language.KO) -> None:
    """Say what the file would change."""
    centre, _ = _read(file, lang)
    print("\n".join(_changes(Settings(), centre, lang)) or say(lang, "change.none"))


@app.command()
def apply(file: File, yes: Yes = False, why: Why = "", lang: Spoken = Language.KO) -> None:
    """Check the file, say what it changes, ask, and put it in force; calls in progress go on."""
    settings = Settings()
    centre, text = _read(file, lang)
    changes = _changes(settings, centre, lang)
    print("\n".join(changes) or say(lang, "change.none"))
    if changes:
        _put(settings, text, why, yes, lang)
    elif text != in_force(settings):
        # Comments and order are worth keeping too.
        _put(settings, text, why, True, lang)


@app.command()
def history(lang: Spoken = Language.KO) -> None:
    """Every version that was in force, the newest first: number, when, by whom, why."""
    for version in reversed(Versions(Settings().centre).all()):
        by, why = version.by or say(lang, "cli.found"), version.why
        print(f"{version.number:4}  {version.at.astimezone():%Y-%m-%d %H:%M}  {by}{'  ' + why if why else ''}")


@app.command()
def back(
    number: Annotated[int, typer.Argument(help="A version, as `config history` numbers it.")],
    yes: Yes = False,
    why: Why = "",
    lang: Spoken = Language.KO,
) -> None:
    """Put a former version in force again, as a new version."""
    settings = Settings()
    version = Versions(settings.centre).get(number)
    if version is None:
        _stop(say(lang, "cli.no_version", number=number))
    centre, mistakes = read_centre(version.text)
    if centre is None:
        # The product may have become stricter since.
        _stop(told(mistakes, str(number), lang))
    changes = _changes(settings, centre, lang)
    print("\n".join(changes) or say(lang, "change.none"))
    if changes:
        _put(settings, version.text, why or say(lang, "cli.back", number=number), yes, lang)


def _read(file: Path, lang: Language) -> tuple[Centre, str]:
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        _stop(f"{file}: {error.strerror}")
    except UnicodeDecodeError:
        _stop(f"{file}: {say(lang, 'mistake.encoding')}")
    centre, mistakes = read_centre(text)
    if centre is None:
        _stop(told(mistakes, str(file), lang))
    return centre, text


def _changes(settings: Settings, centre: Centre, lang: Language) -> list[str]:
    try:
        former, _ = read_centre(in_force(settings))
    except CentreError as error:
        _stop(str(error))
    if former is None:
        return [say(lang, "cli.former_wrong")]
    return [change.sentence(lang) for change in differences(former, centre)]


def _put(settings: Settings, text: str, why: str, yes: bool, lang: Language) -> None:
    if not yes and not typer.confirm(say(lang, "cli.ask")):
        _stop(say(lang, "cli.left"))

    def progress(done: int, of: int) -> None:
        if done == of or not done % 20:
            remark(say(lang, "cli.spoken", done=done, of=of))

    try:
        news = put_in_force(settings, text, by=getpass.getuser(), why=why, language=lang, progress=progress)
    except (CentreError, ObtainError, VoiceError) as error:
        _stop(str(error))
    except OSError as error:
        _stop(f"{error.filename}: {error.strerror}")
    in_effect = asyncio.run(_announce(settings, news))
    print(say(lang, "cli.in_effect" if in_effect else "cli.at_start", number=news.number))


async def _announce(settings: Settings, news: Announcement) -> bool:
    redis = command_client(settings.redis_url)
    try:
        return await announce(redis, news, _PATIENCE_S)
    except (RedisError, OSError):
        return False
    finally:
        await redis.aclose()


def _stop(why: str) -> NoReturn:
    remark(why)
    raise typer.Exit(2)
