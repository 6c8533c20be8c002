"""One call's life, without I/O or clock: telephony events in, commands and journal entries out."""
