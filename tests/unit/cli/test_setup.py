from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from callcenter.cli import app
from callcenter.cli.setup import _write_public_address


def test_the_public_address_is_told_over_both_transports_and_can_be_changed_and_taken_back(tmp_path: Path) -> None:
    file = tmp_path / "pjsip_custom.conf"
    _write_public_address(file, "192.0.2.1")
    _write_public_address(file, "192.0.2.7")
    said = file.read_text()
    assert said.count("external_media_address = 192.0.2.7") == said.count("[transport-") == 2
    assert "192.0.2.1\n" not in said
    _write_public_address(file, "")
    assert "external" not in file.read_text()


def test_a_file_of_ones_own_is_left_alone_and_one_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "pjsip_custom.conf"
    file.write_text("[carrier]\ntype = endpoint\n")
    _write_public_address(file, "192.0.2.1")
    assert file.read_text() == "[carrier]\ntype = endpoint\n"
    assert "your own" in capsys.readouterr().out


def test_a_public_address_that_is_none_is_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLCENTER_DATA", str(tmp_path / "data"))
    refused = CliRunner().invoke(app, ["setup", "--public-address", "my-host"])
    assert refused.exit_code == 2
    assert "expected an IP address" in refused.output
    assert not (tmp_path / "data").exists()
