"""Putting a description of the centre in force: everything it needs is made first, then one step switches."""

from __future__ import annotations

from datetime import UTC, datetime

from callcenter.asterisk.local import LocalAsterisk
from callcenter.asterisk.obtain import obtain_asterisk, obtain_voice
from callcenter.centre import Centre, CentreError, read_centre
from callcenter.config.accounts import with_accounts
from callcenter.config.announcement import Announcement
from callcenter.config.mistakes import told
from callcenter.config.versions import Versions, stamp
from callcenter.settings import Settings
from dialplan.render import rewrite
from dialplan.sounds import Progress, ensure_prompts


def in_force(settings: Settings) -> str:
    """The text of the version in force; before the first start the file itself. Raises `CentreError`: there is none."""
    newest = Versions(settings.centre).newest()
    if newest:
        return newest.text
    try:
        return settings.centre.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CentreError(f"{settings.centre}: {error}") from error


def apply(
    settings: Settings, text: str, *, by: str, why: str, language: str = "en", progress: Progress | None = None
) -> Announcement:
    """Make this text the newest version; what it returns must be announced.

    Passwords of new agents, missing prompts and Asterisk's files come first: a failure there changes nothing. What an
    installation without Asterisk's files or prompts lacks is made at its start. Blocks for as long as new prompts take.
    Raises `CentreError` (with every mistake), `ObtainError`, `VoiceError` or `OSError`.
    """
    centre, mistakes = read_centre(text)
    if centre is None:
        raise CentreError(told(mistakes, "centre.toml", language))
    versions = Versions(settings.centre)
    with versions.alone():
        before = in_force(settings)
        if versions.newest() is None:
            versions.add(before, by="", why="", at=datetime.now(UTC))
        settings = with_accounts(settings, centre)
        if settings.sounds.is_dir():
            espeak, environment = obtain_voice()
            ensure_prompts(centre, settings.media, espeak, environment, progress, still=read_centre(before)[0])
        modules = _asterisk_files(centre, settings)
        version = versions.add(text, by=by, why=why, at=datetime.now(UTC))
    return Announcement(
        number=version.number, stamp=stamp(text), before=stamp(before), by=by, why=why, modules=tuple(sorted(modules))
    )


def _asterisk_files(centre: Centre, settings: Settings) -> set[str]:
    home = settings.data / "asterisk"
    if not (home / "etc").is_dir():
        return set()
    return rewrite(centre, settings, LocalAsterisk(programs=obtain_asterisk(), home=home).folders)
