"""Fixtures of the end-to-end tests."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.e2e.harness.centre import Centre, open_centre
from tests.e2e.harness.fixtures import at, exchange, switch_on, voices

__all__ = ["at", "exchange", "switch_on", "voices"]


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
