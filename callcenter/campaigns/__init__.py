"""Outbound: whom a campaign may call and when, what is asked, how fast is dialled, what came of it.

No I/O and no clock, but for `sheets.py`, which reads the rows of a file.
"""
