"""A form's prompts are spoken by the voice that the machine has, as in the image: nothing is fetched."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from callcenter.asterisk.obtain import VOICE, obtain
from callcenter.campaigns.form import read_form
from callcenter.jobs.survey_prompts import speak
from callcenter.outbound.prompts import missing
from callcenter.settings import Settings
from callcenter.store.campaigns import Campaigns
from callcenter.store.engine import open_engine, sessions
from callcenter.store.scope import WholeCentre
from tests.unit.campaigns.forms import SURVEY
from tests.web_centre import EXAMPLE

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]


@pytest.fixture
def installed_voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An espeak-ng on PATH, and the cache folder that must stay empty."""
    voice = obtain(VOICE)
    program = tmp_path / "bin/espeak-ng"
    program.parent.mkdir()
    program.write_text(
        f"#!/bin/sh\nexport ESPEAK_DATA_PATH={shlex.quote(str(voice.file('usr/lib/{triplet}')))}\n"
        f'exec {shlex.join(voice.command("espeak-ng"))} "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    cache = tmp_path / "cache"
    monkeypatch.setenv("CALLCENTER_CACHE", str(cache))
    monkeypatch.setenv("CALLCENTER_DEBIAN_MIRROR", f"file:{tmp_path}/no-mirror")
    return cache


async def test_the_installed_voice_speaks_a_form(
    installed_voice: Path, migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "callcenter.db"
    database.write_bytes(migrated_sqlite.read_bytes())
    monkeypatch.setenv("CALLCENTER_DATA", str(tmp_path))
    monkeypatch.setenv("CALLCENTER_MEDIA", str(tmp_path / "media"))
    monkeypatch.setenv("CALLCENTER_CENTRE", str(EXAMPLE / "centre.toml"))
    monkeypatch.setenv("CALLCENTER_DATABASE_URL", f"sqlite+aiosqlite:///{database}")
    settings = Settings()
    engine = open_engine(settings.database_url)
    async with sessions(engine).begin() as session:
        form = (await Campaigns(session, WholeCentre()).save_form("hanbit", "happy", SURVEY, "test", 1)).id
    await engine.dispose()
    assert missing(settings.sounds, SURVEY, read_form(SURVEY))
    await speak(form)
    assert not missing(settings.sounds, SURVEY, read_form(SURVEY))
    assert not installed_voice.exists(), "the voice was fetched although one is installed"
