"""What a statement that is computed again must agree with."""

from __future__ import annotations

import hashlib
import json

from billing.statement import Statement
from billing.statement_forms import figures


def digest_of(made: Statement) -> str:
    """SHA-256 of the statement's figures as JSON."""
    told = json.dumps(figures(made), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()
