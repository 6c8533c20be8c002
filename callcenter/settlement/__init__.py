"""Settling months: from call records to statements that stand, and what follows them."""
