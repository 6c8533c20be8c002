"""Fixtures of the end-to-end tests."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.harness.centre import Centre, open_centre
from tests.e2e.harness.fixtures import at, exchange, switch_on, voices

__all__ = ["at", "exchange", "switch_on", "voices"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test waits until the voice has spoken: that is not this test's time."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            limit = item.get_closest_marker("timeout")
            seconds = limit.args[0] if limit and limit.args else 120
            item.add_marker(pytest.mark.timeout(seconds, func_only=True), append=False)


@pytest.fixture(scope="session")
def _house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with open_centre(tmp_path_factory.mktemp("centre")) as opened:
        yield opened


@pytest.fixture
def centre(_house: Centre) -> Centre:
    """The whole product, running; shared by the tests, each of which leaves it without calls and agents."""
    return _house


@pytest.fixture
def now() -> int:
    """The test's beginning, epoch ms."""
    return time.time_ns() // 1_000_000
