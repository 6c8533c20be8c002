from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.ledger.queue_log_file import QueueLogFile

LINES = ["1|a|q|NONE|ENTERQUEUE||0|1", "2|a|q|Agent/1|CONNECT|1|c|1", "3|a|q|Agent/1|COMPLETECALLER|1|1|1"]
WHOLE = "".join(line + "\n" for line in LINES)


@pytest.mark.parametrize("already", range(len(WHOLE) + 1))
def test_a_file_that_was_left_anywhere_is_completed_without_repeating(tmp_path: Path, already: int) -> None:
    path = tmp_path / "log" / "queue_log"
    path.parent.mkdir()
    before = "0|NONE|NONE|NONE|QUEUESTART\n"
    path.write_text(before + WHOLE[:already])
    file = QueueLogFile(path)
    file.resume(LINES)
    file.append(["4|b|q|NONE|ABANDON|1|1|1"])
    file.close()
    assert path.read_text() == before + WHOLE + "4|b|q|NONE|ABANDON|1|1|1\n"


def test_a_torn_line_of_another_writer_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_text("something else")
    file = QueueLogFile(path)
    file.resume(LINES)
    file.close()
    assert path.read_text() == "something else\n" + WHOLE


def test_a_file_that_was_renamed_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    file = QueueLogFile(path)
    file.append(LINES[:1])
    path.rename(tmp_path / "queue_log.1")
    file.append(LINES[1:2])
    file.close()
    assert path.read_text() == LINES[1] + "\n"
    assert (tmp_path / "queue_log.1").read_text() == LINES[0] + "\n"
