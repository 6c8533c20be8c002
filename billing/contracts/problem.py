"""What a contract does not allow."""

from __future__ import annotations

from datetime import date


class ContractError(Exception):
    """An event that cannot happen now; `key` says why, `gaps` fill the sentence that the reader gets."""

    def __init__(self, key: str, **gaps: int | str | date) -> None:
        super().__init__(key)
        self.key = key
        self.gaps = gaps
