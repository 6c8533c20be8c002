"""Tariffs, usage, statements, the cost comparison: pure computation in whole won and exact fractions."""
