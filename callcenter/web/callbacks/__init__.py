"""Callbacks as work to be done."""
