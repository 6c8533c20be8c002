from __future__ import annotations

from tests.integration.campaigns.conftest import made

__all__ = ["made"]
