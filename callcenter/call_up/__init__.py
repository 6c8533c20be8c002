"""Telling peak-time agents who are off line that they are asked to come: Web Push and text messages."""
