from __future__ import annotations

import io
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from billing.tariff import TariffError
from callcenter.tariffs import load_tariffs, read_text
from tests.unit.billing.samples import EXAMPLES


def problems(folder: Path) -> tuple[str, ...]:
    with pytest.raises(TariffError) as caught:
        load_tariffs(folder)
    return caught.value.problems


def test_the_example_tariffs_can_be_used() -> None:
    assert [str(tariff.valid_from) for tariff in load_tariffs(EXAMPLES)] == ["2025-01", "2026-01"]


def test_no_folder_or_an_empty_one(tmp_path: Path) -> None:
    assert "no such folder" in problems(tmp_path / "none")[0]
    assert "no tariff; expected one .toml or .yaml file for each version" in problems(tmp_path)[0]


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
    assert found[2].startswith("2028-01.toml: not text in UTF-8")
    assert found[3].startswith("2029-01.toml: cannot be read: ")
    assert len(found) == 4


@pytest.mark.parametrize("name", ["2026-01.yaml", "2026-01.yml"])
def test_the_same_tariff_written_as_yaml_is_the_same(tmp_path: Path, name: str) -> None:
    toml = (EXAMPLES / "2026-01.toml").read_text(encoding="utf-8")
    out = io.StringIO()
    YAML(typ="safe", pure=True).dump(tomllib.loads(toml), out)
    (tmp_path / name).write_text(out.getvalue(), encoding="utf-8")
    (read,) = load_tariffs(tmp_path)
    assert replace(read, source="") == replace(read_text(toml, "2026-01.toml"), source="")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("form: bands\nform: continuous\n", "duplicate key"),
        ("form: [bands", "while parsing a flow sequence"),
        ("bands", "expected lines such as"),
        ("form: steps\n", "2027-01.yaml: form: "),
        ("valid_from: 2027-01-01\n", "2027-01.yaml: valid_from: "),
        ("labour: {calls_per_agent_day: yes}\n", "2027-01.yaml: labour.calls_per_agent_day: "),
    ],
)
def test_a_mistake_in_a_tariff_written_as_yaml_is_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "2027-01.yaml").write_text(text, encoding="utf-8")
    assert told in "\n".join(problems(tmp_path))


def test_a_file_that_is_being_mended_does_not_hinder_itself(tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / "2026-01.toml", tmp_path)
    (tmp_path / "2027-01.toml").write_text("base_fee = ", encoding="utf-8")
    assert [one.source for one in load_tariffs(tmp_path, but_for="2027-01.toml")] == ["2026-01.toml"]


def test_two_versions_with_one_first_month(tmp_path: Path) -> None:
    for name in ("a", "b"):
        shutil.copy(EXAMPLES / "2026-01.toml", tmp_path / f"{name}.toml")
    assert problems(tmp_path)[0].startswith("b.toml: valid_from: 2026-01 is already the first month of a.toml")
