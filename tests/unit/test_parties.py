from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.settlement.parties import PartyError, load_parties

EXAMPLE = Path(__file__).parents[2] / "callcenter" / "example"


def written(folder: Path, number: str) -> Path:
    """A centre's file beside parties of which one company has this number."""
    text = (EXAMPLE / "parties.toml").read_text(encoding="utf-8")
    (folder / "parties.toml").write_text(text.replace('"1248600014"', f'"{number}"'), encoding="utf-8")
    return folder / "centre.toml"


@pytest.mark.parametrize("number", ["1248600014", "124-86-00014"])
def test_a_number_is_taken_however_it_is_grouped(tmp_path: Path, number: str) -> None:
    assert "1248600014" in {party.number for party in load_parties(written(tmp_path, number)).companies.values()}


@pytest.mark.parametrize(("number", "why"), [("124860001", "ten digits"), ("1248600015", "does not check the others")])
def test_a_mistyped_number_is_on_no_tax_invoice(tmp_path: Path, number: str, why: str) -> None:
    with pytest.raises(PartyError, match=rf"number: .*{why}"):
        load_parties(written(tmp_path, number))
