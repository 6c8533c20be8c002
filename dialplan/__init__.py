"""Asterisk configuration and prompts, generated from the centre."""
