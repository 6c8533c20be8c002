"""Reading the folder of tariff versions."""

from __future__ import annotations

import tomllib
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from billing.tariff import Tariff, TariffError, in_order
from billing.tariff_reading import read_tariff
from callcenter.ledger.record import Outcome

_YAML = (".yaml", ".yml")
SUFFIXES = (".toml", *_YAML)


def versions(folder: Path) -> list[Path]:
    """The files of the folder that are tariffs, by name; none, if there is no folder."""
    return sorted(path for path in folder.glob("*") if path.suffix in SUFFIXES)


def load_tariffs(folder: Path, *, but_for: str = "") -> tuple[Tariff, ...]:
    """All versions, in the order of time, but for the file of this name.

    Raises `TariffError` with every mistake in every file, and then with what is wrong between the versions.
    """
    if not folder.is_dir():
        raise TariffError(
            [f"{folder}: no such folder; copy the example tariffs there or set CALLCENTER_TARIFFS to another"]
        )
    paths = versions(folder)
    if not paths:
        raise TariffError([f"{folder}: no tariff; expected one .toml or .yaml file for each version"])
    tariffs: list[Tariff] = []
    problems: list[str] = []
    for path in paths:
        if path.name == but_for:
            continue
        try:
            tariffs.append(read_text(path.read_text(encoding="utf-8"), path.name))
        except TariffError as error:
            problems += error.problems
        except OSError as error:
            problems.append(f"{path.name}: cannot be read: {error.strerror}")
        except UnicodeDecodeError:
            problems.append(f"{path.name}: not text in UTF-8; save it so in your editor")
        except ValueError as error:
            problems.append(f"{path.name}: {error}")
    if problems:
        raise TariffError(problems)
    return in_order(tariffs)


def read_text(text: str, source: str) -> Tariff:
    """The tariff that this text describes: YAML 1.2 if `source`, the file's name, ends so, else TOML.

    Raises `TariffError`; `ValueError` if it is neither.
    """
    return read_tariff(_parsed(text, source), source, outcomes=[outcome.value for outcome in Outcome])


def _parsed(text: str, source: str) -> dict[str, object]:
    if Path(source).suffix not in _YAML:
        try:
            return tomllib.loads(text)
        except ValueError as error:
            raise ValueError(f"not valid TOML: {error}") from error
    try:
        read = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise ValueError(f"not valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(read, dict):
        raise ValueError("not valid YAML for a tariff: expected lines such as 'form: bands'")
    return {str(key): value for key, value in read.items()}
