from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from billing.tariff import TariffError
from callcenter.tariffs import load_tariffs
from tests.unit.billing.samples import EXAMPLES


def problems(folder: Path) -> tuple[str, ...]:
    with pytest.raises(TariffError) as caught:
        load_tariffs(folder)
    return caught.value.problems


def test_the_example_tariffs_can_be_used() -> None:
    assert [str(tariff.valid_from) for tariff in load_tariffs(EXAMPLES)] == ["2025-01", "2026-01"]


def test_no_folder_or_an_empty_one(tmp_path: Path) -> None:
    assert "no such folder" in problems(tmp_path / "none")[0]
    assert "no tariff; expected one .toml file for each version" in problems(tmp_path)[0]


def test_the_mistakes_of_all_files_are_told_with_the_files_name(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / "2026-01.toml").read_text(encoding="utf-8")
    (tmp_path / "2026-01.toml").write_text(text.replace("first = 201", "first = 301"), encoding="utf-8")
    (tmp_path / "2027-01.toml").write_text("base_fee = ", encoding="utf-8")
    (tmp_path / "2028-01.toml").write_bytes(b"\xff")
    (tmp_path / "2029-01.toml").mkdir()
    found = problems(tmp_path)
    assert (
        found[0] == "2026-01.toml: band.2.first: there is a gap after 200, where the band before it ends; expected 201"
    )
    assert found[1].startswith("2027-01.toml: not valid TOML: ")
    assert found[2].startswith("2028-01.toml: not valid TOML: ")
    assert found[3].startswith("2029-01.toml: cannot be read: ")
    assert len(found) == 4


@pytest.mark.parametrize("name", ["2027-01.yaml", "2027-01.yml"])
def test_a_tariff_written_as_yaml_is_not_overlooked(tmp_path: Path, name: str) -> None:
    shutil.copytree(EXAMPLES, tmp_path, dirs_exist_ok=True)
    (tmp_path / name).write_text("valid_from: 2027-01\n", encoding="utf-8")
    (told,) = problems(tmp_path)
    assert told.startswith(
        f"{name}: a tariff is written as TOML, YAML is not read; copy one of the example's tariffs to "
    )
    assert "2027-01.toml" in told


def test_two_versions_with_one_first_month(tmp_path: Path) -> None:
    for name in ("a", "b"):
        shutil.copy(EXAMPLES / "2026-01.toml", tmp_path / f"{name}.toml")
    assert problems(tmp_path)[0].startswith("b.toml: valid_from: 2026-01 is already the first month of a.toml")
