"""SIP passwords of agents who join while the centre is at work, kept in `settings.toml` as those made at its start."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import tomlkit
from pydantic import SecretStr

from callcenter.centre import Centre
from callcenter.settings import Settings
from dialplan.render import accounts


def with_accounts(settings: Settings, centre: Centre) -> Settings:
    """The settings with a password for every account of this centre; new ones are written down first."""
    file = settings.data / "settings.toml"
    document = tomlkit.parse(file.read_text("utf-8")) if file.exists() else tomlkit.document()
    written = document.setdefault("sip_passwords", tomlkit.table())
    known = {**settings.sip_passwords, **{name: SecretStr(str(word)) for name, word in written.items()}}
    missing = [account for account in accounts(centre) if account not in known]
    for account in missing:
        written[account] = secrets.token_hex(5)
        known[account] = SecretStr(str(written[account]))
    if missing:
        _replace(file, tomlkit.dumps(document))
    return settings.model_copy(update={"sip_passwords": known})


def _replace(file: Path, text: str) -> None:
    begun = file.with_name(f".{file.name}.{os.getpid()}")
    begun.touch(mode=0o600)
    begun.write_text(text, "utf-8")
    begun.replace(file)
