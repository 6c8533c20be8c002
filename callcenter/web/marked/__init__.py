"""Numbers that are treated otherwise."""
