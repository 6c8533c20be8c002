"""What can be examined on this machine without anything running: settings, centre, tariffs, prompts, disk, clock."""

from __future__ import annotations

import ctypes
import shutil
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError
from redis.asyncio.connection import parse_url
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from billing.tariff import TariffError
from callcenter.centre import Centre, CentreError, load_centre
from callcenter.doctor import judge
from callcenter.doctor.finding import Finding, failed, ok, warning
from callcenter.settings import Settings, data_folder
from callcenter.tariffs import load_tariffs
from dialplan.catalogue import catalogue
from dialplan.render import accounts

#: The first release; a clock that shows less was never set.
_FIRST_RELEASE = datetime(2026, 1, 1, tzinfo=UTC)
_TIME_ERROR = 5
#: Of a long list the first few tell enough.
_NAMED = 5


def read_settings() -> tuple[Settings | None, list[Finding]]:
    """The settings, unless they are absent or wrong. Values are not repeated: some are passwords."""
    file = data_folder() / "settings.toml"
    if not file.is_file():
        return None, [failed("configuration.absent", file=str(file))]
    try:
        settings = Settings()
    except ValidationError as error:
        return None, [
            failed("configuration.settings", why=f"{file}: {'.'.join(str(part) for part in one['loc'])}: {one['msg']}")
            for one in error.errors()
        ]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        return None, [failed("configuration.settings", why=f"{file}: {error}")]
    wrong = [failed("configuration.settings", why=f"{file}: {why}") for why in _wrong_addresses(settings)]
    return (None, wrong) if wrong else (settings, [])


def _wrong_addresses(settings: Settings) -> Iterator[str]:
    try:
        parse_url(settings.redis_url)
    except ValueError:
        yield "redis_url: expected an address such as redis://127.0.0.1:6390/0"
    try:
        make_url(settings.database_url).get_dialect()
    except (SQLAlchemyError, ValueError):
        yield "database_url: expected sqlite+aiosqlite:///<file> or postgresql+psycopg://<user>@<host>/<name>"


def read_centre(settings: Settings) -> tuple[Centre | None, list[Finding]]:
    """The centre's description, with what is wrong in it, in the tariffs and in the phones' passwords."""
    centre, findings = None, []
    try:
        centre = load_centre(settings.centre)
    except CentreError as error:
        findings.append(failed("configuration.centre", why=str(error)))
    except OSError as error:
        findings.append(failed("configuration.centre", why=f"{settings.centre}: {error.strerror}"))
    try:
        load_tariffs(settings.tariffs)
    except TariffError as error:
        findings.append(failed("configuration.tariff", why="\n".join(error.problems)))
    if centre is not None:
        without = [account for account in accounts(centre) if account not in settings.sip_passwords]
        if without:
            findings.append(failed("configuration.passwords", ids=", ".join(without)))
        if not findings:
            findings.append(ok("configuration.read", companies=len(centre.company), agents=len(centre.agent)))
    return centre, findings


def prompts(centre: Centre, sounds: Path) -> Finding:
    """Whether everything that callers may hear is there, in both languages."""
    names = [f"{language}/cc/{name}.wav" for language in ("ko", "en") for name in (*catalogue(centre), "selftest")]
    missing = [name for name in names if not (sounds / name).is_file()]
    if missing:
        named = ", ".join(missing[:_NAMED]) + (" …" if len(missing) > _NAMED else "")
        return failed("prompts.missing", count=len(missing), names=named, folder=str(sounds))
    return ok("prompts.there", count=len(names))


def disks(settings: Settings) -> Iterator[Finding]:
    """Free space of each disk that holds the installation's data."""
    seen = set()
    for folder in (settings.data, settings.media):
        if not folder.is_dir():
            yield failed("disk.absent", folder=str(folder))
        elif folder.stat().st_dev not in seen:
            seen.add(folder.stat().st_dev)
            yield judge.disk(str(folder), shutil.disk_usage(folder).free // 2**20)


def clock(centre: Centre | None) -> Iterator[Finding]:
    """The clock of this machine itself."""
    now = datetime.now(UTC)
    if now < _FIRST_RELEASE:
        yield failed("time.unset", now=f"{now:%Y-%m-%d %H:%M}")
    if centre is not None:
        yield ok("time.zone", zone=centre.timezone, now=f"{now.astimezone(centre.zone):%Y-%m-%d %H:%M:%S}")
    match _synchronised():
        case True:
            yield ok("time.synchronised")
        case False:
            yield warning("time.unsynchronised")


def _synchronised() -> bool | None:
    """What the kernel knows of a time service; None where it does not tell."""
    adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
    if adjtimex is None:
        return None
    # A zeroed `struct timex` asks only; 512 bytes are more than it has on any architecture.
    state = adjtimex(ctypes.create_string_buffer(512))
    return None if state < 0 else bool(state != _TIME_ERROR)
