"""Reading the folder of tariff versions."""

from __future__ import annotations

import tomllib
from pathlib import Path

from billing.tariff import Tariff, TariffError, in_order
from billing.tariff_reading import read_tariff
from callcenter.ledger.record import Outcome

_YAML = (".yaml", ".yml")


def load_tariffs(folder: Path) -> tuple[Tariff, ...]:
    """All versions, in the order of time.

    Raises `TariffError` with every mistake in every file, and then with what is wrong between the versions.
    """
    if not folder.is_dir():
        raise TariffError(
            [f"{folder}: no such folder; copy the example tariffs there or set CALLCENTER_TARIFFS to another"]
        )
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".toml", *_YAML))
    if not paths:
        raise TariffError([f"{folder}: no tariff; expected one .toml file for each version"])
    tariffs: list[Tariff] = []
    problems: list[str] = []
    for path in paths:
        try:
            tariffs.append(read_text(path.read_text(encoding="utf-8"), path.name))
        except TariffError as error:
            problems += error.problems
        except OSError as error:
            problems.append(f"{path.name}: cannot be read: {error.strerror}")
        except ValueError as error:
            problems.append(f"{path.name}: not valid TOML: {error}")
    if problems:
        raise TariffError(problems)
    return in_order(tariffs)


def read_text(text: str, source: str) -> Tariff:
    """The tariff that this text describes. Raises `TariffError`; `ValueError` if it is no TOML."""
    if Path(source).suffix in _YAML:
        raise TariffError(
            [
                f"{source}: a tariff is written as TOML, YAML is not read; copy one of the example's tariffs to "
                f"{Path(source).stem}.toml, enter your values there and remove this file"
            ]
        )
    return read_tariff(tomllib.loads(text), source, outcomes=[outcome.value for outcome in Outcome])
