"""The people who answer: presence, states, pauses."""
