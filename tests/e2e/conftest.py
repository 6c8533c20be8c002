"""Fixtures of the end-to-end tests."""

from __future__ import annotations

from tests.e2e.harness.fixtures import exchange, switch_on, voices

__all__ = ["exchange", "switch_on", "voices"]
