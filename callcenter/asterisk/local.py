"""Runs an Asterisk of our own as a child process: its folders, its configuration, its start and its end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from callcenter.asterisk.obtain import Programs
from callcenter.centre import Centre
from callcenter.settings import Settings
from dialplan.render import Folders, render


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalAsterisk:
    """One Asterisk under `home`; nothing outside that folder and the media folder is written."""

    programs: Programs
    home: Path

    @property
    def folders(self) -> Folders:
        """Its folders; modules come from where the program came from."""
        home = self.home.resolve()
        return Folders(
            etc=home / "etc",
            modules=self.programs.file("usr/lib/{triplet}/asterisk/modules"),
            lib=home / "lib",
            data=home / "share",
            spool=home / "spool",
            run=home / "run",
            log=home / "log",
        )

    def prepare(self, centre: Centre, settings: Settings) -> None:
        """Write the configuration and make every folder that Asterisk or the dialplan expects."""
        folders = self.folders
        own = (folders.data, folders.spool, folders.run, folders.log / "cdr-csv", folders.lib / "keys")
        for folder in own:
            folder.mkdir(parents=True, exist_ok=True)
        for name in ("recordings", "answers", "spool", "voicemail", "selftest", "sounds", "moh/default"):
            (settings.media / name).mkdir(parents=True, exist_ok=True)
        share(folders.spool / "recording", settings.answers.resolve())
        documentation = folders.data / "documentation"
        if not documentation.exists():
            shutil.copytree(self.programs.file("usr/share/asterisk/documentation"), documentation)
        rest = folders.data / "rest-api"
        if not rest.exists():
            shutil.copytree(self.programs.file("usr/share/asterisk/rest-api"), rest)
        sounds = folders.data / "sounds"
        if not sounds.is_symlink():
            sounds.symlink_to(settings.sounds.resolve())
        # A control socket that a killed Asterisk left behind makes the next one refuse to start.
        for left in ("asterisk.ctl", "asterisk.pid"):
            (folders.run / left).unlink(missing_ok=True)
        render(centre, settings, folders)

    def start(self) -> subprocess.Popen[bytes]:
        """Start it in the foreground of a process group of its own; the caller waits for ARI and stops it."""
        with (self.folders.log / "console").open("ab") as log:
            return subprocess.Popen(
                [*self.programs.command("asterisk"), "-f", "-C", str(self.folders.etc / "asterisk.conf")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509
                env={**os.environ, "LC_ALL": "C.UTF-8"},
            )

    def command(self, line: str) -> str:
        """What the running Asterisk answers on its console."""
        words = [*self.programs.command("asterisk"), "-C", str(self.folders.etc / "asterisk.conf"), "-rx", line]
        return subprocess.run(words, capture_output=True, text=True, check=False, timeout=10).stdout


def share(folder: Path, shared: Path) -> None:
    """Let this folder, into which Asterisk records for its REST interface, be one that other processes see."""
    if folder.is_symlink():
        return
    if folder.is_dir():
        # An earlier version recorded here; nothing of it is lost.
        for file in folder.iterdir():
            shutil.move(file, shared / file.name)
        folder.rmdir()
    folder.symlink_to(shared)


def _die_with_parent() -> None:
    """Ask the kernel to end this process when its parent dies, so that a killed test leaves no Asterisk behind."""
    import ctypes  # noqa: PLC0415

    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
