"""Applications and contracts for the centre's people: review, decide, secure, charge, remind, write."""
