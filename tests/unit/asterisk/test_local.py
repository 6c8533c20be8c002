"""The folder into which Asterisk records for its REST interface is one that pages and workers see."""

from __future__ import annotations

from pathlib import Path

from callcenter.asterisk.local import share


def test_what_an_earlier_version_recorded_moves_along(tmp_path: Path) -> None:
    folder, shared = tmp_path / "spool" / "recording", tmp_path / "answers"
    folder.mkdir(parents=True)
    shared.mkdir()
    (folder / "survey-1-1-1:why:0.wav").write_bytes(b"said")
    for _ in range(2):
        share(folder, shared)
        assert folder.is_symlink()
        assert (shared / "survey-1-1-1:why:0.wav").read_bytes() == b"said"
    (folder / "new.wav").write_bytes(b"x")
    assert (shared / "new.wav").exists()


def test_a_new_installation_begins_with_the_shared_folder(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    share(tmp_path / "spool" / "recording", tmp_path)
    assert (tmp_path / "spool" / "recording").resolve() == tmp_path.resolve()
