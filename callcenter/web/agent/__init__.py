"""The pages of agents: presence, the ringing call, the note."""
