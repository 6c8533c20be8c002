from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from callcenter.logs import configure_logs


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_events_and_library_messages_are_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(as_json=True)
    structlog.get_logger("callcenter.test").info("call.queued", call="cc-1795429970.12", group="kitchen")
    logging.getLogger("aiohttp").warning("connection %s", "reset")
    ours, theirs = lines(capsys)
    assert (ours["event"], ours["call"], ours["level"]) == ("call.queued", "cc-1795429970.12", "info")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("connection reset", "warning", "aiohttp")


@pytest.mark.parametrize("number", ["01012345678", "010-1234-5678", "02-123-4567", "+821012345678"])
def test_no_telephone_number_is_logged(capsys: pytest.CaptureFixture[str], number: str) -> None:
    configure_logs(as_json=True)
    structlog.get_logger("callcenter.test").info("oops", caller=number, detail=f"from {number}")
    logging.getLogger("sqlalchemy").error("failed for %s", number)
    assert number not in capsys.readouterr().err


def test_an_exception_keeps_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(as_json=True)
    try:
        raise LookupError("gone")
    except LookupError:
        structlog.get_logger("callcenter.test").exception("broke")
    assert "LookupError: gone" in str(lines(capsys)[0]["exception"])
