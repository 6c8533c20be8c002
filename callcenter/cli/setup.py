"""`callcenter setup`: makes ready an installation whose processes something else starts (Docker, systemd)."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from callcenter.asterisk.local import LocalAsterisk
from callcenter.asterisk.obtain import ObtainError, obtain_asterisk, obtain_voice
from callcenter.centre import Centre, CentreError, load_centre
from callcenter.cli.logins import ensure_logins
from callcenter.house import HouseError, furnish
from callcenter.settings import Settings, data_folder
from callcenter.store.engine import open_engine, sessions
from callcenter.store.migrate import upgrade
from callcenter.store.scope import WholeCentre
from callcenter.store.users import Users
from dialplan.sounds import ensure_prompts
from dialplan.voice import VoiceError

_MARK = "; Written by callcenter setup --public-address; without this line the file is yours and stays as it is."


def setup(
    public_address: Annotated[
        str, typer.Option(help="IP address at which phones reach an Asterisk that stands behind address translation.")
    ] = "",
) -> None:
    """Migrate the database, furnish the data folder, write Asterisk's configuration and the prompts, make first users.

    Everything already there is kept, so it may run before every start.
    """
    if public_address:
        try:
            ip_address(public_address)
        except ValueError:
            raise typer.BadParameter(
                f"'{public_address}': expected an IP address", param_hint="--public-address"
            ) from None
    try:
        settings = furnish(data_folder())
        centre = load_centre(settings.centre)
        upgrade(settings.database_url)
        asterisk = LocalAsterisk(programs=obtain_asterisk(), home=settings.data / "asterisk")
        asterisk.prepare(centre, settings)
        _write_public_address(asterisk.folders.etc / "pjsip_custom.conf", public_address)
        voice, environment = obtain_voice()
        ensure_prompts(centre, settings.media, voice, environment)
        _make_first_users(settings, centre)
    except (HouseError, ObtainError, CentreError, VoiceError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        typer.echo(f"The database cannot be used ({reason}): is it up, is CALLCENTER_DATABASE_URL right?", err=True)
        raise typer.Exit(1) from error
    except OSError as error:
        typer.echo(f"{error.filename}: {error.strerror}; is there free space and the right to write?", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{centre.name} / {centre.name_en} is set up in {settings.data}.")


def _write_public_address(target: Path, address: str) -> None:
    """A file that somebody wrote himself is left alone."""
    if target.exists() and not target.read_text("utf-8").startswith(_MARK):
        if address:
            typer.echo(f"{target} is your own: the public address must stand in it.")
        return
    lines = [_MARK]
    for transport in ("transport-udp", "transport-tcp") if address else ():
        lines += [
            f"[{transport}](+)",
            f"external_media_address = {address}",
            f"external_signaling_address = {address}",
            # The doctor's test call stays inside.
            "local_net = 127.0.0.0/8",
        ]
    target.write_text("\n".join(lines) + "\n", "utf-8")


def _make_first_users(settings: Settings, centre: Centre) -> None:
    if asyncio.run(_any_user(settings)):
        return
    ensure_logins(settings, centre)
    typer.echo(f"The first log-ins and their passwords are in {settings.data / 'logins.toml'}.")


async def _any_user(settings: Settings) -> bool:
    engine = open_engine(settings.database_url)
    try:
        async with sessions(engine)() as session:
            return bool(await Users(session, WholeCentre()).all())
    finally:
        await engine.dispose()
