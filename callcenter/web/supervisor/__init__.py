"""The pages of supervisors: the live board."""
